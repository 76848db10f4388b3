//! Some nodes of a layer on another device: events in, events out, and lessons that may come late.

mod encoding;
mod parts;

use super::{
    ClassErrors, NodeError, NodeId,
    piece::{Extent, Piece},
};
use crate::{
    learning::{
        Error, Lesson,
        homeostasis::{Homeostasis, Rates},
        plan::{Kernels, Plan},
        state::LearningState,
        verdict::find_errors,
    },
    network::{Network, events::Events, layer::Activity},
};
use protocol::limits;
use std::collections::VecDeque;

/// Numbers of all activities that a slice remembers (four bytes each): what others can make a device keep.
pub const KEPT_NUMBERS_MAX: usize = 17_000_000;

/// The oldest batch that a target may be for, in batches: beyond, nodes have changed too much for it to teach them.
const STALENESS_MAX: usize = 256;

/// Some nodes of one static layer with everything that they need to fire and to learn.
///
/// A lost activation or target costs the lesson and changes nothing else.
#[derive(Debug, Clone)]
pub struct Slice {
    piece: Piece,
    homeostasis: Homeostasis,
    timer: u32,
    batches_max: usize,
    /// The newest batches, the oldest first.
    kept: VecDeque<Kept>,
    lesson: Lesson,
    fired: Vec<u32>,
}

#[derive(Debug, Clone)]
struct Kept {
    batch: u64,
    activity: Activity,
}

/// What a slice learns from.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// The class of each sample: the slice's own columns of the readout are a readout of their own.
    Labels(&'a [u16]),
    /// What the readout of the whole layer got wrong ([`LayerHome::errors`](super::LayerHome::errors)): the nodes learn
    /// what they would learn at home.
    Errors(&'a ClassErrors),
}

/// What a slice cannot take; it is then as it was.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SliceError {
    /// Events of another layer.
    #[error("events of {given} nodes, where this slice gathers from {wanted}")]
    Width {
        /// As given.
        given: u32,
        /// As its nodes have weights.
        wanted: usize,
    },
    /// A batch that is too large to remember.
    #[error(
        "a batch of {samples} samples and {events} events is too large for {nodes} nodes: send fewer rows"
    )]
    TooLarge {
        /// As given.
        samples: usize,
        /// As given.
        events: usize,
        /// Of the slice.
        nodes: usize,
    },
    /// A target for a batch that is gone, has been taught, or never came.
    #[error(
        "batch {batch} is not among the {kept} batches that are still known: send its target earlier"
    )]
    Stale {
        /// As given.
        batch: u64,
        /// How many there are.
        kept: usize,
    },
    /// Targets of another batch.
    #[error("{given} targets for a batch of {samples} samples and {classes} classes")]
    Targets {
        /// As given.
        given: usize,
        /// Of the batch.
        samples: usize,
        /// Of the readout.
        classes: usize,
    },
    /// A class that there is not.
    #[error("label {label} of sample {sample}, where there are {classes} classes, counted from 0")]
    Label {
        /// As given.
        label: u16,
        /// Of which sample.
        sample: usize,
        /// How many there are.
        classes: usize,
    },
    /// An error that no readout makes.
    #[error("error {place} is {value}: predicted less wanted probability is from -1 to 1")]
    Error {
        /// Which, from 0; after the last, the probability that went to wrong classes.
        place: usize,
        /// What it is.
        value: f32,
    },
}

impl Network {
    /// Copies nodes of one static layer for another device, which will answer targets up to `batches_max` batches late
    /// (1 to 256; other numbers are brought within).
    ///
    /// # Errors
    /// [`NodeError`] names what is wrong.
    pub fn slice(
        &self,
        state: &LearningState,
        ids: &[NodeId],
        batches_max: usize,
    ) -> Result<Slice, NodeError> {
        let piece = Piece::copy(self, state, ids, Extent::Nodes)?;
        let layer = piece.layer as usize;
        let timer = self.spec.layers[layer].timer;
        let homeostasis = state.layers.get(layer).copied();
        Ok(Slice {
            piece,
            homeostasis: homeostasis.unwrap_or_else(|| Homeostasis::new(timer)),
            timer,
            batches_max: batches_max.clamp(1, STALENESS_MAX),
            kept: VecDeque::new(),
            lesson: Lesson::default(),
            fired: Vec::new(),
        })
    }
}

