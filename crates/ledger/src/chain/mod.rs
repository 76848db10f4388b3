//! The chain that counts, and how another takes its place.
//!
//! Headers come first: what they weigh can be seen before any transaction is here. A chain counts once it is the heaviest of those
//! whose transactions are all here and right; of two that weigh the same, the one whose last block has the smaller name, so that
//! all who know both follow the same. What no longer counts is undone block by block.

mod bodies;
mod branches;
mod draft;
mod follow;
mod known;
mod paid;
mod proofs;
mod settled;

use crate::{
    Genesis, Judge, Refusal,
    block::Block,
    contracts::{Surroundings, lending::Loan, money::Account, rounds::Round},
    header::Header,
    order::Order,
    payment::Payment,
    rules,
    state::{Due, Entry, State, Undo},
    work::{Pace, Work},
};
use bodies::Bodies;
pub use branches::Branch;
pub use draft::Draft;
use known::{Headers, Known};
pub use proofs::{InclusionProof, PROOF_BYTES_MAX, StateProof};
use protocol::signatures::Keys;
pub use settled::BURIED_MIN;
use std::collections::VecDeque;
use units::{Hash, PeerId, UnixMillis};

/// Blocks that can be undone: half a day of a room that was cut in two. What is older is settled.
pub const UNDONE_MAX: usize = 4_096;

/// A room's ledger on one device.
pub struct Chain {
    genesis: Genesis,
    room: Hash,
    judge: Judge,
    headers: Headers,
    bodies: Bodies,
    /// Names of the blocks that count, by height; the room's first.
    names: Vec<Hash>,
    state: State,
    /// Of the newest blocks, the newest last.
    steps: VecDeque<Step>,
    /// Whose payments are kept.
    watched: Option<PeerId>,
    keys: Keys,
    /// While blocks are restored.
    trusts_signatures: bool,
}

/// What a block has done to the state.
struct Step {
    /// What takes it back.
    undo: Undo,
    /// What the watched account was paid.
    payments: Vec<Payment>,
}

/// What a block has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// Blocks that count no longer, the newest first.
    pub undone: Vec<Hash>,
    /// Blocks that count from here on, the oldest first.
    pub done: Vec<Hash>,
    /// Blocks that were found to be wrong on the way; heavier chains on them count no more.
    pub refused: Vec<(Hash, Refusal)>,
}

impl Chain {
    /// A ledger at its beginning.
    pub fn new(genesis: Genesis, judge: Judge) -> Self {
        let room = genesis.name();
        Self {
            genesis,
            room,
            judge,
            headers: Headers::new(&genesis),
            bodies: Bodies::default(),
            names: vec![room],
            state: genesis.state(),
            steps: VecDeque::new(),
            watched: None,
            keys: Keys::default(),
            trusts_signatures: false,
        }
    }

    /// What it began with.
    pub fn genesis(&self) -> Genesis {
        self.genesis
    }

    /// The name of the newest block that counts, or of the room.
    pub fn tip(&self) -> Hash {
        *self.names.last().expect("the room's name is there")
    }

    /// How many blocks count.
    pub fn height(&self) -> u32 {
        (self.names.len() - 1) as u32
    }

    /// What they weigh.
    pub fn work(&self) -> Work {
        self.tip_known().work
    }

    /// The state after the newest of them.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What every order for it is signed for.
    pub fn room(&self) -> Hash {
        self.room
    }

    /// A key's account: an empty one, if it has none yet.
    pub fn account(&self, peer: PeerId) -> Account {
        self.state.get::<Account>(peer).cloned().unwrap_or_default()
    }

    /// Whether a round is recorded, by its record's name.
    pub fn has_round(&self, record: Hash) -> bool {
        self.state.get::<Round>(record).is_some()
    }

    /// Whether something is due in the state by then, which a block would have happen.
    pub fn is_anything_due(&self, now: UnixMillis) -> bool {
        let loans =
            |due: &Entry| matches!(due, Entry::Due(Due::LoanOver(_) | Due::StakeFree { .. }));
        self.state.due_until(now).any(loans)
    }

    /// The loan that an order has opened; `None` if there is none, or it is over.
    pub fn loan(&self, name: Hash) -> Option<&Loan> {
        self.state.get::<Loan>(name)
    }

    /// Checks that bytes show a fraud of the lender of a loan that is open.
    ///
    /// # Errors
    /// [`Refusal`] says why they do not.
    pub fn check_fraud(&self, loan: Hash, proof: &[u8]) -> Result<(), Refusal> {
        let known = self.state.get::<Loan>(loan).ok_or(Refusal::NoSuchLoan { loan })?;
        (self.judge)(loan, known, proof).map_err(|reason| Refusal::NoFraud { reason })
    }

    /// What the next block has to cost.
    pub fn pace(&self) -> Pace {
        self.headers.pace_after(self.tip_known())
    }

    /// What all blocks up to that one weigh, whether it counts or not.
    pub fn work_up_to(&self, name: &Hash) -> Option<Work> {
        self.headers.get(name).map(|known| known.work)
    }

