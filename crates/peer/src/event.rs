//! What an engine tells the application.

use crate::job::{Answer, JobError, JobId};
use crate::split::LoanView;
use crate::view::{LineageLeft, LinkEnd, LinkStage};
use serde::{Deserialize, Serialize};
use units::{ClusterId, Hash, PeerId, SessionId};

/// Something a person or a program may want to know. [`crate::View`] holds where things stand; events say what moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Event {
    /// The signaling server has accepted this peer.
    SignalingRegistered,
    /// The signaling server is out of reach; the room goes on without it.
    SignalingLost {
        /// Why.
        reason: String,
    },
    /// The signaling server refused something.
    SignalingRefused {
        /// The code of the protocol.
        code: String,
        /// Its sentence.
        message: String,
    },
    /// A peer has appeared in the room, or, in one of which this device knows a part only, has come into view.
    PeerJoined {
        /// Who.
        peer: PeerId,
    },
    /// A peer has left the room, or this device's view: neither the server nor a neighbour nor this device sees it.
    PeerLeft {
        /// Who.
        peer: PeerId,
    },
    /// A connection has reached another stage.
    Link {
        /// With whom.
        peer: PeerId,
        /// The stage.
        stage: LinkStage,
        /// What led to it, for a person to read; empty if there is nothing to say.
        detail: String,
    },
    /// The channels to a peer are open.
    Connected {
        /// With whom.
        peer: PeerId,
    },
    /// A connection that was open is over.
    Disconnected {
        /// With whom.
        peer: PeerId,
        /// How it ended, for programs.
        end: LinkEnd,
        /// Why, for a person to read.
        reason: String,
    },
    /// Something arrived that was forged, replayed or malformed, and was refused.
    Refused {
        /// Who sent it, as far as is known.
        peer: Option<PeerId>,
        /// What was wrong with it.
        reason: String,
    },
    /// A text for this device has arrived and is stored.
    Message {
        /// Who wrote it.
        from: PeerId,
        /// The text.
        text: String,
    },
    /// A text has been stored by its receiver.
    MessageDelivered {
        /// Who has it.
        to: PeerId,
        /// The number that sending gave.
        id: u64,
    },
    /// A ping asked for by [`crate::Engine::ping`], or by the connection itself, has come back.
    Pong {
        /// From whom.
        peer: PeerId,
        /// On the `control` channel.
        round_trip_ms: f64,
    },
    /// Bytes that measure a connection have arrived.
    Probe {
        /// From whom.
        peer: PeerId,
        /// How many.
        size_bytes: u32,
    },
    /// A job that a command asked for has ended.
    Answered {
        /// Which.
        job: JobId,
        /// How.
        result: Result<Answer, JobError>,
    },
    /// A cluster of an earlier life needs a data set that ships with the application.
    DatasetWanted {
        /// The cluster.
        cluster: ClusterId,
        /// What [`crate::Engine::load_dataset`] was told as its source.
        source: String,
    },
    /// A peer has asked this device to learn more from a cluster's rows for a while.
    LearningCalledFor {
        /// Who.
        peer: PeerId,
        /// Of which cluster.
        cluster: ClusterId,
        /// From 0, not at all, to 1.
        urgency: f32,
    },
    /// Nodes of a cluster of this device are carried by another one from here on, or are at home again.
    NodesMoved {
        /// The cluster.
        cluster: ClusterId,
        /// Their layer, from 0 above the input.
        layer: u32,
        /// How many.
        nodes: u32,
        /// Who carries them; `None` for this device.
        host: Option<PeerId>,
        /// Why they are at home again, for a person to read; empty if they were asked to.
        reason: String,
    },
    /// Nodes of a cluster of this device are on lease, or are to be, and that has come further.
    Borrowing {
        /// The cluster.
        cluster: ClusterId,
        /// Which of its parts.
        part: u16,
        /// The order that offered the nodes, once one was chosen.
        offer: Option<Hash>,
        /// How far it has come.
        loan: LoanView,
        /// What has gone wrong, for a person to read; empty if nothing has.
        reason: String,
    },
    /// An answer was given without nodes on other devices that did not fire in time.
    NodesSilent {
        /// The cluster.
        cluster: ClusterId,
        /// How many nodes.
        nodes: u32,
    },
    /// A split cluster has been trained, and what its nodes have learnt is stored.
    SplitTrained {
        /// The cluster.
        cluster: ClusterId,
        /// Batches since it was split.
        batches: u32,
    },
    /// All nodes of a cluster are on this device again.
    SplitEnded {
        /// The cluster.
        cluster: ClusterId,
    },
    /// A session has begun, or was joined.
    SessionStarted {
        /// Which.
        session: SessionId,
    },
    /// A round is finished.
    Round {
        /// The session.
        session: SessionId,
        /// The round.
        round: u32,
        /// The hash of its model.
        model: Hash,
    },
    /// The room was in parts, and this one's rounds have given way to those of another.
    LineageLeft {
        /// The session.
        session: SessionId,
        /// What was left, and for what.
        left: LineageLeft,
    },
    /// The room was in parts, and a member of another one has come over: its update is in a round of ours.
    PartJoined {
        /// The session.
        session: SessionId,
        /// The member.
        peer: PeerId,
        /// The newest round of its part that it told of.
        left_round: u32,
        /// The round of ours.
        round: u32,
    },
    /// A session is over for this device.
    SessionEnded {
        /// Which.
        session: SessionId,
        /// Why.
        reason: String,
    },
    /// Something about what this device remembers: `memory::library::News`, encoded.
    Memory(Vec<u8>),
    /// Something about the devices of this person: `person::News`, encoded.
    Devices(Vec<u8>),
    /// Another device of this person has set something that is the same on all of them.
    Setting {
        /// What.
        name: String,
        /// To what.
        value: String,
    },
    /// Something has happened in the room's ledger.
    Ledger(books::News),
    /// A record of an earlier life was damaged and has been dropped.
    RecordDamaged {
        /// Its name.
        key: String,
    },
    /// Something failed that a person should know of.
    Problem {
        /// A stable name for the case.
        code: String,
        /// A sentence.
        message: String,
    },
}
