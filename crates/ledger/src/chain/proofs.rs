//! Proofs for whoever has nothing but the newest header.

use super::Chain;
use crate::{
    block::leaves,
    header::Header,
    merkle,
    order::Order,
    state::{Entry, Key, StatePath},
};
use protocol::{DecodeError, encoding};
use serde::{Deserialize, Serialize};
use units::Hash;

/// A proof's encoding.
pub const PROOF_BYTES_MAX: usize = 64 * 1024;

/// That a transaction is in a block at or before the newest one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InclusionProof {
    /// What is recorded.
    pub transaction: Order,
    /// Its place in the block, and how many there are.
    pub place: (u32, u32),
    /// Up to the block's root.
    pub path: Vec<Hash>,
    /// The block's header; nothing, if it is the newest.
    #[serde(with = "serde_bytes")]
    pub header: Vec<u8>,
    /// From that header's name up to the history of the newest.
    pub history: Vec<Hash>,
}

/// That something is in the state after the newest block, or that it is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateProof {
    /// Where.
    pub key: Key,
    /// What is there.
    pub entry: Option<Entry>,
    /// Up to the state's root.
    pub path: StatePath,
}

impl InclusionProof {
    /// The height at which the transaction is recorded, if the proof shows that to somebody who trusts that header.
    pub fn height(&self, newest: &Header) -> Option<u32> {
        let block =
            if self.header.is_empty() { *newest } else { Header::decode(&self.header).ok()? };
        let leaf = merkle::leaf(&self.transaction.encode());
        let (place, count) = (self.place.0 as usize, self.place.1 as usize);
        if merkle::root_by_path(leaf, place, count, &self.path)? != block.transactions {
            return None;
        }
        let (place, count) = (block.height as usize, newest.height as usize);
        let is_newest = self.header.is_empty() && self.history.is_empty();
        let is_before = || {
            merkle::root_by_path(block.hash(), place, count, &self.history) == Some(newest.history)
        };
        (is_newest || is_before()).then_some(block.height)
    }

    /// Its encoding.
    pub fn encode(&self) -> Vec<u8> {
        encoding::encode(self)
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`DecodeError`] for anything else; the size is checked before anything is read.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        crate::encoding::decode("proof", bytes, PROOF_BYTES_MAX)
    }
}

impl StateProof {
    /// Whether it shows what it says to somebody who trusts that header.
    pub fn holds(&self, newest: &Header) -> bool {
        let value = self.entry.as_ref().map(Entry::hash);
        self.path.root(self.key.hash(), value) == Some(newest.state)
    }

    /// Its encoding.
    pub fn encode(&self) -> Vec<u8> {
        encoding::encode(self)
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`DecodeError`] for anything else; the size is checked before anything is read.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        crate::encoding::decode("proof", bytes, PROOF_BYTES_MAX)
    }
}

impl Chain {
    /// That the transaction at that place of the block at that height is recorded; `None` if there is none.
    pub fn prove_transaction(&self, height: u32, place: u32) -> Option<InclusionProof> {
        let name = self.name_at(height).filter(|_| height > 0)?;
        let transactions = self.transactions(&name)?;
        let transaction = transactions.get(place as usize)?.clone();
        let path = merkle::path(&leaves(transactions), place as usize);
        let (header, history) = if name == self.tip() {
            (Vec::new(), Vec::new())
        } else {
            let before = &self.names[..self.names.len() - 1];
            let header = self.header(&name)?.encode().to_vec();
            (header, merkle::path(before, height as usize))
        };
        let place = (place, transactions.len() as u32);
        Some(InclusionProof { transaction, place, path, header, history })
    }

    /// What the state has at a key.
    pub fn prove_entry(&self, key: Key) -> StateProof {
        StateProof { key, entry: self.state.entry(&key).cloned(), path: self.state.path(&key) }
    }
}
