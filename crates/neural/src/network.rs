//! A network: its description and its numbers.

pub(crate) mod evaluate;
pub(crate) mod events;
pub(crate) mod layer;
pub(crate) mod layout;
pub(crate) mod profile;

use crate::{
    dataset::VALUE_MAX,
    kernels::{
        add_scaled,
        numbers::{exp, log_softmax},
    },
    learning::plan::Kernels,
    network::{
        events::Events,
        layer::{Activity, Layer},
        layout::Layout,
    },
    random::Counter,
    temporal::Past,
};
use protocol::cluster::{InvalidSpec, NetworkSpec};

/// The largest magnitude of a parameter. Trained ones are around 1; with this bound no sum over the widest layer
/// overflows, whatever a peer sends.
pub const PARAMETER_MAX: f32 = 1e6;

/// A stack of threshold-gated layers, each with a readout of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    pub(crate) spec: NetworkSpec,
    pub(crate) layout: Layout,
    pub(crate) parameters: Vec<f32>,
}

/// What a network makes of one input.
#[derive(Debug, Clone, PartialEq)]
pub struct Sight {
    /// One a class; they add up to 1.
    pub probabilities: Vec<f32>,
    /// For each layer, the nodes that fired, ascending; in time, at the last frame.
    pub fired: Vec<Vec<u32>>,
}

/// Values that cannot be given to a network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidInput {
    /// Too many or too few.
    #[error("{given} values where this network takes {wanted}")]
    Length {
        /// As given.
        given: usize,
        /// As the network's description says.
        wanted: u32,
    },
    /// No number, or beyond any scale.
    #[error("value {place} is {value}: a number from -1e15 to 1e15 is needed")]
    Value {
        /// Which, from 0.
        place: usize,
        /// What it is.
        value: f32,
    },
    /// More than a difference of probabilities can be.
    #[error("error {place} is {value}: predicted less wanted probability is from -1 to 1")]
    Error {
        /// Of which class.
        place: usize,
        /// What it is.
        value: f32,
    },
    /// No part of something that fades.
    #[error("an eligibility that fades to {0} of itself: a number from 0 to less than 1 is needed")]
    Decay(f32),
}

/// What a network does with a batch; reused from batch to batch.
#[derive(Debug, Clone)]
pub(crate) struct Thought {
    pub(crate) input: Events,
    past: Past,
    pub(crate) activities: Vec<Activity>,
    logits: Vec<f32>,
    /// A row a sample, a column a class: the sum over layers of the logarithm of its probability.
    pub(crate) belief: Vec<f32>,
}

impl Network {
    /// The first state of a network: weights from the description's seed, biases and thresholds 0.
    ///
    /// Weights are normal with variance 1 / inputs, readouts with variance 1 / nodes.
    ///
    /// # Errors
    /// [`InvalidSpec`] if the description is out of bounds.
    pub fn new(spec: &NetworkSpec) -> Result<Self, InvalidSpec> {
        let layout = Layout::new(spec)?;
        let mut parameters = vec![0.0; layout.parameters];
        for (number, layer) in (0..).zip(&layout.layers) {
            let mut draw = |stream, range: core::ops::Range<usize>, fan_in: usize| {
                let mut counter = Counter::new(spec.seed, stream);
                let deviation = 1.0 / (fan_in as f32).sqrt();
                for parameter in &mut parameters[range] {
                    *parameter = counter.normal() * deviation;
                }
            };
            draw(2 * number, layer.weights(), layer.inputs);
            draw(2 * number + 1, layer.readout(), layer.nodes);
        }
        Ok(Self { spec: spec.clone(), layout, parameters })
    }

    /// The description.
    pub fn spec(&self) -> &NetworkSpec {
        &self.spec
    }

    /// All numbers, layer after layer: weights, biases, thresholds, readout, readout biases.
    pub fn parameters(&self) -> &[f32] {
        &self.parameters
    }

    /// How many parameters there are of each kind, in order: weights, biases, thresholds, readout and readout biases of each
    /// layer. Those of one kind are alike in size.
    pub fn tensors(&self) -> impl Iterator<Item = usize> {
        self.layout.segments().map(|segment| segment.range.len())
    }

    /// The values of each part whose numbers mean the same, in their order, and whether they are thresholds.
    pub fn tensors_with_thresholds(&self) -> impl Iterator<Item = (usize, bool)> {
        self.layout.segments().map(|segment| (segment.range.len(), segment.is_threshold))
    }

    /// The same description with other numbers; `None` if there are too many or too few.
    pub fn with_parameters(&self, parameters: Vec<f32>) -> Option<Self> {
        let fits = parameters.len() == self.parameters.len();
        fits.then(|| Self { spec: self.spec.clone(), layout: self.layout.clone(), parameters })
    }

