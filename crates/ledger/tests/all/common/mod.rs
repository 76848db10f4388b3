//! A room whose ledger, clock and members are a test's own.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

pub mod records;

use core::time::Duration;
use ledger::{
    Action, Block, Chain, Draft, Genesis, Judge, Moved, Order, Refusal,
    contracts::lending::{Loan, Receipt, Terms},
    economics, work,
};
use protocol::identity::{Identity, Signature};
use units::{Credits, Hash, PeerId, RoomId, UnixMillis};

/// The proof that the judge of all tests takes for one.
pub const FRAUD: &[u8] = b"fraud";

/// When rooms of tests begin.
pub const BEGINNING: UnixMillis = UnixMillis(1_700_000_000_000);

/// A ledger with its members, of whom 1 is the founder.
pub struct Room {
    pub chain: Chain,
    pub now: UnixMillis,
    pub members: Vec<u8>,
}

pub fn identity(seed: u8) -> Identity {
    Identity::from_seed([seed; 32])
}

pub fn peer(seed: u8) -> PeerId {
    identity(seed).peer_id()
}

pub fn genesis() -> Genesis {
    Genesis { room: RoomId::from_bytes([7; 16]), founder: peer(1) }
}

pub fn judge(_: Hash, _: &Loan, proof: &[u8]) -> Result<(), String> {
    (proof == FRAUD).then_some(()).ok_or_else(|| "that is none".to_owned())
}

pub fn new_chain() -> Chain {
    Chain::new(genesis(), judge as Judge)
}

/// Micro-credits.
pub fn micros(micros: u64) -> Credits {
    Credits::from_micros(micros)
}

pub fn terms() -> Terms {
    Terms {
        nodes: 64,
        price_per_hour: Credits::whole(2),
        price_per_thousand_events: micros(100),
        stake: Credits::whole(20),
        inputs_max: 128,
    }
}

/// A transfer to somebody.
pub fn pays(to: u8, amount: Credits) -> Action {
    Action::Transfer { to: peer(to), amount }
}

impl Room {
    /// A room in which nobody but the founder is.
    pub fn new() -> Self {
        Self { chain: new_chain(), now: BEGINNING, members: vec![1] }
    }

    /// A room of so many members, all of whom the founder has welcomed.
    pub fn of(count: u8) -> Self {
        let mut room = Self::new();
        let welcomes = (2..=count).map(|seed| Action::Welcome { member: peer(seed) });
        let orders = room.orders(1, welcomes);
        room.mines(1, orders);
        room.members = (1..=count).collect();
        room
    }

    /// The same members with a ledger of their own, which knows the same blocks.
    pub fn twin(&self) -> Self {
        let mut chain = new_chain();
        for block in self.blocks() {
            chain.add_block(block, self.now).unwrap();
        }
        assert_eq!(chain.tip(), self.chain.tip());
        Self { chain, now: self.now, members: self.members.clone() }
    }

    /// All blocks that count, the oldest first.
    pub fn blocks(&self) -> Vec<Block> {
        self.blocks_after(0)
    }

    /// Those above a height.
    pub fn blocks_after(&self, height: u32) -> Vec<Block> {
        let names = (height + 1..=self.chain.height()).map(|it| self.chain.name_at(it).unwrap());
        names.map(|name| self.chain.block(&name).unwrap()).collect()
    }

    pub fn newest(&self) -> Block {
        self.chain.block(&self.chain.tip()).unwrap()
    }

    /// Orders of one account, one after the other.
    pub fn orders(&self, by: u8, actions: impl IntoIterator<Item = Action>) -> Vec<Order> {
        let first = self.chain.account(peer(by)).nonce;
        let order = |(nonce, action)| cheapest(by, nonce, action);
        (first..).zip(actions).map(order).collect()
    }

    /// The next order of an account, and its name.
    pub fn order(&self, by: u8, action: Action) -> (Order, Hash) {
        let order = self.orders(by, [action]).remove(0);
        let id = order.id();
        (order, id)
    }

    pub fn draft(
        &mut self,
        by: u8,
        wanted: Vec<Order>,
    ) -> Result<(Draft, Vec<(Hash, Refusal)>), Refusal> {
        self.chain.draft(wanted, peer(by), self.now)
    }

    /// A block of that member, ten seconds after the last; all of what is wanted is in it.
    pub fn block(&mut self, by: u8, wanted: Vec<Order>) -> Block {
        self.passes(Duration::from_millis(work::PACE_MS));
        let (draft, refused) = self.draft(by, wanted).unwrap();
        assert_eq!(refused, []);
        completed(draft)
    }

    /// A member mines a block of that.
    pub fn mines(&mut self, by: u8, wanted: Vec<Order>) -> Moved {
        let block = self.block(by, wanted);
        let moved = self.chain.add_block(block, self.now).unwrap();
        assert_eq!(self.chain.state().credits(), economics::SUPPLY);
        moved
    }

