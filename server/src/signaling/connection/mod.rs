//! One connection: challenge, registration, and then whatever the vocabulary allows, until one side ends it.
//!
//! Every message costs one unit of the connection's budget; `discover` and `announce_capability`, which make the server
//! say more than it heard, cost more. A refused message is answered with a typed error; who keeps sending refused ones
//! is disconnected.

mod ending;
mod requests;

use super::{
    SignalingConfig,
    budget::Budget,
    outbox::{Outbox, Outgoing, Waiting, outbox},
    places::Place,
    refusal::Refusal,
    rooms::Seat,
};
use crate::server::Server;
use axum::extract::ws::{Message, WebSocket};
use ending::{End, Interrupts};
use protocol::{
    VERSION,
    limits::SIGNALING_MESSAGE_BYTES_MAX,
    signaling::{Challenge, ServerMessage, decode_client},
};
use requests::type_of;
use serde::Deserialize;
use std::{error::Error as _, sync::Arc, time::Duration};
use tokio::{
    select,
    time::{Instant, sleep, sleep_until},
};
use tokio_tungstenite::tungstenite;
use units::PeerId;

/// Serves one connection to its end.
pub(super) async fn serve(socket: WebSocket, server: Arc<Server>, place: Place) {
    let mut connection = Connection::new(socket, server);
    let end = match place.refusal() {
        Some(refusal) => End::Refused(refusal.clone()),
        None => connection.talk().await,
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

impl Connection {
    fn new(socket: WebSocket, server: Arc<Server>) -> Self {
        let config = &server.config;
        let (outbox, waiting) = outbox(config.outbox);
        let interrupts = Interrupts::new(&waiting, server.lifecycle.stopping());
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
