//! The room, the signaling server, and what this device tells of itself.

use crate::{
    config::ConnectPolicy,
    engine::Engine,
    error::CommandError,
    event::Event,
    job::MemoryCall,
    overlay::Overlay,
    records::{self, MessagesRecord, Records},
};
use protocol::{room::RoomSecret, signaling::Capability};
use units::{Instant, PeerId};

/// The longest address of a signaling server.
const URL_BYTES_MAX: usize = 512;

impl Engine {
    /// Makes a room and enters it; its secret is the invitation.
    pub fn create_room(&mut self, now: Instant) -> RoomSecret {
        // Half of it is enough; as many are drawn as a secret has, so that seeds of old histories replay them.
        let drawn: [u8; 32] = self.core.random_bytes();
        let random = *drawn.first_chunk().expect("16 of 32 bytes");
        let secret = RoomSecret::founded(self.core.me, random);
        self.change_room(now, secret);
        secret
    }

    /// Enters a room; being in it already is success. Another room is left first.
    pub fn join_room(&mut self, now: Instant, secret: RoomSecret) {
        if self.room != Some(secret) {
            self.change_room(now, secret);
        }
    }

    fn change_room(&mut self, now: Instant, secret: RoomSecret) {
        self.leave_room(now);
        self.enter_room(secret, MessagesRecord::default());
        self.open_books(now, secret, &mut Records::new(Vec::new()));
    }

    /// Leaves the room: connections end, a shared session ends here, its messages are forgotten.
    pub fn leave_room(&mut self, now: Instant) {
        let Some(secret) = self.room else { return };
        if self.session.as_ref().is_some_and(|session| session.running && !session.is_alone()) {
            self.others.clear();
            self.with_session(now, |session, s| session.leave("this device left the room", s));
        }
        let peers: Vec<PeerId> = self.roster.members.keys().copied().collect();
        for peer in peers {
            self.close_link(now, peer, "this device left the room");
            if self.roster.get(peer).is_some() {
                self.roster.depart(peer);
                self.core.event(Event::PeerLeft { peer });
            }
        }
        self.close_books(now, secret);
        self.roster.release_all();
        self.server.stop(&mut self.core);
        self.room = None;
        self.texts = None;
        self.neighbours_due = None;
        self.overlay = Overlay::default();
        self.roster.is_partial = false;
        self.core.forget(records::ROOM.to_owned());
        self.core.forget(records::messages_key(secret.room_id()));
    }

    /// Uses the signaling server at `url` from the next [`Self::start_discovery`] on.
    ///
    /// # Errors
    /// [`CommandError::InvalidInput`] if that is no WebSocket address.
    pub fn configure_signaling_server(
        &mut self,
        _now: Instant,
        url: &str,
    ) -> Result<(), CommandError> {
        let host = url.strip_prefix("ws://").or_else(|| url.strip_prefix("wss://"));
        let plausible = host.is_some_and(|host| !host.is_empty() && !host.starts_with('/'));
        if !plausible || url.len() > URL_BYTES_MAX || url.contains(char::is_whitespace) {
            let shown: String = url.chars().take(80).collect();
            return Err(CommandError::InvalidInput(format!(
                "`{shown}` is no address of a signaling server: it must look like wss://host/signal"
            )));
        }
        self.server.set_url(url.to_owned(), &mut self.core);
        self.save_room();
        Ok(())
    }

    /// Connects to the signaling server, registers in the room and asks who is there. Goes on trying by itself.
    ///
    /// # Errors
    /// [`CommandError::NoRoom`], [`CommandError::NoSignalingServer`].
    pub fn start_discovery(&mut self, now: Instant) -> Result<(), CommandError> {
        let secret = self.room.ok_or(CommandError::NoRoom)?;
        if self.server.url().is_none() {
            return Err(CommandError::NoSignalingServer);
        }
        self.server.start(now, secret.room_id(), &mut self.core);
        Ok(())
    }

    /// Whether to connect to everyone in the room, or only when told to. That is kept: in the next life, it counts more than
    /// [`crate::Config::connect`].
    pub fn set_connect_policy(&mut self, now: Instant, policy: ConnectPolicy) {
        self.connect = policy;
        let by_hand = policy == ConnectPolicy::ByHand;
        self.core.store(records::CONNECT_BY_HAND.to_owned(), &by_hand, Vec::new());
        self.share_connect_policy(now);
        self.settle(now);
    }

    /// Tells others what this device can do.
    ///
    /// # Errors
    /// [`CommandError::InvalidInput`] if the name is too long or not printable.
    pub fn set_capability(
        &mut self,
        now: Instant,
        capability: Capability,
    ) -> Result<(), CommandError> {
        capability.validate()?;
        // What this device carries is for [`Self::carry_nodes`] to say.
        let nodes_for_others = self.hosting.nodes_max();
        let capability = Capability { nodes_for_others, ..capability };
        if self.core.capability != capability {
            let is_renamed = self.core.capability.device_name != capability.device_name;
            let name = capability.device_name.clone();
            self.announce(now, capability);
            if is_renamed {
                self.tell_open_memory(now, MemoryCall::Named(name));
            }
        }
        Ok(())
    }
}
