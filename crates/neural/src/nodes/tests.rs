//! What nodes do in networks that learn.

use super::*;
use crate::{
    Dataset, Evaluation, Events, InvalidEvents, LearningState, Network, Plan, VALUE_MAX, Values,
    evaluate, random::Counter, train,
};
use protocol::cluster::{LayerSpec, NetworkSpec};

/// Two classes, told apart by the first two of six values.
fn dataset() -> Dataset {
    let mut counter = Counter::new(4, 0);
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for row in 0..200u16 {
        let label = row % 2;
        values
            .extend((0..6).map(|place| if place == label { 1.0 } else { 0.3 * counter.normal() }));
        labels.push(label);
    }
    Dataset { inputs: 6, classes: 2, values: Values::Floats(values), labels }
}

fn trained(steps: u32) -> (Network, LearningState) {
    let layers = vec![LayerSpec::new(12, 4), LayerSpec::new(9, 4)];
    let spec = NetworkSpec { inputs: 6, steps: 1, layers, classes: 2, seed: 8 };
    let mut network = Network::new(&spec).unwrap();
    let mut state = LearningState::new(&network.spec);
    learn(&mut network, &mut state, steps);
    (network, state)
}

fn learn(network: &mut Network, state: &mut LearningState, steps: u32) {
    let rows: Vec<u32> = (0..200).collect();
    let plan = Plan { steps, seed: 2, ..Plan::default() };
    train(network, state, &dataset(), &rows, &plan).unwrap();
}

fn evaluated(network: &Network) -> Evaluation {
    evaluate(network, &dataset(), &(0..200).collect::<Vec<_>>())
}

#[test]
fn halves_learn_apart_if_they_differ_and_stay_the_same_bits_if_not() {
    for (difference, apart) in [(None, false), (Some(Difference { seed: 1, size: 0.5 }), true)] {
        let (mut network, mut state) = trained(50);
        let id = NodeId::new(0, 3);
        let twin = network.split_node(&mut state, id, difference).unwrap();
        let readout = |network: &Network, id| -> Vec<f32> {
            let places = network.layout.node_places(id);
            let readout = places.filter(|(part, _)| *part == places::Part::Readout);
            readout.map(|(_, place)| network.parameters[place]).collect()
        };
        let distance = |network: &Network| {
            let pairs = readout(network, id).into_iter().zip(readout(network, twin));
            pairs.map(|(one, other)| (one - other).abs()).fold(0.0, f32::max)
        };
        let correct = evaluated(&network).correct;
        assert_eq!(distance(&network), 0.0);
        learn(&mut network, &mut state, 400);
        let later = distance(&network);
        assert!(if apart { later > 1e-3 } else { later == 0.0 }, "{later}");
        assert!(evaluated(&network).correct > correct, "it goes on learning");
    }
}

/// With the moments of a first step taken before the split, and after it: the same, where every node fires.
#[test]
fn adams_moments_are_those_of_the_network_that_there_is() {
    let (mut whole, _) = trained(0);
    for layer in whole.layout.layers.clone() {
        whole.parameters[layer.thresholds()].fill(-100.0);
    }
    let change: [fn(&mut Network, &mut LearningState); 4] = [
        |network, state| {
            network.split_node(state, NodeId::new(0, 3), None).unwrap();
        },
        |network, state| {
            network.split_node(state, NodeId::new(1, 3), None).unwrap();
        },
        |network, state| {
            let (from, to) = (NodeId::new(0, 3), NodeId::new(1, 2));
            network.duplicate_edge(state, from, to).unwrap();
        },
        |network, state| {
            let ids = [NodeId::new(0, 3), NodeId::new(0, 5)];
            let packet = network.extract_nodes(state, &ids, None).unwrap();
            network.remove_nodes(state, &ids).unwrap();
            network.insert_nodes(state, 0, &packet).unwrap();
        },
    ];
    for change in change {
        let (mut first_changed, mut state) = (whole.clone(), LearningState::new(&whole.spec));
        change(&mut first_changed, &mut state);
        learn(&mut first_changed, &mut state, 1);
        let (mut first_taught, mut other) = (whole.clone(), LearningState::new(&whole.spec));
        learn(&mut first_taught, &mut other, 1);
        change(&mut first_taught, &mut other);
        for place in 0..state.adam.parameters() {
            let ((mean, square), (other_mean, other_square)) =
                (state.adam.moments(place), other.adam.moments(place));
            let bound = 0.005 * mean.abs() + 1e-6;
            assert!((mean - other_mean).abs() < bound, "{place}: {mean}, {other_mean}");
            let bound = 0.01 * square + 1e-9;
            assert!((square - other_square).abs() < bound, "{place}: {square}, {other_square}");
        }
    }
}

