//! Books of several devices that talk to each other.

use crate::common::Room;
#[cfg(test)]
use books::News;
use ledger::{
    Action,
    contracts::lending::{Receipt, Terms},
    economics,
};
use protocol::identity::Signature;
use units::{Credits, Hash};

fn transfer(room: &Room, to: usize, credits: u64) -> Action {
    Action::Transfer { to: room.peer(to), amount: Credits::whole(credits) }
}

#[test]
fn the_founder_welcomes_whoever_comes_and_all_hold_one_ledger() {
    let mut room = Room::of(4);
    room.records_everything();
    assert!(room.all_agree());
    for device in 1..4 {
        assert_eq!(room.balance(2, device), economics::WELCOME);
        assert!(room.books(device).standing().unwrap().member);
    }
    room.check_nobody_misbehaved();
}

#[test]
fn what_one_orders_is_recorded_by_another_and_both_are_told() {
    let mut room = Room::of(3);
    room.records_everything();
    let order = room.orders(1, transfer(&room, 2, 7));
    assert_eq!(room.balance(1, 2), economics::WELCOME, "nothing moves before it is recorded");
    room.records_everything();
    let expected = economics::WELCOME.plus(Credits::whole(7)).unwrap();
    assert!((0..3).all(|at| room.balance(at, 2) == expected));
    let recorded = |news: &News| matches!(news, News::Recorded { order: it, .. } if *it == order);
    assert!(room.devices[1].news.iter().any(recorded));
    let received =
        |news: &News| matches!(news, News::Received { amount, .. } if *amount == Credits::whole(7));
    assert!(room.devices[2].news.iter().any(received));
}

#[test]
fn all_devices_answer_alike_who_is_regarded_and_why() {
    use books::view::{Question, View};
    let mut room = Room::of(3);
    room.records_everything();
    let capsule = units::Hash::of(b"capsule");
    room.orders(1, Action::RegisterCapsule { capsule, title: "t".to_owned() });
    room.records_everything();
    room.orders(0, Action::RateCapsule { capsule, use_percent: 90 });
    room.records_everything();
    let views = [0, 1, 2].map(|at| room.books(at).look(&Question::Reputation, room.now).unwrap());
    assert!(views.iter().all(|view| *view == views[0]));
    assert_eq!(View::decode(&views[0].encode()), Some(views[0].clone()));
    let View::Reputation(all) = &views[0] else { panic!() };
    assert_eq!(all.len(), 3);
    let maker = all.iter().find(|it| it.peer == room.peer(1)).unwrap();
    assert!(maker.score > 0 && maker.reasons[0].from == room.peer(0));
}

#[test]
fn nothing_is_recorded_while_nobody_keeps_the_books() {
    let mut room = Room::of(2);
    room.records_everything();
    room.keeps(0, false);
    room.orders(1, transfer(&room, 0, 1));
    let height = room.books(0).standing().unwrap().height;
    room.passes(5_000);
    assert_eq!(room.books(0).standing().unwrap().height, height);
    room.keeps(1, true);
    room.records_everything();
    assert!(room.all_agree());
}

#[test]
fn an_order_that_cannot_be_recorded_is_refused_at_once_with_its_reason() {
    let mut room = Room::of(2);
    room.records_everything();
    let action = transfer(&room, 0, 5_000);
    room.tells(1, |books, _| {
        let error = books.order(action.clone()).unwrap_err();
        assert!(error.to_string().contains("more than the 99.998 cr that are there"), "{error}");
    });
    assert!(room.books(1).pool().is_empty());
}

#[test]
fn two_halves_that_record_apart_hold_one_ledger_when_they_meet_and_lose_nothing() {
    let mut room = Room::of(4);
    room.records_everything();
    room.cut_at(2);
    room.keeps(2, true);
    let (before_1, before_3) = (room.balance(0, 1), room.balance(0, 3));
    for _ in 0..3 {
        room.orders(0, transfer(&room, 1, 2));
        room.orders(2, transfer(&room, 3, 1));
        room.records_everything();
    }
    assert!(!room.all_agree());
    room.heal();
    room.records_everything();
    room.passes(1_000);
    assert!(room.all_agree());
    // What either half has ordered is recorded: in the lighter one's case, once more.
    assert_eq!(room.balance(1, 1), before_1.plus(Credits::whole(6)).unwrap());
    assert_eq!(room.balance(1, 3), before_3.plus(Credits::whole(3)).unwrap());
    room.check_nobody_misbehaved();
}

#[test]
fn who_comes_late_catches_up_with_a_long_ledger() {
    let mut room = Room::of(3);
    room.records_everything();
    (0..3).for_each(|at| room.keeps(at, true));
    for number in 0..300_u64 {
        let (from, to) = ((number % 3) as usize, ((number + 1) % 3) as usize);
        let amount = Credits::from_micros(1_000 + number);
        room.orders(from, Action::Transfer { to: room.peer(to), amount });
        room.records_everything();
        room.skips(20_000);
    }
    assert!(room.books(0).standing().unwrap().height > 256, "headers take more than one message");
    room.comes(9);
    room.records_everything();
    assert!(room.all_agree());
    assert!(room.books(3).standing().unwrap().member);
    room.check_nobody_misbehaved();
}

#[test]
fn a_reload_keeps_the_ledger_and_what_was_ordered() {
    let mut room = Room::of(2);
    room.records_everything();
    room.keeps(0, false);
    room.orders(1, transfer(&room, 0, 3));
    let tip = room.books(1).chain().unwrap().tip();
    room.cut_at(1);
    room.reloads(1);
    assert_eq!(room.books(1).chain().unwrap().tip(), tip);
    assert_eq!(room.books(1).pool().len(), 1);
    room.heal();
    room.keeps(0, true);
    room.records_everything();
    assert!(room.all_agree());
    assert_eq!(room.balance(0, 1).as_micros(), 97_000_000 - 2_000);
}

