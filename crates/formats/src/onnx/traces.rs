//! Layers that know of time, as products with constant matrices.

use super::{Flow, Part, builder::Setting};
use crate::error::ExportError;
use neural::impulse_responses;
use protocol::cluster::NetworkSpec;

/// Numbers of all matrices that stand for traces: what a file may have beside the network itself.
const NUMBERS_MAX: u64 = 4 << 20;

/// Numbers that a trace has: its two phases.
const PARTS: usize = 2;

/// Checks what the traces of all layers will take.
pub(super) fn check_size(spec: &NetworkSpec) -> Result<(), ExportError> {
    let steps = u64::from(spec.steps);
    let matrix = |(number, traces): (usize, u32)| {
        let frames = if is_heard_at_every_frame(spec, number) { steps } else { 1 };
        frames * steps * u64::from(traces) * PARTS as u64
    };
    let traces = spec.layers.iter().map(|layer| layer.traces).enumerate();
    let numbers: u64 = traces.map(matrix).sum();
    if numbers > NUMBERS_MAX {
        return Err(ExportError::Temporal { numbers, most: NUMBERS_MAX });
    }
    Ok(())
}

/// Whether a temporal layer above needs what this one does at every frame.
fn is_heard_at_every_frame(spec: &NetworkSpec, number: usize) -> bool {
    spec.layers.get(number + 1).is_some_and(|above| above.is_temporal())
}

impl Part<'_> {
    /// What the layer is given: what is below, or the traces that the layer keeps of it.
    pub(super) fn input(&mut self, below: &Flow) -> Flow {
        let traces = self.spec.layers[self.number].traces;
        if traces == 0 {
            return Flow { name: below.name.clone(), has_frames: false };
        }
        let steps = self.spec.steps as usize;
        let width = match self.number {
            0 => self.spec.frame() as usize,
            number => self.spec.layers[number - 1].nodes as usize,
        };
        let parts = PARTS * traces as usize;
        let has_frames = is_heard_at_every_frame(self.spec, self.number);
        let responses = impulse_responses(traces, self.spec.steps);
        let ends = if has_frames { 1..=steps } else { steps..=steps };
        let rows = ends.clone().count() * parts;
        let mut matrix = vec![0.0; rows * steps];
        for (block, end) in matrix.chunks_exact_mut(parts * steps).zip(ends) {
            for (part, row) in block.chunks_exact_mut(steps).enumerate() {
                for (frame, weight) in row[..end].iter_mut().enumerate() {
                    *weight = responses[(end - 1 - frame) * parts + part];
                }
            }
        }
        let matrix = self.numbers("responses", &[rows, steps], &matrix);
        let frames = self.reshaped("frames", &below.name, &[steps, width]);
        let traces = self.node("traces", "MatMul", &[&matrix, &frames], &[]);
        let name = self.reshaped("input", &traces, &[parts * width]);
        Flow { name, has_frames }
    }

    /// The rows of the last frame alone.
    pub(super) fn last_frame(&mut self, flow: &Flow) -> String {
        if !flow.has_frames {
            return flow.name.clone();
        }
        let (steps, nodes) = (self.spec.steps as usize, self.layer.nodes());
        let frames = self.reshaped("by_frame", &flow.name, &[steps, nodes]);
        let name = format!("layers.{}.last", self.number);
        let last = self.builder.sizes(&name, &[-1]);
        let row = self.node("last_frame", "Gather", &[&frames, &last], &[Setting::One("axis", 1)]);
        self.reshaped("at_last", &row, &[nodes])
    }

    /// The same numbers, for each sample in this shape; as many samples as there are.
    fn reshaped(&mut self, name: &str, value: &str, shape: &[usize]) -> String {
        let sizes: Vec<_> = [-1].into_iter().chain(shape.iter().map(|size| *size as i64)).collect();
        let shape = self.builder.sizes(&format!("layers.{}.{name}_shape", self.number), &sizes);
        self.node(name, "Reshape", &[value, &shape], &[])
    }
}
