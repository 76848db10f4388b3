//! A layer whose nodes are on other devices, on real digits: with nothing lost it is the whole one bit for bit, and with
//! messages late, rounded and lost it learns as well.

use super::*;
use crate::{Counter, Dataset, Events, LearningState, Network, Plan, Split, evaluate, train};
use protocol::cluster::{LayerSpec, NetworkSpec};
use std::collections::VecDeque;

const DIGITS: &[u8] = include_bytes!("../../../../public/data/digits.bin");
const LAYERS: [u32; 2] = [64, 48];

fn network() -> (Network, LearningState) {
    let layers = LAYERS.map(|nodes| LayerSpec::new(nodes, 4)).to_vec();
    let spec = NetworkSpec { inputs: 64, steps: 1, layers, classes: 10, seed: 6 };
    (Network::new(&spec).unwrap(), LearningState::new(&spec))
}

/// The digits, and which rows are for training.
fn digits() -> (Dataset, Split) {
    let dataset = Dataset::decode_file(DIGITS).unwrap();
    let split = dataset.split(20).unwrap();
    (dataset, split)
}

/// Rows in the order in which training takes them, and their labels.
fn batch(dataset: &Dataset, rows: &[u32]) -> (Events, Vec<u16>) {
    let mut events = Events::new(dataset.inputs);
    rows.iter().for_each(|row| dataset.read_row(*row as usize, &mut events));
    (events, rows.iter().map(|row| dataset.labels[*row as usize]).collect())
}

/// Every `parts`-th node of a layer from each of the first on.
fn slices(network: &Network, state: &LearningState, layer: u32, parts: u32) -> Vec<Slice> {
    let nodes = |part| (part..LAYERS[layer as usize]).step_by(parts as usize);
    let ids = |part| nodes(part).map(|index| NodeId::new(layer, index)).collect::<Vec<_>>();
    (0..parts).map(|part| network.slice(state, &ids(part), 32).unwrap()).collect()
}

#[test]
fn a_layer_in_two_slices_is_the_whole_layer_bit_for_bit() {
    let (dataset, split) = digits();
    let (mut whole, mut whole_state) = network();
    let (mut home, mut state) = network();
    let mut below = slices(&home, &state, 0, 1).remove(0);
    let mut halves = slices(&home, &state, 1, 2);
    let mut readout = home.layer_home(&state, 1).unwrap();
    for (step, rows) in (0..).zip(split.train.chunks_exact(20).take(40)) {
        let plan = Plan { steps: 1, batch_rows: 20, smoothing: 0.1, seed: step, ..Plan::default() };
        train(&mut whole, &mut whole_state, &dataset, rows, &plan).unwrap();
        let mut rows = rows.to_vec();
        Counter::new(step, 0).shuffle(&mut rows);
        let (input, labels) = batch(&dataset, &rows);
        let events = below.forward(step, &input).unwrap();
        below.teach(step, Target::Labels(&labels), &plan, 0).unwrap();
        let parts: Vec<_> =
            halves.iter_mut().map(|half| half.forward(step, &events).unwrap()).collect();
        let errors = readout.errors(&join(&parts).unwrap(), &labels, &plan, 0).unwrap();
        for half in &mut halves {
            half.teach(step, Target::Errors(&errors), &plan, 0).unwrap();
        }
    }
    for slice in [&below].into_iter().chain(&halves) {
        slice.write_back(&mut home, &mut state).unwrap();
    }
    assert!(home == whole, "the slices' copies of the readout are the home's");
    readout.write_back(&mut home, &mut state).unwrap();
    assert!(home == whole);
    let (input, _) = batch(&dataset, &split.held_out);
    let events = below.fire(&input).unwrap();
    let parts: Vec<_> = halves.iter().map(|half| half.fire(&events).unwrap()).collect();
    let mut activity = crate::Activity::default();
    let layers: Vec<_> = whole.layers().collect();
    layers[1].forward(&events, &mut activity, crate::Kernels::Chosen);
    assert_eq!(activity.events(), &join(&parts).unwrap());
}

/// What happens to messages between the devices.
#[derive(Clone, Copy)]
struct Channel {
    staleness: usize,
    lost: f32,
}

const EPOCHS: u32 = 12;
const BATCH_ROWS: usize = 20;

fn plan() -> Plan {
    let steps = EPOCHS * (1438 / BATCH_ROWS as u32);
    Plan {
        steps,
        batch_rows: BATCH_ROWS as u32,
        learning_rate: 2e-3,
        decay: 0.9,
        ..Plan::default()
    }
}

