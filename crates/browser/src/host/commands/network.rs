//! The room, the signaling server, connections and messages.

use super::wait;
use crate::{
    HostError,
    host::{Host, device_name},
};
use peer::{CommandError, ConnectPolicy, LinkStage, SignalingState};
use protocol::{room::RoomSecret, signaling::Capability};
use units::{PeerId, RoomId};

/// Room and signaling server.
impl Host {
    /// Makes a room and enters it.
    ///
    /// # Errors
    /// [`HostError::Closed`].
    pub fn create_room(&self) -> Result<RoomSecret, HostError> {
        self.command(|engine, now| Ok(engine.create_room(now)))
    }

    /// Enters the room of an invitation. Being in it already is success.
    ///
    /// # Errors
    /// [`HostError::Command`] says what is wrong with the invitation.
    pub fn join_room(&self, room: RoomId, fragment: &str) -> Result<(), HostError> {
        let secret = RoomSecret::from_invitation(room, fragment).map_err(CommandError::from)?;
        self.command(|engine, now| {
            engine.join_room(now, secret);
            Ok(())
        })
    }

    /// Leaves the room and closes all connections.
    ///
    /// # Errors
    /// [`HostError::Closed`].
    pub fn leave_room(&self) -> Result<(), HostError> {
        self.command(|engine, now| {
            engine.leave_room(now);
            Ok(())
        })
    }

    /// Uses another signaling server from the next discovery on.
    ///
    /// # Errors
    /// [`HostError::Command`] if the address is not one of a WebSocket.
    pub fn configure_signaling_server(&self, url: &str) -> Result<(), HostError> {
        self.command(|engine, now| engine.configure_signaling_server(now, url))
    }

    /// Starts to connect to the signaling server, to register, and to ask who is there. Whatever comes of it is an event.
    ///
    /// # Errors
    /// [`HostError::Command`] without a room or a server.
    pub fn start_discovery(&self) -> Result<(), HostError> {
        self.command(|engine, now| engine.start_discovery(now))
    }

    /// Connects to the signaling server, registers, and asks who is there; ends once registered.
    ///
    /// # Errors
    /// [`HostError::SignalingUnreachable`], [`HostError::SignalingRefused`], or [`HostError::Command`] without a room.
    pub async fn discover(&self) -> Result<(), HostError> {
        let registered = self.command_then(
            |engine, now| engine.start_discovery(now),
            |host, ()| {
                let is_registered = host.view().signaling == SignalingState::Registered;
                (!is_registered).then(|| host.0.waiters.borrow_mut().for_registration())
            },
        )?;
        wait(registered).await
    }

    /// Whether to connect to everyone in the room, or only to those one is told to.
    ///
    /// # Errors
    /// [`HostError::Closed`].
    pub fn set_connect_policy(&self, policy: ConnectPolicy) -> Result<(), HostError> {
        self.command(|engine, now| {
            engine.set_connect_policy(now, policy);
            Ok(())
        })
    }

    /// Sets something that is the same on all devices of this person.
    ///
    /// # Errors
    /// [`HostError::Closed`].
    pub fn share_setting(&self, name: &str, value: &str) -> Result<(), HostError> {
        self.command(|engine, now| {
            engine.share_setting(now, name, value);
            Ok(())
        })
    }

    /// Tells the room another name of this device.
    ///
    /// # Errors
    /// [`HostError::Command`] if the name is too long.
    pub fn set_device_name(&self, device_name: String) -> Result<(), HostError> {
        let capability = Capability { device_name: device_name.clone(), ..self.view().capability };
        self.command(|engine, now| engine.set_capability(now, capability))?;
        device_name::keep(&self.0, &device_name);
        Ok(())
    }
}

/// Connections and messages.
impl Host {
    /// Connects to a peer; ends when both channels are open.
    ///
    /// # Errors
    /// [`HostError::ConnectionFailed`] with the reason, or [`HostError::Command`].
    pub async fn connect(&self, peer: PeerId) -> Result<(), HostError> {
        let opened = self.command_then(
            |engine, now| engine.connect(now, peer),
            |host, ()| {
                let stage = |it: &peer::PeerView| it.peer == peer && it.stage == LinkStage::Open;
                let is_open = host.view().peers.iter().any(stage);
                (!is_open).then(|| host.0.waiters.borrow_mut().for_connection(peer))
            },
        )?;
        wait(opened).await
    }

    /// Closes the connection with a peer.
    ///
    /// # Errors
    /// [`HostError::Command`] if there is none.
    pub fn disconnect(&self, peer: PeerId) -> Result<(), HostError> {
        self.command(|engine, now| engine.disconnect(now, peer))
    }

    /// Sends a text to one peer, or to all that are connected; to how many it went.
    ///
    /// # Errors
    /// [`HostError::Command`] if it is too long, or nobody is connected.
    pub fn send_text(&self, to: Option<PeerId>, text: &str) -> Result<u32, HostError> {
        self.command(|engine, now| engine.send_text(now, to, text))
    }

    /// Sends a ping on the `control` channel; [`peer::Event::Pong`] tells how long it took.
    ///
    /// # Errors
    /// [`HostError::Command`] if the peer is not connected.
    pub fn ping(&self, peer: PeerId) -> Result<(), HostError> {
        self.command(|engine, now| engine.ping(now, peer))
    }

    /// Sends bytes over the `bulk` channel, for its benchmark; `false` if the connection's queue is full.
    ///
    /// # Errors
    /// [`HostError::Command`] if the peer is not connected.
    pub fn send_probe(&self, to: PeerId, bytes: Vec<u8>) -> Result<bool, HostError> {
        self.command(|engine, now| engine.send_probe(now, to, bytes))
    }
}
