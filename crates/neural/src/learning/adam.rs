//! Adam (Kingma and Ba 2015), whose state stays on the device.

use crate::{
    bytes::{Damaged, Reader, Writer},
    learning::Descent,
};

const MEAN_DECAY: f32 = 0.9;
const SQUARE_DECAY: f32 = 0.999;

/// A parameter without any gradient is divided by it.
const EPSILON_MIN: f32 = 1e-12;

/// Moments below this are taken for 0: denormal numbers would slow training down and change nothing.
const TINY: f32 = 1e-30;

/// Running moments of the gradient of every parameter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Adam {
    means: Vec<f32>,
    squares: Vec<f32>,
    /// The decays to the power of the steps taken: what the moments still lack.
    mean_bias: f32,
    square_bias: f32,
}

/// One step; parameters that take no part in it stay where they are, and so do their moments.
pub(crate) struct AdamStep<'a> {
    means: &'a mut [f32],
    squares: &'a mut [f32],
    rate: f32,
    epsilon: f32,
}

impl Adam {
    /// The state before the first step.
    pub(crate) fn new(parameters: usize) -> Self {
        let zeros = vec![0.0; parameters];
        Self { means: zeros.clone(), squares: zeros, mean_bias: 1.0, square_bias: 1.0 }
    }

    /// Begins a step of all parameters, each at most once. Gradients well above `epsilon` move a parameter by the learning
    /// rate whatever their size; those below it move it in proportion.
    pub(crate) fn step(&mut self, learning_rate: f32, epsilon: f32) -> AdamStep<'_> {
        self.mean_bias *= MEAN_DECAY;
        self.square_bias *= SQUARE_DECAY;
        let rate = learning_rate * (1.0 - self.square_bias).sqrt() / (1.0 - self.mean_bias);
        AdamStep {
            means: &mut self.means,
            squares: &mut self.squares,
            rate,
            epsilon: epsilon.max(EPSILON_MIN),
        }
    }

    /// Parameters it knows of.
    pub(crate) fn parameters(&self) -> usize {
        self.means.len()
    }

    /// The decays to the power of the steps taken, of means and of squares.
    pub(crate) fn decays(&self) -> [f32; 2] {
        [self.mean_bias, self.square_bias]
    }

    /// By how much moments that were gathered up to other `decays` become such as this state would have gathered; 1 for
    /// equal ones.
    pub(crate) fn ages_since(&self, decays: [f32; 2]) -> [f32; 2] {
        let [mean, square] = [(self.mean_bias, decays[0]), (self.square_bias, decays[1])].map(
            // Before the first step there is nothing to take over.
            |(here, there)| if there < 1.0 { (1.0 - here) / (1.0 - there) } else { 0.0 },
        );
        [mean, square]
    }

    /// The mean and the mean square of one parameter's gradient.
    pub(crate) fn moments(&self, place: usize) -> (f32, f32) {
        (self.means[place], self.squares[place])
    }

    /// The means and the mean squares of all parameters.
    pub(crate) fn all_moments(&self) -> [&[f32]; 2] {
        [&self.means, &self.squares]
    }

    /// Sets them, within the numbers that there are.
    pub(crate) fn set_moments(&mut self, place: usize, mean: f32, square: f32) {
        self.means[place] = mean.clamp(-f32::MAX, f32::MAX);
        self.squares[place] = square.clamp(0.0, f32::MAX);
    }

    /// The gradient of one parameter is `factor` times as large from now on.
    pub(crate) fn scale_gradient(&mut self, place: usize, factor: f32) {
        let (mean, square) = self.moments(place);
        self.set_moments(place, mean * factor, square * (factor * factor));
    }

    /// A state that was written down by others; the two lists are equally long.
    pub(crate) fn from_moments(decays: [f32; 2], means: Vec<f32>, squares: Vec<f32>) -> Self {
        debug_assert_eq!(means.len(), squares.len());
        Self { means, squares, mean_bias: decays[0], square_bias: decays[1] }
    }

    /// As old as this one, with other lists of moments.
    pub(crate) fn with_moments(&self, change: impl Fn(&[f32]) -> Vec<f32>) -> Self {
        Self { means: change(&self.means), squares: change(&self.squares), ..*self }
    }

    /// Writes the state down.
    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.floats(&[self.mean_bias, self.square_bias]);
        writer.floats(&self.means);
        writer.floats(&self.squares);
    }

    /// Reads a state for so many parameters.
    ///
    /// # Errors
    /// [`Damaged`] if it is cut short or holds what no training leads to.
    pub(crate) fn read(reader: &mut Reader<'_>, parameters: usize) -> Result<Self, Damaged> {
        let biases = reader.floats(2, 1.0)?;
        let means = reader.floats(parameters, f32::MAX)?;
        let squares = reader.floats(parameters, f32::MAX)?;
        if biases.iter().chain(&squares).any(|value| *value < 0.0) {
            return Err(Damaged);
        }
        Ok(Self { means, squares, mean_bias: biases[0], square_bias: biases[1] })
    }
}

impl Descent for AdamStep<'_> {
    #[inline(always)]
    fn descend(&mut self, parameters: &mut [f32], place: usize, gradient: &[f32]) {
        let range = place..place + gradient.len();
        let moments = self.means[range.clone()].iter_mut().zip(&mut self.squares[range.clone()]);
        for ((parameter, gradient), (mean, square)) in
            parameters[range].iter_mut().zip(gradient).zip(moments)
        {
            let next_mean = MEAN_DECAY * *mean + (1.0 - MEAN_DECAY) * gradient;
            let next_square = SQUARE_DECAY * *square + (1.0 - SQUARE_DECAY) * (gradient * gradient);
            *mean = if next_mean.abs() < TINY { 0.0 } else { next_mean };
            *square = if next_square < TINY { 0.0 } else { next_square };
            *parameter -= self.rate * *mean / (square.sqrt() + self.epsilon);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_is_as_long_as_the_learning_rate() {
        let mut parameters = [1.0, 1.0, 1.0];
        Adam::new(3).step(0.01, 1e-7).descend(&mut parameters, 0, &[0.5, -2.0, 0.0]);
        assert!((parameters[0] - 0.99).abs() < 1e-5);
        assert!((parameters[1] - 1.01).abs() < 1e-5);
        assert_eq!(parameters[2], 1.0);
    }

    #[test]
    fn the_state_reads_back_bit_for_bit() {
        let mut adam = Adam::new(2);
        adam.step(0.01, 1e-7).descend(&mut [0.0; 2], 0, &[0.3, -1.0]);
        let mut writer = Writer::new();
        adam.write(&mut writer);
        let bytes = writer.finish();
        assert_eq!(Adam::read(&mut Reader::new(&bytes), 2), Ok(adam));
        assert_eq!(Adam::read(&mut Reader::new(&bytes), 3), Err(Damaged));
    }
}
