//! How a device keeps its place in the room: connected to everyone while that is a dozen, and to some of them beyond.

use crate::{
    config::ConnectPolicy,
    engine::Engine,
    overlay::{
        DEGREE, DEGREE_COMFORTABLE,
        choice::{self, Candidate, Standing},
    },
    roster::{Census, HEARSAY_LINKS_MAX, Member},
    view::{Ended, LinkEnd, LinkStage},
};
use ::core::time::Duration;
use protocol::{
    overlay::{OverlayMessage, Wish},
    signaling::{Capability, ClientMessage},
};
use units::{Instant, PeerId};

/// How long a neighbour may take to close a connection that this device parts from.
const PARTING_MAX: Duration = Duration::from_secs(5);

impl Engine {
    /// Sees to it that this device has the connections that it should have.
    pub(crate) fn keep_mesh(&mut self, now: Instant) {
        if self.room.is_none() {
            return;
        }
        let census = self.roster.census(now);
        if self.overlay.shape.observe(now, census.vouched, census.known) {
            self.mesh_changed(now);
        }
        if self.roster.is_partial {
            self.forget_unheard(now);
        }
        if self.connect != ConnectPolicy::Everyone {
            return;
        }
        if self.roster.is_partial {
            self.connect_some(now, &census);
            self.look_around(now);
            self.part_from_spare(now);
        } else {
            self.connect_wanted(now);
        }
    }

    fn mesh_changed(&mut self, now: Instant) {
        self.roster.is_partial = self.overlay.shape.is_partial();
        self.overlay.parted_at = Some(now);
        if !self.roster.is_partial {
            for member in self.roster.members.values_mut() {
                member.retry_at = member.retry_at.min(now + self.core.limits.retry_min);
            }
            self.forget_unheard(now);
        }
    }

    fn forget_unheard(&mut self, now: Instant) {
        let unheard = |member: &Member| member.link.is_none() && self.roster.is_unseen(now, member);
        let members = self.roster.members.iter().filter(|(_, member)| unheard(member));
        for peer in members.map(|(peer, _)| *peer).collect::<Vec<_>>() {
            self.forget_if_gone(now, peer);
        }
    }

    /// Whether connections are looked for, where that many are there.
    pub(crate) fn wants_links(&self, census: &Census) -> bool {
        let enough = if self.roster.is_partial { DEGREE } else { usize::MAX };
        let everyone = self.connect == ConnectPolicy::Everyone && self.room.is_some();
        everyone && census.standing < enough && census.links < self.core.limits.links
    }

    /// When the mesh must be looked at, whatever happens.
    pub(crate) fn mesh_deadline(&self, wants_links: bool) -> Option<Instant> {
        let walks = self.roster.is_partial && self.connect == ConnectPolicy::Everyone;
        let walk_due = || self.overlay.walk_due(wants_links);
        let partings = self.roster.members.values().filter_map(|member| member.parting_since);
        let parting = partings.map(|since| since + PARTING_MAX).min();
        [walks.then(walk_due), parting, self.overlay.deadline()].into_iter().flatten().min()
    }

    pub(crate) fn mesh_timeout(&mut self, now: Instant) {
        let overdue =
            |member: &Member| member.parting_since.is_some_and(|since| now >= since + PARTING_MAX);
        let members = self.roster.members.iter().filter(|(_, member)| overdue(member));
        for peer in members.map(|(peer, _)| *peer).collect::<Vec<_>>() {
            let reason = "it was parted from".to_owned();
            self.end_link(now, peer, Ended { end: LinkEnd::ClosedHere, reason }, false);
        }
        let actions = self.overlay.gossip.handle_timeout(now);
        self.perform_gossip(now, actions);
    }

    /// In a partial mesh: offers connections until there are enough, and looks for others where that fails.
    fn connect_some(&mut self, now: Instant, census: &Census) {
        let mut wishes = self.wants_links(census);
        while wishes && let Some(peer) = choice::choose(&self.candidates(now), &mut self.core.rng) {
            self.try_to_offer(now, peer);
            wishes = self.wants_links(&self.roster.census(now));
        }
        if now >= self.overlay.walk_due(wishes) {
            let wish = if wishes { Wish::Connection } else { Wish::News };
            if !self.begin_walk(now, wish) {
                self.server.send(now, ClientMessage::Discover {}, &mut self.core);
            }
        }
    }

    fn candidates(&self, now: Instant) -> Vec<Candidate> {
        let hearsay_full = self.roster.census(now).hearsay >= HEARSAY_LINKS_MAX;
        let wanted = |member: &Member| {
            let is_free = member.link.is_none() && !member.held && now >= member.retry_at;
            is_free && !(hearsay_full && member.is_hearsay())
        };
        let members = self.roster.members.iter().filter(|(_, member)| wanted(member));
        members
            .map(|(peer, member)| Candidate {
                peer: *peer,
                distance_ms: self.expected_distance_ms(member),
                strength: strength(&member.card.capability),
            })
            .collect()
    }

