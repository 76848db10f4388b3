// What checking costs a stream of lessons through lent nodes: natively and in one worker of Chromium, in one run. The last part
// of `bench/ledger.mjs`, and by itself:
//
//   node bench/lending.mjs [--json]

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { launchChromium } from "../end2end/harness/chromium.mjs";
import { median, progress, report } from "./report.mjs";
import { startSite } from "./site.mjs";

/** Many, for a machine that does other things as well. */
const RUNS = 31;
/** Twenty segments of which one is audited. */
const LESSONS = 3_200;
const SHAPES = ["64 nodes, 784 inputs, 19 % events", "256 nodes, 256 inputs, 10 % events"];
const MODES = ["lender alone, plain", "lender alone", "plain", "stated", "audited"];
const root = fileURLToPath(new URL("..", import.meta.url));

export async function measureLending() {
  const site = await startSite("lending.html");
  const browser = await launchChromium();
  const page = await browser.newPage();
  page.on("pageerror", (error) => progress(String(error)));
  await page.goto(site.origin);
  for (const [shape, name] of SHAPES.entries()) {
    progress(`lending, ${name}`);
    const words = ["lending", shape, LESSONS, RUNS].map(String);
    const lines = execFileSync(`${root}target/release/bench`, words, { encoding: "utf8" }).trim().split("\n");
    show(name, "this machine, native", lines.map((line) => JSON.parse(line)));
    const runs = [];
    for (let run = 0; run <= RUNS; run += 1) {
      const times = [];
      for (const mode of MODES.keys()) {
        times.push(await page.evaluate((words) => window.lend(...words), [shape, mode, LESSONS]));
      }
      if (run > 0) runs.push(times);
    }
    show(name, `a worker of Chromium ${browser.version()}`, runs);
  }
  await browser.close();
  site.close();
}

function show(shape, on, runs) {
  /** What a mode does less in the same time than another in the same run, in percent. */
  const lost = (mode, than) => median(runs.map((times) => 100 * (1 - times[than] / times[mode])));
  const speed = (mode) => median(runs.map((times) => LESSONS / (times[mode] / 1000)));
  report("ledger, lending", { runs: RUNS, rows: 32, shape, on }, [
    { metric: "lessons of lent nodes, unchecked", value: speed(0), unit: "1/s" },
    { metric: "lender with transcript and statements", value: lost(1, 0), unit: "% fewer", atMost: 10 },
    { metric: "lender and borrower in one thread, unchecked", value: speed(2), unit: "1/s" },
    { metric: "the same with transcripts and statements", value: lost(3, 2), unit: "% fewer" },
    { metric: "audits of 5 % of segments", value: lost(4, 3), unit: "% fewer", atMost: 10 },
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await measureLending();
