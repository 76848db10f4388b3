// Five browsers with skewed data. One is killed in the middle of a round and started again, one comes late, one sends garbage,
// and the server is gone from one of the first rounds on: the four honest ones end with one model, each better off than alone.

import assert from "node:assert/strict";
import { takeSkewedDigits, useRows } from "../harness/digits.mjs";
import { garbleWhatIsSent } from "../harness/garbage.mjs";
import { scenario } from "../harness/world.mjs";

const DEVICES = 5;
const DATA = { layers: [48, 48], held_out_percent: 88 };
/** So many that the server dies in one of the first rounds, though who was killed and who is late must meet the others before. */
const STEPS = 600;
/** Rounds with the late one's rows in them, before somebody stops. */
const ROUNDS_TOGETHER = 8;

scenario("five browsers: one dies and comes back, one is late, one sends garbage, and there is no server", async (world) => {
  await world.startServer();
  const { origin } = world.server;
  const [ada, killed, cleo, mal, fox] = await Promise.all([
    world.browser("Ada"),
    world.keptDevice("Ben"),
    world.browser("Cleo"),
    world.browser("Mal", {}, garbleWhatIsSent),
    world.firefoxDevice("Fox"),
  ]);
  const invitation = await ada.createRoom(origin);
  const early = [ada, killed, mal, fox];
  await Promise.all([cleo.goto(origin), ...[killed, mal, fox].map((peer) => peer.openInvitation(invitation))]);
  await allConnected(early);
  const all = [ada, killed, cleo, mal, fox];
  await Promise.all(all.map((peer, device) => peer.evaluate(takeSkewedDigits, { device, devices: DEVICES })));
  await Promise.all(early.map((peer) => peer.evaluate(useRows, DATA)));

  await ada.setTraining({ rounds: 1000, steps: STEPS });
  await ada.click("button", "Train together");
  await killed.until("it trains", (s) => s.session?.phase === "training");
  const before = await killed.state();
  // Firefox says so of a connection whose other end is dead.
  fox.expectProblem(/ICE failed/);
  await killed.kill();
  const ben = await killed.comeBack();
  await ben.openInvitation(invitation);
  assert.equal(await ben.id(), before.me, "the same device");
  await ben.inSession();

  await cleo.fill("textbox", "Invitation link", invitation);
  await cleo.click("button", "Enter the room");
  await cleo.inRoom();
  const honest = [ada, ben, cleo, fox];
  await allConnected(honest);
  // A page that has just been opened still fetches what it computes with.
  await Promise.all([ben, cleo].map((peer) => peer.evaluate(holdsModel)));
  for (const peer of [mal, ...honest]) peer.expectProblem(/WebSocket connection|can’t establish a connection/);
  await world.server.kill();
  await mal.evaluate(() => (window.garbage = true));
  await ada.until("the garbage is refused", (s) => s.log.some((line) => line.includes("Refused something from")));
  assert.ok((await mal.evaluate(() => window.garbled)) > 0, "garbage was sent");

  await cleo.evaluate(useRows, DATA);
  await Promise.all([ben, cleo].map((peer) => peer.evaluate(contributes)));
  const { round } = (await cleo.state()).session;
  await Promise.all(honest.map((peer) => peer.untilRound(Number(round) + ROUNDS_TOGETHER)));
  for (const peer of honest) {
    await peer.until("it is better off than alone", ({ session, comparison }) => {
      const brings = /On \d+ held-out rows of yours the group brings you \d+\.\d points\./.test(comparison);
      return brings && Number(session.together) > Number(session.alone);
    });
  }
  await ada.click("button", "Stop training");
  await Promise.all(honest.map((peer) => peer.untilFinished()));
  // A stop meets them in the middle of a round: who is behind fetches the others' model.
  await Promise.all([ben, cleo, fox].map((peer) => peer.untilAgreed(ada)));
  for (const peer of honest) {
    assert.notEqual((await peer.state()).signaling, "registered", "the server is away to the end");
  }
  await world.photograph();
});

/** Runs inside a page: waits until a model of the session has come, and so whatever computes with it. */
async function holdsModel() {
  while (window.peerceptron.get_session().history.length === 0) await new Promise((next) => setTimeout(next, 20));
}

/** Runs inside a page: waits until this device has a part in the newest round. */
async function contributes() {
  const { me } = document.querySelector("main").dataset;
  const takesPart = () => window.peerceptron.get_session().history.at(-1)?.members.some(({ peer_id }) => peer_id === me);
  while (!takesPart()) await new Promise((next) => setTimeout(next, 20));
}

async function allConnected(peers) {
  for (const one of peers) {
    for (const other of peers) {
      if (other !== one) await one.connectedTo(other);
    }
  }
}
