//! Bytes that any peer can send.

use crate::common::{Room, micros, pays, peer, records, terms};
use core::time::Duration;
use ledger::{Action, Block, Header, InclusionProof, Key, Order, Refusal, State, StateProof};
use proptest::prelude::*;
use protocol::identity::Signature;
use units::{Credits, Hash};

/// One of each order, with two reports.
fn one_of_each() -> Vec<Order> {
    let room = Room::of(5);
    let (hash, amount) = (Hash::of(b"hash"), Credits::whole(3));
    let receipt = room.receipt(3, hash, amount, true);
    let actions = [
        pays(3, amount),
        Action::Welcome { member: peer(9) },
        Action::Stake { amount },
        Action::Unstake { amount },
        Action::RegisterCapsule { capsule: hash, title: "Gr\u{fc}n".to_owned() },
        Action::RateCapsule { capsule: hash, use_percent: 77 },
        Action::Offer(terms()),
        Action::Withdraw { offer: hash },
        Action::Borrow { offer: hash, state: hash, hours: 3, deposit: amount },
        Action::Claim(receipt),
        Action::Return { loan: hash, owed: amount },
        Action::Dispute { loan: hash, proof: vec![1, 2, 3] },
        Action::Exclude { member: peer(4) },
        Action::Revoke { device: peer(4), permit: Signature::from_bytes([7; 64]) },
    ];
    let session = records::session(1);
    let one = records::first(session, &[2, 3, 4, 5], b"m");
    let two = records::after(session, &one, &[2, 3, 4, 5], |_, _| -7, b"n");
    let reports = [one, two].map(|record| records::reported(session, &record));
    room.orders(2, actions.into_iter().chain(reports))
}

/// What a decoder reads, written again.
type Rewritten = Option<Vec<u8>>;

fn header(bytes: &[u8]) -> Rewritten {
    Header::decode(bytes).ok().map(|it| it.encode().to_vec())
}

fn block(bytes: &[u8]) -> Rewritten {
    Block::decode(bytes).ok().map(|it| it.encode())
}

fn order(bytes: &[u8]) -> Rewritten {
    Order::decode(bytes).ok().map(|it| it.encode())
}

fn inclusion(bytes: &[u8]) -> Rewritten {
    let proof = InclusionProof::decode(bytes).ok()?;
    let _ = Header::decode(&[0; Header::SIZE_BYTES]).map(|header| proof.height(&header));
    Some(proof.encode())
}

fn state(bytes: &[u8]) -> Rewritten {
    let proof = StateProof::decode(bytes).ok()?;
    let _ = Header::decode(&[0; Header::SIZE_BYTES]).map(|header| proof.holds(&header));
    Some(proof.encode())
}

const DECODERS: [fn(&[u8]) -> Rewritten; 5] = [header, block, order, inclusion, state];

/// Encodings of everything, each for one decoder.
fn encodings() -> Vec<(usize, Vec<u8>)> {
    let mut room = Room::of(4);
    let orders = room.orders(2, (0..3).map(|_| pays(9, micros(1))));
    room.records(orders);
    room.goes_on(1);
    let newest = room.newest();
    let mut all = vec![
        (0, newest.header.encode().to_vec()),
        (1, room.blocks()[1].encode()),
        (3, room.chain.prove_transaction(2, 1).unwrap().encode()),
        (4, room.chain.prove_entry(Key::Account(peer(2))).encode()),
        (4, room.chain.prove_entry(Key::Account(peer(99))).encode()),
    ];
    all.extend(one_of_each().iter().map(|it| (2, it.encode())));
    all
}

#[test]
fn what_is_written_reads_back_the_same() {
    for (decoder, bytes) in encodings() {
        assert_eq!(DECODERS[decoder](&bytes), Some(bytes.clone()));
        for length in 0..bytes.len() {
            assert_eq!(DECODERS[decoder](&bytes[..length]), None);
        }
    }
}

#[test]
fn a_number_written_with_zeros_before_it_makes_no_second_encoding_of_an_order() {
    let (transfer, _) = Room::of(2).order(2, pays(1, micros(1)));
    let bytes = transfer.encode();
    // The nonce is the first number after the sender.
    let (before, after) = bytes.split_at(32);
    assert_eq!(after[0], 0);
    let longer = [before, &[0x80, 0], &after[1..]].concat();
    assert!(Order::decode(&longer).is_err());
    assert!(Order::decode(&bytes).is_ok());
}

#[test]
fn lengths_that_are_claimed_take_no_memory() {
    // A proof of fraud, a title, and lists of all kinds, of as many as a number can say.
    for (decoder, bytes) in encodings() {
        for place in 0..bytes.len() {
            let claimed = [&bytes[..place], &[0xff, 0xff, 0xff, 0xff, 0x0f]].concat();
            let _ = DECODERS[decoder](&claimed);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_are_refused_or_read_back(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        for decode in DECODERS {
            let rewritten = decode(&bytes);
            prop_assert!(rewritten.is_none_or(|it| it == bytes));
        }
        prop_assert!(State::of_snapshot(&bytes, Hash::of(b"root")).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_are_refused_or_read_back(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        for (decoder, mut bytes) in encodings() {
            for (place, value) in &changes {
                let place = place.index(bytes.len());
                bytes[place] = *value;
            }
            let rewritten = DECODERS[decoder](&bytes);
            prop_assert!(rewritten.is_none_or(|it| it == bytes));
        }
    }

    #[test]
    fn a_block_changed_on_its_way_is_refused_and_the_ledger_is_as_it_was(
        place: prop::sample::Index, value: u8,
    ) {
        let mut room = Room::of(4);
        let orders = room.orders(2, (0..3).map(|_| pays(9, micros(1))));
        let block = room.block(3, orders);
        let mut bytes = block.encode();
        let place = place.index(bytes.len());
        prop_assume!(bytes[place] != value);
        bytes[place] = value;
        let before = (room.chain.tip(), room.chain.state().root());
        room.passes(Duration::from_secs(1));
        if let Ok(changed) = Block::decode(&bytes) {
            let added = room.chain.add_block(changed, room.now);
            let is_known = matches!(added, Err(Refusal::RefusedBefore));
            prop_assert!(added.is_err() && !is_known, "{added:?}");
        }
        prop_assert_eq!((room.chain.tip(), room.chain.state().root()), before);
        room.chain.add_block(block, room.now).unwrap();
    }
}
