//! The description of a network, as peers tell it to each other.

use crate::limits;
use core::fmt;
use serde::{Deserialize, Serialize};

/// A network of threshold-gated layers, described by everything that its first state depends on: two devices that hold
/// the same description hold the same first state, bit for bit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkSpec {
    /// Values in one input, all its frames together.
    pub inputs: u32,
    /// Frames of which an input consists, one after another; 1 for what has no time.
    pub steps: u32,
    /// Layers from the input upwards.
    pub layers: Vec<LayerSpec>,
    /// Classes that the network tells apart.
    pub classes: u32,
    /// Where the first weights come from.
    pub seed: u64,
}

/// One layer of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerSpec {
    /// Nodes.
    pub nodes: u32,
    /// After how many samples without an event a node is forced by its timer; sets the firing rate (about 10 % at 4).
    pub timer: u32,
    /// Traces that a temporal layer keeps of every value below it, each swinging at a speed of its own; 0 for a static
    /// layer, which knows of no time.
    pub traces: u32,
}

/// A description that no network can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a network cannot have {value} {what}: {low} to {high} are possible")]
pub struct InvalidSpec {
    what: &'static str,
    value: u64,
    low: u64,
    high: u64,
}

/// A round of training that no device is asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value} {what}: 1 to {most} are possible")]
pub struct InvalidTraining {
    what: &'static str,
    value: u64,
    most: u64,
}

/// The longest timer; beyond it a layer would be silent.
const TIMER_MAX: usize = 64;

/// Traces of one value: beyond, their speeds lie closer than any task here tells apart.
const TRACES_MAX: usize = 32;

/// Numbers that a trace has: its two phases.
const TRACE_NUMBERS: u64 = 2;

impl LayerSpec {
    /// A static layer.
    pub const fn new(nodes: u32, timer: u32) -> Self {
        Self { nodes, timer, traces: 0 }
    }

    /// The same as a temporal layer with so many traces.
    pub const fn with_traces(self, traces: u32) -> Self {
        Self { traces, ..self }
    }

    /// Whether it knows of time.
    pub const fn is_temporal(&self) -> bool {
        self.traces > 0
    }
}

impl NetworkSpec {
    /// Checks every size against [`limits`].
    ///
    /// # Errors
    /// [`InvalidSpec`] names the first size that is out of bounds.
    pub fn validate(&self) -> Result<(), InvalidSpec> {
        let within = |what, value: u64, low: u64, high: usize| {
            let high = high as u64;
            if (low..=high).contains(&value) {
                Ok(())
            } else {
                Err(InvalidSpec { what, value, low, high })
            }
        };
        within("inputs", self.inputs.into(), 1, limits::NETWORK_INPUTS_MAX)?;
        within("classes", self.classes.into(), 2, limits::NETWORK_CLASSES_MAX)?;
        within("layers", self.layers.len() as u64, 1, limits::NETWORK_LAYERS_MAX)?;
        within("frames in an input", self.steps.into(), 1, self.inputs as usize)?;
        within("values beyond whole frames", (self.inputs % self.steps).into(), 0, 0)?;
        let mut may_be_temporal = self.steps > 1;
        for layer in &self.layers {
            within("nodes in a layer", layer.nodes.into(), 1, limits::LAYER_NODES_MAX)?;
            within("samples on a timer", layer.timer.into(), 1, TIMER_MAX)?;
            let traces_max = if may_be_temporal { TRACES_MAX } else { 0 };
            within("traces in this layer", layer.traces.into(), 0, traces_max)?;
            may_be_temporal &= layer.is_temporal();
        }
        if self.steps > 1 {
            let traces = self.layers[0].traces.into();
            within("traces in the first layer above frames", traces, 1, TRACES_MAX)?;
        }
        for inputs in self.layer_inputs() {
            within("values given to a layer at once", inputs, 1, limits::NETWORK_INPUTS_MAX)?;
        }
        within("parameters", self.parameters(), 1, limits::NETWORK_PARAMETERS_MAX)?;
        within("visits of numbers by one input", self.visits(), 1, limits::NETWORK_VISITS_MAX)
    }

    /// Values in one frame of an input.
    pub fn frame(&self) -> u32 {
        self.inputs / self.steps.max(1)
    }

