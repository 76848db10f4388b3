// Memory by the JavaScript class.

import assert from "node:assert/strict";
import { barePage, meet, refusals, startBoth } from "../harness/bare.mjs";
import { scenario } from "../harness/world.mjs";

scenario("the class remembers, finds by meaning, shares what is masked, and forgets", async (world) => {
  const site = await startBoth(world);
  const pages = [await barePage(world, site), await barePage(world, site)];
  const [ada, ben] = pages;
  await meet(pages, world.server.origin);

  const refused = await refusals(ada, {
    nothing: () => window.network.remember("  "),
    tag: () => window.network.remember("a note", { tags: ["x".repeat(40)] }),
    privacy: () => window.network.remember("a note", { privacy: "public" }),
    telling: () => window.network.remember("a note", { privacy: "open", tags: ["anna@example.org"] }),
    vector: () => window.network.remember([0, 0, 0], { text: "nothing" }),
    unnamed: () => window.network.remember([1, 2, 3]),
    unknown: () => window.network.forget_memory("0".repeat(64)),
    stranger: () => window.network.share_memory_with_peer("0".repeat(64), "0".repeat(64)),
  });
  assert.match(refused.nothing.message, /nothing to remember/);
  assert.match(refused.tag.message, /cannot be a tag/);
  assert.match(refused.privacy.message, /not `public`/);
  assert.match(refused.telling.message, /would tell others/);
  assert.match(refused.vector.message, /not all of them 0/);
  assert.match(refused.unnamed.message, /needs `text`/);
  assert.equal(refused.unknown.code, "unknown_capsule");
  assert.equal(refused.stranger.code, "not_connected");

  const [personal, open] = await ada.evaluate(async () => [
    await window.network.remember("The spare key lies under the third stone", { tags: ["house"] }),
    await window.network.remember("Anna (anna@example.org) keeps bees, whose colony swarms in May", { privacy: "open", tags: ["bees"], keep: ["Anna"] }),
  ]);
  assert.match(personal, /^[0-9a-f]{64}$/);
  const record = await ada.evaluate((id) => window.network.get_memory_record(id), open);
  assert.equal(record.text, "Anna ([mail 1]) keeps bees, whose colony swarms in May");
  const [own] = await ada.evaluate(() => window.network.semantic_memory_search("how do I get into the house without a key?"));
  assert.deepEqual([own.capsule_id, own.held_by, own.verified, own.tags], [personal, null, true, ["house"]]);

  // The room is asked by meaning; what is personal is not told of.
  const found = await ben.evaluate(() => window.network.semantic_memory_search("insects leaving their hive", [], 5, { wait_ms: 20_000 }));
  assert.deepEqual(found.map((it) => [it.capsule_id, it.text]), [[open, null]]);
  const fetched = await ben.evaluate(([peer, id]) => window.network.fetch_memory(peer, id), [found[0].held_by, open]);
  assert.equal(fetched.text, record.text);
  const none = await ben.evaluate(
    ([peer, id]) => window.network.fetch_memory(peer, id).catch((error) => error.code),
    [found[0].held_by, personal],
  );
  assert.equal(none, "unknown_capsule");

  // A vector of somebody's own, given by hand.
  const shape = await ben.evaluate(() => window.network.remember([1, 0.5, 0, 0], { text: "a shape", privacy: "open" }));
  const heard = ada.evaluate(() => new Promise((resolve) => window.network.on("capsule", resolve)));
  await ben.evaluate(([peer, id]) => window.network.share_memory_with_peer(peer, id), [found[0].held_by, shape]);
  assert.deepEqual((({ capsule_id, what }) => [capsule_id, what])(await heard), [shape, "kept"]);
  const [near] = await ada.evaluate(() => window.network.semantic_memory_search([2, 1, 0, 0], [], 1, { everywhere: false }));
  assert.equal(near.capsule_id, shape);
  assert.ok(near.similarity > 0.99, `${near.similarity}`);

  const done = await ada.evaluate(async () => {
    await window.network.remember("the spare key lies under the third stone beside the shed", { tags: ["shed"] });
    const { merged } = await window.network.consolidate_long_term_memory();
    const [best] = await window.network.semantic_memory_search("key under a stone", [], 1, { everywhere: false });
    const back = await window.network.undo_consolidation();
    return { of: merged.map((it) => it.of), tags: best.tags, back };
  });
  assert.deepEqual(done, { of: [2], tags: ["house", "shed"], back: 2 });
  const stats = await ada.evaluate(() => window.network.get_vector_database_stats());
  assert.deepEqual([stats.capsules, stats.of_others, stats.has_model], [4, 1, true]);
  const { made_per_day } = await ada.evaluate(() => window.network.get_memory_trends());
  assert.equal(made_per_day.length, 30);
  assert.equal(made_per_day.at(-1), 4);

  const gone = ben.evaluate(() => new Promise((resolve) => window.network.on("capsule", ({ what, capsule_id }) => what === "forgotten" && resolve(capsule_id))));
  await ada.evaluate((id) => window.network.forget_memory(id), open);
  assert.equal(await gone, open);
});
