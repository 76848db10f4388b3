//! What learning remembers from step to step, beside the network itself.

use crate::{
    bytes::{Damaged, Reader, Writer},
    learning::{adam::Adam, homeostasis::Homeostasis},
};
use protocol::cluster::NetworkSpec;

/// The most that a modulatory signal makes of the step size.
const GAIN_MAX: f32 = 3.0;

/// What is left after a step of a gain beyond 1: half of it after 34 steps.
const GAIN_DECAY: f32 = 0.98;

/// Timers in a record are at most so long.
const TIMER_MAX: f32 = 128.0;

/// What learning remembers beside the network: Adam's moments, the pace of every layer's thresholds, its timer, and how
/// strongly learning is called for. It stays on the device.
#[derive(Debug, Clone, PartialEq)]
pub struct LearningState {
    pub(crate) adam: Adam,
    pub(crate) layers: Vec<Homeostasis>,
    /// A factor of the step size, 1 to [`GAIN_MAX`].
    gain: f32,
}

impl LearningState {
    /// Before the first step of a network of this (valid) description.
    pub fn new(spec: &NetworkSpec) -> Self {
        Self {
            adam: Adam::new(spec.parameters() as usize),
            layers: spec.layers.iter().map(|layer| Homeostasis::new(layer.timer)).collect(),
            gain: 1.0,
        }
    }

    /// A modulatory signal: something elsewhere asks for learning, `urgency` from 0 (not at all) to 1. Steps become up to
    /// three times as long at once, and go back to their usual length over the next hundred.
    ///
    /// A weaker signal does not end a stronger one, and no number of signals makes more than one.
    pub fn call_for_learning(&mut self, urgency: f32) {
        let urgency = if urgency.is_finite() { urgency.clamp(0.0, 1.0) } else { 0.0 };
        self.gain = self.gain.max(1.0 + (GAIN_MAX - 1.0) * urgency);
    }

    /// What becomes of a step size for as long as learning is called for.
    pub fn gain(&self) -> f32 {
        self.gain
    }

    /// One step has been taken.
    pub(crate) fn calm_down(&mut self) {
        self.gain = 1.0 + GAIN_DECAY * (self.gain - 1.0);
        // Exactly 1 in the end: the rest would be rounded away anyway.
        if self.gain < 1.001 {
            self.gain = 1.0;
        }
    }

    /// Writes the state down.
    pub fn write(&self, writer: &mut Writer) {
        self.adam.write(writer);
        for layer in &self.layers {
            writer.floats(&[layer.pace, layer.usual_error, layer.timer]);
        }
        writer.floats(&[self.gain]);
    }

    /// Reads a state for a network of this (valid) description.
    ///
    /// # Errors
    /// [`Damaged`] if it is cut short or holds what no training leads to.
    pub fn read(reader: &mut Reader<'_>, spec: &NetworkSpec) -> Result<Self, Damaged> {
        let adam = Adam::read(reader, spec.parameters() as usize)?;
        let layer = |reader: &mut Reader<'_>| {
            let (pace, usual_error) = (reader.f32(TIMER_MAX)?, reader.f32(1.0)?);
            Ok(Homeostasis { pace, usual_error, timer: reader.f32(TIMER_MAX)? })
        };
        let layers: Vec<_> = spec.layers.iter().map(|_| layer(reader)).collect::<Result<_, _>>()?;
        let gain = reader.f32(GAIN_MAX)?;
        let is_sound = |layer: &Homeostasis| layer.pace > 0.0 && layer.timer >= 0.5;
        if gain < 1.0 || !layers.iter().all(is_sound) {
            return Err(Damaged);
        }
        Ok(Self { adam, layers, gain })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::cluster::LayerSpec;

    fn state() -> LearningState {
        let layers = vec![LayerSpec::new(3, 4); 2];
        LearningState::new(&NetworkSpec { inputs: 2, steps: 1, layers, classes: 2, seed: 1 })
    }

    #[test]
    fn a_call_for_learning_fades() {
        let mut state = state();
        state.call_for_learning(1.0);
        state.call_for_learning(0.2);
        assert_eq!(state.gain(), GAIN_MAX);
        (0..34).for_each(|_| state.calm_down());
        assert!((state.gain() - 2.0).abs() < 0.02, "{}", state.gain());
        (0..1000).for_each(|_| state.calm_down());
        assert_eq!(state.gain(), 1.0);
        state.call_for_learning(f32::NAN);
        assert_eq!(state.gain(), 1.0);
    }

    #[test]
    fn the_state_reads_back_bit_for_bit() {
        let mut state = state();
        state.call_for_learning(0.3);
        state.layers[1].notice_error(0.7);
        state.layers[1].notice_error(0.9);
        let mut writer = Writer::new();
        state.write(&mut writer);
        let bytes = writer.finish();
        let layers = vec![LayerSpec::new(3, 4); 2];
        let spec = NetworkSpec { inputs: 2, steps: 1, layers, classes: 2, seed: 1 };
        assert_eq!(LearningState::read(&mut Reader::new(&bytes), &spec), Ok(state));
        assert_eq!(LearningState::read(&mut Reader::new(&bytes[1..]), &spec), Err(Damaged));
    }
}
