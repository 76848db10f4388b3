//! Digits of 8 × 8 that come two classes at a time, each row once: plain training forgets, rehearsal keeps.

use super::*;
use crate::evaluate;
use protocol::cluster::{LayerSpec, NetworkSpec};

const DIGITS: &[u8] = include_bytes!("../../../../../public/data/digits.bin");
const CAPACITY: u32 = 100;
const BATCH_ROWS: usize = 10;

fn cluster() -> Cluster {
    let layers = vec![LayerSpec::new(128, 4)];
    Cluster::new(&NetworkSpec { inputs: 64, steps: 1, layers, classes: 10, seed: 1 }).unwrap()
}

fn prototypes() -> Prototypes {
    Prototypes::new(64, 10, CAPACITY, 1).unwrap()
}

/// Accuracy on rows held out, after all five pairs of classes have come in turn.
fn accuracy_after_all_tasks(replayed_rows: u32) -> f64 {
    let dataset = Dataset::decode_file(DIGITS).unwrap();
    let split = dataset.split(20).unwrap();
    let (mut cluster, mut prototypes) = (cluster(), prototypes());
    for task in 0..5 {
        let is_of_task = |row: &&u32| dataset.labels[**row as usize] / 2 == task;
        let rows: Vec<u32> = split.train.iter().filter(is_of_task).copied().collect();
        for (number, rows) in (0..).zip(rows.chunks(BATCH_ROWS)) {
            let seed = 1_000 * u64::from(task) + number;
            let batch_rows = rows.len() as u32;
            let plan = Plan { steps: 3, batch_rows, learning_rate: 3e-3, seed, ..Plan::default() };
            cluster
                .train_and_rehearse(&mut prototypes, &dataset, rows, &plan, replayed_rows)
                .unwrap();
        }
    }
    assert!(prototypes.len() <= CAPACITY as usize);
    evaluate(&cluster.network, &dataset, &split.held_out).accuracy()
}

#[test]
fn plain_training_forgets_and_rehearsal_keeps() {
    let (plain, rehearsed) = (accuracy_after_all_tasks(0), accuracy_after_all_tasks(50));
    assert!(plain < 0.25, "without rehearsal the last two classes are all that is left: {plain}");
    assert!(rehearsed > 0.85, "{rehearsed}");
}

#[test]
fn without_rehearsal_it_is_plain_training_bit_for_bit() {
    let dataset = Dataset::decode_file(DIGITS).unwrap();
    let rows: Vec<u32> = (0..40).collect();
    let plan = Plan { steps: 5, batch_rows: 10, jitter: 1, seed: 3, ..Plan::default() };
    let (mut plain, mut rehearsed, mut prototypes) = (cluster(), cluster(), prototypes());
    let plain_loss = plain.train(&dataset, &rows, &plan);
    let loss = rehearsed.train_and_rehearse(&mut prototypes, &dataset, &rows, &plan, 0);
    assert_eq!((loss, &rehearsed), (plain_loss, &plain));
    assert!(!prototypes.is_empty(), "the rows were offered");
    rehearsed.train_and_rehearse(&mut prototypes, &dataset, &rows, &plan, 50).unwrap();
    plain.train(&dataset, &rows, &plan).unwrap();
    assert_ne!(rehearsed, plain);
}

#[test]
fn the_same_rows_and_seeds_lead_to_the_same_bits() {
    let dataset = Dataset::decode_file(DIGITS).unwrap();
    let rehearsed = || {
        let (mut cluster, mut prototypes) = (cluster(), prototypes());
        for seed in 0..3 {
            let rows: Vec<u32> = (20 * seed..20 * seed + 20).map(|row| row as u32).collect();
            let plan = Plan { steps: 2, batch_rows: 10, seed, ..Plan::default() };
            cluster.train_and_rehearse(&mut prototypes, &dataset, &rows, &plan, 20).unwrap();
        }
        (cluster.hash(), prototypes)
    };
    assert_eq!(rehearsed(), rehearsed());
}

#[test]
fn a_class_that_comes_alone_is_told_from_those_before() {
    let dataset = Dataset::decode_file(DIGITS).unwrap();
    let rows_of = |class: u16| -> Vec<u32> {
        (0..dataset.rows() as u32).filter(|row| dataset.labels[*row as usize] == class).collect()
    };
    let (mut cluster, mut prototypes) = (cluster(), prototypes());
    for class in 0..3 {
        let plan = Plan { batch_rows: 10, seed: class.into(), ..Plan::default() };
        cluster.train_and_rehearse(&mut prototypes, &dataset, &rows_of(class), &plan, 20).unwrap();
    }
    let all = [rows_of(0), rows_of(1), rows_of(2)].concat();
    let accuracy = evaluate(&cluster.network, &dataset, &all).accuracy();
    assert!(accuracy > 0.9, "{accuracy}");
}
