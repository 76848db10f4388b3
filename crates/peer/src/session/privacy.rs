//! What this device has spent of its privacy in the session, and what waits until that is stored.

use super::{Session, SessionAction, Surroundings};
use crate::{
    job::{Job, LocalTraining, RowBudget, Spent},
    view::PrivacyView,
};
use ::core::time::Duration;
use protocol::{
    message::SessionMessage,
    session::{DELTA, SessionOptions},
};
use units::{Hash, Instant};

/// How long until what could not be stored is stored again.
const STORE_AGAIN: Duration = Duration::from_secs(5);

/// How long a session in which nobody has any budget left waits for somebody who has.
pub(super) const NOBODY_PATIENCE: Duration = Duration::from_secs(10);

/// What noise was measured to cost, in points of accuracy, by the noise in a step of [`PRICED_BATCH_ROWS`]: medians of three seeds,
/// each three devices with a third of 1,400 digits, 20 rounds of 40 steps, within an ε of 8, 4, 2 and 1, against the same
/// without noise and bound.
///
/// `bench rooms public/data/digits.bin 397 SEED layers=64-64 timer=4 steps=40 rounds=20 members=3 parts=100 rate=0.01
/// private=8:1`, and without the last.
const PRICES: [(f64, f64); 4] = [(1.463, 5.3), (2.41, 7.8), (4.31, 16.1), (8.101, 30.2)];
const PRICED_BATCH_ROWS: f64 = 32.0;

/// What that noise in a step of so many rows was measured to cost, in points of accuracy out of a hundred: with the noise between
/// measured ones in proportion, with less as with the least, with more as with the most.
fn price_points(noise_multiplier: f64, batch_rows: u32) -> f64 {
    let noise = noise_multiplier * PRICED_BATCH_ROWS / f64::from(batch_rows.max(1));
    let mut below = PRICES[0];
    for above in PRICES {
        if noise <= above.0 {
            let way = (noise - below.0).max(0.0) / (above.0 - below.0).max(1e-9);
            return below.1 + way * (above.1 - below.1);
        }
        below = above;
    }
    below.1
}

/// The budget of this device's rows.
#[derive(Default)]
pub(super) struct Budget {
    spent: Option<Spent>,
    /// Counts what was spent, so that an answer of storage is known for the one to its newest record.
    number: u64,
    waiting: Option<Waiting>,
    /// Why this device only looks on, if its budget does not let it train.
    exhausted: Option<String>,
    /// Since when nobody who is connected has any left.
    nobody_since: Option<Instant>,
    /// When the session ends because of that.
    ends_at: Option<Instant>,
    /// Whether the session ended because of that.
    pub used_up: bool,
}

/// An update that may be promised once it is stored what it costs.
struct Waiting {
    number: u64,
    parent: Hash,
    update: Vec<u8>,
    samples: u32,
    took: Duration,
    /// When to try again, if storage has failed.
    again_at: Option<Instant>,
}

impl Session {
    /// What an earlier life of this device, or an earlier stay in the session, has spent.
    pub(crate) fn restore_spent(&mut self, spent: Option<Spent>) {
        self.budget.spent = spent;
    }

    /// This device only looks on: its budget does not let it train.
    pub(crate) fn exhaust(&mut self, why: &str) {
        self.budget.exhausted = Some(why.to_owned());
    }

    /// As [`Self::exhaust`], in the middle of the session: the others wait for it no longer.
    pub(super) fn look_on(&mut self, why: &str, s: &Surroundings<'_>) {
        self.exhaust(why);
        if core::mem::take(&mut self.rows) > 0 {
            self.broadcast(SessionMessage::Join { rows: 0 }, s);
        }
    }

    /// Ends a session that nobody trains in any more, as far as this device sees. Should somebody have been cut off who can,
    /// its heavier record begins it again.
    pub(super) fn end_without_budget(&mut self, s: &Surroundings<'_>) {
        let is_idle = self.running
            && self.model_here
            && self.budget.exhausted.is_some()
            && !self.round.is_aggregating();
        let nobody_can = is_idle && self.members.values().all(|rows| *rows == 0);
        let since = nobody_can.then(|| self.budget.nobody_since.unwrap_or(s.now));
        self.budget.nobody_since = since;
        self.budget.ends_at = match is_idle {
            true if self.is_crowd(s) => self.nobody_commits_at(s),
            true => Some(self.nobody_trains_at(s)),
            false => None,
        };
        if self.budget.ends_at.is_some_and(|end| s.now >= end) {
            self.budget.ends_at = None;
            self.budget.used_up = true;
            let why = match self.head.decision.round {
                0 => {
                    "the privacy budget is not enough for so many steps on so few rows: plan fewer rounds or steps, or allow a larger ε"
                }
                _ => {
                    "nobody trains with what is left of the privacy budget: what was learnt so far is the result"
                }
            };
            self.end(why, s.now);
            self.compare_endings(s);
        }
    }

