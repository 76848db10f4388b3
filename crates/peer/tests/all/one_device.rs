//! One device by itself: what its engine stores and when it says so.

use core::time::Duration;
use data::{Ground, Look, Paint, Recipe};
use neural::{Dataset, Values};
use peer::{
    Answer, Blueprint, CommandError, Config, ConnectPolicy, Engine, Event, Input, JobError, JobId,
    Limits, Origin, Output, SkillAnswer, SkillJob, StoredRecord, Workbench,
};
use protocol::{
    cluster::{LayerSpec, NetworkSpec},
    session::SessionOptions,
    signaling::Capability,
};
use std::collections::{BTreeMap, VecDeque};
use units::{ClusterId, Hash, Instant, UnixMillis};

/// An engine with a workbench and with storage, in one thread.
struct Device {
    engine: Engine,
    workbench: Workbench,
    stored: BTreeMap<String, Vec<u8>>,
    writes: Vec<String>,
    events: Vec<Event>,
    now: Instant,
    has_worker: bool,
    /// How long every job takes.
    job_takes: Duration,
}

impl Device {
    fn start(stored: BTreeMap<String, Vec<u8>>, has_worker: bool) -> Self {
        let records = stored
            .iter()
            .map(|(key, value)| StoredRecord { key: key.clone(), value: value.clone() });
        let identity = stored.get("identity").map_or(&[][..], Vec::as_slice);
        let config = Config {
            // Another one for every life.
            entropy: *Hash::of(identity).as_bytes(),
            started_at: UnixMillis(1_000_000),
            capability: Capability::default(),
            signaling_url: None,
            connect: ConnectPolicy::Everyone,
            ledger: false,
            records: records.collect(),
            limits: Limits::default(),
        };
        let mut device = Self {
            engine: Engine::new(config, Instant::ZERO),
            workbench: Workbench::new(),
            stored,
            writes: Vec::new(),
            events: Vec::new(),
            now: Instant::ZERO,
            has_worker,
            job_takes: Duration::from_millis(10),
        };
        device.drain();
        device
    }

    /// Does all that the engine asks for, and all that follows from it.
    fn drain(&mut self) {
        let mut inputs = VecDeque::new();
        loop {
            match self.engine.poll_output() {
                Output::Store { key, value } => {
                    self.writes.push(key.clone());
                    match value {
                        Some(value) => drop(self.stored.insert(key.clone(), value)),
                        None => drop(self.stored.remove(&key)),
                    }
                    inputs.push_back(Input::Stored { key, result: Ok(()) });
                }
                Output::Job(job, work) => {
                    let lost = || Err(JobError::WorkerLost("it did not start".to_owned()));
                    let result = if self.has_worker { self.workbench.run(work) } else { lost() };
                    inputs.push_back(Input::JobDone { job, result });
                }
                Output::Event(event) => self.events.push(event),
                Output::Signaling(_) | Output::Connection(..) => {}
                Output::Timeout(_) => match inputs.pop_front() {
                    Some(input) => {
                        if matches!(input, Input::JobDone { .. }) {
                            self.now = self.now + self.job_takes;
                        }
                        self.engine.handle_input(self.now, input);
                        self.engine.check_invariants();
                    }
                    None => return,
                },
            }
        }
    }

    fn with_cluster() -> Self {
        let mut device = Self::start(BTreeMap::new(), true);
        device
            .engine
            .create_cluster(device.now, cluster(), network())
            .expect("no such cluster yet");
        device.drain();
        device
            .engine
            .load_dataset(device.now, cluster(), rows(2), 20, own())
            .expect("the cluster is known");
        device.drain();
        device
    }

    fn train_alone(&mut self, options: SessionOptions) {
        let task = "two classes".to_owned();
        let alone = Some(Vec::new());
        self.engine
            .start_session(self.now, cluster(), task, options, alone)
            .expect("there are rows");
        self.drain();
    }

    fn writes_of(&self, prefix: &str) -> usize {
        self.writes.iter().filter(|key| key.starts_with(prefix)).count()
    }
}

fn own() -> Origin {
    Origin::Own("own rows".to_owned())
}

fn cluster() -> ClusterId {
    "pairs".parse().expect("a plain name")
}

fn network() -> NetworkSpec {
    let layers = vec![LayerSpec::new(6, 4)];
    NetworkSpec { inputs: 2, steps: 1, layers, classes: 2, seed: 1 }
}

