//! What a block must be: it is computed once more, from the state before it to the state that its header names.

use super::order;
use crate::{
    Refusal,
    block::Block,
    contracts::{
        self, Surroundings,
        money::must_be_member,
        rounds,
        treasury::{Merits, share_out},
    },
    state::Changes,
    transaction::Transaction,
};
use protocol::signatures::{Keys, verify_all};
use units::{Credits, Hash, PeerId};

/// It is one that could have come as bytes: no larger than a block may be, and of transactions that each may be. Gives its size.
pub(crate) fn size_is_bounded(block: &Block) -> Result<usize, Refusal> {
    Ok(block.validate()?)
}

/// Its transactions are those that its header names.
pub(crate) fn transactions_are_named(block: &Block) -> Result<(), Refusal> {
    let root = Block::transactions_root(&block.transactions);
    let what = "transactions";
    (block.header.transactions == root).then_some(()).ok_or(Refusal::Root { what })
}

/// Everything in it is signed by those who are said to have.
pub(crate) fn signatures_hold(
    transactions: &[Transaction],
    room: Hash,
    keys: &mut Keys,
) -> Result<(), Refusal> {
    let claims: Vec<_> = transactions.iter().flat_map(|it| it.claims(room)).collect();
    Ok(verify_all(&claims, keys)?)
}

/// Who mines is a member.
pub(crate) fn miner_is_member(miner: PeerId, changes: &Changes<'_>) -> Result<(), Refusal> {
    must_be_member(changes, miner)
}

/// Carries one transaction out, whose signatures have been seen to. If it is refused, what it has written by then is to be
/// taken back.
pub(crate) fn carry_out(
    transaction: &Transaction,
    changes: &mut Changes<'_>,
    merits: &mut Merits,
    s: &Surroundings,
) -> Result<(), Refusal> {
    match transaction {
        Transaction::Round(report) => rounds::record(report, changes, merits, s),
        Transaction::Order(it) => {
            order::nonce_is_next(it, changes)?;
            order::fee_is_enough(it)?;
            let mut account = changes.account(it.sender);
            account.nonce += 1;
            changes.put(it.sender, account);
            changes.take(it.sender, it.fee)?;
            contracts::carry_out(it, changes, merits, s)?;
            // Last, because who mines may have spent all it had in this order.
            Ok(changes.give(s.miner, it.fee)?)
        }
    }
}

/// Carries a whole block out on the state before it: what is due, then its transactions, then what is shared out.
pub(crate) fn carry_out_all(
    transactions: &[Transaction],
    changes: &mut Changes<'_>,
    s: &Surroundings,
) -> Result<(), Refusal> {
    let mut merits = Merits::default();
    contracts::pass_time(changes, &mut merits, s.now)?;
    miner_is_member(s.miner, changes)?;
    for transaction in transactions {
        carry_out(transaction, changes, &mut merits, s)?;
    }
    Ok(share_out(changes, &merits, s)?)
}

/// Fees of all orders in it: what it brings its miner beside its share.
pub fn fees(transactions: &[Transaction]) -> Credits {
    let fee = |it: &Transaction| match it {
        Transaction::Order(order) => order.fee,
        Transaction::Round(_) => Credits::ZERO,
    };
    Credits::sum(transactions.iter().map(fee)).unwrap_or(Credits::MAX)
}
