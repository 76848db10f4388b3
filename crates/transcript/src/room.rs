//! A whole room as a file that anybody can check: its ledger from the beginning, and the rounds that a member has kept.

use crate::{Checked, InvalidTranscript, Problem, Summary, Transcript, frame};
use ledger::{Action, Block, Chain, Genesis};
use protocol::{encoding::encode, session::RoundRecord};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use std::collections::{BTreeMap, BTreeSet};
use units::{Hash, PeerId, RoomId};

const MAGIC: &[u8; 4] = b"PCRM";

/// A room, as one member has it. [`RoomFile::verify`] believes none of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomFile {
    /// Which room.
    pub room: RoomId,
    /// Who founded it: everything at the beginning of its ledger follows from both.
    pub founder: PeerId,
    /// All blocks that count, the first first, as [`Block::encode`] writes them.
    pub blocks: Vec<ByteBuf>,
    /// Rounds of sessions, as [`Transcript::encode`] writes them.
    pub transcripts: Vec<ByteBuf>,
}

/// What a block was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckedBlock {
    /// Its height.
    pub height: u32,
    /// Its name.
    pub name: Hash,
    /// Orders in it, all of which were carried out again.
    pub orders: usize,
}

/// What a whole room shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomSummary {
    /// Blocks that were computed again.
    pub blocks: u32,
    /// Orders in them.
    pub orders: usize,
    /// The newest one's name.
    pub tip: Hash,
    /// What they weigh, in hashes.
    pub work: u128,
    /// The root of the state that they lead to.
    pub state: Hash,
    /// Rounds that the ledger has recorded.
    pub recorded: usize,
    /// Each transcript, and how many of its rounds the ledger has recorded as they are.
    pub sessions: Vec<(Summary, usize)>,
}

/// Why a room is not what its file says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoomProblem {
    /// A block breaks a rule.
    #[error("page {height}: {reason}")]
    Block {
        /// Which.
        height: u32,
        /// What is wrong with it.
        reason: String,
    },
    /// A transcript is none.
    #[error(transparent)]
    Transcript(#[from] InvalidTranscript),
    /// A round is not what its record says.
    #[error(transparent)]
    Round(#[from] Problem),
    /// The ledger has recorded another round than the transcript has, on the same one before it, with the same leader's decision.
    #[error(
        "round {round} of the transcript names the model {ours}, where the ledger has recorded {theirs}"
    )]
    Differs {
        /// Which.
        round: u32,
        /// The transcript's.
        ours: Hash,
        /// The ledger's.
        theirs: Hash,
    },
}

impl RoomFile {
    /// The file's bytes: `PCRM`, the protocol's version (two bytes, little-endian), the rest as postcard writes it.
    pub fn encode(&self) -> Vec<u8> {
        frame::seal(MAGIC, self)
    }

    /// Whether bytes begin like such a file.
    pub fn is_one(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`InvalidTranscript`] for anything else than [`Self::encode`] gives.
    pub fn decode(bytes: &[u8]) -> Result<Self, InvalidTranscript> {
        frame::open(MAGIC, bytes)
    }

    /// Computes everything again: every block from the beginning, with each signature, each contract and each state, and every
    /// aggregation; and compares the rounds that the ledger has recorded with those that were computed.
    ///
    /// # Errors
    /// The first [`RoomProblem`].
    pub fn verify(
        &self,
        mut block_done: impl FnMut(CheckedBlock),
        mut round_done: impl FnMut(&Checked<'_>),
    ) -> Result<RoomSummary, RoomProblem> {
        let mut chain =
            Chain::new(Genesis { room: self.room, founder: self.founder }, lending::judge);
        let mut rounds: Vec<RoundRecord> = Vec::new();
        let mut orders = 0;
        for (height, bytes) in (1..).zip(&self.blocks) {
            let problem = |reason: String| RoomProblem::Block { height, reason };
            let block = Block::decode(bytes).map_err(|error| problem(error.to_string()))?;
            for order in &block.transactions {
                if let Action::Report(report) = &order.action {
                    rounds.push(report.record.clone());
                }
            }
            let (count, time) = (block.transactions.len(), block.header.time);
            let name = block.header.hash();
            chain.add_block(block, time).map_err(|refusal| problem(refusal.to_string()))?;
            if chain.tip() != name {
                return Err(problem("it does not follow the one before it".to_owned()));
            }
            orders += count;
            block_done(CheckedBlock { height, name, orders: count });
        }
        let recorded: BTreeSet<Hash> = rounds.iter().map(RoundRecord::hash).collect();
        let models: BTreeMap<Vec<u8>, Hash> =
            rounds.iter().map(|it| (encode(&it.decision), it.model)).collect();
        let mut sessions = Vec::new();
        for bytes in &self.transcripts {
            let transcript = Transcript::decode(bytes)?;
            let summary = transcript.verify(&mut round_done)?;
            let mut found = 0;
            for round in &transcript.rounds {
                let record = &round.record;
                found += usize::from(recorded.contains(&record.hash()));
                if let Some(theirs) = models.get(&encode(&record.decision))
                    && *theirs != record.model
                {
                    let (round, ours, theirs) = (record.decision.round, record.model, *theirs);
                    return Err(RoomProblem::Differs { round, ours, theirs });
                }
            }
            sessions.push((summary, found));
        }
        Ok(RoomSummary {
            blocks: chain.height(),
            orders,
            tip: chain.tip(),
            work: chain.work().as_hashes(),
            state: chain.state().root(),
            recorded: recorded.len(),
            sessions,
        })
    }
}
