//! Which chain counts, and how another takes its place.

use crate::common::{Room, completed, forged, micros, new_chain, pays, peer, with_more};
use core::time::Duration;
use ledger::{Block, Chain, Moved, Refusal};
use protocol::DecodeError;
use units::{Hash, UnixMillis};

fn names(blocks: &[Block]) -> Vec<Hash> {
    blocks.iter().map(|block| block.header.hash()).collect()
}

fn knowing(blocks: &[Block], now: UnixMillis) -> Chain {
    let mut chain = new_chain();
    for block in blocks {
        chain.add_block(block.clone(), now).unwrap();
    }
    chain
}

#[test]
fn a_new_ledger_is_its_rooms_name_and_weighs_nothing() {
    let chain = new_chain();
    assert_eq!((chain.height(), chain.tip()), (0, chain.room()));
    assert_eq!(chain.name_at(0), Some(chain.room()));
    assert_eq!(chain.header(&chain.room()), None);
    assert_eq!(chain.work(), ledger::work::Work::ZERO);
}

#[test]
fn a_block_counts_once_it_is_here() {
    let mut room = Room::of(3);
    let block = room.block(2, Vec::new());
    let name = block.header.hash();
    let moved = room.chain.add_block(block.clone(), room.now).unwrap();
    assert_eq!(moved, Moved { done: vec![name], ..Moved::default() });
    assert_eq!(room.chain.add_block(block.clone(), room.now), Ok(Moved::default()), "once");
    assert_eq!((room.chain.tip(), room.chain.height()), (name, 2));
    assert_eq!(room.chain.block(&name), Some(block));
}

#[test]
fn the_heavier_chain_counts_and_what_is_undone_is_told() {
    let mut room = Room::of(4);
    let mut other = room.twin();
    let common = room.chain.height();
    room.mines(1, Vec::new());
    other.mines(2, Vec::new());
    other.mines(3, Vec::new());
    let (ours, theirs) = (names(&room.blocks_after(common)), other.blocks_after(common));
    let first = room.chain.add_block(theirs[0].clone(), other.now).unwrap();
    let second = room.chain.add_block(theirs[1].clone(), other.now).unwrap();
    let all = Moved {
        undone: [first.undone, second.undone].concat(),
        done: second.done,
        refused: Vec::new(),
    };
    assert!(all.undone.contains(&ours[0]));
    assert_eq!(room.chain.tip(), other.chain.tip());
    assert_eq!(all.done.last(), Some(&other.chain.tip()));
}

#[test]
fn of_two_that_weigh_the_same_all_follow_the_one_of_the_smaller_name() {
    let mut room = Room::of(5);
    let blocks: Vec<Block> = (1..=5).map(|by| room.block(by, Vec::new())).collect();
    let smallest = names(&blocks).into_iter().min().unwrap();
    let known = room.blocks();
    let mut orders = [blocks.clone(), blocks];
    orders[1].reverse();
    for order in orders {
        let chain = knowing(&[&known[..], &order[..]].concat(), room.now);
        assert_eq!(chain.tip(), smallest);
    }
}

#[test]
fn headers_come_first_and_blocks_in_any_order() {
    let mut room = Room::of(4);
    for amount in 1..10 {
        room.does(2, pays(9, micros(amount)));
    }
    let blocks = room.blocks();
    let mut chain = new_chain();
    for block in &blocks {
        chain.add_header(block.header, room.now).unwrap();
    }
    assert_eq!((chain.height(), chain.headers_known()), (0, blocks.len() + 1));
    // A stride that has no part in common with their number visits them all.
    for number in 0..blocks.len() {
        chain.add_block(blocks[number * 7 % blocks.len()].clone(), room.now).unwrap();
    }
    assert_eq!(chain.tip(), room.chain.tip());
    assert_eq!(chain.state().root(), room.chain.state().root());
}

#[test]
fn a_block_whose_parent_is_not_known_is_not_kept() {
    let mut room = Room::of(3);
    room.goes_on(2);
    let blocks = room.blocks();
    let mut chain = new_chain();
    let parent = blocks[0].header.hash();
    let refusal = chain.add_block(blocks[1].clone(), room.now);
    assert_eq!(refusal, Err(Refusal::UnknownParent { parent }));
    assert_eq!(chain.block(&names(&blocks)[1]), None);
}

#[test]
fn a_reorganisation_of_many_blocks_gives_the_state_of_who_knew_nothing_else() {
    let mut room = Room::of(5);
    let mut other = room.twin();
    let common = room.chain.height();
    for amount in 1..30 {
        room.does(2, pays(9, micros(amount)));
    }
    for amount in 1..33 {
        other.does(3, pays(8, micros(amount)));
    }
    let theirs = other.blocks();
    for block in &theirs {
        room.chain.add_block(block.clone(), other.now).unwrap();
    }
    assert_eq!(room.chain.tip(), other.chain.tip());
    let fresh = knowing(&theirs, other.now);
    assert_eq!(room.chain.state().root(), fresh.state().root());
    assert!(room.chain.state().entries().eq(fresh.state().entries()));
    assert_eq!(room.chain.height() - common, 32);
    // What was undone can come back.
    room.now = other.now;
    room.goes_on(1);
}

