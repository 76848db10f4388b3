//! Training records: which are recorded, and what they bring to whom.

use crate::common::{Room, cheapest, micros, pays, peer, records};
use core::time::Duration;
use ledger::{Action, Pool, Refusal, economics};
use protocol::session::{Contribution, RoundRecord};
use units::{Credits, Hash};

const MEMBERS: [u8; 5] = [2, 3, 4, 5, 6];

/// A room in which only the founder and 7 mine, so that rounds are all that reaches the others.
fn room() -> Room {
    let mut room = Room::of(7);
    room.members = vec![1, 7];
    room
}

fn gains(room: &mut Room, records: &[&RoundRecord]) -> Vec<u64> {
    let balance = |room: &Room| MEMBERS.map(|seed| room.balance(seed).as_micros());
    let before = balance(room);
    let session = records::session(1);
    let reports = records.iter().map(|it| records::reported(session, it));
    let reports = room.orders(7, reports);
    room.records(reports);
    balance(room).iter().zip(before).map(|(after, before)| after - before).collect()
}

/// Of the updates, the higher the seed the better; 2 did harm.
fn says(_: u8, maker: u8) -> i16 {
    10 * (i16::from(maker) - 2) - i16::from(maker == 2)
}

fn pair() -> [RoundRecord; 2] {
    let one = records::first(records::session(1), &MEMBERS, b"one");
    let two = records::after(records::session(1), &one, &MEMBERS, says, b"two");
    [one, two]
}

#[test]
fn a_round_is_rewarded_with_the_next_by_what_updates_have_brought() {
    let mut room = room();
    let [one, two] = pair();
    assert_eq!(gains(&mut room, &[&one]), [0; 5]);
    assert!(room.chain.has_round(one.hash()));
    let pot = room.treasury().share_at(units::UnixMillis(room.now.0 + ledger::work::PACE_MS));
    let pot = pot.part(economics::ROUNDS_PERCENT, 100).part(5, 7).part(5, 7).part(5, 7).as_micros();
    let gains = gains(&mut room, &[&two]);
    assert_eq!(gains, [0, pot * 10 / 100, pot * 20 / 100, pot * 30 / 100, pot * 40 / 100]);
}

#[test]
fn both_rounds_in_one_block_are_as_good() {
    let mut room = room();
    let [one, two] = pair();
    let gains = gains(&mut room, &[&one, &two]);
    assert!(gains[4] > gains[3] && gains[1] > 0 && gains[0] == 0);
}

#[test]
fn who_reports_what_is_known_pays_for_nothing_and_its_next_order_is_carried_out() {
    let mut room = room();
    let [one, two] = pair();
    gains(&mut room, &[&one, &two]);
    let session = records::session(1);
    let again = [&one, &two].map(|it| records::reported(session, it));
    let [first, second] = &room.orders(2, again)[..] else { panic!() };
    let fees = first.fee.plus(second.fee).unwrap();
    let before = [2, 3, 4, 5, 6].map(|seed| room.balance(seed));
    let orders = vec![first.clone(), second.clone(), cheapest(2, 2, pays(3, micros(5)))];
    room.records(orders);
    assert_eq!(room.balance(3), before[1].plus(micros(5)).unwrap());
    assert_eq!(room.balance(2), before[0].less(fees).less(micros(1_005)));
    assert_eq!([4, 5, 6].map(|seed| room.balance(seed)), before[2..]);
}

#[test]
fn a_round_that_was_reported_after_its_successor_is_rewarded_when_that_is_reported_again() {
    let mut room = room();
    let [one, two] = pair();
    assert_eq!(gains(&mut room, &[&two]), [0; 5]);
    assert_eq!(gains(&mut room, &[&one]), [0; 5]);
    assert!(gains(&mut room, &[&two])[4] > 0);
    assert_eq!(gains(&mut room, &[&two]), [0; 5], "once");
}

#[test]
fn only_members_report_and_pay_by_the_length_of_a_record() {
    let mut room = room();
    let [one, _] = pair();
    let report = records::reported(records::session(1), &one);
    room.does(1, pays(20, Credits::whole(1)));
    let refusal = room.refusal_of(cheapest(20, 0, report.clone()));
    assert_eq!(refusal, Refusal::NoMember { peer: peer(20) });
    let cheap = crate::common::order(7, 0, economics::FEE_MIN, report.clone());
    assert!(matches!(room.refusal_of(cheap), Refusal::FeeTooSmall { .. }));
    let fee = cheapest(7, 0, report).fee;
    assert!(fee > economics::FEE_MIN && fee < micros(10_000), "{fee}");
}

