//! The lender's side: nodes of others that are on lease.

use super::{Carried, Hosting, Stage, never_used};
use crate::{
    job::{HostJob, LoanAnswer, LoanProgress},
    split::{
        Action, Purpose,
        view::{LoanStage, LoanView},
    },
};
use protocol::split::{Refusal, SplitMessage};
use units::{Hash, Instant, PeerId};

/// A loan of which this device is the lender.
#[derive(Debug)]
pub(in crate::split) struct OnLoan {
    pub name: Hash,
    pub me: PeerId,
    pub until: Option<Instant>,
    pub progress: LoanProgress,
    /// The last receipt is here.
    pub is_over: bool,
    pub is_ending: bool,
    /// The ledger is being looked into.
    pub is_checked: bool,
}

impl OnLoan {
    pub(in crate::split) fn view(&self) -> LoanView {
        let LoanProgress { segments, events, owed, audits } = self.progress;
        let stage = if self.is_ending { LoanStage::Ending } else { LoanStage::Open };
        let (loan, lender) = (Some(self.name), Some(self.me));
        LoanView { loan, lender, stage, segments, events, owed, audits }
    }
}

impl Hosting {
    /// Whether this device lends nodes by that loan.
    pub(crate) fn has_loan(&self, loan: Hash) -> bool {
        self.carried.iter().any(|it| it.loan.as_ref().is_some_and(|it| it.name == loan))
    }

    /// Loans of an earlier life that the ledger may still have.
    pub(crate) fn remember_loans(&mut self, loans: impl IntoIterator<Item = Hash>) {
        self.taken.extend(loans);
    }

    /// Asks a borrower to take its nodes back, for which it has a minute; what has not come is given up.
    pub(crate) fn withdraw(&mut self, loan: Hash, now: Instant) {
        let is_it = |it: &Carried| it.loan.as_ref().is_some_and(|it| it.name == loan);
        let Some(place) = self.carried.iter().position(is_it) else { return };
        let it = &mut self.carried[place];
        match it.stage {
            Stage::Here => {
                (it.stage, it.since) = (Stage::Unwanted, Some(now));
                let withdraw = SplitMessage::Withdraw;
                self.actions.push(Action::Send(it.owner, it.split, it.part, withdraw));
            }
            Stage::Looking | Stage::Awaited => {
                self.taken.insert(loan);
                let claim = never_used(loan);
                self.actions.push(Action::Claim(loan, claim));
                self.forget(place, Some(Refusal::Loan));
            }
            Stage::Coming => self.forget(place, Some(Refusal::Loan)),
            Stage::Unwanted | Stage::Going | Stage::Settling => {}
        }
    }

    /// The ledger has gone on: what it has ended is worked for no longer, and claimed while that can be done.
    pub(crate) fn ledger_moved(&mut self) {
        for it in &mut self.carried {
            let is_taken = !matches!(it.stage, Stage::Looking | Stage::Awaited | Stage::Coming);
            let Some(loan) = it.loan.as_mut().filter(|loan| is_taken && !loan.is_checked) else {
                continue;
            };
            loan.is_checked = true;
            it.jobs += 1;
            let job = HostJob::Check { slice: it.slice };
            self.actions.push(Action::Host(job, Purpose::Check(it.slice)));
        }
    }

    /// A borrower has written.
    pub(super) fn handle_letter(&mut self, place: usize, letter: Vec<u8>) {
        let it = &mut self.carried[place];
        let has_come =
            matches!(it.stage, Stage::Here | Stage::Unwanted | Stage::Going | Stage::Settling);
        if it.loan.is_some() && has_come {
            it.jobs += 1;
            let job = HostJob::Hear { slice: it.slice, letter };
            self.actions.push(Action::Host(job, Purpose::Hear(it.slice)));
        }
    }

    /// What has come of work on nodes on lease.
    pub(super) fn lent(&mut self, place: usize, purpose: Purpose, answer: LoanAnswer) {
        let it = &mut self.carried[place];
        let (owner, split, part) = (it.owner, it.split, it.part);
        let Some(loan) = &mut it.loan else { return };
        loan.progress = answer.progress.unwrap_or(loan.progress);
        loan.is_over |= answer.is_over;
        if answer.breach.is_some() {
            return self.forget(place, Some(Refusal::Loan));
        }
        if let Some(claim) = answer.claim {
            self.actions.push(Action::Keep(loan.name, claim));
        }
        match purpose {
            Purpose::Fire(_, batch) => {
                it.fired += 1;
                let events = answer.fired.unwrap_or_default();
                let message = SplitMessage::Fired { batch, events };
                self.actions.push(Action::Send(owner, split, part, message));
            }
            Purpose::Teach(_) => it.taught += 1,
            _ => {}
        }
        if let Some(letter) = answer.letter {
            self.actions.push(Action::Write(owner, split, part, letter));
        }
    }
}
