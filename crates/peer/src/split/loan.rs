//! Parts that are on lease: found, ordered in the room's ledger, opened, ended, and found again elsewhere when a lender fails.
//!
//! ```text
//!          Seek              Root, Order           recorded           all that lending does        Return
//! wanted ─────► (an offer) ─────────────► ordered ─────────► open ───────────────────────► open ─────────► ending ─► over
//!   ▲                                        │ refused        │ gone, silent, wrong
//!   └────────────────────────────────────────┴────────────────┘ the loan is given back, or disputed
//! ```
//! What is checked and signed within a loan is the crate `lending`'s; see `docs/adr/0007-checked-lending.md`.

use super::{
    Action, Around, Purpose, Split,
    leasing::{Chosen, Leasing, Stage, Taken},
    owner::{REFUSED_PAUSE, SLOW_PAUSE},
    part::{Part, Place},
    view::{LoanStage, LoanView},
};
use crate::{
    event::Event,
    job::{LoanAnswer, LoanJob, LoanNote, LoanProgress, SplitJob},
};
use ::core::time::Duration;
use neural::nodes::Cut;
use protocol::{encoding::encode, split::SplitMessage};
use units::{Credits, Hash, Instant, PeerId};

/// Between two looks for an offer, where there is none.
const SEEK_INTERVAL: Duration = Duration::from_secs(2);

/// Between two questions to a lender whose ledger does not have the loan yet, and how often it is asked.
const ASK_AGAIN: Duration = Duration::from_millis(500);
const ASKED_MAX: u32 = 40;

/// Batches that a lender may have to answer: what it is sent, it has to do, however late.
const UNANSWERED_MAX: usize = 32;

/// So long before its end nodes are asked back, so that the last receipt is in time.
const BEFORE_THE_END: Duration = Duration::from_secs(60);

const GONE: &str = "its lender is gone";

impl Split {
    /// Parts are to be on lease. They rest until their lenders have them: what they cost is what this device does without.
    pub(crate) fn lease(&mut self, taken: Vec<Taken>, around: &Around<'_>) {
        for Taken { cut, chosen, hours, only } in taken {
            let mut part = Part::new(cut, None, around.now);
            let until = around.now + Duration::from_secs(3_600 * u64::from(hours));
            part.leasing = Some(Leasing::new(Stage::Ordering(chosen), until, only));
            self.coming.push(part);
        }
        self.advance(around);
    }

    /// Cuts the network anew, when no batch is on its way, where parts have come to it.
    pub(super) fn take_parts_in(&mut self) {
        if self.coming.is_empty() || !self.flights.flights.is_empty() {
            return;
        }
        let first = self.parts.len();
        self.parts.append(&mut self.coming);
        let cuts = self.parts.iter().map(|part| part.cut).collect();
        self.work(SplitJob::Begin { cuts }, Purpose::Quiet);
        for number in 0..self.parts.len() {
            let part = &self.parts[number];
            if part.host().is_some() || part.leasing.is_some() {
                self.work(SplitJob::Place { part: number as u16, here: false }, Purpose::Quiet);
            }
            if number >= first {
                self.work(SplitJob::Root { part: number as u16 }, Purpose::Root(number as u16));
            }
        }
    }

    /// Whether nodes of the lowest layer are elsewhere, or are to be.
    pub(crate) fn sends_rows(&self) -> bool {
        self.cuts().iter().any(|cut| cut.layer == 0)
    }

    /// Nodes of each layer that are in parts, or are to be.
    pub(crate) fn cuts(&self) -> Vec<Cut> {
        self.parts.iter().chain(&self.coming).map(|part| part.cut).collect()
    }

    /// Whether a device is not asked to carry anything for now.
    pub(crate) fn is_shunned(&self, peer: PeerId, now: Instant) -> bool {
        self.carriers.iter().any(|it| it.peer == peer && now < it.shunned_until)
    }

