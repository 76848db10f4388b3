//! Whom the others stand with, where two chains of rounds meet.
//!
//! What a record says of its weight is its maker's word. Who holds it, its holders say: each by the newest record that it told
//! of, judged or built on. In a full mesh everybody hears that of everybody, and chains win by how many hold them. Whatever
//! one of them claims, it is one of them.

use super::{Session, Surroundings, ancestry::Ancestry};
use core::{cmp::Ordering, time::Duration};
use protocol::{limits, session::RoundRecord};
use units::{Hash, Instant, PeerId, SortedMap};

/// What connected peers have said of the records that they hold.
#[derive(Default)]
pub(super) struct Standings {
    of: SortedMap<PeerId, Ancestry>,
    /// The newest records that peers told of and that were not taken up: one a peer.
    rivals: SortedMap<PeerId, RoundRecord>,
    /// Whether these are to be looked at again.
    has_changed: bool,
    /// Until when others may still follow to where the session has ended here.
    following_until: Option<Instant>,
}

/// How long after the end of a session on a device others may be about to come to it.
const FOLLOWING: Duration = Duration::from_secs(30);

impl Standings {
    /// A peer tells of its newest record; says whether it had not said so before.
    fn tell(&mut self, peer: PeerId, record: &RoundRecord, name: Hash) -> bool {
        let Some(known) = self.entry(peer, || Ancestry::of(record)) else { return true };
        let is_new = known.newest() != Some(name);
        known.go_to(record, name);
        self.has_changed |= is_new;
        is_new
    }

    /// A peer judges a record or builds on it: that is its newest. If it is unknown, the peer has come to it from its last.
    fn name(&mut self, peer: PeerId, name: Hash) {
        let Some(known) = self.entry(peer, Ancestry::empty) else { return };
        let is_new = known.newest() != Some(name);
        known.follow(name);
        self.has_changed |= is_new;
    }

    /// Full meshes are smaller: this is only to be bounded.
    fn entry(&mut self, peer: PeerId, first: impl Fn() -> Ancestry) -> Option<&mut Ancestry> {
        if self.of.len() >= limits::ROUND_MEMBERS_MAX && !self.of.contains_key(&peer) {
            return None;
        }
        Some(self.of.entry(peer).or_insert_with(first))
    }

    /// A peer is gone, or takes part no longer.
    pub(super) fn forget(&mut self, peer: PeerId) {
        self.has_changed |= self.of.remove(&peer).is_some();
        self.rivals.remove(&peer);
    }

    /// The session has ended here: others may be about to come to where it did.
    pub(super) fn wait_for_followers(&mut self, now: Instant) {
        self.following_until = Some(now + FOLLOWING);
        self.has_changed = true;
    }

    /// When rival records are to be looked at again, if nothing changes before.
    pub(super) fn compares_at(&self) -> Option<Instant> {
        self.following_until.filter(|_| !self.rivals.is_empty())
    }

    /// This device stands elsewhere.
    pub(super) fn look_again(&mut self) {
        self.has_changed = true;
    }

    /// Who told of records that were not taken up.
    pub(super) fn rivals(&self) -> impl Iterator<Item = &PeerId> {
        self.rivals.keys()
    }

    /// It tells of another record.
    pub(super) fn drop_rival(&mut self, peer: PeerId) {
        self.rivals.remove(&peer);
    }
}

/// How a chain is placed among others: by those who hold its newest record, then by those whose updates are in that and whom
/// others here are connected with while this device is not, then by weight.
type Rank = (Count, usize, (u64, u32, Hash));

/// How many hold a record: those with rows, where they come first, and all.
type Count = (usize, usize);

impl Session {
    /// A peer tells of its newest record; says whether that is news.
    pub(super) fn note_head(
        &mut self,
        peer: PeerId,
        record: &RoundRecord,
        s: &Surroundings<'_>,
    ) -> bool {
        self.is_near(peer, s) && self.standings.tell(peer, record, record.hash())
    }

    /// A peer judges a record or builds on it.
    pub(super) fn note_standing(&mut self, peer: PeerId, record: Hash, s: &Surroundings<'_>) {
        if self.is_near(peer, s) {
            self.standings.name(peer, record);
        }
    }

    fn is_near(&self, peer: PeerId, s: &Surroundings<'_>) -> bool {
        !s.is_partial && s.connected.contains(&peer)
    }