#[test]
fn orders_after_one_that_cannot_be_recorded_do_not_stop_those_that_come_later() {
    let mut room = Room::of(3);
    room.records_everything();
    room.keeps(0, false);
    // Both spend all that there is: apart, each of them could be recorded.
    room.orders(1, transfer(&room, 2, 90));
    let stake = Action::Stake { amount: Credits::whole(5) };
    room.orders(1, stake.clone());
    room.keeps(0, true);
    room.records_everything();
    room.orders(1, Action::Unstake { amount: Credits::whole(5) });
    room.records_everything();
    assert!(room.all_agree());
}

#[test]
fn a_device_whose_clock_is_wrong_keeps_up_and_what_it_records_others_take() {
    let hour_ms = 3_600_000;
    for ahead_ms in [-hour_ms, hour_ms] {
        let mut room = Room::of(3);
        room.records_everything();
        room.devices[2].ahead_ms = ahead_ms;
        room.cut_at(2);
        room.heal();
        room.orders(0, transfer(&room, 1, 1));
        room.records_everything();
        room.keeps(0, false);
        room.keeps(2, true);
        room.orders(1, transfer(&room, 0, 1));
        room.records_everything();
        assert!(room.all_agree(), "{ahead_ms}");
        room.check_nobody_misbehaved();
    }
}

#[test]
fn the_ledger_goes_on_when_it_turns_out_that_its_clocks_were_ahead() {
    let mut room = Room::of(1);
    // Of two clocks the later counts, which is wrong here.
    room.comes_ahead(2, 3_600_000);
    room.records_everything();
    (3..=5).for_each(|number| room.comes(number));
    room.records_everything();
    room.orders(1, transfer(&room, 2, 1));
    room.records_everything();
    assert!(room.all_agree());
    room.check_nobody_misbehaved();
}

#[test]
fn the_founder_keeps_the_books_after_a_reload() {
    let mut room = Room::of(2);
    room.records_everything();
    room.reloads(0);
    assert!(room.devices[0].books.standing().unwrap().keeps);
    room.keeps(0, false);
    room.reloads(0);
    assert!(!room.devices[0].books.standing().unwrap().keeps);
}

#[test]
fn what_has_become_impossible_waits_no_longer_with_anybody() {
    let mut room = Room::of(3);
    room.records_everything();
    let terms = Terms {
        nodes: 8,
        price_per_hour: Credits::whole(1),
        price_per_thousand_events: Credits::ZERO,
        stake: economics::STAKE_MIN,
        inputs_max: 8,
    };
    let offer = room.orders(0, Action::Offer(terms));
    room.records_everything();
    room.keeps(0, false);
    // Only one of them can have it.
    let (state, hours, deposit) = (Hash::of(b"state"), 1, Credits::whole(2));
    for at in [1, 2] {
        room.orders(at, Action::Borrow { offer, state, hours, deposit });
    }
    room.keeps(0, true);
    room.records_everything();
    assert!(room.all_agree());
}

#[test]
fn what_is_due_happens_although_nobody_orders_anything() {
    let mut room = Room::of(2);
    room.records_everything();
    let amount = Credits::whole(5);
    room.orders(1, Action::Stake { amount });
    room.orders(1, Action::Unstake { amount });
    room.records_everything();
    let bound = room.balance(0, 1);
    room.skips(economics::UNSTAKING.as_millis() as u64);
    room.passes(5_000);
    assert_eq!(room.balance(0, 1), bound.plus(amount).unwrap());
    assert!(room.all_agree());
}

#[test]
fn a_loan_that_gave_way_with_its_claim_is_recorded_again_and_paid() {
    // Whose order comes first in a page depends on who they are.
    for (borrower, lender) in [(0, 1), (1, 0)] {
        let mut room = Room::of(4);
        room.records_everything();
        let before = room.balance(0, lender);
        room.cut_at(2);
        room.keeps(2, true);
        let terms = Terms {
            nodes: 8,
            price_per_hour: Credits::whole(10),
            price_per_thousand_events: Credits::ZERO,
            stake: economics::STAKE_MIN,
            inputs_max: 8,
        };
        let offer = room.orders(lender, Action::Offer(terms));
        room.records_everything();
        let (state, hours, deposit) = (Hash::of(b"state"), 1, Credits::whole(20));
        let loan = room.orders(borrower, Action::Borrow { offer, state, hours, deposit });
        room.records_everything();
        let books = &room.devices[borrower].books;
        let unsigned = Receipt {
            loan,
            segments: 1,
            events: 1,
            owed: Credits::whole(10),
            transcript: state,
            last: true,
            borrower: room.peer(borrower),
            signature: Signature::from_bytes([0; 64]),
        };
        let receipt = Receipt::sign(books.identity(), books.chain().unwrap().room(), unsigned);
        assert!(books.is_open(loan));
        room.orders(lender, Action::Claim(receipt));
        assert!(!room.devices[lender].books.is_open(loan), "its claim is on its way");
        room.records_everything();
        for _ in 0..12 {
            room.orders(2, transfer(&room, 3, 1));
            room.records_everything();
        }
        room.heal();
        room.records_everything();
        room.passes(5_000);
        room.records_everything();
        assert!(room.all_agree());
        let undone = room.devices[lender].news.iter().any(|it| matches!(it, News::Undone { .. }));
        assert!(undone, "the other half's pages are heavier");
        let paid = room.balance(2, lender).minus(before).expect("it has earned something");
        assert!(paid > Credits::whole(9), "{paid}");
    }
}
