//! What a workbench answers, and how it refuses what it cannot do: with a reason, and unchanged.

use neural::{Compression, Dataset, Values};
use peer::{Answer, Class, Job, JobError, LocalTraining, WeightedUpdate, Workbench};
use protocol::cluster::{LayerSpec, NetworkSpec};
use units::{ClusterId, PeerId};

fn id() -> ClusterId {
    "xor".parse().unwrap()
}

fn spec() -> NetworkSpec {
    let layers = vec![LayerSpec::new(12, 3)];
    NetworkSpec { inputs: 2, steps: 1, layers, classes: 2, seed: 1 }
}

fn dataset() -> Dataset {
    let corners = [[1.0f32, 0.1], [0.1, 1.0]];
    let values = (0..20).flat_map(|row| corners[row % 2]).collect();
    let labels = (0..20).map(|row| row % 2).collect();
    Dataset { inputs: 2, classes: 2, values: Values::Floats(values), labels }
}

fn workbench() -> Workbench {
    let mut workbench = Workbench::new();
    workbench.run(Job::CreateCluster { cluster: id(), network: spec(), model: None }).unwrap();
    let job = Job::LoadDataset { cluster: id(), dataset: dataset(), held_out_percent: 20 };
    workbench.run(job).unwrap();
    workbench
}

fn predict(workbench: &mut Workbench, input: &[f32]) -> Vec<Class> {
    let job = Job::Predict { cluster: id(), input: input.to_vec() };
    let Answer::Predicted(classes) = workbench.run(job).unwrap() else {
        panic!("a prediction was asked for")
    };
    classes.classes
}

fn checkpoint(workbench: &mut Workbench) -> Vec<u8> {
    let answer = workbench.run(Job::Checkpoint { cluster: id() }).unwrap();
    let Answer::Checkpoint { bytes, .. } = answer else { panic!("a checkpoint was asked for") };
    bytes
}

#[test]
fn classes_come_by_falling_probability_and_add_up_to_one() {
    let classes = predict(&mut workbench(), &[1.0, 0.0]);
    assert!(classes.is_sorted_by(|a, b| a.probability >= b.probability));
    let sum: f32 = classes.iter().map(|class| class.probability).sum();
    assert!((sum - 1.0).abs() < 1e-6);
}

#[test]
fn a_lesson_changes_predictions_here_at_once_and_the_agreed_model_not() {
    let mut workbench = workbench();
    let answer = workbench.run(Job::ExportModel { cluster: id() }).unwrap();
    let probability = |workbench: &mut Workbench| {
        let classes = predict(workbench, &[1.0, 0.2]);
        classes.iter().find(|class| class.class == 1).unwrap().probability
    };
    let before = probability(&mut workbench);
    for _ in 0..5 {
        workbench.run(Job::LearnFromError { cluster: id(), error: vec![0.5, -0.5] }).unwrap();
    }
    assert!(probability(&mut workbench) > before);
    assert_eq!(workbench.run(Job::ExportModel { cluster: id() }).unwrap(), answer);
}

/// Rows of four frames of two values; the class is the place of the first frame's event.
fn in_time() -> (Workbench, Dataset) {
    let layers = vec![LayerSpec::new(12, 3).with_traces(4)];
    let network = NetworkSpec { inputs: 8, steps: 4, layers, classes: 2, seed: 1 };
    let rows =
        [[1.0f32, 0.0, 0.0, 0.1, 0.2, 0.0, 0.0, 0.3], [0.0, 1.0, 0.0, 0.1, 0.2, 0.0, 0.0, 0.3]];
    let values = Values::Floats((0..20).flat_map(|row| rows[row % 2]).collect());
    let labels = (0..20).map(|row| row % 2).collect();
    let dataset = Dataset { inputs: 8, classes: 2, values, labels };
    let mut workbench = Workbench::new();
    workbench.run(Job::CreateCluster { cluster: id(), network, model: None }).unwrap();
    let job = Job::LoadDataset { cluster: id(), dataset: dataset.clone(), held_out_percent: 20 };
    workbench.run(job).unwrap();
    (workbench, dataset)
}

#[test]
fn frame_after_frame_is_answered_like_the_whole_sequence() {
    let (mut workbench, dataset) = in_time();
    for row in [0, 1, 0] {
        let input = dataset.row(row).to_vec();
        // A whole input begins anew.
        let whole = predict(&mut workbench, &input);
        let frames = input.chunks(2).map(|frame| predict(&mut workbench, frame));
        assert_eq!(frames.last().unwrap(), whole);
    }
}

