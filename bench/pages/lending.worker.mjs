// Lessons of lent nodes in one worker. Each message has a shape, a mode and how many lessons; the answer is how long they took.

import init, { Lending } from "/ours/bench.js";

const ready = init();
const lent = new Map();

addEventListener("message", async ({ data: [shape, mode, lessons] }) => {
  try {
    await ready;
    if (!lent.has(shape)) lent.set(shape, new Lending(shape));
    const start = performance.now();
    if (lent.get(shape).run(mode, lessons) === 0) throw new Error("nodes that never fire");
    postMessage([null, performance.now() - start]);
  } catch (error) {
    postMessage([String(error)]);
  }
});
