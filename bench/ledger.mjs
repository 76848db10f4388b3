// A ledger's cryptography in one worker of Chromium: looking for nonces, and checking the signatures of a block, beside
// what people would use instead in the same run; then whole ledgers, and what checking costs who lends nodes.
//
//   node bench/ledger.mjs [--json]

import { launchChromium } from "../end2end/harness/chromium.mjs";
import { measureChains } from "./chains.mjs";
import { measureLending } from "./lending.mjs";
import { median, progress, report } from "./report.mjs";
import { startSite } from "./site.mjs";

const RUNS = 5;
const SIGNATURES = 1_024;
const BATCHES = [16, 64, 256, 1_024];

const site = await startSite("ledger.html");
const browser = await launchChromium();
const page = await browser.newPage();
page.on("pageerror", (error) => progress(String(error)));
await page.goto(site.origin);
const chore = (...words) => page.evaluate((words) => window.chore(...words), words);

await chore("load", SIGNATURES);
const runs = [];
for (let run = 0; run <= RUNS; run += 1) {
  progress(run === 0 ? "warming up" : `run ${run} of ${RUNS}`);
  const figures = {
    mining: await chore("mine", 8_000_000),
    plainly: await chore("minePlainly", 1_000_000),
    hashWasm: await chore("hash", "hash-wasm", 500_000),
    hashWasmMidstate: await chore("hash", "hash-wasm, midstate", 500_000),
    noble: await chore("hash", "noble", 200_000),
    nobleMidstate: await chore("hash", "noble, midstate", 200_000),
  };
  for (const batch of BATCHES) figures[`batches of ${batch}`] = await chore("verify", batch);
  figures.nobleVerifies = await chore("verifyByNoble", 300);
  figures.browserVerifies = await chore("verifyByBrowser");
  if (run > 0) runs.push(figures);
}
await browser.close();
site.close();

const of = (name) => median(runs.map((figures) => figures[name]));
const best = (names) => names.reduce((one, other) => (of(other) > of(one) ? other : one));
/** The median of the ratios within each run. */
const ratio = (ours, theirs) => median(runs.map((figures) => figures[ours] / figures[theirs]));
const rival = best(["hashWasm", "hashWasmMidstate", "noble", "nobleMidstate"]);
const batch = best(BATCHES.map((batch) => `batches of ${batch}`));

const million = (name) => of(name) / 1e6;
report("ledger, cryptography", { runs: RUNS, signers: SIGNATURES, browser: `Chromium ${browser.version()}` }, [
  { metric: "mining", value: million("mining"), unit: "MH/s" },
  { metric: "mining, sha2 on whole headers", value: million("plainly"), unit: "MH/s" },
  { metric: "mining, hash-wasm", value: million("hashWasm"), unit: "MH/s" },
  { metric: "mining, hash-wasm from a midstate", value: million("hashWasmMidstate"), unit: "MH/s" },
  { metric: "mining, @noble/hashes", value: million("noble"), unit: "MH/s" },
  { metric: "mining, @noble/hashes from a midstate", value: million("nobleMidstate"), unit: "MH/s" },
  { metric: "mining, times the best of them", value: ratio("mining", rival), unit: "", atLeast: 6 },
  ...BATCHES.map((batch) => `batches of ${batch}`).map((name) => ({
    metric: `signatures in ${name}`,
    value: of(name),
    unit: "1/s",
  })),
  { metric: "signatures, @noble/ed25519", value: of("nobleVerifies"), unit: "1/s" },
  { metric: "signatures, WebCrypto", value: of("browserVerifies"), unit: "1/s" },
  { metric: `signatures in ${batch}, times noble`, value: ratio(batch, "nobleVerifies"), unit: "", atLeast: 10 },
  { metric: `signatures in ${batch}, times WebCrypto`, value: ratio(batch, "browserVerifies"), unit: "" },
]);

await measureChains();
await measureLending();
