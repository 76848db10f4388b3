//! Who is in the room and how this peer connects to them.

use crate::{
    core::printable,
    engine::{Engine, NEIGHBOURS_DELAY},
    event::Event,
    io::{ConnectionId, ConnectionInput, ConnectionOutput},
    link::{Link, LinkAction},
    replay::Freshness,
    roster::{COURTESY, Evidence, HEARSAY_LINKS_MAX, Meeting, Member},
    view::{Ended, LinkEnd, LinkStage},
};
use ::core::time::Duration;
use protocol::{
    VERSION,
    envelope::{Envelope, Instance, Route, Signal, SignalStep},
    message::ControlMessage,
    signaling::{Capability, ClientMessage, LeaveReason, PeerCard, ServerMessage},
};
use std::collections::BTreeSet;
use units::{Instant, PeerId};

/// What a member may send on `bulk` when no session says otherwise: probes that measure a connection.
const BULK_LIMIT_BYTES_DEFAULT: usize = 4 * 1024 * 1024;
/// How soon a peer that nobody can introduce is thought of again.
const NO_ROUTE_RETRY: Duration = Duration::from_secs(2);

impl Engine {
    pub(crate) fn own_card(&self) -> PeerCard {
        let (peer, instance) = (self.core.me, self.core.instance);
        PeerCard { peer, instance, capability: self.core.capability.clone() }
    }

    // ---- who is there -------------------------------------------------------------------------------------------