    /// What is due of loans by now.
    pub(super) fn advance_loans(&mut self, around: &Around<'_>) {
        let now = around.now;
        for number in 0..self.parts.len() {
            let part = &mut self.parts[number];
            let Some(leasing) = &mut part.leasing else { continue };
            match leasing.stage {
                Stage::Wanted(_) if self.gathering || now + BEFORE_THE_END >= leasing.until => {
                    leasing.stage = Stage::Over;
                }
                // What the ledger still records of it is given back then.
                Stage::Sought | Stage::Ordering(_) | Stage::Ordered(..) if self.gathering => {
                    self.look_elsewhere(number as u16, "its nodes were called home", now);
                }
                Stage::Wanted(at) if now >= at => {
                    leasing.stage = Stage::Sought;
                    let inputs = self.inputs[part.cut.layer as usize];
                    let shape = [part.cut.nodes, inputs];
                    self.actions.push(Action::Seek(number as u16, shape));
                }
                Stage::Open(chosen, loan, asked) if part.place == Place::Home => {
                    let is_there = around.connected.contains(&chosen.lender);
                    if self.gathering || asked >= ASKED_MAX || !is_there {
                        let reason = if is_there { "its lender does not take them" } else { GONE };
                        self.drop_loan(number as u16, reason, now);
                    } else if now >= part.seek_at {
                        leasing.stage = Stage::Open(chosen, loan, asked + 1);
                        part.seek_at = now + ASK_AGAIN * 4;
                        self.ask_to_carry(number as u16, chosen.lender, Some(loan), now);
                    }
                }
                Stage::Open(..) if now >= leasing.until => {
                    if let Place::Away(host) = part.place {
                        self.call_home(number as u16, host, now);
                    }
                }
                Stage::Ending(..)
                    if leasing.deadline(part.place, part.since).is_some_and(|at| now >= at) =>
                {
                    self.drop_loan(number as u16, "its lender has not stated all of it", now);
                }
                _ => {}
            }
        }
    }

    /// An offer for a part was found, or not.
    pub(crate) fn found(&mut self, number: u16, chosen: Option<Chosen>, around: &Around<'_>) {
        let part = self.parts.get_mut(usize::from(number));
        let leasing = part.and_then(|part| part.leasing.as_mut());
        let Some(leasing) = leasing.filter(|it| it.stage == Stage::Sought) else { return };
        match chosen {
            Some(chosen) => {
                leasing.stage = Stage::Ordering(chosen);
                self.work(SplitJob::Root { part: number }, Purpose::Root(number));
            }
            None => leasing.stage = Stage::Wanted(around.now + SEEK_INTERVAL),
        }
        self.advance(around);
    }

    /// Hours until a part's lease is to end.
    pub(crate) fn hours(&self, number: u16, now: Instant) -> u32 {
        let part = self.parts.get(usize::from(number));
        let until = part.and_then(|part| part.leasing.as_ref()).map_or(now, |it| it.until);
        let left = until.saturating_duration_since(now);
        (left.as_secs().div_ceil(3_600) as u32).max(1)
    }

    /// The state in which a part is to be lent is known.
    pub(super) fn root_known(&mut self, number: u16, state: Hash, now: Instant) {
        let hours = self.hours(number, now);
        let Some(leasing) = self.leasing(number) else { return };
        if let Stage::Ordering(Chosen { offer, deposit, .. }) = leasing.stage {
            let action = ledger::Action::Borrow { offer, state, hours, deposit };
            self.actions.push(Action::Borrow(number, Box::new(action)));
        }
    }

    /// The ledger has taken an order for a part, or refused it.
    pub(crate) fn ordered(
        &mut self,
        number: u16,
        result: Result<Hash, String>,
        around: &Around<'_>,
    ) {
        let Some(leasing) = self.leasing(number) else { return };
        let Stage::Ordering(chosen) = leasing.stage else { return };
        match result {
            Ok(loan) => {
                leasing.stage = Stage::Ordered(chosen, loan);
                self.tell_loan(number);
            }
            Err(reason) => self.look_elsewhere(number, &reason, around.now),
        }
        self.advance(around);
    }

    /// Whether a part is on lease by that loan.
    pub(crate) fn has_loan(&self, loan: Hash) -> bool {
        self.parts.iter().any(|part| part.leasing.as_ref().and_then(Leasing::loan) == Some(loan))
    }

    /// A loan is to end before its time, and none is to take its place.
    pub(crate) fn give_up(&mut self, loan: Hash, around: &Around<'_>) {
        for number in 0..self.parts.len() {
            let part = &mut self.parts[number];
            let place = part.place;
            let Some(leasing) = part.leasing.as_mut().filter(|it| it.loan() == Some(loan)) else {
                continue;
            };
            leasing.until = around.now;
            match (leasing.stage, place) {
                (Stage::Ordered(..), _) => {
                    self.tell_end(number as u16, "it was ended before the ledger had it");
                    if let Some(leasing) = self.leasing(number as u16) {
                        leasing.stage = Stage::Over;
                    }
                }
                (Stage::Open(..), Place::Home) => self.drop_loan(number as u16, "", around.now),
                // Away, it is called home as at its end.
                _ => {}
            }
        }
        self.advance(around);
    }

