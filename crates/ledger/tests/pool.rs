//! What waits to be recorded.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Room, completed, micros, order, pays, peer, records};
use ledger::{Action, Pool, Refusal, Transaction, economics};
use units::{Credits, Hash};

fn transfer(by: u8, nonce: u64, fee_micros: u64) -> Transaction {
    order(by, nonce, micros(fee_micros), pays(9, micros(1)))
}

#[test]
fn the_best_paid_come_first_and_each_accounts_in_their_order() {
    let room = Room::of(4);
    let mut pool = Pool::default();
    for (by, nonce, fee) in [(2, 0, 20), (2, 1, 900), (3, 0, 30), (3, 1, 10), (4, 0, 25)] {
        assert_eq!(pool.add(transfer(by, nonce, fee), &room.chain), Ok(true));
    }
    let wanted: Vec<_> = pool.wanted().iter().map(Transaction::id).collect();
    let order = [(3, 0, 30), (4, 0, 25), (2, 0, 20), (2, 1, 900), (3, 1, 10)];
    assert_eq!(wanted, order.map(|(by, nonce, fee)| transfer(by, nonce, fee).id()));
}

#[test]
fn rounds_come_before_orders_and_in_their_order() {
    let room = Room::of(6);
    let session = records::session(1);
    let one = records::first(session, &[2, 3, 4, 5], b"m");
    let two = records::after(session, &one, &[2, 3, 4, 5], |_, _| 1, b"m");
    let mut pool = Pool::default();
    pool.add(transfer(2, 0, 1_000), &room.chain).unwrap();
    for record in [&two, &one] {
        assert_eq!(pool.add(records::reported(session, record), &room.chain), Ok(true));
    }
    let wanted: Vec<_> = pool.wanted().iter().map(Transaction::id).collect();
    assert_eq!(wanted, [one.hash(), two.hash(), transfer(2, 0, 1_000).id()]);
}

#[test]
fn an_order_takes_anothers_place_for_a_tenth_more() {
    let room = Room::of(3);
    let mut pool = Pool::default();
    pool.add(transfer(2, 0, 100), &room.chain).unwrap();
    assert_eq!(pool.add(transfer(2, 0, 100), &room.chain), Ok(false), "it is the same");
    for fee in [99, 109] {
        let other = order(2, 0, micros(fee), pays(8, micros(1)));
        let refusal = Refusal::FeeTooSmall { fee: micros(fee), least: micros(110) };
        assert_eq!(pool.add(other, &room.chain), Err(refusal));
    }
    let other = order(2, 0, micros(110), pays(8, micros(1)));
    assert_eq!(pool.add(other.clone(), &room.chain), Ok(true));
    assert_eq!(pool.wanted(), [other]);
    // Of the smallest fee a tenth is a whole micro-credit; of less it would be nothing.
    let mut pool = Pool::default();
    pool.add(transfer(3, 0, 10), &room.chain).unwrap();
    let same = order(3, 0, micros(10), pays(8, micros(1)));
    assert!(matches!(pool.add(same, &room.chain), Err(Refusal::FeeTooSmall { .. })));
}

#[test]
fn an_account_has_no_more_orders_waiting_than_it_may_and_can_pay_for() {
    let room = Room::of(3);
    let mut pool = Pool::default();
    for nonce in 0..64 {
        assert_eq!(pool.next_nonce(peer(2), &room.chain), nonce);
        pool.add(transfer(2, nonce, 10), &room.chain).unwrap();
    }
    let sender = peer(2);
    for nonce in [64, u64::MAX] {
        let refusal = pool.add(transfer(2, nonce, 10), &room.chain);
        assert_eq!(refusal, Err(Refusal::Nonce { sender, nonce, next: 0 }));
    }
    let half = room.balance(3).as_micros() / 2 + 1;
    pool.add(transfer(3, 0, half), &room.chain).unwrap();
    assert!(matches!(pool.add(transfer(3, 1, half), &room.chain), Err(Refusal::Amount(_))));
    let endless = transfer(3, 0, u64::MAX);
    assert!(matches!(pool.add(endless, &room.chain), Err(Refusal::Amount(_))));
    let stranger = transfer(20, 0, 10);
    assert!(matches!(pool.add(stranger, &room.chain), Err(Refusal::Amount(_))));
}

