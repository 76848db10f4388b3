// Skills and what the ledger says of capsules, by the JavaScript class.

import assert from "node:assert/strict";
import { barePage, learnAlone, meet, refusals, startBoth } from "../harness/bare.mjs";
import { loadDigits } from "../harness/digits.mjs";
import { scenario } from "../harness/world.mjs";

scenario("the class keeps a skill, finds it by what fires, tries it, adds it, and has it proven and rated", async (world) => {
  const site = await startBoth(world);
  const pages = [await barePage(world, site), await barePage(world, site)];
  const [ada, ben] = pages;
  await meet(pages, world.server.origin);
  await until(ben, () => window.network.get_blockchain_stats().then(({ member }) => member));

  await ada.evaluate(loadDigits, { part: 0, parts: 2, layers: [64, 32] });
  await learnAlone(ada, "digits", { rounds: 8, local_steps: 60 });
  // Few rows to train on, and many by which to judge: of 16 rows, one is six points.
  await ben.evaluate(loadDigits, { part: 1, parts: 6, layers: [64, 32], held_out_percent: 80 });
  await learnAlone(ben, "digits", { rounds: 1, local_steps: 40 });

  const id = await ada.evaluate(() => window.network.remember_skill("digits", { nodes: 32, privacy: "behavioural" }));
  const record = await ada.evaluate((id) => window.network.get_memory_record(id), id);
  assert.deepEqual([record.kind, record.privacy, record.text], ["skill", "behavioural", null]);
  assert.deepEqual([record.skill.nodes, record.skill.layer, record.skill.inputs], [32, 0, 64]);
  assert.equal(record.skill.firing_rates.length, 10);

  // The end of the session is remembered by itself.
  const episodes = await ada.evaluate(async () => {
    for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
      const found = await window.network.find_by_activity("digits", 3, 20, { kind: "episode", everywhere: false });
      if (found.some(({ event }) => event.what === "session_ended")) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return [];
  });
  assert.ok(episodes.length >= 1 && episodes.length <= 8, `${episodes.length} episodes`);
  const ended = episodes.find(({ event }) => event.what === "session_ended");
  assert.equal(ended.event.rounds, 8);
  assert.ok(ended.importance >= 0.4, `${ended.importance}`);

  const [found] = await ben.evaluate(() => window.network.find_by_activity("digits", 3, 5, { kind: "skill", wait_ms: 20_000 }));
  // Networks of one description: what fires in one can be looked for in the other.
  assert.deepEqual([found?.capsule_id, found?.kind, found?.skill], [id, "skill", null]);
  await ben.evaluate(([peer, id]) => window.network.fetch_memory(peer, id), [found.held_by, id]);

  const before = await ben.evaluate(() => window.network.evaluate("digits"));
  const trial = await ben.evaluate((id) => window.network.try_skill(id, "digits"), id);
  assert.ok(Math.abs(trial.accuracy_without - before.accuracy) < 1e-6);
  assert.ok(trial.trained_with >= trial.trained_without - 0.1, JSON.stringify(trial));
  assert.equal((await ben.evaluate(() => window.network.evaluate("digits"))).accuracy, before.accuracy, "nothing has changed");

  const graft = await ben.evaluate((id) => window.network.graft_skill(id, "digits"), id);
  assert.deepEqual([graft.nodes, graft.strength], [32, trial.strength]);
  const after = await ben.evaluate(() => window.network.evaluate("digits"));
  assert.ok(Math.abs(after.accuracy - trial.accuracy_with) < 1e-6, `${after.accuracy}, ${trial.accuracy_with}`);
  const state = await ben.evaluate(() => window.network.get_cluster_state("digits"));
  assert.equal(state.layers[0].nodes, 96);
  await learnAlone(ben, "digits", { rounds: 2, local_steps: 20 });

  const refused = await refusals(ben, {
    unregistered: async () => {
      const own = await window.network.remember("a note of mine", { privacy: "open" });
      return window.network.rate_memory(own, 50);
    },
    percent: () => window.network.rate_memory("0".repeat(64), 101),
    note: async () => {
      const own = await window.network.remember("another note");
      return window.network.try_skill(own, "digits");
    },
    layer: () => window.network.remember_skill("digits", { layer: 5 }),
    words: () => window.network.remember_skill("digits", { privacy: "behavioural", tags: ["digits"] }),
    cluster: () => window.network.remember_skill("nothing"),
    activity: () => window.network.find_by_activity("digits", 77),
  });
  assert.equal(refused.unregistered.code, "not_recorded");
  assert.match(refused.unregistered.message, /not registered/);
  assert.match(refused.percent.message, /0 to 100/);
  assert.match(refused.note.message, /is no skill but a note/);
  assert.match(refused.layer.message, /layer 5, where this network has 2/);
  assert.match(refused.words.message, /has no words/);
  assert.equal(refused.cluster.code, "unknown_cluster");
  assert.match(refused.activity.message, /class 77/);

  // Proof that it is Ada's and unaltered, and what it was worth.
  assert.equal(await ben.evaluate((id) => window.network.get_memory_proof(id), id), undefined);
  const stolen = await refusals(ben, { other: `() => window.network.register_memory("${id}")` });
  assert.match(stolen.other.message, /only what this device has made/);
  await ada.evaluate((id) => window.network.register_memory(id, "digits, eight by eight"), id);
  await until(ben, (id) => window.network.get_memory_proof(id), id);
  const proof = await ben.evaluate((id) => window.network.get_memory_proof(id), id);
  assert.deepEqual([proof.title, proof.ratings, proof.is_its_makers], ["digits, eight by eight", 0, true]);
  await ben.evaluate((id) => window.network.rate_memory(id, 80), id);
  await until(ada, (id) => window.network.get_memory_proof(id).then((it) => it.ratings === 1), id);
  const rated = await ada.evaluate((id) => window.network.get_memory_proof(id), id);
  assert.equal(rated.usefulness, 0.8);
});

/** Waits until the ledger says so. */
async function until(page, holds, argument) {
  const look = () => page.evaluate(`(${holds})(${JSON.stringify(argument ?? null)}).catch(() => undefined)`);
  for (const deadline = Date.now() + 60_000; !(await look()); ) {
    assert.ok(Date.now() < deadline, `not within 60 s: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
