//! What nodes have learnt, on a workbench: copied, tried and added, and what their firing is like.

use neural::{Compression, Dataset, nodes::Skill};
use peer::{
    Activity, ActivityOf, Answer, Job, JobError, LocalTraining, SkillAnswer, SkillJob, Trial,
    WeightedUpdate, Workbench,
};
use protocol::cluster::{LayerSpec, NetworkSpec};
use units::{ClusterId, Hash, PeerId};

const DIGITS: &[u8] = include_bytes!("../../../../public/data/digits.bin");

fn id() -> ClusterId {
    "digits".parse().unwrap()
}

fn digits() -> Dataset {
    Dataset::decode_file(DIGITS).unwrap()
}

/// A cluster with some rows, after so many rounds.
fn workbench(seed: u64, rows: Dataset, rounds: u64) -> Workbench {
    let mut workbench = Workbench::new();
    let layers = vec![LayerSpec::new(48, 4), LayerSpec::new(24, 4)];
    let network = NetworkSpec { inputs: 64, steps: 1, layers, classes: 10, seed };
    workbench.run(Job::CreateCluster { cluster: id(), network, model: None }).unwrap();
    let job = Job::LoadDataset { cluster: id(), dataset: rows, held_out_percent: 30 };
    workbench.run(job).unwrap();
    (0..rounds).for_each(|round| train(&mut workbench, round));
    workbench
}

fn train(workbench: &mut Workbench, seed: u64) {
    let compression = Compression::Rows;
    let training =
        LocalTraining { steps: 40, batch_rows: 32, learning_rate: 2e-3, compression, seed };
    let answer = workbench.run(Job::Train { cluster: id(), training }).unwrap();
    let Answer::Trained { update, samples, .. } = answer else { panic!("{answer:?}") };
    let peer = PeerId::from_bytes([1; 32]);
    let updates = vec![WeightedUpdate { peer, own: true, samples, update }];
    workbench.run(Job::Aggregate { cluster: id(), updates }).unwrap();
}

fn skills(workbench: &mut Workbench, job: SkillJob) -> Result<SkillAnswer, JobError> {
    let recipe = Hash::of(b"eight by eight");
    match workbench.run(Job::Skill { cluster: id(), recipe, job })? {
        Answer::Skill(answer) => Ok(*answer),
        other => panic!("{other:?}"),
    }
}

fn take(workbench: &mut Workbench, nodes: u32) -> (Vec<u8>, Activity) {
    let taken = skills(workbench, SkillJob::Take { layer: 0, nodes }).unwrap();
    let SkillAnswer::Taken { skill, activity, .. } = taken else { panic!("{taken:?}") };
    (skill, activity)
}

fn checkpoint(workbench: &mut Workbench) -> Vec<u8> {
    let answer = workbench.run(Job::Checkpoint { cluster: id() }).unwrap();
    let Answer::Checkpoint { bytes, .. } = answer else { panic!("{answer:?}") };
    bytes
}

fn correct(workbench: &mut Workbench) -> u32 {
    let answer = workbench.run(Job::Evaluate { cluster: id(), dataset: None }).unwrap();
    let Answer::Evaluated(evaluation) = answer else { panic!("{answer:?}") };
    evaluation.correct
}

fn trial(workbench: &mut Workbench, skill: Vec<u8>) -> Trial {
    let tried = skills(workbench, SkillJob::Try { skill }).unwrap();
    let SkillAnswer::Tried(trial) = tried else { panic!("{tried:?}") };
    trial
}

