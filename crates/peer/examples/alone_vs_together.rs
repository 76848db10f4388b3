//! What does a device gain from training together? Real digits, every device with its own part of the rows.
//!
//! Each device trains the shared network and, with the same budget, one network alone; both are measured on the
//! device's own held-out rows, which nobody trains on. A setting is tried with many seeds and parts; the table shows
//! the worst device of all of them beside the mean.
//!
//! `cargo run --release -p peer --example alone_vs_together [seeds [row]]` tries all settings, or the one in that row (from 1)
#![allow(clippy::unwrap_used)]

use neural::{Compression, Dataset};
use peer::{Answer, Evaluation, Job, LocalTraining, WeightedUpdate, Workbench};
use protocol::cluster::{LayerSpec, NetworkSpec};
use units::{ClusterId, Hash, PeerId};

const DIGITS: &[u8] = include_bytes!("../../../public/data/digits.bin");
const BUILT_IN_SEEDS: u64 = 24;

/// One way to hold a session.
#[derive(Debug, Clone, Copy)]
struct Setting {
    devices: u32,
    parts: u32,
    held_out_percent: u8,
    nodes: u32,
    timer: u32,
    rounds: u32,
    steps: u32,
    batch_rows: u32,
    learning_rate: f32,
}

const BASE: Setting = Setting {
    devices: 2,
    parts: 2,
    held_out_percent: 80,
    nodes: 64,
    timer: 4,
    rounds: 20,
    steps: 40,
    batch_rows: 32,
    learning_rate: 2e-3,
};

fn settings() -> Vec<Setting> {
    vec![
        Setting { parts: 2, held_out_percent: 20, ..BASE },
        Setting { parts: 2, held_out_percent: 80, ..BASE },
        Setting { parts: 2, held_out_percent: 90, ..BASE },
        Setting { parts: 3, held_out_percent: 80, ..BASE },
        Setting { parts: 3, held_out_percent: 90, ..BASE },
        Setting { parts: 4, held_out_percent: 80, ..BASE },
        Setting { parts: 4, held_out_percent: 90, ..BASE },
        Setting { parts: 6, held_out_percent: 60, ..BASE },
        Setting { parts: 6, held_out_percent: 80, ..BASE },
        Setting { parts: 6, held_out_percent: 90, ..BASE },
        Setting { nodes: 128, ..BASE },
        Setting { rounds: 30, ..BASE },
        Setting { learning_rate: 1e-3, ..BASE },
        Setting { batch_rows: 16, ..BASE },
        Setting { devices: 4, parts: 4, held_out_percent: 80, ..BASE },
        Setting { devices: 4, parts: 4, held_out_percent: 90, ..BASE },
        Setting { devices: 4, parts: 6, held_out_percent: 80, ..BASE },
    ]
}

struct Device {
    peer: PeerId,
    workbench: Workbench,
}

/// The last round on one device.
struct Outcome {
    together: Evaluation,
    alone: Evaluation,
}

impl Outcome {
    fn margin(&self) -> f64 {
        self.together.accuracy() - self.alone.accuracy()
    }
}

fn cluster() -> ClusterId {
    "digits".parse().unwrap()
}

impl Device {
    fn new(peer: PeerId, part: u32, seed: u64, setting: &Setting) -> Self {
        let layers = vec![LayerSpec::new(setting.nodes, setting.timer); 2];
        let network = NetworkSpec { inputs: 64, steps: 1, layers, classes: 10, seed };
        let dataset = Dataset::decode_file(DIGITS).unwrap().part(part, setting.parts).unwrap();
        let held_out_percent = setting.held_out_percent;
        let mut workbench = Workbench::new();
        workbench.run(Job::CreateCluster { cluster: cluster(), network, model: None }).unwrap();
        let job = Job::LoadDataset { cluster: cluster(), dataset, held_out_percent };
        workbench.run(job).unwrap();
        Self { peer, workbench }
    }

