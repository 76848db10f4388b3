//! A lender with its loan: what it answers its borrower, and what it has to claim in the end.

use crate::{Account, InvalidOperation, Lender, Message, NotLent, PoorReceipt, Unpaid, lender};
use core::time::Duration;
use ledger::{
    Action,
    contracts::lending::{Loan, Receipt},
};
use neural::nodes::Slice;
use protocol::identity::Identity;
use serde_bytes::ByteBuf;
use units::{Credits, Hash, UnixMillis};

/// Nodes on lease at their lender's.
#[derive(Debug, Clone)]
pub struct Lent {
    room: Hash,
    name: Hash,
    loan: Loan,
    hours: Span,
    lender: Lender,
    account: Account,
}

/// What has to be sent back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Done {
    /// What the nodes gave, as it travels.
    pub fired: Option<Vec<u8>>,
    /// What is to be said besides.
    pub message: Option<Message>,
}

/// Why a lender stops: its nodes go, and it claims what it has a receipt for.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Stop {
    /// What no borrower of good will sends.
    #[error(transparent)]
    Operation(#[from] InvalidOperation),
    /// The borrower does not pay.
    #[error(transparent)]
    Unpaid(#[from] Unpaid),
    /// A receipt that is worth too little.
    #[error(transparent)]
    Receipt(#[from] PoorReceipt),
    /// The loan's time is over.
    #[error("the loan's time is over")]
    Over,
    /// The ledger has no such loan any more, or somebody has begun to end it there.
    #[error("the loan ends in the ledger")]
    Closing,
    /// A message that only lenders send.
    #[error("a message that only lenders send")]
    Unexpected,
}

/// How a loan goes, as far as one side knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Segments that were stated.
    pub segments: u32,
    /// Events that were sent in them.
    pub events: u64,
    /// What the borrower has signed that it owes.
    pub owed: Credits,
    /// Segments that were computed again.
    pub audits: u32,
}

impl Lent {
    /// Nodes that have come for a loan, which has that name; `room` is [`ledger::Genesis::name`].
    ///
    /// # Errors
    /// [`NotLent`] if they are not what the ledger says.
    pub fn new(
        (room, name): (Hash, Hash),
        loan: Loan,
        hours: Span,
        slice: Slice,
    ) -> Result<Self, NotLent> {
        let lender = Lender::new(room, name, &loan, slice)?;
        Ok(Self { room, name, loan, hours, lender, account: Account::default() })
    }

    /// Has the nodes fire on a batch.
    ///
    /// # Errors
    /// [`Stop`] if nothing more is done for this borrower.
    pub fn fire(
        &mut self,
        batch: u64,
        below: Vec<u8>,
        identity: &Identity,
        now: UnixMillis,
    ) -> Result<Done, Stop> {
        self.check(now)?;
        let answer = self.lender.fire(batch, below, identity)?;
        Ok(self.done(answer))
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
        now: UnixMillis,
    ) -> Result<Done, Stop> {
        self.check(now)?;
        let answer = self.lender.teach(batch, rate, errors, identity)?;
        Ok(self.done(answer))
    }

    /// Says that the nodes have learnt from a batch, and spares itself the work.
    #[cfg(feature = "cheats")]
    pub fn skip_lesson(
        &mut self,
        batch: u64,
        rate: f32,
        errors: Vec<u8>,
        identity: &Identity,
    ) -> Done {
        let answer = self.lender.skip_lesson(batch, rate, errors, identity);
        self.done(answer)
    }

    /// The borrower wants its nodes back: the segment ends here.
    pub fn finish(&mut self, identity: &Identity) -> Option<Message> {
        let report = self.lender.finish(identity);
        self.done(lender::Answer { fired: None, report }).message
    }

    fn check(&self, now: UnixMillis) -> Result<(), Stop> {
        if now > self.hours.until {
            return Err(Stop::Over);
        }
        let elapsed = self.hours.elapsed(now);
        Ok(self.account.check(&self.loan, elapsed, self.lender.events())?)
    }

    fn done(&mut self, answer: lender::Answer) -> Done {
        let message = answer.report.map(|report| {
            self.account.stated(&self.lender);
            Message::Report(report)
        });
        Done { fired: answer.fired, message }
    }

    /// What the borrower says. Gives what is to be answered.
    ///
    /// # Errors
    /// [`Stop`] if nothing more is done for this borrower.
    pub fn hear(&mut self, message: Message, now: UnixMillis) -> Result<Option<Message>, Stop> {
        match message {
            Message::AskState { segment } => {
                let state = self.lender.state(segment);
                // Of a state that is no longer known nothing can be said, and the borrower will ask no more.
                let groups = state.unwrap_or_default().iter().map(|it| ByteBuf::from(it.clone()));
                Ok(Some(Message::State { segment, groups: groups.collect() }))
            }
            Message::Receipt(receipt) => {
                let of = (self.room, self.name, &self.loan);
                self.account.take_receipt(receipt, of, self.hours.elapsed(now))?;
                Ok(None)
            }
            Message::Report(_) | Message::State { .. } => Err(Stop::Unexpected),
        }
    }

    /// Its loan, by the order that opened it.
    pub fn loan(&self) -> Hash {
        self.name
    }

    /// The newest receipt.
    pub fn receipt(&self) -> Option<&Receipt> {
        self.account.newest()
    }

    /// What is to be ordered when its nodes are gone: it claims what it has a receipt for, or else gives the loan up.
    pub fn claim(&self) -> Action {
        match self.account.newest() {
            Some(receipt) => Action::Claim(*receipt),
            None => Action::Return { loan: self.name, owed: Credits::ZERO },
        }
    }

    /// How it goes.
    pub fn progress(&self) -> Progress {
        Progress {
            segments: self.lender.segments(),
            events: self.lender.events(),
            owed: self.account.newest().map_or(Credits::ZERO, |receipt| receipt.owed),
            audits: 0,
        }
    }

    /// The nodes.
    pub fn slice(&self) -> &Slice {
        self.lender.slice()
    }
}

/// When work for a loan begins and ends, by the clock of one side: clocks of two sides may be hours apart, but run as fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// When it begins.
    pub since: UnixMillis,
    /// When it has to be over.
    pub until: UnixMillis,
}

impl Span {
    /// What is left of a loan that its side takes up at `now`, when the room's clock says `room_time`.
    pub fn of(loan: &Loan, now: UnixMillis, room_time: UnixMillis) -> Self {
        let whole_ms = loan.until.0.saturating_sub(loan.since.0);
        let left_ms = loan.until.0.saturating_sub(room_time.0).min(whole_ms);
        Self { since: now, until: UnixMillis(now.0.saturating_add(left_ms)) }
    }

    /// How long it has lasted.
    pub fn elapsed(&self, now: UnixMillis) -> Duration {
        Duration::from_millis(now.0.saturating_sub(self.since.0))
    }

    /// How long it lasts.
    pub fn whole(&self) -> Duration {
        self.elapsed(self.until)
    }
}
