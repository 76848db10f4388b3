//! A cluster that learns of new classes still knows the old ones: a few of their rows are rehearsed.

use neural::{Compression, Dataset, Values};
use peer::{Answer, Job, LocalTraining, WeightedUpdate, Workbench};
use protocol::cluster::{LayerSpec, NetworkSpec};
use units::{ClusterId, PeerId};

const DIGITS: &[u8] = include_bytes!("../../../../public/data/digits.bin");

fn id() -> ClusterId {
    "digits".parse().unwrap()
}

/// Digits of those classes: every other row, or the rest of them.
fn digits(classes: core::ops::Range<u16>, half: usize) -> Dataset {
    let all = Dataset::decode_file(DIGITS).unwrap();
    let is_wanted = |row: &usize| classes.contains(&all.labels[*row]) && row % 2 == half;
    let rows: Vec<usize> = (0..all.rows()).filter(is_wanted).collect();
    let values = rows.iter().flat_map(|row| all.row(*row)).collect();
    let labels = rows.iter().map(|row| all.labels[*row]).collect();
    Dataset { values: Values::Floats(values), labels, ..all }
}

fn workbench() -> Workbench {
    let mut workbench = Workbench::new();
    let layers = vec![LayerSpec::new(64, 4), LayerSpec::new(32, 4)];
    let network = NetworkSpec { inputs: 64, steps: 1, layers, classes: 10, seed: 1 };
    workbench.run(Job::CreateCluster { cluster: id(), network, model: None }).unwrap();
    workbench
}

fn load(workbench: &mut Workbench, dataset: Dataset) {
    workbench.run(Job::LoadDataset { cluster: id(), dataset, held_out_percent: 20 }).unwrap();
}

fn train(workbench: &mut Workbench, seeds: core::ops::Range<u64>) {
    for seed in seeds {
        let compression = Compression::Rows;
        let training =
            LocalTraining { steps: 40, batch_rows: 16, learning_rate: 2e-3, compression, seed };
        let answer = workbench.run(Job::Train { cluster: id(), training }).unwrap();
        let Answer::Trained { update, samples, .. } = answer else { panic!("{answer:?}") };
        let peer = PeerId::from_bytes([1; 32]);
        let updates = vec![WeightedUpdate { peer, own: true, samples, update }];
        workbench.run(Job::Aggregate { cluster: id(), updates }).unwrap();
    }
}

fn checkpoint(workbench: &mut Workbench) -> Vec<u8> {
    let answer = workbench.run(Job::Checkpoint { cluster: id() }).unwrap();
    let Answer::Checkpoint { bytes, .. } = answer else { panic!("{answer:?}") };
    bytes
}

/// Of rows that no training has seen.
fn accuracy(workbench: &mut Workbench, classes: core::ops::Range<u16>) -> f64 {
    let dataset = Some(digits(classes, 1));
    let answer = workbench.run(Job::Evaluate { cluster: id(), dataset }).unwrap();
    let Answer::Evaluated(evaluation) = answer else { panic!("{answer:?}") };
    evaluation.accuracy()
}

/// Learns the first five classes, and then the others; another life of the page may lie between.
fn one_after_the_other(rehearses: bool, reloads: bool) -> [f64; 2] {
    let mut workbench = workbench();
    load(&mut workbench, digits(0..5, 0));
    train(&mut workbench, 0..8);
    if reloads {
        let checkpoint = checkpoint(&mut workbench);
        workbench = Workbench::new();
        workbench.run(Job::RestoreCluster { cluster: id(), checkpoint }).unwrap();
    }
    workbench.run(Job::SetRehearsal { cluster: id(), is_on: rehearses }).unwrap();
    load(&mut workbench, digits(5..10, 0));
    train(&mut workbench, 8..16);
    [accuracy(&mut workbench, 0..5), accuracy(&mut workbench, 5..10)]
}

#[test]
fn who_learns_of_new_classes_still_knows_the_old_ones() {
    let [old, new] = one_after_the_other(true, false);
    let [forgotten, learnt] = one_after_the_other(false, false);
    assert!(old > 0.9 && new > 0.85, "{old} and {new}");
    assert!(forgotten < old - 0.1, "{forgotten} without");
    assert!(new > learnt - 0.02, "{learnt} of the new ones without");
}

#[test]
fn what_is_rehearsed_outlives_the_page() {
    assert_eq!(one_after_the_other(true, true), one_after_the_other(true, false));
}

#[test]
fn where_no_class_is_missing_training_is_what_it_was_to_the_bit() {
    let update = |is_on| {
        let mut workbench = workbench();
        load(&mut workbench, digits(0..10, 1));
        load(&mut workbench, digits(0..10, 0));
        workbench.run(Job::SetRehearsal { cluster: id(), is_on }).unwrap();
        train(&mut workbench, 0..2);
        let answer = workbench.run(Job::ExportModel { cluster: id() }).unwrap();
        let Answer::Model { model, .. } = answer else { panic!("{answer:?}") };
        model
    };
    assert_eq!(update(true), update(false));
}
