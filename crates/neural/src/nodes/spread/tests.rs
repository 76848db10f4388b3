//! A network in parts does what the whole one does.

use super::*;
use crate::{Counter, train};
use crate::{Dataset, Values};
use protocol::cluster::{LayerSpec, NetworkSpec};

const CUTS: [Cut; 3] = [
    Cut { layer: 1, first: 0, nodes: 5 },
    Cut { layer: 1, first: 7, nodes: 2 },
    Cut { layer: 2, first: 0, nodes: 8 },
];

fn dataset() -> Dataset {
    let mut counter = Counter::new(4, 0);
    let labels: Vec<u16> = (0..200).map(|row| row % 2).collect();
    let value = |label: u16, place: u16| if place == label { 1.0 } else { 0.0 };
    let values = labels.iter().flat_map(|label| (0..6).map(move |place| value(*label, place)));
    let values = values.map(|value| value + 0.3 * counter.normal()).collect();
    Dataset { inputs: 6, classes: 2, values: Values::Floats(values), labels }
}

fn network() -> (Network, LearningState) {
    let layers = [12, 9, 8].map(|nodes| LayerSpec::new(nodes, 4)).to_vec();
    let spec = NetworkSpec { inputs: 6, steps: 1, layers, classes: 2, seed: 8 };
    (Network::new(&spec).unwrap(), LearningState::new(&spec))
}

fn spread() -> Spread {
    let (network, state) = network();
    Spread::new(network, state, &CUTS).unwrap()
}

/// A device that carries parts.
struct Host(Vec<(usize, Slice)>);

impl Host {
    /// Takes all parts away from home.
    fn of(spread: &mut Spread) -> Self {
        let carried = (0..CUTS.len()).map(|part| {
            spread.place(part, false);
            (part, Slice::decode(&spread.lend(part).unwrap()).unwrap())
        });
        Self(carried.collect())
    }

    fn of_layer(&mut self, layer: u32) -> impl Iterator<Item = &mut (usize, Slice)> {
        self.0.iter_mut().filter(move |(part, _)| CUTS[*part].layer == layer)
    }

    fn fire(&mut self, layer: u32, batch: u64, below: &Events) -> Vec<(usize, Events)> {
        self.of_layer(layer).map(|(part, it)| (*part, it.forward(batch, below).unwrap())).collect()
    }

    fn teach(&mut self, layer: u32, batch: u64, errors: &ClassErrors, learning_rate: f32) {
        let plan = Plan { learning_rate, ..Plan::default() };
        for (_, slice) in self.of_layer(layer) {
            slice.teach(batch, Target::Errors(errors), &plan, 0).unwrap();
        }
    }

    fn give_back(self, spread: &mut Spread) {
        for (part, slice) in self.0 {
            assert!(spread.keep(part, slice));
            spread.place(part, true);
        }
    }
}

/// Sends a batch all the way up.
fn send(
    spread: &mut Spread,
    host: &mut Host,
    number: u64,
    input: Events,
    labels: Option<Vec<u16>>,
) -> Passed {
    let mut progress = spread.start(number, input, labels, 1e-3).unwrap();
    loop {
        match progress {
            Progress::Done(passed) => return passed,
            Progress::Waits { layer } => {
                let arrived = host.fire(layer, number, spread.below(number).unwrap());
                assert!(arrived.iter().all(|(part, it)| spread.accepts(number, *part, it)));
                let joined = spread.join(number, arrived).unwrap();
                if let Some(errors) = &joined.errors {
                    host.teach(layer, number, errors, joined.rate);
                }
                progress = joined.progress;
            }
        }
    }
}

fn batch(dataset: &Dataset, rows: &[u32]) -> (Events, Vec<u16>) {
    let mut events = Events::new(dataset.inputs);
    rows.iter().for_each(|row| dataset.read_row(*row as usize, &mut events));
    (events, rows.iter().map(|row| dataset.labels[*row as usize]).collect())
}

