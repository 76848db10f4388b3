//! Searches that walk along links.

use crate::simplest::{Numbers, Simplest};
use memory::vectors::{LINKED_MIN, Reach, VectorIndex};

const DIMENSIONS: usize = 64;
const POINTS: u64 = 300;
const COUNT: u32 = 12_000;
const VIEW: usize = 48;

/// So many vectors, which wait for being linked.
fn filled(count: u32) -> (VectorIndex, Simplest) {
    let mut index = VectorIndex::new(DIMENSIONS).expect("a multiple of 16");
    let mut simplest = Simplest::default();
    for key in 0..count {
        put(key, key, &mut index, &mut simplest);
    }
    (index, simplest)
}

fn put(key: u32, seed: u32, index: &mut VectorIndex, simplest: &mut Simplest) {
    let vector = Numbers(u64::from(seed) << 32).near_one_of(POINTS, DIMENSIONS);
    index.insert(key, &vector).expect("a vector that fits");
    simplest.insert(key, &vector);
}

fn questions(count: u64) -> Vec<Vec<f32>> {
    (0..count).map(|seed| Numbers(seed + 1).near_one_of(POINTS, DIMENSIONS)).collect()
}

fn finish(index: &mut VectorIndex) {
    while index.advance(1_000_000) {}
}

#[test]
fn nearly_all_of_the_nearest_are_found_along_links() {
    let (mut index, simplest) = filled(COUNT);
    assert_eq!(index.waiting(), COUNT as usize);
    finish(&mut index);
    assert_eq!(index.waiting(), 0);
    let recall = simplest.recall(&index, &questions(200), VIEW, |_| true);
    assert!(recall >= 0.95, "recall {recall}");
    // The more are in view, the fewer are missed.
    let wide = simplest.recall(&index, &questions(200), 4 * VIEW, |_| true);
    assert!(wide >= 0.99 && wide >= recall, "recall {wide}");
}

#[test]
fn every_step_of_the_linking_leaves_an_index_that_finds() {
    let (mut index, simplest) = filled(COUNT);
    let mut waiting = index.waiting();
    let mut steps = 0;
    while index.advance(12_000_000) {
        assert!(index.waiting() < waiting);
        waiting = index.waiting();
        steps += 1;
        let recall = simplest.recall(&index, &questions(20), VIEW, |_| true);
        assert!(recall >= 0.95, "recall {recall} with {waiting} waiting");
    }
    assert!(steps > 3);
}

#[test]
fn a_vector_is_found_as_soon_as_it_is_in_and_not_once_it_is_out() {
    let (mut index, mut simplest) = filled(COUNT);
    finish(&mut index);
    let find = |index: &VectorIndex, vector: &[f32]| {
        let hits = index.search(vector, 1, Reach::View(VIEW), |_| true).unwrap();
        hits[0]
    };
    for key in COUNT..COUNT + 50 {
        put(key, key, &mut index, &mut simplest);
        assert_eq!(find(&index, &simplest.0[&key]).key, key);
    }
    assert_eq!(index.waiting(), 50);
    for key in (0..COUNT + 50).step_by(97) {
        assert!(index.remove(key));
        let vector = simplest.0.remove(&key).unwrap();
        assert_ne!(find(&index, &vector).key, key);
    }
}

#[test]
fn what_goes_leaves_neither_holes_nor_memory_behind() {
    let (mut index, mut simplest) = filled(COUNT);
    finish(&mut index);
    let full_bytes = index.size_bytes();
    // Everything is replaced, a quarter at a time.
    for round in 1..=4 {
        for key in (0..COUNT).filter(|key| key % 4 + 1 == round) {
            assert!(index.remove(key));
            simplest.0.remove(&key);
        }
        finish(&mut index);
        let recall = simplest.recall(&index, &questions(50), VIEW, |_| true);
        assert!(recall >= 0.95, "recall {recall} with a quarter gone, round {round}");
        for key in (0..COUNT).filter(|key| key % 4 + 1 == round) {
            put(key, key + round * COUNT, &mut index, &mut simplest);
        }
        finish(&mut index);
    }
    let recall = simplest.recall(&index, &questions(100), VIEW, |_| true);
    assert!(recall >= 0.95, "recall {recall}");
    assert!(index.size_bytes() <= full_bytes + full_bytes / 10);
}

#[test]
fn filters_leave_out_what_they_should_and_nothing_else() {
    let (mut index, simplest) = filled(COUNT);
    finish(&mut index);
    let recall = simplest.recall(&index, &questions(100), VIEW, |key| key % 3 == 0);
    assert!(recall >= 0.95, "recall {recall}");
    // Too few for a walk to find: all are read.
    let recall = simplest.recall(&index, &questions(20), VIEW, |key| key % 3_000 == 7);
    assert!(recall >= 1.0, "recall {recall}");
    let none = index.search(&questions(1)[0], 5, Reach::View(VIEW), |_| false).unwrap();
    assert!(none.is_empty());
}

#[test]
fn few_vectors_are_never_linked_and_all_removed_leave_an_empty_index() {
    let (mut index, simplest) = filled(LINKED_MIN as u32 - 1);
    assert!(!index.advance(1_000_000));
    let recall = simplest.recall(&index, &questions(10), VIEW, |_| true);
    assert!(recall >= 1.0);
    let (mut index, _) = filled(LINKED_MIN as u32);
    finish(&mut index);
    for key in 0..LINKED_MIN as u32 {
        assert!(index.remove(key) && !index.remove(key));
        index.advance(10_000);
    }
    finish(&mut index);
    assert!(index.is_empty());
    let hits = index.search(&questions(1)[0], 5, Reach::View(VIEW), |_| true).unwrap();
    assert!(hits.is_empty());
    // And it serves again.
    let mut simplest = Simplest::default();
    for key in 0..100 {
        put(key, key, &mut index, &mut simplest);
    }
    finish(&mut index);
    assert!(simplest.recall(&index, &questions(10), VIEW, |_| true) >= 0.9);
}

#[test]
fn vectors_that_are_all_the_same_are_linked_and_found() {
    let mut index = VectorIndex::new(DIMENSIONS).unwrap();
    let vector = Numbers(5).vector(DIMENSIONS);
    for key in 0..LINKED_MIN as u32 + 1_000 {
        index.insert(key, &vector).unwrap();
    }
    finish(&mut index);
    index.insert(7, &Numbers(6).vector(DIMENSIONS)).unwrap();
    let hits = index.search(&vector, 10, Reach::View(usize::MAX), |_| true).unwrap();
    assert_eq!(hits.len(), 10);
    let other = index.search(&vector, 10, Reach::View(VIEW), |key| key == 7).unwrap();
    assert_eq!(other.iter().map(|hit| hit.key).collect::<Vec<_>>(), [7]);
    assert!(hits.iter().all(|hit| (hit.similarity - 1.0).abs() < 1e-6));
}