    /// Layers from the input upwards.
    pub fn layers(&self) -> impl ExactSizeIterator<Item = Layer<'_>> {
        self.layout.layers.iter().map(|layer| layer.view(&self.parameters))
    }

    /// Checks one input.
    ///
    /// # Errors
    /// [`InvalidInput`] names what is wrong.
    pub fn check_input(&self, input: &[f32]) -> Result<(), InvalidInput> {
        check_values(input, self.spec.inputs)
    }

    /// The probability of each class: the product over layers, scaled to add up to 1.
    ///
    /// # Errors
    /// [`InvalidInput`] names what is wrong with the input.
    pub fn probabilities(&self, input: &[f32]) -> Result<Vec<f32>, InvalidInput> {
        self.look(input).map(|sight| sight.probabilities)
    }

    /// The probability of each class, and which nodes brought it about.
    ///
    /// # Errors
    /// [`InvalidInput`] names what is wrong with the input.
    pub fn look(&self, input: &[f32]) -> Result<Sight, InvalidInput> {
        self.check_input(input)?;
        let mut thought = Thought::new(self);
        thought.input.push_dense(input.iter().copied());
        thought.think(self);
        log_softmax(&mut thought.belief);
        Ok(Sight::of(&thought.belief, &thought.activities))
    }
}

impl Sight {
    /// From the logarithms of the probabilities.
    pub(crate) fn of(belief: &[f32], activities: &[Activity]) -> Self {
        Self {
            probabilities: belief.iter().map(|logarithm| exp(*logarithm)).collect(),
            fired: activities.iter().map(|it| it.events().nodes().to_vec()).collect(),
        }
    }
}

/// Checks values that come from a person, one a `wanted`.
pub(crate) fn check_values(values: &[f32], wanted: u32) -> Result<(), InvalidInput> {
    if values.len() != wanted as usize {
        return Err(InvalidInput::Length { given: values.len(), wanted });
    }
    let bad = |value: &f32| !value.is_finite() || value.abs() > VALUE_MAX;
    match values.iter().position(bad) {
        Some(place) => Err(InvalidInput::Value { place, value: values[place] }),
        None => Ok(()),
    }
}

impl Thought {
    /// Without a sample in its input.
    pub(crate) fn new(network: &Network) -> Self {
        Self {
            input: Events::new(network.spec.inputs),
            past: Past::new(&network.spec),
            activities: vec![Activity::default(); network.layout.layers.len()],
            logits: Vec::new(),
            belief: Vec::new(),
        }
    }

    /// Lets every layer fire on `self.input` and sums up what their readouts believe.
    pub(crate) fn think(&mut self, network: &Network) {
        let Self { input, past, activities, logits, belief } = self;
        past.recall(network, input);
        let classes = network.spec.classes as usize;
        belief.clear();
        belief.resize(input.samples() * classes, 0.0);
        for (number, layer) in network.layers().enumerate() {
            let (below, activity) = layer_of(activities, number, input, past);
            layer.forward(below, activity, Kernels::Chosen);
            add_belief(belief, &layer, activity.events(), logits);
        }
    }
}

/// Adds the logarithms of the probabilities that a layer's readout gives each class, a row a sample; `logits` is memory.
pub(crate) fn add_belief(
    belief: &mut [f32],
    layer: &Layer<'_>,
    events: &Events,
    logits: &mut Vec<f32>,
) {
    layer.logits(events, logits);
    logits.chunks_exact_mut(layer.readout_bias.len()).for_each(log_softmax);
    add_scaled(belief, logits, 1.0);
}

/// What one layer is given (at the last frame, if there are frames), and its own activity.
pub(crate) fn layer_of<'a>(
    activities: &'a mut [Activity],
    number: usize,
    input: &'a Events,
    past: &'a Past,
) -> (&'a Events, &'a mut Activity) {
    let (below, rest) = activities.split_at_mut(number);
    let now = below.last().map_or(input, Activity::events);
    (past.input_of(number).unwrap_or(now), &mut rest[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::cluster::LayerSpec;

    fn network() -> Network {
        let layers = vec![LayerSpec::new(8, 4); 2];
        Network::new(&NetworkSpec { inputs: 4, steps: 1, layers, classes: 3, seed: 9 }).unwrap()
    }

    #[test]
    fn one_description_has_one_first_state() {
        assert_eq!(network(), network());
        let other = NetworkSpec { seed: 10, ..network().spec };
        assert_ne!(Network::new(&other).unwrap().parameters, network().parameters);
    }

    #[test]
    fn probabilities_add_up_to_one() {
        let sum: f32 = network().probabilities(&[1.0, 0.0, -2.0, 0.5]).unwrap().iter().sum();
        assert!((sum - 1.0).abs() < 1e-6, "{sum}");
    }

    #[test]
    fn a_bad_input_is_named() {
        let short = network().probabilities(&[1.0]).unwrap_err().to_string();
        assert!(short.contains("1 values where this network takes 4"), "{short}");
        let wild = network().probabilities(&[0.0, f32::NAN, 0.0, 0.0]).unwrap_err().to_string();
        assert!(wild.contains("value 1 is NaN"), "{wild}");
    }
}
