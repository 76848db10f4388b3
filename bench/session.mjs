// How fast a room learns: rounds a minute and bytes a round, for 2 and 4 peers in one browser.
//
//   node bench/session.mjs [--json]

import { meet, openBarePage } from "../end2end/harness/bare.mjs";
import { loadDigits } from "../end2end/harness/digits.mjs";
import { newDevice } from "../end2end/harness/chromium.mjs";
import { median, progress, report } from "./report.mjs";
import { stage } from "./stage.mjs";

const ROUNDS = 25;
const LOCAL_STEPS = 50;
const LAYERS = [64, 64];

await stage(async ({ server, site, browser }) => {
  for (const peers of [2, 4]) {
    progress(`${peers} peers, ${ROUNDS} rounds`);
    const histories = await learn(server, site, browser, peers);
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
});

/** Lets so many pages train together; gives each one's rounds. */
async function learn(server, site, browser, peers) {
  const pages = [];
  for (let i = 0; i < peers; i += 1) {
    pages.push(await openBarePage(await newDevice(browser, server.origin), site, server.origin, `peer-${i}`));
  }
  await meet(pages, server.origin);
  for (const [part, page] of pages.entries()) await page.evaluate(loadDigits, { part, parts: peers, layers: LAYERS });
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
