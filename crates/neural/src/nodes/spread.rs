//! A network of which some nodes live on other devices, as the device sees it that owns it.
//!
//! A batch goes up layer by layer. Where a layer has nodes elsewhere, [`Spread`] says what they are to be given, and goes on
//! when their events are here, or when nobody waits for them any longer: nodes that have not answered are silent. Each
//! layer learns as soon as its events are joined; the errors are for its nodes elsewhere.

use super::{ClassErrors, LayerHome, NodeError, NodeId, Slice, SliceError, Target, join};
use crate::{
    kernels::numbers::{exp, log_softmax},
    learning::{plan::Plan, state::LearningState},
    network::{Network, events::Events},
};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Batches whose activities are remembered, here and where nodes are carried.
pub const BATCHES_MAX: usize = 64;

/// A run of nodes of one layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// The layer, from 0 above the input.
    pub layer: u32,
    /// The first node.
    pub first: u32,
    /// How many nodes.
    pub nodes: u32,
}

/// A network whose nodes are in parts, some of them elsewhere.
#[derive(Debug, Clone)]
pub struct Spread {
    network: Network,
    state: LearningState,
    homes: Vec<LayerHome>,
    /// Those that can be elsewhere first, by their numbers; then what is left of every layer.
    parts: Vec<Part>,
    cuts: usize,
    /// The oldest first.
    batches: VecDeque<Batch>,
    /// The newest question that has passed the top layer, and every layer's events; until it is taught.
    question: Option<(u64, Vec<Events>)>,
}

#[derive(Debug, Clone)]
struct Part {
    cut: Cut,
    /// Of a part that is elsewhere, the newest that is known.
    slice: Slice,
    is_here: bool,
}

#[derive(Debug, Clone)]
struct Batch {
    number: u64,
    /// `None` for a question.
    labels: Option<Vec<u16>>,
    rate: f32,
    /// The layer that it has come to.
    layer: usize,
    below: Events,
    /// Events of that layer's nodes, as far as they are here, and how many nodes those are.
    own: Vec<Events>,
    answered: u32,
    beliefs: Vec<f32>,
    missing: u32,
    /// Of a question: every layer's events.
    joined: Vec<Events>,
}

/// How far a batch has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// Nodes of this layer are elsewhere, and are to be given [`Spread::below`].
    Waits {
        /// Which.
        layer: u32,
    },
    /// It has passed the top layer.
    Done(Passed),
}

/// What came of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Passed {
    /// The sum over layers of the logarithm of each class's probability: a row a sample, a column a class.
    pub beliefs: Vec<f32>,
    /// Whether it came without labels.
    pub is_question: bool,
    /// Samples whose likeliest class is their label.
    pub correct: u32,
    /// Nodes that did not answer, summed over layers.
    pub missing: u32,
    /// Of a question: for each layer, which nodes fired.
    pub fired: Vec<Vec<u32>>,
}

/// A layer's events were joined.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// For the layer's nodes elsewhere; `None` for a question.
    pub errors: Option<ClassErrors>,
    /// With which step size they learn from it.
    pub rate: f32,
    /// How far the batch has come.
    pub progress: Progress,
}

impl Spread {
    /// Cuts a network into parts, all of them here. Numbers of parts are their places in `cuts`.
    ///
    /// # Errors
    /// [`NodeError`] for runs that overlap, are empty or beyond their layer, and for temporal layers.
    pub fn new(network: Network, state: LearningState, cuts: &[Cut]) -> Result<Self, NodeError> {
        let layers = network.spec().layers.iter();
        let mut rest: Vec<_> = layers.map(|layer| vec![true; layer.nodes as usize]).collect();
        let mut parts = Vec::new();
        for cut in cuts {
            let ids: Vec<NodeId> = cut.ids().collect();
            let slice = network.slice(&state, &ids, BATCHES_MAX)?;
            for id in ids {
                let is_free = &mut rest[id.layer as usize][id.index as usize];
                if !core::mem::take(is_free) {
                    return Err(NodeError::Twice(id));
                }
            }
            parts.push(Part { cut: *cut, slice, is_here: true });
        }
        for (layer, free) in (0..).zip(&rest) {
            let free = (0..).zip(free).filter(|(_, is_free)| **is_free);
            let ids: Vec<NodeId> = free.map(|(index, _)| NodeId::new(layer, index)).collect();
            if let Some(first) = ids.first() {
                let cut = Cut { layer, first: first.index, nodes: ids.len() as u32 };
                let slice = network.slice(&state, &ids, BATCHES_MAX)?;
                parts.push(Part { cut, slice, is_here: true });
            }
        }
        let homes = (0..rest.len() as u32).map(|layer| network.layer_home(&state, layer));
        let homes = homes.collect::<Result<_, _>>()?;
        let (cuts, batches) = (cuts.len(), VecDeque::new());
        Ok(Self { network, state, homes, parts, cuts, batches, question: None })
    }

    /// Everything that another device needs to carry a part; `None` if there is no such part. The part stays where it is.
    pub fn lend(&self, part: usize) -> Option<Vec<u8>> {
        self.part(part).map(|part| part.slice.encode())
    }

