//! What becomes of the rounds of a lineage that is left for another.
//!
//! A room that falls into parts learns on in each of them. When the parts meet, the rounds of one lineage do not count any
//! longer; what its members have learnt in them goes into their next updates. A device that only was behind, asleep or away,
//! has nothing of the kind: its rounds are the beginning of those that it takes up.

use super::{Session, SessionAction, Surroundings};
use crate::view::{LineageLeft, RoundView};
use protocol::{limits, session::RoundRecord};
use units::{Hash, PeerId, SortedSet};

/// Lineages left that a view holds, the newest.
const LINEAGES_LEFT_MAX: usize = 32;

impl Session {
    /// How many of our newest rounds were made apart from those who made `record`: none of them has a part in any of these, and
    /// they do not begin with them. Of ancestors records name only the parent, so that contributors tell of the others. Where few
    /// are drawn of many, they tell nothing: 0.
    pub(super) fn rounds_apart(&self, record: &RoundRecord, s: &Surroundings<'_>) -> u32 {
        let theirs = record.decision.contributions.iter().map(|part| part.peer);
        let theirs: SortedSet<PeerId> = theirs.filter(|peer| *peer != s.me).collect();
        let mut ours = self.head.decision.contributions.iter().map(|part| part.peer);
        // Rounds that they took up from us are the beginning of theirs.
        let taken = theirs.iter().filter_map(|peer| self.on_ours.get(peer)).max();
        let parent = self.ancestry.round_of(record.decision.parent);
        let begins_with = taken.copied().max(parent).unwrap_or_default();
        if self.head.decision.round <= begins_with
            || self.is_crowd(s)
            || theirs.is_empty()
            || ours.any(|it| theirs.contains(&it))
        {
            return 0;
        }
        let is_apart = |round: &&RoundView| {
            let has_part = round.members.iter().any(|part| theirs.contains(&part.peer));
            round.round > begins_with && !has_part
        };
        // An earlier life of the page may have seen more of them.
        let seen = self.history.iter().rev().take_while(is_apart).count();
        seen.max(1) as u32
    }

    /// How much of what this device's lineage has learnt its next updates bring in when `record` is taken up: as much as it
    /// has made rounds for each of the others', 1 at most; nothing where its rows had no part, or no update follows.
    pub(super) fn part_kept(&self, record: &RoundRecord, s: &Surroundings<'_>) -> f32 {
        let apart = self.rounds_apart(record, s);
        let mut ours = self.head.decision.contributions.iter();
        let is_last = record.decision.round >= self.proposal.options.rounds;
        if apart == 0 || is_last || !ours.any(|part| part.peer == s.me) {
            return 0.0;
        }
        let parted_at = self.head.decision.round.saturating_sub(apart);
        let theirs = record.decision.round.saturating_sub(parted_at).max(1);
        (apart as f32 / theirs as f32).min(1.0)
    }

    /// What is to be told when `record` takes the place of our newest one; nothing, if our rounds are its beginning.
    pub(super) fn lineage_left_for(
        &self,
        record: &RoundRecord,
        s: &Surroundings<'_>,
    ) -> Option<LineageLeft> {
        let rounds_apart = self.rounds_apart(record, s);
        (rounds_apart > 0).then(|| LineageLeft {
            round: self.head.decision.round,
            rounds_apart,
            taken_up_round: record.decision.round,
            members: record.decision.contributions.len() as u32,
            keeps_ours: self.part_kept(record, s) > 0.0,
        })
    }

    /// A peer asks for the model of a record, or builds on it: if it is one of ours, what it makes from here on begins with it.
    pub(super) fn note_on_ours(&mut self, peer: PeerId, record: Hash) {
        let Some(round) = self.ancestry.round_of(record) else { return };
        if self.on_ours.len() >= limits::ROUND_MEMBERS_MAX && !self.on_ours.contains_key(&peer) {
            self.on_ours.pop_first();
        }
        let known = self.on_ours.entry(peer).or_insert(round);
        *known = round.max(*known);
    }

    /// Another lineage is taken up: who was apart from ours need not be from that, but for those who made it of ours.
    pub(super) fn leave_lineage(&mut self) {
        self.apart.retain(|peer, _| self.on_ours.contains_key(peer));
        self.on_ours.clear();
    }

    /// A peer's newest record is lighter than ours: remembers that it was made apart, if it surely was. What came before the
    /// rounds that this page has seen of this lineage may be another's beginning as well as ours.
    pub(super) fn note_apart(&mut self, peer: PeerId, record: &RoundRecord, s: &Surroundings<'_>) {
        let round = record.decision.round;
        let taken_up = self.lineages_left.last().map_or(0, |left| left.taken_up_round);
        let ours = self.history.iter().find(|ours| ours.round == round);
        let is_other = round > self.head.decision.round
            || round >= taken_up && ours.is_some_and(|ours| ours.model != record.model);
        if is_other && self.rounds_apart(record, s) > 0 {
            self.apart.insert(peer, round);
        }
    }

    /// Who was apart and has a part in our next record has given up its own rounds.
    pub(super) fn tell_of_joined(&mut self, record: &RoundRecord) {
        let round = record.decision.round;
        for part in &record.decision.contributions {
            if let Some(left_round) = self.apart.remove(&part.peer) {
                let peer = part.peer;
                self.actions.push(SessionAction::PartJoined { peer, left_round, round });
            }
        }
    }

    /// Keeps it for the view.
    pub(super) fn note_lineage_left(&mut self, left: LineageLeft) {
        if self.lineages_left.len() >= LINEAGES_LEFT_MAX {
            self.lineages_left.remove(0);
        }
        self.lineages_left.push(left);
    }
}