    /// The round trip to a peer that is not connected: as measured earlier, or by way of the neighbour that makes it
    /// shortest, which is as far as it can be.
    fn expected_distance_ms(&self, member: &Member) -> Option<u32> {
        let by_way_of = |(neighbour, round_trip_ms): (&PeerId, &u16)| {
            let to_neighbour = self.roster.get(*neighbour)?.round_trip_ms();
            let measured = to_neighbour > 0 && *round_trip_ms > 0;
            measured.then(|| u32::from(to_neighbour) + u32::from(*round_trip_ms))
        };
        member.distance_ms.or_else(|| member.neighbours.iter().filter_map(by_way_of).min())
    }

    /// Parts from a neighbour that both sides can spare, if there are more than is comfortable.
    fn part_from_spare(&mut self, now: Instant) {
        if now < self.overlay.part_due() || self.open_links() <= DEGREE_COMFORTABLE {
            return;
        }
        self.overlay.parted_at = Some(now);
        let Some(peer) = choice::spare(&self.neighbours_to_spare()) else { return };
        if let Some(member) = self.roster.get_mut(peer) {
            member.parting_since = Some(now);
        }
        self.send_control(now, peer, &OverlayMessage::Part.into());
    }

    /// Connections that work and stay.
    fn open_links(&self) -> usize {
        let is_open = |member: &&Member| {
            let stage = member.link.as_ref().map(|link| link.stage);
            member.parting_since.is_none() && stage == Some(LinkStage::Open)
        };
        self.roster.members.values().filter(is_open).count()
    }

    /// Looks, once in a while, for a neighbour that leads elsewhere, if too few do, or is much nearer than those that this
    /// device has. One that it can spare goes for it later.
    fn look_around(&mut self, now: Instant) {
        if now < self.overlay.nearer_due() {
            return;
        }
        let census = self.roster.census(now);
        if self.wants_links(&census) {
            return;
        }
        self.overlay.nearer_at = Some(now);
        let is_full = census.links >= self.core.limits.links;
        if is_full || census.standing > DEGREE_COMFORTABLE {
            return;
        }
        let neighbours = self.neighbours_to_spare();
        let candidates = self.candidates(now);
        let elsewhere = |candidate: &&Candidate| {
            let member = self.roster.get(candidate.peer);
            member.is_some_and(|member| member.neighbours.is_empty())
        };
        let afar: Vec<Candidate> = candidates.iter().filter(elsewhere).copied().collect();
        let chosen = match choice::is_closed_circle(&neighbours) {
            true => choice::choose(&afar, &mut self.core.rng),
            false => choice::nearer(&candidates, &neighbours),
        };
        if let Some(peer) = chosen {
            self.try_to_offer(now, peer);
        }
    }

    fn neighbours_to_spare(&self) -> Vec<Standing> {
        let idle = |member: &&(&PeerId, &Member)| {
            let link = member.1.link.as_ref();
            !member.1.is_asked_for && link.is_some_and(|link| link.is_open() && !link.is_busy())
        };
        let members = self.roster.members.iter();
        members
            .filter(|member| idle(&member))
            .map(|(peer, member)| Standing {
                peer: *peer,
                distance_ms: Some(member.round_trip_ms().into()).filter(|ms| *ms > 0),
                degree: member.degree,
                in_common: member.neighbours.len(),
            })
            .collect()
    }

    /// A neighbour parts from this device.
    pub(super) fn handle_part(&mut self, now: Instant, from: PeerId) {
        let reason = "the other device has connections to spare".to_owned();
        let is_partial = self.roster.is_partial;
        self.end_link(now, from, Ended { end: LinkEnd::ClosedThere, reason }, false);
        if is_partial {
            self.keep_in_mind(now, from);
        }
    }

    /// Whether one more connection can be taken, if need be in the place of one that has fallen silent, or of one that
    /// both sides can spare: or else those who came first would be a room of their own, and newcomers find only newcomers.
    pub(super) fn has_room_for_another(&mut self, now: Instant) -> bool {
        if self.roster.census(now).links < self.core.limits.links {
            return true;
        }
        let silent = |member: &Member| {
            let stage = member.link.as_ref().map(|link| link.stage);
            self.roster.is_partial && stage == Some(LinkStage::Restarting)
        };
        let members = self.roster.members.iter().filter(|(_, member)| silent(member));
        if let Some(peer) = members.map(|(peer, _)| *peer).next() {
            let reason = "it fell silent, and another device came in its place".to_owned();
            self.end_link(now, peer, Ended { end: LinkEnd::Lost, reason }, false);
            return true;
        }
        let spare = choice::spare(&self.neighbours_to_spare()).filter(|_| self.roster.is_partial);
        let Some(peer) = spare else { return false };
        self.send_control(now, peer, &OverlayMessage::Part.into());
        if let Some(member) = self.roster.get_mut(peer) {
            member.parting_since = Some(now);
        }
        let reason = "another device came in its place".to_owned();
        self.end_link(now, peer, Ended { end: LinkEnd::ClosedHere, reason }, false);
        true
    }
}

/// How much a device can do: what it was measured to learn, and its cores before that.
fn strength(capability: &Capability) -> u64 {
    u64::from(capability.samples_per_second) << 16 | u64::from(capability.logical_cores)
}
