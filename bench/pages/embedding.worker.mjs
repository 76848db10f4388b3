// Texts as vectors in one worker. Each message has a chore and its words; the answer is what came of it.

import init, { Embedding } from "/ours/bench.js";

const bytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
let embedding;

const CHORES = {
  async load() {
    await init();
    const file = await bytes("/data/embedding/table.bin");
    const start = performance.now();
    embedding = new Embedding(file);
    return performance.now() - start;
  },
  async loadModel() {
    const file = await bytes("/data/embedding/model.safetensors");
    const start = performance.now();
    embedding.read_model(file);
    return performance.now() - start;
  },
  byTable: (texts) => perSecond(() => embedding.by_table(texts)),
  byModel: (texts) => perSecond(() => embedding.by_model(texts)),
  hash: (texts, byModel) => embedding.hash_of_vectors(texts, byModel),
};

/** How many a second, from at least half a second. */
function perSecond(work) {
  const start = performance.now();
  let count = 0;
  do count += work();
  while (performance.now() - start < 500);
  return (count / (performance.now() - start)) * 1000;
}

addEventListener("message", async ({ data: [chore, ...words] }) => {
  try {
    postMessage([null, await CHORES[chore](...words)]);
  } catch (error) {
    postMessage([String(error)]);
  }
});
