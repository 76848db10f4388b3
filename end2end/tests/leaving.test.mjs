// Who leaves something stays away from it until told otherwise: a session, a connection.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

scenario("who stopped only here takes part in the same session again, even after a reload", async (world) => {
  await world.startServer();
  const [ada, ben] = [await world.device("Ada"), await world.device("Ben")];
  const invitation = await ada.createRoom(world.server.origin);
  await ben.openInvitation(invitation);
  await ben.connectedTo(ada);
  await ada.fill("textbox", "Device name", "Ada");
  await ada.click("button", "Save name");

  // Without rows of its own, a device says what the session is about.
  await ada.loadDigits(1);
  await ada.setTraining({ rounds: 400, steps: 40 });
  await ada.page.getByRole("button", { name: "Train together", exact: true }).dblclick();
  const { session } = await ada.untilRound(2);
  assert.deepEqual((await ada.state()).alerts, [], "the second press of a double click does nothing");
  await ben.inSession();
  await says(ben, "You have no data here: you follow the shared model");
  assert.equal((await ben.state()).members.some((member) => /(?<!\d)0 rows/.test(member)), false);

  await ben.loadDigits(2);
  await ben.until("it takes part", (s) => s.session?.phase !== "waiting" && s.members.length === 2);
  await ben.click("button", "Stop training");
  await ben.until("it has left", (s) => s.session?.running === "false");
  await says(ben, "Ada’s session is running: Train together joins it.");
  await ben.reload();
  await ben.inRoom();
  await ben.connectedTo(ada);
  await says(ben, "Ada’s session is running: Train together joins it.");
  assert.notEqual((await ben.state()).session?.running, "true", "a reload does not undo a stop");

  const before = Number((await ada.state()).session.round);
  await ben.click("button", "Train together");
  await ben.until("it takes part in the same session", (s) =>
    s.session?.running === "true" && s.session.session === session.session && Number(s.session.round) > before + 1);
  assert.equal((await ada.state()).session.session, session.session, "no rival came of it");
  const again = ben.page.getByRole("button", { name: "Train together", exact: true });
  assert.ok(await again.isDisabled(), "while it runs there is nothing to start");
  await ada.click("button", "Stop training");
  await ben.untilFinished();
  await ben.untilAgreed(ada);
});

scenario("what is closed by hand stays closed, and a message keeps the name of who wrote it", async (world) => {
  await world.startServer();
  const [ada, ben] = [await world.device("Ada"), await world.device("Ben")];
  const invitation = await ada.createRoom(world.server.origin);
  await ben.openInvitation(invitation);
  await ben.fill("textbox", "Device name", "Ben");
  await ben.click("button", "Save name");
  await ben.connectedTo(ada);
  const benId = await ben.id();
  await ada.until("Ben has a name", (s) => s.people.some((person) => person.includes("Ben")));
  await ben.say("hello from me");
  await ada.hears("hello from me");

  await ada.click("button", "Close connection to Ben");
  await ada.until("the connection is closed", (s) => s.peers[benId] === "discovered");
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  assert.equal((await ada.state()).peers[benId], "discovered", "it stays closed");
  await ada.click("button", "Connect to Ben");
  await ada.connectedTo(ben);

  await ben.click("button", "Leave room");
  await ada.until("Ben has left", (s) => !(benId in s.peers));
  await ada.reload();
  const { messages } = await ada.hears("hello from me");
  assert.ok(messages.some((message) => message.startsWith("Ben")), `${messages}`);
});

/** Waits until a page says this. */
async function says(peer, words) {
  await peer.page.waitForFunction((words) => document.body.textContent.includes(words), words);
}
