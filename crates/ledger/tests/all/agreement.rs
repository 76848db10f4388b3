//! Whoever knows the same blocks has the same ledger, whatever the order in which they came and whatever lies are among them.

use crate::common::{Room, forged, micros, new_chain, pays, with_more};
use ledger::{Block, Chain};
use proptest::prelude::*;
use units::{Hash, UnixMillis};

/// What happens to one of the chains that there are.
#[derive(Debug, Clone)]
enum Step {
    Grows { chain: usize, amount: u64 },
    Parts { chain: usize },
    IsLiedOn { chain: usize, more: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let chain = 0usize..8;
    let step = prop_oneof![
        4 => (chain.clone(), 1u64..50).prop_map(|(chain, amount)| Step::Grows { chain, amount }),
        1 => chain.clone().prop_map(|chain| Step::Parts { chain }),
        1 => (chain, 0usize..4).prop_map(|(chain, more)| Step::IsLiedOn { chain, more }),
    ];
    prop::collection::vec(step, 1..16)
}

/// All blocks of all chains, each after its parent.
fn blocks_of(steps: &[Step]) -> (Vec<Block>, UnixMillis) {
    let mut rooms = vec![Room::of(5)];
    let mut blocks = rooms[0].blocks();
    for step in steps {
        match step {
            Step::Grows { chain, amount } => {
                let place = chain % rooms.len();
                let room = &mut rooms[place];
                // Chains that part differ in who mines.
                let by = 1 + ((chain + *amount as usize) % 5) as u8;
                let orders = room.orders(2, [pays(9, micros(*amount))]);
                room.mines(by, orders);
                blocks.push(room.newest());
            }
            Step::Parts { chain } => {
                let twin = rooms[chain % rooms.len()].twin();
                rooms.push(twin);
            }
            Step::IsLiedOn { chain, more } => {
                let mut liar = rooms[chain % rooms.len()].twin();
                let by = liar.next_miner();
                let block = liar.block(by, Vec::new());
                let lie = forged(&liar.chain, block, |it| it.header.state = Hash::of(b"lie"));
                blocks.extend(with_more(&mut liar, &lie, *more));
            }
        }
    }
    let now = blocks.iter().map(|block| block.header.time).max().unwrap();
    (blocks, now)
}

/// What a device makes of them that hears of all headers first.
fn heard(blocks: &[Block], order: &[usize], now: UnixMillis) -> Chain {
    let mut chain = new_chain();
    for block in blocks {
        chain.add_header(block.header, now).unwrap();
    }
    for place in order {
        let _ = chain.add_block(blocks[*place].clone(), now);
    }
    chain
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn devices_that_know_the_same_blocks_have_the_same_ledger(
        steps in steps(),
        keys in prop::collection::vec(any::<u64>(), 128),
    ) {
        let (blocks, now) = blocks_of(&steps);
        // As they were found, with nothing known ahead.
        let mut first = new_chain();
        for block in &blocks {
            let _ = first.add_block(block.clone(), now);
        }
        let mut order: Vec<usize> = (0..blocks.len()).collect();
        for turn in 0..3 {
            order.sort_by_key(|place| keys[(place * 3 + turn) % keys.len()]);
            let other = heard(&blocks, &order, now);
            prop_assert_eq!(other.tip(), first.tip());
            prop_assert_eq!(other.state().root(), first.state().root());
        }
        let backwards: Vec<usize> = (0..blocks.len()).rev().collect();
        prop_assert_eq!(heard(&blocks, &backwards, now).tip(), first.tip());
    }
}