/// The accuracy on rows held out, after the second layer has learnt in `parts` slices at the other end of a channel: one
/// slice from labels, several from the errors of their home.
fn accuracy_through(channel: Channel, parts: u32, seed: u64) -> f64 {
    let ((dataset, split), (mut home, mut state), plan) = (digits(), network(), plan());
    let mut below = slices(&home, &state, 0, 1).remove(0);
    let mut away = slices(&home, &state, 1, parts);
    let mut readout = home.layer_home(&state, 1).unwrap();
    let (mut rows, mut counter) = (split.train.clone(), Counter::new(seed, 7));
    let arrives = |counter: &mut Counter| counter.below(1000) as f32 >= 1000.0 * channel.lost;
    let mut on_the_way = VecDeque::new();
    for step in 0..plan.steps {
        let place = step as usize * BATCH_ROWS % (rows.len() - BATCH_ROWS);
        if place < BATCH_ROWS {
            counter.shuffle(&mut rows);
        }
        let (input, labels) = batch(&dataset, &rows[place..place + BATCH_ROWS]);
        let number = u64::from(step);
        let events = below.forward(number, &input).unwrap();
        below.teach(number, Target::Labels(&labels), &plan, step).unwrap();
        let sent = wire::encode(&events);
        let mut answers = Vec::new();
        for slice in &mut away {
            if arrives(&mut counter) {
                let received = wire::decode(&sent, LAYERS[0]).unwrap();
                let answer = wire::encode(&slice.forward(number, &received).unwrap());
                if arrives(&mut counter) {
                    answers.push(wire::decode(&answer, LAYERS[1]).unwrap());
                }
            }
        }
        let errors = join(&answers).map(|it| readout.errors(&it, &labels, &plan, step).unwrap());
        on_the_way.push_back((step, labels, errors));
        if on_the_way.len() <= channel.staleness {
            continue;
        }
        let (step, labels, errors) = on_the_way.pop_front().unwrap();
        for slice in &mut away {
            let target = match (&errors, parts) {
                (_, 1) => Some(Target::Labels(&labels)),
                (errors, _) => errors.as_ref().map(Target::Errors),
            };
            if let Some(target) = target.filter(|_| arrives(&mut counter)) {
                match slice.teach(step.into(), target, &plan, step) {
                    Ok(()) | Err(SliceError::Stale { .. }) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }
    for slice in away.iter().chain([&below]) {
        slice.write_back(&mut home, &mut state).unwrap();
    }
    if parts > 1 {
        readout.write_back(&mut home, &mut state).unwrap();
    }
    evaluate(&home, &dataset, &split.held_out).accuracy()
}

#[test]
fn late_rounded_and_lost_messages_cost_no_accuracy() {
    let ((dataset, split), (mut whole, mut state)) = (digits(), network());
    train(&mut whole, &mut state, &dataset, &split.train, &plan()).unwrap();
    let usual = evaluate(&whole, &dataset, &split.held_out).accuracy();
    let bytes = wire::activation_bytes(&whole, &dataset, &split.held_out);
    println!("whole: {usual:.4}, bytes of an activation, sparse and dense: {bytes:?}");
    assert!(bytes.iter().all(|(sparse, dense)| 8.0 * sparse < f64::from(*dense)));
    for parts in [1, 2] {
        for (staleness, lost) in [(0, 0.0), (0, 0.1), (5, 0.1), (20, 0.1)] {
            let accuracy = accuracy_through(Channel { staleness, lost }, parts, 3);
            println!("{parts} slices, {staleness} batches late, {lost} lost: {accuracy:.4}");
            assert!(accuracy > usual - 0.02, "{accuracy}");
        }
    }
}

#[test]
fn what_a_slice_cannot_take_is_named_and_changes_nothing() {
    let (network, state) = network();
    let ids = [NodeId::new(1, 5), NodeId::new(1, 2)];
    let mut slice = network.slice(&state, &ids, 2).unwrap();
    assert_eq!(slice.ids().collect::<Vec<_>>(), [ids[1], ids[0]]);
    let mut events = Events::new(64);
    events.push_sample(&[3, 9], &[1.0, -2.0]).unwrap();
    for batch in 0..3 {
        slice.forward(batch, &events).unwrap();
    }
    let before = slice.clone();
    let plan = Plan::default();
    let mut problem =
        |batch, target: Target<'_>| slice.teach(batch, target, &plan, 0).unwrap_err().to_string();
    assert!(problem(0, Target::Labels(&[1])).contains("batch 0 is not among the 2"));
    assert!(problem(1, Target::Labels(&[1, 1])).contains("2 targets for a batch of 1 samples"));
    assert!(problem(1, Target::Labels(&[10])).contains("label 10 of sample 0"));
    let errors = |value, wrong| ClassErrors { values: vec![value; 10], wrong };
    assert!(problem(1, Target::Errors(&errors(1.5, 0.0))).contains("error 0 is 1.5"));
    assert!(problem(1, Target::Errors(&errors(0.5, f32::NAN))).contains("error 10 is NaN"));
    let narrow = slice.forward(9, &Events::new(63)).unwrap_err().to_string();
    assert!(narrow.contains("events of 63 nodes, where this slice gathers from 64"), "{narrow}");
    let mut many = Events::new(64);
    (0..5_000).for_each(|_| many.push_sample(&[], &[]).unwrap());
    assert!(slice.forward(9, &many).unwrap_err().to_string().contains("5000 samples"));
    let is_same = |slice: &Slice| {
        let (mut one, mut other) = (network.clone(), network.clone());
        slice.write_back(&mut one, &mut state.clone()).unwrap();
        before.write_back(&mut other, &mut state.clone()).unwrap();
        one == other
    };
    assert!(is_same(&slice));
    slice.teach(1, Target::Labels(&[1]), &plan, 0).unwrap();
    assert!(!is_same(&slice));
    let again = slice.teach(1, Target::Labels(&[1]), &plan, 0);
    assert_eq!(again, Err(SliceError::Stale { batch: 1, kept: 1 }));
}

#[test]
fn a_slice_does_not_overwrite_a_layer_that_has_changed() {
    let (mut network, mut state) = network();
    let slice = network.slice(&state, &[NodeId::new(0, 1)], 2).unwrap();
    network.split_node(&mut state, NodeId::new(0, 1), None).unwrap();
    let before = network.clone();
    let problem = slice.write_back(&mut network, &mut state).unwrap_err().to_string();
    assert!(problem.contains("layer 0 has 65 nodes"), "{problem}");
    assert!(network == before);
}
