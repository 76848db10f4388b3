// Whether a search by meaning finds what people look for: the static table, the whole model and BM25 side by side, natively;
// and how many texts a second become vectors, natively and in one worker of Chromium, which must find the same bits.
//
//   cargo xtask embedding && cargo build --release --package=bench && node bench/memory/quality.mjs [--json]
//
// Chromium needs target/bench, which `cargo xtask bench neural` builds.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { launchChromium } from "../../end2end/harness/chromium.mjs";
import { median, progress, report } from "../report.mjs";
import { startSite } from "../site.mjs";

const RUNS = 5;
const MODEL_TEXTS = 8;
const root = fileURLToPath(new URL("../..", import.meta.url));

export async function measureQuality() {
  progress("recall, natively (the whole model reads every mail: minutes)");
  const native = JSON.parse(execFileSync(`${root}target/release/bench`, ["quality"], { cwd: root, encoding: "utf8" }));
  const { table, model } = native;
  if (model.difference_from_known > 0.0002) throw new Error(`the model is ${model.difference_from_known} off`);
  for (const { set, queries, texts, ...recall } of native.sets) {
    const isOfParaphrases = set === "pairs, paraphrases";
    report(`memory, recall@5 of ${set}`, { queries, texts, table: table.hash.slice(0, 8) }, [
      { metric: "static table", value: recall.table, unit: "%", ...(isOfParaphrases ? { atLeast: recall.bm25 } : {}) },
      { metric: "whole model", value: recall.model, unit: "%" },
      { metric: "BM25", value: recall.bm25, unit: "%" },
    ]);
    if (recall.page === null) continue;
    report(`memory, ${set} as a page ranks them`, { queries, texts }, [
      { metric: "recall@5, table and words", value: recall.page.table, unit: "%" },
      { metric: "recall@5, whole model and words", value: recall.page.model, unit: "%", atLeast: recall.page.table },
      { metric: "first of all, table and words", value: recall.page.table_first, unit: "%" },
      { metric: "first of all, whole model and words", value: recall.page.model_first, unit: "%", atLeast: recall.page.table_first },
    ]);
  }
  const browser = await inChromium(native);
  report("memory, texts as vectors", { dimensions: table.dimensions, runs: RUNS, browser: browser.name }, [
    { metric: "table's file", value: table.bytes / 1e6, unit: "MB", atMost: 5 },
    { metric: "static table, native", value: table.texts_per_second, unit: "texts/s" },
    { metric: "static table, one worker", value: browser.byTable, unit: "texts/s", atLeast: 2_000 },
    { metric: "reading the table, one worker", value: browser.tableMs, unit: "ms" },
    { metric: "whole model's file for pages", value: model.compact_bytes / 1e6, unit: "MB", atMost: 24 },
    { metric: "whole model, native, one core", value: model.texts_per_second, unit: "texts/s" },
    { metric: "whole model, one worker", value: browser.byModel, unit: "texts/s" },
    { metric: "reading the whole model, one worker", value: browser.modelMs, unit: "ms" },
  ]);
}

async function inChromium(native) {
  const { pairs, distractors } = JSON.parse(readFileSync(`${root}bench/memory/pairs.json`, "utf8"));
  const answers = [...pairs.map(({ answer }) => answer), ...distractors];
  const texts = [...pairs.map(({ query }) => query), ...answers];
  const site = await startSite("embedding.html");
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    page.on("pageerror", (error) => progress(String(error)));
    await page.goto(site.origin);
    const chore = (...words) => page.evaluate((words) => window.chore(...words), words);
    const tableMs = await chore("load");
    const modelMs = await chore("loadModel");
    const hash = await chore("hash", texts.join("\n"), native.hashed_by_model);
    if (hash !== native.vectors_hash) throw new Error(`vectors hash to ${hash} here and ${native.vectors_hash} natively`);
    const runs = { byTable: [], byModel: [] };
    for (let run = 0; run <= RUNS; run += 1) {
      progress(run === 0 ? "warming up" : `run ${run} of ${RUNS}`);
      const byTable = await chore("byTable", texts.join("\n"));
      const byModel = await chore("byModel", texts.slice(0, MODEL_TEXTS).join("\n"));
      if (run === 0) continue;
      runs.byTable.push(byTable);
      runs.byModel.push(byModel);
    }
    const name = `Chromium ${browser.version()}`;
    return { name, tableMs, modelMs, byTable: median(runs.byTable), byModel: median(runs.byModel) };
  } finally {
    await browser.close();
    site.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await measureQuality();
