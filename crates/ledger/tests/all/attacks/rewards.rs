//! Attempts to be paid for nothing.

use crate::common::{Room, micros, pays, peer, records, terms};
use core::time::Duration;
use ledger::{Action, Refusal, economics};
use units::{Credits, Hash, SessionId};

/// What somebody gets from one block that records rounds.
fn gain(room: &mut Room, of: u8, reports: Vec<Action>) -> Credits {
    let orders = room.orders(1, reports);
    let before = room.balance(of);
    room.passes(Duration::from_secs(60));
    room.mines(1, orders);
    room.balance(of).less(before)
}

/// A round of a session and the one after it, in which everybody praises everybody.
fn praised(session: SessionId, members: &[u8], model: &[u8]) -> Vec<Action> {
    let one = records::first(session, members, model);
    let two = records::after(session, &one, members, |_, _| 100, model);
    [one, two].iter().map(|record| records::reported(session, record)).collect()
}

#[test]
fn names_that_nobody_welcomed_bring_nothing() {
    let mut room = Room::of(4);
    let strangers = praised(records::session(1), &[20, 21, 22, 23], b"m");
    assert_eq!(room.refusal(1, strangers[0].clone()), Refusal::RoundOfNobody { round: 1 });
    let with_one = praised(records::session(1), &[3, 21, 22, 23], b"m");
    assert_eq!(gain(&mut room, 3, with_one), Credits::ZERO, "strangers are no judges");
}

#[test]
fn more_sessions_of_the_same_few_bring_them_no_more_than_one() {
    let mut room = Room::of(12);
    let honest = praised(records::session(1), &[2, 3, 4, 5, 6, 7], b"m");
    let few = [8, 9, 10, 11];
    let one = [honest.clone(), praised(records::session(2), &few, b"m")].concat();
    let of_one = gain(&mut room.twin(), 8, one);
    let many = (2..22).flat_map(|n| praised(records::session(n), &few, b"n"));
    let of_many = gain(&mut room, 8, honest.into_iter().chain(many).collect());
    assert!(!of_one.is_zero());
    assert!(of_many <= of_one, "{of_many} of many sessions, {of_one} of one");
}

#[test]
fn rounds_made_up_beside_an_honest_sessions_take_nothing_of_its_members_part() {
    let mut room = Room::of(12);
    let session = records::session(1);
    let honest = praised(session, &[2, 3, 4, 5, 6, 7], b"m");
    let alone = gain(&mut room.twin(), 2, honest.clone());
    let made_up = (0..9u8).flat_map(|n| {
        let one = records::first(session, &[8, 9, 10, 11], &[n]);
        let two = records::after(session, &one, &[8, 9, 10, 11], |_, _| 1_000, &[n]);
        [one, two].map(|record| records::reported(session, &record))
    });
    let beside = gain(&mut room, 2, honest.into_iter().chain(made_up).collect());
    assert!(beside.as_micros() + 1 >= alone.as_micros(), "{beside} beside, {alone} alone");
}

#[test]
fn a_round_is_rewarded_once_however_late_it_is_brought_again() {
    let mut room = Room::of(6);
    let rounds = praised(records::session(1), &[2, 3, 4, 5], b"m");
    assert!(!gain(&mut room, 2, rounds.clone()).is_zero());
    room.passes(economics::ROUND_KEPT + Duration::from_secs(1));
    room.members = vec![1, 6];
    room.goes_on(3);
    let before = room.balance(2);
    let again = room.orders(6, rounds);
    room.mines(6, again);
    assert_eq!(room.balance(2), before);
}

#[test]
fn who_reports_the_next_round_without_its_verdicts_does_not_take_the_others_reward() {
    let mut room = Room::of(6);
    let session = records::session(1);
    let one = records::first(session, &[2, 3, 4, 5], b"m");
    let silent = records::record(session, 2, one.hash(), &[2], Vec::new(), b"x");
    let two = records::after(session, &one, &[2, 3, 4, 5], |_, _| 10, b"m");
    let spoilt = [one, silent].map(|record| records::reported(session, &record));
    gain(&mut room, 3, spoilt.to_vec());
    let reward = gain(&mut room, 3, vec![records::reported(session, &two)]);
    assert!(!reward.is_zero());
}

