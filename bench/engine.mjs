// What the engine itself costs: the inputs of a room of 8 that trains, told again to fresh engines on one core, without
// network, storage and training.
//
//   node bench/engine.mjs [--json]

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median, progress, report } from "./report.mjs";

const SEEDS = [1, 2, 3];
const root = fileURLToPath(new URL("..", import.meta.url));

const results = SEEDS.map((seed) => {
  progress(`a room of 8, seed ${seed}`);
  return JSON.parse(execFileSync(`${root}target/release/sim`, ["engine", "--seed", String(seed)], { encoding: "utf8" }));
});
report("engine, inputs of a room of 8 that trains", { seeds: SEEDS.join(" "), on: "one core of this machine, native" }, [
  { metric: "inputs", value: median(results.map(({ inputs_per_second }) => inputs_per_second)), unit: "inputs/s", atLeast: 200_000 },
  ...results[0].kinds.map(({ kind, inputs, nanoseconds, percent }) => ({
    metric: `${kind} (${inputs} of them, ${percent.toPrecision(2)} % of the time)`,
    value: nanoseconds / 1_000,
    unit: "µs each",
  })),
]);
