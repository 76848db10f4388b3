//! The chain that counts, and how another takes its place.
//!
//! Headers come first: what they weigh can be seen before any transaction is here. A chain counts once it is the heaviest of those
//! whose transactions are all here and right; of two that weigh the same, the one whose last block has the smaller name, so that
//! all who know both follow the same. What no longer counts is undone block by block.

mod draft;
mod known;
mod proofs;

use crate::{
    Genesis, Judge, Refusal,
    block::Block,
    contracts::{Surroundings, money::Account, rounds::Round},
    header::Header,
    rules,
    state::{Changes, Due, Entry, State, Undo},
    transaction::Transaction,
    work::{Pace, Work},
};
use core::cmp::Reverse;
pub use draft::Draft;
use known::{Headers, Known};
pub use proofs::{InclusionProof, PROOF_BYTES_MAX, StateProof};
use protocol::signatures::Keys;
use std::collections::{BTreeMap, VecDeque};
use units::{Hash, PeerId, UnixMillis};

/// Blocks that can be undone: half a day of a room that was cut in two. What is older is settled.
pub const UNDONE_MAX: usize = 4_096;

/// A room's ledger on one device.
pub struct Chain {
    genesis: Genesis,
    room: Hash,
    judge: Judge,
    headers: Headers,
    bodies: BTreeMap<Hash, Vec<Transaction>>,
    /// Names of the blocks that count, by height; the room's first.
    names: Vec<Hash>,
    state: State,
    /// Of the newest blocks, the newest last.
    undo: VecDeque<Undo>,
    keys: Keys,
    /// While blocks are restored.
    trusts_signatures: bool,
}

/// What a block has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// Blocks that count no longer, the newest first.
    pub undone: Vec<Hash>,
    /// Blocks that count from here on, the oldest first.
    pub done: Vec<Hash>,
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
            bodies: BTreeMap::new(),
            names: vec![room],
            state: genesis.state(),
            undo: VecDeque::new(),
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

    /// What the next block has to cost.
    pub fn pace(&self) -> Pace {
        self.headers.pace_after(self.tip_known())
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
        Some(Block { header, transactions: self.bodies.get(name)?.clone() })
    }

    /// The transactions of a block.
    pub fn transactions(&self, name: &Hash) -> Option<&[Transaction]> {
        self.bodies.get(name).map(Vec::as_slice)
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
            if !self.bodies.contains_key(&at.0) {
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
        self.headers.add(header, now)
    }

    /// Keeps a block; goes over to its chain if that is the heaviest by now.
    ///
    /// # Errors
    /// [`Refusal`] names the rule that it breaks, or that the chain which it completes does; the ledger is then as it was.
    pub fn add_block(&mut self, block: Block, now: UnixMillis) -> Result<Moved, Refusal> {
        rules::block::transactions_are_named(&block)?;
        let name = self.headers.add(block.header, now)?;
        if self.bodies.contains_key(&name) {
            return Ok(Moved::default());
        }
        self.bodies.insert(name, block.transactions);
        let parent = self.headers.get(&block.header.parent).expect("a header follows from one");
        if !parent.whole {
            return Ok(Moved::default());
        }
        let heaviest = self.note_whole(name);
        if self.rank(heaviest) <= self.rank(self.tip()) {
            return Ok(Moved::default());
        }
        self.go_over_to(heaviest)
    }

    /// All transactions up to this block are here, and perhaps of some after it: gives the heaviest of these.
    fn note_whole(&mut self, name: Hash) -> Hash {
        let (mut heaviest, mut names) = (name, vec![name]);
        while let Some(name) = names.pop() {
            if !self.bodies.contains_key(&name) {
                continue;
            }
            let known = self.headers.get_mut(&name).expect("a body has a header");
            known.whole = true;
            names.extend(&known.children);
            if !known.refused && self.rank(name) > self.rank(heaviest) {
                heaviest = name;
            }
        }
        heaviest
    }

    /// In which order chains are followed, by their last blocks.
    fn rank(&self, name: Hash) -> (Work, Reverse<Hash>) {
        let work = self.headers.get(&name).map_or(Work::ZERO, |known| known.work);
        (work, Reverse(name))
    }

    /// Undoes what is not on the way to that block, and carries out what is.
    fn go_over_to(&mut self, to: Hash) -> Result<Moved, Refusal> {
        let (common, way) = self.way_to(to);
        let back = self.names.len() - 1 - common;
        if back > self.undo.len() {
            let (blocks, limit) = (back as u32, self.undo.len() as u32);
            return Err(Refusal::TooDeep { blocks, limit });
        }
        let undone: Vec<Hash> = (0..back).map(|_| self.undo_newest()).collect();
        for name in &way {
            if let Err(refusal) = self.carry_out(*name) {
                self.headers.refuse(*name);
                while self.names.len() - 1 > common {
                    self.undo_newest();
                }
                for name in undone.iter().rev() {
                    self.carry_out(*name).expect("it was carried out before");
                }
                return Err(refusal);
            }
        }
        Ok(Moved { undone, done: way })
    }

    /// The height at which the way to a block parts from what counts, and the blocks after it.
    fn way_to(&self, to: Hash) -> (usize, Vec<Hash>) {
        let (mut way, mut at) = (Vec::new(), to);
        loop {
            let header = &self.headers.get(&at).expect("it is whole").header;
            if self.names.get(header.height as usize) == Some(&at) {
                way.reverse();
                return (header.height as usize, way);
            }
            way.push(at);
            at = header.parent;
        }
    }

    fn undo_newest(&mut self) -> Hash {
        let undo = self.undo.pop_back().expect("it was counted");
        self.state.undo(undo);
        self.names.pop().expect("it was counted")
    }

    /// Carries out the block after the newest one.
    fn carry_out(&mut self, name: Hash) -> Result<(), Refusal> {
        let header = self.headers.get(&name).expect("it is whole").header;
        let transactions = self.bodies.get(&name).expect("it is whole");
        if !self.trusts_signatures {
            rules::block::signatures_hold(transactions, self.room, &mut self.keys)?;
        }
        let mut changes = Changes::new(&self.state);
        let s = self.surroundings(&header);
        rules::block::carry_out_all(transactions, &mut changes, &s)?;
        let written = changes.into_written();
        let undo = self.state.write(written);
        if self.state.root() != header.state {
            self.state.undo(undo);
            return Err(Refusal::Root { what: "state" });
        }
        self.names.push(name);
        self.undo.push_back(undo);
        if self.undo.len() > UNDONE_MAX {
            self.undo.pop_front();
        }
        Ok(())
    }

    fn surroundings(&self, header: &Header) -> Surroundings {
        let (now, miner) = (header.time, header.miner);
        Surroundings { now, miner, founder: self.genesis.founder, judge: self.judge }
    }

    fn tip_known(&self) -> &Known {
        self.headers.get(&self.tip()).expect("the tip is known")
    }
}