    /// In a full mesh, until when somebody might train who has not said that it cannot.
    fn nobody_trains_at(&self, s: &Surroundings<'_>) -> Instant {
        // Somebody may say that it can, and do nothing.
        let nobody_does = self.round.started_at() + s.limits.commit_wait_max.saturating_mul(2);
        let since = self.budget.nobody_since;
        since.map_or(nobody_does, |since| nobody_does.min(since + NOBODY_PATIENCE))
    }

    /// When a session ends in which nobody trains any more.
    pub(super) fn ends_without_budget_at(&self) -> Option<Instant> {
        self.budget.ends_at
    }

    /// The rows that this device takes part with.
    pub(super) fn rows_to_train_on(&self, rows: u32) -> u32 {
        if self.budget.exhausted.is_some() { 0 } else { rows }
    }

    /// The job of a round's training.
    pub(super) fn training_job(&self, training: LocalTraining) -> Job {
        let (cluster, options) = (self.proposal.cluster.clone(), self.proposal.options);
        let Some(privacy) = options.privacy else {
            return match options.masks {
                Some(_) => Job::TrainMasked { cluster, training, budget: None },
                None => Job::Train { cluster, training },
            };
        };
        let rounds_later = options.rounds.saturating_sub(self.head.decision.round + 1);
        let budget = RowBudget {
            session: self.id,
            epsilon_thousandths: privacy.epsilon_thousandths,
            steps_later: u64::from(rounds_later) * u64::from(options.local_steps),
            account: self.budget.spent.as_ref().map(|it| it.account.clone()).unwrap_or_default(),
            // The engine's generator fills it in.
            entropy: [0; 32],
        };
        match options.masks {
            Some(_) => Job::TrainMasked { cluster, training, budget: Some(budget) },
            None => Job::TrainPrivately { cluster, training, budget },
        }
    }

    /// Has it stored what an update costs, before anything is said of the update.
    pub(super) fn store_spent(
        &mut self,
        spent: Spent,
        parent: Hash,
        (update, samples, took): (Vec<u8>, u32, Duration),
    ) {
        self.budget.spent = Some(spent);
        let (number, again_at) = (self.budget.number, None);
        self.budget.waiting = Some(Waiting { number, parent, update, samples, took, again_at });
        self.store_newest_spent();
    }

    fn store_newest_spent(&mut self) {
        let Budget { spent: Some(spent), waiting: Some(waiting), number, .. } = &mut self.budget
        else {
            return;
        };
        *number += 1;
        (waiting.number, waiting.again_at) = (*number, None);
        self.actions.push(SessionAction::StoreSpent { spent: spent.clone(), number: *number });
    }

    /// Stores again what could not be stored, while its update may be of use: if all members sat a round out, it would not end.
    pub(super) fn store_spent_again(&mut self, now: Instant) {
        let head = self.head_hash;
        self.budget.waiting.take_if(|it| it.again_at.is_some() && it.parent != head);
        if self.stores_again_at().is_some_and(|at| now >= at) {
            self.store_newest_spent();
        }
    }

    pub(super) fn stores_again_at(&self) -> Option<Instant> {
        self.budget.waiting.as_ref().and_then(|waiting| waiting.again_at)
    }

    /// Storage has answered.
    pub(crate) fn spent_stored(&mut self, number: u64, stored: bool, s: &Surroundings<'_>) {
        let waiting = self.budget.waiting.take_if(|waiting| waiting.number == number);
        if let Some(waiting) = waiting {
            if !stored {
                let problem = "what this device has spent of its privacy could not be stored: \
                               it shows nothing of this round’s update until it is";
                self.fail(problem.to_owned());
                self.budget.waiting =
                    Some(Waiting { again_at: Some(s.now + STORE_AGAIN), ..waiting });
            } else if waiting.parent == self.head_hash && self.running {
                self.promise(waiting.update, waiting.samples, waiting.took, s);
            }
        }
        self.advance(s);
    }

    pub(super) fn privacy_view(&self) -> Option<PrivacyView> {
        let SessionOptions { privacy, batch_rows, .. } = self.proposal.options;
        let privacy = privacy?;
        let spent = self.budget.spent.as_ref();
        Some(PrivacyView {
            epsilon_max: privacy.epsilon(),
            delta: DELTA,
            epsilon: spent.map_or(0.0, |spent| spent.epsilon),
            epsilon_after: spent.map(|spent| spent.epsilon_after),
            noise_multiplier: spent.map(|spent| spent.noise_multiplier),
            price_points: spent.map(|it| price_points(it.noise_multiplier, batch_rows)),
            exhausted: self.budget.exhausted.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::price_points;

    #[test]
    fn more_noise_costs_more_and_larger_steps_drown_it() {
        assert_eq!(price_points(0.5, 32), 5.3, "less than was measured is not promised");
        assert_eq!(price_points(4.31, 32), 16.1);
        assert_eq!(price_points(4.31, 64), price_points(2.155, 32));
        assert!(price_points(6.49, 32) > 20.0 && price_points(6.49, 32) < 30.0);
        assert_eq!(price_points(64.0, 32), 30.2);
    }
}
