// The cold start of a device that remembers 50,000 notes: a Chromium with a folder of its own is started, opens the page, and what
// was written down is looked for. The notes are made by the project's own code for the device of that folder, and come to it
// as a copy does.
//
//   cargo xtask dist && cargo build --release --package=bench && node bench/memory/start.mjs [--json] [--count=N]

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launchDevice } from "../../end2end/harness/chromium.mjs";
import { Server } from "../../end2end/harness/server.mjs";
import { median, progress, report } from "../report.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const RUNS = 5;
const PASSPHRASE = "correct horse battery staple";
const QUESTION = "under which stone beside the shed is the spare key?";
const ANSWER = "The spare key lies under the third stone beside the shed";

const option = (name, otherwise) =>
  process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise;
const count = Number(option("count", 50_000));

export async function measureStart() {
  const folder = mkdtempSync(join(tmpdir(), "remembered-"));
  const server = await Server.start();
  const open = () => launchDevice(join(folder, "browser"));
  try {
    progress(`cold start: ${count} notes are made`);
    const log = await remember(open, server, folder);
    const starts = [];
    for (let run = 1; run <= RUNS; run += 1) {
      progress(`cold start ${run} of ${RUNS}`);
      const context = await open();
      starts.push(await start(context, server));
      await context.close();
    }
    const of = (name) => median(starts.map((start) => start[name])) / 1000;
    report("memory, cold start", { capsules: count, file: `${(log / 1e6).toFixed(1)} MB`, runs: RUNS, browser: "Chromium, headless" }, [
      { metric: "page usable", value: of("usable"), unit: "s" },
      { metric: "search ready, after the page asked first", value: of("ready"), unit: "s", atMost: 2 },
      { metric: "what was looked for is there, after the page began to load", value: of("found"), unit: "s" },
      { metric: "a search after that", value: of("again"), unit: "s" },
    ]);
  } finally {
    await server.kill();
    // A browser that was closed may write for a moment yet.
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  }
}

/** Opens the page, and waits until it answers. */
async function openMemory(page, server) {
  await page.goto(`${server.origin}/memory`);
  await page.waitForFunction(() => window.peerceptron !== undefined);
}

/** Has the device of a new folder remember notes; gives the length of its copy. */
async function remember(open, server, folder) {
  const [before, after] = ["before", "after"].map((name) => join(folder, name));
  const context = await open();
  const page = await context.newPage();
  await openMemory(page, server);
  const bytes = await page.evaluate(async (passphrase) => [...(await window.peerceptron.export_everything(passphrase))], PASSPHRASE);
  writeFileSync(before, Uint8Array.from(bytes));
  execFileSync(`${root}target/release/bench`, ["remembered", String(count), PASSPHRASE, before, after], { cwd: root });
  await page.close();
  const taker = await context.newPage();
  // Large files do not go through the driver, and the page's policy lets it load nothing from elsewhere.
  await taker.route("**/remembered.copy", async (route) => route.fulfill({ path: after, contentType: "application/octet-stream" }));
  await openMemory(taker, server);
  await taker.evaluate(async (passphrase) => {
    const file = await (await fetch("/remembered.copy")).blob();
    await window.peerceptron.import_everything(file, passphrase);
  }, PASSPHRASE);
  await context.close();
  return statSync(after).size;
}

/** One start, in milliseconds after the page began to load. */
async function start(context, server) {
  const page = await context.newPage();
  await page.goto(`${server.origin}/memory`, { waitUntil: "commit" });
  return page.evaluate(
    async ([question, answer]) => {
      const until = async (give) => {
        for (;;) {
          const value = give();
          if (value) return value;
          await new Promise(requestAnimationFrame);
        }
      };
      const field = await until(() => document.querySelector(".memories-search input[type=search]"));
      const usable = performance.now();
      const type = (text) => {
        field.value = text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      };
      const first = () => document.querySelector(".memories-item .memories-text")?.textContent ?? "";
      type(question);
      await until(() => first().includes(answer) && document.querySelector(".memories-why"));
      const found = performance.now();
      type("");
      await until(() => !first().includes(answer));
      const asked = performance.now();
      type(question);
      await until(() => first().includes(answer));
      return { usable, found, ready: found - usable, again: performance.now() - asked };
    },
    [QUESTION, ANSWER],
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await measureStart();
