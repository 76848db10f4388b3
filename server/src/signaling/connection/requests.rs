//! What a peer may ask for, and what it is refused.

use super::{Connection, ending::End};
use crate::signaling::{outbox::Outgoing, refusal::Refusal};
use protocol::{
    VERSION,
    signaling::{ClientMessage, PeerCard, Registration, ServerMessage},
};
use tokio::time::Instant;
use tracing::debug;

/// What `discover` costs on top of one unit: its answer is up to 32 times as long.
const DISCOVER_COST_EXTRA: u32 = 4;
/// What `announce_capability` costs on top of one unit: up to 64 others are told.
const ANNOUNCE_COST_EXTRA: u32 = 9;

impl Connection {
    /// Does what a message asks for.
    pub(super) async fn obey(&mut self, message: ClientMessage) -> Result<(), End> {
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
    pub(super) fn offence(&mut self, refusal: Refusal) -> Result<(), End> {
        if !self.offences.spend(Instant::now(), 1) {
            return Err(End::Refused(refusal));
        }
        self.answer(&refusal);
        Ok(())
    }

    fn answer(&self, refusal: &Refusal) {
        self.server.metrics.refused(refusal.counted_as);
        self.outbox.send(Outgoing::from(refusal));
    }
}

/// The `type` of a message.
pub(super) fn type_of(message: &ClientMessage) -> &'static str {
    match message {
        ClientMessage::Register(_) => "register",
        ClientMessage::Discover {} => "discover",
        ClientMessage::Signal { .. } => "signal",
        ClientMessage::AnnounceCapability { .. } => "announce_capability",
        ClientMessage::Heartbeat {} => "heartbeat",
    }
}
