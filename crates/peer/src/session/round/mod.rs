//! The running round: what this member does next.
//!
//! ```text
//! train ──► commit ──► (all have committed, or the deadline: the leader closes) ──► reveal
//!       ──► (all updates are there, or the deadline: the leader decides) ──► aggregate ──► new head
//! ```
//!
//! A leader that dies is out of the order at once when its connection ends, and after an attempt's deadline otherwise.
//! Two leaders at once do no harm that lasts: members that followed different decisions meet where most of them are.

mod following;
mod leader;
mod masked;
mod outcome;
mod sums;

use super::{Session, SessionAction, SessionJob, Surroundings, pace::reveal_wait_max};
use crate::{job::LocalTraining, view::RoundPhase};
use ::core::time::Duration;
use following::Chosen;
use protocol::{
    message::BulkMessage,
    session::{Commitment, SessionOptions},
};
use units::{Hash, Instant, PeerId};

pub(super) struct Round {
    started_at: Instant,
    training: bool,
    /// Members that have committed, as far as is known here.
    pub committed: u32,
    /// When half of those who take part had committed.
    half_committed_at: Option<Instant>,
    trained: bool,
    closed_at: Option<Instant>,
    revealed: bool,
    decision: Option<Chosen>,
    aggregating: bool,
    /// Counts leaders that did not deliver.
    pub attempt: u32,
    /// When the round must be looked at again, set by every look.
    look_again_at: Option<Instant>,
    attempt_since: Instant,
}

impl Round {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            started_at: now,
            training: false,
            committed: 0,
            half_committed_at: None,
            trained: false,
            closed_at: None,
            revealed: false,
            decision: None,
            aggregating: false,
            attempt: 0,
            look_again_at: None,
            attempt_since: now,
        }
    }

    /// Whether commitments are closed.
    #[cfg(test)]
    pub(super) fn is_closed(&self) -> bool {
        self.closed_at.is_some()
    }

    pub(super) fn started_at(&self) -> Instant {
        self.started_at
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.look_again_at
    }

    pub(super) fn is_aggregating(&self) -> bool {
        self.aggregating
    }

    pub(super) fn phase(&self) -> RoundPhase {
        if self.aggregating {
            RoundPhase::Aggregating
        } else if self.closed_at.is_some() || self.decision.is_some() {
            RoundPhase::Revealing
        } else if self.trained {
            RoundPhase::Committed
        } else if self.training {
            RoundPhase::Training
        } else {
            RoundPhase::Waiting
        }
    }

    /// Whether the decision that is followed has this update.
    pub(super) fn wants(&self, owner: PeerId, update: Hash) -> bool {
        self.decision.as_ref().is_some_and(|chosen| {
            let mut parts = chosen.decision.contributions.iter();
            parts.any(|part| part.peer == owner && part.update == update)
        })
    }

    fn look_again(&mut self, at: Instant) {
        self.look_again_at = Some(self.look_again_at.map_or(at, |known| known.min(at)));
    }
}

impl Session {
    /// Does whatever can be done now. Called after everything that may have changed something.
    pub(crate) fn advance(&mut self, s: &Surroundings<'_>) {
        self.believe_again(s);
        self.compare_standings(s);
        self.install_model(s);
        self.expire_adoption(s);
        self.give_up_on_the_model(s);
        self.compare_records(s);
        self.sign_last_verdict(s);
        self.end_without_budget(s);
        self.store_spent_again(s.now);
        self.round.look_again_at = None;
        // Until a rival record's model is here, it may be a lie: the round goes on.
        if !self.running || !self.model_here || self.is_installing() || self.is_gathering(s) {
            return;
        }
        self.begin_log();
        if self.waits_for_companions(s) {
            return;
        }
        if self.is_crowd(s) && !self.contributes(s) && self.rows > 0 {
            let again = self.drawn_again_at(s);
            again.into_iter().for_each(|at| self.round.look_again(at));
        }
        // Who is behind comes to the newest round before it trains.
        self.follow_decision(s);
        if self.prepare_masks(s) {
            self.train(s);
        }
        self.collect_papers();
        self.mask(s);
        self.take_masks_off(s);
        self.follow_decision(s);
        // A decision whose updates are not here may be one that nobody can follow: the round goes on besides.
        if !self.round.aggregating && self.contributes(s) {
            self.count_commitments(s);
            let may_close = self.check_promises(s);
            self.next_attempt(s);
            self.lead(may_close, s);
            // Revealing one's own update may be what the leader, this device, was waiting for.
            if self.reveal(s) {
                self.lead(may_close, s);
            }
        }
        self.follow_decision(s);
    }

