//! A block in the making.

use super::Chain;
use crate::{
    Refusal,
    block::{BLOCK_TRANSACTIONS_MAX, Block, Room},
    contracts::{self, treasury},
    header::Header,
    order::Order,
    pool::Pool,
    rules,
    state::Changes,
    work::Search,
};
use units::{Hash, PeerId, UnixMillis};

/// A block that lacks nothing but its nonce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// With a nonce of 0.
    pub header: Header,
    /// What it records.
    pub transactions: Vec<Order>,
    /// How many hashes it has to show.
    pub hashes: u64,
}

impl Draft {
    /// Looks for its nonce from there on.
    pub fn search(&self, nonce: u64) -> Search {
        Search::new(Header { nonce, ..self.header }, self.hashes)
    }

    /// The block, with the header that was found.
    pub fn complete(self, header: Header) -> Block {
        Block { header, transactions: self.transactions }
    }
}

impl Chain {
    /// Whether an order could be recorded next, after those of its sender that wait.
    ///
    /// # Errors
    /// [`Refusal`] says why not.
    pub fn check(&self, order: &Order, pool: &Pool) -> Result<(), Refusal> {
        let tip = self.tip_known();
        let now = UnixMillis(tip.header.time.0.saturating_add(1));
        let header = Header { time: now, miner: self.genesis.founder, ..tip.header };
        let s = self.surroundings(&header);
        let mut changes = Changes::new(&self.state);
        let mut merits = treasury::Merits::default();
        for before in pool.orders_of(order.sender).take_while(|it| it.nonce < order.nonce) {
            let mark = changes.mark();
            if rules::block::carry_out(before, &mut changes, &mut merits, &s).is_err() {
                changes.take_back(mark);
            }
        }
        rules::block::carry_out(order, &mut changes, &mut merits, &s)
    }

    /// A block after the newest one, of what can be carried out among `wanted`, in that order. Their signatures have to have been
    /// seen to. Gives the names of those that cannot be, with the reason.
    ///
    /// # Errors
    /// [`Refusal`] if `miner` cannot mine at all.
    pub fn draft(
        &mut self,
        wanted: impl IntoIterator<Item = Order>,
        miner: PeerId,
        now: UnixMillis,
    ) -> Result<(Draft, Vec<(Hash, Refusal)>), Refusal> {
        let tip = self.tip_known();
        let mut header = Header {
            parent: self.tip(),
            transactions: Hash::of(&[]),
            state: Hash::of(&[]),
            history: self.headers.history_after(tip),
            miner,
            height: self.height().saturating_add(1),
            // A clock that is behind must not stop this device from mining.
            time: now.max(UnixMillis(tip.header.time.0.saturating_add(1))),
            nonce: 0,
        };
        let s = self.surroundings(&header);
        let mut changes = Changes::new(&self.state);
        let mut merits = treasury::Merits::default();
        contracts::pass_time(&mut changes, &mut merits, s.now)?;
        rules::block::miner_is_member(miner, &changes)?;
        let (mut transactions, mut refused) = (Vec::new(), Vec::new());
        let mut room = Room::new();
        for order in wanted {
            let size_bytes = order.encode().len();
            if transactions.len() >= BLOCK_TRANSACTIONS_MAX {
                break;
            }
            // A shorter one, or one that is no dispute, may still fit.
            if !room.has_room_for(size_bytes) {
                continue;
            }
            let mark = changes.mark();
            match rules::block::carry_out(&order, &mut changes, &mut merits, &s) {
                Ok(()) => {
                    room.take(size_bytes);
                    transactions.push(order);
                }
                Err(refusal) => {
                    changes.take_back(mark);
                    refused.push((order.id(), refusal));
                }
            }
        }
        treasury::share_out(&mut changes, &merits, &s)?;
        header.transactions = Block::transactions_root(&transactions);
        let hashes = self.headers.pace_after(tip).hashes_of(miner);
        let written = changes.into_written();
        let undo = self.state.write(written);
        header.state = self.state.root();
        self.state.write_back(undo);
        Ok((Draft { header, transactions, hashes }, refused))
    }
}
