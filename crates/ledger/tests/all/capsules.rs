//! Capsules: whose they are, and what praise of them brings.

use crate::common::{Room, pays, peer};
use ledger::{
    Action, Entry, Key, Refusal,
    contracts::capsules::{Capsule, Rating},
};
use units::{Credits, Hash};

fn capsule() -> Hash {
    Hash::of(b"capsule")
}

fn register() -> Action {
    Action::RegisterCapsule { capsule: capsule(), title: "Birds".to_owned() }
}

fn rate(use_percent: u8) -> Action {
    Action::RateCapsule { capsule: capsule(), use_percent }
}

fn entry(room: &Room) -> Capsule {
    match room.chain.state().entry(&Key::Capsule(capsule())) {
        Some(Entry::Capsule(capsule)) => capsule.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_capsule_is_whose_claim_comes_first() {
    let mut room = Room::of(4);
    room.does(2, register());
    let Capsule { owner, title, registered, ratings, use_percent_sum } = entry(&room);
    assert_eq!((owner, title.as_str(), registered), (peer(2), "Birds", room.now));
    assert_eq!((ratings, use_percent_sum), (0, 0));
    for by in [2, 3] {
        assert_eq!(room.refusal(by, register()), Refusal::CapsuleTaken { owner: peer(2) });
    }
}

#[test]
fn strangers_neither_claim_nor_rate() {
    let mut room = Room::of(3);
    room.does(1, pays(9, Credits::whole(1)));
    assert_eq!(room.refusal(9, register()), Refusal::NoMember { peer: peer(9) });
    room.does(2, register());
    assert_eq!(room.refusal(9, rate(50)), Refusal::NoMember { peer: peer(9) });
}

#[test]
fn a_member_rates_once_and_never_its_own() {
    let mut room = Room::of(4);
    let refusal = room.refusal(3, rate(50));
    assert_eq!(refusal, Refusal::NoSuchCapsule { capsule: capsule() });
    room.does(2, register());
    assert_eq!(room.refusal(2, rate(100)), Refusal::ToItself);
    room.does(3, rate(50));
    assert_eq!(room.refusal(3, rate(100)), Refusal::RatedBefore { peer: peer(3) });
    room.does(4, rate(100));
    let Capsule { ratings, use_percent_sum, .. } = entry(&room);
    assert_eq!((ratings, use_percent_sum), (2, 150));
    let said = room.chain.state().entry(&Key::Rating(capsule(), peer(3)));
    assert_eq!(said, Some(&Entry::Rating(Rating { use_percent: 50 })));
}

#[test]
fn praise_brings_its_maker_a_heads_part_from_the_third_on_and_none_brings_nothing() {
    for (use_percent, is_paid) in [(0, false), (1, true), (100, true)] {
        let mut room = Room::of(5);
        room.members = vec![1];
        room.does(2, register());
        let before = room.balance(2);
        room.does(3, rate(100));
        room.does(4, rate(100));
        assert_eq!(room.balance(2), before, "two may be one");
        room.does(5, rate(use_percent));
        assert_eq!(room.balance(2) > before, is_paid, "{use_percent}");
    }
}

#[test]
fn a_house_rates_once_and_never_its_own() {
    let mut room = Room::of(5);
    room.members = vec![1];
    room.does(1, pays(3, Credits::whole(300)));
    room.does(2, register());
    room.does(3, Action::Welcome { member: peer(20) });
    room.does(20, Action::RegisterCapsule { capsule: units::Hash::of(b"c"), title: "t".into() });
    let own = Action::RateCapsule { capsule: units::Hash::of(b"c"), use_percent: 100 };
    assert_eq!(room.refusal(3, own), Refusal::ToItself);
    room.does(20, rate(100));
    assert_eq!(room.refusal(3, rate(100)), Refusal::RatedBefore { peer: peer(3) });
}

#[test]
fn a_maker_that_was_excluded_is_paid_no_more() {
    let mut room = Room::of(5);
    room.members = vec![1, 4, 5];
    room.does(2, register());
    for by in [1, 4, 5] {
        room.does(by, Action::Exclude { member: peer(2) });
    }
    let before = room.balance(2);
    room.does(3, rate(100));
    assert_eq!(room.balance(2), before);
}
