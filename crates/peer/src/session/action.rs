//! What a session sees, and what it wants done.

use crate::{
    config::Limits,
    job::{Job, Spent},
    view::LineageLeft,
};
use ::core::time::Duration;
use protocol::{
    identity::Identity,
    message::{BulkMessage, SessionMessage},
};
use units::{Hash, Instant, PeerId, SortedSet};

/// What a session wants done.
#[derive(Debug)]
pub(crate) enum SessionAction {
    /// Send a message to one peer.
    Send(PeerId, SessionMessage),
    /// Say a message to the whole room.
    Spread(SessionMessage),
    /// Show this device's update to the whole room.
    SpreadUpdate(Vec<u8>),
    /// Send a value to one peer.
    SendBulk(PeerId, BulkMessage),
    /// Do work for the session.
    Job(Job, SessionJob),
    /// Local training of a round took so long.
    Trained { samples: u32, took: Duration },
    /// Store what this device has spent of its privacy, and say when that is done.
    StoreSpent { spent: Spent, number: u64 },
    /// A round is finished; the cluster's model is the head's. `over` says that the session had ended before it.
    RoundFinished { round: u32, model: Hash, over: bool },
    /// Our rounds were made apart from those that take their place.
    LineageLeft(LineageLeft),
    /// A member whose newest round was made apart from ours has a part in our round.
    PartJoined { peer: PeerId, left_round: u32, round: u32 },
    /// Somebody sent something that no honest member sends.
    Refuse(PeerId, String),
    /// The session has ended here.
    Ended(String),
}

/// Why a job was asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SessionJob {
    /// Local training from this record, asked for when this device had been awake for so long.
    Train { parent: Hash, since: Duration },
    /// Something about masks, in the round after this record.
    Mask { parent: Hash, step: MaskStep },
    /// Aggregation on this record.
    Aggregate { parent: Hash },
    /// Another lineage's model takes the place of ours.
    Adopt { record: Hash },
    /// The log begins at this record.
    BeginLog { record: Hash },
    /// Somebody asked for the model of this record.
    Export { record: Hash },
}

/// Which of a round's masked steps a job is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum MaskStep {
    Keys,
    Deal,
    Mask,
    Unmask,
    /// Of that group and those survivors, from so many answers.
    Recover {
        key: (Hash, u16),
        answers: usize,
    },
}

impl SessionJob {
    /// Whether the cluster's shared network is another one afterwards.
    pub(crate) fn moves_the_model(&self) -> bool {
        matches!(self, Self::Aggregate { .. } | Self::Adopt { .. })
    }
}

/// What a session sees of the engine while it handles something.
pub(crate) struct Surroundings<'a> {
    pub now: Instant,
    pub me: PeerId,
    pub identity: &'a Identity,
    pub limits: &'a Limits,
    /// Everyone with an open connection.
    pub connected: &'a SortedSet<PeerId>,
    /// Those whom others here are connected with, and this device is not; of a full mesh.
    pub out_of_reach: &'a SortedSet<PeerId>,
    /// Those of `connected` of whom nothing is heard for now; of a full mesh.
    pub silent: &'a SortedSet<PeerId>,
    /// Whether the room is so large that not everyone is connected with everyone.
    pub is_partial: bool,
    /// Members whom the room's ledger speaks against.
    pub distrusted: &'a SortedSet<PeerId>,
}
