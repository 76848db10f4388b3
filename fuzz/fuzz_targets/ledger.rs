//! Whatever a room's ledger reads: what is read is written with the same bytes, and proofs and snapshots that nobody made show nothing.
#![no_main]

use ledger::{Block, Header, InclusionProof, Order, State, StateProof};
use libfuzzer_sys::fuzz_target;
use units::{Hash, PeerId, UnixMillis};

fuzz_target!(|bytes: &[u8]| {
    let hash = Hash::of(b"nobody's");
    let newest = Header {
        parent: hash,
        transactions: hash,
        state: hash,
        history: hash,
        miner: PeerId::from_bytes([1; 32]),
        height: u32::MAX,
        time: UnixMillis(u64::MAX),
        nonce: 0,
    };
    if let Ok(header) = Header::decode(bytes) {
        assert_eq!(header.encode(), bytes);
    }
    if let Ok(order) = Order::decode(bytes) {
        assert_eq!(order.encode(), bytes);
        let _ = (order.id(), order.claims(hash));
    }
    // A header is any 180 bytes: no fuzzer needs to guess that there is one.
    for bytes in [bytes, &[&newest.encode(), bytes].concat()] {
        if let Ok(block) = Block::decode(bytes) {
            assert_eq!(block.encode(), bytes);
        }
    }
    if let Ok(proof) = InclusionProof::decode(bytes) {
        assert_eq!(proof.encode(), bytes);
        assert_eq!(proof.height(&newest), None);
    }
    if let Ok(proof) = StateProof::decode(bytes) {
        assert_eq!(proof.encode(), bytes);
        assert!(!proof.holds(&newest));
    }
    assert!(State::of_snapshot(bytes, hash).is_err());
});