fn rows(inputs: u32) -> Dataset {
    let labels: Vec<u16> = (0..40).map(|row| row % 2).collect();
    let values = labels.iter().flat_map(|label| vec![(label * 200) as u8; inputs as usize]);
    Dataset { inputs, classes: 2, values: Values::Bytes(values.collect()), labels }
}

fn options(rounds: u32) -> SessionOptions {
    SessionOptions {
        rounds,
        local_steps: 5,
        batch_rows: 4,
        learning_rate_millionths: 1_000,
        privacy: None,
        masks: None,
    }
}

#[test]
fn a_recipe_that_does_not_fit_the_network_is_refused_before_there_is_a_cluster() {
    let mut device = Device::start(BTreeMap::new(), true);
    let look = Look { side: 2, paint: Paint::Grey, ground: Ground::Black };
    let classes = vec!["cats".to_owned(), "dogs".to_owned()];
    let recipe = Recipe::Pictures { look, classes }.encode().expect("a small recipe");
    let mut problem = |recipe: &[u8]| {
        let blueprint = Blueprint { recipe: recipe.to_vec(), ..network().into() };
        let created = device.engine.create_cluster(device.now, cluster(), blueprint);
        created.expect_err("it makes other inputs").to_string()
    };
    assert!(problem(&recipe).contains("4 values and 2 classes, where the network takes 2 values"));
    assert!(problem(&[9; 3]).contains("cannot be read"));
    assert!(device.engine.view().clusters.is_empty());
    let fitting = NetworkSpec { inputs: 4, ..network() };
    let blueprint = Blueprint { recipe, ..fitting.into() };
    assert!(device.engine.create_cluster(device.now, cluster(), blueprint).is_ok());
}

#[test]
fn the_end_of_a_session_is_stored_once() {
    let mut device = Device::with_cluster();
    let before = device.writes_of("cluster/");
    device.train_alone(options(3));
    let view = device.engine.view().session.unwrap();
    assert_eq!((view.round, view.running), (3, false));
    // Its beginning, and its end.
    assert_eq!(device.writes_of("cluster/") - before, 2);
    let restored = Device::start(device.stored, true);
    let again = restored.engine.view().session.unwrap();
    assert_eq!((again.round, again.model, again.running), (3, view.model, false));
}

#[test]
fn lessons_that_come_fast_are_stored_together() {
    let mut device = Device::with_cluster();
    let before = device.writes_of("cluster/");
    for lesson in 0..60 {
        let error = if lesson % 2 == 0 { vec![0.5, -0.5] } else { vec![-0.2, 0.2] };
        device.engine.predict(device.now, cluster(), vec![1.0, 0.2]).unwrap();
        device.engine.learn_from_error(device.now, cluster(), error).unwrap();
    }
    device.drain();
    // One with the first lesson, and one with all that came meanwhile.
    assert_eq!(device.writes_of("cluster/") - before, 2);
    let answer = |device: &mut Device| {
        let job = device.engine.predict(device.now, cluster(), vec![1.0, 0.2]).unwrap();
        device.drain();
        let is_it = |event: &&Event| matches!(event, Event::Answered { job: it, .. } if *it == job);
        let Some(Event::Answered { result, .. }) = device.events.iter().rev().find(is_it) else {
            panic!("no answer")
        };
        result.clone()
    };
    let taught = answer(&mut device);
    let mut again = Device::start(device.stored, true);
    assert_eq!(answer(&mut again), taught);
}

fn skill_answer(device: &mut Device, job: JobId) -> SkillAnswer {
    device.drain();
    let answer = device.events.iter().rev().find_map(|event| match event {
        Event::Answered { job: it, result: Ok(Answer::Skill(answer)) } if *it == job => {
            Some((**answer).clone())
        }
        _ => None,
    });
    answer.expect("it is answered")
}

#[test]
fn nodes_that_are_added_are_there_in_the_next_life_and_train_on() {
    let mut device = Device::with_cluster();
    device.train_alone(options(3));
    let take = SkillJob::Take { layer: 0, nodes: 3 };
    let job = device.engine.work_on_skills(device.now, cluster(), take).expect("it is known");
    let SkillAnswer::Taken { skill, .. } = skill_answer(&mut device, job) else {
        panic!("nodes were to be taken")
    };
    let graft = || SkillJob::Graft { skill: skill.clone() };
    let job = device.engine.work_on_skills(device.now, cluster(), graft()).expect("it may grow");
    let begun = device.engine.start_session(
        device.now,
        cluster(),
        "two classes".to_owned(),
        options(1),
        Some(Vec::new()),
    );
    assert!(matches!(begun, Err(CommandError::InvalidInput(_))), "its network is about to change");
    let SkillAnswer::Grafted { network, model, nodes, .. } = skill_answer(&mut device, job) else {
        panic!("nodes were to be added")
    };
    assert_eq!((nodes, network.layers[0].nodes), (3, 9));
    let restored = Device::start(device.stored.clone(), true);
    let view = restored.engine.view();
    assert_eq!((&view.clusters[0].network, view.clusters[0].model), (&network, model));
    assert!(view.session.is_none(), "that was about another network");
    device.train_alone(options(2));
    assert_eq!(device.engine.view().session.expect("it has trained").round, 2);
}

