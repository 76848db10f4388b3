//! What a workbench learns, and that all who bring the same updates together come to the same model.

use neural::{Compression, Dataset};
use peer::{Answer, Evaluation, Job, LocalTraining, WeightedUpdate, Workbench};
use protocol::cluster::{LayerSpec, NetworkSpec};
use units::{ClusterId, Hash, PeerId};

const DIGITS: &[u8] = include_bytes!("../../../../public/data/digits.bin");

fn id() -> ClusterId {
    "digits".parse().unwrap()
}

fn spec() -> NetworkSpec {
    let layers = vec![LayerSpec::new(32, 4); 2];
    NetworkSpec { inputs: 64, steps: 1, layers, classes: 10, seed: 3 }
}

fn device(part: u32) -> Workbench {
    let mut workbench = Workbench::new();
    workbench.run(Job::CreateCluster { cluster: id(), network: spec(), model: None }).unwrap();
    let dataset = Dataset::decode_file(DIGITS).unwrap().part(part, 4).unwrap();
    let job = Job::LoadDataset { cluster: id(), dataset, held_out_percent: 30 };
    let Answer::Loaded { train_rows, held_out_rows, class_rows } = workbench.run(job).unwrap()
    else {
        panic!("rows were loaded")
    };
    assert_eq!(class_rows.iter().sum::<u32>(), train_rows);
    assert!(held_out_rows > 100);
    workbench
}

fn train(workbench: &mut Workbench, seed: u64) -> (Vec<u8>, u32) {
    let training = LocalTraining {
        steps: 20,
        batch_rows: 16,
        learning_rate: 2e-3,
        compression: Compression::Rows,
        seed,
    };
    let answer = workbench.run(Job::Train { cluster: id(), training }).unwrap();
    let Answer::Trained { update, samples, .. } = answer else { panic!("training was asked for") };
    (update, samples)
}

fn weighted(n: u8, own: bool, (update, samples): (Vec<u8>, u32)) -> WeightedUpdate {
    WeightedUpdate { peer: PeerId::from_bytes([n; 32]), own, samples, update }
}

fn aggregate(
    workbench: &mut Workbench,
    updates: Vec<WeightedUpdate>,
) -> (Hash, Evaluation, Evaluation) {
    let answer = workbench.run(Job::Aggregate { cluster: id(), updates }).unwrap();
    let Answer::Aggregated { model, together: Some(together), alone: Some(alone), .. } = answer
    else {
        panic!("an aggregation on a device with rows was asked for")
    };
    (model, together, alone)
}

fn checkpoint(workbench: &mut Workbench) -> Vec<u8> {
    let answer = workbench.run(Job::Checkpoint { cluster: id() }).unwrap();
    let Answer::Checkpoint { bytes, .. } = answer else { panic!("a checkpoint was asked for") };
    bytes
}

/// One round of two devices; the hashes they arrive at, and what they see.
fn round(a: &mut Workbench, b: &mut Workbench, seed: u64) -> [(Hash, Evaluation, Evaluation); 2] {
    let (from_a, from_b) = (train(a, seed), train(b, seed + 1));
    let updates =
        |own_a| vec![weighted(1, own_a, from_a.clone()), weighted(2, !own_a, from_b.clone())];
    [aggregate(a, updates(true)), aggregate(b, updates(false))]
}

#[test]
fn two_devices_arrive_at_the_same_model_and_do_better_than_alone() {
    let (mut a, mut b) = (device(0), device(1));
    let mut last = None;
    for number in 0..12 {
        let [on_a, on_b] = round(&mut a, &mut b, 2 * number);
        assert_eq!(on_a.0, on_b.0, "round {number}");
        last = Some([on_a, on_b]);
    }
    for (_, together, alone) in last.unwrap() {
        assert!(together.accuracy() > 0.85, "{}", together.accuracy());
        assert!(together.correct > alone.correct, "{} and {}", together.correct, alone.correct);
        assert_eq!(together.confusion.iter().sum::<u32>(), together.rows);
    }
}

#[test]
fn training_leaves_the_shared_network_alone_until_updates_are_brought_together() {
    let mut workbench = device(0);
    let hash = |workbench: &mut Workbench| {
        let answer = workbench.run(Job::ExportModel { cluster: id() }).unwrap();
        let Answer::Model { model, bytes } = answer else { panic!("a model was asked for") };
        assert_eq!(protocol::pieces::name(&bytes), model);
        model
    };
    let before = hash(&mut workbench);
    let trained = train(&mut workbench, 1);
    assert_eq!(hash(&mut workbench), before);
    let (after, ..) = aggregate(&mut workbench, vec![weighted(1, true, trained)]);
    assert_ne!(after, before);
    assert_eq!(hash(&mut workbench), after);
}

#[test]
fn alone_means_from_the_same_first_state_with_the_same_rows() {
    let mut lonely = device(0);
    let mut social = device(0);
    let mut other = device(1);
    for number in 0..3 {
        let seed = 2 * number;
        let own = train(&mut lonely, seed);
        let (_, _, alone) = aggregate(&mut lonely, vec![weighted(1, true, own)]);
        let [(_, _, alone_in_company), _] = round(&mut social, &mut other, seed);
        assert_eq!(alone, alone_in_company);
    }
}

