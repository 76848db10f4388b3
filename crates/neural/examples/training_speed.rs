//! How many samples a second does one core train, and how many does it evaluate?
//!
//! 784-512-512-10 at 10 % firing, batch 64, on made-up pictures with a fifth of their pixels lit, as MNIST has.
//!
//! `cargo run --release -p neural --example training_speed`
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use neural::{Adam, Dataset, Model, Plan, Values, evaluate, train};
use protocol::cluster::{LayerSpec, NetworkSpec};
use std::time::Instant;

const ROWS: u32 = 1_024;

fn main() {
    let layers = vec![LayerSpec { nodes: 512, timer: 4 }; 2];
    let spec = NetworkSpec { inputs: 784, layers, classes: 10, seed: 1 };
    let mut network = Model::new(&spec).unwrap().network().clone();
    let mut adam = Adam::new(network.parameters().len());
    let rows: Vec<u32> = (0..ROWS).collect();
    let dataset = pictures();
    let mut plan =
        Plan { steps: 400, batch_rows: 64, learning_rate: 1e-3, seed: 1, log_prior: None };
    train(&mut network, &mut adam, &dataset, &rows, &plan).unwrap();
    println!("784-512-512-10, firing {:.3}", evaluate(&network, &dataset, &rows).firing_rate());

    plan.steps = 50;
    let mut speeds = [0.0; 5];
    for speed in &mut speeds {
        let start = Instant::now();
        train(&mut network, &mut adam, &dataset, &rows, &plan).unwrap();
        *speed = f64::from(plan.steps * plan.batch_rows) / start.elapsed().as_secs_f64();
    }
    speeds.sort_by(f64::total_cmp);
    println!("training, batch 64: {:.0} samples/s (median of 5)", speeds[2]);

    let start = Instant::now();
    evaluate(&network, &dataset, &rows);
    println!("evaluation: {:.0} samples/s", f64::from(ROWS) / start.elapsed().as_secs_f64());
}

/// A patch of lit pixels whose place tells the class, with noise.
fn pictures() -> Dataset {
    let mut noise = 1u32;
    let mut next = || {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise >> 24
    };
    let labels: Vec<u16> = (0..ROWS).map(|row| (row % 10) as u16).collect();
    let mut values = Vec::new();
    for label in &labels {
        for pixel in 0..784u32 {
            let lit = (pixel + 784 - u32::from(*label) * 70) % 784 < 130 && next() > 40;
            values.push(if lit || next() > 250 { next() as u8 | 1 } else { 0 });
        }
    }
    Dataset { inputs: 784, classes: 10, values: Values::Bytes(values), labels }
}
