//! The borrower's side: what it has sent, what has come back, and whether a lender's statements are about these.

use crate::{
    audit::{Audit, InvalidAudit, Verdict},
    groups::Groups,
    limits,
    operation::{Operation, Size},
    proof::FraudProof,
    statement::{Report, Statement},
    transcript::{self, Segment},
};
use ledger::merkle;
use neural::{Events, nodes::wire};
use std::collections::VecDeque;
use units::{Hash, PeerId};

/// Nodes on lease.
#[derive(Debug, Clone)]
pub struct Borrower {
    room: Hash,
    loan: Hash,
    lender: PeerId,
    /// The root and the groups' number of the state that the next statement must begin with.
    state: Hash,
    groups: u32,
    /// The newest segments, the current one last.
    segments: VecDeque<Sent>,
    /// The newest statement.
    newest: Option<Statement>,
    /// Segments that have been stated.
    stated: u32,
    events: u64,
    transcript: Hash,
}

#[derive(Debug, Clone, Default)]
struct Sent {
    segment: Segment,
    /// Batches on which the nodes were to fire, in order.
    asked: Vec<u64>,
    /// What came back, in order.
    fired: Vec<Vec<u8>>,
    is_over: bool,
    report: Option<Report>,
}

/// What no honest lender does: nobody should go on working with it. What of it is fraud that can be shown, an audit shows.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Complaint {
    /// Events that nobody has asked for, or out of order.
    #[error("events on batch {batch}, which is not the next that the nodes were to fire on")]
    Unasked {
        /// As given.
        batch: u64,
    },
    /// Bytes that are longer than a batch.
    #[error("events of {size_bytes} bytes, more than a batch has")]
    Long {
        /// How many.
        size_bytes: usize,
    },
    /// A statement that is not the next, or is of another room or loan.
    #[error("a statement of segment {segment} where that of segment {expected} is due")]
    Unexpected {
        /// As given.
        segment: u32,
        /// Which would be right.
        expected: u32,
    },
    /// A statement about something else than was sent and came back.
    #[error("a statement of segment {segment} that is wrong about its {what}")]
    Differs {
        /// Which.
        segment: u32,
        /// In which respect.
        what: &'static str,
    },
    /// A statement that does not begin where the one before it, or the loan, says: fraud, which this shows.
    #[error("a statement that does not begin with the state before it")]
    Fraud(Box<FraudProof>),
    /// A statement that the lender has not signed.
    #[error("a statement of segment {segment} that the lender has not signed")]
    Unsigned {
        /// Which.
        segment: u32,
    },
}

impl Borrower {
    /// Nodes are lent in this state by the loan of that name; `room` is [`ledger::Genesis::name`].
    pub fn new(room: Hash, loan: Hash, lender: PeerId, state: &Groups) -> Self {
        Self {
            room,
            loan,
            lender,
            state: state.root(),
            groups: state.leaves().len() as u32,
            segments: VecDeque::from([Sent::default()]),
            newest: None,
            stated: 0,
            events: 0,
            transcript: state.root(),
        }
    }

    /// Notes that the nodes are to fire on a batch; gives what has to be sent.
    pub fn fire(&mut self, batch: u64, below: &Events) -> Vec<u8> {
        let bytes = wire::encode(below);
        let size = Size { rows: below.samples(), events: below.count(), bytes: bytes.len() };
        self.current().asked.push(batch);
        self.push(Operation::Fire { batch, below: bytes.clone() }, size);
        bytes
    }

    /// Notes that errors of a batch are sent, as [`wire::encode_errors`] has written them.
    pub fn teach(&mut self, batch: u64, rate: f32, errors: Vec<u8>) {
        let size = Size { bytes: errors.len(), ..Size::default() };
        self.push(Operation::Teach { batch, rate, errors }, size);
    }

    fn current(&mut self) -> &mut Sent {
        self.segments.back_mut().expect("there is a current segment")
    }

    fn push(&mut self, operation: Operation, size: Size) {
        if self.current().segment.push(operation, size) {
            self.end_segment();
        }
    }

    /// Ends the segment early, because the nodes are wanted back.
    pub fn finish(&mut self) {
        if !self.current().segment.operations.is_empty() {
            self.end_segment();
        }
    }

    fn end_segment(&mut self) {
        let current = self.current();
        current.is_over = true;
        let (mut segment, carried) = current.segment.next();
        for (operation, size) in carried {
            segment.push(operation, size);
        }
        self.segments.push_back(Sent { segment, ..Sent::default() });
    }