#[test]
fn a_round_is_rewarded_once() {
    let mut room = room();
    let [one, two] = pair();
    gains(&mut room, &[&one, &two]);
    let session = records::session(1);
    let other = records::after(session, &one, &MEMBERS, says, b"another model");
    assert_eq!(gains(&mut room, &[&other]), [0; 5], "whatever other record comes after it");
}

#[test]
fn three_others_have_to_judge_and_only_members_count() {
    let mut room = room();
    let session = records::session(1);
    let of_three = records::first(session, &[2, 3, 4], b"m");
    let next = records::after(session, &of_three, &[2, 3, 4], says, b"m");
    assert_eq!(gains(&mut room, &[&of_three, &next]), [0; 5]);
    let with_strangers = records::first(session, &[2, 3, 4, 20, 21, 22], b"n");
    let next = records::after(session, &with_strangers, &[2, 3, 4, 20, 21, 22], says, b"n");
    assert_eq!(gains(&mut room, &[&with_strangers, &next]), [0; 5]);
    assert_eq!(room.balance(20), Credits::ZERO);
}

#[test]
fn a_score_that_may_be_chance_is_paid_nothing() {
    let mut room = room();
    let session = records::session(1);
    let one = records::first(session, &MEMBERS, b"m");
    let least = economics::USEFUL_SCORE_MIN;
    let says = |_: u8, maker: u8| if maker == 3 { least } else { least - 1 };
    let two = records::after(session, &one, &MEMBERS, says, b"m");
    let gains = gains(&mut room, &[&one, &two]);
    assert!(gains[1] > 0);
    assert_eq!([gains[0], gains[2], gains[3], gains[4]], [0; 4]);
}

#[test]
fn a_round_that_brings_little_is_paid_little_and_the_rest_is_kept_for_later() {
    let mut room = room();
    let session = records::session(1);
    let one = records::first(session, &MEMBERS, b"m");
    let says = |_: u8, maker: u8| if maker == 3 { 20 } else { -20 };
    let two = records::after(session, &one, &MEMBERS, says, b"m");
    let pot = room.treasury().share_at(units::UnixMillis(room.now.0 + 2 * ledger::work::PACE_MS));
    let pot = pot.part(economics::ROUNDS_PERCENT, 100).part(5, 7).part(5, 7).part(5, 7).as_micros();
    gains(&mut room, &[&one]);
    let gain = gains(&mut room, &[&two])[1];
    assert!(gain > 0 && gain.abs_diff(pot / 2 / 5) < pot / 100, "{gain} of {pot}");
}

#[test]
fn who_claims_more_samples_than_others_is_paid_no_more() {
    let mut room = room();
    let session = records::session(1);
    let mut one = records::first(session, &MEMBERS, b"m");
    let parent = one.decision.parent;
    let boaster = one.decision.contributions.iter_mut().find(|it| it.peer == peer(3)).unwrap();
    let identity = crate::common::identity(3);
    let (scores, update) = (boaster.scores, boaster.update);
    *boaster = Contribution::sign(&identity, (session, parent), scores, update, u32::MAX, 1);
    let two = records::after(session, &one, &MEMBERS, |_, _| 100, b"m");
    let gains = gains(&mut room, &[&one, &two]);
    assert!(gains[1] > 0 && gains.iter().all(|gain| *gain == gains[1]), "{gains:?}");
}

#[test]
fn names_that_one_member_vouched_for_have_one_voice_and_none_for_each_other() {
    let mut room = Room::of(5);
    room.members = vec![1, 2, 3, 4];
    room.does(1, pays(5, Credits::whole(500)));
    for name in [20, 21, 22] {
        room.does(5, Action::Welcome { member: peer(name) });
    }
    assert_eq!((room.treasury().members, room.treasury().houses), (8, 5));
    let session = records::session(1);
    let praise = |session, members: &[u8]| {
        let one = records::first(session, members, b"m");
        let own = |seed: u8| seed == 5 || seed >= 20;
        let says = |judge, maker| if own(judge) == own(maker) { 100 } else { -1_000 };
        let two = records::after(session, &one, members, says, b"m");
        [one, two].map(|it| records::reported(session, &it))
    };
    let balances = |room: &Room| [2, 3, 4, 5, 20, 21, 22].map(|seed| room.balance(seed));
    let before = balances(&room);
    let apart = room.orders(1, praise(records::session(2), &[5, 20, 21, 22]));
    room.mines(1, apart);
    assert_eq!(balances(&room), before, "they are one who judges itself");
    let together = room.orders(1, praise(session, &[1, 2, 3, 4, 5, 20, 21, 22]));
    room.mines(1, together);
    let after = balances(&room);
    let has_gained = |place: usize| after[place] > before[place];
    assert!((0..3).all(has_gained) && !(3..7).any(has_gained), "four of five say otherwise");
}

