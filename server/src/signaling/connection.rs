//! One connection: challenge, registration, and then whatever the vocabulary allows, until one side ends it.
//!
//! Every message costs one unit of the connection's budget; `discover` and `announce_capability`, which make the server
//! say more than it heard, cost more. A refused message is answered with a typed error; who keeps sending refused ones
//! is disconnected.

use super::{
    SignalingConfig,
    budget::Budget,
    outbox::{Cut, Outbox, Outgoing, Waiting, outbox},
    refusal::Refusal,
    rooms::Seat,
};
use crate::server::{Place, Server};
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use protocol::{
    VERSION,
    limits::SIGNALING_MESSAGE_BYTES_MAX,
    signaling::{
        Challenge, ClientMessage, ErrorCode, LeaveReason, PeerCard, Registration, ServerMessage,
        decode_client,
    },
};
use serde::Deserialize;
use std::{error::Error as _, sync::Arc, time::Duration};
use tokio::{
    select,
    sync::watch,
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_tungstenite::tungstenite;
use tracing::debug;
use units::PeerId;

/// What `discover` costs on top of one unit: its answer is up to 32 times as long.
const DISCOVER_COST_EXTRA: u32 = 4;
/// What `announce_capability` costs on top of one unit: up to 31 others are told.
const ANNOUNCE_COST_EXTRA: u32 = 9;
/// The close code for a connection that a newer one of the same identity has replaced (from the private range).
const CLOSE_REPLACED: u16 = 4001;

/// Serves one connection to its end.
pub(super) async fn serve(socket: WebSocket, server: Arc<Server>, place: Place) {
    let mut connection = Connection::new(socket, server);
    let end = if place.surplus {
        End::Refused(Refusal::server_full(connection.config().sockets_max))
    } else {
        connection.talk().await
    };
    connection.farewell(end).await;
}

struct Connection {
    server: Arc<Server>,
    socket: WebSocket,
    challenge: Challenge,
    seat: Option<(Seat, PeerId)>,
    outbox: Outbox,
    waiting: Waiting,
    interrupts: Interrupts,
    messages: Budget,
    offences: Budget,
    opened_at: Instant,
    heard_at: Instant,
}

/// What ends a connection from outside, whatever it is doing.
struct Interrupts {
    cut: watch::Receiver<Option<Cut>>,
    stopping: watch::Receiver<bool>,
}

/// Why a connection ends.
enum End {
    /// The peer closed it, or it broke.
    Gone,
    Refused(Refusal),
    Silent(Refusal),
    TooSlow,
    Replaced,
    ShuttingDown,
}

impl Connection {
    fn new(socket: WebSocket, server: Arc<Server>) -> Self {
        let config = &server.config;
        let (outbox, waiting) = outbox(config.outbox);
        let interrupts = Interrupts { cut: waiting.cut(), stopping: server.lifecycle.stopping() };
        let mut challenge = [0; 32];
        getrandom::fill(&mut challenge).expect("the operating system has a source of randomness");
        let now = Instant::now();
        Self {
            socket,
            challenge: Challenge::from_bytes(challenge),
            seat: None,
            outbox,
            waiting,
            interrupts,
            messages: Budget::new(config.message_rate, now),
            offences: Budget::new(config.offence_rate, now),
            opened_at: now,
            heard_at: now,
            server,
        }
    }

    fn config(&self) -> &SignalingConfig {
        &self.server.config
    }

    async fn talk(&mut self) -> End {
        let challenge = ServerMessage::Challenge { version: VERSION, challenge: self.challenge };
        if let Err(end) = self.write(Outgoing::from(&challenge)).await {
            return end;
        }
        loop {
            let deadline = self.deadline();
            let step = select! {
                end = self.interrupts.next() => Err(end),
                message = self.waiting.next() => self.write(message).await,
                frame = self.socket.recv() => self.hear(frame).await,
                () = sleep_until(deadline) => Err(self.overdue()),
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// When the connection ends unless the peer says something.
    fn deadline(&self) -> Instant {
        match self.seat {
            None => self.opened_at + self.config().registration_timeout,
            Some(_) => self.heard_at + self.silence_max(),
        }
    }

    fn overdue(&self) -> End {
        match self.seat {
            None => {
                End::Refused(Refusal::registration_too_late(self.config().registration_timeout))
            }
            Some(_) => End::Silent(Refusal::silent(self.silence_max())),
        }
    }

    fn silence_max(&self) -> Duration {
        self.config().heartbeat_interval * self.config().heartbeats_missed_max
    }

    async fn write(&mut self, message: Outgoing) -> Result<(), End> {
        let (kind, size_bytes) = (message.kind, message.text.len());
        let write_timeout = self.server.config.write_timeout;
        let sent = select! {
            sent = self.socket.send(Message::Text(message.text)) => sent,
            end = self.interrupts.next() => return Err(end),
            () = sleep(write_timeout) => return Err(End::TooSlow),
        };
        sent.map_err(|_| End::Gone)?;
        self.server.metrics.sent(kind, size_bytes);
        Ok(())
    }

    async fn hear(&mut self, frame: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        let frame = match frame {
            Some(Ok(frame)) => frame,
            Some(Err(error)) if is_capacity(&error) => {
                return Err(End::Refused(Refusal::too_large(None)));
            }
            Some(Err(_)) | None => return Err(End::Gone),
        };
        if !self.messages.spend(Instant::now(), 1) {
            return self.offence(Refusal::too_frequent(self.messages.wait(1)));
        }
        match frame {
            Message::Text(text) => self.hear_text(&text).await,
            Message::Binary(bytes) => {
                self.server.metrics.received_bytes(bytes.len());
                self.offence(Refusal::binary(bytes.len()))
            }
            Message::Ping(_) | Message::Pong(_) => Ok(()),
            Message::Close(_) => Err(End::Gone),
        }
    }

    async fn hear_text(&mut self, text: &str) -> Result<(), End> {
        self.server.metrics.received_bytes(text.len());
        self.heard_at = Instant::now();
        if text.len() > SIGNALING_MESSAGE_BYTES_MAX {
            return self.offence(Refusal::too_large(Some(text.len())));
        }
        let message = match decode_client(text) {
            Ok(message) => message,
            Err(error) => match registered_version(text) {
                Some(version) if self.seat.is_none() && version != u64::from(VERSION) => {
                    return Err(End::Refused(Refusal::wrong_version(version)));
                }
                _ => return self.offence(Refusal::not_signaling(&error)),
            },
        };
        self.server.metrics.received(type_of(&message));
        self.obey(message).await
    }

    async fn obey(&mut self, message: ClientMessage) -> Result<(), End> {
        let Some((seat, _)) = &self.seat else {
            return match message {
                ClientMessage::Register(registration) => self.register(registration).await,
                other => self.offence(Refusal::not_registered(type_of(&other))),
            };
        };
        let rooms = &self.server.rooms;
        match message {
            ClientMessage::Register(_) => return self.offence(Refusal::already_registered()),
            ClientMessage::Discover {} => {
                if !self.messages.spend(self.heard_at, DISCOVER_COST_EXTRA) {
                    let wait = self.messages.wait(DISCOVER_COST_EXTRA);
                    return self.offence(Refusal::too_frequent(wait));
                }
                rooms.discover(seat);
            }
            ClientMessage::AnnounceCapability { capability } => {
                if !self.messages.spend(self.heard_at, ANNOUNCE_COST_EXTRA) {
                    let wait = self.messages.wait(ANNOUNCE_COST_EXTRA);
                    return self.offence(Refusal::too_frequent(wait));
                }
                rooms.announce(seat, capability);
            }
            ClientMessage::Signal { to, envelope } => {
                if let Err(error) = rooms.signal(seat, to, envelope) {
                    self.answer(&Refusal::unknown_peer(&error));
                }
            }
            ClientMessage::Heartbeat {} => {}
        }
        Ok(())
    }

    async fn register(&mut self, registration: Registration) -> Result<(), End> {
        if registration.version != VERSION {
            return Err(End::Refused(Refusal::wrong_version(registration.version.into())));
        }
        registration
            .verify(&self.challenge)
            .map_err(|error| End::Refused(Refusal::bad_signature(&error)))?;
        let Registration { room, peer, instance, capability, .. } = registration;
        let card = PeerCard { peer, instance, capability };
        let seat = self
            .server
            .rooms
            .enter(room, card, self.outbox.clone())
            .map_err(|error| End::Refused(Refusal::room_full(&error)))?;
        self.seat = Some((seat, peer));
        debug!(peer = peer.short(), room = room.short(), "peer entered the room");
        let interval_ms = self.config().heartbeat_interval.as_millis();
        let registered = ServerMessage::Registered {
            heartbeat_interval_ms: u32::try_from(interval_ms).unwrap_or(u32::MAX),
            ice_servers: self.config().ice_servers.clone(),
        };
        // Not through the outbox: news of others may wait there already, and this must come first.
        self.write(Outgoing::from(&registered)).await
    }

    /// Refuses a message, and the connection when that happens too often.
    fn offence(&mut self, refusal: Refusal) -> Result<(), End> {
        if !self.offences.spend(Instant::now(), 1) {
            return Err(End::Refused(refusal));
        }
        self.answer(&refusal);
        Ok(())
    }

    fn answer(&self, refusal: &Refusal) {
        self.server.metrics.refused(refusal.code);
        self.outbox.send(Outgoing::from(refusal));
    }

    /// Gives the seat up first, so that the others need not wait for a peer that does not answer.
    async fn farewell(mut self, end: End) {
        let peer = self.seat.as_ref().map(|(_, peer)| *peer);
        if let Some((seat, peer)) = self.seat.take() {
            self.server.rooms.leave(seat, end.leave_reason());
            debug!(peer = peer.short(), reason = ?end.leave_reason(), "peer left the room");
        }
        let refusal = end.refusal();
        if let Some(refusal) = &refusal {
            self.server.metrics.refused(refusal.code);
            debug!(code = refusal.code.as_str(), "connection refused: {}", refusal.message);
        }
        let last_words = match (&end, peer) {
            (End::Replaced, Some(peer)) => {
                let reason = LeaveReason::Replaced;
                Some(Outgoing::from(&ServerMessage::PeerLeft { peer, reason }))
            }
            _ => refusal.as_ref().map(Outgoing::from),
        };
        let farewell_timeout = self.config().farewell_timeout;
        let _ = timeout(farewell_timeout, self.say_and_close(&end, last_words)).await;
    }

    /// Writes what still waits (unless it is that which the peer would not take), then the reason, then closes and
    /// waits for the peer to close too.
    async fn say_and_close(
        &mut self,
        end: &End,
        last_words: Option<Outgoing>,
    ) -> Result<(), axum::Error> {
        if !matches!(end, End::Gone | End::TooSlow) {
            while let Some(message) = self.waiting.try_next() {
                self.say(message).await?;
            }
        }
        if let Some(message) = last_words {
            self.say(message).await?;
        }
        if !matches!(end, End::Gone) {
            let frame = CloseFrame { code: end.close_code(), reason: "".into() };
            self.socket.send(Message::Close(Some(frame))).await?;
        }
        while self.socket.recv().await.transpose()?.is_some() {}
        Ok(())
    }

    async fn say(&mut self, message: Outgoing) -> Result<(), axum::Error> {
        let (kind, size_bytes) = (message.kind, message.text.len());
        self.socket.send(Message::Text(message.text)).await?;
        self.server.metrics.sent(kind, size_bytes);
        Ok(())
    }
}

impl Interrupts {
    async fn next(&mut self) -> End {
        select! {
            cut = self.cut.wait_for(Option::is_some) => match cut.map(|cut| *cut) {
                Ok(Some(Cut::TooSlow)) => End::TooSlow,
                _ => End::Replaced,
            },
            _ = self.stopping.wait_for(|stopping| *stopping) => End::ShuttingDown,
        }
    }
}

impl End {
    fn leave_reason(&self) -> LeaveReason {
        match self {
            Self::Silent(_) => LeaveReason::Silent,
            Self::Replaced => LeaveReason::Replaced,
            _ => LeaveReason::Closed,
        }
    }

    fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Gone | Self::Replaced => None,
            Self::Refused(refusal) | Self::Silent(refusal) => Some(refusal.clone()),
            Self::TooSlow => Some(Refusal::too_slow()),
            Self::ShuttingDown => Some(Refusal::shutting_down()),
        }
    }

    /// RFC 6455, section 7.4.
    fn close_code(&self) -> u16 {
        match self {
            Self::Gone => close_code::NORMAL,
            Self::Refused(Refusal { code: ErrorCode::Full, .. }) => close_code::AGAIN,
            Self::Refused(Refusal { code: ErrorCode::TooLarge, .. }) => close_code::SIZE,
            Self::Refused(_) | Self::Silent(_) => close_code::POLICY,
            Self::TooSlow => close_code::AGAIN,
            Self::Replaced => CLOSE_REPLACED,
            Self::ShuttingDown => close_code::AWAY,
        }
    }
}

fn type_of(message: &ClientMessage) -> &'static str {
    match message {
        ClientMessage::Register(_) => "register",
        ClientMessage::Discover {} => "discover",
        ClientMessage::Signal { .. } => "signal",
        ClientMessage::AnnounceCapability { .. } => "announce_capability",
        ClientMessage::Heartbeat {} => "heartbeat",
    }
}

/// The version that a registration names, even if the rest of it is of a form that this version does not know.
fn registered_version(text: &str) -> Option<u64> {
    #[derive(Deserialize)]
    struct Versioned {
        r#type: String,
        version: u64,
    }
    let message: Versioned = serde_json::from_str(text).ok()?;
    (message.r#type == "register").then_some(message.version)
}

/// Whether a message was longer than the socket reads.
fn is_capacity(error: &axum::Error) -> bool {
    let source = error.source().and_then(|source| source.downcast_ref::<tungstenite::Error>());
    matches!(source, Some(tungstenite::Error::Capacity(_)))
}
