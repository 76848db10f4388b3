//! What this device has spent of its privacy, session by session: stored before anything that costs it leaves the device,
//! and known again whoever brings a session back, this device's own records or a peer.

use crate::{
    core::{Core, OnStored},
    job::{Job, MaskJob, Spent},
    records,
    session::Session,
};
use serde::{Deserialize, Serialize};
use units::SessionId;

/// Sessions that are remembered; the oldest goes first.
const SESSIONS_MAX: usize = 64;

/// By session, the one that was added to last at the end.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct SpentRecord {
    sessions: Vec<(SessionId, Spent)>,
}

#[derive(Default)]
pub(crate) struct Spendings {
    record: SpentRecord,
    /// Whether the record of earlier lives was damaged, so that nobody knows what was spent in them.
    are_lost: bool,
}

impl Spendings {
    pub(crate) fn new(record: Option<SpentRecord>, are_lost: bool) -> Self {
        Self { record: record.unwrap_or_default(), are_lost }
    }

    /// Tells a session that this device takes part in, perhaps again, what that has cost so far.
    pub(crate) fn tell(&self, session: &mut Session) {
        let known = self.record.sessions.iter().find(|(id, _)| *id == session.id);
        session.restore_spent(known.map(|(_, spent)| spent.clone()));
        if self.are_lost && session.proposal.options.privacy.is_some() {
            session.exhaust("the record of what this device had spent was damaged");
        }
    }

    /// Stores what a session has cost by now, and lets it go on then.
    pub(crate) fn store(&mut self, session: SessionId, spent: Spent, number: u64, core: &mut Core) {
        let sessions = &mut self.record.sessions;
        sessions.retain(|(id, _)| *id != session);
        if sessions.len() >= SESSIONS_MAX {
            sessions.remove(0);
        }
        sessions.push((session, spent));
        let then = vec![OnStored::PromiseUpdate { session, number }];
        core.store(records::SPENT.to_owned(), &self.record, then);
    }
}

/// Gives a job the randomness that it needs.
pub(crate) fn with_entropy(mut job: Job, core: &mut Core) -> Job {
    match &mut job {
        Job::TrainPrivately { budget, .. } | Job::TrainMasked { budget: Some(budget), .. } => {
            budget.entropy = core.random_bytes();
        }
        Job::Mask {
            job: MaskJob::MakeKeys { entropy } | MaskJob::Deal { entropy, .. }, ..
        } => {
            *entropy = core.random_bytes();
        }
        _ => {}
    }
    job
}