    /// Notes what the nodes gave on a batch, which come in the order in which they were asked for.
    ///
    /// # Errors
    /// [`Complaint`] if they do not, or it is too long.
    pub fn fired(&mut self, batch: u64, fired: Vec<u8>) -> Result<(), Complaint> {
        let size_bytes = fired.len();
        if size_bytes > limits::BATCH_BYTES_MAX {
            return Err(Complaint::Long { size_bytes });
        }
        let waits = |sent: &&mut Sent| sent.fired.len() < sent.asked.len();
        let waiting = self.segments.iter_mut().find(waits);
        let Some(sent) = waiting.filter(|sent| sent.asked[sent.fired.len()] == batch) else {
            return Err(Complaint::Unasked { batch });
        };
        sent.segment.push_output(&fired);
        sent.fired.push(fired);
        Ok(())
    }

    /// Takes the statement of the next segment. It is about what was sent and came back; whether it is right, an audit shows.
    ///
    /// # Errors
    /// [`Complaint`] if it is about anything else.
    pub fn take_report(&mut self, report: Report) -> Result<(), Complaint> {
        let said = &report.statement.digests;
        let segment = said.segment;
        let expected = self.stated;
        let due = self.segments.iter_mut().find(|sent| sent.is_over && sent.report.is_none());
        let is_ours = report.statement.room == self.room && report.statement.loan == self.loan;
        let Some(sent) = due.filter(|_| is_ours && segment == expected) else {
            return Err(Complaint::Unexpected { segment, expected });
        };
        let ours = sent.segment.digests(self.state, said.after);
        let of_groups = (report.statement.groups, report.leaves.len());
        let right = [
            ("inputs", ours.inputs == said.inputs),
            ("outputs", ours.outputs == said.outputs && ours.portions == said.portions),
            ("groups", of_groups == (self.groups, self.groups as usize)),
            ("state after", merkle::root(&report.leaves) == said.after),
        ];
        let signed = report.statement.verify(self.lender);
        signed.map_err(|_| Complaint::Unsigned { segment })?;
        if said.before != self.state {
            let other = report.statement;
            let proof = match self.newest.clone() {
                Some(one) => FraudProof::Break { one, other },
                None => FraudProof::Start { statement: other },
            };
            return Err(Complaint::Fraud(Box::new(proof)));
        }
        if let Some((what, _)) = right.into_iter().find(|(_, is_right)| !is_right) {
            return Err(Complaint::Differs { segment, what });
        }
        self.state = said.after;
        self.newest = Some(report.statement.clone());
        self.stated += 1;
        self.transcript = transcript::extend(self.transcript, said);
        self.events += sent.segment.events();
        sent.report = Some(report);
        let known = self.segments.iter().filter(|sent| sent.report.is_some()).count();
        if known > limits::SEGMENTS_KEPT {
            self.segments.pop_front();
        }
        Ok(())
    }

    /// Checks a stated segment by computing it again from the state before it, which the lender has sent.
    ///
    /// # Errors
    /// [`InvalidAudit`] if it cannot be checked: it is too old, or the state is not what the lender has signed.
    pub fn audit(&self, segment: u32, state: Vec<Vec<u8>>) -> Result<Verdict, InvalidAudit> {
        let known = self.segments.iter().find(|sent| sent.segment.number == segment);
        let known = known.and_then(|sent| sent.report.as_ref().map(|report| (sent, report)));
        let (sent, report) = known.ok_or(InvalidAudit::Unknown { segment })?;
        let operations = &sent.segment.operations;
        Audit { report, operations, fired: &sent.fired }.run(state)
    }

    /// The room's name.
    pub fn room(&self) -> Hash {
        self.room
    }

    /// The loan's name.
    pub fn loan(&self) -> Hash {
        self.loan
    }

    /// What the nodes were told in a segment; `None` if it is no longer, or not yet, known.
    pub fn operations_of(&self, segment: u32) -> Option<&[Operation]> {
        let known = self.segments.iter().find(|sent| sent.segment.number == segment)?;
        Some(&known.segment.operations)
    }

    /// Segments whose statements have come, which a receipt counts.
    pub fn segments(&self) -> u32 {
        self.stated
    }

    /// Segments that were sent and not stated yet. A lender that lets more than [`limits::SEGMENTS_KEPT`] wait does not work.
    pub fn unstated(&self) -> u32 {
        self.segments.iter().filter(|sent| sent.is_over && sent.report.is_none()).count() as u32
    }

    /// Events that were sent in segments that are stated.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The root of the state after all segments that are stated.
    pub fn state(&self) -> Hash {
        self.state
    }

    /// The hash over all segments that are stated.
    pub fn transcript(&self) -> Hash {
        self.transcript
    }
}
