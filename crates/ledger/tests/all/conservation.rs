//! Whatever is ordered: money is neither made nor destroyed, what is undone leaves no trace, and nothing stays bound.

use crate::common::{FRAUD, Room, completed, micros, peer, records, terms};
use core::time::Duration;
use ledger::{Action, Entry, Key, Order, Pool, contracts::lending::Terms, economics};
use proptest::prelude::*;
use units::{Credits, Hash};

/// Members, and two strangers, of which one has money.
const SEEDS: u8 = 7;

/// Something that may be ordered, or happen.
#[derive(Debug, Clone)]
enum Step {
    Order { by: u8, kind: u8, to: u8, amount: Credits, pick: u8 },
    Round { by: u8, members: Vec<u8>, follows: bool },
    Mine { after_ms: u64 },
}

fn amounts() -> impl Strategy<Value = Credits> {
    prop_oneof![
        8 => (1u64..30).prop_map(Credits::whole),
        2 => (0u64..200).prop_map(micros),
        1 => Just(Credits::MAX),
        1 => Just(economics::SUPPLY),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let order = (1..=SEEDS, 0u8..20, 1..=SEEDS, amounts(), any::<u8>())
        .prop_map(|(by, kind, to, amount, pick)| Step::Order { by, kind, to, amount, pick });
    let members = prop::collection::btree_set(1..=SEEDS, 1..6);
    let round = (1..=SEEDS, members, any::<bool>()).prop_map(|(by, members, follows)| {
        Step::Round { by, members: members.into_iter().collect(), follows }
    });
    let after =
        prop_oneof![Just(1), 1u64..20_000, Just(600_000), Just(3_600_000), Just(90_000_000)];
    let mine = after.prop_map(|after_ms| Step::Mine { after_ms });
    prop::collection::vec(prop_oneof![10 => order, 1 => round, 4 => mine], 1..120)
}

/// Something that may be ordered, mostly by who may: `by` is anybody, and so is who gives the order if `pick` is high.
fn order(room: &Room, by: u8, kind: u8, to: u8, amount: Credits, pick: u8) -> (u8, Action) {
    let nothing = Hash::of(b"nothing");
    let capsule = Hash::of(&[pick % 3]);
    let entries = || room.chain.state().entries();
    let offers = entries().filter_map(|(key, entry)| match (key, entry) {
        (Key::Offer(name), Entry::Offer(offer)) => Some((*name, offer.owner)),
        _ => None,
    });
    let loans = entries().filter_map(|(key, entry)| match (key, entry) {
        (Key::Loan(name), Entry::Loan(loan)) => {
            Some((*name, loan.lender, loan.borrower, loan.deposit))
        }
        _ => None,
    });
    let (offers, loans): (Vec<_>, Vec<_>) = (offers.collect(), loans.collect());
    let offer = offers.get(usize::from(pick) % offers.len().max(1));
    let loan = loans.get(usize::from(pick) % loans.len().max(1));
    let seed = |of: Option<units::PeerId>| (1..=SEEDS).find(|seed| Some(peer(*seed)) == of);
    let by_right = |of: Option<units::PeerId>| seed(of).filter(|_| pick < 200).unwrap_or(by);
    let (lender, borrower) = (loan.map(|it| it.1), loan.map(|it| it.2));
    // Mostly no more than can be owed.
    let owed =
        loan.map_or(amount, |it| if pick < 240 { it.3.part(pick.into(), 239) } else { amount });
    let offer_name = offer.map_or(nothing, |it| it.0);
    let loan = loan.map_or(nothing, |it| it.0);
    match kind {
        0 => (by, Action::Transfer { to: peer(to), amount }),
        1 => (by, Action::Welcome { member: peer(to) }),
        2 => (by, Action::Stake { amount }),
        3 => (by, Action::Unstake { amount }),
        4 => (by, Action::RegisterCapsule { capsule, title: "title".to_owned() }),
        5 => (by, Action::RateCapsule { capsule, use_percent: pick % 101 }),
        6..9 => (
            by,
            Action::Offer(Terms { price_per_hour: micros(pick.into()), stake: amount, ..terms() }),
        ),
        9 => (by_right(offer.map(|it| it.1)), Action::Withdraw { offer: offer_name }),
        10..13 => {
            let (state, hours) = (nothing, u32::from(pick % 26));
            (by, Action::Borrow { offer: offer_name, state, hours, deposit: amount })
        }
        13..16 => {
            let receipt =
                room.receipt(seed(borrower).unwrap_or(to), loan, owed, pick.is_multiple_of(4));
            (by_right(lender), Action::Claim(receipt))
        }
        16 => (by_right(borrower), Action::Return { loan, owed }),
        17 => (by_right(lender), Action::Return { loan, owed: Credits::ZERO }),
        18 => {
            let proof = if pick.is_multiple_of(2) { FRAUD.to_vec() } else { Vec::new() };
            (by, Action::Dispute { loan, proof })
        }
        _ => (by, Action::Exclude { member: peer(to) }),
    }
}

/// Mines what the pool has; checks that what another device makes of the block is the same.
fn mine(room: &mut Room, other: &mut Room, pool: &mut Pool) {
    let by = room.next_miner();
    let (draft, refused) = room.draft(by, pool.wanted()).unwrap();
    pool.drop_refused(&refused);
    let block = completed(draft);
    // The other computes it from the bytes.
    let block = ledger::Block::decode(&block.encode()).unwrap();
    room.chain.add_block(block.clone(), room.now).unwrap();
    other.chain.add_block(block, room.now).unwrap();
    pool.settle(&room.chain);
    assert_eq!(room.chain.state().credits(), economics::SUPPLY);
    assert_eq!(other.chain.state().root(), room.chain.state().root());
}

fn play(room: &mut Room, steps: Vec<Step>) {
    let mut other = room.twin();
    let mut pool = Pool::default();
    let mut newest = None;
    for step in steps {
        match step {
            Step::Order { by, kind, to, amount, pick } => {
                let (by, action) = order(room, by, kind, to, amount, pick);
                let nonce = pool.next_nonce(peer(by), &room.chain);
                let order = crate::common::cheapest(by, nonce, action);
                let _ = pool.add(order, &room.chain);
            }
            Step::Round { by, members, follows } => {
                let session = records::session(1);
                let record = match newest.filter(|_| follows) {
                    Some(parent) => records::after(session, &parent, &members, |_, _| 50, b"m"),
                    None => records::first(session, &members, b"m"),
                };
                let nonce = pool.next_nonce(peer(by), &room.chain);
                let report = records::reported(session, &record);
                let _ = pool.add(crate::common::cheapest(by, nonce, report), &room.chain);
                newest = Some(record);
            }
            Step::Mine { after_ms } => {
                room.passes(Duration::from_millis(after_ms));
                mine(room, &mut other, &mut pool);
            }
        }
    }
    room.passes(Duration::from_secs(1));
    mine(room, &mut other, &mut pool);
}

/// Whoever has anything bound by its own will takes it back; time does the rest.
fn wind_up(room: &mut Room) {
    let longest = [
        Duration::from_secs(3_600 * u64::from(economics::LOAN_HOURS_MAX)),
        economics::GRACE,
        economics::ANSWER_TIME,
        economics::OFFER_STANDS,
        economics::BALLOT_OPEN,
    ];
    room.passes(longest.iter().sum());
    room.goes_on(1);
    for seed in 1..=SEEDS {
        let stake = room.chain.account(peer(seed)).stake;
        if !stake.is_zero() && room.balance(seed) >= economics::FEE_MIN {
            room.does(seed, Action::Unstake { amount: stake });
        }
    }
    room.passes(economics::UNSTAKING);
    room.goes_on(1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn money_is_neither_made_nor_destroyed_and_nothing_stays_bound(steps in steps()) {
        let mut room = Room::of(SEEDS - 2);
        room.does(1, crate::common::pays(SEEDS, Credits::whole(60)));
        play(&mut room, steps);
        wind_up(&mut room);
        prop_assert_eq!(room.chain.state().credits(), economics::SUPPLY);
        for (key, entry) in room.chain.state().entries() {
            let is_bound = matches!(
                entry,
                Entry::Offer(_) | Entry::Loan(_) | Entry::Ballot(_) | Entry::Due(ledger::Due::StakeFree { .. })
            );
            prop_assert!(!is_bound, "{key:?} {entry:?}");
        }
        // Everybody can spend what is theirs, to the last micro-credit.
        for seed in 1..=SEEDS {
            let Ok(all) = room.balance(seed).minus(economics::FEE_MIN) else { continue };
            if !all.is_zero() {
                let (spends, _) = room.order(seed, crate::common::pays(200, all));
                let by = room.next_miner();
                let (draft, refused) = room.draft(by, vec![spends]).unwrap();
                prop_assert_eq!((draft.transactions.len(), refused), (1, Vec::new()));
            }
        }
    }

    #[test]
    fn what_is_undone_leaves_no_trace(steps in steps()) {
        let mut room = Room::of(SEEDS - 2);
        room.does(1, crate::common::pays(SEEDS, Credits::whole(60)));
        let common = room.chain.height();
        // Another chain from there on, which is heavier in the end and has nothing in it.
        let mut other = room.twin();
        play(&mut room, steps);
        let blocks = room.chain.height() - common + 1;
        while other.chain.work() <= room.chain.work() || other.chain.height() - common < blocks {
            other.passes(Duration::from_millis(1));
            let by = other.next_miner();
            let (draft, _) = other.draft(by, Vec::<Order>::new()).unwrap();
            let now = other.now;
            other.chain.add_block(completed(draft), now).unwrap();
        }
        let now = room.now.max(other.now);
        for block in other.blocks_after(common) {
            room.chain.add_block(block, now).unwrap();
        }
        prop_assert_eq!(room.chain.tip(), other.chain.tip());
        prop_assert_eq!(room.chain.state().root(), other.chain.state().root());
        prop_assert!(room.chain.state().entries().eq(other.chain.state().entries()));
    }
}
