// A session that keeps rows private: chosen by a person, its budget live on every device and there again after a reload.

import assert from "node:assert/strict";
import { barePage, learnAlone, refusals, startBoth } from "../harness/bare.mjs";
import { loadDigits } from "../harness/digits.mjs";
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
  await ada.loadDigits(1, 20);
  await ben.loadDigits(2, 20);
  await ada.setTraining({ rounds: 20, steps: 40 });
  await ada.select("Keep rows private", "Yes, ε 8");
  await ada.click("button", "Train together");

  await ben.untilRound(3);
  const early = await budget(ben);
  assert.ok(early.spent > 0 && early.spent < 8, JSON.stringify(early));
  assert.equal(early.most, 8);
  assert.match(early.text, /Noise in a step[\d.]+ rows/);
  assert.match(early.text, /Holds but for δone in 100,000/);
  assert.match(early.text, /Price, as measuredabout \d+ points/);

  const ends = await Promise.all([ada.untilFinished(), ben.untilFinished()]);
  assert.equal(ends[0].session.model, ends[1].session.model, "the same model, bit for bit");
  assert.ok(Number(ends[0].session.together) > 0.5, `it has learnt through the noise: ${ends[0].session.together}`);
  const [one, other] = [await budget(ada), await budget(ben)];
  for (const end of [one, other]) {
    assert.ok(end.spent <= 8 && end.spent === end.after, JSON.stringify(end));
  }
  assert.ok(other.spent > early.spent);

  await ben.reload();
  await ben.inRoom();
  await ben.until("the session is back", (s) => s.session?.round === "20");
  assert.equal((await budget(ben)).spent, other.spent, "what was spent is not forgotten");
});

scenario("the class keeps rows private, says what that costs, and refuses what is no promise", async (world) => {
  const site = await startBoth(world);
  const page = await barePage(world, site);
  await page.evaluate(loadDigits, { part: 0, parts: 2, layers: [32] });
  const options = { rounds: 3, local_steps: 10 };
  const open = await learnAlone(page, "digits", options);
  assert.equal(open.privacy, null);

  const { privacy } = await learnAlone(page, "digits", { ...options, privacy: { epsilon: 4 } });
  assert.deepEqual([privacy.epsilon_max, privacy.delta, privacy.exhausted], [4, 1e-5, null]);
  assert.ok(privacy.epsilon > 3 && privacy.epsilon <= 4, JSON.stringify(privacy));
  assert.equal(privacy.epsilon, privacy.epsilon_after);
  assert.ok(privacy.noise_multiplier > 0.3 && privacy.price_points > 0, JSON.stringify(privacy));

  const refused = await refusals(page, {
    "too strict": (network) => network.start_collaborative_learning([], "t", { privacy: { epsilon: 0.1 } }),
    "no number": (network) => network.start_collaborative_learning([], "t", { privacy: { epsilon: "8" } }),
    "nothing said": (network) => network.start_collaborative_learning([], "t", { privacy: {} }),
    misspelt: (network) => network.start_collaborative_learning([], "t", { privacy: { epsilom: 8 } }),
  });
  for (const [name, { code, message }] of Object.entries(refused)) {
    assert.equal(code, "invalid_input", `${name}: ${message}`);
    assert.match(message, /epsilon/, name);
  }
});
