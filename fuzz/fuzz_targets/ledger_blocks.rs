//! Blocks of anybody's bytes, a right one that was changed on its way, and right ones of orders that nobody would give: a ledger
//! takes all of them or is as it was, and its money stays what it is.
#![no_main]

use ledger::{Action, Block, Chain, Genesis, Order, economics};
use libfuzzer_sys::fuzz_target;
use protocol::{encoding, identity::Identity};
use std::sync::LazyLock;
use units::{RoomId, UnixMillis};

/// Later than all blocks.
const NOW: UnixMillis = UnixMillis(2_000_000_000_000);

/// Of the founder, and of whom it welcomes.
const SEEDS: u8 = 4;

static FIRST: LazyLock<Block> = LazyLock::new(|| {
    let welcome = |seed| Action::Welcome { member: identity(seed).peer_id() };
    mine(&mut new_chain(), 1, (2..=SEEDS).map(welcome), 1_700_000_000_000)
});

static SECOND: LazyLock<Block> = LazyLock::new(|| {
    let amount = economics::WELCOME.part(1, 2);
    let action = Action::Transfer { to: identity(3).peer_id(), amount };
    mine(&mut begun(), 2, [action], 1_700_000_010_000)
});

fn identity(seed: u8) -> Identity {
    Identity::from_seed([seed; 32])
}

fn new_chain() -> Chain {
    let genesis = Genesis { room: RoomId::from_bytes([7; 16]), founder: identity(1).peer_id() };
    Chain::new(genesis, |_, _, proof| match proof {
        [1, ..] => Ok(()),
        _ => Err("it begins with another byte".to_owned()),
    })
}

fn begun() -> Chain {
    let mut chain = new_chain();
    chain.add_block(FIRST.clone(), NOW).expect("it is right");
    chain
}

/// A block of what can be done of these, in orders of that member.
fn mine(chain: &mut Chain, by: u8, actions: impl IntoIterator<Item = Action>, time: u64) -> Block {
    let identity = identity(by);
    let mut nonce = chain.account(identity.peer_id()).nonce;
    let mut wanted = Vec::<Order>::new();
    for action in actions {
        let fee = economics::FEE_MIN.times(100).expect("it is small");
        let order = Order::sign(&identity, chain.room(), nonce, fee, action);
        if order.validate().is_err() {
            continue;
        }
        let mut with_it = wanted.clone();
        with_it.push(order);
        let (draft, _) =
            chain.draft(with_it, identity.peer_id(), UnixMillis(time)).expect("a member");
        nonce += draft.transactions.len() as u64 - wanted.len() as u64;
        wanted = draft.transactions;
    }
    let (draft, _) = chain.draft(wanted, identity.peer_id(), UnixMillis(time)).expect("a member");
    let header = draft.search(0).advance(u32::MAX).expect("it is easy");
    draft.complete(header)
}

fuzz_target!(|bytes: &[u8]| {
    let mut chain = begun();
    let root = chain.state().root();
    if let Ok(block) = Block::decode(bytes) {
        assert!(chain.add_block(block, NOW).is_err());
    }
    let right = SECOND.encode();
    let mut changed = right.clone();
    for pair in bytes.chunks_exact(2).take(8) {
        let place = usize::from(pair[0]) * right.len() / 256;
        changed[place] ^= pair[1];
    }
    if let Some(block) = Block::decode(&changed).ok().filter(|_| changed != right) {
        assert!(chain.add_block(block, NOW).is_err());
    }
    assert_eq!(chain.state().root(), root);
    chain.add_block(SECOND.clone(), NOW).expect("nobody spoils its name");
    // Each of up to eight orders is some bytes, behind their number and whose they are.
    let (mut rest, mut time) = (bytes, 1_700_000_020_000);
    for _ in 0..8 {
        let [length, by, after @ ..] = rest else { break };
        let (order, after) = after.split_at(usize::from(*length).min(after.len()));
        rest = after;
        let Ok(action) = encoding::decode::<Action>("action", order, 256) else { continue };
        let by = 1 + by % SEEDS;
        if !chain.account(identity(by).peer_id()).is_member() {
            continue;
        }
        let block = mine(&mut chain, by, [action], time);
        let block = Block::decode(&block.encode()).expect("a draft is within bounds");
        chain.add_block(block, NOW).expect("what was drafted is right");
        assert_eq!(chain.state().credits(), economics::SUPPLY);
        time += 10_000 + u64::from(*length) * 60_000;
    }
});
