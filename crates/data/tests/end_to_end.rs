//! Files become networks that tell rows apart which nothing has seen.

#![allow(clippy::unwrap_used)]

use data::{Preparation, Reading, Shape, Sheet, Suggestion, Table, Wishes, suggest_network};
use neural::{Dataset, LearningState, Network, Plan, Shares, Split, evaluate, train};
use protocol::cluster::{LayerSpec, NetworkSpec};

const IRIS: &[u8] = include_bytes!("../../../public/data/iris.csv");
const WINE: &[u8] = include_bytes!("../../../public/data/wine.csv");

fn table(file: &[u8]) -> Table {
    Table::new(Sheet::read(file, &Reading::default()).unwrap(), &Wishes::default()).unwrap()
}

fn prepared(table: &Table, seed: u64) -> (Dataset, Split) {
    let shares = Shares { validation_percent: 20, held_out_percent: 20, seed };
    let split = table.split(&shares).unwrap();
    let preparation = Preparation::learn(table, &split.train).unwrap();
    let encoded = preparation.encode().unwrap();
    let dataset = Preparation::decode(&encoded).unwrap().dataset(table.sheet()).unwrap();
    (dataset, split)
}

fn trained(spec: &NetworkSpec, plan: &Plan, dataset: &Dataset, rows: &[u32]) -> Network {
    let mut network = Network::new(spec).unwrap();
    train(&mut network, &mut LearningState::new(spec), dataset, rows, plan).unwrap();
    network
}

fn suggested(dataset: &Dataset, rows: &[u32], seed: u64) -> Suggestion {
    let (inputs, classes) = (dataset.inputs, dataset.classes);
    suggest_network(Shape { rows: rows.len() as u32, inputs, classes }, 100_000, seed).unwrap()
}

/// The part of held-out rows told right, the mean over seeds that draw other rows and weights, and the least.
fn held_out_accuracy(file: &[u8]) -> (f64, f64) {
    let table = table(file);
    let accuracies = (0..5).map(|seed| {
        let (dataset, split) = prepared(&table, seed);
        let Suggestion { spec, plan, .. } = suggested(&dataset, &split.train, seed);
        let network = trained(&spec, &plan, &dataset, &split.train);
        evaluate(&network, &dataset, &split.held_out).accuracy()
    });
    let accuracies: Vec<f64> = accuracies.collect();
    let least = accuracies.iter().copied().fold(1.0, f64::min);
    (accuracies.iter().sum::<f64>() / accuracies.len() as f64, least)
}

#[test]
fn the_tables_are_what_they_are() {
    let iris = table(IRIS);
    let summary = iris.summary();
    assert_eq!(
        (summary.rows, summary.label.as_str(), summary.inputs().count()),
        (150, "species", 4)
    );
    let classes: Vec<_> = summary.classes.iter().map(|it| (it.name.as_str(), it.rows)).collect();
    assert_eq!(classes, [("setosa", 50), ("versicolor", 50), ("virginica", 50)]);
    let wine = table(WINE);
    let summary = wine.summary();
    assert_eq!(
        (summary.rows, summary.label.as_str(), summary.inputs().count()),
        (178, "cultivar", 13)
    );
    let classes: Vec<_> = summary.classes.iter().map(|it| (it.name.as_str(), it.rows)).collect();
    assert_eq!(classes, [("1", 59), ("2", 71), ("3", 48)]);
}

#[test]
fn iris_is_learned_from_its_file() {
    let (mean, least) = held_out_accuracy(IRIS);
    // Measured: 0.967 and 0.933.
    assert!(mean >= 0.93 && least >= 0.86, "mean {mean}, least {least}");
}

#[test]
fn wine_is_learned_from_its_file() {
    let (mean, least) = held_out_accuracy(WINE);
    // Measured: 0.978 and 0.944.
    assert!(mean >= 0.95 && least >= 0.91, "mean {mean}, least {least}");
}

#[test]
fn sizes_are_chosen_on_validation_rows_and_judged_on_others() {
    let (dataset, split) = prepared(&table(WINE), 7);
    let candidate = |nodes: u32| {
        let Suggestion { spec, plan, .. } = suggested(&dataset, &split.train, 7);
        let spec = NetworkSpec { layers: vec![LayerSpec::new(nodes, 4)], ..spec };
        let network = trained(&spec, &plan, &dataset, &split.train);
        (evaluate(&network, &dataset, &split.validation).correct, network)
    };
    let candidates = [2, 8, 128].map(candidate);
    let (_, best) = candidates.iter().max_by_key(|(correct, _)| *correct).unwrap();
    assert_eq!(best.spec().layers[0].nodes, 128);
    let judged = evaluate(best, &dataset, &split.held_out).accuracy();
    assert!(judged >= 0.88, "{judged}");
}
