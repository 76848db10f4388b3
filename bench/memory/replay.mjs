// Whether what was learnt first stays while a network learns other things: digits of MNIST come two at a time, each row
// once, with a memory of prototypes that are rehearsed and without one. Draws how much is known on the way.
//
//   cargo xtask data mnist && cargo build --release --package=bench && node bench/memory/replay.mjs [--json]

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { median, progress, report } from "../report.mjs";
import { drawCurves } from "./curves.mjs";

const SEEDS = [1, 2, 3];
const root = fileURLToPath(new URL("../..", import.meta.url));
const PICTURE = "target/bench/replay.svg";

export function measureReplay() {
  const runs = SEEDS.map((seed) => {
    progress(`split MNIST, seed ${seed} (a minute)`);
    const words = ["replay", String(seed)];
    return JSON.parse(execFileSync(`${root}target/release/bench`, words, { cwd: root, encoding: "utf8" }));
  });
  const of = (way, value) => runs.map((run) => value(run[way]));
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const accuracy = of("replay", (run) => run.accuracy_percent);
  report("memory, split MNIST", { ...runs[0].course, seeds: SEEDS.join(" "), on: "this machine, native" }, [
    { metric: "with prototypes, mean of seeds", value: mean(accuracy), unit: "%", atLeast: 88 },
    ...SEEDS.map((seed, i) => ({ metric: `with prototypes, seed ${seed}`, value: accuracy[i], unit: "%", atLeast: 88 })),
    ...[0, 1, 2, 3, 4].map((task) => ({
      metric: `of digits ${2 * task} and ${2 * task + 1} in the end, mean`,
      value: mean(of("replay", (run) => run.tasks_percent[task])),
      unit: "%",
    })),
    { metric: "plain training, mean of seeds", value: mean(of("plain", (run) => run.accuracy_percent)), unit: "%" },
    { metric: "prototypes kept", value: Math.max(...of("replay", (run) => run.kept)), unit: "rows", atMost: 500 },
    { metric: "nodes that fire", value: median(of("replay", (run) => run.firing_percent)), unit: "%" },
    { metric: "a run with prototypes", value: median(of("replay", (run) => run.seconds)), unit: "s" },
    { metric: "a plain run", value: median(of("plain", (run) => run.seconds)), unit: "s" },
  ]);
  draw(runs);
}

/** The mean of the seeds' curves, point by point. */
function draw(runs) {
  const curve = (way, column) =>
    runs[0][way].curve.map(([batches], i) => [
      batches,
      runs.reduce((sum, run) => sum + run[way].curve[i][column], 0) / runs.length,
    ]);
  const [SEEN, ALL] = [1, 2];
  mkdirSync(`${root}target/bench`, { recursive: true });
  const picture = drawCurves({
    title: "Digits that come two at a time, each row once",
    subtitle: `part of the test rows told right among ten classes; every tenth row, mean of ${runs.length} seeds`,
    xLabel: `batches of ${runs[0].course.batch} rows; five tasks one after the other`,
    curves: [
      { name: "prototypes rehearsed, digits that came so far", points: curve("replay", SEEN), colour: "calm" },
      { name: "prototypes rehearsed, all ten", points: curve("replay", ALL), colour: "calm", dashed: true },
      { name: "plain training, digits that came so far", points: curve("plain", SEEN), colour: "alone" },
      { name: "plain training, all ten", points: curve("plain", ALL), colour: "alone", dashed: true },
    ],
  });
  writeFileSync(`${root}${PICTURE}`, picture);
  progress(`drew ${PICTURE}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) measureReplay();
