// What our channels cost: throughput and round trip between two pages over `bulk` and `control`, beside a bare
// RTCDataChannel between the same two pages, in turns.
//
//   node bench/channel.mjs [--json]

import { meet, openBarePage } from "../end2end/harness/bare.mjs";
import { newDevice } from "../end2end/harness/chromium.mjs";
import * as bare from "./bare-channel.mjs";
import { median, progress, report } from "./report.mjs";
import { stage } from "./stage.mjs";

const RUNS = 5;
const VALUE_BYTES = 512 * 1024;
const VALUES = 48;
const PINGS = 200;

await stage(async ({ server, site, browser }) => {
  const pages = [];
  for (const name of ["sender", "receiver"]) {
    pages.push(await openBarePage(await newDevice(browser, server.origin), site, server.origin, name));
  }
  await meet(pages, server.origin);
  await bare.connect(pages);
  await pages[1].evaluate(countProbes);

  const results = { ours: [], bare: [], oursRoundTrip: [], bareRoundTrip: [] };
  for (let run = 0; run <= RUNS; run += 1) {
    progress(run === 0 ? "warming up" : `run ${run} of ${RUNS}`);
    const ours = await probe(pages);
    const plain = await bare.throughput(pages, VALUES * VALUE_BYTES);
    const oursRoundTrip = await pages[0].evaluate(ping, PINGS);
    const bareRoundTrip = await bare.roundTrip(pages[0], PINGS);
    // The first run is for the congestion control and the compilers to settle.
    if (run === 0) continue;
    results.ours.push(ours);
    results.bare.push(plain);
    results.oursRoundTrip.push(oursRoundTrip);
    results.bareRoundTrip.push(bareRoundTrip);
  }

  const [ours, plain] = [median(results.ours), median(results.bare)];
  report("channel", { runs: RUNS, megabytes: (VALUES * VALUE_BYTES) / 1e6, browser: `Chromium ${browser.version()}` }, [
    { metric: "throughput, bulk", value: ours, unit: "MB/s" },
    { metric: "throughput, bare channel", value: plain, unit: "MB/s" },
    { metric: "throughput, part of the bare channel's", value: (100 * ours) / plain, unit: "%", atLeast: 90 },
    { metric: "round trip, control", value: median(results.oursRoundTrip), unit: "ms" },
    { metric: "round trip, bare channel", value: median(results.bareRoundTrip), unit: "ms" },
  ]);
});

/** Sends all values as fast as they are taken; megabytes a second until the last one has arrived. */
async function probe([sender, receiver]) {
  await receiver.evaluate((values) => window.expectProbes(values), VALUES);
  const start = performance.now();
  const sending = sender.evaluate(
    async ([values, bytes]) => {
      const [{ peer_id: peer }] = window.network.get_discovered_peers();
      const value = new Uint8Array(bytes).map((_, i) => i * 31);
      for (let sent = 0; sent < values; ) {
        if (await window.network.probe_webrtc_connection(peer, value)) sent += 1;
        else await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
    [VALUES, VALUE_BYTES],
  );
  await receiver.evaluate(() => window.probesArrived);
  const seconds = (performance.now() - start) / 1000;
  await sending;
  return (VALUES * VALUE_BYTES) / 1e6 / seconds;
}

/** Runs inside the receiver: counts the probes that arrive. */
function countProbes() {
  let [expected, arrived, done] = [0, 0, () => {}];
  window.network.on("probe", () => {
    arrived += 1;
    if (arrived === expected) done();
  });
  window.expectProbes = (values) => {
    [expected, arrived] = [values, 0];
    window.probesArrived = new Promise((resolve) => (done = resolve));
  };
}

/** Runs inside the sender: the median of so many pings on `control`, one after the other. */
async function ping(pings) {
  const [{ peer_id: peer }] = window.network.get_discovered_peers();
  const times = [];
  for (let i = 0; i < pings; i += 1) {
    const pong = new Promise((resolve) => {
      const heard = ({ round_trip_ms }) => {
        window.network.off("pong", heard);
        resolve(round_trip_ms);
      };
      window.network.on("pong", heard);
    });
    await window.network.ping_webrtc_connection(peer);
    times.push(await pong);
  }
  return times.sort((a, b) => a - b)[Math.floor(pings / 2)];
}
