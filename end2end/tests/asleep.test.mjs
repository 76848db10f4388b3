// Pages that nobody looks at, pages that the browser lets rest, and devices that sleep.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

/** Rounds that are looked at, of a fraction of a second each. */
const ROUNDS = 60;
/** "Within seconds", on a machine that does other things besides. */
const SOON_MS = 15_000;

scenario("a page that nobody looks at keeps up with the rounds", async (world) => {
  const [ada, ben, cleo] = await threeInTraining(world);
  await cleo.hands.hide();
  const from = await roundOf(ada);
  await ada.untilRound(from + ROUNDS);
  const parts = await partsOf(ada, await cleo.id(), from);
  assert.ok(parts >= 0.8 * ROUNDS, `its update is in ${parts} of ${ROUNDS} rounds`);
  await cleo.untilRound(from + ROUNDS, SOON_MS);
  await cleo.hands.show();
  await endWithOneModel([ada, ben, cleo]);
});

scenario("others go on when a device sleeps, and it is back among them within seconds", async (world) => {
  const [ada, ben, cleo] = await threeInTraining(world, standStillWhileAsleep);
  const id = await cleo.id();
  await cleo.evaluate(() => (window.life = "the first"));

  const naps = [
    // Nobody has given it up, but what is sent to it again waits as long as it has slept.
    { falls: "asleep", until: "it is missed", seen: (s) => s.peers[id] === "restarting" },
    // Everybody has given it up, and the server too.
    { falls: "asleep", until: "it is given up", seen: (s) => s.peers[id] !== "open" && s.peers[id] !== "restarting" },
    { falls: "frozen", until: "it is missed", seen: (s) => s.peers[id] === "restarting" },
  ];
  for (const { falls, until, seen } of naps) {
    // Who is with nobody but one of them cannot be missed by the other.
    await Promise.all([ada, ben].map((peer) => peer.connectedTo(cleo, 60_000)));
    const from = await roundOf(ada);
    await (falls === "asleep" ? cleo.hands.fallAsleep() : cleo.hands.freeze());
    await ada.untilRound(from + 5, SOON_MS);
    await Promise.all([ada, ben].map((peer) => peer.until(until, seen, 60_000)));
    const missed = await roundOf(ada);
    await (falls === "asleep" ? cleo.hands.wakeUp() : cleo.hands.thaw());
    await untilInARound(cleo, missed, `it was ${falls} until ${until}`, [ada, ben]);
    await cleo.untilRound(missed, SOON_MS);
  }
  assert.equal(await cleo.evaluate(() => window.life), "the first", "it was not reloaded");
  await endWithOneModel([ada, ben, cleo]);
});

/** Three devices that have made three rounds of many; the last one's browser is as people have it. */
async function threeInTraining(world, script) {
  await world.startServer();
  const [ada, ben, cleo] = await Promise.all([
    world.browser("Ada"),
    world.browser("Ben"),
    world.sleepyDevice("Cleo", script),
  ]);
  const all = [ada, ben, cleo];
  const invitation = await ada.createRoom(world.server.origin);
  await Promise.all([ben, cleo].map((peer) => peer.openInvitation(invitation)));
  for (const one of all) {
    for (const other of all.filter((peer) => peer !== one)) await one.connectedTo(other);
  }
  for (const [i, peer] of all.entries()) {
    // The server may take back its word that a device is here while it sleeps.
    peer.expectProblem(/WebSocket connection/);
    await peer.loadDigits(i + 1);
  }
  await ada.setTraining({ rounds: 10_000, steps: 40 });
  await ada.click("button", "Train together");
  await Promise.all(all.map((peer) => peer.untilRound(3)));
  return all;
}

async function endWithOneModel(peers) {
  const [first, ...others] = peers;
  await first.click("button", "Stop training");
  await Promise.all(peers.map((peer) => peer.untilFinished()));
  for (const other of others) await other.untilAgreed(first);
}

async function roundOf(peer) {
  return Number((await peer.state()).session.round);
}

/** In how many of the rounds after `from` a device's update is, by what `peer` knows. */
async function partsOf(peer, id, from) {
  const count = ({ id, from }) => {
    const rounds = window.peerceptron.get_session().history.filter(({ round }) => round > from);
    return rounds.filter(({ members }) => members.some(({ peer_id }) => peer_id === id)).length;
  };
  return peer.evaluate(count, { id, from });
}

/** Waits until an update of `peer` is in a round after `from` by what the first of `others` knows. */
async function untilInARound(peer, from, after, others) {
  const [first] = others;
  const sought = { id: await peer.id(), from };
  try {
    await first.page.waitForFunction(isInARound, sought, { timeout: SOON_MS });
  } catch (error) {
    const shown = async (one) => `${one.name}: ${JSON.stringify(await one.state(), undefined, 2)}`;
    const pages = await Promise.all([peer, ...others].map(shown));
    throw new Error(`${peer.name} is in no round after ${from}: ${after}. ${pages.join("\n")}`, { cause: error });
  }
}

/** In the page: whether a device's update is in a round after `from`. */
function isInARound({ id, from }) {
  const rounds = window.peerceptron.get_session().history.filter(({ round }) => round > from);
  return rounds.some(({ members }) => members.some(({ peer_id }) => peer_id === id));
}

/** In the page: its monotonic clock stands still while the device sleeps, as on several systems. */
function standStillWhileAsleep() {
  const read = performance.now.bind(performance);
  let before = read();
  let slept = 0;
  performance.now = () => {
    const at = read();
    if (at - before > 4000) slept += at - before;
    before = at;
    return at - slept;
  };
}
