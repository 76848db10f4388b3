//! What is known of blocks that gave way.

use crate::common::{Room, completed, micros, pays};
use core::time::Duration;
use ledger::{Block, Branch};
use units::Hash;

fn names(blocks: &[Block]) -> Vec<Hash> {
    blocks.iter().map(|block| block.header.hash()).collect()
}

#[test]
fn a_room_that_was_never_cut_has_no_branches() {
    let mut room = Room::of(3);
    room.goes_on(4);
    assert_eq!(room.chain.branches(8), []);
}

#[test]
fn blocks_that_gave_way_are_a_branch_where_they_parted() {
    let mut room = Room::of(4);
    room.goes_on(2);
    let mut other = room.twin();
    let parting = room.chain.height();
    let orders = room.orders(2, [pays(3, micros(1))]);
    room.mines(2, orders);
    let ours = names(&room.blocks_after(parting));
    (0..3).for_each(|_| drop(other.records(Vec::new())));
    for block in other.blocks_after(parting) {
        room.chain.add_block(block, other.now).unwrap();
    }
    assert_eq!(room.chain.tip(), other.chain.tip());
    let branches = room.chain.branches(8);
    let [Branch { parting: at, names, work, against, refused: false }] = &branches[..] else {
        panic!("{branches:?}")
    };
    assert_eq!((*at, names), (parting, &ours));
    assert!(work < against);
    assert!(
        room.chain.transactions(&names[0]).is_some_and(|it| it.len() == 1),
        "its entries are here"
    );
    assert!(!room.chain.counts(&names[0]) && room.chain.counts(&room.chain.tip()));
    assert_eq!(other.chain.branches(8), [], "who never saw them knows nothing of them");
}

#[test]
fn blocks_that_wait_to_count_are_no_branch() {
    let mut room = Room::of(4);
    let mut ahead = room.twin();
    ahead.mines(2, Vec::new());
    room.chain.add_header(ahead.newest().header, ahead.now).unwrap();
    assert_eq!(room.chain.branches(8), []);
}

#[test]
fn a_block_that_breaks_a_rule_is_said_to() {
    let mut room = Room::of(4);
    room.passes(Duration::from_secs(10));
    let (mut draft, _) = room.draft(2, Vec::new()).unwrap();
    draft.header.state = Hash::of(b"wrong");
    let wrong = completed(draft);
    room.chain.add_block(wrong.clone(), room.now).unwrap_err();
    let branches = room.chain.branches(8);
    assert_eq!(branches.len(), 1);
    assert!(branches[0].refused && branches[0].names == [wrong.header.hash()]);
}

#[test]
fn of_many_branches_the_newest_are_told() {
    let mut room = Room::of(5);
    let mut partings = Vec::new();
    for _ in 0..6 {
        let mut other = room.twin();
        partings.push(room.chain.height());
        other.passes(Duration::from_secs(1));
        other.mines(2, Vec::new());
        (0..3).for_each(|_| drop(room.records(Vec::new())));
        room.chain.add_block(other.newest(), room.now).unwrap();
    }
    let told: Vec<u32> = room.chain.branches(3).iter().map(|branch| branch.parting).collect();
    partings.reverse();
    assert_eq!(told, partings[..3]);
}
