//! The last bits: the same on every machine.

use crate::simplest::Numbers;
use memory::vectors::{LINKED_MIN, Reach, VectorIndex};

#[test]
fn hits_have_the_same_bits_everywhere() {
    let mut index = VectorIndex::new(32).unwrap();
    let mut numbers = Numbers(3);
    for key in 0..LINKED_MIN as u32 + 500 {
        index.insert(key, &numbers.near_one_of(100, 32)).unwrap();
        if key % 5 == 0 {
            index.remove(key / 2);
        }
    }
    while index.advance(1_000_000) {}
    let mut mixed = 0_u64;
    for reach in [Reach::All, Reach::View(10)] {
        for _ in 0..50 {
            let question = numbers.near_one_of(100, 32);
            for hit in index.search(&question, 10, reach, |key| key % 2 == 1).unwrap() {
                let bits = u64::from(hit.key) << 32 | u64::from(hit.similarity.to_bits());
                mixed = Numbers(mixed ^ bits).next();
            }
        }
    }
    assert_eq!(format!("{mixed:016x}"), "50f71756bb7a4277");
}
