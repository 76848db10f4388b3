//! What can be shown to somebody who has nothing but the newest header, and snapshots.

use crate::common::{Room, micros, pays, peer};
use ledger::{
    Chain, Header, InclusionProof, Key, Refusal, State, StateProof, merkle, merkle::Peaks,
};
use proptest::prelude::*;
use units::{Hash, PeerId, UnixMillis};

fn room() -> Room {
    let mut room = Room::of(4);
    for number in 0..9u64 {
        let orders = room.orders(2, (0..=number).map(|_| pays(9, micros(1))));
        room.records(orders);
    }
    room
}

#[test]
fn every_transaction_of_every_block_can_be_shown() {
    let room = room();
    let newest = room.newest().header;
    for (height, block) in (1u32..).zip(room.blocks()) {
        for (place, transaction) in (0u32..).zip(&block.transactions) {
            let proof = room.chain.prove_transaction(height, place).unwrap();
            assert_eq!(proof.transaction, *transaction);
            assert_eq!(proof.height(&newest), Some(height));
            assert_eq!(InclusionProof::decode(&proof.encode()), Ok(proof));
        }
        let beyond = block.transactions.len() as u32;
        assert_eq!(room.chain.prove_transaction(height, beyond), None);
    }
    assert_eq!(room.chain.prove_transaction(0, 0), None);
    assert_eq!(room.chain.prove_transaction(room.chain.height() + 1, 0), None);
    assert_eq!(room.chain.prove_transaction(u32::MAX, u32::MAX), None);
}

#[test]
fn a_proof_shows_nothing_to_who_trusts_another_header() {
    let room = room();
    let blocks = room.blocks();
    let proof = room.chain.prove_transaction(5, 0).unwrap();
    for block in &blocks[..blocks.len() - 1] {
        assert_eq!(proof.height(&block.header), None);
    }
}

#[test]
fn what_is_in_the_state_can_be_shown_and_that_something_is_not() {
    let room = room();
    let newest = room.newest().header;
    let absent = [Key::Account(PeerId::from_bytes([99; 32])), Key::Loan(Hash::of(b"none"))];
    let there: Vec<Key> = room.chain.state().entries().map(|(key, _)| *key).collect();
    for key in there.iter().chain(&absent) {
        let proof = room.chain.prove_entry(*key);
        assert_eq!(proof.entry.is_some(), there.contains(key));
        assert!(proof.holds(&newest));
        assert_eq!(StateProof::decode(&proof.encode()), Ok(proof.clone()));
        let without = StateProof { entry: None, ..proof.clone() };
        assert_eq!(without.holds(&newest), proof.entry.is_none());
        let elsewhere = StateProof { key: Key::Account(PeerId::from_bytes([98; 32])), ..proof };
        assert!(!elsewhere.holds(&newest) || elsewhere.entry.is_none());
    }
}

#[test]
fn a_snapshot_is_the_state_of_its_header_and_no_other() {
    let room = room();
    let state = room.chain.state();
    let bytes = state.snapshot();
    let read = State::of_snapshot(&bytes, state.root()).unwrap();
    assert!(read.entries().eq(state.entries()));
    assert_eq!(read.root(), state.root());
    assert_eq!(read.snapshot(), bytes);
    let what = "state";
    let other = State::of_snapshot(&bytes, Hash::of(b"another"));
    assert_eq!(other.unwrap_err(), Refusal::Root { what });
    assert!(State::of_snapshot(&[], state.root()).is_err());
    assert!(State::of_snapshot(&[0], Hash::from_bytes([0; 32])).is_err(), "an empty state");
}

#[test]
fn a_snapshot_of_more_money_than_there_is_is_refused_whatever_its_root() {
    let room = Room::of(2);
    let mut entries: Vec<_> =
        room.chain.state().entries().map(|(key, it)| (*key, it.clone())).collect();
    for amount in [units::Credits::whole(5_000), units::Credits::MAX] {
        for (_, entry) in &mut entries {
            if let ledger::Entry::Account(account) = entry {
                account.balance = amount;
            }
        }
        let bytes = protocol::encoding::encode(&entries);
        let refusal = State::of_snapshot(&bytes, room.chain.state().root()).unwrap_err();
        assert!(matches!(refusal, Refusal::Bytes(_)), "{refusal}");
    }
}

#[test]
fn a_proof_from_among_a_hundred_thousand_transactions_is_less_than_two_kilobytes() {
    // As many full blocks as that takes, by their headers alone, and one of them in full.
    let (count, blocks) = (2_048, 100_000 / 2_048 + 1);
    let room = Room::of(2);
    let (transfer, _) = room.order(2, pays(9, micros(1)));
    let mut leaves: Vec<Hash> = (0u32..count).map(|n| merkle::leaf(&n.to_le_bytes())).collect();
    leaves[77] = merkle::leaf(&transfer.encode());
    let mut history = Peaks::default();
    let mut names = vec![room.chain.room()];
    history.push(names[0]);
    let mut header = room.newest().header;
    for height in 1..=blocks {
        header = Header {
            transactions: merkle::root(&leaves),
            history: history.root(),
            height,
            time: UnixMillis(u64::MAX >> 8),
            nonce: height.into(),
            ..header
        };
        names.push(header.hash());
        history.push(header.hash());
        if height == 3 {
            leaves.rotate_left(1);
        }
    }
    leaves.rotate_right(1);
    let third = 3;
    let mut of_third = room.newest().header;
    let mut before = Peaks::default();
    names[..3].iter().for_each(|name| before.push(*name));
    of_third = Header {
        transactions: merkle::root(&leaves),
        history: before.root(),
        height: third,
        time: UnixMillis(u64::MAX >> 8),
        nonce: third.into(),
        ..of_third
    };
    assert_eq!(of_third.hash(), names[3]);
    let proof = InclusionProof {
        transaction: transfer,
        place: (77, count),
        path: merkle::path(&leaves, 77),
        header: of_third.encode().to_vec(),
        history: merkle::path(&names[..names.len() - 1], 3),
    };
    assert_eq!(proof.height(&header), Some(3));
    assert!(proof.encode().len() < 1_024, "{}", proof.encode().len());
}