    /// Whether a peer has said that it takes part, or what it holds.
    pub(crate) fn is_taken_part_in_by(&self, peer: PeerId) -> bool {
        self.members.contains_key(&peer) || self.standings.of.contains_key(&peer)
    }

    /// Whether a record that does not follow ours takes its place, as far as is known of who holds which: a lighter one too, if
    /// more hold it, and a heavier one not, if fewer do.
    pub(super) fn outranks(&self, record: &RoundRecord, s: &Surroundings<'_>) -> bool {
        if s.is_partial {
            return record.weight() > self.head.weight();
        }
        let name = record.hash();
        if name == self.head_hash {
            return !self.model_here;
        }
        if !self.is_cut_short() && self.ancestry.has(name) {
            return false;
        }
        let of_theirs = self.holders(name, s);
        let parted = self.parted_at(record, s);
        let is_ours =
            |peer: &PeerId, known: &Ancestry| self.is_with_ours(*peer, known, (name, parted), s);
        // Who cannot train goes on from its record with those who can.
        let extends = parted == self.ancestry.round_of(self.head_hash) && !self.is_cut_short();
        let holds_on = |peer: &PeerId| !extends || self.has_rows(*peer, s);
        let with_ours =
            self.standing(s).filter(|(peer, known)| is_ours(peer, known) && holds_on(peer));
        let me = Some(s.me).filter(|me| self.model_here && holds_on(me));
        let of_ours = self.count(with_ours.map(|(peer, _)| *peer).chain(me), s);
        let is_first = match of_theirs.cmp(&of_ours) {
            Ordering::Less => false,
            Ordering::Greater => true,
            Ordering::Equal => {
                let ours = (self.out_of_reach(&self.head, s), self.head.weight());
                (self.out_of_reach(record, s), record.weight()) > ours
            }
        };
        // What more hold than this, and is neither, is waited for: not what comes before ours, which all hold that parted since.
        let is_elsewhere =
            |peer: &PeerId, known: &Ancestry| !is_ours(peer, known) && !self.holds(known, name);
        let elsewhere = self.standing(s).filter(|(peer, known)| is_elsewhere(peer, known));
        let is_third = |newest: &Hash| self.is_cut_short() || !self.ancestry.has(*newest);
        let newest = elsewhere.filter_map(|(_, known)| known.newest()).filter(is_third);
        is_first && newest.map(|other| self.holders(other, s)).max() <= Some(of_theirs)
    }

    /// Which of two rival records comes first.
    pub(super) fn rank(&self, record: &RoundRecord, s: &Surroundings<'_>) -> Rank {
        let holders = if s.is_partial { (0, 0) } else { self.holders(record.hash(), s) };
        (holders, self.out_of_reach(record, s), record.weight())
    }

    /// Whether the session is over for all before its last round: nobody catches up any more, and who is behind stays there.
    fn is_cut_short(&self) -> bool {
        let is_done = self.head.decision.round >= self.proposal.options.rounds;
        let was_cut = self.stopped || self.stop_heard || !is_done && !self.budget.used_up;
        !self.running && was_cut
    }

