//! What a layer learns from its own readout's error on a batch; no gradient crosses a layer.

pub(crate) mod adam;
pub(crate) mod cluster;
pub(crate) mod homeostasis;
pub(crate) mod lesson;
pub(crate) mod plan;
pub(crate) mod private;
pub(crate) mod replay;
mod row_order;
pub(crate) mod state;
pub(crate) mod train;
pub(crate) mod verdict;

use crate::{
    kernels::{Block, BlockWork, add_scaled, dense::Panels, for_each_block},
    learning::plan::Kernels,
    network::{
        events::{Events, EventsByNode},
        layer::Activity,
        layout::LayerLayout,
    },
};

/// How much a node that nearly fired learns, against 1 for one that fired.
const SURROGATE_HEIGHT: f32 = 0.3;

/// Moves parameters against their gradient.
pub(crate) trait Descent {
    /// Takes one step with the parameters from `place` on, as many as there are gradients.
    fn descend(&mut self, parameters: &mut [f32], place: usize, gradient: &[f32]);
}

/// What the readout of a layer got wrong, and how far to go.
pub(crate) struct Error<'a> {
    /// Predicted less wanted probability: a row a sample, a column a class.
    pub(crate) values: &'a [f32],
    /// Its factor in the gradient of nodes; with the mean over a batch, 1 / samples.
    pub(crate) nodes_scale: f32,
    /// Its factor in the gradient of the readout.
    pub(crate) readout_scale: f32,
}

/// Memory of one layer's lesson; reused from batch to batch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lesson {
    input: EventsByNode,
    events: EventsByNode,
    readout_gradient: Vec<f32>,
    /// A row a sample, a column a node: the learning signal after the surrogate gate; of one block of nodes, or of all.
    signals: Vec<f32>,
    dense: DenseMemory,
}

/// Memory of dense kernels.
#[derive(Debug, Clone, Default)]
struct DenseMemory {
    panels: Panels,
    /// A row an input, a column a sample.
    input: Vec<f32>,
    /// A row an input, a column a node.
    gradient: Vec<f32>,
}

/// Inputs whose gradients are found by one product, which then are still in the cache when parameters move.
const DENSE_INPUTS: usize = 64;

impl Lesson {
    /// Teaches a layer of `parameters` from `error` on the batch that `activity` is of: `(Mᵀ e ⊙ ψ) x̂ᵀ` for the nodes,
    /// `e yᵀ` for the readout.
    ///
    /// Weights of an input that is silent throughout the batch stay as they are.
    pub(crate) fn teach(
        &mut self,
        layout: &LayerLayout,
        parameters: &mut [f32],
        error: &Error<'_>,
        activity: &Activity,
        kernels: Kernels,
        descent: &mut impl Descent,
    ) {
        self.input.turn(&activity.input);
        self.events.turn(&activity.events);
        let is_dense = kernels.is_dense_for(&activity.input);
        let Self { input, signals, .. } = self;
        signals.clear();
        if is_dense {
            signals.resize(activity.accumulators.len(), 0.0);
        }
        let mut nodes =
            NodeWork { layout, parameters, error, activity, input, signals, is_dense, descent };
        for_each_block(layout.nodes, &mut nodes);
        if is_dense {
            self.teach_weights_densely(layout, parameters, activity.input.samples(), descent);
        }
        self.teach_readout(layout, parameters, error, descent);
    }

    /// The weights of all nodes from `self.signals`, by products of whole matrices.
    fn teach_weights_densely(
        &mut self,
        layout: &LayerLayout,
        parameters: &mut [f32],
        samples: usize,
        descent: &mut impl Descent,
    ) {
        let Self { input, signals, dense, .. } = self;
        for first in (0..layout.inputs).step_by(DENSE_INPUTS) {
            let numbers = first..layout.inputs.min(first + DENSE_INPUTS);
            dense.input.clear();
            dense.input.resize(numbers.len() * samples, 0.0);
            for (row, number) in dense.input.chunks_exact_mut(samples.max(1)).zip(numbers.clone()) {
                let (samples, values) = input.node(number);
                for (sample, value) in samples.iter().zip(values) {
                    row[*sample as usize] = *value;
                }
            }
            dense.gradient.clear();
            dense.gradient.resize(numbers.len() * layout.nodes, 0.0);
            let DenseMemory { panels, input: left, gradient } = dense;
            panels.multiply_add(left, signals, gradient, samples, layout.nodes);
            for (row, number) in gradient.chunks_exact(layout.nodes).zip(numbers) {
                if !input.node(number).0.is_empty() {
                    let place = layout.weights().start + number * layout.nodes;
                    descent.descend(parameters, place, row);
                }
            }
        }
    }

    /// Teaches the readout alone: `e yᵀ`, where the nodes themselves are elsewhere.
    pub(crate) fn teach_readout_of(
        &mut self,
        layout: &LayerLayout,
        parameters: &mut [f32],
        error: &Error<'_>,
        events: &Events,
        descent: &mut impl Descent,
    ) {
        self.events.turn(events);
        self.teach_readout(layout, parameters, error, descent);
    }