    /// Whether the first round of this life still waits for others to join.
    fn is_gathering(&mut self, s: &Surroundings<'_>) -> bool {
        let Some(until) = self.gathering_until else { return false };
        let mut invited = s.connected.iter().filter(|peer| self.invites(**peer));
        let everyone_is_here =
            !s.connected.is_empty() && invited.all(|peer| self.members.contains_key(peer));
        if s.now >= until || everyone_is_here || self.is_alone() {
            self.gathering_until = None;
            self.round = Round::new(s.now);
        }
        self.gathering_until.is_some()
    }

    fn train(&mut self, s: &Surroundings<'_>) {
        let is_done = self.round.trained || self.round.training || self.round.aggregating;
        if !self.contributes(s) || is_done || self.is_about_to_follow_several(s) {
            return;
        }
        self.round.training = true;
        let round = self.head.decision.round + 1;
        let options = self.proposal.options;
        // Of what the record says, and not of when and by whom it was signed: whoever repeats a training comes to the same.
        let (model, place) = (self.head.model.as_bytes(), round.to_le_bytes());
        let seed = Hash::of_parts(&[b"batches", model, &place, s.me.as_bytes()]);
        let [a, b, c, d, e, f, g, h, ..] = *seed.as_bytes();
        let training = LocalTraining {
            steps: self.pace.steps(&options),
            batch_rows: options.batch_rows,
            learning_rate: learning_rate(&options, round),
            compression: match self.is_crowd(s) {
                true => self.crowd_compression(),
                false => self.thrift.compression(),
            },
            seed: u64::from_le_bytes([a, b, c, d, e, f, g, h]),
        };
        let job = self.training_job(training);
        let purpose = SessionJob::Train { parent: self.head_hash, since: self.awake_for(s.now) };
        self.actions.push(SessionAction::Job(job, purpose));
    }

    /// Sends this device's update to the others, once commitments are closed and it is among them. They are closed when
    /// everyone who takes part has committed, whether the leader has said so or not. Says whether they are closed.
    fn reveal(&mut self, s: &Surroundings<'_>) -> bool {
        let own = self.stash.commitment(s.me, self.head_hash).map(|own| own.contribution);
        let may_be_shown = match self.closing(s) {
            Some(closing) => own.is_some_and(|own| closing.contributions.contains(&own)),
            None if self.everyone_has_committed(s) => self.contributors(s).contains(&s.me),
            None => return false,
        };
        if self.round.closed_at.is_none() {
            self.round.closed_at = Some(s.now);
            self.round.attempt_since = s.now;
        }
        let update = own.and_then(|own| self.stash.update(s.me, own.update)).cloned();
        let Some(update) = update.filter(|_| may_be_shown && !self.round.revealed) else {
            return true;
        };
        self.round.revealed = true;
        if self.is_crowd(s) {
            self.actions.push(SessionAction::SpreadUpdate(update));
            return true;
        }
        for peer in self.contributors(s) {
            if peer != s.me {
                let (session, owner, update) = (self.id, s.me, update.clone());
                let message = BulkMessage::Update { session, owner, update };
                self.actions.push(SessionAction::SendBulk(peer, message));
            }
        }
        true
    }

