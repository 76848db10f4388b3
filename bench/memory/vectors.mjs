// How fast the nearest of 100,000 vectors are found in one worker of Chromium, exactly and nearly, and how fast the index is
// made: beside hnswlib-wasm in the same worker and native usearch, on the same vectors in the same run. Their indexes take
// minutes to build for each kind of vectors.
//
//   node bench/memory/vectors.mjs [--json] [--count=N] [--kinds=0,1,2] [--without-rivals]

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launchChromium } from "../../end2end/harness/chromium.mjs";
import { median, progress, report } from "../report.mjs";
import { startSite } from "../site.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const DIMENSIONS = 256;
const WANTED = 10;
const QUESTIONS = 500;
/** Ours and theirs take turns, for a machine that does other things as well. */
const ROUNDS = 7;
const RECALL = 0.95;
const VIEWS = [10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 160, 200, 256, 320, 400, 512, 640, 800, 1_000, 1_400, 2_000];
const KINDS = ["2,000 groups", "a curved surface of 32 dimensions", "evenly on the sphere"];

const option = (name, otherwise) =>
  process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise;
const count = Number(option("count", 100_000));
const hasRivals = !process.argv.includes("--without-rivals");

export async function measureVectors() {
  const site = await startSite("vectors.html");
  const browser = await launchChromium();
  for (const kind of option("kinds", "0,1,2").split(",").map(Number)) {
    // A page for each: the memory of WebAssembly never shrinks.
    const page = await browser.newPage();
    page.on("pageerror", (error) => progress(String(error)));
    await page.goto(site.origin);
    await measure(kind, (...words) => page.evaluate((words) => window.ask(...words), words), browser.version());
    await page.close();
  }
  await browser.close();
  site.close();
}

async function measure(kind, ask, version) {
  const config = { vectors: count, numbers: DIMENSIONS, kind: KINDS[kind], browser: `Chromium ${version}` };
  progress(`vectors, ${KINDS[kind]}: exactly`);
  await ask("make", kind, count, QUESTIONS);
  const inserted = await ask("insert", count);
  const exact = await ask("exact");
  const isTrue = await ask("checkTruth", 50);
  report("memory, vectors exactly", { ...config, questions: QUESTIONS }, [
    { metric: "vectors put in", value: inserted, unit: "1/s", atLeast: 20_000 },
    { metric: "exact search, p50", value: median(exact.map(([ms]) => ms)), unit: "ms", atMost: 2 },
    { metric: "exact search, fastest tenth", value: share(exact.map(([ms]) => ms), 0.1), unit: "ms" },
    { metric: "only reading as many bytes, p50", value: median(exact.map(([, ms]) => ms)), unit: "ms" },
    { metric: "recall against the simplest way", value: isTrue, unit: "of 1", atLeast: 1 },
  ]);
  progress(`vectors, ${KINDS[kind]}: nearly`);
  const [seconds, longest, bytes] = await ask("build");
  const walk = (view) => ask("near", view);
  const sides = { ours: { walk, view: await smallestView(walk) } };
  const rows = [
    { metric: "built", value: seconds, unit: "s", atMost: 35 },
    { metric: "longest slice of building", value: longest, unit: "ms" },
    { metric: "memory", value: bytes / 1e6, unit: "MB" },
  ];
  if (hasRivals) {
    progress(`vectors, ${KINDS[kind]}: hnswlib-wasm builds (minutes)`);
    const theirs = await ask("buildRival", count);
    rows.push({ metric: "built by hnswlib-wasm (16 links, 200 in view)", value: theirs, unit: "s" });
    rows.push({ metric: "times as fast built", value: theirs / seconds, unit: "", atLeast: 5 });
    const rival = (view) => ask("nearRival", view);
    sides.hnswlib = { walk: rival, view: await smallestView(rival) };
    progress(`vectors, ${KINDS[kind]}: usearch builds`);
    sides.usearch = await usearch(kind, await ask("truth"));
    rows.push({ metric: "built by usearch, native, one thread", value: sides.usearch.seconds, unit: "s" });
  }
  const runs = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const run = {};
    for (const [name, { walk, view }] of Object.entries(sides)) run[name] = await walk(view);
    runs.push(run);
  }
  for (const [name, { view }] of Object.entries(sides)) {
    const of = (place) => median(runs.map((run) => run[name][place]));
    rows.push({ metric: `${name}, ${view} in view: searches`, value: of(0), unit: "1/s" });
    rows.push({ metric: `${name}, ${view} in view: recall`, value: of(1), unit: "of 1", atLeast: RECALL });
  }
  const times = (name) => median(runs.map((run) => run.ours[0] / run[name][0]));
  if (hasRivals) {
    rows.push({ metric: "times the searches of hnswlib-wasm", value: times("hnswlib"), unit: "", atLeast: 1 });
    rows.push({ metric: "times the searches of native usearch", value: times("usearch"), unit: "", atLeast: 0.5 });
  }
  report("memory, vectors nearly", { ...config, rounds: ROUNDS, questions: QUESTIONS }, rows);
}

/** The smallest view that finds enough; the largest one if none does. */
async function smallestView(walk) {
  for (const view of VIEWS) {
    const [, recall] = await walk(view);
    if (recall >= RECALL) return view;
  }
  return VIEWS.at(-1);
}

/** usearch in this process, built once; its view is set when an index is opened. */
async function usearch(kind, truth) {
  const { Index } = await import("usearch");
  const folder = mkdtempSync(join(tmpdir(), "vectors-"));
  try {
    const made = ["vectors", kind, count, QUESTIONS, folder].map(String);
    execFileSync(`${root}target/release/bench`, made);
    const [base, questions] = ["base", "questions"].map((name) => numbers(join(folder, name)));
    const config = { dimensions: DIMENSIONS, metric: "ip", quantization: "f32", connectivity: 16, expansion_add: 200 };
    const built = new Index({ ...config, expansion_search: 64 });
    const start = performance.now();
    built.add(BigUint64Array.from({ length: count }, (_, key) => BigInt(key)), base, 1);
    const seconds = (performance.now() - start) / 1000;
    const file = join(folder, "index");
    built.save(file);
    const asked = Array.from({ length: QUESTIONS }, (_, place) => questions.subarray(place * DIMENSIONS, (place + 1) * DIMENSIONS));
    const open = new Map();
    const walk = async (view) => {
      if (!open.has(view)) {
        open.clear();
        const index = new Index({ ...config, expansion_search: view });
        index.load(file);
        open.set(view, index);
      }
      const index = open.get(view);
      const start = performance.now();
      const found = asked.map((question) => index.search(question, WANTED, 1).keys);
      const ms = performance.now() - start;
      const hits = found.map((keys, place) => [...keys].filter((key) => truth[place].includes(Number(key))).length);
      return [QUESTIONS / (ms / 1000), hits.reduce((sum, count) => sum + count, 0) / (WANTED * QUESTIONS)];
    };
    return { walk, seconds, view: await smallestView(walk) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function numbers(file) {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

function share(values, part) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * part)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await measureVectors();
