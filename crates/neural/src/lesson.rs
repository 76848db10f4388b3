//! One step from an error that came from elsewhere.

use crate::{
    layer::{Activity, StepSizes},
    network::{InvalidInput, Network, PARAMETER_MAX, Thought, check_values},
};

/// How much of the error one lesson takes away from a readout.
const LESSON_RATE: f32 = 0.5;

impl Network {
    /// Takes one local step in every layer from `error` (predicted less wanted probability, one a class) on `input`.
    ///
    /// The step is normalised (Nagumo and Noda 1967): it moves every readout's logits, and the accumulators of nodes
    /// that fired, by half of their error signal, whatever the scale of the input.
    ///
    /// # Errors
    /// [`InvalidInput`] names what is wrong with the input or the error; the network is then as it was.
    pub fn learn_from_error(&mut self, input: &[f32], error: &[f32]) -> Result<(), InvalidInput> {
        self.check_input(input)?;
        check_values(error, self.spec.classes)?;
        if let Some(place) = error.iter().position(|value| value.abs() > 1.0) {
            return Err(InvalidInput::Error { place, value: error[place] });
        }
        let mut thought = Thought::new(self);
        thought.input.fill(input.iter().copied());
        thought.think(self);
        let Thought { input, mut activities, .. } = thought;
        let mut changes = vec![0.0; self.parameters.len()];
        for (number, (layer, layout)) in self.layers().zip(&self.layout.layers).enumerate() {
            let (below, rest) = activities.split_at_mut(number);
            let below = below.last().map_or(&input, Activity::events);
            let activity = &mut rest[0];
            let energy: f32 = activity.events().values().iter().map(|value| value * value).sum();
            let step = StepSizes {
                nodes: LESSON_RATE / (layout.inputs as f32 + 1.0),
                readout: LESSON_RATE / (energy + 1.0),
            };
            layer.learn(below, error, step, activity, layout.changes(&mut changes));
        }
        for (parameter, change) in self.parameters.iter_mut().zip(&changes) {
            *parameter = (*parameter - change).clamp(-PARAMETER_MAX, PARAMETER_MAX);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::cluster::{LayerSpec, NetworkSpec};

    #[test]
    fn lessons_bring_the_wanted_class_forward() {
        let layers = vec![LayerSpec { nodes: 16, timer: 4 }; 2];
        let spec = NetworkSpec { inputs: 6, layers, classes: 3, seed: 3 };
        let mut network = Network::new(&spec).unwrap();
        let input = [1.0, 0.0, 2.0, 0.0, -1.0, 0.5];
        for _ in 0..20 {
            let mut error = network.probabilities(&input).unwrap();
            error[2] -= 1.0;
            network.learn_from_error(&input, &error).unwrap();
        }
        assert!(network.probabilities(&input).unwrap()[2] > 0.9);
    }

    #[test]
    fn an_error_beyond_one_is_refused() {
        let layers = vec![LayerSpec { nodes: 4, timer: 4 }];
        let spec = NetworkSpec { inputs: 2, layers, classes: 2, seed: 3 };
        let mut network = Network::new(&spec).unwrap();
        assert!(network.learn_from_error(&[1.0, 1.0], &[1.5, 0.0]).is_err());
        assert!(network.learn_from_error(&[1.0, 1.0], &[0.5]).is_err());
    }
}