#[test]
fn parts_elsewhere_and_back_leave_the_bits_of_a_whole_network() {
    let dataset = dataset();
    let (mut whole, mut whole_state) = network();
    whole_state.call_for_learning(0.5);
    let mut spread = spread();
    spread.call_for_learning(0.5);
    let mut host = Host::of(&mut spread);
    for number in 0..30 {
        let mut rows: Vec<u32> = (0..20).map(|row| (row + 20 * number as u32) % 200).collect();
        let plan = Plan { steps: 1, batch_rows: 20, seed: number, ..Plan::default() };
        train(&mut whole, &mut whole_state, &dataset, &rows, &plan).unwrap();
        Counter::new(number, 0).shuffle(&mut rows);
        let (input, labels) = batch(&dataset, &rows);
        send(&mut spread, &mut host, number, input, Some(labels));
    }
    host.give_back(&mut spread);
    let (network, state) = spread.gather().unwrap();
    assert!(network == whole && state == whole_state);
    // And the next step is the same too.
    let rows: Vec<u32> = (0..20).collect();
    let (mut network, mut state) = (network, state);
    for (network, state) in [(&mut network, &mut state), (&mut whole, &mut whole_state)] {
        train(network, state, &dataset, &rows, &Plan { steps: 3, ..Plan::default() }).unwrap();
    }
    assert!(network == whole);
}

#[test]
fn who_does_not_answer_is_silent_and_counted() {
    let (mut spread, dataset) = (spread(), dataset());
    let mut host = Host::of(&mut spread);
    let (input, labels) = batch(&dataset, &[0, 1, 2]);
    let whole = send(&mut spread, &mut host, 1, input.clone(), None);
    assert_eq!((whole.missing, whole.fired.len()), (0, 3));
    let (network, _) = network();
    let sight = network.look(&input_of(&dataset, 0)).unwrap();
    let (one, _) = batch(&dataset, &[0]);
    assert_eq!(send(&mut spread, &mut host, 2, one, None).fired, sight.fired);

    let Progress::Waits { layer } = spread.start(3, input, Some(labels), 1e-3).unwrap() else {
        panic!("parts of layer 1 are elsewhere");
    };
    let mut arrived = host.fire(layer, 3, spread.below(3).unwrap());
    arrived.truncate(1);
    let joined = spread.join(3, arrived).unwrap();
    assert_eq!(joined.progress, Progress::Waits { layer: 2 });
    host.teach(1, 3, &joined.errors.unwrap(), joined.rate);
    let Progress::Done(passed) = spread.join(3, Vec::new()).unwrap().progress else {
        panic!("that was the top layer");
    };
    assert_eq!(passed.missing, 2 + 8);
    assert!(matches!(spread.join(3, Vec::new()), Err(SliceError::Stale { batch: 3, .. })));
}

fn input_of(dataset: &Dataset, row: usize) -> Vec<f32> {
    let mut events = Events::new(dataset.inputs);
    dataset.read_row(row, &mut events);
    let mut values = Vec::new();
    events.write_dense(&mut values);
    values
}

#[test]
fn a_question_is_taught_once_wherever_its_nodes_are() {
    let (mut spread, dataset) = (spread(), dataset());
    let mut host = Host::of(&mut spread);
    assert!(spread.teach(&[0.5, -0.5], 0.01).is_err(), "nothing was asked");
    let (input, _) = batch(&dataset, &[0]);
    let before = send(&mut spread, &mut host, 1, input.clone(), None);
    assert!(spread.teach(&[1.5, 0.0], 0.01).is_err() && spread.teach(&[0.5], 0.01).is_err());
    let (number, errors) = spread.teach(&[-0.9, 0.9], 0.01).unwrap();
    assert_eq!((number, errors.wrong), (1, 0.9));
    (1..3).for_each(|layer| host.teach(layer, number, &errors, 0.01));
    assert!(spread.teach(&[-0.9, 0.9], 0.01).is_err());
    let after = send(&mut spread, &mut host, 2, input, None);
    assert!(after.beliefs[0] > before.beliefs[0] && after.beliefs[1] < before.beliefs[1]);
}

#[test]
fn what_is_not_a_state_or_an_answer_of_a_part_is_told() {
    let mut spread = spread();
    let (network, state) = network();
    let other = network.slice(&state, &[NodeId::new(1, 0)], BATCHES_MAX).unwrap();
    assert!(!spread.keep(0, other.clone()) && !spread.keep(3, other));
    spread.place(1, false);
    let (input, _) = batch(&dataset(), &[0, 1]);
    spread.start(1, input, None, 0.0).unwrap();
    let mut answer = Events::new(9);
    answer.push_sample(&[7, 8], &[1.0, 2.0]).unwrap();
    assert!(!spread.accepts(1, 1, &answer), "one sample of two");
    answer.push_sample(&[], &[]).unwrap();
    assert!(spread.accepts(1, 1, &answer));
    assert!(!spread.accepts(2, 1, &answer) && !spread.accepts(1, 0, &answer));
    let overlap = [CUTS[0], Cut { layer: 1, first: 4, nodes: 1 }];
    let (network, state) = super::tests::network();
    assert!(matches!(Spread::new(network, state, &overlap), Err(NodeError::Twice(_))));
}
