//! Whole ledgers: how fast they are computed again, how fast one takes another's place, how long proofs are.

use ledger::{Action, Block, Chain, Genesis, Header, Key, Order, economics};
use protocol::identity::Identity;
use units::{Credits, Hash, PeerId, RoomId, UnixMillis};

/// Accounts that pay each other.
const PAYERS: u32 = 256;

/// Members that find blocks in turn, so that none needs more than four times the hashes.
const MINERS: u32 = 8;

/// Time between blocks: at this pace work stays as easy as it can be.
const PACE_MS: u64 = 20_000;

const START: UnixMillis = UnixMillis(1_700_000_000_000);

/// What nobody disputes.
fn judge(_: Hash, _: &ledger::contracts::lending::Loan, _: &[u8]) -> Result<(), String> {
    Err("nothing is lent here".to_owned())
}

/// A ledger in the making.
struct Maker {
    chain: Chain,
    founder: Identity,
    payers: Vec<(Identity, u64)>,
    miners: Vec<PeerId>,
    blocks: Vec<Block>,
}

impl Maker {
    /// With payers that have money, and members that mine.
    fn new() -> Self {
        let identity = |kind: &str, number: u32| {
            let seed = Hash::of_parts(&[kind.as_bytes(), &number.to_le_bytes()]);
            Identity::from_seed(*seed.as_bytes())
        };
        let founder = identity("founder", 0);
        let genesis = Genesis { room: RoomId::from_bytes([7; 16]), founder: founder.peer_id() };
        let payers: Vec<_> = (0..PAYERS).map(|number| (identity("payer", number), 0)).collect();
        let miners: Vec<PeerId> =
            payers.iter().take(MINERS as usize).map(|it| it.0.peer_id()).collect();
        let chain = Chain::new(genesis, judge);
        let mut maker = Self { chain, founder, payers, miners: Vec::new(), blocks: Vec::new() };
        let welcome = |member: &PeerId| Action::Welcome { member: *member };
        let welcomes: Vec<Action> = miners.iter().map(welcome).collect();
        let pays = |(payer, _): &(Identity, u64)| Action::Transfer {
            to: payer.peer_id(),
            amount: Credits::whole(2),
        };
        let actions: Vec<Action> =
            welcomes.into_iter().chain(maker.payers.iter().map(pays)).collect();
        let founder = maker.founder.clone();
        let orders = (0..).zip(actions).map(|(nonce, action)| maker.order(&founder, nonce, action));
        let orders: Vec<Order> = orders.collect();
        maker.add(orders);
        maker.miners = miners;
        maker
    }

    fn order(&self, identity: &Identity, nonce: u64, action: Action) -> Order {
        let fee = Credits::from_micros(2 * economics::FEE_MIN.as_micros());
        Order::sign(identity, self.chain.room(), nonce, fee, action)
    }

    /// One block more.
    fn add(&mut self, orders: Vec<Order>) {
        let height = self.chain.height();
        let miner = match self.miners.len() {
            0 => self.founder.peer_id(),
            miners => self.miners[height as usize % miners],
        };
        let count = orders.len();
        let now = UnixMillis(START.0 + PACE_MS * u64::from(height));
        let (draft, refused) = self.chain.draft(orders, miner, now).expect("it is a member");
        assert!(refused.is_empty() && draft.transactions.len() == count, "{refused:?}");
        let mut search = draft.search(0);
        let header = core::iter::repeat_with(|| search.advance(1 << 16)).flatten().next();
        let block = draft.complete(header.expect("it is found at last"));
        self.chain.add_block(block.clone(), now).expect("it is right");
        self.blocks.push(block);
    }

    /// So many transfers in one block; those of different `salt` differ.
    fn add_transfers(&mut self, count: u32, salt: u64) {
        let orders: Vec<Order> = (0..count)
            .map(|number| {
                let payer = (number % PAYERS) as usize;
                let to = self.payers[(payer + 1) % PAYERS as usize].0.peer_id();
                let amount = Credits::from_micros(1 + salt);
                let (identity, nonce) = &self.payers[payer];
                let order = self.order(identity, *nonce, Action::Transfer { to, amount });
                self.payers[payer].1 += 1;
                order
            })
            .collect();
        self.add(orders);
    }
}