    fn train(&mut self, round: u32, seed: u64, setting: &Setting) -> WeightedUpdate {
        let batches =
            Hash::of_parts(&[&seed.to_le_bytes(), &round.to_le_bytes(), self.peer.as_bytes()]);
        let [a, b, c, d, e, f, g, h, ..] = *batches.as_bytes();
        let done = round as f32 / setting.rounds as f32;
        let training = LocalTraining {
            steps: setting.steps,
            batch_rows: setting.batch_rows,
            learning_rate: setting.learning_rate * (1.0 - 0.99 * done),
            compression: Compression::Rows,
            seed: u64::from_le_bytes([a, b, c, d, e, f, g, h]),
        };
        let answer = self.workbench.run(Job::Train { cluster: cluster(), training }).unwrap();
        let Answer::Trained { update, samples, .. } = answer else { unreachable!("{answer:?}") };
        WeightedUpdate { peer: self.peer, own: false, samples, update }
    }

    fn aggregate(&mut self, updates: &[WeightedUpdate]) -> (Hash, Outcome) {
        let mut updates = updates.to_vec();
        updates.iter_mut().for_each(|update| update.own = update.peer == self.peer);
        let answer = self.workbench.run(Job::Aggregate { cluster: cluster(), updates }).unwrap();
        match answer {
            Answer::Aggregated { model, together: Some(together), alone: Some(alone), .. } => {
                (model, Outcome { together, alone })
            }
            other => unreachable!("{other:?}"),
        }
    }
}

/// A whole session. The seed decides the network, which parts meet, and in which order peers are.
fn session(setting: &Setting, seed: u64) -> Vec<Outcome> {
    let mut devices: Vec<_> = (0..setting.devices)
        .map(|number| {
            let part = (seed as u32 + number) % setting.parts;
            let peer = Hash::of_parts(&[b"peer", &seed.to_le_bytes(), &number.to_le_bytes()]);
            Device::new(PeerId::from_bytes(*peer.as_bytes()), part, seed, setting)
        })
        .collect();
    devices.sort_by_key(|device| device.peer);
    let mut outcomes = Vec::new();
    for round in 0..setting.rounds {
        let updates: Vec<_> =
            devices.iter_mut().map(|device| device.train(round, seed, setting)).collect();
        let (hashes, results): (Vec<_>, Vec<_>) =
            devices.iter_mut().map(|device| device.aggregate(&updates)).unzip();
        assert!(hashes.iter().all(|hash| *hash == hashes[0]), "one model on all devices");
        outcomes = results;
    }
    outcomes
}

fn mean(values: impl Iterator<Item = f64> + Clone) -> f64 {
    values.clone().sum::<f64>() / values.count() as f64
}

fn row(setting: &Setting, seeds: u64) {
    let outcomes: Vec<_> = (0..seeds).flat_map(|seed| session(setting, seed)).collect();
    let together = mean(outcomes.iter().map(|outcome| outcome.together.accuracy()));
    let alone = mean(outcomes.iter().map(|outcome| outcome.alone.accuracy()));
    let least = |of: fn(&Outcome) -> f64| outcomes.iter().map(of).fold(f64::INFINITY, f64::min);
    let losers = outcomes.iter().filter(|outcome| outcome.margin() <= 0.0).count();
    let Setting {
        devices, parts, held_out_percent, nodes, timer, rounds, steps, batch_rows, ..
    } = setting;
    println!(
        "| {devices} | {parts} | {held_out_percent} | {} | {nodes}-{nodes} / {timer} | {rounds} x {steps} x \
         {batch_rows} | {} | {:.1} | {:.1} | {:+.1} | {:+.1} | {:.1} | {losers} of {} |",
        outcomes[0].together.rows,
        setting.learning_rate,
        100.0 * alone,
        100.0 * together,
        100.0 * (together - alone),
        100.0 * least(Outcome::margin),
        100.0 * least(|outcome| outcome.together.accuracy()),
        outcomes.len(),
    );
}

fn main() {
    let argument = |place| std::env::args().nth(place).and_then(|text| text.parse::<u64>().ok());
    let seeds = argument(1).unwrap_or(BUILT_IN_SEEDS);
    println!(
        "Digits 8x8, {seeds} seeds; accuracy in percent on each device's own held-out rows.\n"
    );
    println!(
        "| devices | parts | held out % | rows held out | nodes / timer | rounds x steps x batch | learning rate | alone | \
         together | mean gain | least gain | least together | devices without gain |"
    );
    println!("|{}", "---|".repeat(13));
    for (number, setting) in (1..).zip(settings()) {
        if argument(2).is_none_or(|wanted| wanted == number) {
            row(&setting, seeds);
        }
    }
}
