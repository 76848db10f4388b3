// The first visit: how much comes over the wire, and how long until the page does what it is told.
//
//   node bench/page.mjs [--json]

import { createServer, connect } from "node:net";
import { once } from "node:events";
import { newDevice } from "../end2end/harness/chromium.mjs";
import { median, progress, report } from "./report.mjs";
import { stage } from "./stage.mjs";

const RUNS = 5;

await stage(async ({ server, browser }) => {
  const meter = await meterInFrontOf(server.port);
  const visits = [];
  for (let run = 1; run <= RUNS; run += 1) {
    progress(`visit ${run} of ${RUNS}`);
    visits.push(await visit(browser, meter));
  }
  meter.close();
  report("page", { runs: RUNS, browser: `Chromium ${browser.version()}`, cache: "empty" }, [
    { metric: "transfer", value: median(visits.map(({ kilobytes }) => kilobytes)), unit: "kB", atMost: 700 },
    { metric: "time to interactive", value: median(visits.map(({ seconds }) => seconds)), unit: "s", atMost: 2 },
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
  await page.goto(`${meter.origin}/`);
  await page.waitForURL(/\/room\//);
  const seconds = (await page.evaluate(() => window.interactiveMs)) / 1000;
  await page.waitForLoadState("networkidle");
  const kilobytes = meter.receivedBytes() / 1000;
  await context.close();
  return { kilobytes, seconds };
}

/** Passes everything on and counts what comes back from the server: pages, workers and sockets alike, with headers. */
async function meterInFrontOf(port) {
  let received = 0;
  const proxy = createServer((visitor) => {
    const server = connect(port, "127.0.0.1");
    server.on("data", (bytes) => (received += bytes.length));
    visitor.pipe(server).pipe(visitor);
    for (const [socket, other] of [[visitor, server], [server, visitor]]) {
      socket.on("error", () => other.destroy());
      socket.on("close", () => other.destroy());
    }
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return {
    origin: `http://127.0.0.1:${proxy.address().port}`,
    receivedBytes: () => received,
    reset: () => (received = 0),
    close: () => proxy.close(),
  };
}