    pub(crate) fn handle_server_message(&mut self, now: Instant, message: ServerMessage) {
        match message {
            ServerMessage::PeerJoined { peer } => self.hear_from_server(now, peer),
            ServerMessage::Peers { peers } => {
                let listed: BTreeSet<PeerId> = peers.iter().map(|card| card.peer).collect();
                let known: Vec<PeerId> = self.roster.members.keys().copied().collect();
                for peer in known {
                    if !listed.contains(&peer) {
                        self.unlist(peer);
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
            ServerMessage::PeerLeft { peer, .. } => self.unlist(peer),
            ServerMessage::Signal { from, envelope } => {
                self.handle_envelope(now, from, &envelope, None);
            }
            ServerMessage::Challenge { .. }
            | ServerMessage::Registered { .. }
            | ServerMessage::Error { .. } => {}
        }
    }

    fn hear_from_server(&mut self, now: Instant, card: PeerCard) {
        if let Some(member) = self.hear_of(now, card, None) {
            member.on_server = true;
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

    /// Takes note of what a neighbour, or without `via` the server, says of a peer.
    fn hear_of(
        &mut self,
        now: Instant,
        card: PeerCard,
        via: Option<PeerId>,
    ) -> Option<&mut Member> {
        if card.peer == self.core.me {
            return None;
        }
        let peer = card.peer;
        let offers_first = self.core.me < peer;
        let evidence = if via.is_none() { Evidence::Listed } else { Evidence::Told };
        let (member, is_new) = self.meet(now, &card, evidence, via)?;
        if is_new {
            if !offers_first {
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
    fn unlist(&mut self, peer: PeerId) {
        if let Some(member) = self.roster.get_mut(peer) {
            member.on_server = false;
            self.forget_if_gone(peer);
        }
    }

    /// Removes a peer that neither the server nor a neighbour nor this device sees.
    fn forget_if_gone(&mut self, peer: PeerId) {
        let gone = self.roster.get(peer).is_some_and(|member| {
            member.link.is_none() && !member.on_server && member.neighbours.is_empty()
        });
        if gone {
            self.roster.depart(peer);
            self.core.event(Event::PeerLeft { peer });
        }
    }

    /// A neighbour says whom it is connected to.
    fn handle_neighbours(&mut self, now: Instant, from: PeerId, peers: Vec<PeerCard>) {
        let listed: BTreeSet<PeerId> = peers.iter().map(|card| card.peer).collect();
        for card in peers {
            if let Some(member) = self.hear_of(now, card, Some(from)) {
                member.neighbours.insert(from);
            }
        }
        let known: Vec<PeerId> = self.roster.members.keys().copied().collect();
        for peer in known {
            if !listed.contains(&peer) {
                if let Some(member) = self.roster.get_mut(peer) {
                    member.neighbours.remove(&from);
                }
                self.forget_if_gone(peer);
            }
        }
    }

    pub(crate) fn tell_neighbours(&mut self, now: Instant) {
        let connected: Vec<PeerId> = self.roster.connected().collect();
        let cards: Vec<PeerCard> = connected
            .iter()
            .filter_map(|peer| self.roster.get(*peer))
            .map(|member| member.card.clone())
            .collect();
        for peer in connected {
            let others = cards.iter().filter(|card| card.peer != peer).cloned().collect();
            self.send_control(now, peer, &ControlMessage::Neighbours { peers: others });
        }
    }

    // ---- connecting ---------------------------------------------------------------------------------------------

    /// Offers connections to peers that this device should be connected to.
    pub(crate) fn connect_wanted(&mut self, now: Instant) {
        if self.room.is_none() {
            return;
        }
        let wanted =
            |member: &Member| member.link.is_none() && !member.held && now >= member.retry_at;
        let candidates: Vec<PeerId> = self
            .roster
            .members
            .iter()
            .filter(|(_, member)| wanted(member))
            .map(|(peer, _)| *peer)
            .collect();
        for peer in candidates {
            if self.roster.links() >= self.core.limits.links {
                return;
            }
            let hearsay = self.roster.get(peer).is_some_and(Member::is_hearsay);
            if hearsay && self.roster.hearsay_links() >= HEARSAY_LINKS_MAX {
                continue;
            }
            if !self.offer(now, peer)
                && let Some(member) = self.roster.get_mut(peer)
            {
                member.retry_at = now + NO_ROUTE_RETRY;
            }
        }
    }

    /// Offers a connection; `false` if nobody can carry the handshake.
    pub(crate) fn offer(&mut self, now: Instant, peer: PeerId) -> bool {
        let Some(via) = self.carrier(peer) else { return false };
        let ice = self.server.ice_servers.clone();
        let Some(member) = self.roster.get_mut(peer) else { return false };
        member.held = false;
        member.ended = None;
        let to_instance = member.instance_to_try();
        let mut link = Link::offer(now, via, &ice, &mut self.core);
        link.to_instance = to_instance;
        member.link = Some(link);
        let detail = match via {
            None => "through the signaling server".to_owned(),
            Some(neighbour) => format!("introduced by {}", neighbour.short()),
        };
        self.core.event(Event::Link { peer, stage: LinkStage::Offering, detail });
        true
    }

    /// Who can carry a handshake to `peer`: `Some(None)` is the server, which is tried first, in turn with neighbours.
    fn carrier(&self, peer: PeerId) -> Option<Option<PeerId>> {
        let member = self.roster.get(peer)?;
        let connected =
            |neighbour: &&PeerId| self.roster.get(**neighbour).is_some_and(Member::is_connected);
        let neighbours: Vec<PeerId> = member.neighbours.iter().filter(connected).copied().collect();
        let by_server = self.server.is_registered() && member.on_server;
        let turn = member.failures as usize;
        match (by_server, neighbours.is_empty()) {
            (true, true) => Some(None),
            (true, false) if turn.is_multiple_of(2) => Some(None),
            (_, false) => Some(Some(neighbours[turn / 2 % neighbours.len()])),
            (false, true) => None,
        }
    }

    fn send_signal(&mut self, now: Instant, to: PeerId, attempt: u64, step: SignalStep) {
        let Some(room) = self.room else { return };
        let link = self.roster.get(to).and_then(|member| member.link.as_ref());
        let link = link.filter(|link| link.attempt == attempt);
        let heard_of = self.roster.instance_of(to).unwrap_or(Instance(0));
        let to_instance = link.map_or(heard_of, |link| link.to_instance);
        let via = link.and_then(|link| link.via);
        let core = &mut self.core;
        let route = Route {
            room: room.room_id(),
            from: core.me,
            from_instance: core.instance,
            to,
            to_instance,
            sequence: core.next_signal_sequence(),
        };
        let nonce = core.random_bytes();
        let envelope =
            Envelope::seal(&room, &core.identity, route, Signal { attempt, step }, nonce);
        let neighbour = via.filter(|via| self.roster.get(*via).is_some_and(Member::is_connected));
        match neighbour.or_else(|| self.fallback_carrier(to)) {
            Some(neighbour) => {
                self.send_control(now, neighbour, &ControlMessage::Introduce { to, envelope });
            }
            None => self.server.send(now, ClientMessage::Signal { to, envelope }, &mut self.core),
        }
    }

    /// A neighbour, if the server cannot be asked.
    fn fallback_carrier(&self, to: PeerId) -> Option<PeerId> {
        if self.server.is_registered() { None } else { self.carrier(to).flatten() }
    }

    /// A sealed signal has come from `from`, by the server or by a neighbour.
    fn handle_envelope(
        &mut self,
        now: Instant,
        from: PeerId,
        envelope: &Envelope,
        via: Option<PeerId>,
    ) {
        let Some(room) = self.room else { return };
        if from == self.core.me {
            return;
        }
        let (route, signal) = match envelope.open(&room, from, self.core.me) {
            Ok(opened) => opened,
            Err(error) => return self.refuse(Some(from), error.to_string()),
        };
        if route.to_instance != self.core.instance {
            let reason = "a handshake meant for an earlier visit of this device".to_owned();
            return self.refuse(Some(from), reason);
        }
        let capability = Capability::default();
        let card = PeerCard { peer: from, instance: route.from_instance, capability };
        let Some((member, _)) = self.meet(now, &card, Evidence::Signed, via) else { return };
        match member.window.accept(route.from_instance, route.sequence) {
            // A signature is worth more than hearsay of a newer life, which nobody may ever live.
            Freshness::Fresh => member.card.instance = route.from_instance,
            Freshness::NewLife => {
                member.card.instance = route.from_instance;
                member.held = false;
            }
            Freshness::Replayed => {
                self.refuse(Some(from), "a repeated handshake".to_owned());
                return self.forget_if_gone(from);
            }
            Freshness::EarlierLife => {
                let reason = "a handshake from an earlier visit of that device".to_owned();
                self.refuse(Some(from), reason);
                return self.forget_if_gone(from);
            }
        }
        if let (Some(via), Some(member)) = (via, self.roster.get_mut(from)) {
            member.neighbours.insert(via);
        }
        self.handle_signal(now, from, signal, via);
    }

    fn handle_signal(&mut self, now: Instant, from: PeerId, signal: Signal, via: Option<PeerId>) {
        let Signal { attempt, step } = signal;
        let link = self.roster.get_mut(from).and_then(|member| member.link.as_mut());
        match (link, step) {
            (Some(link), SignalStep::Bye { reason }) if link.attempt == attempt => {
                let reason = format!("the other device closed: {}", printable(&reason));
                let ended = Ended { end: LinkEnd::ClosedThere, reason };
                self.end_link(now, from, ended, true);
            }
            (Some(link), step) if link.attempt == attempt => {
                let before = link.stage;
                link.handle_signal(now, step, &mut self.core);
                if link.stage != before {
                    let stage = link.stage;
                    let detail = "the offer was answered".to_owned();
                    self.core.event(Event::Link { peer: from, stage, detail });
                }
            }
            (link, SignalStep::Offer { sdp }) => {
                // Both offered: the lower id's offer counts, and the other side is about to answer ours.
                let collides = link.is_some_and(|link| link.stage == LinkStage::Offering);
                if !collides || from < self.core.me {
                    self.answer(now, from, attempt, sdp, via);
                }
            }
            _ => {}
        }
    }

    fn answer(
        &mut self,
        now: Instant,
        peer: PeerId,
        attempt: u64,
        sdp: String,
        via: Option<PeerId>,
    ) {
        let has_link = self.roster.get(peer).is_some_and(|member| member.link.is_some());
        if has_link {
            let reason = "the other device connected anew".to_owned();
            self.drop_link(now, peer, &Ended { end: LinkEnd::ClosedThere, reason });
        } else if self.roster.links() >= self.core.limits.links {
            let reason = "all connections of the other device are taken".to_owned();
            return self.send_signal(now, peer, attempt, SignalStep::Bye { reason });
        }
        let ice = self.server.ice_servers.clone();
        let Some(member) = self.roster.get_mut(peer) else { return };
        member.held = false;
        member.ended = None;
        // The offer's signature has just proved this life.
        let to_instance = member.window.instance();
        let mut link = Link::answer(now, attempt, via, sdp, &ice, &mut self.core);
        link.to_instance = to_instance;
        member.link = Some(link);
        let (stage, detail) = (LinkStage::Answering, "an offer came".to_owned());
        self.core.event(Event::Link { peer, stage, detail });
    }

    // ---- connections --------------------------------------------------------------------------------------------

    pub(crate) fn handle_connection(
        &mut self,
        now: Instant,
        id: ConnectionId,
        input: ConnectionInput,
    ) {
        let hello = ControlMessage::Hello { version: VERSION, card: self.own_card() };
        let bulk_limit_bytes = self
            .session
            .as_ref()
            .map_or(0, |session| session.bulk_limit_bytes())
            .max(BULK_LIMIT_BYTES_DEFAULT);
        let mut links = self.roster.members.iter_mut().filter_map(|(peer, member)| {
            let link = member.link.as_mut()?;
            (link.id == id).then_some((*peer, link))
        });
        let Some((peer, link)) = links.next() else { return };
        let actions = link.handle_input(now, input, bulk_limit_bytes, &hello, &mut self.core);
        self.perform_link_actions(now, peer, actions);
    }

    pub(crate) fn perform_link_actions(
        &mut self,
        now: Instant,
        peer: PeerId,
        actions: Vec<LinkAction>,
    ) {
        for action in actions {
            let Some(link) = self.roster.get(peer).and_then(|member| member.link.as_ref()) else {
                return;
            };
            let (attempt, stage, is_open) = (link.attempt, link.stage, link.is_open());
            match action {
                LinkAction::Signal(step) => self.send_signal(now, peer, attempt, step),
                LinkAction::Stage(detail) => self.core.event(Event::Link { peer, stage, detail }),
                LinkAction::Opened(card) => self.handle_opened(now, peer, card),
                LinkAction::Control(message) => self.handle_control(now, peer, message),
                LinkAction::Bulk(message) => self.handle_bulk(now, peer, message),
                LinkAction::Pong(round_trip_ms) => {
                    self.core.event(Event::Pong { peer, round_trip_ms });
                }
                LinkAction::Misbehaved(reason) => {
                    self.refuse(Some(peer), reason.clone());
                    let reason = format!("the other device sent {reason}");
                    self.end_link(now, peer, Ended { end: LinkEnd::Misbehaved, reason }, false);
                }
                LinkAction::Closed => {
                    let reason = "the other side closed the connection".to_owned();
                    self.end_link(now, peer, Ended { end: LinkEnd::ClosedThere, reason }, false);
                }
                LinkAction::Ended(reason) => {
                    let end = if is_open { LinkEnd::Lost } else { LinkEnd::NotReached };
                    self.end_link(now, peer, Ended { end, reason }, false);
                }
            }
        }
    }

    fn handle_opened(&mut self, now: Instant, peer: PeerId, card: PeerCard) {
        if card.peer != peer {
            let reason = format!("hello in the name of {}", card.peer.short());
            self.refuse(Some(peer), reason.clone());
            let ended = Ended { end: LinkEnd::Misbehaved, reason };
            return self.end_link(now, peer, ended, false);
        }
        if let Some(member) = self.roster.get_mut(peer) {
            member.card = card;
            member.failures = 0;
            member.ended = None;
        }
        let (stage, detail) = (LinkStage::Open, String::new());
        self.core.event(Event::Link { peer, stage, detail });
        self.core.event(Event::Connected { peer });
        self.neighbours_due = Some(now + NEIGHBOURS_DELAY);
        let texts = self.texts.as_ref().map(|texts| texts.undelivered(&self.core, peer));
        for (id, text) in texts.unwrap_or_default() {
            self.send_control(now, peer, &ControlMessage::Text { id, text });
        }
        self.with_session(now, |session, s| session.peer_connected(peer, s));
    }

    fn handle_control(&mut self, now: Instant, from: PeerId, message: ControlMessage) {
        match message {
            ControlMessage::Text { id, text } => {
                if let Some(texts) = &mut self.texts {
                    texts.receive(now, from, id, text, &mut self.core);
                }
            }
            ControlMessage::TextReceived { id } => {
                let texts = self.texts.as_mut();
                if texts.is_some_and(|texts| texts.delivered(from, id, &mut self.core)) {
                    self.core.event(Event::MessageDelivered { to: from, id });
                }
            }
            ControlMessage::Neighbours { peers } => self.handle_neighbours(now, from, peers),
            ControlMessage::Introduce { to, envelope } => {
                let member = self.roster.get_mut(from);
                if member.is_some_and(|member| member.may_be_introduced(now)) {
                    self.send_control(now, to, &ControlMessage::Introduced { from, envelope });
                }
            }
            ControlMessage::Introduced { from: introduced, envelope } => {
                self.handle_envelope(now, introduced, &envelope, Some(from));
            }
            ControlMessage::Session { session, message } => {
                self.handle_session_message(now, from, session, message);
            }
            // Said again, hello brings a new name or capability.
            ControlMessage::Hello { card, .. } => {
                if let Some(member) = self.roster.get_mut(from) {
                    member.card.capability = card.capability;
                }
            }
            ControlMessage::Ping { .. } | ControlMessage::Pong { .. } => {}
        }
    }

    /// Sends on an open connection; says whether there is one, and how many bytes it were.
    pub(crate) fn send_control(
        &mut self,
        now: Instant,
        to: PeerId,
        message: &ControlMessage,
    ) -> Option<usize> {
        let link = self.roster.get_mut(to)?.link.as_mut().filter(|link| link.is_open())?;
        Some(link.send(now, message, &mut self.core))
    }

    /// Ends a connection. With `hold` it is not opened again by ourselves.
    fn end_link(&mut self, now: Instant, peer: PeerId, ended: Ended, hold: bool) {
        let Some(was_open) = self.drop_link(now, peer, &ended) else { return };
        let failures = self.roster.get(peer).map_or(0, |member| member.failures);
        let wait = self.core.backoff(if was_open { 0 } else { failures });
        let by_server = self.server.is_registered();
        if let Some(member) = self.roster.get_mut(peer) {
            member.failures = if was_open { 0 } else { failures + 1 };
            member.retry_at = now + wait;
            member.held = hold;
            member.ended = Some(ended);
            // Without a server, the lost connection was the only sign of life.
            member.on_server &= by_server;
        }
        self.forget_if_gone(peer);
    }

    /// Closes a connection and tells everyone concerned; says whether it was open.
    fn drop_link(&mut self, now: Instant, peer: PeerId, ended: &Ended) -> Option<bool> {
        let link = self.roster.get_mut(peer)?.link.take()?;
        self.core.connection(link.id, ConnectionOutput::Close);
        let was_open = link.is_open();
        let Ended { end, reason } = ended.clone();
        let (stage, detail) = (LinkStage::Discovered, reason.clone());
        self.core.event(Event::Link { peer, stage, detail });
        if was_open {
            self.core.event(Event::Disconnected { peer, end, reason });
            let others: Vec<PeerId> = self.roster.members.keys().copied().collect();
            for other in others {
                if let Some(member) = self.roster.get_mut(other) {
                    member.neighbours.remove(&peer);
                }
                if other != peer {
                    self.forget_if_gone(other);
                }
            }
            self.neighbours_due = Some(now + NEIGHBOURS_DELAY);
            self.others.remove(&peer);
            self.with_session(now, |session, s| session.peer_disconnected(peer, s));
        }
        Some(was_open)
    }

    /// Closes a connection on purpose and says so to the other side.
    pub(crate) fn close_link(&mut self, now: Instant, peer: PeerId, reason: &str) {
        let link = self.roster.get(peer).and_then(|member| member.link.as_ref());
        if let Some(attempt) = link.map(|link| link.attempt) {
            let step = SignalStep::Bye { reason: reason.to_owned() };
            self.send_signal(now, peer, attempt, step);
            let reason = "closed on this device".to_owned();
            self.end_link(now, peer, Ended { end: LinkEnd::ClosedHere, reason }, true);
        }
    }

    pub(crate) fn refuse(&mut self, peer: Option<PeerId>, reason: String) {
        self.core.event(Event::Refused { peer, reason: printable(&reason) });
    }
}
