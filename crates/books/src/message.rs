//! What devices say to each other about their room's ledger.

use ledger::Header;
use protocol::{
    DecodeError,
    encoding::{decode, encode},
    limits,
};
use serde::{Deserialize, Serialize};
use units::{Hash, PeerId, UnixMillis};

/// Names in a request for headers: from the newest back with steps that double, to the beginning.
pub(crate) const KNOWN_MAX: usize = 40;

/// Headers of one message.
pub(crate) const HEADERS_MAX: usize = 256;

/// Blocks that one message asks for.
pub(crate) const BLOCKS_MAX: usize = 16;

/// A message, as bytes of [`protocol::message::ControlMessage::Ledger`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Message {
    /// "This is where my ledger stands."
    Tip {
        /// Who founded the room: the invitation says whether that is so.
        founder: PeerId,
        /// The newest header; nothing at the beginning.
        #[serde(with = "serde_bytes")]
        header: Vec<u8>,
        /// What the chain up to it weighs, in hashes.
        work: u128,
        /// What the sender's clock says.
        clock: UnixMillis,
    },
    /// "Send me the headers after the first of these that your ledger has."
    RequestHeaders {
        /// Names of ours, the newest first; at most [`KNOWN_MAX`].
        known: Vec<Hash>,
    },
    /// Headers, each after the one before it.
    Headers {
        /// One after the other; at most [`HEADERS_MAX`].
        #[serde(with = "serde_bytes")]
        headers: Vec<u8>,
    },
    /// "Send me these blocks", which come one by one on the other channel.
    RequestBlocks {
        /// At most [`BLOCKS_MAX`].
        names: Vec<Hash>,
    },
    /// "This is to be recorded."
    Transaction {
        /// A [`ledger::Order`], encoded.
        #[serde(with = "serde_bytes")]
        transaction: Vec<u8>,
    },
}

impl Message {
    pub(crate) fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let what = "message about the ledger";
        let message: Self = decode(what, bytes, limits::LEDGER_MESSAGE_BYTES_MAX)?;
        let (count, limit) = match &message {
            Self::Tip { header, .. } if !header.is_empty() => {
                Header::decode(header)?;
                return Ok(message);
            }
            Self::Tip { .. } | Self::Transaction { .. } => return Ok(message),
            Self::RequestHeaders { known } => (known.len(), KNOWN_MAX),
            Self::RequestBlocks { names } => (names.len(), BLOCKS_MAX),
            Self::Headers { headers } => (headers.len().div_ceil(Header::SIZE_BYTES), HEADERS_MAX),
        };
        if count > limit {
            let problem = format!("{count} entries ({limit} are allowed)");
            return Err(DecodeError::Invalid { what, problem });
        }
        Ok(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn more_than_is_allowed_is_refused() {
        let names = vec![Hash::of(b"block"); BLOCKS_MAX + 1];
        assert!(Message::decode(&Message::RequestBlocks { names }.encode()).is_err());
        let headers = vec![0; Header::SIZE_BYTES * HEADERS_MAX + 1];
        assert!(Message::decode(&Message::Headers { headers }.encode()).is_err());
        let founder = PeerId::from_bytes([1; 32]);
        let tip = Message::Tip { founder, header: vec![0; 7], work: 1, clock: UnixMillis(1) };
        assert!(Message::decode(&tip.encode()).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Message::decode(&bytes);
        }
    }
}