#[test]
fn few_who_train_apart_are_paid_less_a_head_than_those_who_train_with_many() {
    let mut room = Room::of(13);
    room.members = vec![1];
    let pair = |number, members: &[u8]| {
        let session = records::session(number);
        let one = records::first(session, members, b"m");
        let two = records::after(session, &one, members, |_, _| 100, b"m");
        [one, two].map(|it| records::reported(session, &it))
    };
    let reports = [pair(1, &[2, 3, 4, 5, 6, 7, 8, 9]), pair(2, &[10, 11, 12, 13])];
    let before = [2, 10].map(|seed| room.balance(seed));
    let orders = room.orders(1, reports.concat());
    room.mines(1, orders);
    let [of_many, of_few] = [(2, before[0]), (10, before[1])]
        .map(|(seed, before)| room.balance(seed).less(before).as_micros());
    assert!(of_many.abs_diff(4 * of_few) < 20, "{of_many} {of_few}");
}

#[test]
fn whoever_was_excluded_since_neither_judges_nor_is_paid() {
    let mut room = room();
    let [one, two] = pair();
    gains(&mut room, &[&one]);
    for by in [1, 2, 3, 7] {
        room.does(by, Action::Exclude { member: peer(6) });
    }
    assert!(!room.chain.account(peer(6)).is_member());
    let gains = gains(&mut room, &[&two]);
    assert_eq!(gains[4], 0);
    assert!(gains[3] > gains[2] && gains[2] > 0);
}

#[test]
fn a_round_names_its_own_parent_and_judges_that_took_part() {
    let mut room = room();
    let [one, two] = pair();
    gains(&mut room, &[&one]);
    let session = records::session(1);
    let elsewhere = records::reported(records::session(2), &two);
    let out_of_place = Refusal::RoundOutOfPlace { round: 2, after: 1 };
    assert_eq!(room.refusal(7, elsewhere), out_of_place);
    let verdicts = two.decision.verdicts.clone();
    let third = records::record(session, 3, one.hash(), &MEMBERS, verdicts, b"m");
    let refusal = room.refusal(7, records::reported(session, &third));
    assert_eq!(refusal, Refusal::RoundOutOfPlace { round: 3, after: 1 });
    let strange = records::after(session, &one, &[2, 7], says, b"m");
    let refusal = room.refusal(7, records::reported(session, &strange));
    assert_eq!(refusal, Refusal::StrangeJudge { peer: peer(7) });
}

#[test]
fn what_members_have_not_signed_is_no_record() {
    let mut room = room();
    let [one, two] = pair();
    gains(&mut room, &[&one]);
    let session = records::session(1);
    let mut more = one.clone();
    more.decision.contributions[0] =
        Contribution { samples: u32::MAX, ..more.decision.contributions[0] };
    let mut kinder = two.clone();
    kinder.decision.verdicts[0].scores[0] = 1_000;
    for forged in [more, kinder] {
        let (report, _) = room.order(7, records::reported(session, &forged));
        let refusal = Pool::default().add(report.clone(), &room.chain).unwrap_err();
        assert!(matches!(refusal, Refusal::Signature(_)), "{refusal}");
        let block = room.block(1, vec![report]);
        let refusal = room.chain.add_block(block, room.now).unwrap_err();
        assert!(matches!(refusal, Refusal::Signature(_)), "{refusal}");
    }
}

#[test]
fn a_round_is_forgotten_after_a_while_and_one_that_was_rewarded_leaves_a_mark() {
    let mut room = room();
    let [one, two] = pair();
    gains(&mut room, &[&one, &two]);
    room.passes(economics::ROUND_KEPT + Duration::from_secs(1));
    room.goes_on(1);
    assert!(room.chain.has_round(one.hash()));
    assert!(!room.chain.has_round(two.hash()));
    assert_eq!(gains(&mut room, &[&one, &two]), [0; 5], "nor rewarded twice");
}

#[test]
fn samples_and_scores_at_their_edges_pay_no_more_than_there_is() {
    let mut room = room();
    let session = records::session(1);
    let mut one = records::first(session, &MEMBERS, b"m");
    for part in &mut one.decision.contributions {
        let seed = MEMBERS.into_iter().find(|seed| peer(*seed) == part.peer).unwrap();
        let round = (session, Hash::of(b"proposal"));
        let identity = crate::common::identity(seed);
        *part = Contribution::sign(&identity, round, part.scores, part.update, u32::MAX, 1);
    }
    let two = records::after(session, &one, &MEMBERS, |_, _| 1_000, b"m");
    let pot = room.treasury().share_at(units::UnixMillis(room.now.0 + ledger::work::PACE_MS));
    let gains = gains(&mut room, &[&one, &two]);
    let all = gains.iter().sum::<u64>();
    assert!(all > 0 && all <= pot.as_micros());
    assert_eq!(room.chain.state().credits(), economics::SUPPLY);
}
