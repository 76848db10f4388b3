//! Everyone known in the room.

use crate::{
    core::Core,
    link::Link,
    replay::ReplayWindow,
    view::{Ended, LinkStage},
};
use ::core::time::Duration;
use protocol::{
    envelope::Instance,
    limits,
    overlay::{Towards, WalkId},
    signaling::PeerCard,
};
use units::{Instant, PeerId, SortedMap, SortedSet};

/// How long the side that need not offer waits for the other's offer.
pub(crate) const COURTESY: Duration = Duration::from_secs(4);
/// Offers under way to peers that only neighbours tell of: one that makes peers up must not use all connections up.
pub(crate) const HEARSAY_LINKS_MAX: usize = 3;
/// Peers that nothing but one neighbour's word stands for: one that makes peers up must not fill the roster with them.
/// In a full mesh of 12, nobody honest has more to tell of.
const TOLD_BY_ONE_MAX: usize = 11;
/// How long a peer without a connection is kept in a partial mesh after the last sign of it.
const FRESH_FOR: Duration = Duration::from_secs(120);
/// A peer without a connection that was heard of so long ago makes room, in a partial mesh, for one for which as much stands.
const SETTLED_AFTER: Duration = Duration::from_secs(10);
/// Peers whose signals are remembered after they have left, against replays.
const DEPARTED_MAX: usize = 256;

/// A peer in the room.
pub(crate) struct Member {
    /// What is known of it: its own words once connected, hearsay before.
    pub card: PeerCard,
    /// Whether the server lists it.
    pub on_server: bool,
    /// Connected peers that say they are connected to it, and their round trip to it in milliseconds; 0 if they have none.
    pub neighbours: SortedMap<PeerId, u16>,
    /// The neighbour that brought news of it from elsewhere in the room.
    pub told_by: Option<PeerId>,
    /// Where handshakes for it can go, along a walk.
    pub route: Option<(WalkId, Towards)>,
    /// When there was a sign of it last, other than a connection; `None` if that has proved wrong.
    pub heard_at: Option<Instant>,
    /// How many connections it has, by its own words.
    pub degree: usize,
    /// The round trip on its last connection.
    pub distance_ms: Option<u32>,
    /// Somebody at this device asked for the connection: it is not parted from.
    pub is_asked_for: bool,
    /// When this device told it that it parts from it.
    pub parting_since: Option<Instant>,
    pub link: Option<Link>,
    pub window: ReplayWindow,
    /// How the last connection or attempt ended.
    pub ended: Option<Ended>,
    /// Attempts that failed since the last success.
    pub failures: u32,
    /// When to try again by ourselves.
    pub retry_at: Instant,
    /// Somebody closed this connection on purpose: it is not opened again by itself.
    pub held: bool,
    /// The attempt whose connection ended last: its goodbye may come after its channels have closed.
    pub ended_attempt: Option<u64>,
    /// When its newest call for learning was heard.
    pub called_at: Option<Instant>,
    /// Handshakes that this peer may still have passed on, and since when.
    introductions: (u32, Instant),
}

/// Handshakes that one peer may have passed on in [`INTRODUCTION_PERIOD`]: several attempts with trickled candidates.
const INTRODUCTIONS_MAX: u32 = 400;
const INTRODUCTION_PERIOD: Duration = Duration::from_secs(10);

impl Member {
    pub(crate) fn is_connected(&self) -> bool {
        self.link.as_ref().is_some_and(Link::is_open)
    }

    /// The round trip on its connection in milliseconds, at least 1; 0 if there is none or it is not measured.
    pub(crate) fn round_trip_ms(&self) -> u16 {
        let measured = self.link.as_ref().and_then(|link| link.ping_ms);
        measured.map_or(0, |ms| ms.clamp(1.0, f64::from(u16::MAX)) as u16)
    }

    /// The life of the peer that an offer is meant for: the newest that anybody told of, or, in every second pair of
    /// attempts, the newest that a signature proves, because anybody can tell of a life that nobody lives.
    pub(crate) fn instance_to_try(&self) -> Instance {
        let proved = self.window.instance();
        if self.failures / 2 % 2 == 1 && proved > Instance(0) { proved } else { self.card.instance }
    }

    /// Takes note of a life that a signature proves. What others say of a newer one may be true all the same.
    pub(crate) fn prove(&mut self, instance: Instance) {
        self.window.prove(instance);
        self.card.instance = self.card.instance.max(instance);
    }

    /// Whether only neighbours tell of this peer: neither the server nor a signature of its own does.
    pub(crate) fn is_hearsay(&self) -> bool {
        !self.on_server && self.window.instance() == Instance(0)
    }

