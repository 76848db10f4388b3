//! Blocks that gave way to others, and what became of what they recorded.

use super::{BlockView, TransactionView, of_transaction};
use ledger::{Branch, Chain, Order, Pool, fees};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use units::PeerId;

/// Branches of one answer, the newest.
const BRANCHES_MAX: usize = 4;

/// Blocks of a branch that are shown, the oldest, and entries of all of them.
const BLOCKS_MAX: usize = 12;
const ENTRIES_MAX: usize = 24;

/// Blocks that are looked through for what a branch recorded: in those that took its place, nearly all of it is at once.
const LOOKED_THROUGH_MAX: u32 = 256;

/// All that is known of blocks that do not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BranchesView {
    /// Blocks that count.
    pub height: u32,
    /// The newest branches, the newest first; 4 at most. Of those that were there before this device's last start, it knows
    /// nothing.
    pub branches: Vec<BranchView>,
}

/// Blocks that gave way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BranchView {
    /// The height of the last block that they have in common with what counts.
    pub parting: u32,
    /// How many they are.
    pub count: u32,
    /// The oldest of them, 12 at most. Where a block's transactions are not here, they count as none.
    pub blocks: Vec<BlockView>,
    /// What they weigh, in hashes.
    pub work: u128,
    /// What the blocks weigh that are in their place by now, in hashes.
    pub against: u128,
    /// Whether they break a rule.
    pub refused: bool,
    /// What they recorded, 24 entries at most, in the order in which they did.
    pub entries: Vec<EntryFate>,
    /// How many entries there are.
    pub entry_count: u32,
}

/// An entry of a block that gave way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryFate {
    /// What it is.
    pub entry: TransactionView,
    /// What became of it.
    pub fate: Fate,
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// It is recorded in the block at this height, which counts.
    Recorded {
        /// The block's height.
        height: u32,
    },
    /// It waits to be recorded again.
    Waits,
    /// Its sender has had something else recorded in its place.
    Replaced {
        /// In the block at this height.
        height: u32,
    },
    /// It can be recorded no more, or nobody keeps it.
    Gone,
}

pub(super) fn view(chain: &Chain, pool: &Pool) -> BranchesView {
    let branches = chain.branches(BRANCHES_MAX);
    let branches = branches.iter().map(|branch| branch_view(chain, pool, branch));
    BranchesView { height: chain.height(), branches: branches.collect() }
}

fn branch_view(chain: &Chain, pool: &Pool, branch: &Branch) -> BranchView {
    let orders = || branch.names.iter().filter_map(|name| chain.transactions(name)).flatten();
    let recorded = recorded_since(chain, branch.parting);
    let entries = orders().take(ENTRIES_MAX).map(|order| {
        let fate = fate(order, &recorded, pool);
        EntryFate { entry: of_transaction(order), fate }
    });
    let blocks = branch.names.iter().take(BLOCKS_MAX).filter_map(|name| {
        let (header, orders) = (chain.header(name)?, chain.transactions(name).unwrap_or_default());
        Some(BlockView {
            height: header.height,
            name: *name,
            time: header.time,
            miner: header.miner,
            transactions: orders.len() as u32,
            fees: fees(orders),
        })
    });
    BranchView {
        parting: branch.parting,
        count: branch.names.len() as u32,
        blocks: blocks.collect(),
        work: branch.work.as_hashes(),
        against: branch.against.as_hashes(),
        refused: branch.refused,
        entries: entries.collect(),
        entry_count: orders().count() as u32,
    }
}

/// Orders of blocks that count by sender and number: of one number, a chain records one order.
type Recorded<'a> = BTreeMap<(PeerId, u64), (u32, &'a Order)>;

fn recorded_since(chain: &Chain, parting: u32) -> Recorded<'_> {
    let newest = chain.height().min(parting.saturating_add(LOOKED_THROUGH_MAX));
    let mut recorded = Recorded::new();
    for height in parting + 1..=newest {
        let name = chain.name_at(height);
        let orders = name.and_then(|name| chain.transactions(&name)).unwrap_or_default();
        recorded.extend(orders.iter().map(|it| ((it.sender, it.nonce), (height, it))));
    }
    recorded
}

fn fate(order: &Order, recorded: &Recorded<'_>, pool: &Pool) -> Fate {
    let id = order.id();
    match recorded.get(&(order.sender, order.nonce)) {
        Some((height, same)) if same.id() == id => Fate::Recorded { height: *height },
        Some((height, _)) => Fate::Replaced { height: *height },
        None if pool.contains(id) => Fate::Waits,
        None => Fate::Gone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::Action;
    use protocol::identity::Identity;
    use units::{Credits, Hash};

    fn order(nonce: u64, amount: u64) -> Order {
        let to = PeerId::from_bytes([2; 32]);
        let action = Action::Transfer { to, amount: Credits::whole(amount) };
        let sender = Identity::from_seed([1; 32]);
        Order::sign(&sender, Hash::of(b"room"), nonce, Credits::ZERO, action)
    }

    #[test]
    fn an_entry_is_recorded_again_or_another_has_its_place_or_it_is_gone() {
        let (kept, instead) = (order(0, 1), order(1, 5));
        let recorded: Recorded<'_> =
            [(7, &kept), (9, &instead)].map(|it| ((it.1.sender, it.1.nonce), it)).into();
        let fate = |order: Order| fate(&order, &recorded, &Pool::default());
        assert_eq!(fate(order(0, 1)), Fate::Recorded { height: 7 });
        assert_eq!(fate(order(1, 4)), Fate::Replaced { height: 9 });
        assert_eq!(fate(order(2, 1)), Fate::Gone);
    }
}
