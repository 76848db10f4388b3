//! Chains of somebody's own.

use crate::common::{BEGINNING, Room, completed, forged, new_chain, order, pays, peer};
use core::time::Duration;
use ledger::{Block, Chain, Refusal, economics};
use units::{Credits, Hash, PeerId, UnixMillis};

/// What a member has at the end of a chain that somebody else knows only now.
fn merged(ours: &mut Chain, theirs: &[Block], now: UnixMillis) {
    theirs.iter().for_each(|block| {
        ours.add_block(block.clone(), now).unwrap();
    });
}

#[test]
fn money_spent_twice_on_two_chains_is_spent_once_when_they_meet() {
    let mut room = Room::of(4);
    let mut other = room.twin();
    let all = room.balance(4).minus(economics::FEE_MIN).unwrap();
    let (one, two) = (room.order(4, pays(8, all)).0, room.order(4, pays(9, all)).0);
    let common = room.chain.height();
    room.mines(1, vec![one.clone()]);
    other.mines(2, vec![two]);
    other.mines(3, Vec::new());
    merged(&mut room.chain, &other.blocks_after(common), other.now);
    assert_eq!(room.chain.tip(), other.chain.tip());
    assert_eq!((room.balance(8), room.balance(9)), (Credits::ZERO, all));
    assert!(matches!(room.refusal_of(one), Refusal::Nonce { .. }), "it cannot come back");
}

#[test]
fn a_long_private_chain_weighs_less_than_the_work_of_a_room_and_changes_nothing() {
    let mut room = Room::of(4);
    let mut alone = room.twin();
    let common = room.chain.height();
    // The room is quick, so that its work becomes harder; who is alone takes its time and has as many blocks.
    for _ in 0..24 {
        room.passes(Duration::from_secs(1));
        let by = room.next_miner();
        let (draft, _) = room.draft(by, Vec::new()).unwrap();
        room.chain.add_block(completed(draft), room.now).unwrap();
        alone.passes(Duration::from_secs(10));
        alone.mines(4, Vec::new());
    }
    let tip = room.chain.tip();
    merged(&mut room.chain, &alone.blocks_after(common), alone.now);
    assert_eq!(room.chain.tip(), tip);
}

#[test]
fn two_honest_halves_that_merge_have_one_ledger_in_whatever_order_blocks_come() {
    let mut left = Room::of(6);
    let mut right = left.twin();
    let common = left.chain.height();
    (left.members, right.members) = (vec![1, 2, 3], vec![4, 5, 6]);
    for number in 0..12 {
        left.does(2, pays(9, Credits::from_micros(1 + number)));
        right.does(5, pays(9, Credits::from_micros(100 + number)));
    }
    right.goes_on(1);
    let (of_left, of_right) = (left.blocks_after(common), right.blocks_after(common));
    let now = right.now;
    merged(&mut left.chain, &of_right, now);
    of_left.iter().for_each(|block| {
        right.chain.add_header(block.header, now).unwrap();
    });
    of_left.iter().rev().for_each(|block| {
        right.chain.add_block(block.clone(), now).unwrap();
    });
    assert_eq!(left.chain.tip(), right.chain.tip());
    assert_eq!(left.chain.state().root(), right.chain.state().root());
    assert_eq!(left.chain.state().credits(), economics::SUPPLY);
    left.goes_on(1);
}

#[test]
fn times_set_back_or_ahead_make_no_work_easy() {
    let mut room = Room::of(3);
    let (draft, _) = room.draft(1, Vec::new()).unwrap();
    let block = completed(draft);
    let parent = room.newest().header.time;
    let early = forged(&room.chain, block.clone(), |it| it.header.time = parent);
    let refusal = room.chain.add_block(early, room.now).unwrap_err();
    assert_eq!(refusal, Refusal::TimeGoesBack { time: parent, parent });
    let ahead_ms = 120_001;
    let late = UnixMillis(room.now.0 + ahead_ms);
    let late = forged(&room.chain, block, |it| it.header.time = late);
    let refusal = room.chain.add_block(late.clone(), room.now).unwrap_err();
    assert_eq!(refusal, Refusal::FromTheFuture { ahead_ms });
    room.passes(Duration::from_millis(1));
    room.chain.add_header(late.header, room.now).expect("its time has come");
}

#[test]
fn a_warp_of_times_lowers_difficulty_by_less_than_a_hundredth_for_two_blocks() {
    let start = 1 << 30;
    let mut difficulty = start;
    for _ in 0..16 {
        difficulty = ledger::work::difficulty_after(difficulty, 1);
        difficulty = ledger::work::difficulty_after(difficulty, 2 * ledger::work::PACE_MS - 1);
    }
    assert!(difficulty > start - start / 100 * 16, "{difficulty}");
}