#[test]
fn no_nodes_are_added_to_what_trains() {
    let mut device = Device::with_cluster();
    let alone = Some(Vec::new());
    let task = "two classes".to_owned();
    device
        .engine
        .start_session(device.now, cluster(), task, options(50), alone)
        .expect("there are rows");
    let graft = SkillJob::Graft { skill: Vec::new() };
    let refused = device.engine.work_on_skills(device.now, cluster(), graft);
    assert!(matches!(refused, Err(CommandError::SessionRunning(_))));
}

#[test]
fn the_speed_of_training_is_measured() {
    let mut device = Device::with_cluster();
    device.job_takes = Duration::from_millis(100);
    assert_eq!(device.engine.view().capability.samples_per_second, 0);
    device.train_alone(options(2));
    let measured = device.engine.view().capability.samples_per_second;
    // 20 samples a job of 100 ms; jobs before it in the worker count as well.
    assert!((60..=200).contains(&measured), "{measured} samples a second");
}

#[test]
fn a_worker_that_does_not_start_costs_nothing_that_is_stored() {
    let mut device = Device::with_cluster();
    device.train_alone(options(2));
    let stored = device.stored;
    let broken = Device::start(stored.clone(), false);
    let told =
        |event: &Event| matches!(event, Event::Problem { code, .. } if code == "worker_lost");
    assert!(broken.events.iter().any(told));
    assert!(!broken.events.iter().any(|event| matches!(event, Event::RecordDamaged { .. })));
    let mended = Device::start(broken.stored, true);
    let view = mended.engine.view();
    assert_eq!(view.clusters.len(), 1);
    assert_eq!(view.clusters[0].train_rows, 32);
}

#[test]
fn rows_that_do_not_fit_leave_the_earlier_ones_where_they_are() {
    let mut device = Device::with_cluster();
    let job = device.engine.load_dataset(device.now, cluster(), rows(3), 20, own()).unwrap();
    device.drain();
    let refused =
        |event: &Event| matches!(event, Event::Answered { job: of, result: Err(_) } if *of == job);
    assert!(device.events.iter().any(refused));
    let restored = Device::start(device.stored, true);
    assert_eq!(restored.engine.view().clusters[0].train_rows, 32);
}

#[test]
fn rows_are_acknowledged_once_they_are_stored() {
    let mut device = Device::start(BTreeMap::new(), true);
    device.engine.create_cluster(device.now, cluster(), network()).expect("no such cluster yet");
    device.drain();
    device
        .engine
        .load_dataset(device.now, cluster(), rows(2), 20, own())
        .expect("the cluster is known");
    let mut stored = false;
    loop {
        match device.engine.poll_output() {
            Output::Job(job, work) => {
                let result = device.workbench.run(work);
                device.engine.handle_input(device.now, Input::JobDone { job, result });
            }
            Output::Store { key, .. } => {
                stored = true;
                device.engine.handle_input(device.now, Input::Stored { key, result: Ok(()) });
            }
            Output::Event(Event::Answered { result: Ok(Answer::Loaded { .. }), .. }) => break,
            Output::Timeout(_) => panic!("nobody said that the rows are there"),
            _ => {}
        }
    }
    assert!(stored);
}

#[test]
fn who_lost_its_identity_gets_a_new_one_and_keeps_it() {
    let mut device = Device::start(BTreeMap::new(), true);
    let first = device.engine.me();
    device.stored.get_mut("identity").expect("it is stored at once")[40] ^= 1;
    let second = Device::start(device.stored, true);
    assert!(second.events.contains(&Event::RecordDamaged { key: "identity".to_owned() }));
    assert_ne!(second.engine.me(), first);
    let third = Device::start(second.stored, true);
    assert_eq!(third.engine.me(), second.engine.me());
}