    /// Counts a handshake to be passed on; `false` if there were too many.
    pub(crate) fn may_be_introduced(&mut self, now: Instant) -> bool {
        let (count, since) = &mut self.introductions;
        if now >= *since + INTRODUCTION_PERIOD {
            (*count, *since) = (0, now);
        }
        *count += 1;
        *count <= INTRODUCTIONS_MAX
    }

    /// Takes note of what somebody else says of this peer. `true` if it seems to have begun a new life. The server
    /// may take back what it said of a life, as far as no signature proves it; neighbours may only be ahead.
    pub(crate) fn hear_of(&mut self, card: PeerCard, from_server: bool) -> bool {
        let newer = card.instance > self.card.instance;
        let taken_back = from_server && card.instance >= self.window.instance();
        let same = card.instance == self.card.instance;
        if self.is_connected() {
            // What a connected device can do, and what it is called, it says itself.
            self.card.instance = self.card.instance.max(card.instance);
        } else if newer || same || taken_back {
            self.card = card;
        }
        newer
    }

    /// What stands for this peer being there: a signature of its own more than the server's list, that more than
    /// neighbours.
    fn evidence(&self) -> Evidence {
        if self.window.instance() > Instance(0) {
            Evidence::Signed
        } else if self.on_server {
            Evidence::Listed
        } else if self.told_by.is_some() {
            Evidence::Walked
        } else {
            Evidence::Told
        }
    }

    /// Whether nothing but the word of `neighbour` stands for this peer.
    fn is_told_only_by(&self, neighbour: PeerId) -> bool {
        let tellers = || self.neighbours.keys().chain(&self.told_by);
        let by_others = tellers().any(|teller| *teller != neighbour);
        let by_it = tellers().any(|teller| *teller == neighbour);
        self.link.is_none() && !self.on_server && by_it && !by_others
    }

    /// Whether more stands for it than one neighbour's word.
    fn is_vouched_for(&self) -> bool {
        let evidence = self.evidence();
        evidence >= Evidence::Listed || self.is_connected() || self.neighbours.len() > 1
    }

    /// Whether there was a sign of it lately.
    fn is_fresh(&self, now: Instant) -> bool {
        self.heard_at.is_some_and(|at| now < at + FRESH_FOR)
    }

    /// Whether it is a neighbour that is there and stays, or about to become one.
    fn is_standing(&self, now: Instant) -> bool {
        let works = |link: &Link| match link.is_open() {
            true => link.stage == LinkStage::Open,
            false => !link.takes_long(now),
        };
        self.parting_since.is_none() && self.link.as_ref().is_some_and(works)
    }
}

/// What stands for a peer being there, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Evidence {
    /// A neighbour says so.
    Told,
    /// Somebody says so whom a walk has come to; a neighbour has brought that.
    Walked,
    /// The server says so.
    Listed,
    /// A signature of its own.
    Signed,
}

/// A peer was met.
pub(crate) struct Meeting {
    pub is_new: bool,
    /// Who had to make room for it.
    pub in_place_of: Option<PeerId>,
}

/// How many peers there are, and connections.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Census {
    /// All known.
    pub known: usize,
    /// Those for whom more stands than one neighbour's word.
    pub vouched: usize,
    /// Connections, open or under way.
    pub links: usize,
    /// Of these, those that work and stay, or are under way and not yet slow: what comes to nothing is not waited for.
    pub standing: usize,
    /// Of these, those under way with peers that only neighbours tell of.
    pub hearsay: usize,
}

#[derive(Default)]
pub(crate) struct Roster {
    pub members: SortedMap<PeerId, Member>,
    /// Whether it is that of a partial mesh: it has to change with the room, of which it is only a part.
    pub is_partial: bool,
    /// How many others the server has last said to be in the room.
    pub others_told_of: u32,
    /// Signals of those who are gone, and whether somebody closed the connection with them on purpose.
    departed: SortedMap<PeerId, (ReplayWindow, bool)>,
}

impl Roster {
    /// Makes a member of a peer that is new; `None` if there is no room for it. In a full roster, it takes the place of
    /// one that less stands for. `via` is the neighbour that told of it, if one did.
    pub(crate) fn meet(
        &mut self,
        now: Instant,
        card: &PeerCard,
        evidence: Evidence,
        via: Option<PeerId>,
    ) -> Option<Meeting> {
        let is_new = !self.members.contains_key(&card.peer);
        let mut in_place_of = None;
        if is_new {
            let told = via.map_or(Vec::new(), |neighbour| self.told_only_by(neighbour));
            if told.len() >= TOLD_BY_ONE_MAX {
                // In a partial mesh, what one neighbour tells of changes with the room.
                let oldest = told.into_iter().min().filter(|_| self.is_partial)?.1;
                self.depart(oldest);
                in_place_of = Some(oldest);
            } else if self.members.len() >= limits::KNOWN_PEERS_MAX {
                let weaker = self.weaker_than(evidence).or_else(|| self.older(now, evidence))?;
                self.depart(weaker);
                in_place_of = Some(weaker);
            }
        }
        let departed = self.departed.remove(&card.peer);
        let (window, held) = departed.unwrap_or_else(|| (ReplayWindow::new(), false));
        self.members.entry(card.peer).or_insert_with(|| Member {
            card: card.clone(),
            on_server: false,
            neighbours: SortedMap::new(),
            told_by: None,
            route: None,
            heard_at: Some(now),
            degree: 0,
            distance_ms: None,
            is_asked_for: false,
            parting_since: None,
            link: None,
            window,
            ended: None,
            failures: 0,
            retry_at: now,
            held,
            ended_attempt: None,
            called_at: None,
            introductions: (0, now),
        });
        Some(Meeting { is_new, in_place_of })
    }

