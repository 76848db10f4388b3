//! What goes into an engine and what comes out of it.

use crate::{
    event::Event,
    job::{Answer, Job, JobError, JobId},
};
use protocol::{envelope::Candidate, signaling::IceServer};
use serde::{Deserialize, Serialize};
use units::Instant;

/// Something that happened outside.
#[derive(Debug, Clone)]
pub enum Input {
    /// On the socket to the signaling server.
    Signaling(SignalingInput),
    /// On a peer connection. Inputs of a connection that was closed are ignored.
    Connection(ConnectionId, ConnectionInput),
    /// Storage has answered to [`Output::Store`].
    Stored {
        /// The record.
        key: String,
        /// `Err` holds a sentence for people.
        result: Result<(), String>,
    },
    /// A job has ended.
    JobDone {
        /// Which.
        job: JobId,
        /// How.
        result: Result<Answer, JobError>,
    },
    /// The deadline of the last [`Output::Timeout`] has passed, or the device has woken up.
    Timeout,
}

/// Something that the engine wants done.
#[derive(Debug, Clone)]
pub enum Output {
    /// On the socket to the signaling server.
    Signaling(SignalingOutput),
    /// On a peer connection.
    Connection(ConnectionId, ConnectionOutput),
    /// Write a record (or delete it), then answer with [`Input::Stored`]. Writes to one key keep their order.
    Store {
        /// Its name.
        key: String,
        /// Its bytes; `None` deletes it.
        value: Option<Vec<u8>>,
    },
    /// Do this work and answer with [`Input::JobDone`]. Jobs are done in order.
    Job(JobId, Job),
    /// Tell the application.
    Event(Event),
    /// Nothing more to do until an input comes, or until this deadline.
    Timeout(Option<Instant>),
}

/// Names one attempt at a connection with a peer; never used again within an engine's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// From the signaling socket.
#[derive(Debug, Clone)]
pub enum SignalingInput {
    /// It is open.
    Opened,
    /// A text frame arrived.
    Text(String),
    /// It is closed, or could not be opened.
    Closed {
        /// Why, for a person to read.
        reason: String,
    },
}

/// To the signaling socket.
#[derive(Debug, Clone)]
pub enum SignalingOutput {
    /// Open a WebSocket; an open one is closed first.
    Open {
        /// `ws:` or `wss:`.
        url: String,
    },
    /// Send a text frame.
    Send(String),
    /// Close it; no [`SignalingInput::Closed`] is needed.
    Close,
}

/// The two channels of a connection, both negotiated beforehand (RFC 8832 is not used): ordered and reliable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// Small messages; SCTP stream 0, label `control`.
    Control,
    /// Frames of large values; SCTP stream 1, label `bulk`.
    Bulk,
}

/// Which side of a handshake a description is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DescriptionKind {
    /// It opens or restarts.
    Offer,
    /// It answers.
    Answer,
}

/// From a peer connection.
#[derive(Debug, Clone)]
pub enum ConnectionInput {
    /// The description that [`ConnectionOutput::CreateOffer`] or [`ConnectionOutput::AcceptOffer`] led to, already set
    /// as the local one.
    LocalDescription(DescriptionKind, String),
    /// A path that the other side may try; an empty candidate says that there are no more.
    LocalCandidate(Candidate),
    /// The state of the connection as the browser reports it.
    State(ConnectionState),
    /// A channel is open.
    ChannelOpened(Channel),
    /// A channel is closed.
    ChannelClosed(Channel),
    /// A binary message arrived.
    Message(Channel, Vec<u8>),
    /// The `bulk` channel's send buffer holds no more than half a window; see [`ConnectionOutput::Send`].
    BulkDrained {
        /// Bytes still in it.
        buffered_bytes: usize,
    },
    /// The answer to [`ConnectionOutput::ReadStats`].
    Stats(PathStats),
    /// An output could not be carried out; the connection is of no use any more.
    Failed {
        /// Why, for a person to read.
        reason: String,
    },
}

/// `RTCPeerConnectionState`, less `new`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionState {
    /// Paths are being tried.
    Connecting,
    /// A path works.
    Connected,
    /// The path is silent; it may heal by itself.
    Disconnected,
    /// No path works; a restart of ICE may help.
    Failed,
    /// It is over.
    Closed,
}

/// To a peer connection.
#[derive(Debug, Clone)]
pub enum ConnectionOutput {
    /// Create it, with both channels.
    Open {
        /// Servers that help to find a path.
        ice_servers: Vec<IceServer>,
    },
    /// Make an offer and set it as the local description.
    CreateOffer {
        /// Look for new paths for an existing connection.
        restart_ice: bool,
    },
    /// Set this remote offer, make an answer and set it as the local description.
    AcceptOffer {
        /// The session description.
        sdp: String,
    },
    /// Set this remote answer.
    AcceptAnswer {
        /// The session description.
        sdp: String,
    },
    /// Try this path.
    AddCandidate(Candidate),
    /// Send a binary message. On `bulk` the engine keeps to [`crate::Limits::bulk_window_bytes`]: answer each batch of
    /// sends with [`ConnectionInput::BulkDrained`], at once if at most half a window is buffered, else when the buffer
    /// has fallen to that.
    Send(Channel, Vec<u8>),
    /// Read `getStats` and answer with [`ConnectionInput::Stats`].
    ReadStats,
    /// Close it; nothing more is said about it.
    Close,
}

/// The selected candidate pair and its counters.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct PathStats {
    /// How packets travel; `None` until a pair is selected.
    pub path: Option<PathKind>,
    /// Round trip of the selected pair, if the browser has measured one.
    pub round_trip_ms: Option<f64>,
    /// Sent on the pair.
    pub sent_bytes: u64,
    /// Received on the pair.
    pub received_bytes: u64,
    /// In the `control` channel's send buffer.
    pub control_buffered_bytes: u32,
    /// In the `bulk` channel's send buffer.
    pub bulk_buffered_bytes: u32,
}

/// How packets travel between two peers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathKind {
    /// From device to device.
    Direct,
    /// Through a TURN server.
    Relayed,
}
