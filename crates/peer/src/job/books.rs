//! Work on the room's books.

use books::{Outcome, view::OfferView};
use protocol::room::RoomSecret;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use units::{Credits, Hash, PeerId, UnixMillis};

/// Something that the books of a room are told, or asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BooksJob {
    /// When.
    pub now: UnixMillis,
    /// What.
    pub call: BooksCall,
}

/// What the books are told, or asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum BooksCall {
    /// Open the books of a room, in place of another's.
    Open {
        /// The room.
        room: RoomSecret,
        /// This device's secret seed: orders are signed where the books are.
        seed: [u8; 32],
        /// What was stored of them.
        records: Vec<(String, Vec<u8>)>,
    },
    /// Close them.
    Close,
    /// A neighbour has connected.
    Connected(PeerId),
    /// A neighbour has gone.
    Disconnected(PeerId),
    /// A neighbour's message.
    Hear {
        /// Whose.
        from: PeerId,
        /// What it says.
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
        /// Whether the room has more members than are connected with each other.
        passes_on: bool,
    },
    /// A neighbour's block.
    HearBlock {
        /// Whose.
        from: PeerId,
        /// The block.
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// A neighbour's order that is too long for a message.
    HearOrder {
        /// Whose.
        from: PeerId,
        /// The order.
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// A round of a session has ended here.
    Round {
        /// A [`ledger::RoundReport`].
        report: Box<ledger::RoundReport>,
        /// Whether this device decided on it, and is to report it at once.
        decided: bool,
    },
    /// Time has passed.
    Tick,
    /// Try so many nonces.
    Mine(u32),
    /// Keep the books on this device, or no longer.
    Keep(bool),
    /// Look for one block, or no longer.
    MineOnce(bool),
    /// Order something in this device's name. Reply: [`BooksReply::Ordered`].
    Order(Box<ledger::Action>),
    /// Order something that was encoded. Reply: [`BooksReply::Ordered`].
    OrderBytes(#[serde(with = "serde_bytes")] Vec<u8>),
    /// All of it as a [`transcript::RoomFile`], with rounds of sessions. Reply: [`BooksReply::File`].
    Export(Vec<ByteBuf>),
    /// Which nodes are for lease? Reply: [`BooksReply::Offers`].
    Offers,
    /// A [`books::view::Question`], encoded. Reply: [`BooksReply::View`].
    Look(#[serde(with = "serde_bytes")] Vec<u8>),
}

/// What comes of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BooksAnswer {
    /// What is to be done.
    pub outcome: Outcome,
    /// What was asked for.
    pub reply: Option<BooksReply>,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BooksReply {
    /// The order's name.
    Ordered(Hash),
    /// A file.
    File(#[serde(with = "serde_bytes")] Vec<u8>),
    /// Nodes for lease.
    Offers(Vec<OfferView>),
    /// A [`books::view::View`], encoded.
    View(#[serde(with = "serde_bytes")] Vec<u8>),
}

/// How the ledger stands on this device, for people to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerView {
    /// Blocks that count.
    pub height: u32,
    /// The newest one's name.
    pub tip: Hash,
    /// Transactions that wait to be recorded.
    pub waiting: u32,
    /// What this device can spend.
    pub balance: Credits,
    /// Whether this device is a member of the room's economy.
    pub member: bool,
    /// Whether it keeps the books: looks for blocks when there is something to record.
    pub keeps: bool,
}