#[test]
fn a_restored_cluster_goes_on_bit_for_bit() {
    let (mut a, mut b) = (device(0), device(1));
    round(&mut a, &mut b, 0);
    a.run(Job::Predict { cluster: id(), input: vec![0.5; 64] }).unwrap();
    let mut error = vec![0.1; 10];
    error[3] = -0.9;
    a.run(Job::LearnFromError { cluster: id(), error }).unwrap();
    let mut pending = train(&mut a, 9);
    for _ in 0..2 {
        let mut restored = Workbench::new();
        let bytes = checkpoint(&mut a);
        restored.run(Job::RestoreCluster { cluster: id(), checkpoint: bytes.clone() }).unwrap();
        assert_eq!(checkpoint(&mut restored), bytes);
        let dataset = Dataset::decode_file(DIGITS).unwrap().part(0, 4).unwrap();
        let job = Job::LoadDataset { cluster: id(), dataset, held_out_percent: 30 };
        restored.run(job).unwrap();
        let updates = vec![weighted(1, true, pending)];
        let there = aggregate(&mut restored, updates.clone());
        assert_eq!(aggregate(&mut a, updates), there);
        pending = train(&mut a, 10);
        assert_eq!(train(&mut restored, 10), pending);
    }
}

fn adopt((model, bytes): (Hash, Vec<u8>), keep_ours: f32) -> Job {
    Job::AdoptModel { cluster: id(), model: bytes, expected: model, keep_ours }
}

fn export(workbench: &mut Workbench) -> (Hash, Vec<u8>) {
    let answer = workbench.run(Job::ExportModel { cluster: id() }).unwrap();
    let Answer::Model { model, bytes } = answer else { panic!("a model was asked for") };
    (model, bytes)
}

#[test]
fn what_a_device_learnt_apart_goes_into_its_next_updates() {
    /// Of the device's rows, after so many more rounds of both.
    fn accuracy_after(rounds: u64, keep_ours: f32) -> [f64; 2] {
        let (mut a, mut b) = (device(0), device(1));
        round(&mut a, &mut b, 0);
        for seed in 0..6 {
            let (from_a, from_b) = (train(&mut a, 10 + seed), train(&mut b, 20 + seed));
            aggregate(&mut a, vec![weighted(1, true, from_a)]);
            aggregate(&mut b, vec![weighted(2, true, from_b)]);
        }
        b.run(adopt(export(&mut a), keep_ours)).unwrap();
        let ends = (0..rounds).map(|seed| round(&mut a, &mut b, 100 + 2 * seed));
        let [of_a, of_b] = ends.last().unwrap();
        assert_eq!(of_a.0, of_b.0, "the same bits on both");
        [of_a.1.accuracy(), of_b.1.accuracy()]
    }
    let (kept, lost) = (accuracy_after(2, 1.0), accuracy_after(2, 0.0));
    println!("kept {kept:?}, lost {lost:?}");
    assert!(kept[0] + kept[1] > lost[0] + lost[1]);
}

#[test]
fn a_late_joiner_takes_the_model_and_goes_on_with_the_same_bits() {
    let (mut a, mut b, mut late) = (device(0), device(1), device(2));
    round(&mut a, &mut b, 0);
    let job = adopt(export(&mut a), 0.0);
    let Answer::Adopted { together: Some(together), .. } = late.run(job).unwrap() else {
        panic!("a model was adopted on a device with rows")
    };
    assert!(together.rows > 0);
    let trained = [train(&mut a, 2), train(&mut late, 3)];
    let updates = |own: u8| {
        (1u8..).zip(trained.clone()).map(|(n, update)| weighted(n, n == own, update)).collect()
    };
    assert_eq!(aggregate(&mut a, updates(1)).0, aggregate(&mut late, updates(2)).0);
}

#[test]
fn an_update_that_missed_its_round_goes_into_the_next() {
    let (mut late, mut other) = (device(0), device(1));
    let (missed, samples) = train(&mut late, 1);
    let from_other = train(&mut other, 2);
    let before = checkpoint(&mut late);
    aggregate(&mut late, vec![weighted(2, false, from_other.clone())]);

    let mut on_time = Workbench::new();
    on_time.run(Job::RestoreCluster { cluster: id(), checkpoint: before }).unwrap();
    let dataset = Dataset::decode_file(DIGITS).unwrap().part(0, 4).unwrap();
    on_time.run(Job::LoadDataset { cluster: id(), dataset, held_out_percent: 30 }).unwrap();
    let both = vec![weighted(1, true, (missed, samples)), weighted(2, false, from_other)];
    aggregate(&mut on_time, both);

    let length = |update: &[u8]| {
        let update = neural::Update::decode(update, &spec()).unwrap();
        let mut change = vec![0.0; update.parameters()];
        update.add_to(&mut change, 1.0);
        change.iter().map(|value| value * value).sum::<f32>().sqrt()
    };
    let (more, less) = (length(&train(&mut late, 3).0), length(&train(&mut on_time, 3).0));
    assert!(more > 1.2 * less, "{more} and {less}");
}

#[test]
fn what_is_no_update_is_left_out_by_all_alike() {
    let (mut a, mut b) = (device(0), device(0));
    let (own, samples) = train(&mut a, 1);
    train(&mut b, 1);
    let garbage = weighted(2, false, (vec![7; 500], 1_000));
    let updates = vec![weighted(1, true, (own.clone(), samples)), garbage];
    let with_garbage = aggregate(&mut a, updates).0;
    assert_eq!(with_garbage, aggregate(&mut b, vec![weighted(1, true, (own, samples))]).0);
}
