//! Accounts: transfers, stakes and welcomes.

use crate::common::{Room, micros, order, pays, peer};
use ledger::{Action, Refusal, economics};
use units::{AmountError, Credits, PeerId};

const FEE: Credits = economics::FEE_MIN;

#[test]
fn money_goes_from_one_to_another_and_the_fee_to_the_miner() {
    let mut room = Room::of(3);
    let (before, of_three) = (room.balance(2), room.balance(3));
    let (transfer, _) = room.order(2, pays(9, Credits::whole(5)));
    room.mines(3, vec![transfer]);
    assert_eq!(room.balance(9), Credits::whole(5));
    assert_eq!(Ok(room.balance(2)), before.minus(Credits::whole(5)).unwrap().minus(FEE));
    assert!(room.balance(3) >= of_three.plus(FEE).unwrap());
    assert_eq!(room.chain.account(peer(2)).nonce, 1);
}

#[test]
fn an_account_spends_all_of_it_and_nothing_more() {
    let mut room = Room::of(2);
    let all = room.balance(2).minus(FEE).unwrap();
    let more = all.plus(micros(1)).unwrap();
    let too_much = AmountError::Insufficient { wanted: more, there: all };
    assert_eq!(room.refusal(2, pays(3, more)), too_much.into());
    let nearly_endless = AmountError::Insufficient { wanted: Credits::MAX, there: all };
    assert_eq!(room.refusal(2, pays(3, Credits::MAX)), nearly_endless.into());
    room.members = vec![1];
    room.does(2, pays(3, all));
    assert_eq!(room.balance(2), Credits::ZERO);
    assert_eq!(room.balance(3), all);
}

#[test]
fn an_order_that_moves_nothing_is_refused() {
    let mut room = Room::of(2);
    for action in [
        pays(1, Credits::ZERO),
        Action::Stake { amount: Credits::ZERO },
        Action::Unstake { amount: Credits::ZERO },
    ] {
        assert_eq!(room.refusal(2, action), Refusal::NothingToMove);
    }
}

#[test]
fn money_can_be_sent_to_oneself_and_is_no_more_for_it() {
    let mut room = Room::of(2);
    let all = room.balance(2);
    room.members = vec![1];
    room.does(2, pays(2, all.minus(FEE).unwrap()));
    assert_eq!(Ok(room.balance(2)), all.minus(FEE));
}

#[test]
fn a_fee_is_paid_by_who_has_it_and_no_less_than_the_least() {
    let mut room = Room::of(2);
    let least = FEE;
    let fee = micros(least.as_micros() - 1);
    let cheap = order(2, 0, fee, pays(1, micros(1)));
    assert_eq!(room.refusal_of(cheap), Refusal::FeeTooSmall { fee, least });
    let rich = order(2, 0, Credits::MAX, pays(1, micros(1)));
    assert!(matches!(room.refusal_of(rich), Refusal::Amount(_)));
    let stranger = order(9, 0, FEE, pays(1, micros(1)));
    assert!(matches!(room.refusal_of(stranger), Refusal::Amount(_)));
}

#[test]
fn a_miner_may_spend_its_last_money_in_its_own_block() {
    let mut room = Room::of(2);
    let all = room.balance(2).minus(FEE).unwrap();
    let orders = room.orders(2, [pays(3, all)]);
    room.mines(2, orders);
    assert!(room.balance(2) >= FEE, "the fee came back to it");
}

#[test]
fn orders_are_carried_out_in_their_order_each_once() {
    let mut room = Room::of(2);
    let orders = room.orders(2, [pays(9, micros(1)), pays(9, micros(2))]);
    let sender = peer(2);
    let second = room.refusal_of(orders[1].clone());
    assert_eq!(second, Refusal::Nonce { sender, nonce: 1, next: 0 });
    room.records(orders.clone());
    assert_eq!(room.balance(9), micros(3));
    let again = room.refusal_of(orders[0].clone());
    assert_eq!(again, Refusal::Nonce { sender, nonce: 0, next: 2 });
    let last = order(2, u64::MAX, FEE, pays(9, micros(1)));
    assert_eq!(room.refusal_of(last), Refusal::Nonce { sender, nonce: u64::MAX, next: 2 });
}

#[test]
fn a_stake_is_free_again_an_hour_after_it_was_given_up_and_not_before() {
    let mut room = Room::of(3);
    room.members = vec![1, 3];
    let all = room.balance(2);
    let stake = Credits::whole(7);
    room.does(2, Action::Stake { amount: stake });
    assert_eq!(room.chain.account(peer(2)).stake, stake);
    let more = stake.plus(micros(1)).unwrap();
    let refusal = room.refusal(2, Action::Unstake { amount: more });
    assert_eq!(refusal, AmountError::Insufficient { wanted: more, there: stake }.into());
    room.does(2, Action::Unstake { amount: stake });
    assert_eq!(room.chain.account(peer(2)).stake, Credits::ZERO);
    let bound = room.balance(2);
    room.passes(economics::UNSTAKING - core::time::Duration::from_millis(10_001));
    room.goes_on(1);
    assert_eq!(room.balance(2), bound);
    room.goes_on(1);
    assert_eq!(room.balance(2), bound.plus(stake).unwrap());
    assert_eq!(Ok(room.balance(2)), all.minus(FEE).unwrap().minus(FEE));
}

#[test]
fn a_newcomer_is_welcomed_once_and_by_a_member() {
    let mut room = Room::of(2);
    let member = peer(5);
    assert_eq!(
        room.refusal(2, Action::Welcome { member: peer(1) }),
        Refusal::AlreadyWelcomed { peer: peer(1) }
    );
    room.does(1, pays(9, Credits::whole(200)));
    assert_eq!(room.refusal(9, Action::Welcome { member }), Refusal::NoMember { peer: peer(9) });
    room.does(1, Action::Welcome { member });
    assert!(room.chain.account(member).is_member());
    assert_eq!(room.balance(5), economics::WELCOME);
    let again = room.refusal(1, Action::Welcome { member });
    assert_eq!(again, Refusal::AlreadyWelcomed { peer: member });
    assert_eq!(room.treasury().members, 3);
}

#[test]
fn who_welcomes_without_being_the_founder_pays_for_it() {
    let mut room = Room::of(2);
    room.members = vec![1];
    let welcome = Action::Welcome { member: peer(5) };
    assert!(matches!(room.refusal(2, welcome.clone()), Refusal::Amount(_)));
    room.does(1, pays(2, Credits::whole(50)));
    let before = room.balance(2);
    room.does(2, welcome);
    let cost = economics::WELCOME.plus(economics::VOUCHING_COST).unwrap();
    assert_eq!(Ok(room.balance(2)), before.minus(cost).unwrap().minus(FEE));
    assert_eq!(room.balance(5), economics::WELCOME);
}

#[test]
fn who_has_money_before_it_is_welcomed_keeps_it() {
    let mut room = Room::of(2);
    room.does(1, pays(5, Credits::whole(3)));
    room.does(1, Action::Welcome { member: peer(5) });
    assert_eq!(Ok(room.balance(5)), economics::WELCOME.plus(Credits::whole(3)));
}

#[test]
fn money_can_be_sent_to_what_is_no_key_and_stays_there() {
    let mut room = Room::of(2);
    let to = PeerId::from_bytes([0xff; 32]);
    room.does(2, Action::Transfer { to, amount: micros(1) });
    assert_eq!(room.chain.account(to).balance, micros(1));
}
