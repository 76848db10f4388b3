//! Walks through the room, and handshakes that travel along them.

use crate::{
    config::ConnectPolicy,
    engine::Engine,
    link::Carrier,
    overlay::walks::Next,
    roster::{Evidence, Member},
};
use protocol::{
    envelope::Envelope,
    limits,
    overlay::{OverlayMessage, Relay, Towards, Walk, WalkEnd, WalkId, Wish},
    signaling::PeerCard,
};
use units::{Instant, PeerId};

impl Engine {
    pub(super) fn handle_overlay(&mut self, now: Instant, from: PeerId, message: OverlayMessage) {
        match message {
            OverlayMessage::Part => self.handle_part(now, from),
            OverlayMessage::Walk(walk) => self.handle_walk(now, from, walk),
            OverlayMessage::WalkEnd(end) => self.handle_walk_end(now, from, end),
            OverlayMessage::Relay(relay) => self.handle_relay(now, from, relay),
            OverlayMessage::Rumour { .. }
            | OverlayMessage::IHave { .. }
            | OverlayMessage::Graft { .. }
            | OverlayMessage::Prune => self.handle_gossip(now, from, message),
        }
    }

    /// Sends a walk off; `false` if there is no neighbour to begin with.
    pub(super) fn begin_walk(&mut self, now: Instant, wish: Wish) -> bool {
        self.overlay.walked_at = Some(now);
        let Some(first) = self.any_neighbour_but(&[]) else { return false };
        let id = WalkId(self.core.random_u64());
        self.overlay.walks.pass(now, id, None, Some(first));
        let walk = Walk {
            id,
            origin: self.own_card(),
            wish,
            hops_left: limits::WALK_HOPS_MAX - 1,
            peers: self.some_neighbours_but(first),
        };
        self.send_control(now, first, &OverlayMessage::Walk(walk).into());
        true
    }

    /// A walk comes by: it goes on, or ends here.
    fn handle_walk(&mut self, now: Instant, from: PeerId, walk: Walk) {
        let origin = walk.origin.peer;
        if origin == self.core.me || !self.overlay.walks.may_walk(now, from) {
            return;
        }
        let takes = walk.wish == Wish::Connection && self.would_take(now, origin);
        let next = self.any_neighbour_but(&[from, origin]).filter(|_| walk.hops_left > 0 && !takes);
        self.overlay.walks.pass(now, walk.id, Some(from), next);
        match next {
            Some(next) => {
                let walk = Walk { hops_left: walk.hops_left - 1, ..walk };
                self.send_control(now, next, &OverlayMessage::Walk(walk).into());
            }
            None => self.end_walk(now, from, walk),
        }
    }

    /// Whether this device looks for a connection, and has none with `origin`.
    fn would_take(&self, now: Instant, origin: PeerId) -> bool {
        let is_free = self.roster.get(origin).is_none_or(|m| m.link.is_none() && !m.held);
        is_free && self.roster.is_partial && self.wants_links(&self.roster.census(now))
    }

    fn end_walk(&mut self, now: Instant, from: PeerId, walk: Walk) {
        let Walk { id, origin, wish, peers, .. } = walk;
        let peer = origin.peer;
        let route = (id, Towards::Origin);
        self.hear_from_afar(now, origin, from, route);
        for card in peers {
            self.hear_from_afar(now, card, from, route);
        }
        let end = WalkEnd { id, end: self.own_card(), peers: self.some_neighbours_but(peer) };
        self.send_control(now, from, &OverlayMessage::WalkEnd(end).into());
        let is_free = self.roster.get(peer).is_some_and(|m| m.link.is_none() && !m.held);
        let census = self.roster.census(now);
        let has_room = census.links < self.core.limits.links;
        let by_itself = self.roster.is_partial && self.connect == ConnectPolicy::Everyone;
        if wish == Wish::Connection && is_free && has_room && by_itself {
            self.try_to_offer(now, peer);
        }
    }

