// The room's market by the JavaScript class.

import assert from "node:assert/strict";
import { barePage, meet, startBoth } from "../harness/bare.mjs";
import { loadDigits } from "../harness/digits.mjs";
import { scenario } from "../harness/world.mjs";

scenario("the class offers, borrows, trains, and settles", async (world) => {
  const site = await startBoth(world);
  const pages = [await barePage(world, site), await barePage(world, site)];
  const [ada, ben] = pages;
  await meet(pages, world.server.origin);
  await until(ben, ({ member }) => member);

  const refused = await ben.evaluate(async () => {
    const code = (promise) => promise.then(() => "none", (error) => error.message);
    return [
      await code(window.network.offer_nodes({ nodes: 0 })),
      await code(window.network.offer_nodes({ nodes: 8, stake: 1 })),
      await code(window.network.offer_nodes({ nodes: 8, prize: 1 })),
      await code(window.network.request_node_borrowing("nobody", "x", 1)),
      await code(window.network.complete_node_borrowing("x")),
    ];
  });
  assert.match(refused[0], /`nodes` must be a whole number from 1 to 512/);
  assert.match(refused[1], /stake of 1 /);
  assert.match(refused[2], /has no `prize`/);
  assert.match(refused[3], /`nobody` is not a peer id/);
  assert.match(refused[4], /`x` is not/);

  const node_id = await ben.evaluate(() =>
    window.network.offer_nodes({ nodes: 448, price_per_hour: 1, price_per_thousand_events: 0.001 }),
  );
  for (const page of pages) await until(page, ({ waiting, height }) => waiting === 0 && height > 1);
  const free = await free_nodes(ada);
  assert.deepEqual([free.node_id, free.nodes, free.price_per_hour, free.stake], [node_id, 448, 1, 10]);
  const stats = await ben.evaluate(() => window.network.get_node_availability_stats());
  assert.deepEqual([stats.offers, stats.nodes_for_lease, stats.own_offers], [1, 448, [node_id]]);

  // A device with room for 64 nodes borrows 448 more, and trains all of them.
  await ada.evaluate(loadDigits, { part: 0, parts: 1, layers: [512] });
  const none = await ada.evaluate(
    ([owner, node]) => window.network.request_node_borrowing(owner, node, 1).catch((error) => error.message),
    [free.owner_id, node_id],
  );
  assert.match(none, /one layer has nothing to give/);
  const loan = await ada.evaluate(
    ([owner, node]) => window.network.request_node_borrowing(owner, node, 1, { keep_lowest: 64 }),
    [free.owner_id, node_id],
  );
  assert.match(loan, /^[0-9a-f]{64}$/);
  await ada.waitForFunction(() => window.network.get_split().split?.parts[0]?.place === "away", { timeout: 30_000 });
  await ada.evaluate(async () => {
    const trained = new Promise((resolve) => window.network.on("split", resolve));
    await window.network.train_split_cluster("digits", { steps: 400, learning_rate: 0.002 });
    await trained;
  });
  const running = await ada.evaluate(() => window.network.get_split().split.parts[0].loan);
  assert.deepEqual([running.stage, running.borrowing_id], ["open", loan]);
  assert.ok(running.segments >= 2, `${running.segments} segments`);

  const ended = await ada.evaluate((loan) => window.network.complete_node_borrowing(loan), loan);
  assert.deepEqual([ended.stage, ended.borrowing_id], ["over", loan]);
  assert.ok(ended.owed > 0 && ended.segments > running.segments, JSON.stringify(ended));
  // 100 less a fee of two thousandths for the offer, and for the claim.
  await until(ben, ({ balance }) => balance > 99 && balance < 100 + ended.owed, "it is paid, and its stake is back");
  await ada.evaluate(() => window.network.gather_cluster("digits"));
  const { accuracy } = await ada.evaluate(() => window.network.evaluate("digits"));
  assert.ok(accuracy > 0.9, `${accuracy}`);
});

const free_nodes = async (page) => {
  const find = () => page.evaluate(() => window.network.find_free_nodes());
  for (const deadline = Date.now() + 30_000; ; ) {
    const found = await find();
    if (found.length === 1) return found[0];
    assert.ok(Date.now() < deadline, "no offer within 30 s");
  }
};

/** Waits until the ledger, as a page has it, is so. */
async function until(page, holds, what = `${holds}`) {
  const look = () => page.evaluate(() => window.network.get_blockchain_stats().catch(() => ({})));
  for (const deadline = Date.now() + 60_000; ; ) {
    const stats = await look();
    if (holds(stats)) return;
    assert.ok(Date.now() < deadline, `not within 60 s: ${what}: ${JSON.stringify(stats)}`);
  }
}
