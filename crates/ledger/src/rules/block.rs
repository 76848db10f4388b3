//! What a block must be: it is computed once more, from the state before it to the state that its header names.

use super::order;
use crate::{
    Refusal,
    block::Block,
    contracts::{
        self, Surroundings,
        money::must_be_member,
        treasury::{Merits, share_out},
    },
    order::Order,
    payment::Cause,
    state::Changes,
};
use protocol::signatures::{Claim, Keys, verify_all};
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
    transactions: &[Order],
    room: Hash,
    keys: &mut Keys,
) -> Result<(), Refusal> {
    Ok(verify_all(&claims(transactions, room), keys)?)
}

/// What peers are said to have signed in it.
pub(crate) fn claims(transactions: &[Order], room: Hash) -> Vec<Claim> {
    transactions.iter().flat_map(|it| it.claims(room)).collect()
}

/// Who mines is a member.
pub(crate) fn miner_is_member(miner: PeerId, changes: &Changes<'_>) -> Result<(), Refusal> {
    must_be_member(changes, miner)
}

/// Carries one order out, whose signatures have been seen to. If it is refused, what it has written by then is to be
/// taken back.
pub(crate) fn carry_out(
    it: &Order,
    changes: &mut Changes<'_>,
    merits: &mut Merits,
    s: &Surroundings,
) -> Result<(), Refusal> {
    order::nonce_is_next(it, changes)?;
    order::fee_is_enough(it)?;
    let mut account = changes.account(it.sender);
    account.nonce += 1;
    changes.put(it.sender, account);
    changes.take(it.sender, it.fee)?;
    contracts::carry_out(it, changes, merits, s)?;
    // Last, because who mines may have spent all it had in this order.
    Ok(changes.give(s.miner, it.fee, Cause::Fees)?)
}