    /// Whether an order is one that a part waits for.
    pub(crate) fn awaits_order(&self, order: Hash) -> bool {
        let stage = |part: &Part| part.leasing.as_ref().map(|it| it.stage);
        let is_it = |part: &Part| matches!(stage(part), Some(Stage::Ordered(_, it)) if it == order);
        self.parts.iter().any(is_it)
    }

    /// The ledger has recorded an order of this device, or cannot.
    pub(crate) fn recorded(
        &mut self,
        order: Hash,
        result: Result<(), String>,
        secret: [u8; 32],
        around: &Around<'_>,
    ) {
        let is_it = |part: &Part| {
            let stage = part.leasing.as_ref().map(|it| it.stage);
            matches!(stage, Some(Stage::Ordered(_, loan)) if loan == order)
        };
        let Some(number) = self.parts.iter().position(is_it) else { return };
        let number = number as u16;
        let Some(leasing) = self.leasing(number) else { return };
        let Stage::Ordered(chosen, loan) = leasing.stage else { return };
        match result {
            Ok(()) => {
                leasing.stage = Stage::Opening(chosen, loan);
                let job = LoanJob::Open { part: number, loan, secret };
                self.work(SplitJob::Loan(job), Purpose::Open(number));
            }
            Err(reason) => self.look_elsewhere(number, &reason, around.now),
        }
        self.advance(around);
    }

    /// The workbench cannot say in which state a part is to be lent, or take up its loan: there is none.
    pub(super) fn not_opened(&mut self, number: u16, reason: &str, now: Instant) {
        let Some(leasing) = self.leasing(number) else { return };
        match leasing.stage {
            Stage::Ordering(_) => leasing.only = true,
            Stage::Opening(_, loan) => {
                let order = ledger::Action::Return { loan, owed: Credits::ZERO };
                self.actions.push(Action::Order(encode(&order)));
            }
            _ => return,
        }
        self.look_elsewhere(number, reason, now);
    }

    /// A lender has written.
    pub(crate) fn handle_letter(
        &mut self,
        from: PeerId,
        number: u16,
        letter: Vec<u8>,
        around: &Around<'_>,
    ) {
        let Some(leasing) = self.leasing(number) else { return };
        if leasing.chosen().is_some_and(|chosen| chosen.lender == from) && leasing.is_open() {
            self.carrier(from).heard();
            let job = LoanJob::Hear { part: number, letter };
            self.work(SplitJob::Loan(job), Purpose::Loan);
        }
        self.advance(around);
    }

    /// The largest letter on `bulk` that a lender may have to send.
    pub(super) fn letter_bytes_max(&self) -> usize {
        let leased = self.parts.iter().filter(|part| part.leasing.is_some());
        // Each group of eight nodes has the readout's thresholds once more.
        leased.map(|part| 2 * part.size_bytes + 65_536).max().unwrap_or(0)
    }

    /// What has come of work on loans.
    pub(super) fn loan_answers(&mut self, answers: Vec<(u16, LoanAnswer)>, around: &Around<'_>) {
        let now = around.now;
        for (number, answer) in answers {
            if let Some(order) = answer.order {
                self.actions.push(Action::Order(order));
            }
            let (id, Some(leasing)) = (self.id, self.leasing(number)) else { continue };
            if let Some(progress) = answer.progress {
                leasing.progress = progress;
            }
            if let Some(lasts) = answer.lasts
                && let Stage::Opening(chosen, loan) = leasing.stage
            {
                leasing.stage = Stage::Open(chosen, loan, 0);
                // It has come to be: should it fail, another one takes its place.
                leasing.only = false;
                // What was planned, or given up meanwhile, ends no later for it.
                leasing.until = leasing.until.min(now + lasts.saturating_sub(BEFORE_THE_END));
                self.parts[usize::from(number)].seek_at = now;
                self.tell_loan(number);
                continue;
            }
            let Some(Chosen { lender, .. }) = leasing.chosen() else { continue };
            if let Some(letter) = answer.letter {
                self.actions.push(Action::Write(lender, id, number, letter));
            }
            if let Some(reason) = answer.breach {
                self.carrier(lender).shun(now + SLOW_PAUSE);
                self.lose_loan(number, &reason, now);
            } else if answer.is_over {
                self.loan_is_over(number, now);
            }
        }
    }

