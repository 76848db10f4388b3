//! What the leader of a round does, and whose word on who makes the round counts.

use crate::session::{Session, Surroundings, stash::Closing};
use protocol::{
    message::SessionMessage,
    session::{Contribution, Decision},
};
use units::{PeerId, SortedSet};

/// Who leads the running round, as this member sees it.
pub(super) struct Order {
    leaders: Vec<PeerId>,
    /// Those who are waited for.
    contributors: Vec<PeerId>,
    attempt: usize,
}

impl Order {
    /// Which attempt a peer leads.
    pub(super) fn rank(&self, peer: PeerId) -> usize {
        self.leaders.iter().position(|leader| *leader == peer).unwrap_or(usize::MAX)
    }

    /// Whether a peer leads this attempt, or has led an earlier one.
    pub(super) fn is_its_turn(&self, peer: PeerId) -> bool {
        self.rank(peer) <= self.attempt
    }

    /// Whether a peer's word on who makes the round counts: it has had its turn, or it leaves out nobody. So nobody can hurry
    /// ahead and shut others out.
    pub(super) fn admits(&self, from: PeerId, members: SortedSet<PeerId>) -> bool {
        self.is_its_turn(from) || self.contributors.iter().all(|peer| members.contains(peer))
    }
}

impl Session {
    pub(super) fn next_attempt(&mut self, s: &Surroundings<'_>) {
        let since = self.round.attempt_since;
        let leader_wait = self.pace.leader_wait(s.limits);
        let patience = if self.round.attempt > 0 {
            leader_wait + self.unmask_patience()
        } else if self.round.closed_at.is_some() {
            self.reveal_wait() + self.unmask_patience() + leader_wait
        } else {
            self.commit_deadline(s).saturating_duration_since(since) + leader_wait
        };
        if s.now >= since + patience {
            self.round.attempt += 1;
            self.round.attempt_since = s.now;
            self.round.look_again(s.now + leader_wait);
        } else {
            self.round.look_again(since + patience);
        }
    }

    /// What the leader of the running attempt does, if that is this device.
    pub(super) fn lead(&mut self, may_close: bool, s: &Surroundings<'_>) {
        if !self.round.trained || self.stash.has_decided(s.me, self.head_hash) {
            return;
        }
        if let Some(until) = self.looks_around_until(s.now) {
            return self.round.look_again(until);
        }
        if !may_close && self.stash.closings(self.head_hash).next().is_none() {
            return self.round.look_again(self.commit_deadline(s));
        }
        if self.leader(self.round.attempt, s) != Some(s.me) {
            return;
        }
        match self.closing(s).cloned() {
            None => self.close(s),
            Some(closing) => self.decide(&closing, s),
        }
    }

    fn close(&mut self, s: &Surroundings<'_>) {
        let deadline = self.commit_deadline(s);
        if s.now < deadline && !self.everyone_has_committed(s) {
            return self.round.look_again(deadline);
        }
        let parent = self.head_hash;
        let committed = self.stash.commitments(parent).map(|it| it.contribution.peer);
        let mut peers: Vec<_> = committed.filter(|peer| !self.is_excluded(*peer)).collect();
        if self.is_crowd(s) {
            peers = self.drawn();
        }
        let contributions = self.promises_of(&peers);
        let said = contributions.clone();
        if !self.is_crowd(s) {
            self.broadcast(SessionMessage::Close { parent, contributions: said }, s);
        }
        self.stash.put_closing(s.me, Closing { parent, contributions });
    }

    fn decide(&mut self, closing: &Closing, s: &Surroundings<'_>) {
        let Some(closed_at) = self.round.closed_at else { return };
        if self.masks.part.survivors.is_some() {
            return self.decide_on_sums(s);
        }
        let is_here = |c: &Contribution| self.stash.update(c.peer, c.update).is_some();
        let may_come = |c: &Contribution| {
            let is_there = s.is_partial || s.connected.contains(&c.peer);
            c.peer == s.me || is_there && self.awaits(c.peer, s)
        };
        let deadline = closed_at + self.reveal_wait();
        let missing = closing.contributions.iter().any(|c| !is_here(c) && may_come(c));
        if missing && s.now < deadline {
            return self.round.look_again(deadline);
        }
        let held = closing.contributions.iter().filter(|c| is_here(c) && !self.is_excluded(c.peer));
        let contributions: Vec<_> = held.copied().collect();
        if contributions.is_empty() {
            // Those whom an earlier leader has listed show nothing: this one lists who has promised by itself.
            self.stash.drop_closing(self.head_hash);
            self.round.closed_at = None;
            return self.round.look_again(s.now + s.limits.leader_wait);
        }
        self.check_signatures(self.head_hash);
        let round = self.head.decision.round + 1;
        let verdicts = self.verdicts.beside(&contributions);
        let committed = self.round.committed.max(contributions.len() as u32);
        let parent = self.head_hash;
        let decision =
            Decision { round, parent, contributions, verdicts, committed, groups: Vec::new() };
        if self.is_masked() {
            self.name_survivors(decision, s);
            return self.decide_on_sums(s);
        }
        self.broadcast(SessionMessage::Decide(decision.clone()), s);
        self.stash.put_decision(s.me, decision, true);
    }

    /// Who may close and decide, and in which order they are listened to.
    pub(super) fn order(&self, s: &Surroundings<'_>) -> Order {
        let mut contributors = self.contributors(s);
        let mut leaders = self.leaders_of(contributors.clone(), s);
        contributors.retain(|peer| self.awaits(*peer, s));
        if self.is_crowd(s) {
            // Who has decided may have committed unheard: it has its place by its hash.
            let deciders = self.stash.decisions(self.head_hash).into_iter().map(|it| it.0);
            leaders.extend(deciders.filter(|peer| self.may_be_drawn(*peer, s)));
            leaders = self.leading_a_crowd.of(self.id, self.head.decision.round + 1, leaders);
        }
        Order { leaders, contributors, attempt: self.round.attempt as usize }
    }

    /// The closing of the running round: that of its first leader.
    pub(in crate::session) fn closing(&self, s: &Surroundings<'_>) -> Option<&Closing> {
        self.stash.closings(self.head_hash).next()?;
        let order = self.order(s);
        let members = |closing: &Closing| closing.contributions.iter().map(|c| c.peer).collect();
        let closings = self.stash.closings(self.head_hash);
        let closings = closings.filter(|(from, closing)| order.admits(*from, members(closing)));
        closings.min_by_key(|(from, _)| order.rank(*from)).map(|(_, closing)| closing)
    }
}
