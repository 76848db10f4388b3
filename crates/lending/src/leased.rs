//! A borrower with its loan: what it answers its lender's statements, which it audits, and how the loan ends.

use crate::{
    Borrower, Complaint, Groups, InvalidState, Known, Message, Progress, Span, Unpaid, Verdict,
    amount_owed, audit_rate, limits, statement::Report,
};
use ledger::{
    Action,
    contracts::lending::{Loan, Receipt},
};
use neural::nodes::{Slice, wire};
use protocol::{encoding::encode, identity::Identity};
use std::collections::VecDeque;
use units::{Credits, Hash, UnixMillis};

/// Nodes on lease at their borrower's.
#[derive(Debug, Clone)]
pub struct Leased {
    loan: Loan,
    hours: Span,
    borrower: Borrower,
    /// Numbers that each of the nodes gathers.
    inputs: u32,
    /// Draws what is audited: 32 random bytes that nobody is told.
    secret: [u8; 32],
    reputation_percent: u8,
    /// Segments whose state is wanted, the oldest first.
    asked: VecDeque<u32>,
    /// The first of these was asked for: a lender shows what it is asked for, each time.
    awaits_state: bool,
    audits: u32,
    newest: Option<Receipt>,
    is_finishing: bool,
    /// The root of the state in which the nodes have come back.
    returned: Option<Hash>,
    is_over: bool,
}

/// Why nobody should go on working with a lender, and what to order because of it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub struct Breach {
    /// What it has done, as a sentence.
    pub reason: String,
    /// Its dispute, if that can be shown to everybody; otherwise the loan is given back.
    pub order: Box<Action>,
}

impl Leased {
    /// Nodes are lent in this state by the loan of that name; `room` is [`ledger::Genesis::name`], `reputation_percent` the
    /// lender's, of what the room's best has.
    ///
    /// # Errors
    /// [`InvalidState`] if it is not the state that the loan names.
    pub fn new(
        (room, name): (Hash, Hash),
        loan: Loan,
        hours: Span,
        slice: &Slice,
        secret: [u8; 32],
        reputation_percent: u8,
    ) -> Result<Self, InvalidState> {
        let (state, stated) = (state_of(slice)?, loan.state);
        let found = state.root();
        if found != stated {
            return Err(InvalidState::Root { found, stated });
        }
        let borrower = Borrower::new(room, name, loan.lender, &state);
        Ok(Self {
            loan,
            hours,
            borrower,
            inputs: slice.inputs(),
            secret,
            reputation_percent,
            asked: VecDeque::new(),
            awaits_state: false,
            audits: 0,
            newest: None,
            is_finishing: false,
            returned: None,
            is_over: false,
        })
    }

    /// Notes that the nodes are to fire on a batch, as it travels.
    pub fn fire(&mut self, batch: u64, below: &[u8]) {
        // What this device has written itself can be read.
        if let Ok(below) = wire::decode(below, self.inputs) {
            self.borrower.fire(batch, &below);
        }
    }

    /// Notes that errors of a batch are sent, as they travel.
    pub fn teach(&mut self, batch: u64, rate: f32, errors: Vec<u8>) {
        self.borrower.teach(batch, rate, errors);
    }

    /// Notes what the nodes gave on a batch.
    ///
    /// # Errors
    /// [`Breach`] if nobody has asked for it.
    pub fn fired(&mut self, batch: u64, fired: Vec<u8>) -> Result<(), Breach> {
        let noted = self.borrower.fired(batch, fired);
        noted.map_err(|complaint| self.breach(complaint))
    }

    /// What the lender says. Gives what is to be answered.
    ///
    /// # Errors
    /// [`Breach`] if the loan has to end.
    pub fn hear(
        &mut self,
        message: Message,
        identity: &Identity,
        now: UnixMillis,
    ) -> Result<Option<Message>, Breach> {
        match message {
            Message::Report(report) => self.stated(report)?,
            Message::State { segment, groups } => {
                if !self.awaits_state || self.asked.front() != Some(&segment) {
                    return Err(self.give_up(format!(
                        "it has shown a state before segment {segment} that nobody asked for"
                    )));
                }
                let state = groups.into_iter().map(serde_bytes::ByteBuf::into_vec).collect();
                match self.borrower.audit(segment, state) {
                    Ok(Verdict::Right) => self.audits += 1,
                    Ok(Verdict::Wrong(proof)) => {
                        let reason =
                            format!("segment {segment} is not what its nodes have computed");
                        return Err(self.dispute(reason, encode(&proof)));
                    }
                    Err(problem) => return Err(self.give_up(problem.to_string())),
                }
                self.asked.pop_front();
                self.awaits_state = false;
            }
            Message::AskState { .. } | Message::Receipt(_) => {
                return Err(self.give_up("it has sent what only borrowers send".to_owned()));
            }
        }
        self.answer(identity, now)
    }

    fn answer(&mut self, identity: &Identity, now: UnixMillis) -> Result<Option<Message>, Breach> {
        if let Some(segment) = self.asked.front().copied() {
            let is_first = !core::mem::replace(&mut self.awaits_state, true);
            return Ok(is_first.then_some(Message::AskState { segment }));
        }
        let is_stated = self.is_finishing && self.borrower.unstated() == 0;
        if is_stated && self.returned.is_some_and(|found| found != self.borrower.state()) {
            return Err(
                self.give_up("its nodes came back in another state than it signed".to_owned())
            );
        }
        Ok(self.receipt(identity, now))
    }

