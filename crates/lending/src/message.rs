//! What lender and borrower say to each other about the work, beside the work itself.

use crate::{limits, statement::Report};
use ledger::contracts::lending::Receipt;
use protocol::{
    DecodeError,
    encoding::{decode, encode},
};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// From the lender: a segment is over.
    Report(Report),
    /// From the borrower: "Show me the state before this segment."
    AskState {
        /// Which.
        segment: u32,
    },
    /// From the lender: that state, group by group. The only one that is longer than [`limits::LETTER_BYTES_MAX`].
    State {
        /// Which segment it is before.
        segment: u32,
        /// The groups, as [`crate::Groups::encodings`].
        groups: Vec<ByteBuf>,
    },
    /// From the borrower: what it owes by now.
    Receipt(Receipt),
}

impl Message {
    /// The bytes that travel.
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`DecodeError`] for anything else; the size is checked before anything is read.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode("letter about a loan", bytes, limits::STATE_BYTES_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_answered_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Message::decode(&bytes);
        }
    }

    #[test]
    fn a_message_reads_back_what_it_writes() {
        for message in [
            Message::AskState { segment: 7 },
            Message::State { segment: 7, groups: vec![ByteBuf::from(vec![1, 2]), ByteBuf::new()] },
        ] {
            assert_eq!(Message::decode(&message.encode()), Ok(message));
        }
    }
}
