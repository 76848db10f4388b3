// How fast a room learns: rounds a minute and bytes a round, for 2 and 4 peers in one browser. And how much faster a device
// is whose work two workers share: alone, because peers of one machine share its cores already.
//
//   node bench/session.mjs [--json]

import { availableParallelism } from "node:os";
import { meet, openBarePage } from "../end2end/harness/bare.mjs";
import { loadDigits } from "../end2end/harness/digits.mjs";
import { newDevice } from "../end2end/harness/chromium.mjs";
import { median, progress, report } from "./report.mjs";
import { stage } from "./stage.mjs";

const ROUNDS = 25;
const LOCAL_STEPS = 50;
const LAYERS = [64, 64];
const ALONE_LAYERS = [512, 512];
const ALONE_RUNS = 3;

await stage(async ({ server, site, browser }) => {
  for (const peers of [2, 4]) {
    progress(`${peers} peers, ${ROUNDS} rounds`);
    const histories = await learn({ server, site, browser }, { peers, layers: LAYERS });
    // The first rounds are for members to join and for the deadline to find their speed.
    const settled = histories.map((rounds) => rounds.filter(({ round }) => round > 3));
    const durations = settled.flatMap((rounds) => rounds.map(({ duration_ms }) => duration_ms));
    const bytes = settled.flatMap((rounds) => rounds.map(({ sent_bytes }) => sent_bytes));
    const members = settled.flatMap((rounds) => rounds.map((round) => round.members.length));
    const config = { peers, rounds: ROUNDS, local_steps: LOCAL_STEPS, layers: LAYERS.join("-"), data: "digits 8x8" };
    report("session", config, [
      { metric: "rounds", value: 60_000 / median(durations), unit: "1/min" },
      { metric: "sent by a peer in a round", value: median(bytes) / 1000, unit: "kB" },
      { metric: "members in a round", value: median(members), unit: "" },
    ]);
  }

  const rates = { 1: [], 2: [] };
  for (let run = 1; run <= ALONE_RUNS; run += 1) {
    for (const workers of [1, 2]) {
      progress(`alone with ${workers} of 2 workers, run ${run} of ${ALONE_RUNS}`);
      const [rounds] = await learn({ server, site, browser }, { peers: 1, layers: ALONE_LAYERS, workers });
      const durations = rounds.filter(({ round }) => round > 3).map(({ duration_ms }) => duration_ms);
      rates[workers].push(60_000 / median(durations));
    }
  }
  const [one, two] = [median(rates[1]), median(rates[2])];
  const config = { runs: ALONE_RUNS, rounds: ROUNDS, local_steps: LOCAL_STEPS, layers: ALONE_LAYERS.join("-") };
  report("session, alone", { ...config, cores: availableParallelism() }, [
    { metric: "rounds, one worker", value: one, unit: "1/min" },
    { metric: "rounds, two workers", value: two, unit: "1/min" },
    { metric: "rounds, two workers, times one", value: two / one, unit: "" },
  ]);
});

/** Lets so many pages train together; gives each one's rounds. */
async function learn({ server, site, browser }, { peers, layers, workers }) {
  const pages = [];
  for (let i = 0; i < peers; i += 1) {
    const context = await newDevice(browser, server.origin);
    pages.push(await openBarePage(context, site, server.origin, `peer-${i}`, { workers }));
  }
  await meet(pages, server.origin);
  for (const [part, page] of pages.entries()) await page.evaluate(loadDigits, { part, parts: peers, layers });
  const session = await pages[0].evaluate(
    async ([rounds, local_steps]) =>
      window.network.start_collaborative_learning("everyone", "Benchmark", { cluster_id: "digits", rounds, local_steps }),
    [ROUNDS, LOCAL_STEPS],
  );
  const histories = [];
  for (const page of pages) {
    await page.waitForFunction(
      (id) => {
        const session = window.network.get_session();
        return session?.session_id === id && !session.running;
      },
      session,
      { timeout: 300_000 },
    );
    histories.push(await page.evaluate(() => window.network.get_session().history));
  }
  for (const page of pages) await page.context().close();
  return histories;
}
