//! What stays as it was, on random networks, inputs and nodes.

use super::*;
use crate::{LearningState, Network, network::Thought, random::Counter};
use proptest::prelude::*;
use protocol::cluster::{LayerSpec, NetworkSpec};

/// How far a probability moves at most, where no node is within [`MARGIN`] of its threshold, and the events of a layer are
/// none or have a root mean square of [`RMS_MIN`]: the floor under it then is a fiftieth, which a change of width by a
/// third makes up to half a percent of the accumulators above.
const TOLERANCE: f32 = 1e-2;
const MARGIN: f32 = 0.02;
const RMS_MIN: f32 = 0.05;

/// A network whose biases and thresholds are any small numbers, and three inputs for it.
#[derive(Debug, Clone)]
struct Case {
    network: Network,
    inputs: Vec<Vec<f32>>,
    /// Any number: chooses a node.
    choice: u32,
}

fn case(layers: core::ops::Range<usize>) -> impl Strategy<Value = Case> {
    let layers = prop::collection::vec(3u32..12, layers);
    let sizes = (1u32..9, layers, 2u32..5);
    (sizes, any::<u64>(), any::<u32>()).prop_map(|((inputs, layers, classes), seed, choice)| {
        let layers = layers.into_iter().map(|nodes| LayerSpec::new(nodes, 4)).collect();
        Case::new(NetworkSpec { inputs, steps: 1, layers, classes, seed }, choice)
    })
}

impl Case {
    fn new(spec: NetworkSpec, choice: u32) -> Self {
        let mut network = Network::new(&spec).unwrap();
        let mut counter = Counter::new(spec.seed, 99);
        for layer in network.layout.layers.clone() {
            for range in [layer.bias(), layer.thresholds(), layer.readout_bias()] {
                for parameter in &mut network.parameters[range] {
                    *parameter = 0.3 * counter.normal();
                }
            }
        }
        let mut input = || (0..spec.inputs).map(|_| counter.normal()).collect();
        Self { network, inputs: (0..3).map(|_| input()).collect(), choice }
    }

    fn node(&self, layer: u32) -> NodeId {
        let nodes = self.network.layout.layers[layer as usize].nodes as u32;
        NodeId::new(layer, self.choice % nodes)
    }

    fn think(&self, network: &Network) -> Thought {
        let mut thought = Thought::new(network);
        for input in &self.inputs {
            thought.input.push_dense(input.iter().copied());
        }
        thought.think(network);
        thought
    }

    /// Whether neither rounding nor the floor can decide who fires.
    fn is_clear(&self) -> bool {
        let thought = self.think(&self.network);
        self.network.layers().zip(&thought.activities).all(|(layer, activity)| {
            let (nodes, events) = (layer.nodes(), activity.events());
            let mut sums = activity.accumulators.chunks_exact(nodes);
            let is_loud = |sample| {
                let squares: f32 = events.sample(sample).1.iter().map(|value| value * value).sum();
                squares == 0.0 || (squares / nodes as f32).sqrt() > RMS_MIN
            };
            let distance = |(a, threshold): (&f32, &f32)| (a - threshold).abs();
            (0..events.samples()).all(is_loud)
                && sums.all(|sums| {
                    sums.iter().zip(layer.thresholds).map(distance).all(|it| it > MARGIN)
                })
        })
    }

    fn distance(&self, other: &Network) -> f32 {
        let mut distance = 0.0f32;
        for input in &self.inputs {
            let before = self.network.probabilities(input).unwrap();
            let after = other.probabilities(input).unwrap();
            for (before, after) in before.iter().zip(after) {
                distance = distance.max((before - after).abs());
            }
        }
        distance
    }
}

fn no_moments(network: &Network) -> LearningState {
    LearningState::new(&network.spec)
}

