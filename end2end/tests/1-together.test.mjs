// Two devices meet by a link, talk, and learn together what neither learns as well alone.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

scenario("two Chromium devices connect, talk and train together", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  const ben = await world.device("Ben");

  const invitation = await ada.createRoom(world.server.origin);
  assert.match(invitation, /\/room\/[0-9a-f]{32}#[A-Za-z0-9_-]{43}$/, "the page's address is the invitation");
  await ben.openInvitation(invitation);
  await ada.connectedTo(ben);
  await ben.connectedTo(ada);

  await ada.say("good morning");
  await ben.hears("good morning");
  await ben.say("and to you");
  await ada.hears("and to you");

  await ada.loadDigits(1);
  await ben.loadDigits(2);
  await ada.setTraining({ rounds: 15, steps: 40 });
  await ada.click("button", "Train together");
  const ends = await Promise.all([ada.untilFinished(), ben.untilFinished()]);

  const [one, other] = ends.map((state) => state.session);
  assert.equal(one.round, "15");
  assert.match(one.model, /^[0-9a-f]{64}$/);
  assert.equal(one.model, other.model, "both hold the same model, bit for bit");
  for (const { together, alone } of [one, other]) {
    assert.ok(Number(together) > 0.8, `the shared network has learnt the digits: ${together}`);
    assert.ok(Number(alone) > 0.3, `so has the one that trained alone: ${alone}`);
  }
  const gain = (session) => Number(session.together) - Number(session.alone);
  assert.ok(
    gain(one) + gain(other) > 0,
    `together is better than alone on rows that neither has seen: ${JSON.stringify([one, other])}`,
  );
});
