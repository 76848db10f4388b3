//! Who is in the room, by the server and by neighbours.

mod connections;
mod handshake;
mod mesh;
mod rumours;
mod walks;

use crate::{
    core::printable,
    engine::Engine,
    event::Event,
    link::Carrier,
    roster::{COURTESY, Evidence, Meeting, Member},
    view::{Ended, LinkEnd, LinkStage},
};
use ::core::time::Duration;
use protocol::{
    limits,
    message::ControlMessage,
    signaling::{LeaveReason, PeerCard, ServerMessage},
};
use units::{Instant, PeerId, SortedSet};

/// Lets changes of the neighbourhood gather before they are told.
const NEIGHBOURS_DELAY: Duration = Duration::from_millis(100);
/// The same in a partial mesh, where nothing hangs on the last change.
const NEIGHBOURS_DELAY_PARTIAL: Duration = Duration::from_secs(1);

impl Engine {
    pub(crate) fn own_card(&self) -> PeerCard {
        let (peer, instance) = (self.core.me, self.core.instance);
        PeerCard { peer, instance, capability: self.core.capability.clone() }
    }

    pub(crate) fn handle_server_message(&mut self, now: Instant, message: ServerMessage) {
        match message {
            ServerMessage::PeerJoined { peer, others } => {
                self.roster.others_told_of = others;
                self.hear_from_server(now, peer);
            }
            ServerMessage::Peers { peers, others } => {
                self.roster.others_told_of = others;
                let listed: SortedSet<PeerId> = peers.iter().map(|card| card.peer).collect();
                let known: Vec<PeerId> = self.roster.members.keys().copied().collect();
                // A full answer may be a part of the room.
                let is_all = peers.len() < limits::KNOWN_PEERS_MAX;
                for peer in known.into_iter().filter(|_| is_all) {
                    if !listed.contains(&peer) {
                        self.unlist(now, peer);
                    }
                }
                for card in peers {
                    self.hear_from_server(now, card);
                }
            }
            // Coming back by ourselves would drive the other visit out in turn.
            ServerMessage::PeerLeft { peer, reason: LeaveReason::Replaced }
                if peer == self.core.me =>
            {
                self.server.stop(&mut self.core);
                let message = "this identity was opened elsewhere, and the signaling server goes \
                               on with that one: close the other, then discover again";
                self.core.problem("replaced", message.to_owned());
            }
            ServerMessage::PeerLeft { peer, .. } => {
                if let Some(member) = self.roster.get_mut(peer) {
                    member.heard_at = None;
                }
                self.unlist(now, peer);
                // Whoever leaves the room and comes back is to be met like anybody else.
                self.roster.release(peer);
            }
            ServerMessage::Signal { from, envelope } => {
                self.handle_envelope(now, from, &envelope, (Carrier::Server, None));
            }
            ServerMessage::Challenge { .. }
            | ServerMessage::Registered { .. }
            | ServerMessage::Error { .. } => {}
        }
    }

    fn hear_from_server(&mut self, now: Instant, card: PeerCard) {
        if let Some(member) = self.hear_of(now, card, Evidence::Listed, None) {
            member.on_server = true;
            member.heard_at = Some(now);
        }
    }

    /// Meets a peer, and announces it if it is new.
    fn meet(
        &mut self,
        now: Instant,
        card: &PeerCard,
        evidence: Evidence,
        via: Option<PeerId>,
    ) -> Option<(&mut Member, bool)> {
        let Meeting { is_new, in_place_of } = self.roster.meet(now, card, evidence, via)?;
        if let Some(peer) = in_place_of {
            self.core.event(Event::PeerLeft { peer });
        }
        if is_new {
            self.core.event(Event::PeerJoined { peer: card.peer });
        }
        Some((self.roster.get_mut(card.peer)?, is_new))
    }

