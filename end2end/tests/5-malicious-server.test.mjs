// A signaling server that lies is noticed, whatever it does to the handshake, and the user is told.

import assert from "node:assert/strict";
import { forgeFingerprint, roomOf } from "../harness/crypto.mjs";
import { MaliciousServer } from "../harness/malicious.mjs";
import { scenario } from "../harness/world.mjs";

/** Each lie by its name: what the server does to a signal, and the words by which the user is told. */
const LIES = {
  "puts its own fingerprint into the handshake, knowing even the room's secret": {
    lie: (room) => (signal) => [{ ...signal, envelope: forgeFingerprint(room, signal.envelope) }],
    told: /the signature was not made by peer/,
  },
  "changes bytes of the envelope": {
    lie: () => (signal) => [{ ...signal, envelope: flipped(signal.envelope) }],
    told: /was changed on the way/,
  },
  "passes a handshake on in another's name": {
    lie: (_, stranger) => (signal) => [{ ...signal, from: stranger }],
    told: /meant for another place/,
  },
};

for (const [name, { lie, told }] of Object.entries(LIES)) {
  scenario(`a signaling server that ${name} is found out`, async (world) => {
    await world.startServer();
    const malicious = await MaliciousServer.start();
    world.later(() => malicious.close());
    const [ada, ben, stranger] = [await world.device("Ada"), await world.device("Ben"), await world.device("Cleo")];

    const invitation = await ada.createRoom(world.server.origin);
    await moveTo(ada, malicious);
    await stranger.openInvitation(invitation);
    const strangerId = await stranger.id();
    await stranger.close();
    malicious.lie = lie(roomOf(invitation), strangerId);

    await ben.openInvitation(invitation);
    await moveTo(ben, malicious);
    const refusing = await Promise.any(
      [ada, ben].map((peer) =>
        peer.until("the refusal is shown", (s) => s.log.some((line) => /Refused/.test(line) && told.test(line))),
      ),
    );
    assert.ok(refusing);
    assert.ok(malicious.passed > 0, "the lie was told");
    for (const peer of [ada, ben]) {
      const { peers } = await peer.state();
      assert.ok(!Object.values(peers).includes("open"), "no connection came of it");
    }

    malicious.lie = (signal) => [signal];
    await ada.connectedTo(ben, 60_000);
  });
}

scenario("a handshake that the server repeats later changes nothing", async (world) => {
  await world.startServer();
  const malicious = await MaliciousServer.start();
  world.later(() => malicious.close());
  const [ada, ben] = [await world.device("Ada"), await world.device("Ben")];
  const heard = [];
  malicious.lie = (signal) => {
    heard.push(signal);
    return [signal];
  };
  const invitation = await ada.createRoom(world.server.origin);
  await moveTo(ada, malicious);
  await ben.openInvitation(invitation);
  await moveTo(ben, malicious);
  await ada.connectedTo(ben);
  assert.ok(heard.length > 0);

  malicious.lie = (signal) => [signal, ...heard];
  await ben.reload();
  await ben.inRoom();
  await moveTo(ben, malicious);
  await ada.connectedTo(ben, 60_000);
  await Promise.any(
    [ada, ben].map((peer) => peer.until("the replay is refused", (s) => s.log.some((line) => /Refused/.test(line)))),
  );
  await ada.say("still the right one");
  await ben.hears("still the right one");
});

/** Leaves the honest server for another, as a person would who was told to. */
async function moveTo(peer, server) {
  const me = await peer.id();
  if (!(await peer.evaluate(() => document.querySelector("[aria-expanded=true]") !== null))) {
    await peer.click("button", "By hand");
  }
  await peer.fill("textbox", "Signaling server", server.url);
  await peer.click("button", "Use this server");
  await peer.click("button", "Discover");
  await peer.until("registered with the other server", (s) => s.signaling === "registered" && server.peers.includes(me));
}

/** The same envelope with one character of its middle changed. */
function flipped(envelope) {
  const at = Math.floor(envelope.length / 2);
  const other = envelope[at] === "A" ? "B" : "A";
  return envelope.slice(0, at) + other + envelope.slice(at + 1);
}
