// The JavaScript class: on a page of one's own, and on `window` of the application.

import assert from "node:assert/strict";
import { barePage, meet, openBarePage, startBoth } from "../harness/bare.mjs";
import { loadDigits } from "../harness/digits.mjs";
import { scenario } from "../harness/world.mjs";

scenario("two bare pages use the class to meet, talk and learn", async (world) => {
  const site = await startBoth(world);
  const pages = [await barePage(world, site), await barePage(world, site)];
  const [ada, ben] = pages;
  await meet(pages, world.server.origin);

  const adaId = await ben.evaluate(() => window.network.get_discovered_peers()[0].peer_id);
  assert.match(adaId, /^[0-9a-f]{64}$/);
  assert.equal(await ben.evaluate((peer) => window.network.is_peer_connected_webrtc(peer), adaId), true);
  await ben.evaluate((peer) => window.network.initiate_webrtc_connection(peer), adaId);
  const [stats] = await ben.evaluate(() => window.network.get_webrtc_stats());
  assert.equal(stats.peer_id, adaId);
  assert.equal(stats.state, "open");

  await ada.evaluate(() => {
    window.heard = new Promise((resolve) => window.network.on("message", resolve));
  });
  await ben.evaluate((peer) => window.network.send_direct_message(peer, "hello from a bare page"), adaId);
  const heard = await ada.evaluate(() => window.heard);
  assert.equal(heard.text, "hello from a bare page");

  for (const [part, page] of pages.entries()) await page.evaluate(loadDigits, { part, parts: 2, layers: [32] });
  const session = await ada.evaluate(async () => {
    const peers = window.network.get_discovered_peers().map(({ peer_id }) => peer_id);
    return window.network.start_collaborative_learning(peers, "Tell digits apart", {
      cluster_id: "digits",
      rounds: 5,
      local_steps: 20,
    });
  });
  const ends = [];
  for (const page of pages) {
    await page.waitForFunction(
      (id) => {
        const session = window.network.get_session();
        return session?.session_id === id && !session.running;
      },
      session,
      { timeout: 60_000 },
    );
    ends.push(await page.evaluate((id) => window.network.get_session(id), session));
  }
  assert.equal(ends[0].round, 5);
  assert.equal(ends[0].model, ends[1].model, "the same model on both pages");
  assert.equal(ends[0].history.at(-1).members.length, 2);
});

scenario("a peer lives on when its page lets go of the object", async (world) => {
  const site = await startBoth(world);
  const pages = [await barePage(world, site), await barePage(world, site)];
  const [ada, ben] = pages;
  await meet(pages, world.server.origin);
  await ada.evaluate(() => {
    window.network.on("message", ({ text }) => (window.heard = text));
    delete window.network;
  });
  const inspector = await ada.context().newCDPSession(ada);
  for (let times = 0; times < 3; times += 1) {
    await inspector.send("HeapProfiler.collectGarbage");
    // Whoever waits for an object's end hears of it in a task of its own.
    await ada.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  }
  await ben.evaluate(() => window.network.send_direct_message("are you there?"));
  await ada.waitForFunction(() => window.heard === "are you there?");
});

scenario("an error that is passed on reaches the other page", async (world) => {
  const site = await startBoth(world);
  const pages = [await barePage(world, site), await barePage(world, site)];
  const [ada, ben] = pages;
  await meet(pages, world.server.origin);
  for (const page of pages) {
    await page.evaluate(() => window.network.create_cluster("shared", { inputs: 4, layers: [8], classes: 3 }));
  }
  await ben.evaluate(() => {
    window.called = new Promise((resolve) => window.network.on("learning_called_for", resolve));
  });
  const reached = await ada.evaluate(() => window.network.propagate_error_to_peers("shared", 0.75));
  assert.equal(reached, 1);
  const called = await ben.evaluate(() => window.called);
  assert.match(called.peer_id, /^[0-9a-f]{64}$/);
  assert.equal(called.cluster_id, "shared");
  assert.ok(Math.abs(called.urgency - 0.75) < 0.01, `an urgency of ${called.urgency}`);
});

