//! Which decision this member follows, and what it lacks for that.

use crate::{
    job::{Job, WeightedUpdate},
    session::{Session, SessionAction, SessionJob, Surroundings},
};
use ::core::time::Duration;
use protocol::{message::SessionMessage, session::Decision};
use units::{Instant, PeerId, sort_by_key};

/// How long an update that was decided on may be on its way before it is asked for.
const REVEAL_COURTESY: Duration = Duration::from_millis(1_500);
/// How many peers are asked for an update that was decided on, one after the other.
const ASKED_MAX: usize = 3;

/// The decision that this member follows.
pub(super) struct Chosen {
    pub(super) from: PeerId,
    pub(super) decision: Decision,
    ask_at: Instant,
    asked: u32,
}

impl Session {
    /// Takes up a decision, gathers what is missing, and aggregates.
    pub(super) fn follow_decision(&mut self, s: &Surroundings<'_>) {
        // Who only looks on has no updates, and takes up finished models instead.
        if self.round.aggregating || self.rows == 0 && !self.is_crowd(s) {
            return;
        }
        if self.round.decision.is_none() && !self.stash.has_decisions(self.head_hash) {
            return;
        }
        self.check_decisions();
        let mut decisions = self.believable_decisions(s);
        // Members that come or go may move the one who decided in the order: what was chosen stays so.
        let chosen = self.round.decision.as_ref().map(|c| (c.from, c.decision.clone()));
        decisions.extend(chosen.filter(|chosen| !decisions.contains(chosen)));
        if self.is_masked() {
            decisions.iter().for_each(|(_, decision)| self.recover_named(decision));
        }
        let complete = |(_, decision): &&(PeerId, Decision)| match self.is_masked() {
            true => self.named_sums(decision).is_some(),
            false => self.stash.missing(decision).is_empty(),
        };
        let found = decisions.iter().find(complete);
        let is_complete = found.is_some();
        if let Some((from, decision)) =
            found.or(decisions.first().filter(|_| self.round.decision.is_none())).cloned()
        {
            // What has not come in the time that updates get will not come by itself.
            let is_over = self.reveal_is_over_since(Duration::ZERO, s.now);
            let courtesy = if is_over { Duration::ZERO } else { REVEAL_COURTESY };
            let ask_at = s.now + courtesy;
            self.round.decision = Some(Chosen { from, decision, ask_at, asked: 0 });
        }
        if is_complete {
            self.aggregate(s);
        } else {
            self.ask_for_missing(s);
        }
    }

    /// Asks one peer after the other for the updates that the chosen decision lacks here, and drops a decision whose
    /// updates nobody has.
    fn ask_for_missing(&mut self, s: &Surroundings<'_>) {
        let patience = self.pace.leader_wait(s.limits);
        let Some(chosen) = &mut self.round.decision else { return };
        let ask_at = chosen.ask_at;
        if s.now < ask_at {
            return self.round.look_again(ask_at);
        }
        // The one who decided must hold them; if it has gone, so may anybody else.
        let others = s.connected.iter().filter(|peer| **peer != chosen.from);
        let mut candidates: Vec<_> = others.copied().collect();
        if s.connected.contains(&chosen.from) {
            candidates.insert(0, chosen.from);
        }
        let asked = chosen.asked as usize;
        chosen.asked += 1;
        chosen.ask_at = s.now + patience;
        if asked > candidates.len().min(ASKED_MAX) {
            return self.drop_chosen(s);
        }
        if !candidates.is_empty() {
            let candidate = candidates[asked % candidates.len()];
            for update in self.stash.missing(&chosen.decision) {
                self.send(candidate, SessionMessage::RequestUpdate { update });
            }
        }
        self.round.look_again(s.now + patience);
    }