#[test]
fn lending_to_oneself_loses_money_whatever_the_amounts() {
    let mut room = Room::of(4);
    room.members = vec![1, 4];
    room.does(1, pays(2, Credits::whole(100)));
    room.does(1, pays(3, Credits::whole(100)));
    // So little that a fiftieth of it is less than the smallest amount.
    let owed = micros(49);
    let mut wanted = Vec::new();
    let free = ledger::contracts::lending::Terms {
        price_per_hour: Credits::ZERO,
        stake: economics::STAKE_MIN,
        ..terms()
    };
    let offers = room.orders(2, (0..8).map(|_| Action::Offer(free)));
    let names: Vec<Hash> = offers.iter().map(ledger::Order::id).collect();
    wanted.extend(offers);
    let state = Hash::of(b"state");
    let borrow = |offer: &Hash| Action::Borrow { offer: *offer, state, hours: 1, deposit: owed };
    let loans = room.orders(3, names.iter().map(borrow));
    let names: Vec<Hash> = loans.iter().map(ledger::Order::id).collect();
    wanted.extend(loans);
    room.passes(Duration::from_secs(60));
    room.records(wanted);
    let both = |room: &Room| room.balance(2).plus(room.balance(3)).unwrap();
    let before = both(&room);
    let receipts = names.iter().map(|loan| Action::Claim(room.receipt(3, *loan, owed, true)));
    let claims = room.orders(2, receipts.collect::<Vec<_>>());
    let fees = claims.len() as u64 * economics::FEE_MIN.as_micros();
    room.records(claims);
    let stakes = 8 * economics::STAKE_MIN.as_micros();
    let deposits = 8 * owed.as_micros();
    let after = both(&room).as_micros() + fees;
    assert!(after < before.as_micros() + stakes + deposits, "the fees aside, it lost");
}

#[test]
fn a_founder_who_welcomes_a_crowd_is_stopped_by_the_clock() {
    let mut room = Room::new();
    let welcomes = |from: u8| (from..from + 70).map(|seed| Action::Welcome { member: peer(seed) });
    let orders = room.orders(1, welcomes(10));
    let (draft, refused) = room.draft(1, orders).unwrap();
    assert_eq!(draft.transactions.len(), economics::WELCOMES_MAX as usize);
    assert_eq!(refused[0].1, Refusal::TooManyWelcomes { welcomed: economics::WELCOMES_MAX });
    room.mines(1, draft.transactions);
    room.members = vec![1, 10, 11];
    let welcome = Action::Welcome { member: peer(199) };
    assert!(matches!(room.refusal(1, welcome.clone()), Refusal::TooManyWelcomes { .. }));
    room.passes(economics::WELCOMES_WINDOW);
    room.goes_on(1);
    room.does(1, welcome);
    assert_eq!(room.treasury().members, 2 + economics::WELCOMES_MAX);
}

#[test]
fn whoever_opens_a_link_again_and_again_gets_less_than_a_hundredth_of_the_treasury_a_day() {
    let day = Duration::from_secs(24 * 3_600).as_secs();
    let windows = day.div_ceil(economics::WELCOMES_WINDOW.as_secs());
    let most = economics::WELCOME.times(windows * u64::from(economics::WELCOMES_MAX)).unwrap();
    assert!(most < Room::new().treasury().credits.part(1, 100), "{most}");
}

#[test]
fn praise_for_each_others_capsules_brings_two_nothing_and_four_no_more_than_their_heads_part() {
    for (makers, is_paid) in [(2..4u8, false), (2..6, true)] {
        let mut room = Room::of(10);
        room.members = vec![1, 8, 9, 10];
        let capsule = |maker: u8| Hash::of(&[maker]);
        for maker in makers.clone() {
            room.does(
                maker,
                Action::RegisterCapsule { capsule: capsule(maker), title: "t".into() },
            );
        }
        let rate = |maker| Action::RateCapsule { capsule: capsule(maker), use_percent: 100 };
        let others = |rater| makers.clone().filter(move |maker| *maker != rater);
        let praise: Vec<_> =
            makers.clone().flat_map(|by| room.orders(by, others(by).map(rate))).collect();
        let fees = ledger::fees(&praise);
        room.passes(Duration::from_secs(50));
        let now = units::UnixMillis(room.now.0 + ledger::work::PACE_MS);
        let due = room.treasury().share_at(now).part(economics::CAPSULES_PERCENT, 100);
        let all = |room: &Room| Credits::sum(makers.clone().map(|it| room.balance(it))).unwrap();
        let before = all(&room);
        room.mines(1, praise);
        let gained = all(&room).plus(fees).unwrap().less(before);
        assert_eq!(!gained.is_zero(), is_paid);
        assert!(gained <= due.part(makers.len() as u64, 10), "{gained} of {due}");
    }
}
