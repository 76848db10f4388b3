// Whole ledgers: computing one again from its beginning, a heavier one taking another's place, and how long proofs are;
// natively and in one worker of Chromium. The middle part of `bench/ledger.mjs`, and by itself:
//
//   node bench/chains.mjs [--json]

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { launchChromium } from "../end2end/harness/chromium.mjs";
import { median, progress, report } from "./report.mjs";
import { startSite } from "./site.mjs";

const RUNS = 5;
const BLOCKS = 20;
const TRANSFERS = 1_000;
const APART = [100, 100];
const root = fileURLToPath(new URL("..", import.meta.url));

export async function measureChains() {
  progress("whole ledgers, native");
  const native = JSON.parse(execFileSync(`${root}target/release/bench`, ["chains"], { encoding: "utf8" }));
  const site = await startSite("ledger.html");
  const browser = await launchChromium();
  const page = await browser.newPage();
  page.on("pageerror", (error) => progress(String(error)));
  await page.goto(site.origin);
  const chore = (...words) => page.evaluate((words) => window.chore(...words), words);
  await chore("makeChain", BLOCKS, TRANSFERS);
  const validated = [];
  const reorganised = [];
  for (let run = 0; run <= RUNS; run += 1) {
    progress(run === 0 ? "whole ledgers, warming up" : `whole ledgers, run ${run} of ${RUNS}`);
    const figures = [await chore("validate"), await chore("reorganise", ...APART)];
    if (run === 0) continue;
    validated.push(figures[0]);
    reorganised.push(figures[1]);
  }
  await browser.close();
  site.close();
  const on = `this machine, native, and a worker of Chromium ${browser.version()}`;
  report("ledger, whole", { runs: RUNS, transfers: BLOCKS * TRANSFERS, apart: APART.join(" blocks of "), on }, [
    { metric: "transfers validated, native", value: median(native.validated), unit: "1/s", atLeast: 20_000 },
    { metric: "transfers validated, Chromium", value: median(validated), unit: "1/s", atLeast: 9_000 },
    { metric: "100 blocks of 100 give way, native", value: median(native.reorganised), unit: "s" },
    { metric: "100 blocks of 100 give way, Chromium", value: median(reorganised), unit: "s", atMost: 0.5 },
    { metric: "proof of one of 100,000 transfers", value: native.inclusion_bytes / 1_000, unit: "kB", atMost: 2 },
    { metric: "proof of an account", value: native.state_bytes / 1_000, unit: "kB", atMost: 2 },
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await measureChains();
