//! How this peer comes to a connection: offers, answers, and who carries them.

use crate::{
    core::printable,
    engine::Engine,
    event::Event,
    link::{Carrier, Link},
    overlay::walks::Next,
    replay::Freshness,
    roster::{Evidence, HEARSAY_LINKS_MAX, Member},
    view::{Ended, LinkEnd, LinkStage},
};
use ::core::time::Duration;
use protocol::{
    envelope::{Envelope, Instance, Route, Signal, SignalStep},
    limits,
    message::ControlMessage,
    signaling::{Capability, ClientMessage, PeerCard},
};
use units::{Instant, PeerId};

/// How soon a peer that nobody can introduce is thought of again.
const NO_ROUTE_RETRY: Duration = Duration::from_secs(2);
/// How soon a peer whose connections are all taken is thought of again.
const BUSY_RETRY: Duration = Duration::from_secs(10);

impl Engine {
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
            let census = self.roster.census(now);
            if census.links >= self.core.limits.links {
                return;
            }
            let hearsay = self.roster.get(peer).is_some_and(Member::is_hearsay);
            if !hearsay || census.hearsay < HEARSAY_LINKS_MAX {
                self.try_to_offer(now, peer);
            }
        }
    }

    /// Offers a connection, or thinks of the peer again a little later.
    pub(super) fn try_to_offer(&mut self, now: Instant, peer: PeerId) {
        if !self.offer(now, peer)
            && let Some(member) = self.roster.get_mut(peer)
        {
            member.retry_at = now + NO_ROUTE_RETRY;
        }
    }

    /// Offers a connection; `false` if nobody can carry the handshake.
    pub(crate) fn offer(&mut self, now: Instant, peer: PeerId) -> bool {
        let Some(via) = self.carrier(now, peer) else { return false };
        let ice = self.server.ice_servers.clone();
        let Some(member) = self.roster.get_mut(peer) else { return false };
        member.held = false;
        member.ended = None;
        let to_instance = member.instance_to_try();
        let mut link = Link::offer(now, via, &ice, &mut self.core);
        link.to_instance = to_instance;
        member.link = Some(link);
        let detail = match via {
            Carrier::Server => "through the signaling server".to_owned(),
            Carrier::Neighbour(neighbour) => {
                format!("introduced by {}", self.name_of(neighbour))
            }
            Carrier::Walk(..) => "through devices in between".to_owned(),
        };
        self.core.event(Event::Link { peer, stage: LinkStage::Offering, detail });
        true
    }

    /// What a device is called: its name, or else its short id.
    pub(crate) fn name_of(&self, peer: PeerId) -> String {
        let name = self.device_name_of(peer);
        if name.is_empty() { peer.short() } else { name }
    }

    /// The name of a device; empty if it has none.
    pub(crate) fn device_name_of(&self, peer: PeerId) -> String {
        let name = self.roster.get(peer).map_or("", |member| &member.card.capability.device_name);
        name.trim().chars().take(limits::DEVICE_NAME_CHARS_MAX).collect()
    }

    /// Who can carry a handshake to `peer`: the server is tried first, in turn with neighbours and walks. In a partial
    /// mesh the server knows more peers than it lists, and is the last resort for the others.
    fn carrier(&self, now: Instant, peer: PeerId) -> Option<Carrier> {
        let member = self.roster.get(peer)?;
        let by_neighbours =
            member.neighbours.keys().map(|neighbour| Carrier::Neighbour(*neighbour));
        let by_walk = member.route.map(|(walk, towards)| Carrier::Walk(walk, towards));
        let carriers: Vec<Carrier> = by_neighbours
            .chain(by_walk)
            .filter(|carrier| self.carrier_works(now, *carrier))
            .collect();
        let registered = self.server.is_registered();
        let by_server = registered && member.on_server;
        let turn = member.failures as usize;
        match (by_server, carriers.is_empty()) {
            (true, true) => Some(Carrier::Server),
            (true, false) if turn.is_multiple_of(2) => Some(Carrier::Server),
            (_, false) => Some(carriers[turn / 2 % carriers.len()]),
            (false, true) => (registered && self.roster.is_partial).then_some(Carrier::Server),
        }
    }

    fn carrier_works(&self, now: Instant, carrier: Carrier) -> bool {
        let connected = |peer| self.roster.get(peer).is_some_and(Member::is_connected);
        match carrier {
            Carrier::Server => self.server.is_registered(),
            Carrier::Neighbour(neighbour) => connected(neighbour),
            Carrier::Walk(walk, towards) => match self.overlay.walks.next(now, walk, towards) {
                Some(Next::Neighbour(next)) => connected(next),
                Some(Next::Here) | None => false,
            },
        }
    }

    pub(super) fn send_signal(&mut self, now: Instant, to: PeerId, attempt: u64, step: SignalStep) {
        let Some(room) = self.room else { return };
        let link = self.roster.get(to).and_then(|member| member.link.as_ref());
        let link = link.filter(|link| link.attempt == attempt);
        let heard_of = self.roster.instance_of(to).unwrap_or(Instance(0));
        let to_instance = link.map_or(heard_of, |link| link.to_instance);
        let via = link.map_or(Carrier::Server, |link| link.via);
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
        let works = self.carrier_works(now, via);
        let fallback = || match self.server.is_registered() {
            true => Carrier::Server,
            false => self.carrier(now, to).unwrap_or(Carrier::Server),
        };
        match if works { via } else { fallback() } {
            Carrier::Neighbour(neighbour) => {
                self.send_control(now, neighbour, &ControlMessage::Introduce { to, envelope });
            }
            Carrier::Walk(walk, towards) => self.send_along(now, walk, towards, to, envelope),
            Carrier::Server => {
                self.server.send(now, ClientMessage::Signal { to, envelope }, &mut self.core);
            }
        }
    }

    /// A sealed signal has come from `from`, by the server or by a neighbour (the second of `via`), who may have had it
    /// from elsewhere.
    pub(super) fn handle_envelope(
        &mut self,
        now: Instant,
        from: PeerId,
        envelope: &Envelope,
        via: (Carrier, Option<PeerId>),
    ) {
        let Some(room) = self.room else { return };
        if from == self.core.me {
            return;
        }
        let (via, neighbour) = via;
        let (route, signal) = match envelope.open(&room, from, self.core.me) {
            Ok(opened) => opened,
            Err(error) => {
                // Who sent what came along a walk is anybody's guess.
                let walked = matches!(via, Carrier::Walk(..));
                let sender = if walked { neighbour } else { Some(from) };
                return self.refuse(sender, error.to_string());
            }
        };
        if route.to_instance != self.core.instance {
            // It may be a repeat from days ago, and is answered by nothing. But whose it is lives or has lived that life: who
            // was told wrong of each other would else offer to lives that nobody lives, both of them, for ever.
            if let Some(member) = self.roster.get_mut(from) {
                member.prove(route.from_instance);
            }
            let reason = "a handshake meant for an earlier visit of this device".to_owned();
            return self.refuse(Some(from), reason);
        }
        let capability = Capability::default();
        let card = PeerCard { peer: from, instance: route.from_instance, capability };
        let met = self.meet(now, &card, Evidence::Signed, neighbour);
        let Some((member, _)) = met else { return };
        match member.window.accept(route.from_instance, route.sequence) {
            // A signature is worth more than hearsay of a newer life, which nobody may ever live.
            Freshness::Fresh => member.card.instance = route.from_instance,
            Freshness::NewLife => {
                member.card.instance = route.from_instance;
                member.held = false;
            }
            Freshness::Replayed => {
                self.refuse(Some(from), "a repeated handshake".to_owned());
                return self.forget_if_gone(now, from);
            }
            Freshness::EarlierLife => {
                let reason = "a handshake from an earlier visit of that device".to_owned();
                self.refuse(Some(from), reason);
                return self.forget_if_gone(now, from);
            }
        }
        if let Some(member) = self.roster.get_mut(from) {
            member.heard_at = Some(now);
            match via {
                Carrier::Server => {}
                Carrier::Neighbour(neighbour) => {
                    member.neighbours.entry(neighbour).or_insert(0);
                }
                Carrier::Walk(walk, towards) => {
                    (member.told_by, member.route) = (neighbour, Some((walk, towards)));
                }
            }
        }
        self.handle_signal(now, from, signal, via);
    }

    fn handle_signal(&mut self, now: Instant, from: PeerId, signal: Signal, via: Carrier) {
        let Signal { attempt, step } = signal;
        let link = self.roster.get_mut(from).and_then(|member| member.link.as_mut());
        match (link, step) {
            (Some(link), SignalStep::Bye { reason }) if link.attempt == attempt => {
                let reason = format!("the other device closed: {}", printable(&reason));
                let ended = Ended { end: LinkEnd::ClosedThere, reason };
                self.end_link(now, from, ended, true);
            }
            (Some(link), SignalStep::Busy) if link.attempt == attempt => {
                let reason = "all connections of the other device are taken".to_owned();
                self.end_link(now, from, Ended { end: LinkEnd::NotReached, reason }, false);
                if let Some(member) = self.roster.get_mut(from) {
                    member.retry_at = member.retry_at.max(now + BUSY_RETRY);
                }
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
            (None, SignalStep::Bye { reason }) => self.hold_what_ended(from, attempt, &reason),
            _ => {}
        }
    }

    /// A goodbye has come after the channels had closed: that was on purpose.
    fn hold_what_ended(&mut self, peer: PeerId, attempt: u64, reason: &str) {
        let Some(member) = self.roster.get_mut(peer) else { return };
        if member.ended_attempt == Some(attempt) {
            member.held = true;
            let reason = format!("the other device closed: {}", printable(reason));
            member.ended = Some(Ended { end: LinkEnd::ClosedThere, reason });
        }
    }

    fn answer(&mut self, now: Instant, peer: PeerId, attempt: u64, sdp: String, via: Carrier) {
        let has_link = self.roster.get(peer).is_some_and(|member| member.link.is_some());
        if has_link {
            let reason = "the other device connected anew".to_owned();
            self.drop_link(now, peer, &Ended { end: LinkEnd::ClosedThere, reason });
        } else if !self.has_room_for_another(now) {
            return self.send_signal(now, peer, attempt, SignalStep::Busy);
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
}