    /// Nobody has the updates of the chosen decision, so it cannot be followed. Another one is waited for, unless its
    /// outcome is known: whoever has been away since has the model, and no updates.
    fn drop_chosen(&mut self, s: &Surroundings<'_>) {
        let Some(Chosen { from, decision, .. }) = self.round.decision.take() else { return };
        self.round.closed_at = None;
        self.stash.drop_decision(from);
        self.stash.drop_closing(self.head_hash);
        let record = self.followed.remove(&from).filter(|record| record.decision == decision);
        if let Some(record) = record.filter(|record| self.outranks(record, s)) {
            self.adopt(from, record, s);
        } else if self.is_masked() {
            // Others may have what takes masks off: who has the record after ours answers with it.
            self.broadcast(SessionMessage::Head(self.head.clone()), s);
        } else if from != s.me {
            self.doubt(from, "a decision on updates that nobody has".to_owned(), s);
        }
        self.round.look_again(s.now + s.limits.leader_wait);
    }

    /// Looks at the verdicts of decisions that came before their parent was here, or with a record.
    fn check_decisions(&mut self) {
        while let Some((from, decision)) = self.stash.next_unchecked(self.head_hash) {
            let decision = decision.clone();
            if let Err(problem) = self.check_signed(&decision) {
                self.stash.drop_decision(from);
                self.actions.push(SessionAction::Refuse(from, problem));
            }
        }
    }

    /// Decisions on the running round, those of its leaders first.
    fn believable_decisions(&self, s: &Surroundings<'_>) -> Vec<(PeerId, Decision)> {
        let order = self.order(s);
        let members = |decision: &Decision| self.counted(decision);
        // Who promised two updates would bring itself in again, or have somebody do so who is not asked.
        let is_accused = |peer: &PeerId| self.accused.contains(*peer);
        let is_of_accused =
            |decision: &Decision| decision.contributions.iter().any(|part| is_accused(&part.peer));
        let mut decisions = self.stash.decisions(self.head_hash);
        decisions.retain(|(from, decision)| {
            let is_quick = || self.is_all_promised(decision) && !is_of_accused(decision);
            !is_accused(from)
                && !self.is_doubted(*from, s)
                && (order.admits(*from, members(decision)) || self.is_held_by_most(*from, s))
                && (order.is_its_turn(*from) || is_quick())
                && self.check_next(decision).is_ok()
        });
        sort_by_key(&mut decisions, |(from, _)| order.rank(*from));
        decisions
    }

    /// Whether all that a decision brings in was promised here by its makers: else somebody could bring in, before its turn, the
    /// updates of more members that it has made up than there are others.
    pub(super) fn is_all_promised(&self, decision: &Decision) -> bool {
        decision.contributions.iter().all(|part| {
            let promised = self.stash.commitment(part.peer, decision.parent);
            promised.is_some_and(|promised| promised.contribution == *part)
        })
    }

    fn aggregate(&mut self, s: &Surroundings<'_>) {
        let Some(chosen) = &self.round.decision else { return };
        if let Some(closed_at) = self.round.closed_at {
            let trained = self.pace.training(&self.proposal.options).unwrap_or_default();
            let travel = s.now.saturating_duration_since(closed_at);
            if !self.is_masked() {
                self.thrift.note(travel, trained);
            }
            self.pace.note_travel(travel);
        }
        let purpose = SessionJob::Aggregate { parent: self.head_hash };
        if self.is_masked() {
            if let Some(job) = self.sums_job(&chosen.decision, s) {
                self.round.aggregating = true;
                self.actions.push(SessionAction::Job(job, purpose));
            }
            return;
        }
        let contributions = &chosen.decision.contributions;
        let updates = contributions.iter().filter_map(|part| {
            let update = self.stash.update(part.peer, part.update)?.clone();
            Some(WeightedUpdate { peer: part.peer, own: false, samples: part.samples, update })
        });
        let mut updates: Vec<_> = updates.collect();
        for update in &mut updates {
            update.own = self.stash.is_own(update.peer);
        }
        self.round.aggregating = true;
        let job = Job::Aggregate { cluster: self.proposal.cluster.clone(), updates };
        self.actions.push(SessionAction::Job(job, purpose));
    }
}