    /// How many values each layer is given at once: events from below, or the traces that it keeps of them.
    pub fn layer_inputs(&self) -> impl Iterator<Item = u64> {
        let below = core::iter::once(self.frame()).chain(self.layers.iter().map(|it| it.nodes));
        self.layers.iter().zip(below).map(|(layer, below)| match layer.traces {
            0 => u64::from(below),
            traces => u64::from(below).saturating_mul(u64::from(traces) * TRACE_NUMBERS),
        })
    }

    /// Numbers that training adapts: weights, biases and thresholds of every node, and every layer's readout.
    pub fn parameters(&self) -> u64 {
        total(self.layer_parameters())
    }

    /// Numbers that one input leads to: every parameter once, those of a layer below a temporal one at every frame, and
    /// every trace at every frame.
    pub fn visits(&self) -> u64 {
        let steps = u64::from(self.steps);
        let last_temporal = self.layers.iter().rposition(LayerSpec::is_temporal).unwrap_or(0);
        let sizes = self.layers.iter().zip(self.layer_inputs()).zip(self.layer_parameters());
        let visits =
            |(number, ((layer, inputs), parameters)): (usize, ((&LayerSpec, u64), u64))| {
                let traces = if layer.is_temporal() { steps.saturating_mul(inputs) } else { 0 };
                let times = if number < last_temporal { steps } else { 1 };
                traces.saturating_add(parameters.saturating_mul(times))
            };
        total(sizes.enumerate().map(visits))
    }

    /// Values that a device holds of one row while it trains: the row, what each layer is given, its nodes and its readout.
    pub fn values(&self) -> u64 {
        let readout = u64::from(self.classes);
        let layers = self.layers.iter().zip(self.layer_inputs());
        let layers =
            layers.map(|(it, inputs)| inputs.saturating_add(u64::from(it.nodes) + readout));
        total(layers.chain([self.inputs.into()]))
    }

    /// Checks that a device has the memory and the time for a round of `steps` training steps of `batch_rows` rows on this
    /// (valid) network.
    ///
    /// # Errors
    /// [`InvalidTraining`] names what is too much, with the most that is possible.
    pub fn check_training(&self, steps: u32, batch_rows: u32) -> Result<(), InvalidTraining> {
        let most = |what, value: u64, most: u64| match value {
            value if (1..=most).contains(&value) => Ok(()),
            value => Err(InvalidTraining { what, value, most }),
        };
        let rows = u64::from(batch_rows);
        most("training steps", steps.into(), limits::LOCAL_STEPS_MAX.into())?;
        most("rows in a step", rows, limits::BATCH_ROWS_MAX.into())?;
        let rows_max = limits::BATCH_VALUES_MAX / self.values().max(1);
        most("rows in a step of a network of this size", rows, rows_max)?;
        let samples_max = limits::ROUND_WORK_MAX / self.visits().max(1);
        most("samples in a round of a network of this size", u64::from(steps) * rows, samples_max)
    }

    fn layer_parameters(&self) -> impl Iterator<Item = u64> {
        let classes = u64::from(self.classes);
        self.layers.iter().zip(self.layer_inputs()).map(move |(layer, inputs)| {
            let nodes = u64::from(layer.nodes);
            nodes.saturating_mul(inputs.saturating_add(2)).saturating_add(classes * (nodes + 1))
        })
    }

    /// All nodes of all layers.
    pub fn nodes(&self) -> u64 {
        self.layers.iter().map(|layer| u64::from(layer.nodes)).sum()
    }
}

/// A sum that stays a number, whatever a description claims that nobody has checked yet.
fn total(numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.fold(0, u64::saturating_add)
}

/// In a person's words: what comes in, every layer, what comes out, and how many numbers it takes.
impl fmt::Display for NetworkSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.steps {
            0 | 1 => write!(f, "{} values", Thousands(self.inputs.into()))?,
            steps => write!(f, "{steps} frames of {} values", Thousands(self.frame().into()))?,
        }
        for layer in &self.layers {
            write!(f, " -> {layer}")?;
        }
        let (classes, numbers) = (self.classes.into(), self.parameters());
        write!(f, " -> {} classes, {} numbers", Thousands(classes), Thousands(numbers))
    }
}

impl fmt::Display for LayerSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} nodes (timer {}", Thousands(self.nodes.into()), self.timer)?;
        match self.traces {
            0 => f.write_str(")"),
            1 => f.write_str(", 1 trace)"),
            traces => write!(f, ", {traces} traces)"),
        }
    }
}

/// A whole number with a comma before every three digits.
struct Thousands(u64);