/// Carries a whole block out on the state before it: what is due, then its transactions, then what is shared out.
pub(crate) fn carry_out_all(
    transactions: &[Order],
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
pub fn fees(transactions: &[Order]) -> Credits {
    Credits::sum(transactions.iter().map(|it| it.fee)).unwrap_or(Credits::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BLOCK_TRANSACTIONS_MAX, Genesis, Header, State, economics, order::Action};
    use protocol::identity::Identity;
    use units::{RoomId, UnixMillis};

    const FEE: Credits = economics::FEE_MIN;

    fn founder() -> Identity {
        Identity::from_seed([1; 32])
    }

    fn genesis() -> Genesis {
        Genesis { room: RoomId::from_bytes([7; 16]), founder: founder().peer_id() }
    }

    fn stranger() -> PeerId {
        PeerId::from_bytes([9; 32])
    }

    fn surroundings() -> Surroundings {
        let founder = founder().peer_id();
        let judge = |_: Hash, _: &_, _: &[u8]| Err(String::new());
        Surroundings { now: UnixMillis(60_000), miner: founder, founder, judge }
    }

    fn pays(nonce: u64, amount: Credits) -> Order {
        let action = Action::Transfer { to: stranger(), amount };
        Order::sign(&founder(), genesis().name(), nonce, FEE, action)
    }

    fn block(transactions: Vec<Order>) -> Block {
        let nothing = Hash::from_bytes([0; 32]);
        let header = Header {
            parent: nothing,
            transactions: Block::transactions_root(&transactions),
            state: nothing,
            history: nothing,
            miner: founder().peer_id(),
            height: 1,
            time: UnixMillis(60_000),
            nonce: 0,
        };
        Block { header, transactions }
    }

    #[test]
    fn a_block_has_no_more_than_can_travel() {
        let transfer = pays(0, FEE);
        let of = |count| block(vec![transfer.clone(); count]);
        assert_eq!(size_is_bounded(&of(0)), Ok(Header::SIZE_BYTES + 1));
        let some = of(100);
        assert_eq!(size_is_bounded(&some), Ok(some.encode().len()));
        for large in [of(BLOCK_TRANSACTIONS_MAX), of(BLOCK_TRANSACTIONS_MAX + 1)] {
            assert!(matches!(size_is_bounded(&large), Err(Refusal::Bytes(_))));
        }
    }

    #[test]
    fn a_block_has_the_transactions_that_its_header_names_in_their_order() {
        let good = block(vec![pays(0, FEE), pays(1, FEE)]);
        assert_eq!(transactions_are_named(&good), Ok(()));
        let refusal = Err(Refusal::Root { what: "transactions" });
        let mut swapped = good.clone();
        swapped.transactions.swap(0, 1);
        assert_eq!(transactions_are_named(&swapped), refusal);
        let fewer = Block { transactions: vec![pays(0, FEE)], ..good };
        assert_eq!(transactions_are_named(&fewer), refusal);
    }

    #[test]
    fn every_signature_in_a_block_holds_for_its_room() {
        let room = genesis().name();
        let check = |transactions: &[Order], room| {
            signatures_hold(transactions, room, &mut Keys::default())
        };
        assert_eq!(check(&[], room), Ok(()));
        let good = [pays(0, FEE), pays(1, FEE)];
        assert_eq!(check(&good, room), Ok(()));
        assert!(matches!(check(&good, Hash::of(b"other")), Err(Refusal::Signature(_))));
        let forged = Order { sender: stranger(), ..good[1].clone() };
        let mixed = [good[0].clone(), forged];
        assert!(
            matches!(check(&mixed, room), Err(Refusal::Signature(it)) if it.peer == stranger())
        );
    }

    #[test]
    fn members_mine_and_others_do_not() {
        let state = genesis().state();
        let changes = Changes::new(&state);
        assert_eq!(miner_is_member(founder().peer_id(), &changes), Ok(()));
        let peer = stranger();
        assert_eq!(miner_is_member(peer, &changes), Err(Refusal::NoMember { peer }));
    }

    #[test]
    fn an_order_counts_up_pays_its_fee_and_does_what_it_says() {
        let state = genesis().state();
        let mut changes = Changes::new(&state);
        let s = Surroundings { miner: stranger(), ..surroundings() };
        carry_out(&pays(0, Credits::whole(1)), &mut changes, &mut Merits::default(), &s).unwrap();
        let sender = changes.account(founder().peer_id());
        assert_eq!(sender.nonce, 1);
        let rest = economics::FOUNDERS_PART.less(Credits::whole(1)).less(FEE);
        assert_eq!(sender.balance, rest);
        assert_eq!(Ok(changes.account(stranger()).balance), Credits::whole(1).plus(FEE));
    }

    #[test]
    fn what_an_order_has_written_by_its_refusal_can_be_taken_back() {
        let state = genesis().state();
        let mut changes = Changes::new(&state);
        let mut merits = Merits::default();
        carry_out(&pays(0, FEE), &mut changes, &mut merits, &surroundings()).unwrap();
        let before = [founder().peer_id(), stranger()].map(|peer| changes.account(peer));
        let mark = changes.mark();
        let refused = carry_out(&pays(1, Credits::MAX), &mut changes, &mut merits, &surroundings());
        assert!(refused.is_err());
        changes.take_back(mark);
        assert_eq!([founder().peer_id(), stranger()].map(|peer| changes.account(peer)), before);
    }

    #[test]
    fn one_wrong_transaction_makes_a_block_wrong() {
        let state = genesis().state();
        let check = |transactions: &[Order]| {
            carry_out_all(transactions, &mut Changes::new(&state), &surroundings())
        };
        assert_eq!(check(&[]), Ok(()));
        assert_eq!(check(&[pays(0, FEE), pays(1, FEE)]), Ok(()));
        for wrong in [vec![pays(1, FEE)], vec![pays(0, FEE), pays(0, FEE)]] {
            assert!(matches!(check(&wrong), Err(Refusal::Nonce { .. })));
        }
    }

    #[test]
    fn a_block_carried_out_keeps_all_money() {
        let state = genesis().state();
        let mut changes = Changes::new(&state);
        carry_out_all(&[pays(0, FEE)], &mut changes, &surroundings()).unwrap();
        let mut after: State = state.clone();
        after.write(changes.into_written());
        assert_eq!(after.credits(), economics::SUPPLY);
        assert_ne!(after.root(), state.root());
    }

    #[test]
    fn fees_of_a_block_add_up_and_never_run_over() {
        assert_eq!(fees(&[]), Credits::ZERO);
        assert_eq!(fees(&[pays(0, FEE), pays(1, FEE)]), Credits::from_micros(2_000));
        let action = Action::Transfer { to: stranger(), amount: FEE };
        let dear = Order::sign(&founder(), genesis().name(), 0, Credits::MAX, action);
        assert_eq!(fees(&[dear.clone(), dear]), Credits::MAX);
    }
}
