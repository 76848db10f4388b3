// A device whose storage is full: what was stored stays, the page says what is the matter, and forgetting makes room.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

const KEY = "The spare key lies under the third stone beside the shed";
/** What the browser grants beyond what the site uses already: some long notes. */
const LEFT_BYTES = 400_000;
/** More than fit. */
const NOTES_MAX = 60;

/** Unlike every other, so that none is taken for another. */
const longNote = (number) => Array.from({ length: 900 }, (_, word) => `w${number}x${word}`).join(" ");

scenario("a memory whose storage is full says so, keeps what it has, and has room again when some of it goes", async (world) => {
  await world.startServer();
  const { origin } = world.server;
  const ada = await world.device("Ada");
  await ada.goto(`${origin}/memory`);
  assert.equal(await remember(ada, KEY), "stored");
  const devtools = await ada.page.context().newCDPSession(ada.page);
  const { usage } = await devtools.send("Storage.getUsageAndQuota", { origin });
  await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: usage + LEFT_BYTES });

  let stored = 0;
  let outcome = "stored";
  while (outcome === "stored" && stored < NOTES_MAX) {
    outcome = await remember(ada, longNote(stored));
    if (outcome === "stored") stored++;
  }
  assert.match(outcome, /storage for this site is full: forget some memories, or free some space/);
  assert.ok(stored >= 5, `${stored} notes fit`);

  // Nothing of it is lost, and nothing of what did not fit is there.
  await ada.page.getByText(`${stored + 1} notes in`).waitFor();
  await ada.click("button", "What counts least?");
  await ada.click("button", "Forget them");
  const gone = ada.page.getByText(/(is|are) gone\./);
  const forgotten = Number((await gone.textContent()).split(" ")[0]);
  assert.equal(await remember(ada, "There is room for this one again"), "stored");
  await ada.reload();
  await ada.page.getByText(`${stored + 2 - forgotten} notes in`).waitFor();
});

/** Writes a note down: `stored`, or what the page says instead. */
async function remember(peer, text) {
  await peer.fill("textbox", "Note", text);
  await peer.click("button", "Remember");
  const outcome = await peer.page.waitForFunction(() => {
    const refusal = document.querySelector(".memories-note [role=alert]")?.textContent;
    return refusal || (document.querySelector("textarea").value === "" ? "stored" : null);
  });
  return outcome.jsonValue();
}
