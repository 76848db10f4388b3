// Two networks with a narrow link between them that loses packets: browsers on both sides learn together, and find out by
// themselves that they had better send less.

import assert from "node:assert/strict";
import { takeSkewedDigits, useRows } from "../harness/digits.mjs";
import { Link, whyNoLink } from "../harness/link.mjs";
import { scenario } from "../harness/world.mjs";

const ROUNDS = 8;
/** An update of this network in whole is some 90 kB: one and a half seconds on the link, at best. */
const DATA = { layers: [256, 256], held_out_percent: 50 };
const NARROW = { kilobitsPerSecond: 512, lostPercent: 2 };

scenario("over a narrow link that loses packets, members send their largest changes only", async (world) => {
  const link = new Link();
  world.later(() => link.close());
  await world.startServer([], link.here);
  const { origin } = world.server;
  const [ada, ben] = await Promise.all([
    world.browser("Ada", link.chromium(origin, { isThere: false })),
    world.browser("Ben", link.chromium(origin, { isThere: true })),
  ]);
  await ben.openInvitation(await ada.createRoom(origin));
  await ada.connectedTo(ben);
  await ben.connectedTo(ada);
  for (const [device, peer] of [ada, ben].entries()) {
    await peer.evaluate(takeSkewedDigits, { device, devices: 2 });
    await peer.evaluate(useRows, DATA);
  }

  link.narrow(NARROW);
  await ada.setTraining({ rounds: ROUNDS, steps: 20 });
  await ada.click("button", "Train together");
  for (const peer of [ada, ben]) {
    const isTold = (s) => s.facts.some((fact) => /The network is slow\s*largest changes only/.test(fact));
    await peer.until("it says that the network is slow", isTold, 60_000);
  }
  await Promise.all([ada.untilFinished(), ben.untilFinished()]);
  // Where the link loses what is said of the last round, one of them fetches the other's model.
  await ben.untilAgreed(ada, 60_000);

  const [one, other] = (await Promise.all([ada.state(), ben.state()])).map(({ session }) => session);
  assert.equal(one.round, String(ROUNDS));
  const courses = await Promise.all([ada, ben].map((peer) => peer.evaluate(tellCourse)));
  assert.equal(one.model, other.model, `both hold the same model, bit for bit:\n${courses.join("\n\n")}`);
  for (const peer of [ada, ben]) {
    const sent = await peer.evaluate(() => window.peerceptron.get_session().history.map((round) => round.sent_bytes));
    assert.ok(sent[0] > 80_000, `the first update was whole: ${sent}`);
    assert.ok(sent.at(-1) < 20_000, `later ones were a part: ${sent}`);
  }
  await world.photograph();
}, { skip: whyNoLink() });

/** What a page says of the rounds: who led, how many took part, how long each took, what was sent. */
function tellCourse() {
  const { history } = window.peerceptron.get_session();
  const tell = ({ round, model, leader, members, duration_ms, sent_bytes }) =>
    `round ${round}: ${model.slice(0, 8)} by ${leader?.slice(0, 8)}, ${members.length} members, ${duration_ms} ms, ${sent_bytes} bytes`;
  return history.map(tell).join("\n");
}