    /// Takes note of what a neighbour, or without `via` the server, says of a peer. In a full mesh the lower id offers
    /// first; in a partial mesh two devices seldom think of each other at once.
    fn hear_of(
        &mut self,
        now: Instant,
        card: PeerCard,
        evidence: Evidence,
        via: Option<PeerId>,
    ) -> Option<&mut Member> {
        if card.peer == self.core.me {
            return None;
        }
        let peer = card.peer;
        let offers_first = self.core.me < peer;
        let in_turn = !self.roster.is_partial;
        let (member, is_new) = self.meet(now, &card, evidence, via)?;
        if is_new {
            if in_turn && !offers_first {
                member.retry_at = now + COURTESY;
            }
        } else if member.hear_of(card, via.is_none()) {
            member.held = false;
            if let Some(link) = self.roster.get_mut(peer).and_then(|member| member.link.as_mut()) {
                link.doubt(now, &mut self.core);
            }
        }
        self.roster.get_mut(peer)
    }

    /// The server does not list a peer (any more).
    fn unlist(&mut self, now: Instant, peer: PeerId) {
        if let Some(member) = self.roster.get_mut(peer) {
            member.on_server = false;
            self.forget_if_gone(now, peer);
        }
    }

    /// Removes a peer that neither the server nor a neighbour nor this device sees.
    fn forget_if_gone(&mut self, now: Instant, peer: PeerId) {
        let unseen = |member: &&Member| self.roster.is_unseen(now, member);
        let Some(member) = self.roster.get(peer).filter(unseen) else { return };
        // An offer to somebody whom nobody sees any more is no sign of life.
        if member.link.as_ref().is_some_and(|link| link.stage == LinkStage::Offering) {
            let reason = "the other device is gone".to_owned();
            self.drop_link(now, peer, &Ended { end: LinkEnd::NotReached, reason });
        }
        if self.roster.get(peer).is_some_and(|member| member.link.is_none()) {
            self.roster.depart(peer);
            self.core.event(Event::PeerLeft { peer });
        }
    }

    /// A neighbour says whom it is connected to.
    fn handle_neighbours(
        &mut self,
        now: Instant,
        from: PeerId,
        peers: Vec<PeerCard>,
        round_trips_ms: &[u16],
    ) {
        if let Some(member) = self.roster.get_mut(from) {
            member.degree = peers.len() + 1;
        }
        let listed: SortedSet<PeerId> = peers.iter().map(|card| card.peer).collect();
        let round_trips_ms = round_trips_ms.iter().copied().chain(core::iter::repeat(0));
        for (card, round_trip_ms) in peers.into_iter().zip(round_trips_ms) {
            if let Some(member) = self.hear_of(now, card, Evidence::Told, Some(from)) {
                member.neighbours.insert(from, round_trip_ms);
                member.heard_at = Some(now);
            }
        }
        let known: Vec<PeerId> = self.roster.members.keys().copied().collect();
        for peer in known {
            if !listed.contains(&peer) {
                if let Some(member) = self.roster.get_mut(peer)
                    && member.neighbours.remove(&from).is_some()
                    && member.neighbours.is_empty()
                {
                    // Who has lost it knows best.
                    member.heard_at = None;
                }
                self.forget_if_gone(now, peer);
            }
        }
    }

    /// Neighbours are to be told of it, soon; in a partial mesh with what has changed meanwhile, and with round trips.
    fn neighbours_changed(&mut self, now: Instant) {
        if self.roster.is_partial {
            self.neighbours_due.get_or_insert(now + NEIGHBOURS_DELAY_PARTIAL);
        } else {
            self.neighbours_due = Some(now + NEIGHBOURS_DELAY);
        }
    }

    pub(crate) fn tell_neighbours(&mut self, now: Instant) {
        let connected: Vec<PeerId> = self.roster.connected().collect();
        let cards: Vec<(PeerCard, u16)> = connected
            .iter()
            .filter_map(|peer| self.roster.get(*peer))
            .map(|member| (member.card.clone(), member.round_trip_ms()))
            .collect();
        for peer in connected {
            let others = cards.iter().filter(|(card, _)| card.peer != peer).cloned();
            let (peers, round_trips_ms) = others.unzip();
            self.send_control(now, peer, &ControlMessage::Neighbours { peers, round_trips_ms });
        }
    }

    pub(crate) fn refuse(&mut self, peer: Option<PeerId>, reason: String) {
        self.core.event(Event::Refused { peer, reason: printable(&reason) });
    }
}
