// Chromium and Firefox in one room.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

scenario("Chromium and Firefox connect, talk and arrive at the same model", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  const fox = await world.firefoxDevice("Fox");

  const invitation = await ada.createRoom(world.server.origin);
  await fox.openInvitation(invitation);
  await ada.connectedTo(fox);
  await fox.connectedTo(ada);

  await ada.say("hello, fox");
  await fox.hears("hello, fox");
  await fox.say("hello, Chromium");
  await ada.hears("hello, Chromium");

  await ada.loadDigits(1);
  await fox.loadDigits(2);
  await fox.setTraining({ rounds: 4, steps: 20 });
  await fox.click("button", "Train together");
  const [one, other] = await Promise.all([ada.untilFinished(), fox.untilFinished()]);
  assert.equal(one.session.round, "4");
  assert.equal(one.session.model, other.session.model, "two browsers, the same bits");
});
