//! What connections bring, and how they end.

use crate::{
    engine::Engine,
    event::Event,
    io::{ConnectionId, ConnectionInput, ConnectionOutput},
    link::{Carrier, LinkAction},
    view::{Ended, LinkEnd, LinkStage},
};
use ::core::time::Duration;
use protocol::{VERSION, envelope::SignalStep, message::ControlMessage, signaling::PeerCard};
use units::{Instant, PeerId};

/// What a member may send on `bulk` when no session says otherwise: probes that measure a connection.
const BULK_LIMIT_BYTES_DEFAULT: usize = 4 * 1024 * 1024;

/// How soon a neighbour that was parted from is thought of again, unless the room has become small.
const PARTED_RETRY: Duration = Duration::from_secs(60);

/// How long after its channels a connection's goodbye may come, which goes another way.
const GOODBYE_WAIT: Duration = Duration::from_secs(1);

impl Engine {
    pub(crate) fn handle_connection(
        &mut self,
        now: Instant,
        id: ConnectionId,
        input: ConnectionInput,
    ) {
        let opens = matches!(input, ConnectionInput::ChannelOpened(_));
        let hello =
            opens.then(|| ControlMessage::Hello { version: VERSION, card: self.own_card() });
        let mut members = self.roster.members.iter();
        let is_of = members.find(|(_, it)| it.link.as_ref().is_some_and(|link| link.id == id));
        let Some(peer) = is_of.map(|(peer, _)| *peer) else { return };
        let bulk_limit_bytes = self
            .session
            .as_ref()
            .map_or(0, |session| session.bulk_limit_bytes())
            .max(self.slice_limit_bytes())
            .max(self.siblings.bulk_limit_bytes(peer))
            .max(BULK_LIMIT_BYTES_DEFAULT);
        let Some(link) = self.roster.get_mut(peer).and_then(|member| member.link.as_mut()) else {
            return;
        };
        let actions = link.handle_input(now, input, bulk_limit_bytes, hello, &mut self.core);
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
                LinkAction::Stage(detail) => {
                    self.core.event(Event::Link { peer, stage, detail });
                    if is_open {
                        self.with_session(now, |session, s| session.silence_changed(s));
                    }
                }
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
            (member.degree, member.parting_since) = (0, None);
        }
        let (stage, detail) = (LinkStage::Open, String::new());
        self.core.event(Event::Link { peer, stage, detail });
        self.core.event(Event::Connected { peer });
        self.neighbours_changed(now);
        if self.roster.is_partial
            && let Some(link) = self.roster.get_mut(peer).and_then(|member| member.link.as_mut())
        {
            // Others are told how far it is, and choose by that.
            link.ping(now, &mut self.core);
        }
        let missed = self.overlay.gossip.neighbour_up(now, peer);
        self.perform_gossip(now, missed);
        let texts = self.texts.as_ref().map(|texts| texts.undelivered(&self.core, peer));
        for (id, text) in texts.unwrap_or_default() {
            self.send_control(now, peer, &ControlMessage::Text { id, text });
        }
        self.books_neighbour(now, peer, true);
        self.memory_neighbour(now, peer, true);
        self.with_session(now, |session, s| session.peer_connected(peer, s));
        self.with_split(now, |split, around| split.offers_changed(around));
    }

    fn handle_control(&mut self, now: Instant, from: PeerId, message: ControlMessage) {
        match message {
            ControlMessage::Text { id, text } => {
                let name = self.device_name_of(from);
                if let Some(texts) = &mut self.texts {
                    texts.receive(now, from, name, id, text, &mut self.core);
                }
            }
            ControlMessage::TextReceived { id } => {
                let texts = self.texts.as_mut();
                if texts.is_some_and(|texts| texts.delivered(from, id, &mut self.core)) {
                    self.core.event(Event::MessageDelivered { to: from, id });
                }
            }
            ControlMessage::Neighbours { peers, round_trips_ms } => {
                self.handle_neighbours(now, from, peers, &round_trips_ms);
            }
            ControlMessage::Introduce { to, envelope } => {
                let member = self.roster.get_mut(from);
                if member.is_some_and(|member| member.may_be_introduced(now)) {
                    self.send_control(now, to, &ControlMessage::Introduced { from, envelope });
                }
            }
            ControlMessage::Introduced { from: introduced, envelope } => {
                let via = (Carrier::Neighbour(from), Some(from));
                self.handle_envelope(now, introduced, &envelope, via);
            }
            ControlMessage::Session { session, message } => {
                self.handle_session_message(now, from, session, message);
            }
            ControlMessage::CallForLearning { cluster, urgency } => {
                self.handle_call_for_learning(now, from, cluster, urgency);
            }
            ControlMessage::Memory { bytes } => self.memory_message(now, from, bytes),
            ControlMessage::Ledger { bytes } => self.books_message(now, from, bytes),
            ControlMessage::Overlay(message) => self.handle_overlay(now, from, message),
            ControlMessage::Split { split, part, message } => {
                self.handle_split_message(now, from, split, part, message);
            }
            // Said again, hello brings a new name or capability.
            ControlMessage::Hello { card, .. } => {
                if let Some(member) = self.roster.get_mut(from) {
                    member.card.capability = card.capability;
                }
                self.with_split(now, |split, around| split.offers_changed(around));
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

    /// The same with a message that has been written.
    pub(crate) fn send_written(
        &mut self,
        now: Instant,
        to: PeerId,
        bytes: Vec<u8>,
    ) -> Option<usize> {
        let link = self.roster.get_mut(to)?.link.as_mut().filter(|link| link.is_open())?;
        Some(link.send_written(now, bytes, &mut self.core))
    }

    /// Ends a connection. With `hold` it is not opened again by ourselves.
    pub(super) fn end_link(&mut self, now: Instant, peer: PeerId, ended: Ended, hold: bool) {
        let Some(member) = self.roster.get_mut(peer) else { return };
        let attempt = member.link.as_ref().map(|link| link.attempt);
        let parted = member.parting_since.take().is_some();
        let ended = if parted { parted_here() } else { ended };
        let Some(was_open) = self.drop_link(now, peer, &ended) else { return };
        let failures = self.roster.get(peer).map_or(0, |member| member.failures);
        let mut wait = self.core.backoff(if was_open { 0 } else { failures });
        if ended.end == LinkEnd::ClosedThere {
            wait = wait.max(GOODBYE_WAIT);
        }
        let by_server = self.server.is_registered();
        if let Some(member) = self.roster.get_mut(peer) {
            member.failures = if was_open { 0 } else { failures + 1 };
            member.retry_at = now + wait;
            member.held = hold;
            member.ended_attempt = attempt;
            member.ended = Some(ended);
            member.is_asked_for = false;
            // Without a server, the lost connection was the only sign of life.
            member.on_server &= by_server;
            member.heard_at = None;
        }
        if parted {
            self.keep_in_mind(now, peer);
        }
        self.forget_if_gone(now, peer);
    }

    /// Closes a connection and tells everyone concerned; says whether it was open.
    pub(super) fn drop_link(&mut self, now: Instant, peer: PeerId, ended: &Ended) -> Option<bool> {
        let link = self.roster.get_mut(peer)?.link.take()?;
        self.core.connection(link.id, ConnectionOutput::Close);
        let was_open = link.is_open();
        if let Some(member) = self.roster.get_mut(peer) {
            member.distance_ms = link.ping_ms.map(|ms| ms as u32).or(member.distance_ms);
        }
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
                    self.forget_if_gone(now, other);
                }
            }
            self.neighbours_changed(now);
            self.others.remove(&peer);
            self.overlay.gossip.neighbour_down(peer);
            self.overlay.walks.neighbour_down(peer);
            self.books_neighbour(now, peer, false);
            self.memory_neighbour(now, peer, false);
            self.with_session(now, |session, s| session.peer_disconnected(peer, s));
            self.weigh_again(now);
            self.with_split(now, |split, around| split.peer_disconnected(peer, around));
            self.with_hosting(now, |hosting| hosting.peer_disconnected(peer));
        }
        Some(was_open)
    }

    /// A neighbour that was parted from is there, and may be a neighbour again later.
    pub(super) fn keep_in_mind(&mut self, now: Instant, peer: PeerId) {
        if let Some(member) = self.roster.get_mut(peer) {
            (member.heard_at, member.retry_at) = (Some(now), now + PARTED_RETRY);
        }
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
}

fn parted_here() -> Ended {
    let reason = "this device has connections to spare".to_owned();
    Ended { end: LinkEnd::ClosedHere, reason }
}