    /// Whom nothing but one neighbour's word stands for, and when that was heard last.
    fn told_only_by(&self, neighbour: PeerId) -> Vec<(Option<Instant>, PeerId)> {
        let told = self.members.iter().filter(|(_, member)| member.is_told_only_by(neighbour));
        told.map(|(peer, member)| (member.heard_at, *peer)).collect()
    }

    /// The member without a connection that least stands for, if that is less than `evidence`.
    fn weaker_than(&self, evidence: Evidence) -> Option<PeerId> {
        let unconnected = self.members.iter().filter(|(_, member)| member.link.is_none());
        let weaker = unconnected.filter(|(_, member)| member.evidence() < evidence);
        weaker.min_by_key(|(_, member)| member.evidence()).map(|(peer, _)| *peer)
    }

    /// In a partial mesh, the member without a connection that has been there longest without a sign, if that was long
    /// ago, or if no more stands for it than for the one that is to take its place, which a neighbour's list is not
    /// enough for: neighbours of neighbours are many.
    fn older(&self, now: Instant, evidence: Evidence) -> Option<PeerId> {
        let settled = |member: &Member| member.heard_at.is_none_or(|at| now >= at + SETTLED_AFTER);
        let gives_way = |member: &Member| {
            let no_more = evidence > Evidence::Told && member.evidence() <= evidence;
            member.link.is_none() && (!member.is_fresh(now) || no_more && settled(member))
        };
        let members = self.members.iter().filter(|(_, m)| self.is_partial && gives_way(m));
        members.min_by_key(|(_, member)| member.heard_at).map(|(peer, _)| *peer)
    }

    /// Whether nobody sees a peer (any more). In a partial mesh, that takes a while: no list names everyone.
    pub(crate) fn is_unseen(&self, now: Instant, member: &Member) -> bool {
        if self.is_partial {
            member.neighbours.is_empty() && !member.is_fresh(now)
        } else {
            member.neighbours.is_empty() && !member.on_server
        }
    }

    /// Removes a member but remembers its signals, if it has ever sent one.
    pub(crate) fn depart(&mut self, peer: PeerId) {
        let member = self.members.remove(&peer);
        if let Some(member) = member.filter(|member| member.evidence() == Evidence::Signed) {
            if self.departed.len() >= DEPARTED_MAX {
                self.departed.pop_first();
            }
            self.departed.insert(peer, (member.window, member.held));
        }
    }

    /// Who was closed on purpose and is gone may be connected to again when it comes back.
    pub(crate) fn release(&mut self, peer: PeerId) {
        if let Some((_, held)) = self.departed.get_mut(&peer) {
            *held = false;
        }
    }

    /// As [`Self::release`], for all: this device leaves the room.
    pub(crate) fn release_all(&mut self) {
        self.departed.values_mut().for_each(|(_, held)| *held = false);
    }

    pub(crate) fn get(&self, peer: PeerId) -> Option<&Member> {
        self.members.get(&peer)
    }

    pub(crate) fn get_mut(&mut self, peer: PeerId) -> Option<&mut Member> {
        self.members.get_mut(&peer)
    }

    /// How many others there are in the room, as far as anybody has said.
    pub(crate) fn others(&self) -> usize {
        self.members.len().max(self.others_told_of as usize)
    }

