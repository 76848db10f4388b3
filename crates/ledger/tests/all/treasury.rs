//! What belongs to nobody yet, and how it is shared out.

use crate::common::{Room, micros, peer};
use core::time::Duration;
use ledger::{Genesis, contracts::treasury::Treasury, economics};
use units::{Credits, RoomId, UnixMillis};

fn treasury() -> Treasury {
    Treasury {
        credits: Credits::whole(500_000),
        shared_until: UnixMillis(1_000_000),
        members: 3,
        houses: 3,
        welcoming_since: UnixMillis(0),
        welcomed: 0,
    }
}

#[test]
fn all_money_is_there_from_the_beginning_and_a_room_begins_the_same_everywhere() {
    let room = Room::new();
    assert_eq!(room.balance(1), economics::FOUNDERS_PART);
    let rest = economics::SUPPLY.minus(economics::FOUNDERS_PART);
    assert_eq!(Ok(room.treasury().credits), rest);
    assert_eq!(room.chain.state().root(), crate::common::genesis().state().root());
    let names = [(7, 1), (7, 2), (8, 1)].map(|(room, founder)| {
        Genesis { room: RoomId::from_bytes([room; 16]), founder: peer(founder) }.name()
    });
    assert!(names[0] != names[1] && names[1] != names[2] && names[0] != names[2]);
}

#[test]
fn what_is_shared_grows_with_time_up_to_a_minute() {
    let at = |after_ms| treasury().share_at(UnixMillis(1_000_000 + after_ms));
    assert_eq!(at(0), Credits::ZERO);
    assert_eq!(at(1_000), micros(50_000));
    assert_eq!(at(60_000), micros(3_000_000));
    assert_eq!([60_001, 1 << 40, u64::MAX - 1_000_000].map(at), [at(60_000); 3]);
    assert_eq!(treasury().share_at(UnixMillis(0)), Credits::ZERO, "not for the time before");
    let empty = Treasury { credits: Credits::ZERO, ..treasury() };
    assert_eq!(empty.share_at(UnixMillis(u64::MAX)), Credits::ZERO);
    let all = Treasury { credits: Credits::MAX, ..treasury() };
    assert!(all.share_at(UnixMillis(u64::MAX)) < Credits::MAX);
}

#[test]
fn a_miner_gets_its_tenth_and_the_rest_stays_where_nobody_earned_it() {
    let mut room = Room::of(3);
    let (before, of_miner) = (room.treasury(), room.balance(2));
    room.mines(2, Vec::new());
    let due = before.share_at(room.now);
    let tenth = due.part(economics::MINING_PERCENT, 100);
    assert!(!tenth.is_zero());
    assert_eq!(Ok(room.balance(2)), of_miner.plus(tenth));
    assert_eq!(Ok(room.treasury().credits), before.credits.minus(tenth));
    assert_eq!(room.treasury().shared_until, room.now);
}

#[test]
fn blocks_one_after_the_other_share_no_more_than_one_would() {
    let mut quick = Room::of(3);
    let mut slow = quick.twin();
    for _ in 0..6 {
        quick.goes_on(1);
    }
    slow.passes(Duration::from_secs(50));
    slow.goes_on(1);
    assert_eq!(quick.now, slow.now);
    assert!(quick.treasury().credits >= slow.treasury().credits);
}

#[test]
fn parts_of_a_hundred_are_a_hundred() {
    let parts = [
        economics::ROUNDS_PERCENT,
        economics::CAPSULES_PERCENT,
        economics::HOSTING_PERCENT,
        economics::MINING_PERCENT,
    ];
    assert_eq!(parts.iter().sum::<u64>(), 100);
    const { assert!(economics::PARTS_OF_PAYMENT_AS_BONUS > economics::PARTS_OF_PAYMENT) };
}
