//! How this peer comes to a connection: offers, answers, and who carries them.

use crate::{
    core::printable,
    engine::Engine,
    event::Event,
    link::Link,
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
            Some(neighbour) => format!("introduced by {}", self.name_of(neighbour)),
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

    pub(super) fn send_signal(&mut self, now: Instant, to: PeerId, attempt: u64, step: SignalStep) {
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
    pub(super) fn handle_envelope(
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
                return self.forget_if_gone(now, from);
            }
            Freshness::EarlierLife => {
                let reason = "a handshake from an earlier visit of that device".to_owned();
                self.refuse(Some(from), reason);
                return self.forget_if_gone(now, from);
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
}
