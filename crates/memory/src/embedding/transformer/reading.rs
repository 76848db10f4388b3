//! A text on its way through the model, one layer at a time, so that other work can come between.

use super::{Scratch, Transformer, mean, numbers::sum};

/// A text that the model is reading.
#[derive(Debug, Clone)]
pub struct Reading {
    length: usize,
    /// Layers that it has been through.
    layers: usize,
    scratch: Scratch,
}

impl Transformer {
    /// Begins to read a text, of which at most so many positions are looked at, the two marks included.
    pub fn begin(&self, text: &str, positions: usize) -> Reading {
        let sequence = self.sequence(text, positions);
        let mut scratch = Scratch::default();
        let length = sequence.len();
        self.enter(&[sequence], &mut scratch);
        Reading { length, layers: 0, scratch }
    }
}

impl Reading {
    /// Takes the text through one layer of the model that has begun to read it: of the longest text, a sixth of the time that
    /// it takes. Gives its vector, of length 1, after the last.
    pub fn advance(&mut self, model: &Transformer) -> Option<Vec<f32>> {
        if let Some(layer) = model.layers.get(self.layers) {
            layer.apply(&[self.length], &mut self.scratch);
            self.layers += 1;
        }
        if self.layers < model.layers.len() {
            return None;
        }
        let mut vector = mean(&self.scratch.states, self.length);
        let length = sum(vector.iter().map(|value| value * value)).sqrt();
        // No text has a mean of 0: the last norm's shifts stand in the way.
        vector.iter_mut().for_each(|value| *value /= length.max(f32::MIN_POSITIVE));
        Some(vector)
    }
}
