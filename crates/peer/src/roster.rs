//! Everyone known in the room.

use crate::{core::Core, link::Link, replay::ReplayWindow, view::LinkEnd};
use ::core::time::Duration;
use protocol::{envelope::Instance, limits, signaling::PeerCard};
use std::collections::{BTreeMap, BTreeSet};
use units::{Instant, PeerId};

/// How long the side that need not offer waits for the other's offer.
pub(crate) const COURTESY: Duration = Duration::from_secs(4);
/// Offers under way to peers that only neighbours tell of: one that makes peers up must not use all connections up.
pub(crate) const HEARSAY_LINKS_MAX: usize = 3;
/// Peers whose signals are remembered after they have left, against replays.
const DEPARTED_MAX: usize = 256;

/// A peer in the room.
pub(crate) struct Member {
    /// What is known of it: its own words once connected, hearsay before.
    pub card: PeerCard,
    /// Whether the server lists it.
    pub on_server: bool,
    /// Connected peers that say they are connected to it.
    pub neighbours: BTreeSet<PeerId>,
    pub link: Option<Link>,
    pub window: ReplayWindow,
    /// How and why the last connection or attempt ended.
    pub problem: Option<(LinkEnd, String)>,
    /// Attempts that failed since the last success.
    pub failures: u32,
    /// When to try again by ourselves.
    pub retry_at: Instant,
    /// Somebody closed this connection on purpose: it is not opened again by itself.
    pub held: bool,
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

    /// The life of the peer that an offer is meant for: the newest that anybody told of, or, in every second pair of
    /// attempts, the newest that a signature proves, because anybody can tell of a life that nobody lives.
    pub(crate) fn instance_to_try(&self) -> Instance {
        let proved = self.window.instance();
        if self.failures / 2 % 2 == 1 && proved > Instance(0) { proved } else { self.card.instance }
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
        if newer || ((same || taken_back) && !self.is_connected()) {
            self.card = card;
        }
        newer
    }
}

#[derive(Default)]
pub(crate) struct Roster {
    pub members: BTreeMap<PeerId, Member>,
    departed: BTreeMap<PeerId, ReplayWindow>,
}

impl Roster {
    /// The member, which is made if it is new; `None` if the room is full. The flag says whether it is new.
    pub(crate) fn meet(&mut self, now: Instant, card: &PeerCard) -> Option<(&mut Member, bool)> {
        let is_new = !self.members.contains_key(&card.peer);
        if is_new && self.members.len() >= limits::ROOM_PEERS_MAX {
            return None;
        }
        let window = self.departed.remove(&card.peer);
        let member = self.members.entry(card.peer).or_insert_with(|| Member {
            card: card.clone(),
            on_server: false,
            neighbours: BTreeSet::new(),
            link: None,
            window: window.unwrap_or_else(ReplayWindow::new),
            problem: None,
            failures: 0,
            retry_at: now,
            held: false,
            introductions: (0, now),
        });
        Some((member, is_new))
    }

    /// Removes a member but remembers its signals.
    pub(crate) fn depart(&mut self, peer: PeerId) {
        if let Some(member) = self.members.remove(&peer) {
            if self.departed.len() >= DEPARTED_MAX {
                self.departed.pop_first();
            }
            self.departed.insert(peer, member.window);
        }
    }

    pub(crate) fn get(&self, peer: PeerId) -> Option<&Member> {
        self.members.get(&peer)
    }

    pub(crate) fn get_mut(&mut self, peer: PeerId) -> Option<&mut Member> {
        self.members.get_mut(&peer)
    }

    /// Everyone with an open connection.
    pub(crate) fn connected(&self) -> impl Iterator<Item = PeerId> + '_ {
        self.members.iter().filter(|(_, member)| member.is_connected()).map(|(peer, _)| *peer)
    }

    pub(crate) fn links(&self) -> usize {
        self.members.values().filter(|member| member.link.is_some()).count()
    }

    /// Connections under way with peers that only neighbours tell of.
    pub(crate) fn hearsay_links(&self) -> usize {
        let members = self.members.values();
        members.filter(|m| m.is_hearsay() && m.link.is_some() && !m.is_connected()).count()
    }

    /// When the engine must look at connections again.
    pub(crate) fn deadline(&self, core: &Core, connect_everyone: bool) -> Option<Instant> {
        let deadlines = self.members.values().filter_map(|member| match &member.link {
            Some(link) => Some(link.deadline(core)),
            None if member.is_hearsay() && self.hearsay_links() >= HEARSAY_LINKS_MAX => None,
            None if connect_everyone && !member.held && self.links() < core.limits.links => {
                Some(member.retry_at)
            }
            None => None,
        });
        deadlines.min()
    }

    pub(crate) fn instance_of(&self, peer: PeerId) -> Option<Instance> {
        self.get(peer).map(|member| member.card.instance)
    }
}
