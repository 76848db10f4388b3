//! How well a network tells classes apart, and what it spends on it.

use crate::{
    dataset::Dataset,
    kernels::numbers::position_of_highest,
    network::{Network, Thought},
};

/// Rows looked at together: a layer's weights are fetched once for all of them.
const BATCH_ROWS: usize = 64;

/// Counts over the rows of one evaluation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// Rows looked at.
    pub rows: u32,
    /// Rows told right.
    pub correct: u32,
    /// `confusion[actual * classes + predicted]`, in rows.
    pub confusion: Vec<u32>,
    /// For each layer and node, the rows on which it fired.
    pub fired: Vec<Vec<u32>>,
    /// Multiplications of node weights and readouts that were needed; at the last frame, where inputs have frames.
    pub multiplications: u64,
    /// Multiplications that the same network without gating needs.
    pub multiplications_ungated: u64,
}

/// Evaluates `network` on those `rows` of `dataset`: the class with the highest sum over layers of ln p is the answer.
///
/// # Panics
/// If the data set does not fit the network.
pub fn evaluate(network: &Network, dataset: &Dataset, rows: &[u32]) -> Evaluation {
    let classes = network.spec.classes as usize;
    assert_eq!((dataset.inputs, dataset.classes), (network.spec.inputs, network.spec.classes));
    let mut thought = Thought::new(network);
    let mut evaluation = Evaluation {
        rows: rows.len() as u32,
        correct: 0,
        confusion: vec![0; classes * classes],
        fired: network.layout.layers.iter().map(|layer| vec![0; layer.nodes]).collect(),
        multiplications: 0,
        multiplications_ungated: 0,
    };
    for batch in rows.chunks(BATCH_ROWS) {
        thought.input.reset(network.spec.inputs);
        batch.iter().for_each(|row| dataset.read_row(*row as usize, &mut thought.input));
        thought.think(network);
        for (row, belief) in batch.iter().zip(thought.belief.chunks_exact(classes)) {
            let actual = usize::from(dataset.labels[*row as usize]);
            let predicted = position_of_highest(belief);
            evaluation.confusion[actual * classes + predicted] += 1;
            evaluation.correct += u32::from(actual == predicted);
        }
        evaluation.count_firing(network, &thought);
    }
    evaluation
}

/// The class that the network sees in one row, which must fit it.
pub fn predict(network: &Network, dataset: &Dataset, row: usize) -> u32 {
    let mut thought = Thought::new(network);
    dataset.read_row(row, &mut thought.input);
    thought.think(network);
    position_of_highest(&thought.belief) as u32
}

impl Evaluation {
    /// Part of the rows told right, 0 to 1; 0 without rows.
    pub fn accuracy(&self) -> f64 {
        f64::from(self.correct) / f64::from(self.rows.max(1))
    }

    /// Part of the nodes that fired, 0 to 1: the mean over rows and over all nodes.
    pub fn firing_rate(&self) -> f32 {
        let fired: u64 = self.fired.iter().flatten().map(|count| u64::from(*count)).sum();
        let nodes: usize = self.fired.iter().map(Vec::len).sum();
        let chances = nodes as f64 * f64::from(self.rows.max(1));
        (fired as f64 / chances.max(1.0)) as f32
    }

    /// Adds what one batch cost. Silence in the input itself, or in traces, is no merit of gating and
    /// counts as work on both sides.
    fn count_firing(&mut self, network: &Network, thought: &Thought) {
        let samples = thought.input.samples() as u64;
        let mut inputs_needed = samples * u64::from(network.spec.inputs);
        for (((layer, spec), activity), fired) in network
            .layout
            .layers
            .iter()
            .zip(&network.spec.layers)
            .zip(&thought.activities)
            .zip(&mut self.fired)
        {
            let (inputs, nodes, classes) =
                (layer.inputs as u64, layer.nodes as u64, layer.classes as u64);
            if spec.is_temporal() {
                inputs_needed = samples * inputs;
            }
            let events = activity.events().count() as u64;
            self.multiplications += inputs_needed * nodes + events * classes;
            self.multiplications_ungated += samples * (inputs * nodes + nodes * classes);
            inputs_needed = events;
            for node in activity.events().nodes() {
                fired[*node as usize] += 1;
            }
        }
    }
}