#[test]
fn what_is_recorded_waits_no_more_and_what_comes_too_soon_does() {
    let mut room = Room::of(3);
    let mut pool = Pool::default();
    for nonce in [0, 1, 3] {
        pool.add(transfer(2, nonce, 10), &room.chain).unwrap();
    }
    let (draft, refused) = room.draft(1, pool.wanted()).unwrap();
    pool.drop_refused(&refused);
    room.chain.add_block(completed(draft), room.now).unwrap();
    pool.settle(&room.chain);
    assert_eq!(pool.wanted(), [transfer(2, 3, 10)]);
    assert_eq!(pool.next_nonce(peer(2), &room.chain), 2);
    pool.add(transfer(2, 2, 10), &room.chain).unwrap();
    let (draft, _) = room.draft(3, pool.wanted()).unwrap();
    assert_eq!(draft.transactions.len(), 2);
}

#[test]
fn what_cannot_be_recorded_is_dropped() {
    let mut room = Room::of(3);
    let mut pool = Pool::default();
    let all = room.balance(2);
    let id = {
        let order = order(2, 0, micros(10), pays(9, all));
        pool.add(order.clone(), &room.chain).unwrap();
        order.id()
    };
    assert!(pool.contains(id));
    let (_, refused) = room.draft(1, pool.wanted()).unwrap();
    pool.drop_refused(&refused);
    assert!(pool.is_empty());
}

#[test]
fn a_signature_that_does_not_hold_keeps_nobodys_order_out() {
    let room = Room::of(3);
    let sound = transfer(2, 0, 10);
    let Transaction::Order(mut forged) = sound.clone() else { panic!() };
    forged.signature = protocol::identity::Signature::from_bytes([1; 64]);
    let mut pool = Pool::default();
    let refusal = pool.add(forged.into(), &room.chain).unwrap_err();
    assert!(matches!(refusal, Refusal::Signature(_)));
    assert_eq!(pool.add(sound, &room.chain), Ok(true));
}

#[test]
fn a_flood_makes_room_for_who_pays_more() {
    let mut room = Room::of(33);
    // Names that the flood's money is spread over.
    let seeds: Vec<u8> = (40..104).collect();
    let spread = seeds.iter().map(|seed| pays(*seed, Credits::whole(1)));
    let orders = room.orders(1, spread.collect::<Vec<_>>());
    room.records(orders);
    let mut pool = Pool::default();
    for seed in &seeds {
        for nonce in 0..64 {
            pool.add(transfer(*seed, nonce, 10), &room.chain).unwrap();
        }
    }
    assert_eq!(pool.len(), 4_096);
    let cheap = pool.add(transfer(2, 0, 10), &room.chain);
    let dear = transfer(3, 0, 11);
    assert_eq!(pool.add(dear.clone(), &room.chain), Ok(true));
    assert!(pool.contains(dear.id()));
    assert!(cheap.is_ok() || matches!(cheap, Err(Refusal::Full { .. })));
    assert_eq!(pool.len(), 4_096);
    assert_eq!(pool.wanted()[0], dear);
}

#[test]
fn rounds_that_nobody_here_is_in_do_not_wait() {
    let room = Room::of(3);
    let session = records::session(1);
    let strange = records::first(session, &[20, 21], b"m");
    let refusal = Pool::default().add(records::reported(session, &strange), &room.chain);
    assert_eq!(refusal, Err(Refusal::RoundOfNobody { round: 1 }));
}

#[test]
fn a_long_title_in_letters_of_four_bytes_costs_no_more_than_a_transfer() {
    let room = Room::of(3);
    let action = Action::RegisterCapsule { capsule: Hash::of(b"c"), title: "\u{1f426}".repeat(80) };
    let order = order(2, u64::from(u8::MAX), economics::FEE_MIN, action);
    let Transaction::Order(of) = &order else { panic!() };
    assert!(of.size_bytes() <= economics::FEE_BYTES);
    assert!(matches!(Pool::default().add(order, &room.chain), Err(Refusal::Nonce { .. })));
}