    /// Everyone with an open connection.
    pub(crate) fn connected(&self) -> impl Iterator<Item = PeerId> + '_ {
        self.members.iter().filter(|(_, member)| member.is_connected()).map(|(peer, _)| *peer)
    }

    /// Counts peers and connections.
    pub(crate) fn census(&self, now: Instant) -> Census {
        let mut census = Census { known: self.members.len(), ..Census::default() };
        for member in self.members.values() {
            census.vouched += usize::from(member.is_vouched_for());
            if member.link.is_some() {
                census.links += 1;
                census.standing += usize::from(member.is_standing(now));
                census.hearsay += usize::from(member.is_hearsay() && !member.is_connected());
            }
        }
        census
    }

    /// When the engine must look at connections again; `wants` is whether it looks for more.
    pub(crate) fn deadline(&self, census: &Census, core: &Core, wants: bool) -> Option<Instant> {
        let hearsay_full = census.hearsay >= HEARSAY_LINKS_MAX;
        let deadlines = self.members.values().filter_map(|member| match &member.link {
            Some(link) => Some(link.deadline(core)),
            None if member.is_hearsay() && hearsay_full => None,
            None if wants && !member.held => Some(member.retry_at),
            None => None,
        });
        deadlines.min()
    }

    /// In a full mesh, those without a connection to this device whom neighbours are connected with.
    pub(crate) fn out_of_reach(&self) -> SortedSet<PeerId> {
        let members = self.members.iter().filter(|_| !self.is_partial);
        let out_of_reach =
            members.filter(|(_, member)| !member.is_connected() && !member.neighbours.is_empty());
        out_of_reach.map(|(peer, _)| *peer).collect()
    }

    /// Whether anybody is connected, and not silent.
    pub(crate) fn hears_anybody(&self) -> bool {
        let mut links = self.members.values().filter_map(|member| member.link.as_ref());
        links.any(|link| link.stage == LinkStage::Open)
    }

    /// In a full mesh, those with an open connection of whom nothing is heard for now: their devices sleep, or the path is lost.
    pub(crate) fn silent(&self) -> SortedSet<PeerId> {
        let members = self.members.iter().filter(|_| !self.is_partial);
        let silent = members.filter(|(_, member)| {
            member.link.as_ref().is_some_and(|link| link.stage == LinkStage::Restarting)
        });
        silent.map(|(peer, _)| *peer).collect()
    }

    pub(crate) fn instance_of(&self, peer: PeerId) -> Option<Instance> {
        self.get(peer).map(|member| member.card.instance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::signaling::Capability;

    fn card(number: usize) -> PeerCard {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        let (peer, instance) = (PeerId::from_bytes(bytes), Instance(1));
        PeerCard { peer, instance, capability: Capability::default() }
    }

    fn tell(roster: &mut Roster, numbers: core::ops::Range<usize>, neighbour: PeerId) -> usize {
        let mut met = 0;
        for number in numbers {
            let via = Some(neighbour);
            if roster.meet(Instant::ZERO, &card(number), Evidence::Told, via).is_some() {
                roster.get_mut(card(number).peer).unwrap().neighbours.insert(neighbour, 0);
                met += 1;
            }
        }
        met
    }

    #[test]
    fn a_neighbour_that_makes_peers_up_leaves_room_for_others() {
        let mut roster = Roster::default();
        let (wicked, honest) = (card(1_000).peer, card(1_001).peer);
        assert_eq!(tell(&mut roster, 0..100, wicked), TOLD_BY_ONE_MAX);
        assert_eq!(tell(&mut roster, 200..211, honest), 11);
    }

    #[test]
    fn whom_the_server_lists_takes_the_place_of_hearsay_and_who_signs_that_of_the_listed() {
        let mut roster = Roster::default();
        for neighbour in 0..3 {
            tell(&mut roster, neighbour * 11..neighbour * 11 + 11, card(1_000 + neighbour).peer);
        }
        let meet = |roster: &mut Roster, number: usize, evidence: Evidence| {
            let meeting = roster.meet(Instant::ZERO, &card(number), evidence, None)?;
            roster.get_mut(card(number).peer)?.on_server = true;
            Some(meeting.in_place_of)
        };
        assert_eq!(meet(&mut roster, 500, Evidence::Told), None, "the roster is full");
        for number in 0..limits::KNOWN_PEERS_MAX {
            let met = meet(&mut roster, 100 + number, Evidence::Listed);
            assert!(met.is_some_and(|in_place_of| in_place_of.is_some()), "{number}");
        }
        assert_eq!(meet(&mut roster, 600, Evidence::Listed), None, "all are listed");
        assert!(meet(&mut roster, 700, Evidence::Signed).is_some());
        assert_eq!(roster.members.len(), limits::KNOWN_PEERS_MAX);
    }

    #[test]
    fn peers_that_were_made_up_do_not_make_us_forget_who_has_signed() {
        let mut roster = Roster::default();
        roster.meet(Instant::ZERO, &card(0), Evidence::Signed, None).unwrap();
        roster.get_mut(card(0).peer).unwrap().window.accept(Instance(1), 1);
        roster.depart(card(0).peer);
        for number in 1..1_000 {
            roster.meet(Instant::ZERO, &card(number), Evidence::Listed, None).unwrap();
            roster.depart(card(number).peer);
        }
        roster.meet(Instant::ZERO, &card(0), Evidence::Listed, None).unwrap();
        assert_eq!(roster.get(card(0).peer).unwrap().window.instance(), Instance(1));
    }
}