scenario("bad arguments are refused with a code and lose nothing", async (world) => {
  const site = await startBoth(world);
  const page = await barePage(world, site);
  const refusals = await page.evaluate(async () => {
    const network = window.network;
    const attempts = {
      address: () => network.configure_signaling_server("not an address"),
      label: () => network.create_cluster("two words", 8),
      inputs: () => network.create_cluster("empty", { inputs: 0, layers: [4], classes: 2 }),
      peer: () => network.initiate_webrtc_connection("00".repeat(32)),
      id: () => network.initiate_webrtc_connection("somebody"),
      cluster: () => network.process_input("missing", new Float32Array(4)),
      nobody: () => network.send_direct_message("to nobody"),
      event: () => network.on("no such event", () => {}),
      handler: () => network.on("message", "not a function"),
      nothing: () => network.create_cluster(),
      timer: () => network.create_cluster("timer", { inputs: 4, layers: [{ nodes: 4, timer: 0 }], classes: 2 }),
      steps: () => network.create_cluster("steps", { inputs: 5, steps: 2, layers: [{ nodes: 4, traces: 2 }], classes: 2 }),
      traces: () => network.create_cluster("traces", { inputs: 4, steps: 2, layers: [4], classes: 2 }),
      recipe: () => network.create_cluster("recipe", { inputs: 4, layers: [4], classes: 2, recipe: new Uint8Array(9) }),
      urgency: () => network.propagate_error_to_peers("missing", 2),
      calledCluster: () => network.propagate_error_to_peers("missing", 1),
      noText: () => network.send_direct_message("00".repeat(32), null),
      longText: () => network.send_direct_message("x".repeat(10_000_000)),
      manyBytes: () => network.probe_webrtc_connection("00".repeat(32), new Uint8Array(100_000_000)),
      trap: () => network.join_room(undefined, new Proxy({}, { ownKeys: () => { throw new Error("a trap"); } })),
    };
    const refusals = {};
    for (const [name, attempt] of Object.entries(attempts)) {
      try {
        await attempt();
        refusals[name] = "nothing was refused";
      } catch (error) {
        refusals[name] = { isError: error instanceof Error, code: error.code, message: error.message };
      }
    }
    return refusals;
  });
  for (const [name, refusal] of Object.entries(refusals)) {
    assert.equal(refusal.isError, true, `${name}: ${JSON.stringify(refusal)}`);
    assert.match(refusal.code ?? "", /^[a-z_]+$/, `${name}: ${JSON.stringify(refusal)}`);
    assert.ok(refusal.message.length > 10, `${name}: ${JSON.stringify(refusal)}`);
  }
  const outputs = await page.evaluate(async () => {
    await window.network.create_cluster("small", { inputs: 4, layers: [8], classes: 3 });
    const outputs = await window.network.process_input("small", new Float32Array([0, 0.25, 0.5, 1]));
    return [outputs instanceof Float32Array, outputs.length > 0, outputs.every(Number.isFinite)];
  });
  assert.deepEqual(outputs, [true, true, true]);
});

scenario("a compute worker that cannot be loaded is told of, with the reason", async (world) => {
  const site = await startBoth(world);
  const context = await world.context();
  await context.route("**/compute_bg.wasm", (route) => route.abort());
  const page = await openBarePage(context, site, world.server.origin, "bare");
  const refusal = await page.evaluate(() =>
    window.network.create_cluster("small", { inputs: 4, layers: [8], classes: 3 }).then(
      () => "a cluster without a worker",
      ({ code, message }) => ({ code, message }),
    ),
  );
  assert.equal(refusal.code, "worker_lost");
  assert.match(refusal.message, /the worker that does this stopped: it did not start: .*fetch.*; reload the page/i);
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

  const nodes = await ada.evaluate(async () => {
    const another = new window.DistributedNeuralNetwork("another device");
    const { nodes } = await another.create_cluster("small", { inputs: 4, layers: [8], classes: 3 });
    another.close();
    return nodes;
  });
  assert.equal(nodes, 8, "other devices of the page find the worker too");
});
