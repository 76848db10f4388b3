// Our index and hnswlib-wasm in one worker, on the same vectors. Each message has the name of a step and its arguments.

import init, { Vectors } from "/ours/bench.js";
import { loadHnswlib } from "/rivals/hnswlib-wasm/dist/hnswlib.js";

const DIMENSIONS = 256;
const WANTED = 10;
/** What one slice of background work is: the worker answers in between. */
const COMPARISONS_PER_SLICE = 100_000;
/** As both libraries have them in their examples. */
const RIVAL_LINKS = 16;
const RIVAL_VIEW = 200;
const RIVAL_BATCH = 1_000;

const ready = init();
const hnswlib = loadHnswlib();
let ours;
let rival;
let questions;
let truth;

const steps = {
  make(kind, count, asked) {
    ours?.free();
    ours = new Vectors(kind, count, asked);
    questions = split(ours.questions());
  },
  /** Vectors a second. */
  insert(count) {
    return (count / timed(() => ours.insert_all())) * 1000;
  },
  /** Milliseconds of each exact search, and of reading as many bytes; what they find is the truth from now on. */
  exact() {
    truth = [];
    return questions.map((question) => [
      timed(() => truth.push(new Set(ours.exact(question)))),
      timed(() => ours.read()),
    ]);
  },
  /** The share of what the simplest way finds, for the first few questions. */
  checkTruth(asked) {
    return recall(questions.slice(0, asked), (question) => ours.naive(question));
  },
  /** Seconds until nothing is left to do, and milliseconds of the longest slice. */
  build() {
    let longest = 0;
    const all = timed(() => {
      for (let more = true; more; ) {
        longest = Math.max(longest, timed(() => (more = ours.advance(COMPARISONS_PER_SLICE))));
      }
    });
    return [all / 1000, longest, ours.size_bytes()];
  },
  /** Searches a second, and their recall. */
  near(view) {
    return measured((question) => ours.near(question, view));
  },
  async buildRival(count) {
    rival = new (await hnswlib).HierarchicalNSW("ip", DIMENSIONS, "");
    rival.initIndex(count, RIVAL_LINKS, RIVAL_VIEW, 100);
    const base = split(ours.base());
    const start = performance.now();
    for (let first = 0; first < count; first += RIVAL_BATCH) {
      const labels = Array.from({ length: Math.min(RIVAL_BATCH, count - first) }, (_, place) => first + place);
      rival.addPoints(base.slice(first, first + RIVAL_BATCH), labels, false);
    }
    return (performance.now() - start) / 1000;
  },
  nearRival(view) {
    rival.setEfSearch(view);
    return measured((question) => rival.searchKnn(question, WANTED, undefined).neighbors);
  },
  truth() {
    return truth.map((keys) => [...keys]);
  },
};

function measured(search) {
  let found = [];
  const ms = timed(() => (found = questions.map(search)));
  return [questions.length / (ms / 1000), recall(questions, (_, place) => found[place])];
}

function recall(some, search) {
  const hits = some.map((question, place) => [...search(question, place)].filter((key) => truth[place].has(key)).length);
  return hits.reduce((sum, count) => sum + count, 0) / (WANTED * some.length);
}

function timed(step) {
  const start = performance.now();
  step();
  return performance.now() - start;
}

function split(all) {
  return Array.from({ length: all.length / DIMENSIONS }, (_, place) => all.slice(place * DIMENSIONS, (place + 1) * DIMENSIONS));
}

addEventListener("message", async ({ data: [step, ...words] }) => {
  try {
    await ready;
    postMessage([null, await steps[step](...words)]);
  } catch (error) {
    postMessage([String(error)]);
  }
});
