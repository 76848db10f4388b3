// Our network in one worker. Each message names a function and its arguments; the answer is what it returns.

import init, { Measured, Products, chain_operations, multiply_add_chains } from "/ours/bench.js";

const TEST_ROWS = 10_000;
/** As the course has it. */
const BATCH_ROWS = 64;

let memory;
let measured;
let products;

const chores = {
  async load(file, seed) {
    ({ memory } = await init());
    const bytes = new Uint8Array(await (await fetch(file)).arrayBuffer());
    measured = new Measured(bytes, TEST_ROWS, seed);
    products = new Products();
    return measured.description();
  },

  /** Samples a second over so many steps of training. */
  train(steps) {
    const seconds = timed(() => measured.take_steps(steps));
    return (steps * BATCH_ROWS) / seconds;
  },

  /** The same on dense kernels throughout. */
  train_densely(steps) {
    measured.use_dense_kernels(true);
    const seconds = timed(() => measured.take_steps(steps));
    measured.use_dense_kernels(false);
    return (steps * BATCH_ROWS) / seconds;
  },

  /** Seconds of training until so much of the test is told right; evaluation after every quarter of an epoch. */
  train_until(wanted, epochs, seed) {
    measured.restart(epochs * 4, seed);
    let seconds = 0;
    for (let quarter = 1; quarter <= epochs * 4; quarter += 1) {
      seconds += timed(() => measured.take_steps(234));
      const [accuracy] = measured.evaluate();
      if (accuracy >= wanted) return { seconds, epochs: quarter / 4, accuracy };
    }
    return null;
  },

  /** Rows a second, looked at one by one. */
  infer(rows) {
    return rows / timed(() => measured.infer_one_by_one(rows));
  },

  /** Operations a second, in thousands of millions: our dense product, and chains in registers. */
  arithmetic() {
    const product = timed(() => products.run(50));
    const chains = timed(() => multiply_add_chains(10_000_000, 0.999));
    return {
      product: (50 * Products.operations()) / product / 1e9,
      peak: (10_000_000 * chain_operations()) / chains / 1e9,
    };
  },

  memory() {
    return memory.buffer.byteLength / 1e6;
  },
};

function timed(work) {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

addEventListener("message", async ({ data: [number, name, ...words] }) => {
  try {
    postMessage([number, null, await chores[name](...words)]);
  } catch (error) {
    postMessage([number, String(error)]);
  }
});
