//! `/signal`: the WebSocket on which peers find each other.
//!
//! The server introduces peers and carries sealed handshakes between them; it can refuse service, and nothing else.
//! Every connection is one task ([`connection`]) that owns its socket; rooms ([`rooms`]) reach it through a bounded
//! queue ([`outbox`]) only, so no peer can make the server or another peer wait.

mod address;
mod budget;
mod connection;
pub mod origin;
pub mod outbox;
pub mod places;
mod refusal;
pub mod rooms;
mod upgrade;

pub use address::Network;
pub use budget::Rate;
pub(crate) use refusal::ADDRESS_FULL;
pub(crate) use upgrade::upgrade;

use axum::http::HeaderName;
use origin::OriginPolicy;
use outbox::OutboxLimits;
use protocol::{limits::ROOM_PEERS_MAX, signaling::IceServer};
use std::time::Duration;

/// What an operator, or a test, decides about signaling.
#[derive(Debug, Clone)]
pub struct SignalingConfig {
    /// Told to every peer that registers.
    pub ice_servers: Vec<IceServer>,
    /// Whose pages may connect.
    pub origins: OriginPolicy,
    /// Connections at the same time: the server's memory.
    pub sockets_max: usize,
    /// Connections at the same time from one address: nobody can take all places. An office or a school has one address.
    pub sockets_per_address_max: usize,
    /// Peers in one room.
    pub room_peers_max: usize,
    /// The header in which a proxy in front of this server names the address that it was asked from. Without a proxy,
    /// anyone could write anything there.
    pub client_address_header: Option<HeaderName>,
    /// How often a peer must send something.
    pub heartbeat_interval: Duration,
    /// So many intervals without a message, and the peer has left.
    pub heartbeats_missed_max: u32,
    /// A connection that has not registered by then is closed: strangers cannot hold places.
    pub registration_timeout: Duration,
    /// A single message that cannot be written within this time ends the connection.
    pub write_timeout: Duration,
    /// How long the last words of a connection may take.
    pub farewell_timeout: Duration,
    /// What one peer may ask, in units of one passed-on handshake; see [`connection`] for what costs more.
    pub message_rate: Rate,
    /// How many refused messages are answered before the connection is closed.
    pub offence_rate: Rate,
    /// What may wait for one peer.
    pub outbox: OutboxLimits,
}

impl Default for SignalingConfig {
    fn default() -> Self {
        Self {
            ice_servers: Vec::new(),
            origins: OriginPolicy::SameHost,
            sockets_max: 4096,
            sockets_per_address_max: 512,
            room_peers_max: ROOM_PEERS_MAX,
            client_address_header: None,
            heartbeat_interval: Duration::from_secs(5),
            heartbeats_missed_max: 3,
            registration_timeout: Duration::from_secs(5),
            write_timeout: Duration::from_secs(10),
            farewell_timeout: Duration::from_secs(2),
            // A newcomer that offers itself to 11 peers, with 20 candidates and an ICE restart each, sends about 500.
            message_rate: Rate { burst: 600, per_second: 50 },
            offence_rate: Rate { burst: 20, per_second: 1 },
            // The same burst from 11 peers at once arrives at one newcomer: some 250 messages of about 1 kB.
            outbox: OutboxLimits { messages_max: 1024, bytes_max: 1024 * 1024 },
        }
    }
}
