//! What an index does not take.

use crate::simplest::Numbers;
use memory::vectors::{HITS_MAX, Reach, VECTORS_MAX, VectorError, VectorIndex};

#[test]
fn lengths_that_lanes_do_not_divide_are_refused() {
    for dimensions in [0, 8, 17, 24, 513, 528, usize::MAX] {
        let refused = VectorIndex::new(dimensions).map(|_| ()).unwrap_err();
        assert_eq!(refused, VectorError::Dimensions(dimensions));
    }
    for dimensions in [16, 256, 384, 512] {
        assert_eq!(VectorIndex::new(dimensions).unwrap().dimensions(), dimensions);
    }
}

#[test]
fn a_refused_vector_leaves_the_one_with_its_key() {
    let mut index = VectorIndex::new(16).unwrap();
    let vector = Numbers(1).vector(16);
    index.insert(7, &vector).unwrap();
    let before = index.get(7).unwrap().to_vec();
    let with = |value: f32| [&[value][..], &[0.0; 15]].concat();
    for without in [0.0, f32::NAN, f32::INFINITY, -f32::INFINITY, 1e-40] {
        assert_eq!(index.insert(7, &with(without)), Err(VectorError::NoDirection));
        assert_eq!(index.insert_whole(7, &[0; 16]), Err(VectorError::NoDirection));
        let asked = index.search(&with(without), 1, Reach::All, |_| true);
        assert_eq!(asked, Err(VectorError::NoDirection));
    }
    let short = VectorError::Length { expected: 16, found: 15 };
    assert_eq!(index.insert(7, &vector[..15]), Err(short));
    assert_eq!(index.insert_whole(7, &[1; 15]), Err(short));
    assert_eq!(index.search(&vector[..15], 1, Reach::All, |_| true), Err(short));
    assert_eq!(index.get(7), Some(&*before));
    // Neither very long nor very short ones have to be scaled by the caller.
    for long in [f32::MAX, 1e-30] {
        index.insert(8, &with(long)).unwrap();
        assert_eq!(index.get(8).unwrap()[0], 1.0);
    }
}

#[test]
fn as_many_hits_as_nobody_reads_are_refused() {
    let mut index = VectorIndex::new(16).unwrap();
    index.insert(1, &Numbers(1).vector(16)).unwrap();
    let question = Numbers(2).vector(16);
    for wanted in [0, HITS_MAX + 1] {
        let refused = index.search(&question, wanted, Reach::All, |_| true);
        assert_eq!(refused, Err(VectorError::Hits(wanted)));
    }
    assert_eq!(index.search(&question, HITS_MAX, Reach::All, |_| true).unwrap().len(), 1);
}

#[test]
fn a_full_index_takes_nothing_but_replacements() {
    let mut index = VectorIndex::new(16).unwrap();
    let vector = Numbers(1).vector(16);
    for key in 0..VECTORS_MAX as u32 {
        index.insert(key, &vector).unwrap();
    }
    assert_eq!(index.insert(u32::MAX, &vector), Err(VectorError::Full));
    index.insert(0, &vector).unwrap();
    assert!(index.remove(1));
    index.insert(u32::MAX, &vector).unwrap();
    assert_eq!(index.len(), VECTORS_MAX);
}