    /// The nodes have come back, in a state that is to be the one that the lender has signed.
    ///
    /// # Errors
    /// [`Breach`] if it is not, as far as is known by now.
    pub fn returned(
        &mut self,
        slice: &Slice,
        identity: &Identity,
        now: UnixMillis,
    ) -> Result<Option<Message>, Breach> {
        // What is asked for now and then tells of a moment within a segment.
        if !self.is_finishing {
            return Ok(None);
        }
        let state = state_of(slice).map_err(|problem| self.give_up(problem.to_string()))?;
        self.returned = Some(state.root());
        if self.borrower.unstated() == 0 { self.answer(identity, now) } else { Ok(None) }
    }

    fn stated(&mut self, report: Report) -> Result<(), Breach> {
        let statement = report.statement.clone();
        let taken = self.borrower.take_report(report);
        taken.map_err(|complaint| self.breach(complaint))?;
        let known = Known {
            stake: self.loan.terms.stake,
            segment_price: self.segment_price(),
            reputation_percent: self.reputation_percent,
        };
        if audit_rate(known).draws(&self.secret, &statement) {
            self.asked.push_back(statement.digests.segment);
        }
        if self.asked.len() > limits::SEGMENTS_KEPT {
            return Err(self.give_up("it does not show its states".to_owned()));
        }
        Ok(())
    }

    /// What its segments have cost so far, one by one.
    fn segment_price(&self) -> Credits {
        let events = self.borrower.events() / u64::from(self.borrower.segments().max(1));
        amount_owed(&self.loan.terms, core::time::Duration::ZERO, events).unwrap_or(Credits::MAX)
    }

    /// The nodes are wanted back: the segment ends here. The last receipt is signed when they are.
    pub fn finish(&mut self) {
        self.borrower.finish();
        self.is_finishing = true;
    }

    /// What is owed by now. The last one is signed when all is stated, or when the deposit is used up.
    fn receipt(&mut self, identity: &Identity, now: UnixMillis) -> Option<Message> {
        if self.is_over {
            return None;
        }
        let elapsed = self.hours.elapsed(now);
        let is_last = self.is_finishing && self.returned.is_some() && self.borrower.unstated() == 0;
        let signed = self.borrower.receipt(identity, &self.loan, elapsed, is_last);
        let receipt = match signed {
            Ok(receipt) => receipt,
            Err(Unpaid::Deposit { .. }) => {
                self.is_over = true;
                self.borrower.receipt(identity, &self.loan, elapsed, true).ok()?
            }
            // Prices beyond what money can be: the lender stops by itself.
            Err(_) => return None,
        };
        self.is_over |= is_last;
        self.newest = Some(receipt);
        Some(Message::Receipt(receipt))
    }

    /// Whether the last receipt is signed: there is nothing more to come of this loan.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Batches that the lender was sent and has not stated are so many segments that it does not work.
    pub fn is_stuck(&self) -> bool {
        self.borrower.unstated() as usize > limits::SEGMENTS_KEPT
    }

    /// What is to be ordered if the lender is gone: what it has a receipt for is its own.
    pub fn give_back(&self) -> Action {
        let owed = self.newest.as_ref().map_or(Credits::ZERO, |receipt| receipt.owed);
        Action::Return { loan: self.borrower.loan(), owed }
    }

    /// How it goes.
    pub fn progress(&self) -> Progress {
        Progress {
            segments: self.borrower.segments(),
            events: self.borrower.events(),
            owed: self.newest.as_ref().map_or(Credits::ZERO, |receipt| receipt.owed),
            audits: self.audits,
        }
    }

    /// As it stands in the ledger.
    pub fn loan(&self) -> &Loan {
        &self.loan
    }

    /// The lender's statements have stopped.
    pub fn stuck(&self) -> Breach {
        self.give_up("it does not state what its nodes do".to_owned())
    }

    fn breach(&self, complaint: Complaint) -> Breach {
        match complaint {
            Complaint::Fraud(proof) => {
                let reason = "it has signed two states for one moment".to_owned();
                self.dispute(reason, encode(&proof))
            }
            other => self.give_up(format!("it has sent {other}")),
        }
    }

    fn dispute(&self, reason: String, proof: Vec<u8>) -> Breach {
        let order = Box::new(Action::Dispute { loan: self.borrower.loan(), proof });
        Breach { reason, order }
    }

    fn give_up(&self, reason: String) -> Breach {
        Breach { reason, order: Box::new(self.give_back()) }
    }
}

/// The root of the state in which nodes are lent: what [`Action::Borrow`] puts down.
///
/// # Errors
/// [`InvalidState`] for more than can be checked.
pub fn root_of(slice: &Slice) -> Result<Hash, InvalidState> {
    Ok(state_of(slice)?.root())
}

fn state_of(slice: &Slice) -> Result<Groups, InvalidState> {
    let mut slice = slice.clone();
    slice.forget_batches();
    Groups::of(&slice)
}