/// A ledger as bytes.
pub struct Recorded {
    genesis: Genesis,
    blocks: Vec<Vec<u8>>,
    transfers: u32,
}

impl Recorded {
    /// Of so many blocks with so many signed transfers each.
    pub fn new(blocks: u32, transfers: u32) -> Self {
        let mut maker = Maker::new();
        (0..blocks).for_each(|_| maker.add_transfers(transfers, 0));
        let encoded = maker.blocks.iter().map(Block::encode).collect();
        Self { genesis: maker.chain.genesis(), blocks: encoded, transfers: blocks * transfers }
    }

    /// Transfers in it.
    pub fn transfers(&self) -> u32 {
        self.transfers
    }

    /// Computes all of it again from the bytes: the ledger that comes of it.
    ///
    /// # Panics
    /// If it is wrong.
    pub fn validate(&self) -> Chain {
        let mut chain = Chain::new(self.genesis, judge);
        for bytes in &self.blocks {
            let block = Block::decode(bytes).expect("it was encoded");
            chain.add_block(block, UnixMillis(u64::MAX)).expect("it is right");
        }
        assert_eq!(chain.height() as usize, self.blocks.len());
        chain
    }

    /// Bytes of the longest proof that a transfer is recorded, among some, and of the longest one of an account; both are
    /// checked.
    ///
    /// # Panics
    /// If a proof does not hold.
    pub fn proof_bytes(&self) -> (usize, usize) {
        let chain = self.validate();
        let newest = *chain.header(&chain.tip()).expect("there are blocks");
        let heights = [2, chain.height() / 2, chain.height() - 1, chain.height()];
        let inclusion = heights.iter().map(|height| {
            let proof = chain.prove_transaction(*height, 0).expect("it is there");
            assert_eq!(proof.height(&newest), Some(*height));
            proof.encode().len()
        });
        let accounts = chain.state().entries().map(|(key, _)| *key);
        let state = accounts.filter(|key| matches!(key, Key::Account(_))).map(|key| {
            let proof = chain.prove_entry(key);
            assert!(proof.holds(&newest));
            proof.encode().len()
        });
        (inclusion.max().unwrap_or(0), state.max().unwrap_or(0))
    }
}

/// Two chains that part at the beginning, of which the second is heavier by a block.
pub struct Parted {
    chain: Chain,
    first: Header,
    last: Option<Block>,
}

impl Parted {
    /// So many blocks of so many transfers on either side; all of the heavier one is known but its first block.
    ///
    /// # Panics
    /// If a block is refused.
    pub fn new(blocks: u32, transfers: u32) -> Self {
        let (mut one, mut other) = (Maker::new(), Maker::new());
        (0..blocks).for_each(|_| one.add_transfers(transfers, 0));
        (0..=blocks).for_each(|_| other.add_transfers(transfers, 1));
        let now = UnixMillis(u64::MAX);
        // What both begin with is the same.
        let common = one.blocks.iter().zip(&other.blocks).take_while(|(a, b)| a == b).count();
        let Maker { mut chain, .. } = one;
        for block in &other.blocks[common..] {
            chain.add_header(block.header, now).expect("it follows");
        }
        for block in other.blocks.drain(common + 1..) {
            chain.add_block(block, now).expect("it follows");
        }
        let last = other.blocks.pop();
        let first = last.as_ref().expect("they part").header;
        Self { chain, first, last }
    }

    /// The block that was missing comes: how many blocks were undone.
    ///
    /// # Panics
    /// If it is refused, or came already.
    pub fn meet(&mut self) -> usize {
        let block = self.last.take().expect("it comes once");
        debug_assert_eq!(block.header, self.first);
        let moved = self.chain.add_block(block, UnixMillis(u64::MAX)).expect("it is right");
        moved.undone.len()
    }
}
