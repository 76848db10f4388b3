//! A room's rounds as a file that anybody can check.
//!
//! A [`Transcript`] holds what a session is about, the record and the model that it starts from, and for every round after it
//! the record with the updates that went in. [`Transcript::verify`] believes none of it: it checks every signature, brings
//! the updates into the model as every member has, and compares what comes out with what the records say. It does not know
//! who should have taken part, or that no other chain exists: that is the room's to decide.
//!
//! A [`RoomFile`] holds the room's ledger as well, from its beginning: then every block is computed again, and the rounds that it has
//! recorded are compared with those of the transcripts.
//!
//! This crate refuses to know of files, clocks and peers; the program of its name reads a file and prints the verdict.
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

mod frame;
mod room;
pub mod sums;
mod verify;

use protocol::session::{Proposal, RoundRecord, Verdict};
pub use room::{CheckedBlock, RoomFile, RoomProblem, RoomSummary};
use serde::{Deserialize, Serialize};
pub use verify::{Checked, Problem, Summary};

const MAGIC: &[u8; 4] = b"PCNT";

/// The largest transcript that is read: what a device keeps of a session is far less.
pub const TRANSCRIPT_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Rounds of a session, as one member has seen them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// What the session is about.
    pub proposal: Proposal,
    /// The record that the first round here builds on.
    pub start: RoundRecord,
    /// Its model, as `neural::Model` encodes it.
    #[serde(with = "serde_bytes")]
    pub model: Vec<u8>,
    /// The rounds after it, in their order.
    pub rounds: Vec<Round>,
    /// What contributors have signed of the newest record, for which there are no promises; on those before, the record after
    /// them has it.
    pub verdicts: Vec<Verdict>,
}

/// A finished round with everything that it was made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// Its record.
    pub record: RoundRecord,
    /// The updates, in the order of the record's contributions; where only sums are seen, those, in the order of its groups.
    pub updates: Vec<UpdateBytes>,
}

/// An update's encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateBytes(#[serde(with = "serde_bytes")] pub Vec<u8>);

/// Bytes that are no transcript.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTranscript {
    /// Something else.
    #[error("{size_bytes} bytes that do not begin like a transcript of a training")]
    Unknown {
        /// How many.
        size_bytes: usize,
    },
    /// Of another version of the protocol.
    #[error(
        "a transcript of protocol version {theirs}, where this program reads version {ours}: use that of its version"
    )]
    Version {
        /// The transcript's.
        theirs: u16,
        /// This program's.
        ours: u16,
    },
    /// Too long.
    #[error("a transcript of {size_bytes} bytes, where at most {TRANSCRIPT_BYTES_MAX} are read")]
    TooLarge {
        /// How long.
        size_bytes: usize,
    },
    /// Cut off or changed.
    #[error("a transcript that is cut off or damaged")]
    Malformed,
}

impl Transcript {
    /// The file's bytes: `PCNT`, the protocol's version (two bytes, little-endian), the rest as postcard writes it.
    pub fn encode(&self) -> Vec<u8> {
        frame::seal(MAGIC, self)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`InvalidTranscript`] for anything else than [`Self::encode`] gives.
    pub fn decode(bytes: &[u8]) -> Result<Self, InvalidTranscript> {
        frame::open(MAGIC, bytes)
    }
}
