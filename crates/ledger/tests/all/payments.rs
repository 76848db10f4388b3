//! What an account is paid with each block, and what for.

use crate::common::{FRAUD, Room, completed, micros, new_chain, pays, peer, records, terms};
use ledger::{Action, Cause, Payment, economics};
use units::{Credits, Hash};

/// The same room as somebody sees it who looks at what that member is paid.
fn seen_by(room: &Room, account: u8) -> Room {
    let mut chain = new_chain();
    chain.watch(peer(account));
    chain.restore(room.blocks()).unwrap();
    Room { chain, now: room.now, members: room.members.clone() }
}

/// What it was paid with the newest block.
fn newest(room: &Room) -> Vec<(Cause, Credits)> {
    let payments = room.chain.payments(room.chain.height());
    payments.iter().map(|Payment { amount, cause }| (*cause, *amount)).collect()
}

#[test]
fn a_welcome_a_gift_and_a_block_are_told_apart() {
    let room = Room::of(3);
    assert_eq!(newest(&room), [], "nobody looks");
    let mut room = seen_by(&room, 2);
    assert_eq!(newest(&room), [(Cause::Welcome { by: peer(1) }, economics::WELCOME)]);
    let orders = room.orders(3, [pays(2, micros(5)), pays(2, micros(7))]);
    room.mines(1, orders);
    assert_eq!(newest(&room), [(Cause::Gift { from: peer(3) }, micros(12))]);
    let orders = room.orders(3, [pays(1, micros(5))]);
    let fees = ledger::fees(&orders);
    let before = room.balance(2);
    room.mines(2, orders);
    let paid = newest(&room);
    let shares: Vec<_> = paid.iter().map(|it| it.0).collect();
    assert_eq!(shares, [Cause::Mining, Cause::Fees]);
    assert_eq!(paid[1].1, fees);
    let all = Credits::sum(paid.iter().map(|it| it.1)).unwrap();
    assert_eq!(room.balance(2), before.plus(all).unwrap(), "they are all there is");
    room.mines(1, Vec::new());
    assert_eq!(newest(&room), []);
    assert_eq!(room.chain.payments(1).len(), 1, "earlier blocks are remembered");
    assert_eq!(room.chain.payments(room.chain.height() + 1), []);
}

#[test]
fn useful_updates_and_capsules_are_paid_under_their_names() {
    let mut room = Room::of(6);
    room.members = vec![1];
    let mut room = seen_by(&room, 5);
    let (session, members) = (records::session(1), [2, 3, 4, 5]);
    let one = records::first(session, &members, b"one");
    let two = records::after(session, &one, &members, |_, _| 50, b"two");
    let reports = [&one, &two].map(|it| records::reported(session, it));
    let orders = room.orders(2, reports);
    room.records(orders);
    let paid = newest(&room);
    assert_eq!(paid.iter().map(|it| it.0).collect::<Vec<_>>(), [Cause::Rounds]);
    assert!(!paid[0].1.is_zero());
    let capsule = Hash::of(b"capsule");
    room.does(5, Action::RegisterCapsule { capsule, title: "t".to_owned() });
    for by in [2, 3, 4] {
        room.does(by, Action::RateCapsule { capsule, use_percent: 80 });
    }
    assert_eq!(newest(&room).iter().map(|it| it.0).collect::<Vec<_>>(), [Cause::Capsules]);
}

#[test]
fn a_lender_is_paid_by_its_borrower_and_gets_its_stake_back() {
    let mut room = seen_by(&Room::of(3), 2);
    let offer = room.does(2, Action::Offer(terms()));
    let (state, deposit) = (Hash::of(b"state"), Credits::whole(10));
    let loan = room.does(3, Action::Borrow { offer, state, hours: 1, deposit });
    let receipt = room.receipt(3, loan, Credits::whole(5), true);
    let orders = room.orders(2, [Action::Claim(receipt)]);
    room.mines(1, orders);
    let paid = newest(&room);
    assert_eq!(paid[0], (Cause::Unbound, terms().stake));
    let of_lender = Credits::whole(5).part(49, 50);
    assert_eq!(paid[1], (Cause::Loan { borrower: peer(3) }, of_lender));
    assert!(paid[2..].iter().all(|it| it.0 == Cause::Hosting));
}

#[test]
fn who_was_cheated_gets_half_of_the_stake_beside_its_deposit() {
    let mut room = seen_by(&Room::of(3), 3);
    let offer = room.does(2, Action::Offer(terms()));
    let (state, deposit) = (Hash::of(b"state"), Credits::whole(30));
    let loan = room.does(3, Action::Borrow { offer, state, hours: 1, deposit });
    let orders = room.orders(3, [Action::Dispute { loan, proof: FRAUD.to_vec() }]);
    room.mines(1, orders);
    let half = terms().stake.part(1, 2);
    assert_eq!(
        newest(&room),
        [(Cause::Unbound, deposit), (Cause::Fraud { lender: peer(2) }, half)]
    );
}

#[test]
fn what_is_undone_was_not_paid_and_what_takes_its_place_is() {
    let mut room = seen_by(&Room::of(4), 2);
    let mut other = room.twin();
    let gift = room.orders(3, [pays(2, micros(5))]);
    room.mines(1, gift);
    let height = room.chain.height();
    assert_eq!(newest(&room).len(), 1);
    other.mines(3, Vec::new());
    let gift = other.orders(4, [pays(2, micros(9))]);
    other.mines(4, gift);
    for block in other.blocks_after(height - 1) {
        room.chain.add_block(block, other.now).unwrap();
    }
    assert_eq!(room.chain.payments(height), []);
    assert_eq!(newest(&room), [(Cause::Gift { from: peer(4) }, micros(9))]);
}

#[test]
fn a_chain_that_turns_out_wrong_leaves_what_was_paid() {
    let mut room = seen_by(&Room::of(4), 2);
    let mut other = room.twin();
    let gift = room.orders(3, [pays(2, micros(5))]);
    room.mines(1, gift);
    let height = room.chain.height();
    other.mines(3, Vec::new());
    other.passes(core::time::Duration::from_secs(10));
    let (mut draft, _) = other.draft(4, Vec::new()).unwrap();
    draft.header.state = Hash::of(b"wrong");
    let wrong = completed(draft);
    room.chain.add_header(other.newest().header, other.now).unwrap();
    room.chain.add_header(wrong.header, other.now).unwrap();
    room.chain.add_block(wrong, other.now).unwrap();
    let refused = room.chain.add_block(other.newest(), other.now);
    assert!(refused.is_err() || room.chain.height() == height, "{refused:?}");
    assert_eq!(room.chain.payments(height).len(), 1);
}
