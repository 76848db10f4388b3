//! One step from an error that came from elsewhere.

use crate::{
    kernels::sum_of_squares,
    learning::{Descent, Error, Lesson, plan::Kernels},
    network::{InvalidInput, Network, PARAMETER_MAX, Thought, check_values, layer::Activity},
};

/// How much of the error one lesson takes away from a readout.
pub(crate) const LESSON_RATE: f32 = 0.5;

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
        check_error(error, self.spec.classes)?;
        let mut thought = Thought::new(self);
        thought.input.push_dense(input.iter().copied());
        thought.think(self);
        teach_present(self, &thought.activities, error);
        Ok(())
    }
}

/// Takes one local step in every layer from `error` on the one sample that `activities` are of.
pub(crate) fn teach_present(network: &mut Network, activities: &[Activity], error: &[f32]) {
    let mut lesson = Lesson::default();
    for (layout, activity) in network.layout.layers.iter().zip(activities) {
        let energy = sum_of_squares(activity.events().sample(0).1);
        let error = Error {
            values: error,
            nodes_scale: LESSON_RATE / (layout.inputs as f32 + 1.0),
            readout_scale: LESSON_RATE / (energy + 1.0),
        };
        let parameters = &mut network.parameters;
        lesson.teach(layout, parameters, &error, activity, Kernels::EventDriven, &mut PlainStep);
    }
}

/// Checks an error that comes from a person, one a class.
pub(crate) fn check_error(error: &[f32], classes: u32) -> Result<(), InvalidInput> {
    check_values(error, classes)?;
    match error.iter().position(|value| value.abs() > 1.0) {
        Some(place) => Err(InvalidInput::Error { place, value: error[place] }),
        None => Ok(()),
    }
}

/// As far as the gradient says, within what a parameter may be.
pub(crate) struct PlainStep;

impl Descent for PlainStep {
    fn descend(&mut self, parameters: &mut [f32], place: usize, gradient: &[f32]) {
        for (parameter, gradient) in parameters[place..].iter_mut().zip(gradient) {
            *parameter = (*parameter - gradient).clamp(-PARAMETER_MAX, PARAMETER_MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::cluster::{LayerSpec, NetworkSpec};

    #[test]
    fn lessons_bring_the_wanted_class_forward() {
        let layers = vec![LayerSpec::new(16, 4); 2];
        let spec = NetworkSpec { inputs: 6, steps: 1, layers, classes: 3, seed: 3 };
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
        let layers = vec![LayerSpec::new(4, 4)];
        let spec = NetworkSpec { inputs: 2, steps: 1, layers, classes: 2, seed: 3 };
        let mut network = Network::new(&spec).unwrap();
        assert!(network.learn_from_error(&[1.0, 1.0], &[1.5, 0.0]).is_err());
        assert!(network.learn_from_error(&[1.0, 1.0], &[0.5]).is_err());
    }
}
