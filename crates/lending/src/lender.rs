//! The lender's side: nodes that work for somebody, and statements of what they did.

use crate::{
    groups::{Groups, InvalidState},
    limits,
    operation::{InvalidOperation, Operation},
    statement::{Report, Statement},
    transcript::{self, Segment},
};
use ledger::contracts::lending::{Loan, Terms};
use neural::nodes::{Slice, wire};
use protocol::identity::Identity;
use std::collections::VecDeque;
use units::Hash;

/// Lent nodes at work. Whoever cannot go on where it left off (the device has slept, its memory is gone) must end the loan: a
/// second statement of the same segment is fraud.
#[derive(Debug, Clone)]
pub struct Lender {
    room: Hash,
    loan: Hash,
    slice: Slice,
    groups: u32,
    current: Segment,
    /// States at the beginning of the newest segments, the current one's last.
    states: VecDeque<(u32, Groups)>,
    events: u64,
    transcript: Hash,
}

/// What has to be sent back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// What the nodes gave, as [`wire::encode`] writes it.
    pub fired: Option<Vec<u8>>,
    /// What ended with it.
    pub report: Option<Report>,
}

/// Nodes that are not those of a loan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotLent {
    /// More than can be checked, or another state than the borrower has put down.
    #[error(transparent)]
    State(#[from] InvalidState),
    /// More than the terms say.
    #[error("{nodes} nodes of {inputs} inputs, where {} of {} are lent", terms.nodes, terms.inputs_max)]
    Terms {
        /// How many came.
        nodes: usize,
        /// From how many each gathers.
        inputs: u32,
        /// What was agreed on.
        terms: Terms,
    },
}

impl Lender {
    /// Nodes that have come for a loan, which has that name; `room` is [`ledger::Genesis::name`].
    ///
    /// # Errors
    /// [`NotLent`] if they are not what the ledger says.
    pub fn new(room: Hash, loan: Hash, of_loan: &Loan, mut slice: Slice) -> Result<Self, NotLent> {
        let (nodes, inputs, terms) = (slice.ids().len(), slice.inputs(), of_loan.terms);
        if nodes > terms.nodes as usize || inputs > terms.inputs_max {
            return Err(NotLent::Terms { nodes, inputs, terms });
        }
        slice.forget_batches();
        let state = Groups::of(&slice)?;
        let (found, stated) = (state.root(), of_loan.state);
        if found != stated {
            return Err(InvalidState::Root { found, stated }.into());
        }
        let groups = state.leaves().len() as u32;
        let (current, states) = (Segment::default(), VecDeque::from([(0, state)]));
        let (events, transcript) = (0, stated);
        Ok(Self { room, loan, slice, groups, current, states, events, transcript })
    }

    /// Has the nodes fire on a batch.
    ///
    /// # Errors
    /// [`InvalidOperation`] for what no borrower of good will sends; nothing has then happened.
    pub fn fire(
        &mut self,
        batch: u64,
        below: Vec<u8>,
        identity: &Identity,
    ) -> Result<Answer, InvalidOperation> {
        self.perform(Operation::Fire { batch, below }, identity)
    }

    /// Has the nodes learn from a batch.
    ///
    /// # Errors
    /// As [`Self::fire`].
    pub fn teach(
        &mut self,
        batch: u64,
        rate: f32,
        errors: Vec<u8>,
        identity: &Identity,
    ) -> Result<Answer, InvalidOperation> {
        self.perform(Operation::Teach { batch, rate, errors }, identity)
    }

    /// Says that the nodes have learnt from a batch, and spares itself the work.
    #[cfg(feature = "cheats")]
    pub(crate) fn skip_lesson(
        &mut self,
        batch: u64,
        rate: f32,
        errors: Vec<u8>,
        identity: &Identity,
    ) -> Answer {
        let size = crate::operation::Size { bytes: errors.len(), ..Default::default() };
        let is_over = self.current.push(Operation::Teach { batch, rate, errors }, size);
        self.current.forget_taught();
        let report = is_over.then(|| self.end_segment(identity));
        Answer { fired: None, report }
    }

    fn perform(
        &mut self,
        operation: Operation,
        identity: &Identity,
    ) -> Result<Answer, InvalidOperation> {
        let done = operation.perform(&mut self.slice)?;
        let fired = done.fired.map(|events| wire::encode(&events));
        if let Some(fired) = &fired {
            self.current.push_output(fired);
        }
        let is_over = self.current.push(operation, done.size);
        self.current.forget_taught();
        let report = is_over.then(|| self.end_segment(identity));
        Ok(Answer { fired, report })
    }

    /// Ends the segment early, because the borrower wants its nodes back; nothing if it has not begun.
    pub fn finish(&mut self, identity: &Identity) -> Option<Report> {
        let has_begun = !self.current.operations.is_empty();
        has_begun.then(|| self.end_segment(identity))
    }

    fn end_segment(&mut self, identity: &Identity) -> Report {
        let before = self.states.back().expect("the current segment's state is kept").1.root();
        let oldest = (self.states.len() > limits::SEGMENTS_KEPT).then(|| self.states.pop_front());
        let memory = oldest.flatten().map(|(_, state)| state).unwrap_or_default();
        let state = memory.become_those_of(&self.slice).expect("a slice keeps its size");
        let digests = self.current.digests(before, state.root());
        self.events += self.current.events();
        self.transcript = transcript::extend(self.transcript, &digests);
        let statement = Statement::sign(identity, (self.room, self.loan, self.groups), digests);
        let leaves = state.leaves().to_vec();
        let (next, carried) = self.current.next();
        self.current = next;
        let is_carried = |batch| carried.iter().any(|(operation, _)| operation.batch() == batch);
        self.slice.forget_batches_but(is_carried);
        for (operation, size) in carried {
            // What the nodes remember need not be read again.
            if !self.slice.gather_again(operation.batch()) {
                operation.perform(&mut self.slice).expect("what they could take once");
            }
            self.current.push(operation, size);
        }
        self.states.push_back((self.current.number, state));
        Report { statement, leaves }
    }

    /// The state before a segment, group by group: what an audit asks for; `None` if it is no longer, or not yet, known.
    pub fn state(&self, segment: u32) -> Option<&[Vec<u8>]> {
        let (_, state) = self.states.iter().find(|(number, _)| *number == segment)?;
        Some(state.encodings())
    }

    /// Segments that are over.
    pub fn segments(&self) -> u32 {
        self.current.number
    }

    /// Events that have come in segments that are over.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The hash over all segments that are over: what a receipt has to name.
    pub fn transcript(&self) -> Hash {
        self.transcript
    }

    /// The nodes.
    pub fn slice(&self) -> &Slice {
        &self.slice
    }
}