    /// A part fires and learns elsewhere from here on, or here again, from the newest state that is known.
    pub fn place(&mut self, part: usize, is_here: bool) {
        if part < self.cuts {
            self.parts[part].is_here = is_here;
        }
    }

    /// Takes a newer state of a part that is elsewhere; `false` if that is no state of this part.
    pub fn keep(&mut self, part: usize, slice: Slice) -> bool {
        let known = self.parts[..self.cuts].get_mut(part);
        match known.filter(|part| part.slice.is_same_place(&slice)) {
            Some(part) => {
                part.slice = slice;
                true
            }
            None => false,
        }
    }

    /// What the nodes of the layer that a batch waits at are to be given; `None` if there is no such batch.
    pub fn below(&self, batch: u64) -> Option<&Events> {
        self.batches.iter().find(|known| known.number == batch).map(|known| &known.below)
    }

    /// Whether those can be a part's events at the layer that a batch waits at.
    pub fn accepts(&self, batch: u64, part: usize, events: &Events) -> bool {
        let (Some(below), Some(part)) = (self.below(batch), self.part(part)) else { return false };
        let own = part.cut.first..part.cut.first + part.cut.nodes;
        let width = self.network.spec().layers[part.cut.layer as usize].nodes;
        events.width() == width
            && events.samples() == below.samples()
            && events.nodes().iter().all(|node| own.contains(node))
    }

    /// Nodes of the layer that a part is of; `None` if there is no such part.
    pub fn width_of(&self, part: usize) -> Option<u32> {
        let layer = self.part(part)?.cut.layer;
        Some(self.network.spec().layers[layer as usize].nodes)
    }

    /// Sends a batch up from the input, as far as it comes. With labels, layers learn from it at that step size, longer
    /// where learning is called for; without, it is a question. Where too many batches are on their way the oldest is gone.
    ///
    /// # Errors
    /// [`SliceError`] names what is wrong with the batch.
    pub fn start(
        &mut self,
        batch: u64,
        input: Events,
        labels: Option<Vec<u16>>,
        learning_rate: f32,
    ) -> Result<Progress, SliceError> {
        let mut rate = learning_rate;
        if labels.is_some() {
            rate *= self.state.gain();
            self.state.calm_down();
            // What nodes bring home has the age of their optimisers, which the network's must not fall behind.
            let _ = self.state.adam.step(rate, 0.0);
        }
        let beliefs = vec![0.0; input.samples() * self.network.spec().classes as usize];
        self.climb(Batch {
            number: batch,
            labels,
            rate,
            layer: 0,
            below: input,
            own: Vec::new(),
            answered: 0,
            beliefs,
            missing: 0,
            joined: Vec::new(),
        })
    }

    /// Takes what nodes elsewhere gave at the layer that a batch waits at; parts that gave nothing are silent.
    ///
    /// # Errors
    /// [`SliceError`]: [`SliceError::Stale`] if the batch is gone. It is gone in any case.
    pub fn join(
        &mut self,
        batch: u64,
        arrived: Vec<(usize, Events)>,
    ) -> Result<Joined, SliceError> {
        let kept = self.batches.len();
        let place = self.batches.iter().position(|known| known.number == batch);
        let mut batch = place
            .and_then(|place| self.batches.remove(place))
            .ok_or(SliceError::Stale { batch, kept })?;
        let answered = arrived.iter().filter_map(|(part, _)| self.part(*part));
        batch.answered += answered.map(|part| part.cut.nodes).sum::<u32>();
        batch.own.extend(arrived.into_iter().map(|(_, events)| events));
        let rate = batch.rate;
        let errors = self.pass(&mut batch)?;
        Ok(Joined { errors, rate, progress: self.climb(batch)? })
    }

    /// Teaches the nodes here from an error on the newest question, one value a class; gives the question's number and
    /// the error for all parts that were asked it. A question is taught once.
    ///
    /// # Errors
    /// [`SliceError::Error`] or [`SliceError::Targets`] for what is no error, [`SliceError::Stale`] if there is no question.
    pub fn teach(
        &mut self,
        error: &[f32],
        learning_rate: f32,
    ) -> Result<(u64, ClassErrors), SliceError> {
        let wrong = error.iter().map(|value| value.abs()).sum::<f32>() / 2.0;
        let errors = ClassErrors { values: error.to_vec(), wrong: wrong.min(1.0) };
        errors.check(1, self.network.spec().classes as usize)?;
        let none = SliceError::Stale { batch: 0, kept: 0 };
        let (batch, joined) = self.question.take().ok_or(none)?;
        let plan = Plan { learning_rate, ..Plan::default() };
        for (home, events) in self.homes.iter_mut().zip(&joined) {
            home.learn(events, &errors, &plan, 0);
        }
        for part in self.parts.iter_mut().filter(|part| part.is_here) {
            part.teach(batch, &errors, &plan)?;
        }
        Ok((batch, errors))
    }

    /// Learning is called for, here and wherever nodes are: see [`LearningState::call_for_learning`].
    pub fn call_for_learning(&mut self, urgency: f32) {
        self.state.call_for_learning(urgency);
    }

