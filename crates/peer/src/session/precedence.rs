//! Which of two chains everybody goes on with.
//!
//! What a chain shows of itself counts: [`RoundRecord::weight`]. Of its newest record it cannot show by whom that is upheld; who
//! meets it counts those that it has heard say so. And a chain that few could make by themselves does not take a device
//! out of a round that more are about to make: what came about with more of them counts for more once it is there. So nobody
//! takes the others away by having been quick.

use super::{Session, Surroundings, lineage::Adoption, showing::Showing};
use ::core::time::Duration;
use protocol::session::{RoundRecord, Upheld};
use units::{Hash, Instant, PeerId, SortedSet};

/// How often a chain is looked at again that our round comes before.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How long members that have finished are given to say that they hold the last record.
const LAST_WAIT: Duration = Duration::from_secs(10);

/// Members that a round of a crowd is made by, as far as nobody knows better.
const CROWD_MEMBERS: usize = 6;

impl Session {
    /// Whether a record that a peer tells of can outweigh ours, if what it says is so. What it says is of all who have
    /// contributed, and of ours those count who are here. What shows at once is looked at in any case.
    pub(super) fn may_outweigh(&self, record: &RoundRecord, s: &Surroundings<'_>) -> bool {
        if self.chain.has(record.hash()) {
            return false;
        }
        let (upheld, samples, round, hash) = self.head.weight();
        let here = self.upheld_here(false, s);
        self.chain.has(record.decision.parent)
            || record.weight() > (upheld.min(&here), samples, round, hash)
    }

    /// By how many our records were upheld, of those who are here; the last one by all or none of them.
    pub(crate) fn upheld_here(&self, holds_last: bool, s: &Surroundings<'_>) -> Upheld {
        let is_here = |peer: PeerId| self.is_here(peer, s);
        Upheld::of(self.chain.records_after(None), |_| holds_last, is_here)
    }

    /// Whether a record that was shown outweighs ours.
    pub(super) fn outweighs(
        &self,
        from: PeerId,
        record: &RoundRecord,
        showing: &Showing,
        s: &Surroundings<'_>,
    ) -> bool {
        let Some((_, first)) = self.beyond_ours(showing).first() else {
            return !self.model_here && record.hash() == self.head_hash;
        };
        let parent = first.decision.parent;
        if parent == self.head_hash {
            return true;
        }
        let holders = self.holders(self.head_hash, None, s);
        let counts = self.who_counts(parent, s);
        let ours = self.chain.records_after(Some(parent));
        let ours = Upheld::of(ours, |peer| self.running && holders.contains(&peer), counts);
        let theirs = self.upheld_beyond(from, record, showing, s);
        let mut samples = (record.cumulative_samples, self.head.cumulative_samples);
        if self.chain.round_of(parent).is_none() && parent != self.proposal.genesis() {
            // Of both, what can be shown.
            let oldest = self.chain.oldest().map_or(0, |oldest| oldest.cumulative_samples);
            samples = (samples.0 - first.cumulative_samples.min(samples.0), samples.1 - oldest);
        }
        let (round, our_round) = (record.decision.round, self.head.decision.round);
        let judged = (self.is_judged(record.hash(), s), self.is_judged(self.head_hash, s));
        (theirs, judged.0, samples.0, round, record.hash())
            > (ours, judged.1, samples.1, our_round, self.head_hash)
    }

    /// Of a session that is over: whether two who are here have come to this record by themselves. No round follows that would
    /// show who holds which of the last ones; verdicts are said to all.
    fn is_judged(&self, record: Hash, s: &Surroundings<'_>) -> bool {
        let judges = self.verdicts.judges(record, self.head_hash);
        let judges: SortedSet<PeerId> = judges.filter(|peer| self.is_here(*peer, s)).collect();
        !self.running && judges.len() >= 2
    }

    /// By how many records that were shown were upheld, of those that are none of ours.
    fn upheld_beyond(
        &self,
        from: PeerId,
        record: &RoundRecord,
        showing: &Showing,
        s: &Surroundings<'_>,
    ) -> Upheld {
        let beyond = self.beyond_ours(showing);
        let parent = beyond.first().map_or(self.head_hash, |(_, first)| first.decision.parent);
        let holders = self.holders(record.hash(), Some(from), s);
        let counts = self.who_counts(parent, s);
        let records = beyond.iter().map(|(_, record)| record);
        Upheld::of(records, |peer| self.running && holders.contains(&peer), counts)
    }