proptest! {
    #[test]
    fn a_split_node_does_what_it_did(case in case(1..4)) {
        prop_assume!(case.is_clear());
        for layer in 0..case.network.spec.layers.len() as u32 {
            let mut network = case.network.clone();
            let id = case.node(layer);
            let twin = network.split_node(&mut no_moments(&network), id, None).unwrap();
            prop_assert_eq!(network.check_node(twin), Ok(()));
            let distance = case.distance(&network);
            prop_assert!(distance < TOLERANCE, "{id}: {distance}");
        }
    }

    #[test]
    fn splitting_changes_no_bit_of_any_other_node_and_in_the_last_layer_none_of_the_halves(
        case in case(1..4),
    ) {
        let before = case.think(&case.network);
        let last = case.network.spec.layers.len() as u32 - 1;
        for layer in 0..=last {
            let mut network = case.network.clone();
            let id = case.node(layer);
            network.split_node(&mut no_moments(&network), id, None).unwrap();
            let after = case.think(&network);
            for below in 0..layer as usize {
                let activities = (&before.activities[below], &after.activities[below]);
                prop_assert_eq!(activities.0.events(), activities.1.events());
            }
            let nodes = network.layout.layers[layer as usize].nodes;
            let sums = |thought: &Thought, nodes| -> Vec<Vec<f32>> {
                let sums = &thought.activities[layer as usize].accumulators;
                sums.chunks_exact(nodes).map(<[f32]>::to_vec).collect()
            };
            for (before, after) in sums(&before, nodes - 1).iter().zip(sums(&after, nodes)) {
                for (node, sum) in before.iter().enumerate() {
                    if node != id.index as usize || layer == last {
                        prop_assert_eq!(*sum, after[node]);
                    }
                }
                prop_assert_eq!(after[id.index as usize], after[nodes - 1]);
            }
        }
    }

    #[test]
    fn what_the_layer_above_gathers_changes_by_the_floor_alone(case in case(2..3)) {
        let mut network = case.network.clone();
        let id = case.node(0);
        network.split_node(&mut no_moments(&network), id, None).unwrap();
        let (before, after) = (case.think(&case.network), case.think(&network));
        let nodes = case.network.layout.layers[0].nodes as f32;
        let above = case.network.layers().nth(1).unwrap();
        for (sample, (was, is)) in before.activities[1].accumulators.chunks_exact(above.nodes())
            .zip(after.activities[1].accumulators.chunks_exact(above.nodes())).enumerate()
        {
            let values = before.activities[0].events().sample(sample).1;
            // Who is about to fire by rounding alone has another say than the floor.
            prop_assume!(after.activities[0].events().sample(sample).1.len() >= values.len());
            let rms = (values.iter().map(|value| value * value).sum::<f32>() / nodes).sqrt();
            let floor = (((nodes + 1.0) / nodes).sqrt() - 1.0) * 1e-3 / (rms + 1e-3);
            for ((was, is), bias) in was.iter().zip(is).zip(above.bias) {
                let bound = floor * (was - bias).abs() + 2e-5;
                prop_assert!((was - is).abs() <= bound, "{was} to {is}, rms {rms}");
            }
        }
    }

    #[test]
    fn an_edge_with_two_ways_carries_what_it_did_and_half_of_it_when_one_is_lost(
        case in case(2..4),
        to in any::<u32>(),
    ) {
        prop_assume!(case.is_clear());
        for layer in 0..case.network.spec.layers.len() as u32 - 1 {
            let mut network = case.network.clone();
            let from = case.node(layer);
            let above = network.layout.layers[layer as usize + 1].nodes as u32;
            let to = NodeId::new(layer + 1, to % above);
            let twin = network.duplicate_edge(&mut no_moments(&network), from, to).unwrap();
            let distance = case.distance(&network);
            prop_assert!(distance < TOLERANCE, "{from} to {to}: {distance}");
            let edges = |network: &Network, id| -> Vec<f32> {
                let places = network.layout.node_places(id);
                places.filter(|(part, _)| matches!(part, places::Part::Outgoing { .. }))
                    .map(|(_, place)| network.parameters[place]).collect()
            };
            let (kept, doubled) = (edges(&network, from), edges(&network, twin));
            for (index, (kept, doubled)) in kept.iter().zip(doubled).enumerate() {
                let expected = if index as u32 == to.index { *kept } else { 0.0 };
                prop_assert_eq!(doubled, expected);
            }
        }
    }

    #[test]
    fn nodes_that_never_fire_are_not_missed(case in case(1..4)) {
        prop_assume!(case.is_clear());
        let last = case.network.spec.layers.len() as u32 - 1;
        for layer in 0..=last {
            let mut whole = case.clone();
            let id = case.node(layer);
            let thresholds = whole.network.layout.layers[layer as usize].thresholds();
            whole.network.parameters[thresholds.start + id.index as usize] = 1e5;
            prop_assume!(whole.is_clear());
            let mut network = whole.network.clone();
            network.remove_nodes(&mut no_moments(&network), &[id]).unwrap();
            let distance = whole.distance(&network);
            prop_assert!(distance < TOLERANCE, "{id}: {distance}");
            prop_assert!(layer < last || distance == 0.0, "nothing above is scaled");
        }
    }

    #[test]
    fn nodes_come_back_from_another_network_as_they_were(case in case(1..4), seed in any::<u64>()) {
        prop_assume!(case.is_clear());
        for layer in 0..case.network.spec.layers.len() as u32 {
            let mut home = case.network.clone();
            let mut home_state = no_moments(&home);
            let away_spec = NetworkSpec { seed, ..case.network.spec.clone() };
            let mut away = Network::new(&away_spec).unwrap();
            let mut away_state = no_moments(&away);
            let ids = [case.node(layer)];
            let packet = home.extract_nodes(&home_state, &ids, None).unwrap();
            home.remove_nodes(&mut home_state, &ids).unwrap();
            let packet = NodePacket::decode(&packet.encode()).unwrap();
            let there = away.insert_nodes(&mut away_state, layer, &packet).unwrap();
            prop_assert_eq!(there[0].index, case.network.spec.layers[layer as usize].nodes);
            let packet = away.extract_nodes(&away_state, &there, None).unwrap();
            away.remove_nodes(&mut away_state, &there).unwrap();
            home.insert_nodes(&mut home_state, layer, &packet).unwrap();
            prop_assert_eq!(&home.spec, &case.network.spec);
            let distance = case.distance(&home);
            prop_assert!(distance < TOLERANCE, "{distance}");
        }
    }
}

