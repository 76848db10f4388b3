// A session that keeps rows private: chosen by a person, its budget live on every device and there again after a reload.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

/** What the page says of the budget of its device's rows. */
async function budget(peer) {
  const group = peer.page.getByRole("group", { name: "Privacy budget" });
  const text = (await group.textContent()).replace(/\s+/g, " ");
  const [, spent, most] = text.match(/Privacy spent: ε ([\d.]+) of ([\d.]+)/);
  const [, after] = text.match(/After all roundsε ([\d.]+)/) ?? [];
  return { text, spent: Number(spent), most: Number(most), after: Number(after) };
}

scenario("two devices keep their rows private, and see what that has cost", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  const ben = await world.device("Ben");
  const invitation = await ada.createRoom(world.server.origin);
  await ben.openInvitation(invitation);
  await ada.connectedTo(ben);
  await ada.loadDigits(1);
  await ben.loadDigits(2);
  await ada.setTraining({ rounds: 8, steps: 20 });
  await ada.select("Keep rows private", "Yes, ε 8: about 5 points less accurate");
  await ada.click("button", "Train together");

  await ben.untilRound(3);
  const early = await budget(ben);
  assert.ok(early.spent > 0 && early.spent < 8, JSON.stringify(early));
  assert.equal(early.most, 8);
  assert.match(early.text, /Noise in a step[\d.]+ rows/);
  assert.match(early.text, /Holds but for δone in 100,000/);
  assert.match(early.text, /Price, as measured5 points of accuracy/);

  const ends = await Promise.all([ada.untilFinished(), ben.untilFinished()]);
  assert.equal(ends[0].session.model, ends[1].session.model, "the same model, bit for bit");
  assert.ok(Number(ends[0].session.together) > 0.3, `it has learnt through the noise: ${ends[0].session.together}`);
  const [one, other] = [await budget(ada), await budget(ben)];
  for (const end of [one, other]) {
    assert.ok(end.spent <= 8 && end.spent === end.after, JSON.stringify(end));
  }
  assert.ok(other.spent > early.spent);

  await ben.reload();
  await ben.inRoom();
  await ben.until("the session is back", (s) => s.session?.round === "8");
  assert.equal((await budget(ben)).spent, other.spent, "what was spent is not forgotten");
});
