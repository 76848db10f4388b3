//! Which node to split, which edge to double, which node to let go: from how often nodes fired.

use super::NodeId;
use crate::network::{Network, evaluate::Evaluation};
use protocol::cluster::LayerSpec;

/// Homeostasis holds nodes near one rate, so whoever fires twice as often as the layer's mean stands out.
const OVERLOAD: u64 = 2;

/// Nodes that fired on more than twice as many rows as the mean of their layer, the busiest of all first; of equals, the
/// lower address.
pub fn overloaded_nodes(evaluation: &Evaluation) -> Vec<NodeId> {
    let mut found = Vec::new();
    for (layer, fired) in (0..).zip(&evaluation.fired) {
        let total: u64 = fired.iter().map(|rows| u64::from(*rows)).sum();
        for (index, rows) in (0..).zip(fired) {
            if u64::from(*rows) * fired.len() as u64 > OVERLOAD * total {
                found.push((*rows, NodeId::new(layer, index)));
            }
        }
    }
    found.sort_by_key(|(rows, id)| (core::cmp::Reverse(*rows), *id));
    found.into_iter().map(|(_, id)| id).collect()
}

/// Nodes that fired on none of the rows, by ascending address: without them, everything on these rows stays as it is. A
/// layer in which no node fired keeps its first one; of one below a temporal layer none is idle, as what its nodes do
/// before the last frame counts and is not in the evaluation.
///
/// Look at enough rows: a node that fires on a thousandth of them is missed by 1,000 with probability 0.37.
pub fn idle_nodes(network: &Network, evaluation: &Evaluation) -> Vec<NodeId> {
    let mut found = Vec::new();
    for (layer, fired) in (0..).zip(&evaluation.fired) {
        let above = network.spec.layers.get(layer as usize + 1);
        if above.is_some_and(LayerSpec::is_temporal) {
            continue;
        }
        let kept = usize::from(fired.iter().all(|rows| *rows == 0));
        for (index, rows) in (0..).zip(fired).skip(kept) {
            if *rows == 0 {
                found.push(NodeId::new(layer, index));
            }
        }
    }
    found
}

/// The edge above `layer` that carries most: the rows on which its node fired times the size of its weight (the largest of
/// them, where a temporal layer has several); of equals, the lower addresses. `None` if there is no layer above, or none of
/// the nodes fired.
///
/// # Panics
/// If the evaluation is of another network.
pub fn busiest_edge(
    network: &Network,
    evaluation: &Evaluation,
    layer: u32,
) -> Option<(NodeId, NodeId)> {
    let fired = evaluation.fired.get(layer as usize)?;
    assert_eq!(fired.len(), network.layout.layers[layer as usize].nodes);
    let above = network.layout.layers.get(layer as usize + 1)?;
    let weights = &network.parameters[above.weights()];
    let (mut busiest, mut most) = (None, 0.0);
    for (row, weights) in weights.chunks_exact(above.nodes).enumerate() {
        let from = row % fired.len();
        for (to, weight) in (0..).zip(weights) {
            let load = fired[from] as f32 * weight.abs();
            if load > most {
                most = load;
                busiest = Some((NodeId::new(layer, from as u32), NodeId::new(layer + 1, to)));
            }
        }
    }
    busiest
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::cluster::NetworkSpec;

    fn network(traces: [u32; 3]) -> Network {
        let layer = |(nodes, traces)| LayerSpec::new(nodes, 4).with_traces(traces);
        let layers = [4, 2, 5].into_iter().zip(traces).map(layer).collect();
        let steps = if traces[0] > 0 { 3 } else { 1 };
        Network::new(&NetworkSpec { inputs: 3, steps, layers, classes: 2, seed: 5 }).unwrap()
    }

    fn evaluation() -> Evaluation {
        Evaluation {
            rows: 100,
            correct: 50,
            confusion: vec![50, 0, 50, 0],
            fired: vec![vec![10, 61, 0, 10], vec![0, 0], vec![3, 90, 5, 5, 5]],
            multiplications: 0,
            multiplications_ungated: 0,
        }
    }

    #[test]
    fn twice_the_mean_is_overloaded_and_silence_is_idle() {
        assert_eq!(overloaded_nodes(&evaluation()), [NodeId::new(2, 1), NodeId::new(0, 1)]);
        let idle = [NodeId::new(0, 2), NodeId::new(1, 1)];
        assert_eq!(idle_nodes(&network([0; 3]), &evaluation()), idle);
        assert_eq!(idle_nodes(&network([4, 4, 0]), &evaluation()), idle[1..]);
    }

    #[test]
    fn the_busiest_edge_has_the_most_firing_times_weight() {
        let network = network([0; 3]);
        let mut parameters = network.parameters().to_vec();
        let above = network.layout.layers[1].weights();
        parameters[above.clone()].copy_from_slice(&[1.0, -6.0, 0.5, -0.9, 9.0, 9.0, 1.0, 5.0]);
        let network = network.with_parameters(parameters).unwrap();
        let busiest = busiest_edge(&network, &evaluation(), 0);
        assert_eq!(busiest, Some((NodeId::new(0, 0), NodeId::new(1, 1))));
        assert_eq!(busiest_edge(&network, &evaluation(), 1), None, "nobody fires");
        assert_eq!(busiest_edge(&network, &evaluation(), 2), None, "nothing is above");
    }
}