    /// Who counts where two chains have parted after one of our records: who is here, and who has contributed to what both
    /// share. Keys cost nothing, and who has never been seen may be made up. In a crowd nobody sees all.
    fn who_counts<'a>(
        &self,
        parted_at: Hash,
        s: &'a Surroundings<'_>,
    ) -> impl Fn(PeerId) -> bool + 'a {
        let shared = self.chain.records_up_to(parted_at);
        let shared = shared.flat_map(|record| &record.decision.contributions).map(|part| part.peer);
        let mut counted: SortedSet<PeerId> = shared.collect();
        counted.extend(s.connected.iter().copied().chain([s.me]));
        let all_count = self.is_crowd(s);
        move |peer| all_count || counted.contains(&peer)
    }

    fn is_here(&self, peer: PeerId, s: &Surroundings<'_>) -> bool {
        peer == s.me || s.connected.contains(&peer) || self.is_crowd(s)
    }

    /// Forgets a record that does not outweigh the newest one of ours.
    pub(super) fn forget_lighter_adoption(&mut self, s: &Surroundings<'_>) {
        let Some(Adoption { from, record, showing, .. }) =
            self.adoption.as_ref().filter(|it| !it.is_installing())
        else {
            return;
        };
        let stays = match showing.is_shown() {
            true => self.outweighs(*from, record, showing, s),
            false => self.may_outweigh(record, s),
        };
        if !stays {
            self.adoption = None;
        }
    }

    /// Members that are known to hold a record: who judged it, trains from it, or tells of it. In a full mesh those who are
    /// here, since all hear the same of them.
    fn holders(
        &self,
        record: Hash,
        teller: Option<PeerId>,
        s: &Surroundings<'_>,
    ) -> SortedSet<PeerId> {
        let trains = self.stash.commitments(record).map(|it| it.contribution.peer);
        let judges = self.verdicts.judges(record, self.head_hash);
        let me = (record == self.head_hash && self.model_here).then_some(s.me);
        judges.chain(trains).chain(teller).chain(me).filter(|peer| self.is_here(*peer, s)).collect()
    }

    /// Of records that were shown, those that are none of ours.
    fn beyond_ours<'a>(&self, showing: &'a Showing) -> &'a [(Hash, RoundRecord)] {
        let shown = showing.records();
        let ours = shown.iter().rposition(|(name, _)| self.chain.has(*name));
        &shown[ours.map_or(0, |place| place + 1)..]
    }

    /// The round up to which records that were shown are ours too, as far as that is seen.
    pub(super) fn parted_at(&self, showing: &Showing) -> Option<u32> {
        let (_, first) = self.beyond_ours(showing).first()?;
        self.chain.round_of(first.decision.parent)
    }

    /// Until when our round comes before a heavier chain: as long as more may make it than have upheld any record of that
    /// chain since it has left ours. That may not be over then.
    pub(super) fn comes_first_until(
        &self,
        rival: &Adoption,
        s: &Surroundings<'_>,
    ) -> Option<Instant> {
        let beyond = self.beyond_ours(&rival.showing);
        beyond.first()?;
        let holders = self.holders(rival.record.hash(), Some(rival.from), s);
        let elsewhere = beyond[1..].iter().flat_map(|(_, record)| &record.decision.contributions);
        let elsewhere: SortedSet<PeerId> =
            elsewhere.map(|part| part.peer).chain(holders.iter().copied()).collect();
        if !self.model_here || !self.is_worth_waiting_for(&elsewhere, s) {
            return None;
        }
        let theirs = self.upheld_beyond(rival.from, &rival.record, &rival.showing, s);
        let theirs = theirs.largest().max(if self.running { 1 } else { holders.len() });
        let until = if self.running { self.commit_deadline(s) } else { self.last_wait_until() };
        let is_open = s.now < until;
        let again = if is_open { until } else { s.now + LOOK_AGAIN };
        (self.with_us(&elsewhere, is_open, s) > theirs).then_some(again)
    }

    /// Whether our round goes on from what this device has computed itself, or has just begun with: who only took up its
    /// record has nothing to lose, and who is new does not begin anew what others have begun.
    fn is_worth_waiting_for(&self, elsewhere: &SortedSet<PeerId>, s: &Surroundings<'_>) -> bool {
        let founder = self.proposal.founder;
        let is_here = founder == s.me || s.connected.contains(&founder);
        let has_just_begun = self.head.decision.round == 0
            && is_here
            && !elsewhere.contains(&founder)
            && self.has_not_gone_on(founder);
        self.computed_here || has_just_begun
    }

    /// How many make our round, as far as is known: while it is open, all who may be about to; later, those who have promised
    /// something for it. Of a session that is over, those who have made the last one.
    fn with_us(&self, elsewhere: &SortedSet<PeerId>, is_open: bool, s: &Surroundings<'_>) -> usize {
        let is_here = |peer: &PeerId| *peer == s.me || s.connected.contains(peer);
        let may_come = |peer: &PeerId| !elsewhere.contains(peer) && self.has_not_gone_on(*peer);
        if !self.running {
            let made = self.head.decision.contributions.iter().map(|part| part.peer);
            return made.filter(|peer| is_open && is_here(peer) && may_come(peer)).count();
        }
        let promised = self.stash.newest_commitments().filter(|it| it.parent == self.head_hash);
        let promised: SortedSet<PeerId> = promised.map(|it| it.contribution.peer).collect();
        if self.is_crowd(s) {
            let usual = self.head.decision.contributions.len().max(CROWD_MEMBERS);
            return promised.len().max(if is_open { usual } else { 0 });
        }
        let is_one = |peer: &PeerId| promised.contains(peer) || is_open && may_come(peer);
        self.contributors(s).iter().filter(|peer| is_one(peer)).count()
    }

    /// Whether a member has promised nothing yet for a record that is none of ours.
    fn has_not_gone_on(&self, peer: PeerId) -> bool {
        let mut newest = self.stash.newest_commitments().filter(|it| it.contribution.peer == peer);
        newest.next().is_none_or(|promised| self.chain.has(promised.parent))
    }

    fn last_wait_until(&self) -> Instant {
        self.round.started_at() + LAST_WAIT
    }
}
