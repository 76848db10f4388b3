//! One layer of threshold-gated nodes: events in, events out, and a lesson from its own readout.

use crate::{
    events::Events,
    kernels::{add_rows, add_scaled, sum_of_squares},
    layout::LayerLayout,
};

/// Keeps the scale of an almost silent input finite.
const RMS_FLOOR: f32 = 1e-3;

/// How much a node that nearly fired learns, against 1 for one that fired.
const SURROGATE_HEIGHT: f32 = 0.3;

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

/// What a layer did with one sample; reused from sample to sample.
#[derive(Debug, Clone, Default)]
pub struct Activity {
    /// The input's values over their root mean square, in the order of the input's events.
    normalised: Vec<f32>,
    /// One a node.
    accumulators: Vec<f32>,
    /// What the layer sends on.
    events: Events,
    /// One a node: the learning signal after the surrogate gate.
    signal: Vec<f32>,
}

/// A layer's part of a flat list of changes.
pub(crate) struct LayerChanges<'a> {
    pub(crate) weights: &'a mut [f32],
    pub(crate) bias: &'a mut [f32],
    pub(crate) readout: &'a mut [f32],
    pub(crate) readout_bias: &'a mut [f32],
}

/// The factor of each part of a change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StepSizes {
    pub(crate) nodes: f32,
    pub(crate) readout: f32,
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
    pub fn forward(&self, input: &Events, activity: &mut Activity) {
        let (nodes, width) = (self.nodes(), input.width() as usize);
        assert_eq!(self.weights.len(), nodes * width, "an input {width} wide");
        let rms = (sum_of_squares(input.values()) / width as f32).sqrt();
        let scale = 1.0 / (rms + RMS_FLOOR);
        activity.normalised.clear();
        activity.normalised.extend(input.values().iter().map(|value| value * scale));
        activity.accumulators.clear();
        activity.accumulators.extend_from_slice(self.bias);
        add_rows(&mut activity.accumulators, self.weights, input.indices(), &activity.normalised);
        activity.events.reset(nodes as u32);
        for (node, (a, threshold)) in activity.accumulators.iter().zip(self.thresholds).enumerate()
        {
            if a >= threshold {
                activity.events.push(node as u32, *a);
            }
        }
    }

    /// What the layer's own readout makes of its events: `M y + c`, one logit a class.
    pub fn logits(&self, events: &Events, logits: &mut Vec<f32>) {
        let nodes = self.nodes();
        logits.clear();
        logits.extend_from_slice(self.readout_bias);
        for (node, value) in events.indices().iter().zip(events.values()) {
            for (logit, row) in logits.iter_mut().zip(self.readout.chunks_exact(nodes)) {
                *logit += value * row[*node as usize];
            }
        }
    }

    /// Adds to `changes` what the layer learns from `error` (predicted less wanted probability, one a class) on the
    /// sample that `activity` is of: `(Mᵀ e ⊙ ψ) x̂ᵀ` for the nodes, `e yᵀ` for the readout.
    pub(crate) fn learn(
        &self,
        input: &Events,
        error: &[f32],
        step: StepSizes,
        activity: &mut Activity,
        changes: LayerChanges<'_>,
    ) {
        let nodes = self.nodes();
        let Activity { normalised, accumulators, events, signal } = activity;
        signal.clear();
        signal.resize(nodes, 0.0);
        for (row, error) in self.readout.chunks_exact(nodes).zip(error) {
            add_scaled(signal, row, step.nodes * error);
        }
        for ((signal, a), threshold) in signal.iter_mut().zip(accumulators).zip(self.thresholds) {
            let surrogate = SURROGATE_HEIGHT * (1.0 - (*a - threshold).abs()).max(0.0);
            *signal *= if *a >= *threshold { 1.0 } else { surrogate };
        }
        add_scaled(changes.bias, signal, 1.0);
        for (index, value) in input.indices().iter().zip(normalised) {
            let start = *index as usize * nodes;
            add_scaled(&mut changes.weights[start..start + nodes], signal, *value);
        }
        add_scaled(changes.readout_bias, error, step.readout);
        for (row, error) in changes.readout.chunks_exact_mut(nodes).zip(error) {
            let factor = step.readout * error;
            for (node, value) in events.indices().iter().zip(events.values()) {
                row[*node as usize] += factor * value;
            }
        }
    }
}

impl Activity {
    /// What the layer sends on.
    pub fn events(&self) -> &Events {
        &self.events
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

    /// The layer's part of a list of changes to all parameters.
    pub(crate) fn changes<'a>(&self, changes: &'a mut [f32]) -> LayerChanges<'a> {
        let own = &mut changes[self.weights().start..self.readout_bias().end];
        let (weights, rest) = own.split_at_mut(self.weights().len());
        let (bias, rest) = rest.split_at_mut(self.nodes);
        let (_thresholds, rest) = rest.split_at_mut(self.nodes);
        let (readout, readout_bias) = rest.split_at_mut(self.readout().len());
        LayerChanges { weights, bias, readout, readout_bias }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYER: Layer<'_> = Layer {
        weights: &[1.0, -1.0, 0.0, 2.0],
        bias: &[0.0, 0.5],
        thresholds: &[0.5, 0.5],
        readout: &[1.0, 0.0, 0.0, 1.0],
        readout_bias: &[0.0, 0.25],
    };

    #[test]
    fn only_nodes_that_reach_their_threshold_send_an_event() {
        let mut activity = Activity::default();
        let input = Events::from_parts(2, vec![0], vec![3.0]).unwrap();
        LAYER.forward(&input, &mut activity);
        assert_eq!(activity.events().indices(), [0]);
        let value = activity.events().values()[0];
        assert!((value - 2.0f32.sqrt()).abs() < 1e-3, "{value}");
        let mut logits = Vec::new();
        LAYER.logits(activity.events(), &mut logits);
        assert_eq!(logits, [value, 0.25]);
    }

    #[test]
    fn a_node_far_from_its_threshold_learns_nothing() {
        let mut activity = Activity::default();
        let input = Events::from_parts(2, vec![0], vec![3.0]).unwrap();
        LAYER.forward(&input, &mut activity);
        let layout = LayerLayout::for_tests(2, 2, 2);
        let mut changes = vec![0.0; 14];
        let step = StepSizes { nodes: 1.0, readout: 1.0 };
        LAYER.learn(&input, &[0.5, -0.5], step, &mut activity, layout.changes(&mut changes));
        let learnt = layout.view(&changes);
        assert!(learnt.weights[0] > 0.0);
        assert_eq!(learnt.weights[1..], [0.0; 3], "node 1 is 1.4 below, input 1 is silent");
        assert_eq!(learnt.bias, [0.5, 0.0]);
        assert_eq!(learnt.thresholds, [0.0, 0.0]);
    }
}
