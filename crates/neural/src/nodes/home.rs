//! The home of a layer whose nodes are elsewhere: their events meet in its readout, and its errors go back to them.

use super::{
    NodeError, NodeId, SliceError,
    piece::{Extent, Piece},
    slice::checked_labels,
};
use crate::{
    kernels::numbers::log_softmax,
    learning::{Error, Lesson, plan::Plan, state::LearningState, verdict::find_errors},
    network::{Network, events::Events},
};

/// A difference of probabilities, and what rounding adds to it.
const ERROR_MAX: f32 = 1.001;

/// The readout of a whole layer. Slices hold copies of their columns: as long as nothing is lost they learn the same, and
/// stay the same bits.
#[derive(Debug, Clone)]
pub struct LayerHome {
    piece: Piece,
    lesson: Lesson,
}

/// What a layer's readout got wrong on a batch: the local target of all its nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassErrors {
    /// Predicted less wanted probability, -1 to 1: a row a sample, a column a class.
    pub values: Vec<f32>,
    /// The probability that went to wrong classes, 0 to 1: mean over samples.
    pub wrong: f32,
}

/// Puts the events of several slices on the same samples together; a part that did not come is silent.
///
/// `None` if there is no part, the parts are of different layers or batches, or a node fires in two of them.
pub fn join(parts: &[Events]) -> Option<Events> {
    let first = parts.first()?;
    let (width, samples) = (first.width(), first.samples());
    if parts.iter().any(|part| (part.width(), part.samples()) != (width, samples)) {
        return None;
    }
    let mut joined = Events::new(width);
    let mut all = Vec::new();
    for sample in 0..samples {
        all.clear();
        for part in parts {
            let (nodes, values) = part.sample(sample);
            all.extend(nodes.iter().copied().zip(values.iter().copied()));
        }
        all.sort_unstable_by_key(|(node, _)| *node);
        let (nodes, values): (Vec<u32>, Vec<f32>) = all.iter().copied().unzip();
        joined.push_sample(&nodes, &values).ok()?;
    }
    Some(joined)
}

impl Network {
    /// Copies the readout of a static layer whose nodes will be elsewhere.
    ///
    /// # Errors
    /// [`NodeError`] names what is wrong.
    pub fn layer_home(&self, state: &LearningState, layer: u32) -> Result<LayerHome, NodeError> {
        self.layer_shape(layer)?;
        let nodes = self.layout.layers[layer as usize].nodes as u32;
        let ids: Vec<_> = (0..nodes).map(|index| NodeId::new(layer, index)).collect();
        let piece = Piece::copy(self, state, &ids, Extent::Readout)?;
        Ok(LayerHome { piece, lesson: Lesson::default() })
    }
}

impl LayerHome {
    /// What the readout makes of the layer's events: the logarithm of each class's probability, a row a sample, a column a
    /// class. The sum over layers is what the network believes.
    ///
    /// # Errors
    /// [`SliceError::Width`] for events of another layer.
    pub fn log_probabilities(&self, events: &Events) -> Result<Vec<f32>, SliceError> {
        let mut logits = self.logits(events)?;
        logits.chunks_exact_mut(self.piece.layout.classes).for_each(log_softmax);
        Ok(logits)
    }

    /// What the readout gets wrong, and takes one step from. `plan` gives the step size at `step`, and the smoothing and
    /// the prior of labels.
    ///
    /// # Errors
    /// [`SliceError`] names what is wrong with the events or the labels; the readout is then as it was.
    pub fn errors(
        &mut self,
        events: &Events,
        labels: &[u16],
        plan: &Plan,
        step: u32,
    ) -> Result<ClassErrors, SliceError> {
        let (samples, classes) = (events.samples(), self.piece.layout.classes);
        let labels = checked_labels(labels, samples, classes)?;
        let mut values = self.logits(events)?;
        if samples == 0 {
            return Ok(ClassErrors { values, wrong: 0.0 });
        }
        let wrong = find_errors(&mut values, &labels, classes, plan).error;
        let errors = ClassErrors { values, wrong };
        self.learn(events, &errors, plan, step);
        Ok(errors)
    }

    /// Takes one step from errors on at least one sample, as many as there are events of.
    pub(super) fn learn(&mut self, events: &Events, errors: &ClassErrors, plan: &Plan, step: u32) {
        let Piece { layout, parameters, adam, .. } = &mut self.piece;
        let mean = 1.0 / events.samples() as f32;
        let error = Error { values: &errors.values, nodes_scale: mean, readout_scale: mean };
        let mut descent = adam.step(plan.learning_rate_at(step), plan.epsilon);
        self.lesson.teach_readout_of(layout, parameters, &error, events, &mut descent);
    }

    /// Brings what the readout has learnt back to the network. Of nodes it holds no news: call it after
    /// [`Slice::write_back`](super::Slice::write_back) of all slices, whose copies of the readout then give way to it.
    ///
    /// # Errors
    /// [`NodeError`] if the layer there is another one by now; nothing is then written.
    pub fn write_back(
        &self,
        network: &mut Network,
        state: &mut LearningState,
    ) -> Result<(), NodeError> {
        self.piece.write_back(network, state)
    }

    fn logits(&self, events: &Events) -> Result<Vec<f32>, SliceError> {
        let (given, wanted) = (events.width(), self.piece.width);
        if given as usize != wanted {
            return Err(SliceError::Width { given, wanted });
        }
        let mut logits = Vec::new();
        self.piece.view().logits(events, &mut logits);
        Ok(logits)
    }
}

impl ClassErrors {
    pub(super) fn check(&self, samples: usize, classes: usize) -> Result<(), SliceError> {
        let given = self.values.len();
        if given != samples * classes {
            return Err(SliceError::Targets { given, samples, classes });
        }
        let is_error = |value: &f32| value.abs() <= ERROR_MAX;
        if let Some(place) = self.values.iter().position(|value| !is_error(value)) {
            return Err(SliceError::Error { place, value: self.values[place] });
        }
        if !is_error(&self.wrong) {
            return Err(SliceError::Error { place: given, value: self.wrong });
        }
        Ok(())
    }
}
