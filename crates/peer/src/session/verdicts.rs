//! What members find of finished rounds, and who may contribute by that.

use super::{Session, SessionAction, Surroundings};
use ::core::time::Duration;
use protocol::{
    limits,
    message::SessionMessage,
    session::{Contribution, Decision, Verdict, scores_name},
};
use units::{Hash, Instant, PeerId, SortedMap, SortedSet};

/// How long another's record may be unknown here before its signer is told of ours: it may have finished a little earlier.
const COURTESY: Duration = Duration::from_secs(2);

/// How long a verdict may wait to be checked with what else has to be: people see how an update was judged when that is over.
const CHECKED_AFTER: Duration = Duration::from_secs(10);

/// Peers whose verdicts on records that are not here are kept.
const EARLY_MAX: usize = limits::ROUND_MEMBERS_MAX;

/// The verdicts on the newest record, and those that came before it was here.
#[derive(Default)]
pub(super) struct Verdicts {
    /// Those that were seen to be right, and those whose judges have yet to sign them with their next promises.
    of_head: SortedMap<PeerId, Verdict>,
    /// Signed ones on it that have not been checked, one a contributor, and since when there are some.
    unchecked: SortedMap<PeerId, Verdict>,
    unchecked_since: Option<Instant>,
    /// On a record that is not here, one a peer.
    early: SortedMap<PeerId, Early>,
}

struct Early {
    record: Hash,
    verdict: Verdict,
    since: Instant,
}

impl Verdicts {
    /// How many members say that they arrived at the newest record.
    pub(super) fn count(&self) -> usize {
        self.of_head.len()
    }

    /// Those that a decision with these contributions can have, by judge.
    pub(super) fn beside(&self, contributions: &[Contribution]) -> Vec<Verdict> {
        let all = self.of_head.values();
        all.filter(|verdict| verdict.holds_beside(contributions)).cloned().collect()
    }

    /// What this device has found of the newest record, if it has computed it.
    fn own(&self, me: PeerId) -> Option<&Verdict> {
        self.of_head.get(&me)
    }

    /// By judge.
    pub(super) fn list(&self) -> Vec<Verdict> {
        self.of_head.values().cloned().collect()
    }

    /// Whether this verdict on the newest record was seen to be right.
    pub(super) fn has(&self, verdict: &Verdict) -> bool {
        self.of_head.get(&verdict.judge) == Some(verdict)
    }

    /// A verdict on the newest record that was seen to be right.
    pub(super) fn put(&mut self, verdict: Verdict) {
        self.of_head.insert(verdict.judge, verdict);
    }

    /// Those on the newest record that have not been checked, to be checked now.
    pub(super) fn take_unchecked(&mut self) -> Vec<Verdict> {
        self.unchecked_since = None;
        core::mem::take(&mut self.unchecked).into_values().collect()
    }

    /// Keeps a verdict on a record that is not here, in the place of the oldest where there are too many.
    fn put_early(&mut self, from: PeerId, early: Early) {
        if self.early.len() >= EARLY_MAX && !self.early.contains_key(&from) {
            let oldest = self.early.iter().min_by_key(|(_, early)| early.since);
            if let Some(oldest) = oldest.map(|(peer, _)| *peer) {
                self.early.remove(&oldest);
            }
        }
        self.early.insert(from, early);
    }

    /// A peer is gone.
    pub(super) fn forget(&mut self, peer: PeerId) {
        self.early.remove(&peer);
    }

    /// When somebody is to be told of our record, or verdicts are to be checked.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let early = self.early.values().map(|early| early.since + COURTESY);
        early.chain(self.checked_at()).min()
    }

    fn checked_at(&self) -> Option<Instant> {
        self.unchecked_since.map(|since| since + CHECKED_AFTER)
    }
}

impl Session {
    /// A member has signed a record.
    pub(super) fn handle_verdict(
        &mut self,
        from: PeerId,
        record: Hash,
        verdict: Verdict,
        s: &Surroundings<'_>,
    ) {
        if verdict.judge != from {
            let reason = "a verdict of another than the sender".to_owned();
            return self.actions.push(SessionAction::Refuse(from, reason));
        }
        self.note_standing(from, record, s);
        if record == self.head_hash {
            self.count_verdict(verdict, s);
        } else {
            self.verdicts.put_early(from, Early { record, verdict, since: s.now });
        }
    }

    fn count_verdict(&mut self, verdict: Verdict, s: &Surroundings<'_>) {
        let from = verdict.judge;
        let problem = if !self.proposal.options.admits(&verdict) {
            Some("scores in a session that keeps rows or updates private")
        } else if !self.head.is_judged_by(&verdict) {
            Some("a verdict by none of a round's contributors")
        } else {
            None
        };
        if let Some(reason) = problem {
            return self.actions.push(SessionAction::Refuse(from, reason.to_owned()));
        }
        if self.verdicts.of_head.get(&from) == Some(&verdict) {
            return;
        }
        if verdict.signature.is_none() {
            // In a crowd nobody heard it from its judge.
            if !self.is_crowd(s) {
                self.verdicts.of_head.entry(from).or_insert(verdict);
            }
            return;
        }
        self.verdicts.unchecked.insert(from, verdict);
        self.verdicts.unchecked_since.get_or_insert(s.now);
        // No round follows whose signatures these could wait for.
        if !self.running || self.distrusts(from) {
            self.check_signatures(self.head_hash);
        }
    }

