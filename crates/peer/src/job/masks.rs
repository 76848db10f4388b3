//! Work on secrets of rounds in which only sums of groups are seen. The secrets stay on the workbench.

use serde::{Deserialize, Serialize};
use units::{Hash, PeerId, SessionId};

/// A piece of work for a member's part in a group. What does not fit the group, or comes out of turn, is refused, and the
/// part is over: another one begins with new keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum MaskJob {
    /// Make keys for a round; those of the round before are forgotten. Answer: [`Answer::Bytes`](super::Answer::Bytes).
    MakeKeys {
        /// Nobody else may know it, and no two jobs may have the same.
        entropy: [u8; 32],
    },
    /// Deal shares to companions, once. Answer: [`Answer::Bytes`](super::Answer::Bytes).
    Deal {
        /// The group.
        group: MaskGroup,
        /// As that of keys.
        entropy: [u8; 32],
    },
    /// Put masks on what was learnt and not sent, once. Answer: [`Answer::Masked`](super::Answer::Masked).
    Mask {
        /// Names group, keys and shares; the update begins with it.
        papers: Hash,
        /// What everyone in the group has dealt, by place.
        dealt: Vec<MaskBytes>,
        /// How far a value may go.
        reach: f32,
    },
    /// Hand out what takes masks off the sum of those places, a bit each; of others never. Answer:
    /// [`Answer::Bytes`](super::Answer::Bytes).
    Unmask {
        /// Whose masked changes make the sum.
        survivors: u16,
    },
    /// Take masks off a sum; needs no secret of this device's. Answer: [`Answer::Sum`](super::Answer::Sum).
    Recover(Box<MaskedSum>),
}

/// A group of a round with its members' keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MaskGroup {
    /// The session.
    pub session: SessionId,
    /// The record that the round builds on.
    pub parent: Hash,
    /// Which of the round's groups.
    pub number: u16,
    /// Members by peer, each with its public keys.
    pub members: Vec<(PeerId, MaskBytes)>,
}

/// All that was said in a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MaskedSum {
    /// The group.
    pub group: MaskGroup,
    /// What everyone in the group has dealt, by place.
    pub dealt: Vec<MaskBytes>,
    /// Whose masked changes make the sum, a bit a place.
    pub survivors: u16,
    /// Their updates, by place.
    pub updates: Vec<MaskBytes>,
    /// What takes masks off, each by the place of who handed it out.
    pub unmasks: Vec<(u8, MaskBytes)>,
    /// How far a value may go.
    pub reach: f32,
}

/// What a member has said, as it travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaskBytes(#[serde(with = "serde_bytes")] pub Vec<u8>);

/// A group's sum and its weight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupSum {
    /// Samples behind it.
    pub samples: u32,
    /// As [`Answer::Sum`](super::Answer::Sum) has it.
    #[serde(with = "serde_bytes")]
    pub sum: Vec<u8>,
}
