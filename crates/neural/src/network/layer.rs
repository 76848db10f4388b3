//! One layer of threshold-gated nodes: events in, events out.

use crate::{
    kernels::{Block, BlockWork, add_scaled, dense::Panels, for_each_block, sum_of_squares},
    learning::plan::Kernels,
    network::{events::Events, layout::LayerLayout},
};

/// Added to the root mean square of an input before the input is divided by it: keeps the scale of an almost silent one
/// finite.
pub const RMS_FLOOR: f32 = 1e-3;

/// A layer's numbers, wherever they are kept.
#[derive(Debug, Clone, Copy)]
pub struct Layer<'a> {
    /// A row an input, a column a node.
    pub weights: &'a [f32],
    /// One a node.
    pub bias: &'a [f32],
    /// One a node: it fires when its accumulator is not below.
    pub thresholds: &'a [f32],
    /// A row a class, a column a node.
    pub readout: &'a [f32],
    /// One a class.
    pub readout_bias: &'a [f32],
}

/// What a layer did with a batch; reused from batch to batch.
#[derive(Debug, Clone)]
pub struct Activity {
    /// The input, each sample over its root mean square.
    pub(crate) input: Events,
    /// A row a sample, a column a node.
    pub(crate) accumulators: Vec<f32>,
    /// What the layer sends on.
    pub(crate) events: Events,
    /// The input with its zeros, a row a sample, where dense kernels work on it.
    whole_input: Vec<f32>,
    panels: Panels,
}

impl Layer<'_> {
    /// Nodes of the layer.
    pub fn nodes(&self) -> usize {
        self.bias.len()
    }

    /// Lets the nodes gather `input` and fire.
    ///
    /// `a = W x / (rms(x) + 1e-3) + b`; a node fires with `a` where `a >= threshold`.
    ///
    /// # Panics
    /// If the input is not as wide as the layer.
    pub fn forward(&self, input: &Events, activity: &mut Activity, kernels: Kernels) {
        let (nodes, width) = (self.nodes(), input.width());
        assert_eq!(self.weights.len(), nodes * width as usize, "an input {width} wide");
        activity.input.copy_changed(input, |values| {
            let rms = (sum_of_squares(values) / width as f32).sqrt();
            let scale = 1.0 / (rms + RMS_FLOOR);
            values.iter_mut().for_each(|value| *value *= scale);
        });
        self.forward_again(activity, kernels);
    }

    /// [`Self::forward`] on the input that an activity is of already, by these numbers.
    pub(crate) fn forward_again(&self, activity: &mut Activity, kernels: Kernels) {
        let nodes = self.nodes();
        let Activity { input, accumulators, events, whole_input, panels } = activity;
        accumulators.resize(input.samples() * nodes, 0.0);
        if kernels.is_dense_for(input) {
            input.write_dense(whole_input);
            accumulators.chunks_exact_mut(nodes).for_each(|sums| sums.copy_from_slice(self.bias));
            let width = input.width() as usize;
            panels.multiply_add(whole_input, self.weights, accumulators, width, nodes);
        } else if input.samples() == 1 {
            self.gather_alone(input.sample(0), accumulators);
        } else {
            for_each_block(nodes, &mut Gather { layer: self, input, accumulators });
        }
        events.reset(nodes as u32);
        for accumulators in accumulators.chunks_exact(nodes) {
            for (node, (a, threshold)) in (0..).zip(accumulators.iter().zip(self.thresholds)) {
                if a >= threshold {
                    events.push(node, *a);
                }
            }
            events.end_sample();
        }
    }

    /// The accumulators of a single sample, a whole row of weights at a time: each is read once, from end to end.
    fn gather_alone(&self, (rows, factors): (&[u32], &[f32]), accumulators: &mut [f32]) {
        accumulators.copy_from_slice(self.bias);
        for (row, factor) in rows.iter().zip(factors) {
            let start = *row as usize * self.nodes();
            add_scaled(accumulators, &self.weights[start..start + self.nodes()], *factor);
        }
    }

    /// What the layer's own readout makes of its events: `M y + c`, a row a sample, a column a class.
    pub fn logits(&self, events: &Events, logits: &mut Vec<f32>) {
        logits.clear();
        for sample in 0..events.samples() {
            let (nodes, values) = events.sample(sample);
            let rows = self.readout.chunks_exact(self.nodes());
            logits.extend(rows.zip(self.readout_bias).map(|(row, bias)| {
                let terms = nodes.iter().zip(values);
                terms.fold(*bias, |sum, (node, value)| sum + value * row[*node as usize])
            }));
        }
    }
}

/// The accumulators of all samples, a block of nodes at a time: the block's weights stay in the cache.
struct Gather<'a> {
    layer: &'a Layer<'a>,
    input: &'a Events,
    accumulators: &'a mut [f32],
}

impl BlockWork for Gather<'_> {
    fn block<const WIDTH: usize>(&mut self, first: usize) {
        let nodes = self.layer.nodes();
        let weights = Block { matrix: self.layer.weights, stride: nodes, first };
        let mut bias = [0.0; WIDTH];
        bias.copy_from_slice(&self.layer.bias[first..first + WIDTH]);
        for sample in 0..self.input.samples() {
            let sums = weights.add_rows(bias, self.input.sample(sample));
            self.accumulators[sample * nodes + first..][..WIDTH].copy_from_slice(&sums);
        }
    }
}

impl Activity {
    /// What the layer sends on.
    pub fn events(&self) -> &Events {
        &self.events
    }
}

impl Default for Activity {
    fn default() -> Self {
        let (input, events) = (Events::new(0), Events::new(0));
        let (accumulators, whole_input) = (Vec::new(), Vec::new());
        Self { input, accumulators, events, whole_input, panels: Panels::default() }
    }
}

impl LayerLayout {
    /// The layer's part of all parameters.
    pub(crate) fn view<'a>(&self, parameters: &'a [f32]) -> Layer<'a> {
        Layer {
            weights: &parameters[self.weights()],
            bias: &parameters[self.bias()],
            thresholds: &parameters[self.thresholds()],
            readout: &parameters[self.readout()],
            readout_bias: &parameters[self.readout_bias()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_nodes_that_reach_their_threshold_send_an_event() {
        let layer = Layer {
            weights: &[1.0, -1.0, 0.0, 2.0],
            bias: &[0.0, 0.5],
            thresholds: &[0.5, 0.5],
            readout: &[1.0, 0.0, 0.0, 1.0],
            readout_bias: &[0.0, 0.25],
        };
        let mut activity = Activity::default();
        let mut input = Events::new(2);
        input.push_sample(&[0], &[3.0]).unwrap();
        input.push_sample(&[], &[]).unwrap();
        layer.forward(&input, &mut activity, Kernels::Chosen);
        let (nodes, values) = activity.events().sample(0);
        assert_eq!(nodes, [0]);
        assert!((values[0] - 2.0f32.sqrt()).abs() < 1e-3, "{}", values[0]);
        assert_eq!(activity.events().sample(1), (&[1][..], &[0.5][..]), "its bias is enough");
        let mut logits = Vec::new();
        layer.logits(activity.events(), &mut logits);
        assert_eq!(logits, [values[0], 0.25, 0.0, 0.75]);
    }
}
