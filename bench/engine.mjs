// What the engine itself costs: the inputs of a room of 8 that trains, told again to fresh engines on one core, without
// network, storage and training. And what a simulated crowd costs, with its network.
//
//   node bench/engine.mjs [--json]

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median, progress, report } from "./report.mjs";

const SEEDS = [1, 2, 3];
const root = fileURLToPath(new URL("..", import.meta.url));

const ON = { seeds: SEEDS.join(" "), on: "one core of this machine, native" };

/** For each seed what the simulator says of a world. */
function simulate(what) {
  return SEEDS.map((seed) => {
    progress(`${what}, seed ${seed}`);
    return JSON.parse(execFileSync(`${root}target/release/sim`, [what, "--seed", String(seed)], { encoding: "utf8" }));
  });
}

const results = simulate("engine");
report("engine, inputs of a room of 8 that trains", ON, [
  { metric: "inputs", value: median(results.map(({ inputs_per_second }) => inputs_per_second)), unit: "inputs/s", atLeast: 200_000 },
  ...results[0].kinds.map(({ kind, inputs, nanoseconds, percent }) => ({
    metric: `${kind} (${inputs} of them, ${percent.toPrecision(2)} % of the time)`,
    value: nanoseconds / 1_000,
    unit: "µs each",
  })),
]);

const crowds = simulate("crowd");
report("engine, 1,000 simulated peers with about 8 connections each, at rest", ON, [
  { metric: "virtual seconds a second", value: median(crowds.map((crowd) => crowd.virtual_seconds_per_second)), unit: "", atLeast: 1 },
  { metric: "inputs and outputs", value: median(crowds.map((crowd) => crowd.steps_per_second)), unit: "/s" },
  { metric: "opening and connecting them", value: median(crowds.map((crowd) => crowd.connecting_seconds)), unit: "s" },
]);
