//! What the suggestions of `data::suggest_network` rest on: percent of the validation rows told right, the mean of ten
//! seeds that each draw other rows, weights and batches.
//!
//! `cargo run --release -p data --example sizes -- public/data/iris.csv public/data/wine.csv`

use data::{Preparation, Reading, Sheet, Table, Wishes};
use neural::{LearningState, Network, Plan, Shares, evaluate, train};
use protocol::cluster::{LayerSpec, NetworkSpec};
use std::error::Error;

const SEEDS: u64 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let small =
        Plan { steps: 1_000, batch_rows: 16, learning_rate: 0.005, decay: 0.99, ..Plan::default() };
    for path in std::env::args().skip(1) {
        let sheet = Sheet::read(&std::fs::read(&path)?, &Reading::default())?;
        let table = Table::new(sheet, &Wishes::default())?;
        let (rows, classes) = (table.summary().rows, table.summary().classes.len());
        println!("{path}: {rows} rows in {classes} classes");
        for nodes in [&[8][..], &[16], &[32], &[64], &[128], &[256], &[32, 32], &[128, 128]] {
            for timer in [2, 4] {
                let accuracy = percent(&table, nodes, timer, &small)?;
                println!("  nodes {nodes:?}, timer {timer}: {accuracy:.2}");
            }
        }
        for learning_rate in [0.001, 0.003, 0.01, 0.03] {
            for steps in [200, 1_000, 3_000] {
                let plan = Plan { learning_rate, steps, ..small.clone() };
                let accuracy = percent(&table, &[64], 3, &plan)?;
                println!("  learning rate {learning_rate}, {steps} steps: {accuracy:.2}");
            }
        }
        for smoothing in [0.0, 0.1] {
            for batch_rows in [8, 16, 32] {
                let plan = Plan { smoothing, batch_rows, ..small.clone() };
                let accuracy = percent(&table, &[64], 3, &plan)?;
                println!("  smoothing {smoothing}, batches of {batch_rows}: {accuracy:.2}");
            }
        }
    }
    Ok(())
}

fn percent(table: &Table, nodes: &[u32], timer: u32, plan: &Plan) -> Result<f64, Box<dyn Error>> {
    let mut sum = 0.0;
    for seed in 0..SEEDS {
        let split = table.split(&Shares { validation_percent: 20, held_out_percent: 20, seed })?;
        let dataset = Preparation::learn(table, &split.train)?.dataset(table.sheet())?;
        let (inputs, classes) = (dataset.inputs, dataset.classes);
        let layers = nodes.iter().map(|nodes| LayerSpec::new(*nodes, timer)).collect();
        let spec = NetworkSpec { inputs, steps: 1, layers, classes, seed };
        let mut network = Network::new(&spec)?;
        let plan = Plan { seed, ..plan.clone() };
        train(&mut network, &mut LearningState::new(&spec), &dataset, &split.train, &plan)?;
        sum += evaluate(&network, &dataset, &split.validation).accuracy();
    }
    Ok(100.0 * sum / SEEDS as f64)
}