#[test]
fn a_wrong_block_in_a_heavier_chain_leaves_the_ledger_as_it_was() {
    let mut room = Room::of(4);
    let mut other = room.twin();
    let common = room.chain.height();
    room.mines(1, Vec::new());
    room.mines(4, Vec::new());
    // The first of theirs is a lie; what is mined on it is as light or as heavy as any.
    let first = other.block(2, Vec::new());
    let lie = forged(&other.chain, first, |it| it.header.state = Hash::of(b"lie"));
    let on_it = with_more(&mut other, &lie, 3);
    let before = (room.chain.tip(), room.chain.state().root(), room.chain.height());
    let now = other.now;
    for block in &on_it {
        room.chain.add_header(block.header, now).unwrap();
    }
    let mut refusals = Vec::new();
    for block in on_it.iter().rev() {
        refusals.extend(room.chain.add_block(block.clone(), now).err());
    }
    assert_eq!(refusals, [Refusal::Root { what: "state" }]);
    assert_eq!((room.chain.tip(), room.chain.state().root(), room.chain.height()), before);
    for block in &on_it {
        let again = room.chain.add_block(block.clone(), now);
        assert_eq!(again, Err(Refusal::RefusedBefore));
    }
    assert_eq!(room.chain.name_at(common + 1), Some(room.blocks()[1].header.hash()));
    room.now = now;
    room.goes_on(1);
}

#[test]
fn a_wrong_signature_is_found_among_those_of_many_blocks() {
    let mut room = Room::of(4);
    let mut other = room.twin();
    room.mines(1, Vec::new());
    room.mines(4, Vec::new());
    other.does(2, pays(9, micros(4)));
    let right = other.newest();
    let (order, _) = other.order(3, pays(9, micros(5)));
    let wrong = other.block(1, vec![order]);
    let wrong = forged(&other.chain, wrong, |it| {
        it.transactions[0].signature = right.transactions[0].signature;
        it.header.transactions = Block::transactions_root(&it.transactions);
    });
    let on_it = with_more(&mut other, &wrong, 3);
    let (before, now) = (room.chain.tip(), other.now);
    for block in [&right].into_iter().chain(&on_it) {
        room.chain.add_header(block.header, now).unwrap();
    }
    for block in on_it.iter().rev() {
        assert_eq!(room.chain.add_block(block.clone(), now), Ok(Moved::default()));
    }
    let refusal = room.chain.add_block(right, now);
    assert!(matches!(refusal, Err(Refusal::Signature(it)) if it.peer == peer(3)), "{refusal:?}");
    assert_eq!(room.chain.tip(), before);
    let again = room.chain.add_header(on_it[0].header, now);
    assert_eq!(again, Err(Refusal::RefusedBefore), "it is that block");
}

#[test]
fn a_block_from_a_clock_ahead_is_right_once_its_time_has_come() {
    let mut room = Room::of(3);
    let now = room.now;
    room.passes(Duration::from_secs(300));
    let block = room.block(2, Vec::new());
    let early = room.chain.add_block(block.clone(), now).unwrap_err();
    assert!(matches!(early, Refusal::FromTheFuture { .. }));
    let later = UnixMillis(block.header.time.0 - 120_000);
    room.chain.add_block(block, later).unwrap();
}

#[test]
fn a_device_whose_clock_is_behind_mines_all_the_same() {
    let mut room = Room::of(3);
    let tip = room.newest().header.time;
    let (draft, _) = room.chain.draft([], peer(2), UnixMillis(0)).unwrap();
    assert_eq!(draft.header.time, UnixMillis(tip.0 + 1));
    room.chain.add_block(completed(draft), UnixMillis(tip.0 - 1)).unwrap();
}

#[test]
fn a_draft_changes_nothing_and_leaves_out_what_cannot_be() {
    let mut room = Room::of(3);
    let root = room.chain.state().root();
    let all = room.balance(2);
    let [good, bad] = [pays(9, micros(1)), pays(9, all)].map(|it| room.order(2, it).0);
    let id = bad.id();
    let (draft, refused) = room.draft(1, vec![bad, good.clone()]).unwrap();
    assert_eq!(draft.transactions, [good]);
    assert!(matches!(&refused[..], [(name, Refusal::Amount(_))] if *name == id));
    assert_eq!(room.chain.state().root(), root);
    room.chain.add_block(completed(draft), room.now).unwrap();
}

#[test]
fn a_draft_is_never_more_than_a_block_may_be() {
    let mut room = Room::of(3);
    let orders = room.orders(2, (0..2_100).map(|_| pays(9, micros(1))));
    let (draft, refused) = room.draft(1, orders).unwrap();
    assert!(draft.transactions.len() > 1_000 && refused.is_empty());
    let bytes = completed(draft).encode();
    assert!(bytes.len() <= ledger::BLOCK_BYTES_MAX && bytes.len() > 200_000, "{}", bytes.len());
    assert!(Block::decode(&bytes).is_ok());
}

#[test]
fn blocks_read_back_what_they_write_and_nothing_longer() {
    let mut room = Room::of(3);
    room.does(2, pays(9, micros(1)));
    let block = room.newest();
    let bytes = block.encode();
    assert_eq!(Block::decode(&bytes), Ok(block));
    for length in 0..bytes.len() {
        assert!(Block::decode(&bytes[..length]).is_err());
    }
    assert!(Block::decode(&[&bytes[..], &[0]].concat()).is_err());
    let large = vec![0; ledger::BLOCK_BYTES_MAX + 1];
    assert!(matches!(Block::decode(&large), Err(DecodeError::TooLarge { .. })));
    // As many transactions as a number can say, and none of them there.
    let claimed = [&bytes[..180], &[0xff, 0xff, 0xff, 0xff, 0xf]].concat();
    assert!(Block::decode(&claimed).is_err());
}