#[test]
fn who_has_seen_little_gains_by_what_others_learnt_and_knows_before_taking_it() {
    let mut teacher = workbench(1, digits().part(0, 2).unwrap(), 12);
    let (skill, _) = take(&mut teacher, 32);
    let mut learner = workbench(2, digits().part(13, 16).unwrap(), 1);
    let before = checkpoint(&mut learner);
    let trial = trial(&mut learner, skill.clone());
    assert_eq!(checkpoint(&mut learner), before, "a trial changes nothing");
    assert_eq!(trial.without, correct(&mut learner));
    assert!(trial.with > trial.without, "{trial:?}");
    assert!(trial.trained_with > trial.trained_without, "{trial:?}");
    let grafted = skills(&mut learner, SkillJob::Graft { skill }).unwrap();
    let SkillAnswer::Grafted { network, nodes, strength_percent, .. } = grafted else {
        panic!("{grafted:?}")
    };
    assert_eq!((nodes, network.layers[0].nodes), (32, 80));
    assert_eq!(strength_percent, trial.strength_percent);
    assert_eq!(correct(&mut learner), trial.with, "it is as it was promised");
    (0..4).for_each(|round| train(&mut learner, round));
    assert!(correct(&mut learner) > trial.without);
}

#[test]
fn a_skill_is_the_nodes_that_matter_most() {
    let mut teacher = workbench(1, digits().part(0, 2).unwrap(), 6);
    let (all, _) = take(&mut teacher, 10_000);
    assert_eq!(Skill::decode(&all).unwrap().shape().nodes, 48);
    let (few, _) = take(&mut teacher, 5);
    let few = Skill::decode(&few).unwrap();
    assert_eq!(few.shape().nodes, 5);
    assert!(few.firing_rates().any(|rate| rate > 0.1));
    let refused = skills(&mut teacher, SkillJob::Take { layer: 2, nodes: 5 }).unwrap_err();
    assert!(refused.to_string().contains("has 2"), "{refused}");
    skills(&mut teacher, SkillJob::Take { layer: 0, nodes: 0 }).unwrap_err();
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let mut teacher = workbench(1, digits().part(0, 4).unwrap(), 1);
    let (skill, _) = take(&mut teacher, 4);
    let mut learner = workbench(2, digits().part(1, 4).unwrap(), 1);
    let before = checkpoint(&mut learner);
    let other_inputs = Job::Skill {
        cluster: id(),
        recipe: Hash::of(b"other inputs"),
        job: SkillJob::Graft { skill: skill.clone() },
    };
    let refused = learner.run(other_inputs).unwrap_err().to_string();
    assert!(refused.contains("other inputs"), "{refused}");
    let mut wild = skill.clone();
    let place = wild.len() - 24;
    wild[place..place + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    for bytes in [wild, skill[..skill.len() - 1].to_vec(), Vec::new()] {
        skills(&mut learner, SkillJob::Graft { skill: bytes.clone() }).unwrap_err();
        skills(&mut learner, SkillJob::Try { skill: bytes }).unwrap_err();
    }
    assert_eq!(checkpoint(&mut learner), before);
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn what_fires_like_a_class_is_told_by_its_activity() {
    let mut workbench = workbench(1, digits().part(0, 4).unwrap(), 6);
    let mut activity = |of| {
        let answer = skills(&mut workbench, SkillJob::Activity(of)).unwrap();
        let SkillAnswer::Activity { activity, .. } = answer else { panic!("{answer:?}") };
        activity.values
    };
    let classes: Vec<_> = (0..10).map(|class| activity(ActivityOf::Class(class))).collect();
    let data = digits();
    let mut right = 0;
    for row in 0..40 {
        let here = activity(ActivityOf::Input(data.row(row)));
        let nearest = (0..10)
            .max_by(|a, b| cosine(&here, &classes[*a]).total_cmp(&cosine(&here, &classes[*b])));
        right += u32::from(nearest == Some(usize::from(data.labels[row])));
    }
    assert!(right >= 30, "{right} of 40");
    assert!(activity(ActivityOf::All).iter().any(|value| *value != 0.0));
    let unknown = skills(&mut workbench, SkillJob::Activity(ActivityOf::Class(10))).unwrap_err();
    assert!(unknown.to_string().contains("class 10"), "{unknown}");
}
