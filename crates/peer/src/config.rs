//! What an engine is given once, at its start.

use ::core::time::Duration;
use protocol::signaling::Capability;
use units::UnixMillis;

/// Everything an engine needs to know about its device and its past.
#[derive(Debug, Clone)]
pub struct Config {
    /// 32 bytes from a secure generator, new for every start: nonces, session ids and, on the first visit, the identity.
    pub entropy: [u8; 32],
    /// The wall clock at the start; tells this life of the peer from earlier ones.
    pub started_at: UnixMillis,
    /// What this device can do.
    pub capability: Capability,
    /// The signaling server's WebSocket address, if one is known already.
    pub signaling_url: Option<String>,
    /// Whether to connect to every peer in the room, or only when told to, until [`crate::Engine::set_connect_policy`] says.
    pub connect: ConnectPolicy,
    /// Whether rooms have ledgers here.
    pub ledger: bool,
    /// Every record of the last life, as storage holds it. Damaged ones are reported and dropped.
    pub records: Vec<StoredRecord>,
    /// Deadlines and bounds.
    pub limits: Limits,
}

/// One record as storage holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecord {
    /// Its name.
    pub key: String,
    /// Its bytes, as [`crate::Output::Store`] gave them.
    pub value: Vec<u8>,
}

/// Whom to connect to without being told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConnectPolicy {
    /// Everyone in a room of up to 12 peers, some of a larger one, up to [`Limits::links`].
    #[default]
    Everyone,
    /// Nobody: only [`crate::Engine::connect`] starts a connection. Offers from others are still answered.
    ByHand,
}

/// Deadlines and bounds of an engine.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once. A full mesh of 12 peers has 11 each; in a partial mesh a device looks for 8, and takes more
    /// from others up to this.
    pub links: usize,
    /// From the first offer to an open channel, before the attempt is given up.
    pub handshake: Duration,
    /// Silence on an open connection after which ICE is restarted.
    pub silence: Duration,
    /// Silence after which a connection is given up.
    pub lost: Duration,
    /// Between two pings on a quiet connection.
    pub ping_interval: Duration,
    /// Before the first new try at a lost server or peer; doubles with every failure.
    pub retry_min: Duration,
    /// The longest wait between tries.
    pub retry_max: Duration,
    /// The shortest a round waits for commitments.
    pub commit_wait_min: Duration,
    /// The longest a round waits for commitments, whatever the members' speed.
    pub commit_wait_max: Duration,
    /// How long a round waits for a leader, or for an update that was promised.
    pub leader_wait: Duration,
    /// Bytes handed to one `bulk` channel before it must report that it has drained.
    pub bulk_window_bytes: usize,
    /// Messages kept per room.
    pub messages: usize,
    /// Between two checkpoints of a cluster while it trains.
    pub checkpoint_interval: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            links: 12,
            handshake: Duration::from_secs(15),
            silence: Duration::from_secs(6),
            lost: Duration::from_secs(30),
            ping_interval: Duration::from_secs(2),
            retry_min: Duration::from_millis(500),
            retry_max: Duration::from_secs(15),
            commit_wait_min: Duration::from_secs(2),
            commit_wait_max: Duration::from_secs(60),
            leader_wait: Duration::from_secs(4),
            bulk_window_bytes: 1024 * 1024,
            messages: 200,
            checkpoint_interval: Duration::from_secs(5),
        }
    }
}
