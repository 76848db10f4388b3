//! What books want done.

use serde::{Deserialize, Serialize};
use units::{Credits, Hash, PeerId};

/// What follows from something that was told to the books.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Messages to neighbours.
    pub messages: Vec<(PeerId, MessageBytes)>,
    /// Blocks to neighbours.
    pub blocks: Vec<(PeerId, MessageBytes)>,
    /// Orders to neighbours that are too long for a message.
    pub orders: Vec<(PeerId, MessageBytes)>,
    /// What is to be stored, by name; nothing is to be deleted.
    pub records: Vec<(String, Option<MessageBytes>)>,
    /// Peers that sent what no honest device sends, with the reason.
    pub refused: Vec<(PeerId, String)>,
    /// What people would like to know.
    pub news: Vec<News>,
    /// Whether there is a nonce to look for: call [`crate::Books::mine`] when there is nothing better to do.
    pub mines: bool,
}

/// Bytes of a message, a block or a record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageBytes(#[serde(with = "serde_bytes")] pub Vec<u8>);

/// What people would like to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum News {
    /// Where the ledger stands has changed.
    Standing(Standing),
    /// A block counts.
    Block {
        /// Its height.
        height: u32,
        /// Its name.
        name: Hash,
        /// Who found it.
        miner: PeerId,
        /// What it records.
        transactions: u32,
    },
    /// Blocks count no longer, because another chain outweighs theirs; what they recorded is to be recorded again.
    Undone {
        /// How many.
        blocks: u32,
    },
    /// An order of this device is recorded.
    Recorded {
        /// Which.
        order: Hash,
        /// In the block at this height.
        height: u32,
    },
    /// An order of this device cannot be recorded.
    Refused {
        /// Which.
        order: Hash,
        /// Why, as a sentence.
        reason: String,
    },
    /// Of other members than before, those who count have found more harm than good.
    Distrusted(Vec<PeerId>),
    /// The rules have paid this device, or moved its money in another way than its own orders do.
    Received {
        /// How much.
        amount: Credits,
        /// With the block at this height.
        height: u32,
    },
}

/// Where a ledger stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Blocks that count.
    pub height: u32,
    /// The newest one's name.
    pub tip: Hash,
    /// Transactions that wait.
    pub waiting: u32,
    /// What this device can spend.
    pub balance: Credits,
    /// Whether it is a member.
    pub member: bool,
    /// Whether it keeps the books: looks for nonces when there is something to record.
    pub keeps: bool,
}