#[test]
fn a_stream_learns_from_an_error_about_frames_that_have_passed_and_goes_on_through_rounds() {
    let (mut workbench, dataset) = in_time();
    let cue = dataset.row(0)[..2].to_vec();
    let probability = |workbench: &mut Workbench| {
        let classes = predict(workbench, &dataset.row(0));
        classes.iter().find(|class| class.class == 1).unwrap().probability
    };
    let before = probability(&mut workbench);
    for _ in 0..5 {
        predict(&mut workbench, &cue);
        predict(&mut workbench, &[0.0, 0.0]);
        workbench.run(Job::LearnFromError { cluster: id(), error: vec![0.5, -0.5] }).unwrap();
    }
    assert!(probability(&mut workbench) > before);
    let training = LocalTraining {
        steps: 5,
        batch_rows: 4,
        learning_rate: 0.01,
        compression: Compression::Rows,
        seed: 1,
    };
    let job = Job::Train { cluster: id(), training };
    let Answer::Trained { update, samples, .. } = workbench.run(job).unwrap() else { panic!() };
    let update = WeightedUpdate { peer: PeerId::from_bytes([1; 32]), own: true, samples, update };
    // The lessons are in the update: until it is in the shared network, that answers as it did.
    assert_eq!(probability(&mut workbench), before);
    predict(&mut workbench, &cue);
    workbench.run(Job::Aggregate { cluster: id(), updates: vec![update] }).unwrap();
    let rest = dataset.row(0)[2..].chunks(2).map(|frame| predict(&mut workbench, frame)).last();
    assert_eq!(rest.unwrap(), predict(&mut workbench, &dataset.row(0)));
}

#[test]
fn however_many_lessons_wait_training_goes_on() {
    let mut workbench = workbench();
    for _ in 0..8 {
        predict(&mut workbench, &[1.0, 0.0]);
        for _ in 0..200 {
            workbench.run(Job::LearnFromError { cluster: id(), error: vec![1.0, -1.0] }).unwrap();
        }
        let exported = workbench.run(Job::ExportModel { cluster: id() }).unwrap();
        let Answer::Model { model: expected, bytes: model } = exported else { panic!() };
        workbench.run(Job::AdoptModel { cluster: id(), model, expected, keep_ours: 0.0 }).unwrap();
    }
    let training = LocalTraining {
        steps: 5,
        batch_rows: 4,
        learning_rate: 0.001,
        compression: Compression::Rows,
        seed: 1,
    };
    let answer = workbench.run(Job::Train { cluster: id(), training });
    assert!(matches!(answer, Ok(Answer::Trained { .. })), "{answer:?}");
}

#[test]
fn the_state_shows_every_node_and_what_gating_saves() {
    let mut workbench = workbench();
    workbench.run(Job::Evaluate { cluster: id(), dataset: Some(dataset()) }).unwrap();
    let Answer::State(state) = workbench.run(Job::ReadState { cluster: id() }).unwrap() else {
        panic!("the state was asked for")
    };
    assert_eq!(state.layers[0].thresholds.len(), 12);
    let rates = &state.layers[0].firing_rates;
    assert!(rates.iter().any(|rate| *rate > 0.0) && rates.iter().any(|rate| *rate < 1.0));
    assert!(state.operations_saved > 0.0 && state.operations_saved < 1.0);
}

