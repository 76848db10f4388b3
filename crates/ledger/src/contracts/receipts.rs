//! What borrowers sign while nodes work for them.

use protocol::{
    encoding::encode,
    identity::{Identity, Signature},
    signatures::Claim,
};
use serde::{Deserialize, Serialize};
use units::{Credits, Hash, PeerId};

/// What a borrower owes by its own word; each replaces those of less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The order that opened the loan.
    pub loan: Hash,
    /// Segments that it has received.
    pub segments: u32,
    /// Events that it has sent.
    pub events: u64,
    /// What it owes in all.
    pub owed: Credits,
    /// The hash over all states, inputs and outputs so far.
    pub transcript: Hash,
    /// Whether it is the last, and may be paid at once.
    pub last: bool,
    /// The borrower.
    pub borrower: PeerId,
    /// Over the room's name and all of the above.
    pub signature: Signature,
}

const RECEIPT_DOMAIN: &str = "loan receipt";

impl Receipt {
    /// Signs what the borrower owes; `unsigned` has any signature.
    pub fn sign(identity: &Identity, room: Hash, unsigned: Self) -> Self {
        let borrower = identity.peer_id();
        let unsigned = Self { borrower, ..unsigned };
        let signature = identity.sign(RECEIPT_DOMAIN, &unsigned.signed(room));
        Self { signature, ..unsigned }
    }

    /// What the borrower is said to have signed.
    pub fn claim(&self, room: Hash) -> Claim {
        Claim::new(self.borrower, RECEIPT_DOMAIN, &self.signed(room), self.signature)
    }

    fn signed(&self, room: Hash) -> Vec<u8> {
        let Self { loan, segments, events, owed, transcript, last, borrower, .. } = self;
        encode(&(room, loan, segments, events, owed, transcript, last, borrower))
    }
}