    /// Whoever has the easiest work mines a block of that.
    pub fn records(&mut self, wanted: Vec<Order>) -> Moved {
        self.mines(self.next_miner(), wanted)
    }

    /// So many blocks with nothing in them.
    pub fn goes_on(&mut self, blocks: usize) {
        for _ in 0..blocks {
            self.records(Vec::new());
        }
    }

    /// A member has something done; gives the order's name.
    pub fn does(&mut self, by: u8, action: Action) -> Hash {
        let (order, id) = self.order(by, action);
        self.records(vec![order]);
        id
    }

    /// Why a member cannot have something done.
    pub fn refusal(&mut self, by: u8, action: Action) -> Refusal {
        let (order, _) = self.order(by, action);
        self.refusal_of(order)
    }

    /// Why something cannot be recorded.
    pub fn refusal_of(&mut self, order: Order) -> Refusal {
        let by = self.next_miner();
        let (_, mut refused) = self.draft(by, vec![order]).unwrap();
        refused.pop().expect("it is not allowed").1
    }

    pub fn next_miner(&self) -> u8 {
        let pace = self.chain.pace();
        let is_member = |seed: &&u8| self.chain.account(peer(**seed)).is_member();
        let able = self.members.iter().filter(is_member);
        *able.min_by_key(|seed| pace.hashes_of(peer(**seed))).expect("somebody can mine")
    }

    pub fn passes(&mut self, time: Duration) {
        self.now.0 += time.as_millis() as u64;
    }

    pub fn balance(&self, of: u8) -> Credits {
        self.chain.account(peer(of)).balance
    }

    pub fn treasury(&self) -> ledger::contracts::treasury::Treasury {
        match self.chain.state().entry(&ledger::Key::Treasury) {
            Some(ledger::Entry::Treasury(it)) => it.clone(),
            other => panic!("{other:?}"),
        }
    }

    pub fn loan(&self, id: Hash) -> Option<Loan> {
        match self.chain.state().entry(&ledger::Key::Loan(id)) {
            Some(ledger::Entry::Loan(loan)) => Some((**loan).clone()),
            _ => None,
        }
    }

    /// What the borrower of a loan signs that it owes.
    pub fn receipt(&self, borrower: u8, loan: Hash, owed: Credits, last: bool) -> Receipt {
        let unsigned = Receipt {
            loan,
            segments: 1,
            events: 10,
            owed,
            transcript: Hash::of(b"transcript"),
            last,
            borrower: peer(borrower),
            signature: Signature::from_bytes([0; 64]),
        };
        Receipt::sign(&identity(borrower), self.chain.room(), unsigned)
    }
}

pub fn order(by: u8, nonce: u64, fee: Credits, action: Action) -> Order {
    Order::sign(&identity(by), genesis().name(), nonce, fee, action)
}

/// An order that pays no more than it has to.
pub fn cheapest(by: u8, nonce: u64, action: Action) -> Order {
    let size_bytes = order(by, nonce, Credits::whole(1), action.clone()).encode().len();
    order(by, nonce, economics::fee_min(size_bytes).unwrap(), action)
}

/// The block of a draft, with the work that it needs.
pub fn completed(draft: Draft) -> Block {
    let header = draft.search(0).advance(u32::MAX).expect("a test's work is easy");
    draft.complete(header)
}

/// What a block says of itself is replaced, and its work shown anew.
pub fn forged(chain: &Chain, block: Block, change: impl FnOnce(&mut Block)) -> Block {
    let mut block = block;
    change(&mut block);
    let hashes = chain.pace().hashes_of(block.header.miner);
    let mut search = work::Search::new(block.header, hashes);
    block.header = search.advance(u32::MAX).expect("a test's work is easy");
    block
}

/// A block after the newest, and empty ones after it, whether it is right or not.
pub fn with_more(room: &mut Room, first: &Block, count: usize) -> Vec<Block> {
    let mut blocks = vec![first.clone()];
    let mut peaks = ledger::merkle::Peaks::default();
    let known = (0..=room.chain.height()).map(|height| room.chain.name_at(height).unwrap());
    known.for_each(|name| peaks.push(name));
    for number in 0..count {
        let parent = blocks.last().unwrap().header;
        peaks.push(parent.hash());
        // Strangers, whose work is the easiest; nobody asks who mined on a lie.
        let by = 100 + number as u8;
        let header = ledger::Header {
            parent: parent.hash(),
            transactions: Hash::of(&[]),
            history: peaks.root(),
            miner: peer(by),
            height: parent.height + 1,
            time: UnixMillis(parent.time.0 + ledger::work::PACE_MS),
            ..parent
        };
        room.passes(Duration::from_millis(ledger::work::PACE_MS));
        let mut search = work::Search::new(header, work::DIFFICULTY_MIN);
        let header = search.advance(u32::MAX).unwrap();
        blocks.push(Block { header, transactions: Vec::new() });
    }
    blocks
}