    /// How many hashes a block's name had to show.
    pub fn hashes_of(&self, name: &Hash) -> Option<u64> {
        let header = self.header(name)?;
        let parent = self.headers.get(&header.parent)?;
        Some(self.headers.pace_after(parent).hashes_of(header.miner))
    }

    /// The header of a block, whether it counts or not.
    pub fn header(&self, name: &Hash) -> Option<&Header> {
        self.headers.get(name).map(|known| &known.header).filter(|header| header.height > 0)
    }

    /// The name of the block at a height that counts; at 0, the room's.
    pub fn name_at(&self, height: u32) -> Option<Hash> {
        self.names.get(height as usize).copied()
    }

    /// A block, whether it counts or not, if its transactions are here.
    pub fn block(&self, name: &Hash) -> Option<Block> {
        let header = *self.header(name)?;
        Some(Block { header, transactions: self.bodies.get(name)?.to_vec() })
    }

    /// The transactions of a block.
    pub fn transactions(&self, name: &Hash) -> Option<&[Order]> {
        self.bodies.get(name)
    }

    /// Headers that are known.
    pub fn headers_known(&self) -> usize {
        self.headers.len()
    }

    /// Names by which somebody else can tell where our chains part: the newest, back with steps that double, to the room's.
    pub fn locator(&self) -> Vec<Hash> {
        let (mut names, mut back, mut step) = (Vec::new(), 0, 1);
        while let Some(height) = self.height().checked_sub(back).filter(|height| *height > 0) {
            names.push(self.names[height as usize]);
            back += step;
            step *= if names.len() > 8 { 2 } else { 1 };
        }
        names.push(self.room);
        names
    }

    /// Blocks whose transactions are not here on the way to one, the oldest `most`; `None` if its header is not known.
    pub fn missing_up_to(&self, name: Hash, most: usize) -> Option<Vec<Hash>> {
        let mut missing = VecDeque::new();
        let mut at = self.headers.get(&name).map(|known| (name, known))?;
        while !at.1.whole {
            if !self.bodies.contains(&at.0) {
                missing.push_front(at.0);
                missing.truncate(most);
            }
            let parent = at.1.header.parent;
            at = (parent, self.headers.get(&parent).expect("a header follows from one"));
        }
        Some(missing.into())
    }

    /// Carries out blocks that this device has carried out before, one after the other from the beginning: what their
    /// signatures say was seen to then.
    ///
    /// # Errors
    /// [`Refusal`] of the first that does not follow; those before it count.
    pub fn restore(&mut self, blocks: impl IntoIterator<Item = Block>) -> Result<(), Refusal> {
        // Whatever this device's clock says by now, their time had come.
        let now = UnixMillis(u64::MAX);
        self.trusts_signatures = true;
        let restored =
            blocks.into_iter().try_for_each(|block| self.add_block(block, now).map(drop));
        self.trusts_signatures = false;
        restored
    }

    /// Keeps a header that follows from one that is known.
    ///
    /// # Errors
    /// [`Refusal`] names the rule that it breaks. What comes from the future ([`Refusal::FromTheFuture`]) may be offered again.
    pub fn add_header(&mut self, header: Header, now: UnixMillis) -> Result<Hash, Refusal> {
        if let Some(blocks) = self.blocks_back(&header.parent).filter(|it| *it > UNDONE_MAX) {
            let limit = UNDONE_MAX as u32;
            return Err(Refusal::TooDeep { blocks: blocks as u32, limit });
        }
        let (name, dropped) = self.headers.add(header, now, &self.names)?;
        dropped.into_iter().for_each(|name| self.bodies.remove(&name));
        Ok(name)
    }

    /// Keeps a block; goes over to its chain if that is the heaviest by now.
    ///
    /// # Errors
    /// [`Refusal`] names the rule that it breaks, or that the chain which it completes does; the ledger is then as it was.
    pub fn add_block(&mut self, block: Block, now: UnixMillis) -> Result<Moved, Refusal> {
        let size_bytes = rules::block::size_is_bounded(&block)?;
        rules::block::transactions_are_named(&block)?;
        let name = self.add_header(block.header, now)?;
        if self.bodies.contains(&name) {
            return Ok(Moved::default());
        }
        while !self.bodies.has_room(size_bytes) {
            let work = self.headers.heaviest_on(name);
            let dropped = self.headers.drop_lightest((work, name), &self.names)?;
            self.bodies.remove(&dropped);
        }
        self.bodies.insert(name, block.transactions, size_bytes);
        let parent = self.headers.get(&block.header.parent).expect("a header follows from one");
        if !parent.whole {
            return Ok(Moved::default());
        }
        let heaviest = self.note_whole(name);
        self.follow(heaviest)
    }

    /// How many blocks that count stand above one that counts.
    fn blocks_back(&self, name: &Hash) -> Option<usize> {
        let height = self.headers.get(name)?.header.height as usize;
        (self.names.get(height) == Some(name)).then(|| self.names.len() - 1 - height)
    }

    fn surroundings(&self, header: &Header) -> Surroundings {
        let (now, miner) = (header.time, header.miner);
        Surroundings { now, miner, founder: self.genesis.founder, judge: self.judge }
    }

    fn tip_known(&self) -> &Known {
        self.headers.get(&self.tip()).expect("the tip is known")
    }
}
