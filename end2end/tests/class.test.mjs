// The JavaScript class: on a page of one's own, and on `window` of the application.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

scenario("two bare pages use the class to meet, talk and learn", async (world) => {
  await world.startServer();
  const [ada, ben] = [await barePage(world, "Ada"), await barePage(world, "Ben")];
  const signaling = world.server.origin.replace("http", "ws") + "/signal";

  const invitation = await ada.evaluate(async (signaling) => {
    const network = window.network;
    network.configure_signaling_server(signaling);
    const joined = await network.join_room();
    await network.start_peer_discovery();
    return joined.invitation ?? joined.invitation_link ?? joined;
  }, signaling);
  await ben.evaluate(
    async ([signaling, invitation]) => {
      const network = window.network;
      network.configure_signaling_server(signaling);
      await network.join_room(invitation);
      await network.start_peer_discovery();
    },
    [signaling, invitation],
  );
  await ben.page.waitForFunction(() => window.network.get_discovered_peers().length === 1);
  const adaId = await ben.evaluate(async () => {
    const [{ peer_id: peer }] = window.network.get_discovered_peers();
    await window.network.initiate_webrtc_connection(peer);
    return peer;
  });
  assert.ok(await ben.evaluate((peer) => window.network.is_peer_connected_webrtc(peer), adaId));

  await ada.evaluate(() => {
    window.heard = new Promise((resolve) => window.network.on("message", resolve));
  });
  await ben.evaluate((peer) => window.network.send_direct_message(peer, "hello from a bare page"), adaId);
  const heard = await ada.evaluate(() => window.heard);
  assert.equal(heard.text, "hello from a bare page");
});

scenario("bad arguments are refused with a code and lose nothing", async (world) => {
  await world.startServer();
  const ada = await barePage(world, "Ada");
  const refusals = await ada.evaluate(async () => {
    const refusal = async (attempt) => {
      try {
        await attempt();
        return "nothing was refused";
      } catch (error) {
        return { isError: error instanceof Error, code: error.code, message: error.message };
      }
    };
    const network = window.network;
    return [
      await refusal(() => network.configure_signaling_server("not an address")),
      await refusal(() => network.create_cluster("two words", 8)),
      await refusal(() => network.create_cluster("empty", { inputs: 0, layers: [4], classes: 2 })),
      await refusal(() => network.initiate_webrtc_connection("00".repeat(32))),
      await refusal(() => network.process_input("missing", new Float32Array(4))),
      await refusal(() => network.send_direct_message("to nobody")),
    ];
  });
  for (const refusal of refusals) {
    assert.equal(refusal.isError, true, JSON.stringify(refusal));
    assert.match(refusal.code, /^[a-z_]+$/, JSON.stringify(refusal));
    assert.ok(refusal.message.length > 10, JSON.stringify(refusal));
  }
  const outputs = await ada.evaluate(async () => {
    await window.network.create_cluster("small", { inputs: 4, layers: [8], classes: 3 });
    const outputs = await window.network.process_input("small", new Float32Array([0, 0.25, 0.5, 1]));
    return [outputs instanceof Float32Array, outputs.length > 0, outputs.every(Number.isFinite)];
  });
  assert.deepEqual(outputs, [true, true, true]);
});

scenario("the application's own peer is on window", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  const ben = await world.device("Ben");
  await ben.openInvitation(await ada.createRoom(world.server.origin));
  await ada.connectedTo(ben);
  const benId = await ben.id();
  await ada.page.waitForFunction(() => window.peerceptron !== undefined);
  const seen = await ada.evaluate((peer) => {
    const network = window.peerceptron;
    return {
      ofClass: network instanceof window.DistributedNeuralNetwork,
      registered: network.is_connected_to_signaling_server(),
      connected: network.is_peer_connected_webrtc(peer),
    };
  }, benId);
  assert.deepEqual(seen, { ofClass: true, registered: true, connected: true });
  await ada.evaluate((peer) => window.peerceptron.send_direct_message(peer, "from the console"), benId);
  await ben.hears("from the console");
});

/** A page that holds nothing but the class. */
async function barePage(world, name) {
  const context = await world.context();
  const address = `${world.server.origin}/bare-page`;
  await context.route(address, (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html><title>A page of one's own</title>" }),
  );
  const peer = await world.tab(name, context);
  await peer.goto(address);
  await peer.evaluate(async (device) => {
    const { default: init, DistributedNeuralNetwork } = await import("/sdk/peerceptron.js");
    await init();
    window.network = new DistributedNeuralNetwork(device);
  }, name);
  return peer;
}