/// With fixed seeds: whether rounding decides who fires at an earlier frame is not seen from here.
#[test]
fn a_temporal_layer_above_gets_what_it_got() {
    let mut clear = 0;
    for seed in 0..60 {
        let layers = [5, 6].map(|nodes| LayerSpec::new(nodes, 4).with_traces(2)).to_vec();
        let spec = NetworkSpec { inputs: 12, steps: 4, layers, classes: 3, seed };
        let mut case = Case::new(spec, seed as u32);
        let (id, idle) = (case.node(0), NodeId::new(0, (seed as u32 + 1) % 5));
        let thresholds = case.network.layout.layers[0].thresholds();
        case.network.parameters[thresholds.start + idle.index as usize] = 1e5;
        if !case.is_clear() {
            continue;
        }
        clear += 1;
        let mut network = case.network.clone();
        let mut state = no_moments(&network);
        network.split_node(&mut state, id, None).unwrap();
        network.duplicate_edge(&mut state, id, NodeId::new(1, 3)).unwrap();
        network.remove_nodes(&mut state, &[idle]).unwrap();
        let last = NodeId::new(0, 5);
        let packet = network.extract_nodes(&state, &[last, id], None).unwrap();
        network.remove_nodes(&mut state, &[id, last]).unwrap();
        network.insert_nodes(&mut state, 0, &packet).unwrap();
        let distance = case.distance(&network);
        assert!(distance < TOLERANCE, "seed {seed}: {distance}");
    }
    assert!(clear > 20, "{clear}");
}
