//! Blocks that are to stop a device, or take its time.

use crate::common::{Room, forged, new_chain, order, pays, peer};
use core::time::Duration;
use ledger::{Action, Block, Refusal, economics};
use units::{Credits, Hash, UnixMillis};

#[test]
fn a_block_after_a_long_sleep_has_everything_happen_that_is_due() {
    let mut room = Room::of(3);
    let mut nonce = 0;
    let fee = economics::FEE_MIN;
    let amount = Credits::from_micros(1);
    for _ in 0..6 {
        let mut wanted = Vec::new();
        for _ in 0..512 {
            wanted.push(order(2, nonce, fee, Action::Stake { amount }));
            wanted.push(order(2, nonce + 1, fee, Action::Unstake { amount }));
            nonce += 2;
        }
        room.mines(room.next_miner(), wanted);
    }
    let before = room.balance(2);
    room.passes(economics::UNSTAKING);
    room.mines(1, Vec::new());
    let gained = room.balance(2).minus(before).unwrap();
    assert!(gained >= Credits::from_micros(6 * 512));
    let is_due = |(key, _): (&ledger::Key, &ledger::Entry)| matches!(key, ledger::Key::Due(..));
    assert!(!room.chain.state().entries().any(is_due));
}

#[test]
fn the_last_member_cannot_shut_the_room_by_excluding_itself() {
    let mut room = Room::new();
    let refusal = room.refusal(1, Action::Exclude { member: peer(1) });
    assert_eq!(refusal, Refusal::ToItself);
    let mut room = Room::of(2);
    room.does(1, Action::Exclude { member: peer(2) });
    room.does(2, Action::Exclude { member: peer(1) });
    assert_eq!(room.treasury().members, 2, "one of two is no majority");
    room.goes_on(1);
}

#[test]
fn a_stranger_mines_nothing() {
    let mut room = Room::of(2);
    assert!(matches!(room.draft(9, Vec::new()), Err(Refusal::NoMember { .. })));
    let block = room.block(1, Vec::new());
    let block = forged(&room.chain, block, |it| it.header.miner = peer(9));
    assert_eq!(room.chain.add_block(block, room.now), Err(Refusal::NoMember { peer: peer(9) }));
}

#[test]
fn transactions_that_the_header_does_not_name_are_refused_and_the_block_is_not() {
    let mut room = Room::of(3);
    let (transfer, _) = room.order(2, pays(3, Credits::whole(1)));
    let block = room.block(1, vec![transfer]);
    let stripped = Block { transactions: Vec::new(), ..block.clone() };
    let what = "transactions";
    assert_eq!(room.chain.add_block(stripped, room.now), Err(Refusal::Root { what }));
    room.chain.add_block(block, room.now).expect("nobody can spoil its name");
}

#[test]
fn headers_at_the_edges_of_their_numbers_are_refused_and_break_nothing() {
    let mut room = Room::of(2);
    let block = room.block(1, Vec::new());
    for change in [
        (|header| header.height = u32::MAX) as fn(&mut ledger::Header),
        |header| header.height = 0,
        |header| header.time = UnixMillis(u64::MAX),
        |header| header.time = UnixMillis(0),
        |header| header.history = Hash::of(b"another"),
        |header| header.nonce ^= 1,
    ] {
        let mut header = block.header;
        change(&mut header);
        assert!(room.chain.add_header(header, room.now).is_err());
    }
    assert_eq!(room.chain.headers_known(), 2);
}

#[test]
fn a_ledger_at_the_end_of_time_pays_what_is_bound() {
    let mut room = Room::of(3);
    room.now = UnixMillis(u64::MAX - 50_000);
    room.does(2, Action::Stake { amount: Credits::whole(1) });
    room.does(2, Action::Unstake { amount: Credits::whole(1) });
    let before = room.balance(2);
    room.now = UnixMillis(u64::MAX);
    let (draft, _) = room.draft(3, Vec::new()).unwrap();
    assert_eq!(draft.header.time, UnixMillis(u64::MAX));
    room.chain.add_block(crate::common::completed(draft), room.now).unwrap();
    assert_eq!(Ok(room.balance(2)), before.plus(Credits::whole(1)));
    // There is no time after it: nothing is recorded any more, and nothing breaks.
    let (draft, _) = room.draft(1, Vec::new()).unwrap();
    let block = crate::common::completed(draft);
    assert!(matches!(room.chain.add_block(block, room.now), Err(Refusal::TimeGoesBack { .. })));
}

#[test]
fn two_blocks_of_one_height_are_both_kept_and_one_counts() {
    let mut room = Room::of(4);
    let (one, two) = (room.block(1, Vec::new()), room.block(2, Vec::new()));
    let mut late = new_chain();
    for block in room.blocks() {
        late.add_block(block, room.now).unwrap();
    }
    room.passes(Duration::from_secs(1));
    room.chain.add_block(one.clone(), room.now).unwrap();
    let _ = room.chain.add_block(two.clone(), room.now).unwrap();
    late.add_block(two, room.now).unwrap();
    late.add_block(one, room.now).unwrap();
    assert_eq!(room.chain.tip(), late.tip());
}
