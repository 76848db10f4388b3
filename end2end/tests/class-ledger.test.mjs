// The room's ledger by the JavaScript class.

import assert from "node:assert/strict";
import { barePage, meet, startBoth } from "../harness/bare.mjs";
import { scenario } from "../harness/world.mjs";

scenario("the class pays, mines, checks the ledger and proves what is recorded", async (world) => {
  const site = await startBoth(world);
  const pages = [await barePage(world, site), await barePage(world, site)];
  const [ada, ben] = pages;
  await meet(pages, world.server.origin);
  await until(ben, ({ member, balance }) => member && balance === 100);

  // Nobody writes for a while: what is ordered waits, until somebody mines one block.
  await ada.evaluate(() => window.network.keep_books(false));
  const none = await ben.evaluate(() => window.network.mine_block().catch((error) => [error.code, error.message]));
  assert.deepEqual(none, ["no_block", "no block was found: nothing waits to be recorded"]);
  const order = await ben.evaluate(async () => {
    const [{ peer_id }] = window.network.get_discovered_peers();
    return window.network.transfer_credits(peer_id, 2.5);
  });
  await until(ben, ({ waiting }) => waiting === 1);
  assert.equal(await ben.evaluate(() => window.network.get_account_balance()), 100, "nothing has moved yet");
  const heard = ada.evaluate(() => new Promise((resolve) => window.network.on("credits", resolve)));
  const block = await ben.evaluate(() => window.network.mine_block());
  assert.equal(block.transactions, 1);
  assert.equal((await heard).amount, 2.5);

  const proof = await ben.evaluate(async (id) => {
    const { height, proof } = await window.network.get_transaction_proof(id);
    return { height, bytes: proof.length };
  }, order);
  assert.equal(proof.height, block.height);
  assert.ok(proof.bytes > 100 && proof.bytes < 2_000, `${proof.bytes} bytes`);
  const check = await ada.evaluate(() => window.network.validate_blockchain());
  assert.deepEqual([check.valid, check.blocks, check.problem], [true, block.height, null]);
  const blocks = await ada.evaluate(() => window.network.get_blocks(1));
  assert.equal(blocks[0].block_id, block.block_id);
  const stats = await ben.evaluate(() => window.network.get_blockchain_stats());
  assert.deepEqual([stats.members, stats.supply, stats.member, stats.keeps_books], [2, 1_000_000, true, false]);

  const codes = await ben.evaluate(async () => {
    const [{ peer_id }] = window.network.get_discovered_peers();
    const code = (promise) => promise.then(() => "none", (error) => error.code);
    return [
      await code(window.network.transfer_credits(peer_id, 1_000)),
      await code(window.network.transfer_credits(peer_id, -1)),
      await code(window.network.transfer_credits("nobody", 1)),
      await code(window.network.get_transaction_proof("zz")),
      await code(window.network.keep_books("yes")),
    ];
  });
  assert.deepEqual(codes, ["not_recorded", "invalid_input", "invalid_input", "invalid_input", "invalid_input"]);
});

/** Waits until the ledger, as a page has it, is so. */
async function until(page, holds) {
  const look = () => page.evaluate(() => window.network.get_blockchain_stats().catch(() => ({})));
  for (const deadline = Date.now() + 30_000; !holds(await look()); ) {
    assert.ok(Date.now() < deadline, `not within 30 s: ${holds}`);
  }
}