#[test]
fn a_proof_of_an_account_among_a_thousand_is_less_than_a_kilobyte() {
    let mut room = Room::of(2);
    let to = |n: u16| {
        let mut key = [1; 32];
        key[..2].copy_from_slice(&n.to_le_bytes());
        ledger::Action::Transfer { to: PeerId::from_bytes(key), amount: micros(1) }
    };
    let orders = room.orders(2, (0..1_000).map(to));
    room.records(orders);
    let proof = room.chain.prove_entry(Key::Account(peer(2)));
    assert!(proof.holds(&room.newest().header));
    assert!(proof.encode().len() < 1_024, "{}", proof.encode().len());
}

/// A device that knows the headers of a room, and nothing else.
fn with_headers(room: &Room) -> Chain {
    let mut chain = crate::common::new_chain();
    for block in room.blocks() {
        chain.add_header(block.header, room.now).unwrap();
    }
    chain
}

#[test]
fn who_is_new_begins_with_a_state_that_enough_work_stands_on() {
    let mut room = Room::of(6);
    room.does(2, pays(9, micros(7)));
    let (snapshot, name) = (room.chain.state().snapshot(), room.chain.tip());
    let settled = room.chain.height();
    for _ in 0..ledger::BURIED_MIN {
        room.does(3, pays(9, micros(1)));
    }
    let mut late = with_headers(&room);
    let blocks = room.blocks_after(settled);
    // Some of what comes after it may be here already.
    for block in blocks.iter().take(5).rev() {
        late.add_block(block.clone(), room.now).unwrap();
    }
    let moved = late.begin_at(name, &snapshot).unwrap();
    assert_eq!(moved.done.len(), 5);
    for block in &blocks {
        late.add_block(block.clone(), room.now).unwrap();
    }
    assert_eq!(late.tip(), room.chain.tip());
    assert!(late.state().entries().eq(room.chain.state().entries()));
    assert_eq!(late.prove_transaction(1, 0), None, "it has never seen it");
    let newest = room.newest().header;
    let height = late.height();
    assert_eq!(late.prove_transaction(height, 0).unwrap().height(&newest), Some(height));
    assert!(late.prove_entry(Key::Account(peer(9))).holds(&newest));
    // It undoes what it has computed as anybody else.
    let mut other = room.twin();
    other.mines(1, Vec::new());
    let (draft, _) = late.draft([], peer(4), other.now).unwrap();
    late.add_block(crate::common::completed(draft), other.now).unwrap();
    other.goes_on(1);
    for block in other.blocks_after(height) {
        late.add_block(block, other.now).unwrap();
    }
    assert_eq!(late.tip(), other.chain.tip());
}

#[test]
fn a_state_is_not_taken_that_is_new_or_lighter_or_not_the_one_of_its_header() {
    let mut room = Room::of(6);
    let (early, of_early) = (room.chain.state().snapshot(), room.chain.tip());
    room.goes_on(1);
    let (snapshot, name) = (room.chain.state().snapshot(), room.chain.tip());
    room.goes_on(ledger::BURIED_MIN as usize - 1);
    let mut late = with_headers(&room);
    let blocks = ledger::BURIED_MIN - 1;
    let least = ledger::BURIED_MIN;
    assert_eq!(late.begin_at(name, &snapshot), Err(Refusal::NotBuried { blocks, least }));
    let what = "state";
    assert_eq!(late.begin_at(of_early, &snapshot), Err(Refusal::Root { what }));
    let parent = Hash::of(b"nobody's");
    assert_eq!(late.begin_at(parent, &early), Err(Refusal::UnknownParent { parent }));
    assert_eq!((late.height(), late.tip()), (0, late.room()));
    assert_eq!(late.state().root(), crate::common::genesis().state().root());
    let refusal = room.chain.begin_at(of_early, &early);
    assert_eq!(refusal, Err(Refusal::NotHeavier), "it knows better");
    late.begin_at(of_early, &early).unwrap();
    assert_eq!(late.tip(), of_early);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_proof_shows_nothing_else(place: prop::sample::Index, bit in 0u8..8) {
        let room = room();
        let newest = room.newest().header;
        for (height, of) in [(4, 1), (10, 3)] {
            let mut bytes = room.chain.prove_transaction(height, of).unwrap().encode();
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
            let shown = InclusionProof::decode(&bytes).ok().and_then(|it| it.height(&newest));
            // Of a path, only how many transactions the block has may be said otherwise.
            let known = room.chain.prove_transaction(height, of).unwrap();
            let said = InclusionProof::decode(&bytes).map(|it| it.transaction);
            prop_assert!(shown.is_none() || said == Ok(known.transaction));
        }
        let mut bytes = room.chain.prove_entry(Key::Account(peer(9))).encode();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        prop_assert!(!StateProof::decode(&bytes).is_ok_and(|proof| proof.holds(&newest)));
    }

    #[test]
    fn a_changed_snapshot_is_refused(place: prop::sample::Index, bit in 0u8..8) {
        let room = Room::of(4);
        let mut bytes = room.chain.state().snapshot();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        prop_assert!(State::of_snapshot(&bytes, room.chain.state().root()).is_err());
    }
}
