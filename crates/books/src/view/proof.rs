//! A proof that something is recorded, and its check by somebody who has nothing but the newest header.

use ledger::{
    Chain, Header, InclusionProof, Order,
    merkle::{self, Step},
    work,
};
use protocol::{
    DecodeError,
    identity::BadSignature,
    signatures::{self, Keys},
};
use serde::{Deserialize, Serialize};
use units::Hash;

/// A proof that something is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofView {
    /// The ledger's name, which everything in it is signed for.
    pub ledger: Hash,
    /// At which height; `None` if it is not recorded, as far as is known.
    pub height: Option<u32>,
    /// An [`InclusionProof`], encoded, for the newest header.
    #[serde(with = "serde_bytes")]
    pub proof: Vec<u8>,
    /// The newest header's name.
    pub tip: Hash,
    /// That header, encoded; nothing at the beginning.
    #[serde(with = "serde_bytes")]
    pub header: Vec<u8>,
    /// How many hashes its name has to show.
    pub hashes: u64,
}

/// What a proof was found to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What is recorded.
    pub order: Order,
    /// At which height.
    pub height: u32,
    /// Its place in the block, and how many entries there are.
    pub place: (u32, u32),
    /// From the entry up to what the block's header says of its entries.
    pub to_block: Vec<Step>,
    /// From the block up to what the newest header says of all before it; nothing if it is the newest.
    pub to_newest: Vec<Step>,
    /// The newest header.
    pub newest: Header,
    /// Bytes of the proof without that header.
    pub size_bytes: usize,
}

/// Why something is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoProof {
    /// It is not recorded.
    #[error("{} is not written on any page that counts: it may wait, or have given way", .0.short())]
    NotRecorded(Hash),
    /// Bytes are no proof, or no header.
    #[error(transparent)]
    Bytes(#[from] DecodeError),
    /// It shows that something else is recorded.
    #[error("the proof is one of {}, not of {}", found.short(), wanted.short())]
    OfAnother {
        /// What it is of.
        found: Hash,
        /// What was asked for.
        wanted: Hash,
    },
    /// The header is not the one that this device goes by.
    #[error("the proof is for page {}, not for {}, the newest on this device: ask for it again", found.short(), tip.short())]
    OtherHeader {
        /// The header's name.
        found: Hash,
        /// What the newest page is called here.
        tip: Hash,
    },
    /// The header's name does not show its work.
    #[error("the newest page does not show the {0} tries that it has to have cost")]
    NoWork(u64),
    /// Hashes do not lead from the entry to the header.
    #[error("the hashes of the proof do not lead from the entry to the newest page")]
    NoWay,
    /// Somebody has not signed what the entry says.
    #[error(transparent)]
    Signature(#[from] BadSignature),
}

impl ProofView {
    pub(super) fn of(chain: &Chain, transaction: Hash) -> Option<Self> {
        let (ledger, tip) = (chain.room(), chain.tip());
        let header = chain.header(&tip).map_or_else(Vec::new, |it| it.encode().to_vec());
        let hashes = chain.hashes_of(&tip).unwrap_or(0);
        let find = |height: u32| {
            let transactions = chain.transactions(&chain.name_at(height)?)?;
            let place = transactions.iter().position(|it| it.id() == transaction)?;
            Some((height, chain.prove_transaction(height, place as u32)?.encode()))
        };
        let found = (1..=chain.height()).rev().find_map(find);
        let (height, proof) = found.map_or((None, Vec::new()), |it| (Some(it.0), it.1));
        Some(Self { ledger, height, proof, tip, header, hashes })
    }

    /// Computes once more that `transaction` is recorded in the ledger whose newest block is called `tip`: every hash on the
    /// way, the header's work, and who signed.
    ///
    /// # Errors
    /// [`NoProof`] says what is not shown.
    pub fn check(&self, transaction: Hash, tip: Hash) -> Result<Checked, NoProof> {
        if self.height.is_none() {
            return Err(NoProof::NotRecorded(transaction));
        }
        let proof = InclusionProof::decode(&self.proof)?;
        let newest = Header::decode(&self.header)?;
        let (found, of) = (newest.hash(), proof.transaction.id());
        if of != transaction {
            return Err(NoProof::OfAnother { found: of, wanted: transaction });
        }
        if found != tip {
            return Err(NoProof::OtherHeader { found, tip });
        }
        if !work::shows(found, self.hashes) {
            return Err(NoProof::NoWork(self.hashes));
        }
        let height = proof.height(&newest).filter(|height| Some(*height) == self.height);
        let height = height.ok_or(NoProof::NoWay)?;
        let claims = proof.transaction.claims(self.ledger);
        signatures::verify_all(&claims, &mut Keys::default())?;
        let (place, count) = (proof.place.0 as usize, proof.place.1 as usize);
        let to_block = merkle::steps(place, count, &proof.path).ok_or(NoProof::NoWay)?;
        let to_newest = match proof.history.is_empty() {
            true => Some(Vec::new()),
            false => merkle::steps(height as usize, newest.height as usize, &proof.history),
        };
        let to_newest = to_newest.ok_or(NoProof::NoWay)?;
        let (order, place, size_bytes) = (proof.transaction, proof.place, self.proof.len());
        Ok(Checked { order, height, place, to_block, to_newest, newest, size_bytes })
    }
}