impl Slice {
    /// Where its nodes are at home, ascending.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = NodeId> {
        self.piece.indexes.iter().map(|index| NodeId::new(self.piece.layer, *index))
    }

    /// Lets the nodes fire on a batch; gives their events by their addresses in the whole layer, and remembers the batch by
    /// its number. A number that is known already is then this batch's.
    ///
    /// # Errors
    /// [`SliceError`]; nothing is then remembered.
    pub fn forward(&mut self, batch: u64, below: &Events) -> Result<Events, SliceError> {
        self.check(below)?;
        self.kept.retain(|kept| kept.batch != batch);
        let room = KEPT_NUMBERS_MAX - self.numbers(below);
        let mut free = None;
        while self.kept.len() >= self.batches_max || self.kept_numbers() > room {
            free = self.kept.pop_front();
        }
        // The memory of the batch that goes is as large as what comes.
        let mut activity = free.map(|kept| kept.activity).unwrap_or_default();
        self.piece.view().forward(below, &mut activity, Kernels::EventDriven);
        let events = self.addressed(activity.events());
        self.kept.push_back(Kept { batch, activity });
        Ok(events)
    }

    /// Has the nodes gather a batch once more that they still remember, as they are now; it is their newest then, as if it had
    /// come again. Gives whether they do remember it.
    pub fn gather_again(&mut self, batch: u64) -> bool {
        let Some(place) = self.kept.iter().position(|kept| kept.batch == batch) else {
            return false;
        };
        let mut kept = self.kept.remove(place).expect("it was found there");
        self.piece.view().forward_again(&mut kept.activity, Kernels::EventDriven);
        self.kept.push_back(kept);
        true
    }

    /// Lets the nodes fire and remembers nothing: for predictions.
    ///
    /// # Errors
    /// [`SliceError`] names what is wrong with the events.
    pub fn fire(&self, below: &Events) -> Result<Events, SliceError> {
        self.check(below)?;
        let mut activity = Activity::default();
        self.piece.view().forward(below, &mut activity, Kernels::EventDriven);
        Ok(self.addressed(activity.events()))
    }

    /// Takes one step from what a batch should have been, and forgets the batch: a target that comes twice teaches once.
    /// `plan` gives the step size at `step`, the smoothing and the prior of labels, and the pace of timers.
    ///
    /// # Errors
    /// [`SliceError`]; the nodes are then as they were.
    pub fn teach(
        &mut self,
        batch: u64,
        target: Target<'_>,
        plan: &Plan,
        step: u32,
    ) -> Result<(), SliceError> {
        let kept = self.kept.len();
        let found = self.kept.iter().position(|kept| kept.batch == batch);
        let place = found.ok_or(SliceError::Stale { batch, kept })?;
        let activity = &self.kept[place].activity;
        let (samples, classes) = (activity.events().samples(), self.piece.layout.classes);
        let (values, wrong) = match target {
            Target::Errors(errors) => {
                errors.check(samples, classes)?;
                (errors.values.clone(), errors.wrong)
            }
            Target::Labels(labels) => {
                let labels = checked_labels(labels, samples, classes)?;
                let mut values = Vec::new();
                self.piece.view().logits(activity.events(), &mut values);
                let wrong = find_errors(&mut values, &labels, classes, plan).error;
                (values, wrong)
            }
        };
        if samples > 0 {
            let learning_rate = plan.learning_rate_at(step);
            let Piece { layout, parameters, adam, .. } = &mut self.piece;
            let mean = 1.0 / samples as f32;
            let error = Error { values: &values, nodes_scale: mean, readout_scale: mean };
            let kernels = Kernels::EventDriven;
            let mut descent = adam.step(learning_rate, plan.epsilon);
            self.lesson.teach(layout, parameters, &error, activity, kernels, &mut descent);
            let thresholds = &mut parameters[layout.thresholds()];
            let rates =
                Rates { learning: learning_rate, timer: plan.timer_rate, timer_wanted: self.timer };
            self.homeostasis.notice_error(wrong);
            let (events, fired) = (activity.events(), &mut self.fired);
            let glimpses = Events::new(0);
            self.homeostasis.move_thresholds(thresholds, events, &glimpses, &rates, fired);
        }
        self.kept.remove(place);
        Ok(())
    }

    /// Brings what the nodes have learnt home: weights from below, biases, thresholds, their columns of the readout and
    /// its biases, and Adam's moments. What the layer above gathers from them has stayed at home.
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

    /// Whether the other one is of the same nodes of the same layer.
    pub(super) fn is_same_place(&self, other: &Self) -> bool {
        let place = |slice: &Self| {
            let Piece { layer, width, inputs, layout, .. } = slice.piece;
            (layer, width, inputs, layout.classes, slice.timer, slice.batches_max)
        };
        place(self) == place(other) && self.piece.indexes == other.piece.indexes
    }

    /// The state of its thresholds.
    pub(super) fn homeostasis(&self) -> Homeostasis {
        self.homeostasis
    }

    /// Nodes of the whole layer below, or numbers of the input.
    pub fn inputs(&self) -> u32 {
        self.piece.inputs as u32
    }

    /// Classes of the readout.
    pub fn classes(&self) -> u32 {
        self.piece.layout.classes as u32
    }

    fn check(&self, below: &Events) -> Result<(), SliceError> {
        let (given, wanted) = (below.width(), self.piece.layout.inputs);
        if given as usize != wanted {
            return Err(SliceError::Width { given, wanted });
        }
        let (samples, events) = (below.samples(), below.count());
        let is_batch = samples <= limits::BATCH_ROWS_MAX as usize;
        if is_batch && self.numbers(below) <= KEPT_NUMBERS_MAX {
            return Ok(());
        }
        Err(SliceError::TooLarge { samples, events, nodes: self.piece.layout.nodes })
    }

    /// The most numbers that the activity on those events has: accumulators, and two for each event.
    fn numbers(&self, below: &Events) -> usize {
        3 * below.samples() * self.piece.layout.nodes + 2 * below.count()
    }

    fn kept_numbers(&self) -> usize {
        self.kept.iter().map(|kept| self.numbers(&kept.activity.input)).sum()
    }

    /// Events of the slice as events of the layer.
    fn addressed(&self, own: &Events) -> Events {
        let mut events = Events::new(self.piece.width as u32);
        for sample in 0..own.samples() {
            let (nodes, values) = own.sample(sample);
            for (node, value) in nodes.iter().zip(values) {
                events.push(self.piece.indexes[*node as usize], *value);
            }
            events.end_sample();
        }
        events
    }
}

/// Labels as they are needed, one a sample, each of a class that there is.
pub(super) fn checked_labels(
    labels: &[u16],
    samples: usize,
    classes: usize,
) -> Result<Vec<usize>, SliceError> {
    if labels.len() != samples {
        return Err(SliceError::Targets { given: labels.len(), samples, classes });
    }
    match labels.iter().position(|label| usize::from(*label) >= classes) {
        Some(sample) => Err(SliceError::Label { label: labels[sample], sample, classes }),
        None => Ok(labels.iter().map(|label| usize::from(*label)).collect()),
    }
}
