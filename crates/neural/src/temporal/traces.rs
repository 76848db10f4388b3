//! Traces: what a temporal layer remembers of the values below it.

use super::rotation::{Rotation, rotations};
use crate::{dataset::VALUE_MAX, network::events::Events};
use protocol::cluster::NetworkSpec;

/// Traces below this are silent: a stream may go on for ever, and denormal numbers would slow it down.
const TINY: f32 = 1e-30;

/// Damped oscillators driven by the values below a layer: `z <- decay · e^(i speed) · z + x` for each value x and each
/// speed (resonate-and-fire neurons, Izhikevich 2001, without the firing; also the kernel of diagonal state-space models,
/// Gu et al. 2022).
///
/// Both parts of z are what the layer is given. The accumulator of a node is linear in them, so that its derivative by a
/// weight is the trace itself, and learning from the error at a frame is exact without a gradient through time: the case
/// without recurrence of e-prop (Bellec et al. 2020).
#[derive(Debug, Clone)]
pub(crate) struct Traces {
    rotations: Vec<Rotation>,
    /// For each trace the real part for every value below, then the imaginary part for every value below.
    parts: Vec<f32>,
    below: usize,
}

impl Traces {
    /// Those of all temporal layers of a valid description, from the input upwards; silent.
    pub(crate) fn of_network(spec: &NetworkSpec) -> Vec<Self> {
        let below = core::iter::once(spec.frame()).chain(spec.layers.iter().map(|it| it.nodes));
        let temporal = spec.layers.iter().zip(below).take_while(|(layer, _)| layer.is_temporal());
        temporal.map(|(layer, below)| Self::new(below, layer.traces, spec.steps)).collect()
    }

    /// Silent traces of `below` values.
    pub(crate) fn new(below: u32, traces: u32, steps: u32) -> Self {
        let below = below as usize;
        let rotations = rotations(traces, steps);
        Self { parts: vec![0.0; 2 * below * rotations.len()], rotations, below }
    }

    /// Back to silence.
    pub(crate) fn forget(&mut self) {
        self.parts.fill(0.0);
    }

    /// One frame later, with these events: nodes from `first` on are the values below.
    pub(crate) fn take_frame(&mut self, (nodes, values): (&[u32], &[f32]), first: u32) {
        for (rotation, parts) in
            self.rotations.iter().zip(self.parts.chunks_exact_mut(2 * self.below))
        {
            let (reals, imaginaries) = parts.split_at_mut(self.below);
            for (real, imaginary) in reals.iter_mut().zip(imaginaries) {
                let turned = rotation.real * *real - rotation.imaginary * *imaginary;
                *imaginary = bounded(rotation.imaginary * *real + rotation.real * *imaginary);
                *real = bounded(turned);
            }
            for (node, value) in nodes.iter().zip(values) {
                reals[(node - first) as usize] += value;
            }
        }
    }

    /// Adds what the layer is given now as one more sample; traces of a value that was always 0 are silent.
    pub(crate) fn tell(&self, batch: &mut Events) {
        batch.push_dense(self.parts.iter().copied());
    }

    /// How many values the layer is given.
    pub(crate) fn width(&self) -> u32 {
        self.parts.len() as u32
    }
}

/// What the traces of one value hold 0, 1, … `steps - 1` frames after it was 1 once: a row for each age, in it the two
/// parts of every trace. Traces are sums of such responses, so this is all that another program needs to know of them.
///
/// # Panics
/// With fewer than 2 steps.
pub fn impulse_responses(traces: u32, steps: u32) -> Vec<f32> {
    assert!(steps >= 2, "{steps} frames");
    let mut one = Traces::new(1, traces, steps);
    let mut responses = Vec::with_capacity(one.parts.len() * steps as usize);
    one.take_frame((&[0], &[1.0]), 0);
    for _ in 0..steps {
        responses.extend_from_slice(&one.parts);
        one.take_frame((&[], &[]), 0);
    }
    responses
}