#[test]
fn difficulty_does_not_drop_by_more_than_a_sixteenth_however_long_a_room_sleeps() {
    let mut room = Room::of(4);
    for _ in 0..8 {
        room.passes(Duration::from_millis(1));
        let by = room.next_miner();
        let (draft, _) = room.draft(by, Vec::new()).unwrap();
        room.chain.add_block(completed(draft), room.now).unwrap();
    }
    let before = room.chain.pace().difficulty;
    room.passes(Duration::from_secs(1_000_000));
    room.goes_on(1);
    assert!(room.chain.pace().difficulty >= before - before / 16);
}

#[test]
fn a_chain_whose_blocks_are_withheld_is_not_followed_until_they_are_here() {
    let mut room = Room::of(3);
    let mut other = room.twin();
    let common = room.chain.height();
    other.goes_on(3);
    let tip = room.chain.tip();
    let blocks = other.blocks_after(common);
    for block in &blocks {
        room.chain.add_header(block.header, other.now).unwrap();
    }
    room.chain.add_block(blocks[2].clone(), other.now).unwrap();
    room.chain.add_block(blocks[1].clone(), other.now).unwrap();
    assert_eq!(room.chain.tip(), tip);
    room.now = other.now;
    room.mines(1, Vec::new());
    room.chain.add_block(blocks[0].clone(), other.now).unwrap();
    assert_eq!(room.chain.tip(), other.chain.tip());
}

#[test]
fn a_lie_about_the_state_is_found_by_computing_it_and_a_heavier_chain_on_it_is_worth_nothing() {
    let mut room = Room::of(3);
    let tip = room.chain.tip();
    let block = room.block(1, Vec::new());
    let lie = forged(&room.chain, block, |it| it.header.state = Hash::of(b"all is mine"));
    assert_eq!(room.chain.add_block(lie.clone(), room.now), Err(Refusal::Root { what: "state" }));
    assert_eq!(room.chain.tip(), tip);
    assert_eq!(room.chain.add_block(lie, room.now), Err(Refusal::RefusedBefore));
    room.goes_on(1);
}

#[test]
fn money_made_out_of_nothing_in_a_block_is_found() {
    let mut room = Room::of(3);
    let thief = peer(2);
    let block = room.block(2, Vec::new());
    let lie = forged(&room.chain, block, |it| {
        it.transactions.push(order(1, 99, economics::FEE_MIN, pays(2, Credits::whole(1))));
        it.header.transactions = Block::transactions_root(&it.transactions);
    });
    assert!(matches!(room.chain.add_block(lie, room.now), Err(Refusal::Nonce { .. })));
    assert_eq!(room.chain.account(thief).nonce, 0);
}

/// Blocks after a chain of somebody's own, of which the last is a lie.
fn with_a_lie_at_the_end(room: &mut Room, blocks: usize) -> Vec<Block> {
    let height = room.chain.height();
    for _ in 0..blocks {
        room.goes_on(1);
    }
    let by = room.next_miner();
    let block = room.block(by, Vec::new());
    let lie = forged(&room.chain, block, |it| it.header.state = Hash::of(b"lie"));
    let mut blocks = room.blocks_after(height);
    blocks.push(lie);
    blocks
}

#[test]
fn devices_that_know_the_same_blocks_follow_the_same_chain_although_the_heaviest_is_wrong() {
    let room = Room::of(3);
    let mut liar = room.twin();
    let blocks = with_a_lie_at_the_end(&mut liar, 3);
    let mut in_order = room.twin();
    let mut backwards = room.twin();
    let refused = |chain: &mut Chain, block: &Block| chain.add_block(block.clone(), liar.now).err();
    for block in &blocks {
        refused(&mut in_order.chain, block);
    }
    for block in &blocks {
        backwards.chain.add_header(block.header, liar.now).unwrap();
    }
    for block in blocks.iter().rev() {
        refused(&mut backwards.chain, block);
    }
    assert_eq!(in_order.chain.tip(), blocks[2].header.hash());
    assert_eq!(backwards.chain.tip(), in_order.chain.tip());
}

