//! Two lanes give the answers of one workbench, byte for byte, whatever is asked of them.

use neural::{Compression, Dataset};
use peer::{
    Answer, FirstLane, Job, JobError, LocalTraining, SecondLane, SecondPart, SkillAnswer, SkillJob,
    WeightedUpdate, Workbench,
    handover::{decode_second, encode_second},
};
use proptest::prelude::*;
use protocol::cluster::{LayerSpec, NetworkSpec};
use units::{ClusterId, Hash, PeerId};

const DIGITS: &[u8] = include_bytes!("../../../../public/data/digits.bin");

/// Both lanes, driven as a browser drives them.
#[derive(Default)]
struct Lanes {
    first: FirstLane,
    second: SecondLane,
}

impl Lanes {
    fn run(&mut self, job: Job) -> Result<Answer, JobError> {
        let part = job.second_part();
        let beside = (part == SecondPart::AtOnce).then(|| {
            // Over to the other thread and back.
            decode_second(&encode_second(&self.second.run(job.clone()))).unwrap()
        });
        let begun = self.first.begin(job.clone());
        let result = self.first.end(begun, beside);
        match &result {
            Ok(_) if part == SecondPart::Afterwards => drop(self.second.run(job).unwrap()),
            Ok(Answer::Trained { .. }) => self.second.keep_training(),
            _ => {}
        }
        result
    }
}

/// One workbench and two lanes that are asked the same.
#[derive(Default)]
struct Both {
    whole: Workbench,
    lanes: Lanes,
}

impl Both {
    fn run(&mut self, job: Job) -> Result<Answer, JobError> {
        let (whole, lanes) = (self.whole.run(job.clone()), self.lanes.run(job.clone()));
        assert_eq!(whole, lanes, "{job:?}");
        whole
    }

    fn checkpoint(&mut self, id: &str) -> Vec<u8> {
        let answer = self.run(Job::Checkpoint { cluster: cluster(id) }).unwrap();
        let Answer::Checkpoint { bytes, .. } = answer else { panic!("a checkpoint was asked for") };
        bytes
    }

    fn train(&mut self, id: &str, training: LocalTraining) -> Result<Vec<u8>, JobError> {
        match self.run(Job::Train { cluster: cluster(id), training })? {
            Answer::Trained { update, .. } => Ok(update),
            other => panic!("training was asked for: {other:?}"),
        }
    }
}

fn cluster(id: &str) -> ClusterId {
    id.parse().unwrap()
}

fn create(id: &str) -> Job {
    let layers = vec![LayerSpec::new(16, 4); 2];
    let network = NetworkSpec { inputs: 64, steps: 1, layers, classes: 10, seed: 3 };
    Job::CreateCluster { cluster: cluster(id), network, model: None }
}

fn load(id: &str, part: u32) -> Job {
    let dataset = Dataset::decode_file(DIGITS).unwrap().part(part, 8).unwrap();
    Job::LoadDataset { cluster: cluster(id), dataset, held_out_percent: 30 }
}

fn training(seed: u64) -> LocalTraining {
    LocalTraining {
        steps: 5,
        batch_rows: 8,
        learning_rate: 2e-3,
        compression: Compression::Rows,
        seed,
    }
}

fn aggregate(id: &str, own: bool, update: Vec<u8>) -> Job {
    let update = WeightedUpdate { peer: PeerId::from_bytes([1; 32]), own, samples: 40, update };
    Job::Aggregate { cluster: cluster(id), updates: vec![update] }
}

#[test]
fn rounds_checkpoints_and_restores_are_those_of_one_workbench() {
    let mut both = Both::default();
    both.run(create("a")).unwrap();
    both.run(load("a", 0)).unwrap();
    for seed in 0..4 {
        let update = both.train("a", training(seed)).unwrap();
        both.checkpoint("a");
        both.run(aggregate("a", seed != 2, update)).unwrap();
        both.checkpoint("a");
    }
    let checkpoint = both.checkpoint("a");
    both.run(Job::DropCluster { cluster: cluster("a") }).unwrap();
    both.run(Job::RestoreCluster { cluster: cluster("a"), checkpoint: checkpoint.clone() })
        .unwrap();
    assert_eq!(both.checkpoint("a"), checkpoint);
    both.run(load("a", 1)).unwrap();
    let update = both.train("a", training(9)).unwrap();
    let answer = both.run(aggregate("a", true, update)).unwrap();
    let Answer::Aggregated { alone: Some(alone), .. } = answer else { panic!("{answer:?}") };
    assert!(alone.rows > 0);
}

fn skills(id: &str, job: SkillJob) -> Job {
    Job::Skill { cluster: cluster(id), recipe: Hash::of(b"digits"), job }
}

#[test]
fn a_graft_is_that_of_one_workbench() {
    let mut both = Both::default();
    both.run(create("a")).unwrap();
    both.run(load("a", 0)).unwrap();
    let update = both.train("a", training(1)).unwrap();
    both.run(aggregate("a", true, update)).unwrap();
    let taken = both.run(skills("a", SkillJob::Take { layer: 0, nodes: 4 })).unwrap();
    let Answer::Skill(taken) = taken else { panic!("{taken:?}") };
    let SkillAnswer::Taken { skill, .. } = *taken else { panic!("{taken:?}") };
    both.run(skills("a", SkillJob::Try { skill: skill.clone() })).unwrap();
    let before = both.checkpoint("a");
    both.run(skills("a", SkillJob::Graft { skill: vec![1] })).unwrap_err();
    assert_eq!(both.checkpoint("a"), before);
    both.run(skills("a", SkillJob::Graft { skill })).unwrap();
    assert_ne!(both.checkpoint("a"), before);
    let update = both.train("a", training(2)).unwrap();
    both.run(aggregate("a", true, update)).unwrap();
    let checkpoint = both.checkpoint("a");
    both.run(Job::DropCluster { cluster: cluster("a") }).unwrap();
    both.run(Job::RestoreCluster { cluster: cluster("a"), checkpoint: checkpoint.clone() })
        .unwrap();
    assert_eq!(both.checkpoint("a"), checkpoint);
}

