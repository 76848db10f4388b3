// Rooms that learn on a network where everything goes wrong, simulated: half of them dies, one network lives on three devices,
// a tenth comes and goes each minute, and ten thousand small worlds in which whatever can fail does.
//
//   node bench/faults.mjs [--json]

import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median, progress, report } from "./report.mjs";

const HALVED_SEEDS = [50, 51, 52, 53, 54, 55];
const SPLIT_SEEDS = Array.from({ length: 15 }, (_, number) => number + 1);
const CHURN = { seeds: [7, 8, 9], peers: [100, 1_000], minutes: 2 };
const FAULT_SEEDS = 10_000;
const simulator = `${fileURLToPath(new URL("..", import.meta.url))}target/release/sim`;

halved();
split();
churn();
faultSeeds();

/** What the simulator prints, an object a line. */
function simulate(...words) {
  progress(words.join(" "));
  const lines = execFileSync(simulator, words, { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}

function halved() {
  const seconds = HALVED_SEEDS.map((seed) => simulate("halved", "--seed", String(seed))[0].seconds);
  report("rooms, 4 of 8 die while updates travel, the leader among them, paths of 50 ms", { seeds: HALVED_SEEDS.join(" "), on: "simulated" }, [
    { metric: "until the round ends, at most", value: Math.max(...seconds), unit: "s", atMost: 5 },
  ]);
}

function split() {
  const measured = SPLIT_SEEDS.map((seed) => simulate("split", "--seed", String(seed)));
  const rows = measured[0].flatMap(({ network }, place) => {
    const of = (value) => median(measured.map((networks) => value(networks[place])));
    const healing = measured.map((networks) => networks[place].healed_seconds).filter((seconds) => seconds !== null);
    return [
      { metric: `${network}: test accuracy`, value: of(({ percent }) => percent), unit: "%" },
      { metric: `${network}: on one device`, value: of(({ whole_percent }) => whole_percent), unit: "%" },
      { metric: `${network}: learnt less than on one device`, value: of((it) => it.whole_percent - it.percent), unit: "points", atMost: 1 },
      { metric: `${network}: not in time`, value: of(({ silent_percent }) => silent_percent), unit: "%" },
      ...(healing.length > 0 ? [{ metric: `${network}: replaced within, at most`, value: Math.max(...healing), unit: "s" }] : []),
    ];
  });
  report("rooms, one network over three devices, 10 % of the packets lost, paths of 50 ms", { seeds: `1 to ${SPLIT_SEEDS.length}`, on: "simulated" }, rows);
}

function churn() {
  const { seeds, minutes } = CHURN;
  // For each seed a row a minute.
  const [few, many] = CHURN.peers.map((peers) =>
    seeds.map((seed) => simulate("churn", "--seed", String(seed), "--peers", String(peers), "--minutes", String(minutes), "--json")),
  );
  const most = (rows, of) => Math.max(...rows.flat().map(of));
  // A round more or less falls into a minute by chance: what is compared is the mean of all minutes.
  const mean = (rows, of) => rows.flat().reduce((sum, row) => sum + of(row), 0) / rows.flat().length;
  const ratio = (of) => mean(many, of) / mean(few, of);
  const tooFar = ({ behind, outside }) => behind.at(-1) + outside;
  report(`rooms, ${CHURN.peers[1]} peers in a partial mesh, a tenth comes and goes each minute`, { seeds: seeds.join(" "), on: "simulated" }, [
    { metric: "times that a peer was more than 2 records behind, or in no session", value: most(many, tooFar), unit: "", atMost: 0 },
    { metric: "rounds", value: median(many.map((rows) => rows.at(-1).round)), unit: "" },
    { metric: "neighbours of the peer in the middle", value: mean(many, ({ neighbours }) => neighbours[1]), unit: "" },
    { metric: "what the peer in the middle sends in a minute", value: mean(many, ({ sent_kilobytes }) => sent_kilobytes), unit: "kB" },
    { metric: `neighbours, against ${CHURN.peers[0]} peers`, value: ratio(({ neighbours }) => neighbours[1]), unit: "times", atMost: 1.25 },
    { metric: `sent, against ${CHURN.peers[0]} peers`, value: ratio(({ sent_kilobytes }) => sent_kilobytes), unit: "times", atMost: 1.1 },
    { metric: "real seconds of a virtual minute", value: most(many, ({ real_seconds }) => real_seconds), unit: "s", atMost: 60 },
  ]);
}

function faultSeeds() {
  progress(`quick --seeds ${FAULT_SEEDS}, some twenty minutes on two cores`);
  const { stdout } = spawnSync(simulator, ["quick", "--seeds", String(FAULT_SEEDS)], { encoding: "utf8", maxBuffer: 1 << 28 });
  const counts = [...stdout.matchAll(/^(\d+) histories, \d+ steps, (\d+) violations$/gm)].at(-1);
  if (counts === undefined) throw new Error(`the simulator ended without a count: ${stdout.slice(-500)}`);
  report("rooms, small worlds with every kind of fault", { seeds: `1 to ${FAULT_SEEDS}`, on: "simulated" }, [
    { metric: "histories", value: Number(counts[1]), unit: "", atLeast: FAULT_SEEDS },
    { metric: "histories in which an invariant broke", value: Number(counts[2]), unit: "", atMost: 0 },
  ]);
}
