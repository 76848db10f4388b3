// A session that shows sums only: chosen by a person, in browsers of two makers, whose workers keep the secrets.

import assert from "node:assert/strict";
import { barePage, refusals, startBoth } from "../harness/bare.mjs";
import { loadDigits } from "../harness/digits.mjs";
import { scenario } from "../harness/world.mjs";

scenario("three devices add up under masks, and end with one model that has learnt", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  const ben = await world.device("Ben");
  const fay = await world.firefoxDevice("Fay");
  const invitation = await ada.createRoom(world.server.origin);
  for (const peer of [ben, fay]) await peer.openInvitation(invitation);
  for (const [one, other] of [[ada, ben], [ada, fay], [ben, fay]]) await one.connectedTo(other);
  for (const [place, peer] of [ada, ben, fay].entries()) await peer.loadDigits(place + 1, 20);
  await ada.setTraining({ rounds: 12, steps: 30 });
  await ada.select("Show sums only", "As one group, three or more");
  await ada.click("button", "Train together");

  await fay.untilRound(2);
  await fay.until("it says who is in its group", (s) => /Your group: .+\. Sums in the last round: 1\./.test(s.groups));
  const ends = await Promise.all([ada, ben, fay].map((peer) => peer.untilFinished()));
  assert.equal(new Set(ends.map((end) => end.session.model)).size, 1, "the same model, bit for bit");
  assert.ok(Number(ends[0].session.together) > 0.6, `it has learnt: ${ends[0].session.together}`);
});

scenario("the class says how many devices sums take, and refuses what is no choice", async (world) => {
  const page = await barePage(world, await startBoth(world));
  await page.evaluate(loadDigits, { part: 0, parts: 2, layers: [8] });
  const refused = await refusals(page, {
    alone: (network) => network.start_collaborative_learning([], "digits", { masks: "groups" }),
    "no choice": (network) => network.start_collaborative_learning([], "digits", { masks: true }),
  });
  assert.match(refused.alone.message, /take 6 devices, and 1 may take part/);
  assert.match(refused["no choice"].message, /`masks` must be/);
  for (const { code } of Object.values(refused)) assert.equal(code, "invalid_input");
});
