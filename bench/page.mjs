// The first visit: how much comes over the wire, and how long until the page does what it is told. The compute worker, and
// modules for what few people open, are loaded once a room was entered, and counted by themselves.
//
//   node bench/page.mjs [--json]

import { createServer, connect } from "node:net";
import { once } from "node:events";
import { newDevice } from "../end2end/harness/chromium.mjs";
import { median, progress, report } from "./report.mjs";
import { stage } from "./stage.mjs";

const RUNS = 5;
/** The worker's files are the only ones that the application loads from here. */
const WORKER_FOLDER = "/sdk/";
/** What was cut out of the application's module. */
const LATER = /^\/pkg\/(split_|chunk_|__wasm_split)/;
const QUIET_MS = 1_000;

await stage(async ({ server, browser }) => {
  const meter = await meterInFrontOf(server.port);
  const visits = [];
  for (let run = 1; run <= RUNS; run += 1) {
    progress(`visit ${run} of ${RUNS}`);
    visits.push(await visit(browser, meter));
  }
  meter.close();
  const of = (name) => median(visits.map((visit) => visit[name]));
  report("page", { runs: RUNS, browser: `Chromium ${browser.version()}`, cache: "empty" }, [
    { metric: "transfer, page", value: of("page"), unit: "kB", atMost: 700 },
    { metric: "transfer, compute worker", value: of("worker"), unit: "kB" },
    { metric: "transfer, modules for what few open", value: of("later"), unit: "kB" },
    { metric: "transfer, all", value: of("page") + of("worker") + of("later"), unit: "kB" },
    { metric: "time to interactive", value: of("seconds"), unit: "s", atMost: 2 },
  ]);
});

/** One visit with an empty cache, up to the room that the button creates. */
async function visit(browser, meter) {
  const context = await newDevice(browser, meter.origin);
  const page = await context.newPage();
  await page.addInitScript(() => {
    const watch = () => {
      const button = [...document.querySelectorAll("button")].find((b) => b.textContent.trim() === "Create a room");
      if (button === undefined || button.disabled) {
        requestAnimationFrame(watch);
        return;
      }
      window.interactiveMs = performance.now();
      button.click();
    };
    if (location.pathname === "/") requestAnimationFrame(watch);
  });
  meter.reset();
  const worker = page.waitForEvent("worker");
  const cutOut = page.waitForResponse(/split_own_data/);
  await page.goto(`${meter.origin}/`);
  await page.waitForURL(/\/room\//);
  const seconds = (await page.evaluate(() => window.interactiveMs)) / 1000;
  await Promise.all([worker, cutOut]);
  await page.waitForLoadState("networkidle");
  const received = await meter.settled();
  await context.close();
  const { page: ofPage, worker: ofWorker, later } = received;
  return { page: ofPage / 1000, worker: ofWorker / 1000, later: later / 1000, seconds };
}

/**
 * Passes everything on and counts what comes back from the server, with headers: for the worker what answers requests
 * for its files, for the page everything else, sockets included.
 */
async function meterInFrontOf(port) {
  let received;
  let newestMs;
  const reset = () => (received = { page: 0, worker: 0, later: 0 });
  reset();
  const proxy = createServer((visitor) => {
    const server = connect(port, "127.0.0.1");
    // Browsers wait for each answer before they ask for the next file on the same connection.
    let part = "page";
    visitor.on("data", (bytes) => {
      const [, path] = /^GET (\S+) HTTP/.exec(bytes.toString("latin1", 0, 300)) ?? [];
      if (path !== undefined) part = path.startsWith(WORKER_FOLDER) ? "worker" : LATER.test(path) ? "later" : "page";
    });
    server.on("data", (bytes) => {
      received[part] += bytes.length;
      newestMs = performance.now();
    });
    visitor.pipe(server).pipe(visitor);
    for (const [socket, other] of [[visitor, server], [server, visitor]]) {
      socket.on("error", () => other.destroy());
      socket.on("close", () => other.destroy());
    }
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return {
    origin: `http://127.0.0.1:${proxy.address().port}`,
    reset,
    /** What has come, once the worker's files are there and nothing comes any more. */
    async settled() {
      while (received.worker < 20_000 || performance.now() - newestMs < QUIET_MS) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return received;
    },
    close: () => proxy.close(),
  };
}