    /// Promises count once commitments can be closed: until then they only say who need not be waited for. Says whether
    /// they can.
    fn check_promises(&mut self, s: &Surroundings<'_>) -> bool {
        let may_close = s.now >= self.commit_deadline(s) || self.everyone_has_committed(s);
        if may_close {
            self.check_signatures(self.head_hash);
        }
        may_close
    }

    /// Whether nobody else is waited for; in a crowd, the clock says so.
    fn everyone_has_committed(&self, s: &Surroundings<'_>) -> bool {
        if self.is_crowd(s) {
            return s.now >= self.commit_deadline(s) && !self.contributors(s).is_empty();
        }
        let committed = |peer: PeerId| self.stash.commitment(peer, self.head_hash).is_some();
        let mut awaited = self.others_with_rows(s).filter(|peer| self.awaits(*peer, s));
        (!self.contributes(s) || committed(s.me)) && awaited.all(committed)
    }

    /// Whether updates have had the time that they get to travel, so long ago.
    pub(super) fn reveal_is_over_since(&self, since: Duration, now: Instant) -> bool {
        let is_over = |at: Instant| now > at + since && now >= at + self.reveal_wait() + since;
        self.round.closed_at.is_some_and(is_over)
    }

    /// Whether the update that a peer has promised for the running round is here.
    pub(super) fn has_revealed(&self, peer: PeerId) -> bool {
        let promised = self.stash.commitment(peer, self.head_hash).map(|it| it.contribution);
        promised.is_some_and(|it| self.stash.update(peer, it.update).is_some())
    }

    /// Until when a round waits for commitments.
    fn commit_deadline(&self, s: &Surroundings<'_>) -> Instant {
        let started_at = self.round.started_at;
        let longest = self.pace.commit_wait(&self.proposal.options, s.limits);
        let half_took =
            self.round.half_committed_at.map(|at| at.saturating_duration_since(started_at));
        let rest = half_took.and_then(|half_took| self.pace.rest_wait(half_took));
        started_at + rest.map_or(longest, |rest| rest.min(longest))
    }

    /// Notes when half of those who take part have committed.
    fn count_commitments(&mut self, s: &Surroundings<'_>) {
        if self.round.half_committed_at.is_none() && !self.is_crowd(s) {
            let contributors = self.contributors(s);
            let committed =
                |peer: &&PeerId| self.stash.commitment(**peer, self.head_hash).is_some();
            let count = contributors.iter().filter(committed).count();
            if is_company(count, contributors.len()) {
                self.round.half_committed_at = Some(s.now);
            }
        }
    }

    /// How long updates may travel after commitments are closed. While few are here, that is not measured by earlier rounds:
    /// the network may just have become slow, and who goes on without most of the others has to find back to them.
    pub(super) fn reveal_wait(&self) -> Duration {
        let (mut promised, mut shown) = (0, 0);
        for Commitment { contribution: promise, .. } in self.stash.commitments(self.head_hash) {
            promised += 1;
            shown += usize::from(self.stash.update(promise.peer, promise.update).is_some());
        }
        let bytes = self.proposal.network.parameters() * self.members.len() as u64;
        match is_company(shown, promised) {
            true => self.pace.reveal_wait(bytes),
            false => reveal_wait_max(bytes),
        }
    }
}

/// Whether so many of all are enough to go on with: half of them, and nobody alone.
fn is_company(count: usize, all: usize) -> bool {
    count >= all.min(2) && 2 * count >= all
}

/// Adam's step size in a round: falls in a straight line to a hundredth.
fn learning_rate(options: &SessionOptions, round: u32) -> f32 {
    let start = options.learning_rate_millionths as f32 / 1_000_000.0;
    let done = (round.saturating_sub(1)) as f32 / options.rounds.max(1) as f32;
    start * (1.0 - 0.99 * done)
}