#[test]
fn idle_nodes_are_let_go_without_a_change_of_prediction() {
    let (mut network, mut state) = trained(300);
    for layer in network.layout.layers.clone() {
        let thresholds = layer.thresholds();
        network.parameters[thresholds.start + 4] = 1e4;
    }
    let before = evaluated(&network);
    let idle = idle_nodes(&network, &before);
    for layer in 0..2 {
        let idle: Vec<_> = idle.iter().copied().filter(|id| id.layer == layer).collect();
        assert!(idle.contains(&NodeId::new(layer, 4)));
        network.remove_nodes(&mut state, &idle).unwrap();
    }
    let after = evaluated(&network);
    assert_eq!(after.confusion, before.confusion);
    assert!(idle_nodes(&network, &after).is_empty());
    assert_eq!(network.spec.nodes(), 21 - idle.len() as u64);
}

#[test]
fn what_cannot_be_done_is_named_and_changes_nothing() {
    let (mut network, mut state) = trained(0);
    let before = network.clone();
    let node = NodeId::new;
    let problem = |result: Result<(), NodeError>| result.unwrap_err().to_string();
    let beyond = problem(network.remove_nodes(&mut state, &[node(0, 12)]));
    assert!(beyond.contains("node 12 of layer 0, where that layer has 12 nodes"), "{beyond}");
    assert!(problem(network.check_node(node(2, 0))).contains("layer 2, where this network has 2"));
    assert!(problem(network.remove_nodes(&mut state, &[])).contains("no nodes"));
    let twice = [node(0, 1), node(0, 2), node(0, 1)];
    assert!(
        problem(network.remove_nodes(&mut state, &twice)).contains("node 1 of layer 0 is named")
    );
    let mixed = [node(0, 1), node(1, 2)];
    assert!(problem(network.remove_nodes(&mut state, &mixed)).contains("different layers"));
    let all: Vec<_> = (0..12).map(|index| node(0, index)).collect();
    assert!(problem(network.remove_nodes(&mut state, &all)).contains("all of its 12 nodes"));
    let packet = network.extract_nodes(&state, &[node(0, 1)], None).unwrap();
    let misplaced = problem(network.insert_nodes(&mut state, 1, &packet).map(drop));
    assert!(misplaced.contains("6 inputs") && misplaced.contains("12 inputs"), "{misplaced}");
    let edge = network.duplicate_edge(&mut state, node(1, 0), node(1, 1)).map(drop);
    assert!(problem(edge).contains("no edge from node 0 of layer 1 to node 1"));
    let wild = Some(Difference { seed: 0, size: f32::NAN });
    assert!(problem(network.split_node(&mut state, node(0, 0), wild).map(drop)).contains("NaN"));
    let small = &mut LearningState::new(&NetworkSpec { inputs: 1, ..network.spec.clone() });
    assert!(problem(network.remove_nodes(small, &[node(0, 1)])).contains("an optimiser of"));
    assert_eq!(network, before);
}

#[test]
fn events_that_no_layer_sends_leave_the_readout_usable() {
    let (network, state) = trained(50);
    let mut events = Events::new(12);
    let beyond = [f32::MAX, -f32::MAX];
    assert!(matches!(events.push_sample(&[0, 1], &beyond), Err(InvalidEvents::Value { .. })));
    events.push_sample(&[0, 1], &[VALUE_MAX, -VALUE_MAX]).unwrap();
    let mut home = network.layer_home(&state, 0).unwrap();
    let errors = home.errors(&events, &[1], &Plan::default(), 0).unwrap();
    assert!(errors.values.iter().all(|value| value.abs() <= 1.0), "{errors:?}");
    let (mut network, mut state) = (network, state);
    home.write_back(&mut network, &mut state).unwrap();
    assert!(network.parameters.iter().all(|parameter| parameter.abs() <= 2.0));
    learn(&mut network, &mut state, 10);
}
