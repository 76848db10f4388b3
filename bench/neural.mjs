// Learning: how well, natively, and how fast, in one worker of Chromium beside TensorFlow.js in the same run.
//
//   node bench/neural.mjs [--json] [native|chromium]

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { launchChromium } from "../end2end/harness/chromium.mjs";
import { median, progress, report } from "./report.mjs";
import { startSite } from "./site.mjs";

const SEEDS = [1, 2, 3];
const RUNS = 5;
const root = fileURLToPath(new URL("..", import.meta.url));

const WIDE = ["layers=1024-1024-1024", "jitter=1"];
const ROW_BY_ROW = ["steps=28", "traces=8", "timer=6", "epochs=5", "rate=0.002"];
const [half] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
if (half !== "chromium") {
  learnNatively("MNIST", [`${root}data/mnist.bin`], { atLeast: 98.5, atMost: 10 });
  learnNatively("Fashion-MNIST", [`${root}data/fashion.bin`], { atLeast: 90.2, atMost: 10 });
  learnNatively("MNIST, wider, pictures moved", [`${root}data/mnist.bin`, ...WIDE], { atLeast: 98.7, atMost: 10 });
  learnNatively("order of two symbols in 36 frames", ["order"], { atLeast: 99.5, atMost: 7 });
  learnNatively("MNIST row by row", [`${root}data/mnist.bin`, ...ROW_BY_ROW], { atLeast: 95, atMost: 10 });
}
if (half !== "native") await learnInChromium();

/** Trains on `source` with those `settings`; accuracy in percent is wanted `atLeast`, and firing `atMost`. */
function learnNatively(task, [source, ...settings], { atLeast, atMost }) {
  const results = SEEDS.map((seed) => {
    progress(`${task}, seed ${seed}`);
    const words = [source, "10000", String(seed), ...settings];
    return JSON.parse(execFileSync(`${root}target/release/bench`, words, { encoding: "utf8" }));
  });
  const of = (name) => median(results.map((result) => result[name]));
  report(`neural, ${task}`, { course: results[0].course, seeds: SEEDS.join(" "), on: "this machine, native" }, [
    { metric: "test accuracy", value: of("accuracy_percent"), unit: "%", atLeast },
    { metric: "firing", value: of("firing_in_time_percent"), unit: "%", atMost },
    { metric: "firing at the last frame", value: of("firing_percent"), unit: "%" },
    { metric: "operations saved by gating", value: of("operations_saved_percent"), unit: "%" },
    { metric: "one activation of the first layer on the wire", value: of("activation_bytes"), unit: "bytes" },
    { metric: "the same as f32 of every node", value: of("activation_bytes_dense"), unit: "bytes" },
    { metric: "training", value: of("samples_per_second"), unit: "samples/s" },
  ]);
}

async function learnInChromium() {
  const site = await startSite("neural.html");
  const browser = await launchChromium();
  const page = await browser.newPage();
  page.on("pageerror", (error) => progress(String(error)));
  await page.goto(site.origin);
  const ours = (...words) => page.evaluate((words) => window.ours(...words), words);
  const theirs = (name, ...words) =>
    page.evaluate(([name, words]) => window.tensorflow[name](...words), [name, words]);

  const course = await ours("load", "/data/mnist.bin", SEEDS[0]);
  const rival = await theirs("load", "/data/mnist.bin", SEEDS[0]);
  const seen = { ours: [], dense: [], layers: [], tuned: [], inference: [], theirInference: [], product: [], peak: [] };
  for (let run = 0; run <= RUNS; run += 1) {
    progress(run === 0 ? "warming up" : `run ${run} of ${RUNS}`);
    const figures = {
      ours: await ours("train", 600),
      dense: await ours("train_densely", 200),
      layers: await theirs("train", "layers", 12),
      tuned: await theirs("train", "tuned", 60),
      inference: await ours("infer", 10_000),
      theirInference: await theirs("infer", "tuned", 2_000),
      ...(await ours("arithmetic")),
    };
    if (run === 0) continue;
    for (const [name, value] of Object.entries(figures)) seen[name].push(value);
  }
  const [ourSeconds, theirSeconds] = [[], []];
  for (const seed of SEEDS) {
    progress(`to 98 % of the test, seed ${seed}`);
    ourSeconds.push((await ours("train_until", 0.98, 12, seed))?.seconds ?? Infinity);
    theirSeconds.push((await theirs("train_until", "tuned", 0.98, 12, seed))?.seconds ?? Infinity);
  }
  const memory = await ours("memory");
  await browser.close();
  site.close();

  const [fast, slow] = [median(ourSeconds), median(theirSeconds)];
  const of = (name) => median(seen[name]);
  report("neural, Chromium", { course, rival, runs: RUNS, browser: `Chromium ${browser.version()}` }, [
    { metric: "training", value: of("ours"), unit: "samples/s" },
    { metric: "training, our own dense path", value: of("dense"), unit: "samples/s" },
    { metric: "training, times our own dense path", value: of("ours") / of("dense"), unit: "", atLeast: 2 },
    { metric: "training, TensorFlow.js layers", value: of("layers"), unit: "samples/s" },
    { metric: "training, TensorFlow.js tuned", value: of("tuned"), unit: "samples/s" },
    { metric: "training, times layers", value: of("ours") / of("layers"), unit: "", atLeast: 30 },
    { metric: "training, times tuned", value: of("ours") / of("tuned"), unit: "", atLeast: 5 },
    { metric: "to 98 % of MNIST's test", value: fast, unit: "s" },
    { metric: "to 98 %, TensorFlow.js tuned", value: slow, unit: "s" },
    { metric: "to 98 %, part of TensorFlow.js", value: fast / slow, unit: "", atMost: 0.2 },
    { metric: "inference one by one", value: of("inference"), unit: "1/s" },
    { metric: "inference one by one, TensorFlow.js", value: of("theirInference"), unit: "1/s" },
    { metric: "inference, times TensorFlow.js", value: of("inference") / of("theirInference"), unit: "", atLeast: 5 },
    { metric: "dense product 64 x 784 x 512", value: of("product"), unit: "GFLOP/s" },
    { metric: "multiply-add peak", value: of("peak"), unit: "GFLOP/s" },
    { metric: "dense product, part of the peak", value: (100 * of("product")) / of("peak"), unit: "%", atLeast: 75 },
    { metric: "memory of the worker", value: memory, unit: "MB", atMost: 400 },
  ]);
}
