//! How far the lease of a part has come.

use super::{
    part::Place,
    view::{LoanStage, LoanView},
};
use crate::job::LoanProgress;
use ::core::time::Duration;
use neural::nodes::Cut;
use units::{Credits, Hash, Instant, PeerId};

/// How long the last statement and the last receipt may take.
pub(super) const ENDING: Duration = Duration::from_secs(30);

/// An offer that was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// The order that made it.
    pub offer: Hash,
    /// Whose it is.
    pub lender: PeerId,
    /// What is bound for paying it.
    pub deposit: Credits,
}

/// A part that is to be on lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Which nodes.
    pub cut: Cut,
    /// By which offer.
    pub chosen: Chosen,
    /// For how long.
    pub hours: u32,
    /// Whether somebody has chosen this very offer: where it cannot be had, none is.
    pub only: bool,
}

/// That a part is to be on lease, and how far that has come.
#[derive(Debug)]
pub(super) struct Leasing {
    /// When it is to end.
    pub until: Instant,
    pub stage: Stage,
    pub progress: LoanProgress,
    /// Batches that its lender has not answered yet.
    pub unanswered: usize,
    /// Whether no other offer is to be looked for.
    pub only: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// An offer is looked for at that time.
    Wanted(Instant),
    /// It is being looked for.
    Sought,
    /// The order is being made.
    Ordering(Chosen),
    /// The ledger is to record it.
    Ordered(Chosen, Hash),
    /// The workbench takes it up.
    Opening(Chosen, Hash),
    /// Its lender was asked so often.
    Open(Chosen, Hash, u32),
    /// Its nodes were asked back then.
    Ending(Chosen, Hash, Instant),
    /// It is over, and nobody wants another.
    Over,
}

impl Leasing {
    pub(super) fn new(stage: Stage, until: Instant, only: bool) -> Self {
        Self { until, stage, progress: LoanProgress::default(), unanswered: 0, only }
    }

    pub(super) fn chosen(&self) -> Option<Chosen> {
        match self.stage {
            Stage::Ordering(chosen)
            | Stage::Ordered(chosen, _)
            | Stage::Opening(chosen, _)
            | Stage::Open(chosen, ..)
            | Stage::Ending(chosen, ..) => Some(chosen),
            Stage::Wanted(_) | Stage::Sought | Stage::Over => None,
        }
    }

    /// The order that opened it, if the ledger has it.
    pub(super) fn loan(&self) -> Option<Hash> {
        match self.stage {
            Stage::Ordered(_, loan)
            | Stage::Opening(_, loan)
            | Stage::Open(_, loan, _)
            | Stage::Ending(_, loan, _) => Some(loan),
            _ => None,
        }
    }

    pub(super) fn is_ending(&self) -> bool {
        matches!(self.stage, Stage::Ending(..))
    }

    /// Whether the ledger has a loan whose end is to come.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Opening(..) | Stage::Open(..) | Stage::Ending(..))
    }

    /// Whether its lender is to be asked to carry the part, which is at home.
    pub(super) fn is_to_be_asked(&self) -> bool {
        matches!(self.stage, Stage::Open(..))
    }

    pub(super) fn deadline(&self, place: Place, since: Instant) -> Option<Instant> {
        match self.stage {
            Stage::Wanted(at) => Some(at),
            // On its way there, it is called home when it has come.
            Stage::Open(..) => matches!(place, Place::Away(_)).then_some(self.until),
            // While its nodes travel, they are waited for as those of others.
            Stage::Ending(_, _, began) => (place == Place::Home).then(|| began.max(since) + ENDING),
            _ => None,
        }
    }

    pub(super) fn view(&self) -> LoanView {
        let LoanProgress { segments, events, owed, audits } = self.progress;
        LoanView {
            loan: self.loan(),
            lender: self.chosen().map(|chosen| chosen.lender),
            stage: match self.stage {
                Stage::Wanted(_) | Stage::Sought => LoanStage::Wanted,
                Stage::Ordering(_) | Stage::Ordered(..) | Stage::Opening(..) => LoanStage::Ordered,
                Stage::Open(..) => LoanStage::Open,
                Stage::Ending(..) => LoanStage::Ending,
                Stage::Over => LoanStage::Over,
            },
            segments,
            events,
            owed,
            audits,
        }
    }
}