    /// The whole network, with everything that is known of nodes elsewhere, and the state of its learning.
    ///
    /// # Errors
    /// [`NodeError`] never, as long as parts are of this network.
    pub fn gather(&mut self) -> Result<(Network, LearningState), NodeError> {
        for part in &self.parts {
            part.slice.write_back(&mut self.network, &mut self.state)?;
            self.state.layers[part.cut.layer as usize] = part.slice.homeostasis();
        }
        for home in &self.homes {
            home.write_back(&mut self.network, &mut self.state)?;
        }
        Ok((self.network.clone(), self.state.clone()))
    }

    fn part(&self, part: usize) -> Option<&Part> {
        self.parts[..self.cuts].get(part)
    }

    /// Lets layers fire from the one that the batch has come to, up to one that has nodes elsewhere.
    fn climb(&mut self, mut batch: Batch) -> Result<Progress, SliceError> {
        while batch.layer < self.homes.len() {
            let mut is_whole = true;
            for part in self.parts.iter_mut().filter(|it| it.cut.layer as usize == batch.layer) {
                if part.is_here {
                    batch.own.push(part.slice.forward(batch.number, &batch.below)?);
                    batch.answered += part.cut.nodes;
                }
                is_whole &= part.is_here;
            }
            if !is_whole {
                let layer = batch.layer as u32;
                if self.batches.len() >= BATCHES_MAX {
                    self.batches.pop_front();
                }
                self.batches.push_back(batch);
                return Ok(Progress::Waits { layer });
            }
            self.pass(&mut batch)?;
        }
        let fired = batch.joined.iter().map(|events| events.nodes().to_vec()).collect();
        let is_question = batch.labels.is_none();
        if is_question {
            self.question = Some((batch.number, batch.joined));
        }
        let correct = count_correct(&batch.beliefs, batch.labels.as_deref().unwrap_or_default());
        let (beliefs, missing) = (batch.beliefs, batch.missing);
        Ok(Progress::Done(Passed { beliefs, is_question, correct, missing, fired }))
    }

    /// Joins the events of the layer that a batch has come to; the layer learns, and the batch is at the next one.
    fn pass(&mut self, batch: &mut Batch) -> Result<Option<ClassErrors>, SliceError> {
        let layer = batch.layer;
        let mut own = core::mem::take(&mut batch.own);
        let nodes = self.network.spec().layers[layer].nodes;
        batch.missing += nodes.saturating_sub(core::mem::take(&mut batch.answered));
        // Silence of the layer, so that there is something to join where no part has answered.
        let mut silence = Events::new(nodes);
        (0..batch.below.samples()).for_each(|_| silence.end_sample());
        own.push(silence);
        let events = join(&own).ok_or(SliceError::Stale { batch: batch.number, kept: 0 })?;
        let beliefs = self.homes[layer].log_probabilities(&events)?;
        batch.beliefs.iter_mut().zip(beliefs).for_each(|(sum, belief)| *sum += belief);
        batch.layer += 1;
        let Some(labels) = &batch.labels else {
            batch.joined.push(events.clone());
            batch.below = events;
            return Ok(None);
        };
        let plan = Plan { learning_rate: batch.rate, ..Plan::default() };
        let errors = self.homes[layer].errors(&events, labels, &plan, 0)?;
        let here = |part: &&mut Part| part.is_here && part.cut.layer as usize == layer;
        for part in self.parts.iter_mut().filter(here) {
            part.teach(batch.number, &errors, &plan)?;
        }
        batch.below = events;
        Ok(Some(errors))
    }
}

impl Passed {
    /// The probability of each class: the product over layers, scaled to add up to 1. Of a question.
    pub fn probabilities(&self) -> Vec<f32> {
        let mut beliefs = self.beliefs.clone();
        log_softmax(&mut beliefs);
        beliefs.iter().map(|logarithm| exp(*logarithm)).collect()
    }
}

impl Part {
    /// A part that has come home meanwhile has not seen the batch, and learns nothing from it.
    fn teach(&mut self, batch: u64, errors: &ClassErrors, plan: &Plan) -> Result<(), SliceError> {
        match self.slice.teach(batch, Target::Errors(errors), plan, 0) {
            Err(SliceError::Stale { .. }) => Ok(()),
            taught => taught,
        }
    }
}

impl Cut {
    fn ids(self) -> impl Iterator<Item = NodeId> {
        let end = self.first.saturating_add(self.nodes);
        (self.first..end).map(move |index| NodeId::new(self.layer, index))
    }
}

fn count_correct(beliefs: &[f32], labels: &[u16]) -> u32 {
    let classes = beliefs.len() / labels.len().max(1);
    let is_right = |(beliefs, label): (&[f32], &u16)| {
        let mut best = 0;
        for (class, belief) in beliefs.iter().enumerate() {
            if *belief > beliefs[best] {
                best = class;
            }
        }
        best == usize::from(*label)
    };
    let rows = beliefs.chunks_exact(classes.max(1)).zip(labels);
    rows.filter(|row| is_right(*row)).count() as u32
}

#[cfg(test)]
mod tests;