#[test]
fn an_impossible_job_is_refused_with_a_reason_and_changes_nothing() {
    let mut workbench = workbench();
    let before = checkpoint(&mut workbench);
    let training = LocalTraining {
        steps: 5,
        batch_rows: 4,
        learning_rate: 0.01,
        compression: Compression::Rows,
        seed: 1,
    };
    let with = |change: fn(&mut LocalTraining)| {
        let mut training = training;
        change(&mut training);
        Job::Train { cluster: id(), training }
    };
    let update = |n: u8| WeightedUpdate {
        peer: PeerId::from_bytes([n; 32]),
        own: false,
        samples: 1,
        update: vec![1, 2, 3],
    };
    let mut wide = dataset();
    wide.inputs = 4;
    wide.labels.truncate(10);
    let wild = Dataset { values: Values::Floats(vec![f32::NAN; 40]), ..dataset() };
    let foreign = neural::Model::new(&NetworkSpec { seed: 2, ..spec() }).unwrap().encode();
    let expected = protocol::pieces::name(&foreign);
    let load =
        |dataset, held_out_percent| Job::LoadDataset { cluster: id(), dataset, held_out_percent };
    for (job, words) in [
        (
            Job::CreateCluster { cluster: id(), network: spec(), model: None },
            "cluster `xor` exists",
        ),
        (load(wide, 20), "rows of 4 values"),
        (load(wild, 20), "value 0 of row 0 is NaN"),
        (load(dataset(), 95), "95 percent kept from training"),
        (with(|training| training.steps = 0), "0 training steps"),
        (with(|training| training.batch_rows = 5_000), "5000 rows in a step"),
        (with(|training| training.learning_rate = f32::NAN), "learning rate of NaN"),
        (Job::Aggregate { cluster: id(), updates: vec![] }, "no update"),
        (Job::Aggregate { cluster: id(), updates: vec![update(2), update(1)] }, "out of order"),
        (Job::Aggregate { cluster: id(), updates: vec![update(1), update(1)] }, "two of one peer"),
        (Job::Aggregate { cluster: id(), updates: vec![update(1)] }, "no update"),
        (
            Job::AdoptModel { cluster: id(), model: vec![1], expected, keep_ours: 0.0 },
            "was promised",
        ),
        (
            Job::AdoptModel { cluster: id(), model: foreign, expected, keep_ours: 0.0 },
            "another network",
        ),
        (
            Job::AdoptModel {
                cluster: id(),
                model: vec![1],
                expected: protocol::pieces::name(&[1]),
                keep_ours: 0.0,
            },
            "do not begin like a model",
        ),
        (Job::Predict { cluster: id(), input: vec![1.0] }, "1 values where this network takes 2"),
        (Job::LearnFromError { cluster: id(), error: vec![0.0; 2] }, "ask for a prediction first"),
    ] {
        let error = workbench.run(job).unwrap_err();
        assert_eq!(error.code(), "invalid_input", "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(checkpoint(&mut workbench), before, "{words}");
    }
}

#[test]
fn a_step_of_more_rows_than_a_device_has_memory_for_is_refused() {
    let mut workbench = Workbench::new();
    let network = NetworkSpec { inputs: 65_536, layers: vec![LayerSpec::new(1, 4)], ..spec() };
    workbench.run(Job::CreateCluster { cluster: id(), network, model: None }).unwrap();
    let values = Values::Bytes(vec![1; 65_536 * 2]);
    let dataset = Dataset { inputs: 65_536, classes: 2, values, labels: vec![0, 1] };
    workbench.run(Job::LoadDataset { cluster: id(), dataset, held_out_percent: 0 }).unwrap();
    let training = LocalTraining {
        steps: 1,
        batch_rows: 4_096,
        learning_rate: 0.01,
        compression: Compression::Rows,
        seed: 1,
    };
    let error = workbench.run(Job::Train { cluster: id(), training }).unwrap_err();
    assert!(error.to_string().contains("4096 rows in a step of a network of this size"), "{error}");
}

#[test]
fn what_is_missing_is_named() {
    let mut workbench = Workbench::new();
    let unknown = workbench.run(Job::ReadState { cluster: id() });
    assert_eq!(unknown, Err(JobError::UnknownCluster(id())));
    workbench.run(Job::CreateCluster { cluster: id(), network: spec(), model: None }).unwrap();
    let training = LocalTraining {
        steps: 5,
        batch_rows: 4,
        learning_rate: 0.01,
        compression: Compression::Rows,
        seed: 1,
    };
    let untrained = workbench.run(Job::Train { cluster: id(), training });
    assert_eq!(untrained, Err(JobError::NoData(id())));
    let unevaluated = workbench.run(Job::Evaluate { cluster: id(), dataset: None });
    assert_eq!(unevaluated, Err(JobError::NoData(id())));
    assert_eq!(workbench.run(Job::DropCluster { cluster: id() }), Ok(Answer::Done));
    assert!(workbench.run(Job::DropCluster { cluster: id() }).is_err());
}

#[test]
fn clusters_beyond_the_limit_are_refused_before_they_take_memory() {
    let mut workbench = Workbench::new();
    let name = |n: usize| format!("c{n}").parse::<ClusterId>().unwrap();
    for n in 0..16 {
        workbench
            .run(Job::CreateCluster { cluster: name(n), network: spec(), model: None })
            .unwrap();
    }
    let error =
        workbench.run(Job::CreateCluster { cluster: name(16), network: spec(), model: None });
    assert!(error.unwrap_err().to_string().contains("16 clusters"));

    let mut workbench = Workbench::new();
    let layers = vec![LayerSpec::new(8_000, 4)];
    let large = NetworkSpec { inputs: 400, steps: 1, layers, classes: 10, seed: 1 };
    let create = |n| Job::CreateCluster { cluster: name(n), network: large.clone(), model: None };
    workbench.run(create(0)).unwrap();
    workbench.run(create(1)).unwrap();
    let error = workbench.run(create(2)).unwrap_err().to_string();
    assert!(error.contains("3296010 parameters are too many"), "{error}");
}

#[test]
fn a_damaged_checkpoint_is_refused() {
    let bytes = checkpoint(&mut workbench());
    for place in [0, 5, 40, bytes.len() / 2, bytes.len() - 1] {
        let mut checkpoint = bytes.clone();
        checkpoint[place] ^= 1;
        let job = Job::RestoreCluster { cluster: id(), checkpoint };
        assert!(Workbench::new().run(job).is_err(), "byte {place}");
    }
    for length in [0, 31, 32, 100, bytes.len() - 1] {
        let checkpoint = bytes[..length].to_vec();
        let job = Job::RestoreCluster { cluster: id(), checkpoint };
        assert!(Workbench::new().run(job).is_err(), "{length} bytes");
    }
}
