// Private rounds: what masks take, what groups and noise cost in accuracy.
//
//   node bench/private.mjs [--json]

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median, progress, report } from "./report.mjs";

const SEEDS = [1, 2, 3];
const root = fileURLToPath(new URL("..", import.meta.url));
const FASHION = `${root}data/fashion.bin`;
const ON = { on: "this machine, native" };
const LEARNING = { seeds: SEEDS.join(" "), ...ON };
const BUDGETS = [2, 4, 8, 16];

masks();
groups();
privateRows();
privateMembers();

function bench(...words) {
  return JSON.parse(execFileSync(`${root}target/release/bench`, words, { encoding: "utf8" }));
}

/** The accuracy of a room after 40 rounds, in percent; the median of all seeds. */
function learn(...settings) {
  const accuracies = SEEDS.map((seed) => {
    progress(`${settings.join(" ")}, seed ${seed}`);
    return bench("rooms", FASHION, "10000", String(seed), "rounds=40", "pace=40", ...settings).history.at(-1)[1];
  });
  return median(accuracies);
}

function masks() {
  const { groups, noise_ms, noisy_masked_bytes, rows_bytes, sparse_bytes } = bench("private");
  for (const group of groups) {
    const [whole, ...dropouts] = group.recover_ms;
    report(`private, a group of ${group.members} masks 119,828 values in a ring of ${group.bits} bits`, ON, [
      { metric: "make keys and deal shares", value: group.deal_ms, unit: "ms" },
      { metric: "open the shares of others", value: group.take_ms, unit: "ms" },
      { metric: "mask", value: group.mask_ms, unit: "ms", atMost: 100 },
      { metric: "recover the sum", value: whole, unit: "ms", atMost: 500 },
      ...dropouts.map((ms, gone) => ({ metric: `recover the sum, ${gone + 1} gone`, value: ms, unit: "ms", atMost: 500 })),
      { metric: "keys", value: group.keys_bytes, unit: "bytes" },
      { metric: "shares", value: group.dealt_bytes, unit: "bytes" },
      { metric: "masked change", value: group.masked_bytes, unit: "bytes" },
      { metric: "what takes masks off", value: group.unmask_bytes, unit: "bytes" },
    ]);
  }
  report("private, the same change otherwise", ON, [
    { metric: "unmasked, in rows", value: rows_bytes, unit: "bytes" },
    { metric: "unmasked, 2 % of the changes", value: sparse_bytes, unit: "bytes" },
    { metric: "masked with noise of 4,000 steps in the sum", value: noisy_masked_bytes, unit: "bytes" },
    { metric: "draw that noise", value: noise_ms, unit: "ms" },
  ]);
}

function groups() {
  const of = (members, exchange, attack) => ({
    metric: `${members} members, ${exchange}${attack ? `, ${attack}` : ""}`,
    value: learn(`members=${members}`, `exchange=${exchange}`, ...(attack ? [`attack=${attack}`] : [])),
    unit: "%",
  });
  // Groups as sessions make them: of three where six or seven take part, of four from eight on, and of three from twelve on.
  const sizes = [[6, 3], [8, 4], [12, 3]];
  const rows = sizes.flatMap(([members, size]) => [of(members, "rows"), of(members, `groups:${size}`)]);
  for (const attack of ["sign-flip:1", "sign-flip:2", "scaled:2"]) {
    for (const exchange of ["rows", "groups:3"]) rows.push(of(12, exchange, attack));
  }
  // One member sends any element of the ring: its group's sum is lost, and shortened to an honest length.
  rows.push(of(12, "groups:3:1"), of(8, "groups:8"));
  report("private, accuracy of masked sums, with wild members: groups:SIZE:WILD", LEARNING, rows);
}

function privateRows() {
  // Larger batches and fewer steps than in other rooms: noise is drawn once a step.
  const learnt = (...settings) => learn("steps=25", "batch=256", "rate=0.006", ...settings);
  const budgets = [...BUDGETS, "inf"].map((epsilon) => ({
    metric: `each row private, ε = ${epsilon}, δ = 1e-5`,
    value: learnt(`private=${epsilon}:10`),
    unit: "%",
  }));
  const both = { metric: "ε = 8 and masked sums in groups of 4", value: learnt("private=8:10", "exchange=groups:4"), unit: "%" };
  report("private, 8 members, 25 noisy steps of 256 rows a round in each of them", LEARNING, [...budgets, both]);
}

function privateMembers() {
  const budgets = [...BUDGETS, "inf"].map((epsilon) => ({
    metric: `each member private, ε = ${epsilon}, δ = 1e-5`,
    value: learn(`exchange=groups:8:0.5*${epsilon}`),
    unit: "%",
  }));
  report("private, 8 members in one group, noise in its sums", LEARNING, budgets);
}
