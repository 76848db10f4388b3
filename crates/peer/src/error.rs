//! Why a command was refused.

use protocol::{DecodeError, cluster::InvalidSpec, room::InvalidInvitation};
use units::{ClusterId, PeerId, SessionId};

/// A command could not be carried out; nothing has changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The command needs a room.
    #[error("this device is in no room: create one or open an invitation first")]
    NoRoom,
    /// No such peer in the room.
    #[error("no peer {} is known in this room", .0.short())]
    UnknownPeer(PeerId),
    /// The command needs an open connection.
    #[error("not connected to {}", .0.as_ref().map_or("anyone".to_owned(), |peer| format!("peer {}", peer.short())))]
    NotConnected(Option<PeerId>),
    /// Nobody can carry a handshake to the peer.
    #[error("neither the signaling server nor a neighbour can introduce peer {} at present", .0.short())]
    Unreachable(PeerId),
    /// All connections that the device may hold are taken.
    #[error("{0} connections are open, which is as many as this device holds: close one first")]
    TooManyLinks(usize),
    /// No such cluster on this device.
    #[error("no cluster `{0}` on this device: create it first")]
    UnknownCluster(ClusterId),
    /// The cluster exists with another network.
    #[error("cluster `{0}` exists with another network: choose another name")]
    ClusterExists(ClusterId),
    /// The cluster has no training rows.
    #[error("cluster `{0}` has no data on this device: load some first")]
    NoData(ClusterId),
    /// No such session.
    #[error("no session {} is running on this device", .0.short())]
    UnknownSession(SessionId),
    /// A session is running already.
    #[error("session {} is running: stop it first", .0.short())]
    SessionRunning(SessionId),
    /// The cluster's nodes are on several devices.
    #[error("nodes of cluster `{0}` are on other devices: bring them home first")]
    ClusterSplit(ClusterId),
    /// The cluster's nodes are all here.
    #[error("all nodes of cluster `{0}` are on this device: give some to others first")]
    NotSplit(ClusterId),
    /// Nothing is kept of a session's rounds.
    #[error(
        "no round of this session is on record here (a record ends where the page is reloaded): train together for a round first"
    )]
    NoTranscript,
    /// No server to ask.
    #[error("no signaling server is configured")]
    NoSignalingServer,
    /// Others would not pass on more.
    #[error(
        "this device has said much to the whole room: wait some seconds, or write to single devices"
    )]
    TooMuchSaid,
    /// A value is not what it should be.
    #[error("{0}")]
    InvalidInput(String),
}

impl CommandError {
    /// A stable name for the case, on which callers of the JavaScript class match.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoRoom => "no_room",
            Self::UnknownPeer(_) => "unknown_peer",
            Self::NotConnected(_) => "not_connected",
            Self::Unreachable(_) => "unreachable",
            Self::TooManyLinks(_) => "too_many_connections",
            Self::UnknownCluster(_) => "unknown_cluster",
            Self::ClusterExists(_) => "cluster_exists",
            Self::NoData(_) => "no_data",
            Self::UnknownSession(_) => "unknown_session",
            Self::SessionRunning(_) => "session_running",
            Self::ClusterSplit(_) => "cluster_split",
            Self::NotSplit(_) => "not_split",
            Self::NoTranscript => "no_record",
            Self::NoSignalingServer => "no_signaling_server",
            Self::TooMuchSaid => "too_much_said",
            Self::InvalidInput(_) => "invalid_input",
        }
    }
}

impl From<InvalidSpec> for CommandError {
    fn from(error: InvalidSpec) -> Self {
        Self::InvalidInput(error.to_string())
    }
}

impl From<InvalidInvitation> for CommandError {
    fn from(error: InvalidInvitation) -> Self {
        Self::InvalidInput(error.to_string())
    }
}

impl From<DecodeError> for CommandError {
    fn from(error: DecodeError) -> Self {
        Self::InvalidInput(error.to_string())
    }
}
