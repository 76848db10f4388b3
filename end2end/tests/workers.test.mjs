// One worker or two: the same network to the bit.

import assert from "node:assert/strict";
import { openBarePage, startSite } from "../harness/bare.mjs";
import { loadDigits } from "../harness/digits.mjs";
import { scenario } from "../harness/world.mjs";

scenario("a session goes on to the same model with one worker and with two", async (world) => {
  const site = await startSite();
  world.later(() => site.close());
  await world.startServer(["--allowed-origin", site.origin]);
  const page = await openBarePage(await world.context(), site, world.server.origin, "other");
  await page.evaluate(addHelpers);

  await page.evaluate(async () => {
    window.startDevice(2);
    await window.network.join_room();
  });
  await page.evaluate(loadDigits, { part: 0, parts: 2, layers: [32, 32] });
  const session = await page.evaluate(async () => {
    const rounds = new Promise((resolve) => window.network.on("round", ({ round }) => round === 2 && resolve()));
    const options = { cluster_id: "digits", rounds: 6, local_steps: 20 };
    const session = await window.network.start_collaborative_learning([], "Tell digits apart", options);
    await rounds;
    window.network.close();
    window.records = await window.readRecords();
    return session;
  });

  const ends = [];
  for (const workers of [1, 2]) {
    await page.evaluate(async (workers) => {
      await window.writeRecords(window.records);
      window.startDevice(workers);
      await window.network.ready();
    }, workers);
    await page.waitForFunction((id) => window.network.get_session(id)?.running === false, session);
    // The end of a session is remembered, which starts the memory's worker, too.
    const names = await Promise.all(page.workers().map((worker) => worker.evaluate(() => self.name)));
    assert.equal(names.filter((name) => name.endsWith("/compute.js")).length, workers, names.join(", "));
    ends.push(
      await page.evaluate((id) => {
        const { round, model, history } = window.network.get_session(id);
        window.network.close();
        const accuracies = history.map((it) => [it.round, it.model, it.accuracy_together, it.accuracy_alone]);
        return { round, model, accuracies };
      }, session),
    );
  }
  assert.equal(ends[0].round, 6);
  assert.ok(ends[0].accuracies.length >= 3, "rounds were trained after the records were read");
  assert.deepEqual(ends[0], ends[1]);
});

/** Runs inside the page: ways to start a device with so many workers, and to turn its records back. */
function addHelpers() {
  const DEVICE = "replayed";
  const Network = window.network.constructor;
  window.network.close();
  window.startDevice = (workers) => {
    window.network = new Network(DEVICE, { workers });
  };

  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const withStore = async (mode, body) => {
    const database = await done(indexedDB.open(`peerceptron ${DEVICE}`));
    const result = await body(database.transaction("records", mode).objectStore("records"));
    database.close();
    return result;
  };
  window.readRecords = () =>
    withStore("readonly", async (store) => {
      const [keys, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
      return keys.map((key, at) => [key, values[at]]);
    });
  window.writeRecords = (records) =>
    withStore("readwrite", async (store) => {
      store.clear();
      await Promise.all(records.map(([key, value]) => done(store.put(value, key))));
    });
}
