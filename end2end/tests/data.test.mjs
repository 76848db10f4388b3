// Which part of the data a device proposes: another than those who came before, and the one that is loaded.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

scenario("each device proposes another part, and what is loaded is what is shown", async (world) => {
  await world.startServer();
  const [ada, ben, cleo] = [await world.device("Ada"), await world.device("Ben"), await world.device("Cleo")];
  const invitation = await ada.createRoom(world.server.origin);
  await ben.openInvitation(invitation);
  await ben.connectedTo(ada);
  await cleo.openInvitation(invitation);
  await cleo.connectedTo(ben);
  await Promise.all([proposes(ada, 1), proposes(ben, 2), proposes(cleo, 3)]);

  await ada.reload();
  await ada.connectedTo(ben);
  await proposes(ada, 1);

  await ben.loadDigits(4);
  await ben.reload();
  await ben.until("its rows are loaded again", (s) => Number(s.data?.trainRows ?? 0) > 0);
  await proposes(ben, 4);
  const sets = await ben.evaluate(() => {
    const labels = [...document.querySelectorAll("label")];
    return [...labels.find((label) => label.textContent.startsWith("Data set")).querySelector("select").options].length;
  });
  const page = await world.server.text("/");
  assert.equal(sets, page.includes('content="digits mnist"') ? 2 : 1, "the sets that the server has");
});

/** Waits until the part that a page shows is this one. */
async function proposes(peer, part) {
  await peer.page.waitForFunction((part) => {
    const labels = [...document.querySelectorAll("label")];
    const select = labels.find((label) => label.textContent.startsWith("Part"))?.querySelector("select");
    return select?.selectedOptions[0]?.label === `Part ${part} of 4`;
  }, part);
}
