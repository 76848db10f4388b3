//! What members' deeds make of their reputations, on a ledger with blocks.

use crate::common::{FRAUD, Room, peer, records, terms};
use ledger::{Action, Entry, Key, contracts::regard::Regard, economics, reputation::SCORE_ONE};
use units::{Credits, Hash};

/// A round of all, and the next, in which 2 is said to be worth that much and all others 50.
fn learns(room: &mut Room, of_two: i16, model: u8) {
    let session = records::session(model);
    let members: Vec<u8> = room.members.clone();
    let one = records::first(session, &members, &[model]);
    let says = |_: u8, maker: u8| if maker == 2 { of_two } else { 50 };
    let two = records::after(session, &one, &members, says, &[model]);
    let reports = room.orders(1, [&one, &two].map(|it| records::reported(session, it)));
    room.records(reports);
}

fn score(room: &Room, of: u8) -> u64 {
    let all = room.chain.reputations();
    assert_eq!(all.iter().map(|it| it.score).sum::<u64>(), SCORE_ONE);
    all.iter().find(|it| it.peer == peer(of)).map_or(0, |it| it.score)
}

fn regard(room: &Room, from: u8, to: u8) -> Regard {
    match room.chain.state().entry(&Key::Regard(peer(from), peer(to))) {
        Some(Entry::Regard(regard)) => *regard,
        _ => Regard::default(),
    }
}

#[test]
fn judges_regard_whose_updates_they_found_useful() {
    let mut room = Room::of(5);
    learns(&mut room, 50, 1);
    assert_eq!(regard(&room, 3, 2).good.rounds, 1 << 16);
    assert_eq!(regard(&room, 2, 2), Regard::default(), "nobody regards itself");
    let all = room.chain.reputations();
    let of_two = all.iter().find(|it| it.peer == peer(2)).unwrap();
    assert_eq!(of_two.reasons[0].from, peer(1));
    assert_eq!(of_two.reasons[0].good.rounds, 1 << 16);
    learns(&mut room, 9, 2);
    assert_eq!(regard(&room, 3, 4).good.rounds, (2 << 16) - 1, "a little has faded");
    assert!(regard(&room, 3, 2).good.rounds <= 1 << 16, "what may be chance is no good");
}

#[test]
fn a_verdict_counts_once_however_often_and_with_whatever_others_it_is_reported() {
    let mut room = Room::of(5);
    let session = records::session(1);
    let one = records::first(session, &[2, 3, 4, 5], b"m");
    let few = records::after(session, &one, &[3], |_, _| 50, b"x");
    let two = records::after(session, &one, &[2, 3, 4, 5], |_, _| 50, b"y");
    for record in [&one, &few, &two, &two, &few] {
        room.does(1, records::reported(session, record));
    }
    assert!(regard(&room, 3, 2).good.rounds <= 1 << 16);
    assert!(regard(&room, 4, 2).good.rounds > 0);
}

#[test]
fn a_liar_that_starts_well_falls_when_it_does_harm() {
    let mut room = Room::of(6);
    (1..7).for_each(|n| learns(&mut room, 200, n));
    let (liar, honest) = (score(&room, 2), score(&room, 3));
    assert!(liar > honest * 9 / 10);
    (7..9).for_each(|n| learns(&mut room, -800, n));
    let fallen = score(&room, 2);
    assert!(fallen < liar / 2 + liar / 4 && fallen < score(&room, 3), "{fallen} of {liar}");
    learns(&mut room, -800, 9);
    assert_eq!(score(&room, 2), 0);
    assert_eq!(room.chain.reputations().last().unwrap().peer, peer(2));
}

#[test]
fn what_is_old_counts_less_than_what_is_new() {
    let mut room = Room::of(4);
    let session = records::session(1);
    let one = records::first(session, &[1, 2, 4], b"m");
    let two =
        records::after(session, &one, &[1, 2, 4], |_, maker| 50 * i16::from(maker == 2), b"m");
    let first = room.orders(1, [&one, &two].map(|it| records::reported(session, it)));
    room.records(first);
    room.passes(economics::REGARD_HALVES);
    let one = records::first(session, &[1, 3, 4], b"n");
    let two =
        records::after(session, &one, &[1, 3, 4], |_, maker| 50 * i16::from(maker == 3), b"n");
    let second = room.orders(1, [&one, &two].map(|it| records::reported(session, it)));
    room.records(second);
    let (old, new) = (score(&room, 2), score(&room, 3));
    assert!(old * 19 < new * 10 && new * 10 < old * 21, "{old} then, {new} since");
}

#[test]
fn loans_and_capsules_speak_for_their_lenders_and_makers() {
    let mut room = Room::of(6);
    room.members = vec![1, 6];
    let state = Hash::of(b"state");
    let borrow = |offer| Action::Borrow { offer, state, hours: 1, deposit: Credits::whole(5) };
    let offer = room.does(2, Action::Offer(terms()));
    let loan = room.does(1, borrow(offer));
    let receipt = room.receipt(1, loan, Credits::whole(1), true);
    room.does(2, Action::Claim(receipt));
    assert!(score(&room, 2) > 0);
    let offer = room.does(2, Action::Offer(terms()));
    let loan = room.does(1, borrow(offer));
    room.does(1, Action::Dispute { loan, proof: FRAUD.to_vec() });
    assert_eq!(score(&room, 2), 0, "it was slashed");
    let capsule = Hash::of(b"capsule");
    room.does(3, Action::RegisterCapsule { capsule, title: "t".into() });
    room.does(1, Action::RateCapsule { capsule, use_percent: 80 });
    assert!(score(&room, 3) > 0);
    assert_eq!(regard(&room, 1, 3).good.capsules, 80 * (1 << 16) / 100);
}

#[test]
fn who_was_excluded_has_no_reputation_and_its_word_counts_for_nothing() {
    let mut room = Room::of(5);
    learns(&mut room, 50, 1);
    assert!(score(&room, 5) > 0);
    for by in [1, 2, 3] {
        room.does(by, Action::Exclude { member: peer(5) });
    }
    let all = room.chain.reputations();
    assert_eq!(all.len(), 4);
    let speaks = |it: &ledger::reputation::Reputation| it.reasons.iter().any(|r| r.from == peer(5));
    assert!(!all.iter().any(speaks));
}

#[test]
fn every_device_computes_the_same_reputations() {
    let mut room = Room::of(7);
    (1..5).for_each(|n| learns(&mut room, 70, n));
    assert_eq!(room.twin().chain.reputations(), room.chain.reputations());
    let bytes = room.chain.state().snapshot();
    let again = ledger::State::of_snapshot(&bytes, room.chain.state().root()).unwrap();
    assert!(again.entries().eq(room.chain.state().entries()));
}