/// A device of the same person has let it grow; the rows are those that were here.
#[test]
fn a_network_that_has_grown_elsewhere_takes_the_place_with_its_rows_on_both_lanes() {
    let mut both = Both::default();
    both.run(create("a")).unwrap();
    both.run(load("a", 0)).unwrap();
    let layers = vec![LayerSpec::new(24, 4), LayerSpec::new(16, 4)];
    let network = NetworkSpec { inputs: 64, steps: 1, layers, classes: 10, seed: 3 };
    let grown = neural::Model::new(&network).unwrap();
    let replace = |model: &neural::Model| {
        let model = model.encode();
        Job::ReplaceNetwork { cluster: cluster("a"), model }
    };
    let created = Answer::Created { network: network.clone(), model: grown.hash() };
    assert_eq!(both.run(replace(&grown)), Ok(created));
    let update = both.train("a", training(1)).unwrap();
    both.run(aggregate("a", true, update)).unwrap();
    both.checkpoint("a");
    let other = NetworkSpec { inputs: 3, ..network };
    let refused = both.run(replace(&neural::Model::new(&other).unwrap()));
    assert!(matches!(refused, Err(JobError::InvalidInput(_))), "{refused:?}");
}

#[test]
fn training_that_diverges_changes_neither_lane() {
    let mut both = Both::default();
    for id in ["a", "b"] {
        both.run(create(id)).unwrap();
        both.run(load(id, 0)).unwrap();
    }
    let before = both.checkpoint("a");
    let wild = LocalTraining {
        steps: 2000,
        batch_rows: 4,
        learning_rate: 1.0,
        compression: Compression::Rows,
        seed: 1,
    };
    both.train("a", wild).unwrap_err();
    assert_eq!(both.checkpoint("a"), before);
    both.train("b", training(1)).unwrap();
    both.checkpoint("a");
    both.checkpoint("b");
}

#[test]
fn a_training_that_only_the_second_lane_got_through_never_counts() {
    let mut lanes = Lanes::default();
    for id in ["a", "b"] {
        lanes.run(create(id)).unwrap();
        lanes.run(load(id, 0)).unwrap();
    }
    let checkpoint = |lanes: &mut Lanes| lanes.run(Job::Checkpoint { cluster: cluster("a") });
    let before = checkpoint(&mut lanes).unwrap();
    lanes.second.run(Job::Train { cluster: cluster("a"), training: training(1) }).unwrap();
    lanes.run(Job::Train { cluster: cluster("b"), training: training(1) }).unwrap();
    assert_eq!(checkpoint(&mut lanes).unwrap(), before);
}

#[test]
fn what_one_workbench_refuses_two_lanes_refuse_in_the_same_words() {
    let mut both = Both::default();
    let missing = || cluster("missing");
    both.run(Job::Train { cluster: missing(), training: training(1) }).unwrap_err();
    both.run(Job::Checkpoint { cluster: missing() }).unwrap_err();
    both.run(aggregate("missing", true, Vec::new())).unwrap_err();
    both.run(Job::DropCluster { cluster: missing() }).unwrap_err();
    both.run(load("missing", 0)).unwrap_err();
    both.run(create("a")).unwrap();
    both.run(create("a")).unwrap_err();
    both.train("a", training(1)).unwrap_err();
    both.run(load("a", 0)).unwrap();
    both.train("a", LocalTraining { steps: 0, ..training(1) }).unwrap_err();
    both.run(Job::RestoreCluster { cluster: cluster("b"), checkpoint: vec![1; 80] }).unwrap_err();
    let adopt = Job::AdoptModel {
        cluster: cluster("a"),
        model: vec![1],
        expected: Hash::of(&[2]),
        keep_ours: 0.0,
    };
    both.run(adopt).unwrap_err();
    both.checkpoint("a");
}

/// One of everything, on one of two clusters.
fn any_job() -> impl Strategy<Value = Job> {
    let id = prop_oneof![Just("a"), Just("b")];
    (id, 0u8..10, 0u64..3).prop_map(|(id, kind, seed)| match kind {
        0 => create(id),
        1 => load(id, seed as u32),
        2 => Job::DropCluster { cluster: cluster(id) },
        3 => aggregate(id, seed == 0, Vec::new()),
        4 => Job::Checkpoint { cluster: cluster(id) },
        5 => Job::Predict { cluster: cluster(id), input: vec![0.5; 64] },
        6 => Job::LearnFromError { cluster: cluster(id), error: vec![0.1; 10] },
        7 => Job::ReadState { cluster: cluster(id) },
        8 => Job::Evaluate { cluster: cluster(id), dataset: None },
        _ => Job::Train { cluster: cluster(id), training: training(seed) },
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_jobs_in_any_order_come_to_the_same(jobs in prop::collection::vec(any_job(), 1..24)) {
        let mut both = Both::default();
        both.run(create("a")).unwrap();
        both.run(load("a", 0)).unwrap();
        for job in jobs {
            // An update that is the device's own is the one that it has just made.
            if let Ok(Answer::Trained { update, .. }) = both.run(job) {
                both.run(aggregate("a", true, update.clone())).ok();
                both.run(aggregate("b", true, update)).ok();
            }
        }
        both.run(Job::Checkpoint { cluster: cluster("a") }).ok();
        both.run(Job::Checkpoint { cluster: cluster("b") }).ok();
    }
}
