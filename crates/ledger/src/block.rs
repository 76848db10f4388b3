//! Blocks.

use crate::{encoding::decode, header::Header, merkle, order::Order};
use protocol::DecodeError;
use units::Hash;

/// A block's encoding: what travels, is checked and is stored at once. Some thousand transfers, or a hundred rounds of eight.
pub const BLOCK_BYTES_MAX: usize = 256 * 1024;

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
        let (what, limit_bytes) = ("block", BLOCK_BYTES_MAX);
        if self.transactions.len() > BLOCK_TRANSACTIONS_MAX {
            let problem = format!("{} transactions", self.transactions.len());
            return Err(DecodeError::Invalid { what, problem });
        }
        self.transactions.iter().try_for_each(Order::validate)?;
        match self.encode().len() {
            size_bytes if size_bytes > limit_bytes => {
                Err(DecodeError::TooLarge { what, size_bytes, limit_bytes })
            }
            size_bytes => Ok(size_bytes),
        }
    }
}

/// What the Merkle tree is over: whole transactions, signatures and all.
pub(crate) fn leaves(transactions: &[Order]) -> Vec<Hash> {
    transactions.iter().map(|it| merkle::leaf(&it.encode())).collect()
}
