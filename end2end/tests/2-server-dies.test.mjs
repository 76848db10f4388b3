// The room outlives its server: training, messages, and a connection between two who had none.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

scenario("the server is killed and the room goes on", async (world) => {
  await world.startServer();
  const [ada, ben, cleo] = [await world.device("Ada"), await world.device("Ben"), await world.device("Cleo")];

  const invitation = await ada.createRoom(world.server.origin);
  await ben.openInvitation(invitation);
  await ada.connectedTo(ben);
  await ben.connectedTo(ada);
  await connectOnlyByHand(ben);

  // Cleo decides whom to connect to before entering: to Ada, and not to Ben.
  await cleo.createRoom(world.server.origin);
  await connectOnlyByHand(cleo);
  await cleo.click("button", "Leave room");
  await cleo.until("the landing page", (s) => s.path === "/");
  await cleo.fill("textbox", "Invitation link", invitation);
  await cleo.click("button", "Enter the room");
  await cleo.inRoom();
  const [adaId, benId, cleoId] = await Promise.all([ada.id(), ben.id(), cleo.id()]);
  await cleo.connectedTo(ada);
  await cleo.until("Ben is known", (s) => s.peers[benId] === "discovered");

  await ada.loadDigits(1);
  await ben.loadDigits(2);
  await ada.setTraining({ rounds: 400, steps: 20 });
  await ada.click("button", "Train together");
  await Promise.all([ada.untilRound(2), ben.untilRound(2)]);

  for (const peer of [ada, ben, cleo]) peer.expectProblem(/WebSocket connection/);
  await world.server.kill();
  for (const peer of [ada, ben, cleo]) {
    await peer.until("the loss of the server is shown", (s) => s.signaling !== "registered");
  }

  const { round } = (await ada.state()).session;
  await ada.untilRound(Number(round) + 3);
  await ben.untilRound(Number(round) + 3);
  await ada.say("still here?");
  await ben.hears("still here?");
  await cleo.hears("still here?");

  const before = await cleo.state();
  assert.notEqual(before.peers[benId], "open", "Cleo and Ben have no connection yet");
  await cleo.click("button", `Connect to ${await nameOf(cleo, benId)}`);
  await cleo.connectedTo(ben);
  await ben.until("connected to Cleo", (s) => s.peers[cleoId] === "open");
  await cleo.say("hello through nobody");
  await ben.hears("hello through nobody");

  await world.server.start();
  for (const peer of [ada, ben, cleo]) {
    await peer.until("registered again by itself", (s) => s.signaling === "registered", 45_000);
  }
  const dora = await world.device("Dora");
  await dora.openInvitation(invitation);
  await dora.connectedTo(ada);
  await ada.say("welcome");
  await dora.hears("welcome");
  assert.equal((await ada.state()).peers[cleoId], "open", "nobody was lost on the way");
  assert.ok((await cleo.state()).peers[adaId] === "open");
});

async function connectOnlyByHand(peer) {
  await peer.click("button", "By hand");
  await peer.click("checkbox", "Connect to peers only by hand");
}

/** What a page calls the device with this id. */
async function nameOf(peer, id) {
  return peer.evaluate((id) => document.querySelector(`li[data-peer="${id}"]`).getAttribute("aria-label"), id);
}