    /// Connected peers, and what they say. Who is known to say two things says nothing.
    fn standing<'a>(
        &'a self,
        s: &'a Surroundings<'_>,
    ) -> impl Iterator<Item = (&'a PeerId, &'a Ancestry)> {
        let counts = |peer: &PeerId| s.connected.contains(peer) && !self.accused.contains(*peer);
        self.standings.of.iter().filter(move |(peer, _)| counts(peer))
    }

    /// A connected peer has fallen silent, or is heard again.
    pub(crate) fn silence_changed(&mut self, s: &Surroundings<'_>) {
        self.standings.look_again();
        self.advance(s);
    }

    /// Whether a device trains, or may do so.
    fn has_rows(&self, peer: PeerId, s: &Surroundings<'_>) -> bool {
        if peer == s.me { self.rows > 0 } else { self.members.get(&peer) != Some(&0) }
    }

    /// Of a session that was cut short, those who train come first: who looked on was behind.
    fn count(&self, peers: impl Iterator<Item = PeerId>, s: &Surroundings<'_>) -> Count {
        let is_cut = self.is_cut_short();
        peers.fold((0, 0), |(training, all), peer| {
            (training + usize::from(is_cut && self.has_rows(peer, s)), all + 1)
        })
    }

    /// Whether a peer is with our chain, or behind on it.
    fn is_on_ours(&self, known: &Ancestry) -> bool {
        let Some(newest) = known.newest() else { return false };
        newest == self.head_hash || !self.is_cut_short() && self.ancestry.has(newest)
    }

    /// Whether a peer holds a record, or one that builds on it.
    fn holds(&self, known: &Ancestry, record: Hash) -> bool {
        match self.is_cut_short() {
            true => known.newest() == Some(record),
            false => known.has(record),
        }
    }

    /// Whether a peer holds a record that is none of ours, and is not back with ours.
    fn is_rivals(&self, known: &Ancestry, record: Hash) -> bool {
        !self.is_on_ours(known) && self.holds(known, record)
    }

    /// Those who hold a record that is none of ours.
    fn holders(&self, record: Hash, s: &Surroundings<'_>) -> Count {
        let theirs = self.standing(s).filter(|(_, known)| self.is_rivals(known, record));
        self.count(theirs.map(|(peer, _)| *peer), s)
    }

    /// Whether a peer is with our chain rather than with a rival that parted from it after that round: on it, ahead of this device,
    /// or parted from it later. Who stands before the parting, or may do so, is with us as long as it may follow; after that, or
    /// while it sleeps, it is with both sides or with neither: those who are awake come together without it.
    fn is_with_ours(
        &self,
        peer: PeerId,
        known: &Ancestry,
        (rival, parted): (Hash, Option<u32>),
        s: &Surroundings<'_>,
    ) -> bool {
        let is_followed = self.running || self.standings.following_until.is_some();
        let may_follow = is_followed && !s.silent.contains(&peer);
        if known.newest() == Some(self.head_hash) || may_follow && self.is_on_ours(known) {
            return true;
        }
        let parted_later = self.meets(known) > parted && (may_follow || parted.is_some());
        let is_near = parted_later || self.holds(known, self.head_hash);
        !self.holds(known, rival) && is_near && !self.is_cut_short()
    }

    /// The last round of ours that is also a peer's.
    fn meets(&self, known: &Ancestry) -> Option<u32> {
        known.newest_first().find_map(|name| self.ancestry.round_of(name))
    }

    /// The last round of ours that a rival record builds on, by its own word and that of those who hold it.
    fn parted_at(&self, rival: &RoundRecord, s: &Surroundings<'_>) -> Option<u32> {
        let name = rival.hash();
        let holders = self.standing(s).filter(|(_, known)| self.is_rivals(known, name));
        let met = holders.filter_map(|(_, known)| self.meets(known)).max();
        met.max(self.ancestry.round_of(rival.decision.parent))
    }

    /// Those with a part in a record who are here, but not connected with this device.
    fn out_of_reach(&self, record: &RoundRecord, s: &Surroundings<'_>) -> usize {
        let parts = record.decision.contributions.iter();
        parts.filter(|part| s.out_of_reach.contains(&part.peer)).count()
    }

    /// Whether more hold the record that a peer came to, and that follows ours, than still hold ours: it is what will be.
    pub(super) fn is_held_by_most(&self, peer: PeerId, s: &Surroundings<'_>) -> bool {
        let record = self.followed.get(&peer).filter(|_| !s.is_partial);
        record.is_some_and(|record| self.outranks(record, s))
    }

    pub(super) fn is_held_by_several(&self, record: &RoundRecord, s: &Surroundings<'_>) -> bool {
        let (_, all) = self.holders(record.hash(), s);
        all > 1
    }

    /// Keeps a record that a peer told of and that does not take the place of ours yet.
    pub(super) fn keep_rival(&mut self, peer: PeerId, record: RoundRecord, s: &Surroundings<'_>) {
        if self.is_near(peer, s) && self.standings.of.contains_key(&peer) {
            self.standings.rivals.insert(peer, record);
        }
    }

    /// Looks at rival records again, if others stand elsewhere than before.
    pub(super) fn compare_standings(&mut self, s: &Surroundings<'_>) {
        let is_over = |until: &mut Instant| s.now >= *until;
        self.standings.has_changed |= self.standings.following_until.take_if(is_over).is_some();
        if !self.ready || !core::mem::take(&mut self.standings.has_changed) {
            return;
        }
        let rivals = self.standings.rivals.iter().filter(|(_, record)| !self.can_follow(record));
        let first = rivals
            .filter(|(_, record)| self.outranks(record, s))
            .max_by_key(|(_, record)| self.rank(record, s));
        if let Some((from, record)) = first.map(|(from, record)| (*from, record.clone())) {
            self.take_up(from, record, s);
        }
    }
}