    /// What a walk came to goes back along it, to where it began.
    fn handle_walk_end(&mut self, now: Instant, from: PeerId, end: WalkEnd) {
        let walks = &mut self.overlay.walks;
        let came_from_there = walks.next(now, end.id, Towards::End) == Some(Next::Neighbour(from));
        if !came_from_there || !walks.may_walk(now, from) {
            return;
        }
        match walks.next(now, end.id, Towards::Origin) {
            Some(Next::Neighbour(before)) => {
                self.send_control(now, before, &OverlayMessage::WalkEnd(end).into());
            }
            Some(Next::Here) => {
                let route = (end.id, Towards::End);
                self.hear_from_afar(now, end.end, from, route);
                for card in end.peers {
                    self.hear_from_afar(now, card, from, route);
                }
            }
            None => {}
        }
    }

    /// A neighbour brings news of a peer elsewhere in the room.
    fn hear_from_afar(
        &mut self,
        now: Instant,
        card: PeerCard,
        teller: PeerId,
        route: (WalkId, Towards),
    ) {
        if !self.roster.is_partial {
            return;
        }
        if let Some(member) = self.hear_of(now, card, Evidence::Walked, Some(teller)) {
            (member.told_by, member.route) = (Some(teller), Some(route));
            member.heard_at = Some(now);
        }
    }

    /// Sends a handshake along a walk.
    pub(super) fn send_along(
        &mut self,
        now: Instant,
        walk: WalkId,
        towards: Towards,
        to: PeerId,
        envelope: Envelope,
    ) {
        let Some(Next::Neighbour(next)) = self.overlay.walks.next(now, walk, towards) else {
            return;
        };
        let (from, hops_left) = (self.core.me, limits::WALK_HOPS_MAX);
        let relay = Relay { walk, towards, hops_left, from, to, envelope };
        self.send_control(now, next, &OverlayMessage::Relay(relay).into());
    }

    /// A handshake comes by along a walk. Where its way ends it is for this device or for a neighbour.
    fn handle_relay(&mut self, now: Instant, from: PeerId, relay: Relay) {
        let size_bytes = relay.envelope.size_bytes();
        if !self.overlay.walks.may_relay(now, relay.walk, from, size_bytes) {
            return;
        }
        if relay.to == self.core.me {
            return self.receive_along(now, from, relay);
        }
        let next = match self.overlay.walks.next(now, relay.walk, relay.towards) {
            Some(Next::Neighbour(next)) => next,
            Some(Next::Here) => relay.to,
            None => return,
        };
        if next != from && relay.hops_left > 0 {
            let relay = Relay { hops_left: relay.hops_left - 1, ..relay };
            self.send_control(now, next, &OverlayMessage::Relay(relay).into());
        }
    }

    fn receive_along(&mut self, now: Instant, from: PeerId, relay: Relay) {
        let back = match relay.towards {
            Towards::Origin => Towards::End,
            Towards::End => Towards::Origin,
        };
        if !self.overlay.walks.knows(now, relay.walk) {
            // The neighbour at the walk's end passes this on: its way back is by that neighbour.
            let (before, after) = match back {
                Towards::Origin => (Some(from), None),
                Towards::End => (None, Some(from)),
            };
            self.overlay.walks.pass(now, relay.walk, before, after);
        }
        let via = (Carrier::Walk(relay.walk, back), Some(from));
        self.handle_envelope(now, relay.from, &relay.envelope, via);
    }

    /// A neighbour by chance.
    fn any_neighbour_but(&mut self, these: &[PeerId]) -> Option<PeerId> {
        let others = self.roster.connected().filter(|peer| !these.contains(peer));
        let others: Vec<PeerId> = others.collect();
        let count = others.len().max(1) as u64;
        others.get((self.core.random_u64() % count) as usize).copied()
    }

    /// Cards of neighbours by chance: who connects two devices tells only of peers that it is connected to itself, so
    /// that no hearsay outlives whom it is about.
    fn some_neighbours_but(&mut self, but: PeerId) -> Vec<PeerCard> {
        let connected = self.roster.connected().filter(|peer| *peer != but);
        let mut peers: Vec<PeerId> = connected.collect();
        let mut cards = Vec::new();
        while !peers.is_empty() && cards.len() < limits::WALK_PEERS_MAX {
            let chosen = (self.core.random_u64() % peers.len() as u64) as usize;
            let member = self.roster.get(peers.swap_remove(chosen));
            cards.extend(member.map(|member: &Member| member.card.clone()));
        }
        cards
    }
}
