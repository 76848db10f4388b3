// One network on two devices, one of them in Firefox: it learns over both, answers through both, and outlives one.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

scenario("a network on two devices trains, answers, and goes on without one", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  const fox = await world.firefoxDevice("Fox");
  const invitation = await ada.createRoom(world.server.origin);
  await fox.openInvitation(invitation);
  await ada.connectedTo(fox);
  await ada.loadDigits(1, 20);

  await fox.select("Carry nodes of others", "256 nodes");
  await ada.until("Fox's offer is known", () =>
    ada.evaluate(() => window.peerceptron.get_discovered_peers()[0].capabilities.nodes_for_others === 256),
  );
  await ada.click("button", "Let other devices carry part of this network");
  await ada.until("the upper layer is on Fox's device", (s) => /^128 nodes of layer 2: Firefox/.test(s.parts[0] ?? ""));
  await fox.until("Fox's page says so", (s) => /^128 nodes of layer 2 of .+’s “digits”/.test(s.carried[0] ?? ""));

  await ada.click("button", "Train over all of them");
  const trained = await ada.until(
    "it is trained",
    (s) => s.split.split === "rests" && Number(s.split.accuracy ?? 0) > 0.8,
    120_000,
  );
  assert.match(trained.parts[0], / late or lost · .+ there, .+ back$/);
  await fox.until("its nodes have learnt", (s) => /taught by (1[5-9]\d|[2-9]\d\d) batches$/.test(s.carried[0] ?? ""));

  const right = () => ada.evaluate(share);
  const asked = () => ada.evaluate(() => window.peerceptron.get_split().split.parts[0].asked);
  const before = await asked();
  assert.ok((await right()) > 0.8, "most rows are told right");
  assert.ok((await asked()) >= before + 20, "and Fox was asked about each");

  await fox.close();
  await ada.until("the nodes are at home", (s) => s.parts[0] === "128 nodes of layer 2: on this device");
  assert.ok((await right()) > 0.8, "they know what they have learnt");
  await ada.click("button", "Bring all nodes home");
  await ada.until("the network is on one device", (s) => s.split.split === "no" && s.parts.length === 0);
  assert.ok((await right()) > 0.8, "so does the whole network");
});

/** Runs in the page: which part of twenty rows the network tells right. */
async function share() {
  // The format is that of crates/neural/src/dataset/file.rs: a header of 18 bytes, grey levels, labels.
  const file = new DataView(await (await fetch("/data/digits.bin")).arrayBuffer());
  const [inputs, , rows] = [6, 10, 14].map((at) => file.getUint32(at, true));
  const bytes = new Uint8Array(file.buffer, 18);
  let right = 0;
  for (let row = 0; row < 20; row += 1) {
    const input = bytes.slice(row * inputs, (row + 1) * inputs);
    const [best] = await window.peerceptron.predict("digits", input);
    if (best.class === bytes[rows * inputs + row]) right += 1;
  }
  return right / 20;
}
