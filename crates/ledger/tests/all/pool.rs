//! What waits to be recorded.

use crate::common::{Room, cheapest, completed, micros, order, pays, peer, records};
use ledger::{Action, Order, Pool, Refusal, economics};
use units::{Credits, Hash};

/// The least.
const FEE: u64 = economics::FEE_MIN.as_micros();

fn transfer(by: u8, nonce: u64, fee_micros: u64) -> Order {
    order(by, nonce, micros(fee_micros), pays(9, micros(1)))
}

#[test]
fn the_best_paid_come_first_and_each_accounts_in_their_order() {
    let room = Room::of(4);
    let mut pool = Pool::default();
    for (by, nonce, fee) in
        [(2, 0, 2_000), (2, 1, 90_000), (3, 0, 3_000), (3, 1, 1_000), (4, 0, 2_500)]
    {
        assert_eq!(pool.add(transfer(by, nonce, fee), &room.chain), Ok(true));
    }
    let wanted: Vec<_> = pool.wanted().iter().map(Order::id).collect();
    let order = [(3, 0, 3_000), (4, 0, 2_500), (2, 0, 2_000), (2, 1, 90_000), (3, 1, 1_000)];
    assert_eq!(wanted, order.map(|(by, nonce, fee)| transfer(by, nonce, fee).id()));
}

#[test]
fn what_pays_more_for_its_length_comes_first_and_of_reports_those_of_earlier_rounds() {
    let room = Room::of(6);
    let session = records::session(1);
    let one = records::first(session, &[2, 3, 4, 5], b"m");
    let two = records::after(session, &one, &[2, 3, 4, 5], |_, _| 1, b"m");
    // Whoever has reported the later round has the greater name, which comes first of what pays as well.
    let (early, late) = (records::in_order(&[2, 3])[0], records::in_order(&[2, 3])[1]);
    let reports = [(late, &two), (early, &one)];
    let reports = reports.map(|(by, it)| cheapest(by, 0, records::reported(session, it)));
    let dear = transfer(4, 0, FEE + 1);
    let mut pool = Pool::default();
    for order in [&reports[0], &reports[1], &dear] {
        assert_eq!(pool.add(order.clone(), &room.chain), Ok(true));
    }
    assert!(reports[0].fee > reports[1].fee && reports[1].fee > dear.fee);
    let wanted: Vec<_> = pool.wanted().iter().map(Order::id).collect();
    assert_eq!(wanted, [&dear, &reports[1], &reports[0]].map(Order::id));
}

#[test]
fn an_order_takes_anothers_place_for_a_tenth_more() {
    let room = Room::of(3);
    let mut pool = Pool::default();
    pool.add(transfer(2, 0, 10_000), &room.chain).unwrap();
    assert_eq!(pool.add(transfer(2, 0, 10_000), &room.chain), Ok(false), "it is the same");
    for fee in [9_999, 10_999] {
        let other = order(2, 0, micros(fee), pays(8, micros(1)));
        let refusal = Refusal::FeeTooSmall { fee: micros(fee), least: micros(11_000) };
        assert_eq!(pool.add(other, &room.chain), Err(refusal));
    }
    let other = order(2, 0, micros(11_000), pays(8, micros(1)));
    assert_eq!(pool.add(other.clone(), &room.chain), Ok(true));
    assert_eq!(pool.wanted(), [other]);
    let same = order(2, 0, micros(11_000), pays(7, micros(1)));
    assert!(matches!(pool.add(same, &room.chain), Err(Refusal::FeeTooSmall { .. })));
}

#[test]
fn an_account_has_no_more_orders_waiting_than_it_may_and_can_pay_for() {
    let room = Room::of(3);
    let mut pool = Pool::default();
    for nonce in 0..64 {
        assert_eq!(pool.next_nonce(peer(2), &room.chain), nonce);
        pool.add(transfer(2, nonce, FEE), &room.chain).unwrap();
    }
    let sender = peer(2);
    for nonce in [64, u64::MAX] {
        let refusal = pool.add(transfer(2, nonce, FEE), &room.chain);
        assert_eq!(refusal, Err(Refusal::Nonce { sender, nonce, next: 0 }));
    }
    let half = room.balance(3).as_micros() / 2 + 1;
    pool.add(transfer(3, 0, half), &room.chain).unwrap();
    assert!(matches!(pool.add(transfer(3, 1, half), &room.chain), Err(Refusal::Amount(_))));
    let endless = transfer(3, 0, u64::MAX);
    assert!(matches!(pool.add(endless, &room.chain), Err(Refusal::Amount(_))));
    let stranger = transfer(20, 0, FEE);
    assert!(matches!(pool.add(stranger, &room.chain), Err(Refusal::Amount(_))));
}

#[test]
fn what_is_recorded_waits_no_more_and_what_comes_too_soon_does() {
    let mut room = Room::of(3);
    let mut pool = Pool::default();
    for nonce in [0, 1, 3] {
        pool.add(transfer(2, nonce, FEE), &room.chain).unwrap();
    }
    let (draft, refused) = room.draft(1, pool.wanted()).unwrap();
    pool.drop_refused(&refused);
    room.chain.add_block(completed(draft), room.now).unwrap();
    pool.settle(&room.chain);
    assert_eq!(pool.wanted(), [transfer(2, 3, FEE)]);
    assert_eq!(pool.next_nonce(peer(2), &room.chain), 2);
    pool.add(transfer(2, 2, FEE), &room.chain).unwrap();
    let (draft, _) = room.draft(3, pool.wanted()).unwrap();
    assert_eq!(draft.transactions.len(), 2);
}

#[test]
fn what_cannot_be_recorded_is_dropped() {
    let mut room = Room::of(3);
    let mut pool = Pool::default();
    let all = room.balance(2);
    let id = {
        let order = order(2, 0, micros(FEE), pays(9, all));
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
    let sound = transfer(2, 0, FEE);
    let mut forged = sound.clone();
    forged.signature = protocol::identity::Signature::from_bytes([1; 64]);
    let mut pool = Pool::default();
    let refusal = pool.add(forged, &room.chain).unwrap_err();
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
            pool.add(transfer(*seed, nonce, FEE), &room.chain).unwrap();
        }
    }
    assert_eq!(pool.len(), 4_096);
    let cheap = pool.add(transfer(2, 0, FEE), &room.chain);
    let dear = transfer(3, 0, FEE + 1);
    assert_eq!(pool.add(dear.clone(), &room.chain), Ok(true));
    assert!(pool.contains(dear.id()));
    assert!(cheap.is_ok() || matches!(cheap, Err(Refusal::Full { .. })));
    assert_eq!(pool.len(), 4_096);
    assert_eq!(pool.wanted()[0], dear);
}

#[test]
fn a_long_title_in_letters_of_four_bytes_costs_no_more_than_a_transfer() {
    let room = Room::of(3);
    let action = Action::RegisterCapsule { capsule: Hash::of(b"c"), title: "\u{1f426}".repeat(80) };
    let order = order(2, u64::from(u8::MAX), economics::FEE_MIN, action);
    assert!(order.encode().len() <= economics::FEE_BYTES);
    assert!(matches!(Pool::default().add(order, &room.chain), Err(Refusal::Nonce { .. })));
}
