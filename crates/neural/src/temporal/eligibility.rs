//! Which weights had a part in what a layer did lately.

use crate::{
    kernels::{add_scaled, sum_of_squares},
    learning::{Descent, surrogate_gate},
    network::{
        layer::{Activity, Layer},
        layout::LayerLayout,
    },
};

/// Sums are rescaled when what is added to them would be a million times as large.
const SCALE_MIN: f32 = 1e-6;

/// Rescaled sums below this are taken for 0: denormal numbers would slow a stream down and change nothing.
const TINY: f32 = 1e-30;

/// The eligibility of every weight of one layer (Bellec et al. 2020): `E_ij <- decay · E_ij + ψ_j x̂_i` at every frame, with
/// ψ the surrogate gate of node j and x̂ what the layer was given; for a temporal layer, x̂ are traces.
///
/// It takes as many numbers as the layer has weights, biases and nodes. Decay is one number for all of them: a frame
/// costs a row of weights for each value that is not silent, and nothing for silent ones.
#[derive(Debug, Clone)]
pub(super) struct Eligibility {
    decay: f32,
    /// What every sum below is to be multiplied with.
    scale: f32,
    /// A row an input, a column a node.
    weights: Vec<f32>,
    /// One a node.
    bias: Vec<f32>,
    /// One a node: the events that its readout saw.
    events: Vec<f32>,
    totals: Totals,
    /// One a node, of the frame at work.
    gates: Vec<f32>,
}

/// Sums over frames, fading like eligibility.
#[derive(Debug, Clone, Default)]
struct Totals {
    frames: f32,
    /// The square of what nodes were given, their bias with it.
    nodes_energy: f32,
    /// The square of what the readout was given, its bias with it.
    readout_energy: f32,
}

impl Eligibility {
    /// Before the first frame; `decay` from 0 to less than 1.
    pub(super) fn new(layout: &LayerLayout, decay: f32) -> Self {
        Self {
            decay,
            scale: 1.0,
            weights: vec![0.0; layout.inputs * layout.nodes],
            bias: vec![0.0; layout.nodes],
            events: vec![0.0; layout.nodes],
            totals: Totals::default(),
            gates: Vec::new(),
        }
    }

    /// Back to before the first frame.
    pub(super) fn forget(&mut self) {
        self.weights.fill(0.0);
        self.bias.fill(0.0);
        self.events.fill(0.0);
        self.totals = Totals::default();
        self.scale = 1.0;
    }

    /// One frame later: `activity` is what the layer was given and did, one sample.
    pub(super) fn take_frame(&mut self, layer: &Layer<'_>, activity: &Activity) {
        self.scale *= self.decay;
        if self.scale < SCALE_MIN {
            self.multiply(self.scale);
            self.scale = 1.0;
        }
        let now = 1.0 / self.scale;
        let excess = activity.accumulators.iter().zip(layer.thresholds).map(|(a, at)| a - at);
        self.gates.clear();
        self.gates.extend(excess.map(surrogate_gate));
        add_scaled(&mut self.bias, &self.gates, now);
        let (inputs, values) = activity.input.sample(0);
        let nodes = self.gates.len();
        for (input, value) in inputs.iter().zip(values) {
            let row = &mut self.weights[*input as usize * nodes..][..nodes];
            add_scaled(row, &self.gates, now * value);
        }
        let (fired, strengths) = activity.events.sample(0);
        for (node, strength) in fired.iter().zip(strengths) {
            self.events[*node as usize] += now * strength;
        }
        self.totals.frames += now;
        self.totals.nodes_energy += now * (sum_of_squares(values) + 1.0);
        self.totals.readout_energy += now * (sum_of_squares(strengths) + 1.0);
    }

    /// Teaches a layer of `parameters` from `error`, predicted less wanted probability of each class:
    /// `ΔW_ij = -rate (Mᵀ e)_j E_ij / Σ decay^age (|x̂|² + 1)`, and the readout alike.
    ///
    /// What all frames together were given is in the denominator: a frame that was given no more than their faded mean
    /// moves its accumulators and logits by at most `rate` of their error signal.
    pub(super) fn teach(
        &self,
        layout: &LayerLayout,
        parameters: &mut [f32],
        error: &[f32],
        rate: f32,
        descent: &mut impl Descent,
    ) {
        if self.totals.frames == 0.0 {
            return;
        }
        let mut signals = vec![0.0; layout.nodes];
        let readout = &parameters[layout.readout()];
        for (row, error) in readout.chunks_exact(layout.nodes).zip(error) {
            add_scaled(&mut signals, row, error * (rate / self.totals.nodes_energy));
        }
        let mut gradient = vec![0.0; layout.nodes];
        let weights = self.weights.chunks_exact(layout.nodes);
        let weight_places = layout.weights().step_by(layout.nodes);
        for (place, row) in weight_places.zip(weights).chain([(layout.bias().start, &*self.bias)]) {
            for ((gradient, signal), eligibility) in gradient.iter_mut().zip(&signals).zip(row) {
                *gradient = signal * eligibility;
            }
            descent.descend(parameters, place, &gradient);
        }
        let bias_places = layout.readout_bias();
        let readout_places = layout.readout().step_by(layout.nodes);
        for ((place, bias_place), error) in readout_places.zip(bias_places).zip(error) {
            let factor = error * (rate / self.totals.readout_energy);
            gradient.fill(0.0);
            add_scaled(&mut gradient, &self.events, factor);
            descent.descend(parameters, place, &gradient);
            descent.descend(parameters, bias_place, &[factor * self.totals.frames]);
        }
    }

    fn multiply(&mut self, factor: f32) {
        let Totals { frames, nodes_energy, readout_energy } = &mut self.totals;
        let sums = self.weights.iter_mut().chain(&mut self.bias).chain(&mut self.events);
        for sum in sums.chain([frames, nodes_energy, readout_energy]) {
            let product = *sum * factor;
            *sum = if product.abs() < TINY { 0.0 } else { product };
        }
    }
}