    /// Another record is the newest: verdicts on it count.
    pub(super) fn begin_verdicts(&mut self, s: &Surroundings<'_>) {
        self.verdicts.of_head.clear();
        self.verdicts.take_unchecked();
        let (now, later) = core::mem::take(&mut self.verdicts.early)
            .into_iter()
            .partition::<SortedMap<_, _>, _>(|(_, early)| early.record == self.head_hash);
        self.verdicts.early = later;
        now.into_values().for_each(|early| self.count_verdict(early.verdict, s));
    }

    /// Scores, where they may be told.
    pub(super) fn scores_to_tell(&self, scores: Vec<i16>) -> Vec<i16> {
        let options = &self.proposal.options;
        if options.privacy.is_some() || options.masks.is_some() { Vec::new() } else { scores }
    }

    /// This device has computed the newest record, and tells the others what it found of it. If it contributes to the next
    /// round, its promise there signs this.
    pub(super) fn judge_head(&mut self, scores: Vec<i16>, s: &Surroundings<'_>) {
        // In a crowd, others contribute to each round.
        if self.running && self.contributes(s) && !self.is_crowd(s) {
            self.tell_verdict(Verdict::to_be_promised(s.me, scores), s);
        } else {
            self.tell_verdict(Verdict::sign(s.identity, self.head_hash, scores), s);
        }
    }

    /// Signs what was found of the newest record, once no promise will: the session has ended here.
    pub(super) fn sign_last_verdict(&mut self, s: &Surroundings<'_>) {
        let unsigned = self.verdicts.own(s.me).filter(|own| own.signature.is_none());
        if let Some(scores) = unsigned.map(|own| own.scores.clone()).filter(|_| !self.running) {
            self.tell_verdict(Verdict::sign(s.identity, self.head_hash, scores), s);
        }
    }

    fn tell_verdict(&mut self, verdict: Verdict, s: &Surroundings<'_>) {
        if self.head.is_judged_by(&verdict) {
            self.verdicts.of_head.insert(s.me, verdict.clone());
            self.broadcast(SessionMessage::CoSign { record: self.head_hash, verdict }, s);
        }
    }

    /// The name of what this device has found of the newest record's contributions, for its promise.
    pub(super) fn own_scores_name(&self, me: PeerId) -> Hash {
        scores_name(self.verdicts.own(me).map_or(&[], |own| &own.scores))
    }

    /// Who signed another record than ours a while ago is told of ours: one of us is behind, or two leaders decided.
    pub(super) fn compare_records(&mut self, s: &Surroundings<'_>) {
        if !self.model_here {
            return;
        }
        if self.verdicts.checked_at().is_some_and(|at| s.now >= at) {
            self.check_signatures(self.head_hash);
        }
        let due = self.verdicts.early.iter().filter(|(_, early)| s.now >= early.since + COURTESY);
        let due: Vec<PeerId> = due.map(|(peer, _)| *peer).collect();
        for peer in &due {
            self.verdicts.early.remove(peer);
        }
        // Far members cannot be asked: one neighbour is, for all of them.
        let (near, far): (Vec<_>, Vec<_>) =
            due.into_iter().partition(|it| s.connected.contains(it));
        let neighbour = far.first().and_then(|signer| self.neighbour_to_ask(*signer, s));
        for peer in near.into_iter().chain(neighbour).collect::<SortedSet<_>>() {
            self.send(peer, SessionMessage::Head(self.head.clone()));
        }
    }

    /// Whether a member may contribute no longer: it promised two updates for one round, or does too much harm.
    pub(super) fn is_excluded(&self, peer: PeerId) -> bool {
        self.accused.contains(peer) || self.head.excludes(peer)
    }

    /// Whether a decision on the running round keeps to what its parent says; of others nothing is known. Whether its
    /// verdicts are signed, [`Self::check_signed`] says.
    pub(super) fn check_next(&self, decision: &Decision) -> Result<(), String> {
        if decision.parent != self.head_hash {
            return Ok(());
        }
        if decision.round != self.head.decision.round + 1 {
            return Err("it is not the next round".to_owned());
        }
        if decision.contributions.iter().any(|part| self.head.excludes(part.peer)) {
            return Err("a member of it is excluded".to_owned());
        }
        for verdict in &decision.verdicts {
            if !self.proposal.options.admits(verdict) {
                return Err("scores in a session that keeps rows or updates private".to_owned());
            }
            if !self.head.is_judged_by(verdict) {
                return Err("a judge of it did not contribute".to_owned());
            }
        }
        Ok(())
    }
}