    fn teach_readout(
        &mut self,
        layout: &LayerLayout,
        parameters: &mut [f32],
        error: &Error<'_>,
        descent: &mut impl Descent,
    ) {
        let (nodes, classes) = (layout.nodes, layout.classes);
        let gradient = &mut self.readout_gradient;
        gradient.clear();
        gradient.resize(layout.readout().len(), 0.0);
        let mut sums = vec![0.0; classes];
        for node in 0..nodes {
            let (samples, values) = self.events.node(node);
            if samples.is_empty() {
                continue;
            }
            sums.fill(0.0);
            for (sample, value) in samples.iter().zip(values) {
                let row = &error.values[*sample as usize * classes..][..classes];
                add_scaled(&mut sums, row, error.readout_scale * value);
            }
            for (class, sum) in sums.iter().enumerate() {
                gradient[class * nodes + node] = *sum;
            }
        }
        descent.descend(parameters, layout.readout().start, gradient);
        sums.fill(0.0);
        for row in error.values.chunks_exact(classes) {
            add_scaled(&mut sums, row, error.readout_scale);
        }
        descent.descend(parameters, layout.readout_bias().start, &sums);
    }
}

/// The lesson of the nodes, a block of them at a time: their signals stay in the cache while every input's weights are
/// taught and moved in one pass, without a list of all gradients.
struct NodeWork<'a, D> {
    layout: &'a LayerLayout,
    parameters: &'a mut [f32],
    error: &'a Error<'a>,
    activity: &'a Activity,
    input: &'a EventsByNode,
    signals: &'a mut Vec<f32>,
    /// Then the signals of all nodes are kept, and the weights are left alone.
    is_dense: bool,
    descent: &'a mut D,
}

impl<D: Descent> BlockWork for NodeWork<'_, D> {
    fn block<const WIDTH: usize>(&mut self, first: usize) {
        let bias_gradient = self.find_signals::<WIDTH>(first);
        let Self { layout, parameters, input, signals, descent, .. } = self;
        descent.descend(parameters, layout.bias().start + first, &bias_gradient);
        if self.is_dense {
            return;
        }
        let signals = Block { matrix: signals, stride: WIDTH, first: 0 };
        for number in 0..layout.inputs {
            let events = input.node(number);
            if !events.0.is_empty() {
                let gradient = signals.add_rows([0.0; WIDTH], events);
                let place = layout.weights().start + number * layout.nodes + first;
                descent.descend(parameters, place, &gradient);
            }
        }
    }
}

impl<D> NodeWork<'_, D> {
    /// The learning signals of a block on every sample; gives their sum.
    fn find_signals<const WIDTH: usize>(&mut self, first: usize) -> [f32; WIDTH] {
        let LayerLayout { nodes, classes, .. } = *self.layout;
        let readout = &self.parameters[self.layout.readout()];
        let thresholds = &self.parameters[self.layout.thresholds()][first..first + WIDTH];
        let mut sums = [0.0; WIDTH];
        if !self.is_dense {
            self.signals.clear();
        }
        let rows = self.activity.accumulators.chunks_exact(nodes);
        for (sample, (accumulators, error)) in
            rows.zip(self.error.values.chunks_exact(classes)).enumerate()
        {
            let mut signal = [0.0; WIDTH];
            for (row, error) in readout.chunks_exact(nodes).zip(error) {
                let row = &row[first..first + WIDTH];
                add_scaled(&mut signal, row, self.error.nodes_scale * error);
            }
            let accumulators = &accumulators[first..first + WIDTH];
            for ((signal, a), threshold) in signal.iter_mut().zip(accumulators).zip(thresholds) {
                *signal *= surrogate_gate(a - threshold);
            }
            add_scaled(&mut sums, &signal, 1.0);
            if self.is_dense {
                self.signals[sample * nodes + first..][..WIDTH].copy_from_slice(&signal);
            } else {
                self.signals.extend_from_slice(&signal);
            }
        }
        sums
    }
}

/// 1 for a node that fired; less, the further it stayed below its threshold.
pub(crate) fn surrogate_gate(excess: f32) -> f32 {
    let near = SURROGATE_HEIGHT * (1.0 - excess.abs()).max(0.0);
    if excess >= 0.0 { 1.0 } else { near }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps as long as the gradient, forwards: what is left are the sums themselves.
    struct Add;

    impl Descent for Add {
        fn descend(&mut self, parameters: &mut [f32], place: usize, gradient: &[f32]) {
            add_scaled(&mut parameters[place..place + gradient.len()], gradient, 1.0);
        }
    }

    #[test]
    fn a_node_far_from_its_threshold_learns_nothing() {
        let layout = LayerLayout::alone(2, 2, 2);
        let before = [1.0, -1.0, 0.0, 2.0, 0.0, 0.5, 0.5, 0.5, 1.0, 0.0, 0.0, 1.0, 0.0, 0.25];
        let mut input = Events::new(2);
        input.push_sample(&[0], &[3.0]).unwrap();
        let mut activity = Activity::default();
        layout.view(&before).forward(&input, &mut activity, Kernels::Chosen);
        let error = Error { values: &[0.5, -0.5], nodes_scale: 1.0, readout_scale: 1.0 };
        let mut after = before;
        Lesson::default().teach(&layout, &mut after, &error, &activity, Kernels::Chosen, &mut Add);
        let learnt: Vec<f32> = after.iter().zip(before).map(|(after, was)| after - was).collect();
        let learnt = layout.view(&learnt);
        assert!(learnt.weights[0] > 0.0);
        assert_eq!(learnt.weights[1..], [0.0; 3], "node 1 is 1.4 below, input 1 is silent");
        assert_eq!(learnt.bias, [0.5, 0.0]);
        assert_eq!(learnt.thresholds, [0.0, 0.0]);
        assert_eq!(learnt.readout_bias, [0.5, -0.5]);
    }
}
