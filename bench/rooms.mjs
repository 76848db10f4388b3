// Rooms that learn together: what their members learn, with liars among them too, what they send for it, what that costs a
// device, and what becomes of it under faults.
//
//   node bench/rooms.mjs [--json]

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median, progress, report } from "./report.mjs";

const SEEDS = [1, 2, 3];
const root = fileURLToPath(new URL("..", import.meta.url));
const FASHION = `${root}data/fashion.bin`;
const MNIST = `${root}data/mnist.bin`;
const ATTACKS = ["sign-flip", "scaled", "little-is-enough", "inner-product", "mimic", "label-flip"];
const ON = { seeds: SEEDS.join(" "), on: "this machine, native" };

skewedRows();
liars();
manyMembers();
bytes();
// What only the whole protocol shows, in the simulator.
await import("./engine.mjs");
await import("./faults.mjs");

/** For each seed the history of a room: `[round, accuracy in percent, bytes of updates]`, every so many rounds. */
function learn(task, file, ...settings) {
  return SEEDS.map((seed) => {
    progress(`${task}, seed ${seed}`);
    const words = ["rooms", file, "10000", String(seed), ...settings];
    return JSON.parse(execFileSync(`${root}target/release/bench`, words, { encoding: "utf8" })).history;
  });
}

function accuracyAt(histories, round) {
  return median(histories.map((history) => history.find(([at]) => at === round)[1]));
}

function skewedRows() {
  const together = learn("8 members", FASHION, "rounds=120", "pace=40");
  // The same samples in one place: as many steps as all members take.
  const central = learn("centralised", FASHION, "members=1", "steps=400", "exchange=weights", "rate=0.001", "epsilon=1e-7", "rounds=120", "pace=40");
  report("rooms, 8 members with Dirichlet(0.3) rows of Fashion-MNIST, 128-128, rounds of 50 steps", ON, [
    { metric: "test accuracy after 40 rounds", value: accuracyAt(together, 40), unit: "%", atLeast: 84.9 },
    { metric: "centralised, the same samples", value: accuracyAt(central, 40), unit: "%" },
    { metric: "test accuracy after 120 rounds", value: accuracyAt(together, 120), unit: "%" },
    { metric: "centralised, the same samples", value: accuracyAt(central, 120), unit: "%" },
    { metric: "behind centralised after 120 rounds", value: accuracyAt(central, 120) - accuracyAt(together, 120), unit: "points", atMost: 2.5 },
  ]);
}

function liars() {
  const lies = (exchange) =>
    ATTACKS.map((attack) => {
      const task = `2 of 8 lie: ${attack}, ${exchange}`;
      const histories = learn(task, FASHION, "rounds=40", "pace=40", `attack=${attack}:2`, `exchange=${exchange}`);
      return { metric: attack, value: accuracyAt(histories, 40), unit: "%" };
    });
  const worst = (accuracies) => Math.min(...accuracies.map(({ value }) => value));
  const [whole, sparse] = [lies("rows"), lies("sparse:20")];
  report("rooms, the same with 2 of 8 who lie, after 40 rounds", ON, [
    ...whole,
    { metric: "the worst of them", value: worst(whole), unit: "%", atLeast: 82.5 },
  ]);
  report("rooms, the same where members send 2 % of their changes", ON, [
    ...sparse,
    { metric: "the worst of them", value: worst(sparse), unit: "%" },
  ]);
}

function manyMembers() {
  const settings = ["parts=pathological", "members=100", "drawn=10", "layers=200-200", "steps=60", "batch=10", "rate=0.01", "epsilon=0.01"];
  const histories = learn("100 members", MNIST, ...settings, "rounds=400", "pace=1", "until=97");
  const rounds = median(histories.map((history) => history.at(-1)[0]));
  const reached = median(histories.map((history) => history.at(-1)[1]));
  report("rooms, 100 members with 2 digits each, a tenth drawn each round, MNIST, 200-200", ON, [
    { metric: "rounds until 97 % (FedAvg: 664)", value: rounds, unit: "rounds", atMost: 663 },
    { metric: "test accuracy then", value: reached, unit: "%", atLeast: 97 },
  ]);
}

function bytes() {
  const others = 9;
  const weights = learn("FedAvg, f32", FASHION, "members=10", "exchange=weights", "rate=0.003", "epsilon=1e-7", "rounds=40", "pace=1");
  const goal = accuracyAt(weights, 40);
  const aside = Number(execFileSync(`${root}target/release/bench`, ["messages", "10"], { encoding: "utf8" }));
  // Each side counts up to the first round in which it reaches the goal, or its last.
  const reached = (history) => history.find(([, percent]) => percent >= goal) ?? history.at(-1);
  const theirs = median(weights.map((history) => (reached(history)[2] / 10) * others));
  const sparse = learn("10 members, sparse", FASHION, "members=10", "exchange=sparse:20", "rounds=80", "pace=1", `until=${goal}`);
  const updates = median(sparse.map((history) => (reached(history)[2] / 10) * others));
  const messages = median(sparse.map((history) => reached(history)[0])) * aside;
  const ours = updates + messages;
  report("rooms, 10 members: what each sends to the 9 others for the same accuracy", ON, [
    { metric: "FedAvg of f32 weights, 40 rounds: test accuracy", value: goal, unit: "%" },
    { metric: "FedAvg of f32 weights: first round with that accuracy", value: median(weights.map((history) => reached(history)[0])), unit: "" },
    { metric: "FedAvg of f32 weights: sent until then", value: theirs / 1e6, unit: "MB" },
    { metric: "sparse updates: first round with that accuracy", value: median(sparse.map((history) => reached(history)[0])), unit: "" },
    { metric: "sparse updates: sent until then", value: updates / 1e6, unit: "MB" },
    { metric: "promises, decisions and signatures besides", value: messages / 1e6, unit: "MB" },
    { metric: "times less", value: theirs / ours, unit: "times", atLeast: 100 },
  ]);
}
