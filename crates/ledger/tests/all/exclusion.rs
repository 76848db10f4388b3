//! Votes to exclude a member.

use crate::common::{Room, pays, peer, terms};
use core::time::Duration;
use ledger::{Action, Key, Refusal, economics};
use units::{Credits, Hash};

fn against(seed: u8) -> Action {
    Action::Exclude { member: peer(seed) }
}

fn is_member(room: &Room, seed: u8) -> bool {
    room.chain.account(peer(seed)).is_member()
}

#[test]
fn more_than_half_exclude_a_member_and_half_do_not() {
    let mut room = Room::of(6);
    for by in [1, 3, 4] {
        room.does(by, against(2));
    }
    assert!(is_member(&room, 2));
    room.does(5, against(2));
    assert!(!is_member(&room, 2));
    assert_eq!(room.treasury().members, 5);
    assert_eq!(room.chain.state().entry(&Key::Ballot(peer(2))), None);
    assert_eq!(room.refusal(6, against(2)), Refusal::NoMember { peer: peer(2) });
}

#[test]
fn each_member_votes_once_and_strangers_and_the_accused_do_not() {
    let mut room = Room::of(6);
    room.does(1, pays(9, Credits::whole(1)));
    assert_eq!(room.refusal(9, against(2)), Refusal::NoMember { peer: peer(9) });
    assert_eq!(room.refusal(3, against(9)), Refusal::NoMember { peer: peer(9) });
    assert_eq!(room.refusal(2, against(2)), Refusal::ToItself);
    room.does(3, against(2));
    assert_eq!(room.refusal(3, against(2)), Refusal::VotedBefore { peer: peer(3) });
}

#[test]
fn votes_count_for_a_day() {
    let mut room = Room::of(4);
    room.does(1, against(2));
    room.does(3, against(2));
    room.passes(economics::BALLOT_OPEN);
    room.goes_on(1);
    assert_eq!(room.chain.state().entry(&Key::Ballot(peer(2))), None);
    room.does(4, against(2));
    assert!(is_member(&room, 2));
    room.does(3, against(2));
    room.does(1, against(2));
    assert!(!is_member(&room, 2));
}

#[test]
fn the_vote_of_somebody_who_was_excluded_since_does_not_count() {
    let mut room = Room::of(6);
    for by in [2, 3, 4] {
        room.does(by, against(6));
    }
    for by in [1, 4, 5, 6] {
        room.does(by, against(2));
    }
    assert!(!is_member(&room, 2));
    assert!(is_member(&room, 6), "two votes of five");
    assert_eq!(room.refusal(2, against(6)), Refusal::NoMember { peer: peer(2) });
    room.does(1, against(6));
    assert!(!is_member(&room, 6), "three of five");
}

#[test]
fn its_stake_goes_to_the_treasury_and_what_it_can_spend_stays_its_own() {
    let mut room = Room::of(4);
    room.members = vec![1, 3, 4];
    room.does(2, Action::Stake { amount: Credits::whole(30) });
    let before = room.balance(2);
    room.does(1, against(2));
    room.does(3, against(2));
    let treasury = room.treasury();
    room.does(4, against(2));
    assert_eq!(room.chain.account(peer(2)).stake, Credits::ZERO);
    assert!(room.treasury().credits > treasury.credits.plus(Credits::whole(29)).unwrap());
    assert_eq!(room.balance(2), before);
    room.does(2, pays(9, Credits::whole(1)));
    assert_eq!(room.balance(9), Credits::whole(1));
}

#[test]
fn a_stake_that_is_given_up_while_others_vote_is_lost_all_the_same() {
    let mut room = Room::of(4);
    room.members = vec![1, 3, 4];
    room.does(2, Action::Stake { amount: Credits::whole(30) });
    room.does(1, against(2));
    room.does(2, Action::Unstake { amount: Credits::whole(30) });
    room.does(3, against(2));
    room.does(4, against(2));
    let before = (room.balance(2), room.treasury().credits);
    let refusal = room.refusal(2, Action::Stake { amount: Credits::whole(1) });
    assert_eq!(refusal, Refusal::NoMember { peer: peer(2) });
    room.passes(economics::UNSTAKING);
    room.goes_on(1);
    assert_eq!(room.balance(2), before.0);
    assert!(room.treasury().credits > before.1.plus(Credits::whole(20)).unwrap());
    assert_eq!(room.chain.state().credits(), economics::SUPPLY);
}

#[test]
fn who_was_excluded_does_not_mine_welcome_offer_or_come_back() {
    let mut room = Room::of(4);
    let offer = room.does(2, Action::Offer(terms()));
    for by in [1, 3, 4] {
        room.does(by, against(2));
    }
    let no_member = Refusal::NoMember { peer: peer(2) };
    assert_eq!(room.draft(2, Vec::new()).unwrap_err(), no_member);
    assert_eq!(room.refusal(2, Action::Welcome { member: peer(9) }), no_member);
    assert_eq!(room.refusal(2, Action::Offer(terms())), no_member);
    let welcome = room.refusal(1, Action::Welcome { member: peer(2) });
    assert_eq!(welcome, Refusal::AlreadyWelcomed { peer: peer(2) });
    let state = Hash::of(b"state");
    let borrow = Action::Borrow { offer, state, hours: 1, deposit: Credits::whole(10) };
    assert_eq!(room.refusal(3, borrow), no_member, "nobody borrows from it");
    room.does(2, Action::Withdraw { offer });
}

#[test]
fn a_loan_of_somebody_who_is_excluded_meanwhile_is_settled_as_any_other() {
    let mut room = Room::of(5);
    room.members = vec![1, 4, 5];
    let offer = room.does(2, Action::Offer(terms()));
    let (state, deposit) = (Hash::of(b"state"), Credits::whole(10));
    let loan = room.does(3, Action::Borrow { offer, state, hours: 1, deposit });
    for by in [1, 4, 5] {
        room.does(by, against(2));
    }
    let before = room.balance(2);
    let receipt = room.receipt(3, loan, Credits::whole(5), false);
    room.does(2, Action::Claim(receipt));
    room.passes(economics::ANSWER_TIME + Duration::from_secs(1));
    room.goes_on(1);
    let paid = room.balance(2).plus(economics::FEE_MIN).unwrap().less(before);
    assert_eq!(paid, Credits::from_micros(24_900_000), "no bonus, but all it is owed");
}

#[test]
fn a_room_goes_on_without_its_founder_and_welcomes_cost_their_member() {
    let mut room = Room::of(4);
    for by in [2, 3, 4] {
        room.does(by, against(1));
    }
    assert!(!is_member(&room, 1));
    let welcome = Action::Welcome { member: peer(9) };
    assert_eq!(room.refusal(1, welcome.clone()), Refusal::NoMember { peer: peer(1) });
    room.does(1, pays(2, Credits::whole(50)));
    room.does(2, welcome);
    assert!(is_member(&room, 9));
}