#[test]
fn of_two_heavier_chains_the_right_one_is_followed_although_the_wrong_one_goes_first() {
    let room = Room::of(3);
    let mut honest = room.twin();
    honest.goes_on(1);
    let mut liar = honest.twin();
    honest.goes_on(1);
    let lies = with_a_lie_at_the_end(&mut liar, 1);
    let right = honest.blocks_after(room.chain.height());
    let mut late = room.twin();
    let now = liar.now.max(honest.now);
    for block in lies.iter().chain(&right[1..]) {
        late.chain.add_header(right[0].header, now).unwrap();
        late.chain.add_block(block.clone(), now).unwrap();
    }
    // All of them hang on this one.
    let _ = late.chain.add_block(right[0].clone(), now);
    let mut in_order = room.twin();
    for block in right.iter().chain(&lies) {
        let _ = in_order.chain.add_block(block.clone(), now);
    }
    assert_eq!(late.chain.tip(), in_order.chain.tip());
}

#[test]
fn a_lie_after_more_blocks_than_can_be_undone_costs_nothing_but_the_time_to_see_it() {
    let mut liar = Room::of(3);
    let mut chain = new_chain();
    let blocks_count = ledger::UNDONE_MAX + 8;
    let mut blocks = liar.blocks();
    blocks.extend(with_a_lie_at_the_end(&mut liar, blocks_count));
    let now = liar.now;
    for block in &blocks {
        chain.add_header(block.header, now).unwrap();
    }
    for block in blocks.iter().rev() {
        let _ = chain.add_block(block.clone(), now);
    }
    assert_eq!(chain.tip(), blocks[blocks.len() - 2].header.hash());
}

#[test]
fn who_fills_up_the_place_for_headers_cannot_keep_a_heavier_chain_out() {
    let mut room = Room::of(3);
    let mut other = room.twin();
    let common = room.chain.height();
    room.mines(1, Vec::new());
    other.mines(2, Vec::new());
    other.mines(3, Vec::new());
    let first = room.newest().header;
    for number in 0..9_000u32 {
        let mut miner = [3; 32];
        miner[..4].copy_from_slice(&number.to_le_bytes());
        let header = ledger::Header { miner: PeerId::from_bytes(miner), ..first };
        let found = ledger::work::Search::new(header, ledger::work::DIFFICULTY_MIN)
            .advance(u32::MAX)
            .unwrap();
        let refusal = room.chain.add_header(found, other.now).err();
        assert!(matches!(refusal, None | Some(Refusal::Full { .. })), "{refusal:?}");
    }
    assert!(room.chain.headers_known() < 8_300, "there is a limit");
    merged(&mut room.chain, &other.blocks_after(common), other.now);
    assert_eq!(room.chain.tip(), other.chain.tip());
}

#[test]
fn a_deep_reorganisation_during_a_settlement_pays_everybody_once() {
    use crate::common::terms;
    use ledger::Action;
    let mut room = Room::of(4);
    room.members = vec![1, 4];
    let offer = room.does(2, Action::Offer(terms()));
    let deposit = Credits::whole(10);
    let state = Hash::of(b"state");
    let loan = room.does(3, Action::Borrow { offer, state, hours: 1, deposit });
    let mut other = room.twin();
    let common = room.chain.height();
    let receipt = room.receipt(3, loan, Credits::whole(4), true);
    let (lender, borrower) = (room.balance(2), room.balance(3));
    room.does(2, Action::Claim(receipt));
    assert!(room.loan(loan).is_none());
    // On the other side the same receipt is claimed as well, later and after a return of less.
    other.does(3, Action::Return { loan, owed: Credits::whole(1) });
    other.does(2, Action::Claim(receipt));
    merged(&mut room.chain, &other.blocks_after(common), other.now);
    assert_eq!(room.chain.tip(), other.chain.tip());
    assert!(room.loan(loan).is_none());
    assert!(matches!(room.refusal(2, Action::Claim(receipt)), Refusal::NoSuchLoan { .. }));
    let paid = Credits::whole(4).minus(Credits::from_micros(80_000)).unwrap();
    let gain = room.balance(2).minus(lender).unwrap();
    assert!(gain > paid && gain < paid.plus(Credits::whole(21)).unwrap());
    assert!(room.balance(3) < borrower.plus(Credits::whole(6)).unwrap());
    assert_eq!(room.chain.state().credits(), economics::SUPPLY);
}

#[test]
fn a_block_for_another_rooms_beginning_has_no_parent_here() {
    let mut room = Room::of(2);
    let mut elsewhere = Chain::new(
        ledger::Genesis { room: units::RoomId::from_bytes([8; 16]), founder: peer(1) },
        crate::common::judge,
    );
    let (draft, _) = elsewhere.draft([], peer(1), BEGINNING).unwrap();
    let block = completed(draft);
    let parent = block.header.parent;
    assert_eq!(room.chain.add_block(block, room.now), Err(Refusal::UnknownParent { parent }));
    room.goes_on(1);
}
