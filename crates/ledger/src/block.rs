//! Blocks.

use crate::{
    encoding::decode,
    header::Header,
    merkle,
    order::{DISPUTE_BYTES_MAX, ORDER_BYTES_MAX, Order},
};
use protocol::DecodeError;
use units::Hash;

/// A block's encoding but for one large dispute: what travels, is checked and is stored at once. Some thousand transfers, or a
/// hundred rounds of eight.
pub(crate) const ORDINARY_BYTES_MAX: usize = 256 * 1024;

/// A block's encoding. Disputes are rare: who cheats loses all that is staked.
pub const BLOCK_BYTES_MAX: usize = ORDINARY_BYTES_MAX + DISPUTE_BYTES_MAX;

/// Transactions of a block: a proof that one is in it has at most twelve steps.
pub const BLOCK_TRANSACTIONS_MAX: usize = 2_048;

/// A header with what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What its miner has shown work for.
    pub header: Header,
    /// What it records, in the order in which it is carried out.
    pub transactions: Vec<Order>,
}

impl Block {
    /// The root that its header has to have.
    pub fn transactions_root(transactions: &[Order]) -> Hash {
        merkle::root(&leaves(transactions))
    }

    /// The bytes that travel: the header, then the transactions.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.header.encode().to_vec();
        bytes.extend(protocol::encoding::encode(&self.transactions));
        bytes
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`DecodeError`] for anything else; sizes are checked before anything is read.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let what = "block";
        let size_bytes = bytes.len();
        if size_bytes > BLOCK_BYTES_MAX {
            return Err(DecodeError::TooLarge { what, size_bytes, limit_bytes: BLOCK_BYTES_MAX });
        }
        let header = bytes.get(..Header::SIZE_BYTES);
        let header = Header::decode(header.ok_or(DecodeError::Malformed { what, size_bytes })?)?;
        let transactions = decode(what, &bytes[Header::SIZE_BYTES..], BLOCK_BYTES_MAX)?;
        let block = Self { header, transactions };
        block.validate()?;
        Ok(block)
    }

    /// Checks sizes and bounds that hold whatever the state; gives the size of its encoding.
    ///
    /// # Errors
    /// [`DecodeError`] says which do not.
    pub fn validate(&self) -> Result<usize, DecodeError> {
        let what = "block";
        if self.transactions.len() > BLOCK_TRANSACTIONS_MAX {
            let problem = format!("{} transactions", self.transactions.len());
            return Err(DecodeError::Invalid { what, problem });
        }
        let mut room = Room::new();
        let count = protocol::encoding::encode(&self.transactions.len()).len();
        let mut all_bytes = Header::SIZE_BYTES + count;
        for order in &self.transactions {
            let size_bytes = order.validated_size()?;
            all_bytes += size_bytes;
            if !room.take(size_bytes) {
                let problem = format!("no room for an order of {size_bytes} bytes");
                return Err(DecodeError::Invalid { what, problem });
            }
        }
        Ok(all_bytes)
    }
}

/// What is left of a block's room.
pub(crate) struct Room {
    ordinary_bytes: usize,
    has_large: bool,
}

impl Room {
    /// Of a block without transactions, whose list's length takes up to three bytes.
    pub(crate) fn new() -> Self {
        let ordinary_bytes = ORDINARY_BYTES_MAX - Header::SIZE_BYTES - 3;
        Self { ordinary_bytes, has_large: false }
    }

    /// Takes so many bytes for an order, if there is room for it.
    pub(crate) fn take(&mut self, size_bytes: usize) -> bool {
        let has_room = self.has_room_for(size_bytes);
        match size_bytes > ORDER_BYTES_MAX {
            true => self.has_large = true,
            false if has_room => self.ordinary_bytes -= size_bytes,
            false => {}
        }
        has_room
    }

    /// Whether there is room for an order of so many bytes.
    pub(crate) fn has_room_for(&self, size_bytes: usize) -> bool {
        if size_bytes > ORDER_BYTES_MAX {
            !self.has_large
        } else {
            size_bytes <= self.ordinary_bytes
        }
    }
}

/// What the Merkle tree is over: whole transactions, signatures and all.
pub(crate) fn leaves(transactions: &[Order]) -> Vec<Hash> {
    transactions.iter().map(|it| merkle::leaf(&it.encode())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_room_for_one_large_dispute_beside_the_rest() {
        let mut room = Room::new();
        assert!(room.take(DISPUTE_BYTES_MAX));
        assert!(!room.has_room_for(ORDER_BYTES_MAX + 1) && !room.take(DISPUTE_BYTES_MAX));
        for _ in 0..5 {
            assert!(room.take(ORDER_BYTES_MAX));
        }
        assert!(!room.take(ORDER_BYTES_MAX) && room.take(1_000));
    }
}