/// Within what a value may be, or silent.
fn bounded(part: f32) -> f32 {
    if part.abs() < TINY { 0.0 } else { part.clamp(-VALUE_MAX, VALUE_MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The traces after some frames of two values.
    fn after(frames: &[[f32; 2]]) -> Traces {
        let mut traces = Traces::new(2, 3, 10);
        for frame in frames {
            let mut events = Events::new(2);
            events.push_dense(frame.iter().copied());
            traces.take_frame(events.sample(0), 0);
        }
        traces
    }

    #[test]
    fn a_trace_turns_and_fades() {
        let traces = after(&[[0.0, 1.0], [0.0; 2]]);
        for (rotation, parts) in traces.rotations.iter().zip(traces.parts.chunks_exact(4)) {
            assert_eq!(parts, [0.0, rotation.real, 0.0, rotation.imaginary]);
        }
        let length = |traces: &Traces| traces.parts.iter().map(|part| part * part).sum::<f32>();
        let faded = length(&after(&[[0.0, 1.0], [0.0; 2], [0.0; 2]])) / length(&traces);
        let decay = 1.0 - core::f32::consts::LN_2 / 10.0;
        assert!((faded - decay * decay).abs() < 1e-5, "{faded}");
    }

    #[test]
    fn traces_are_sums_of_responses() {
        let responses = impulse_responses(3, 10);
        assert_eq!(responses.len(), 10 * 6);
        let traces = after(&[[0.5, 0.0], [-2.0, 0.0], [0.0, 0.0]]);
        for (part, response) in responses.chunks_exact(6).nth(1).unwrap().iter().enumerate() {
            let expected = -2.0 * response + 0.5 * responses[2 * 6 + part];
            assert!((traces.parts[2 * part] - expected).abs() < 1e-6, "part {part}");
        }
    }

    #[test]
    fn a_value_that_is_always_0_has_no_events() {
        let mut batch = Events::new(12);
        after(&[[0.0, 1.0], [0.0, -2.0], [0.0, 0.5]]).tell(&mut batch);
        assert!(batch.count() > 0);
        assert!(batch.nodes().iter().all(|node| node % 2 == 1), "{:?}", batch.nodes());
        after(&[[0.0; 2]; 5]).tell(&mut batch);
        assert!(batch.sample(1).0.is_empty());
    }

    #[test]
    fn a_trace_fades_to_silence_and_stays_within_bounds() {
        let mut frames = vec![[1e15, -1e15]; 1_000];
        assert!(after(&frames).parts.iter().all(|part| part.abs() <= 2.0 * VALUE_MAX));
        frames.resize(3_000, [0.0; 2]);
        assert_eq!(after(&frames).parts, [0.0; 12]);
    }

    #[test]
    fn what_was_forgotten_leaves_nothing() {
        let mut traces = after(&[[1.0, 2.0]]);
        traces.forget();
        assert_eq!(traces.parts, after(&[]).parts);
    }

    #[cfg(not(target_arch = "wasm32"))]
    mod properties {
        use super::*;
        use proptest::prelude::*;

        fn frames() -> impl Strategy<Value = Vec<[f32; 2]>> {
            proptest::collection::vec(proptest::array::uniform2(-10.0f32..10.0), 40)
        }

        proptest! {
            #[test]
            fn traces_of_a_sum_are_the_sum_of_traces(left in frames(), right in frames()) {
                let add = |(left, right): (&[f32; 2], &[f32; 2])| [left[0] + right[0], left[1] + right[1]];
                let both: Vec<_> = left.iter().zip(&right).map(add).collect();
                let (left, right, both) = (after(&left), after(&right), after(&both));
                for ((left, right), both) in left.parts.iter().zip(&right.parts).zip(&both.parts) {
                    prop_assert!((left + right - both).abs() < 1e-3, "{left} + {right} = {both}");
                }
            }
        }
    }
}