impl fmt::Display for Thousands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (place, digit) in digits.bytes().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{}", char::from(digit))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(inputs: u32, steps: u32, layers: Vec<LayerSpec>) -> NetworkSpec {
        NetworkSpec { inputs, steps, layers, classes: 10, seed: 1 }
    }

    #[test]
    fn the_parameters_of_784_128_128_10_are_counted_as_in_the_design() {
        let spec = spec(784, 1, vec![LayerSpec::new(128, 4); 2]);
        assert_eq!(spec.parameters(), 119_828);
        assert_eq!(spec.validate(), Ok(()));
    }

    #[test]
    fn a_temporal_layer_has_two_inputs_for_each_trace_of_a_frame() {
        let spec = spec(784, 28, vec![LayerSpec::new(50, 4).with_traces(8), LayerSpec::new(20, 4)]);
        assert_eq!(spec.validate(), Ok(()));
        assert_eq!(spec.layer_inputs().collect::<Vec<_>>(), [28 * 8 * 2, 50]);
    }

    #[test]
    fn a_description_can_be_read() {
        let plain = spec(784, 1, vec![LayerSpec::new(512, 5); 2]);
        assert_eq!(
            plain.to_string(),
            "784 values -> 512 nodes (timer 5) -> 512 nodes (timer 5) -> 10 classes, 675,860 numbers"
        );
        let temporal = spec(784, 28, vec![LayerSpec::new(50, 4).with_traces(8)]);
        let words =
            "28 frames of 28 values -> 50 nodes (timer 4, 8 traces) -> 10 classes, 23,010 numbers";
        assert_eq!(temporal.to_string(), words);
    }

    #[test]
    fn sizes_that_nobody_has_checked_can_be_counted() {
        let layers = vec![LayerSpec::new(u32::MAX, 4).with_traces(u32::MAX); 9];
        let spec = NetworkSpec { classes: u32::MAX, ..spec(u32::MAX, 1, layers) };
        assert!(spec.validate().is_err());
        assert_eq!(
            (spec.parameters(), spec.visits(), spec.values()),
            (u64::MAX, u64::MAX, u64::MAX)
        );
    }

    #[test]
    fn an_impossible_size_is_named() {
        let problem = |spec: NetworkSpec| spec.validate().unwrap_err().to_string();
        let layer = LayerSpec::new(8, 4);
        assert!(problem(spec(4, 1, vec![LayerSpec::new(0, 4)])).contains("0 nodes in a layer"));
        assert!(problem(spec(4, 3, vec![layer])).contains("1 values beyond whole frames"));
        assert!(problem(spec(4, 0, vec![layer])).contains("0 frames"));
        assert!(problem(spec(4, 2, vec![layer])).contains("0 traces in the first layer"));
        let temporal = layer.with_traces(4);
        assert!(problem(spec(4, 1, vec![temporal])).contains("4 traces in this layer"));
        let above = spec(4, 2, vec![temporal, layer, temporal]);
        assert!(problem(above).contains("4 traces in this layer: 0 to 0"));
        let wide = spec(65_536, 2, vec![LayerSpec::new(1, 4).with_traces(32)]);
        assert!(problem(wide).contains("2097152 values given to a layer at once"));
        let busy = spec(65_536, 65_536, vec![LayerSpec::new(1, 4).with_traces(32)]);
        assert_eq!(busy.visits(), 65_536 * 64 + busy.parameters(), "traces turn at every frame");
        assert_eq!(busy.validate(), Ok(()));
        let problem_of_training = |spec: NetworkSpec, steps, rows| {
            spec.check_training(steps, rows).unwrap_err().to_string()
        };
        assert!(problem_of_training(busy, 10_000, 32).contains("320000 samples in a round"));
        let wide = spec(65_536, 1, vec![LayerSpec::new(1, 4)]);
        assert_eq!(wide.check_training(1, 100), Ok(()));
        assert!(
            problem_of_training(wide.clone(), 1, 4_096)
                .contains("4096 rows in a step of a network")
        );
        assert!(problem_of_training(wide.clone(), 0, 1).contains("0 training steps: 1 to 10000"));
        assert!(problem_of_training(wide, 1, 5_000).contains("5000 rows in a step: 1 to 4096"));
        let stacked = spec(65_536, 65_536, vec![LayerSpec::new(64, 4).with_traces(8); 2]);
        assert!(problem(stacked).contains("visits of numbers by one input"));
    }
}