    /// The last receipt is signed.
    fn loan_is_over(&mut self, number: u16, now: Instant) {
        let (place, gathering) = (self.parts[usize::from(number)].place, self.gathering);
        let Some(leasing) = self.leasing(number) else { return };
        let was_ending = leasing.is_ending();
        self.tell_end(number, "");
        let Some(leasing) = self.leasing(number) else { return };
        // Its lender wanted its nodes to go, or its time is over.
        let goes_on = was_ending && !gathering && now + BEFORE_THE_END < leasing.until;
        leasing.stage = if goes_on { Stage::Wanted(now) } else { Stage::Over };
        if let (Place::Away(host), false) = (place, was_ending) {
            // The deposit is used up.
            self.parts[usize::from(number)].put(Place::Returning(host), now);
            self.send(host, number, SplitMessage::Return);
        }
    }

    /// Has a part come home that somebody carries.
    pub(super) fn call_home(&mut self, number: u16, host: PeerId, now: Instant) {
        self.parts[usize::from(number)].put(Place::Returning(host), now);
        self.send(host, number, SplitMessage::Return);
        if let Some(leasing) = self.leasing(number)
            && let Stage::Open(chosen, loan, _) = leasing.stage
        {
            leasing.stage = Stage::Ending(chosen, loan, now);
            self.work(SplitJob::Loan(LoanJob::Finish { part: number }), Purpose::Loan);
        }
    }

    /// A part that was on lease is at home again, without its lender's doing: the loan is given back, and another one looked for.
    pub(super) fn drop_loan(&mut self, number: u16, reason: &str, now: Instant) {
        let Some(leasing) = self.leasing(number) else { return };
        if matches!(leasing.stage, Stage::Open(..) | Stage::Ending(..)) {
            self.work(SplitJob::Loan(LoanJob::GiveBack { part: number }), Purpose::Loan);
            self.look_elsewhere(number, reason, now);
        }
    }

    /// The loan has ended in another way than it should; its order is made.
    fn lose_loan(&mut self, number: u16, reason: &str, now: Instant) {
        // Told and given back already: its nodes only come home.
        self.look_elsewhere(number, reason, now);
        self.bring_home(number, reason, now);
    }

    fn look_elsewhere(&mut self, number: u16, reason: &str, now: Instant) {
        let gathering = self.gathering;
        let Some(leasing) = self.leasing(number) else { return };
        if let Some(chosen) = leasing.chosen() {
            self.carrier(chosen.lender).shun(now + REFUSED_PAUSE);
        }
        self.tell_end(number, reason);
        let Some(leasing) = self.leasing(number) else { return };
        let is_over = gathering || leasing.only;
        leasing.stage = if is_over { Stage::Over } else { Stage::Wanted(now) };
        leasing.progress = LoanProgress::default();
    }

    /// A lender does not know of the loan yet.
    pub(super) fn ask_again(&mut self, number: u16, now: Instant) {
        let part = &mut self.parts[usize::from(number)];
        part.put(Place::Home, now);
        part.seek_at = now + ASK_AGAIN;
    }

    pub(super) fn leasing(&mut self, number: u16) -> Option<&mut Leasing> {
        self.parts.get_mut(usize::from(number))?.leasing.as_mut()
    }

    /// Whether a part that is on lease may be sent one more batch; of one that is not, always.
    pub(super) fn has_room_for(&self, number: usize) -> bool {
        self.parts[number].leasing.as_ref().is_none_or(|it| it.unanswered < UNANSWERED_MAX)
    }

    /// Which of those that were sent something are on lease.
    pub(super) fn on_lease(&self, sent: &[(u16, PeerId)]) -> Vec<u16> {
        let is_leased = |number: &u16| self.parts[usize::from(*number)].leasing.is_some();
        sent.iter().map(|(number, _)| *number).filter(is_leased).collect()
    }

    /// Notes what was sent, or came; the workbench hears of it before anything else.
    pub(super) fn note(&mut self, note: LoanNote) {
        self.notes.push(note);
    }

    fn tell_loan(&mut self, number: u16) {
        let Some(leasing) = self.leasing(number) else { return };
        let view = leasing.view();
        self.tell(number, view, String::new());
    }

    fn tell_end(&mut self, number: u16, reason: &str) {
        let Some(leasing) = self.leasing(number) else { return };
        let view = LoanView { stage: LoanStage::Over, ..leasing.view() };
        self.tell(number, view, reason.to_owned());
    }

    fn tell(&mut self, number: u16, view: LoanView, reason: String) {
        let cluster = self.cluster.clone();
        let Some(leasing) = self.leasing(number) else { return };
        let offer = leasing.chosen().map(|chosen| chosen.offer);
        self.actions.push(Action::Event(Event::Borrowing {
            cluster,
            part: number,
            offer,
            loan: view,
            reason,
        }));
    }
}

#[cfg(test)]
mod tests;
