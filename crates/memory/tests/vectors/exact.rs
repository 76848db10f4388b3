//! Searches that read all.

use crate::simplest::{Numbers, Simplest};
use memory::vectors::{Hit, Reach, VectorIndex};
use proptest::prelude::*;

const KEYS: u32 = 60;

/// What happens to an index.
#[derive(Debug, Clone)]
enum Event {
    Insert { key: u32, seed: u64 },
    InsertWhole { key: u32, seed: u64 },
    Remove { key: u32 },
    Advance,
}

fn event() -> impl Strategy<Value = Event> {
    // Few seeds: some vectors are the same under several keys.
    let which = || (0..KEYS, 0..40_u64);
    prop_oneof![
        which().prop_map(|(key, seed)| Event::Insert { key, seed }),
        which().prop_map(|(key, seed)| Event::InsertWhole { key, seed }),
        (0..KEYS).prop_map(|key| Event::Remove { key }),
        Just(Event::Advance)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_nearest_are_found_whatever_came_and_went(
        events in prop::collection::vec(event(), 0..300),
        (dimensions, wanted, divisor, seed) in
            (1..=32_usize, 1..=20_usize, 1..=5_u32, any::<u64>()),
    ) {
        let dimensions = 16 * dimensions;
        let mut index = VectorIndex::new(dimensions).expect("a multiple of 16");
        let mut simplest = Simplest::default();
        for event in events {
            match event {
                Event::Insert { key, seed } => {
                    let vector = Numbers(seed).near_one_of(3, dimensions);
                    index.insert(key, &vector).expect("a vector that fits");
                    simplest.insert(key, &vector);
                }
                Event::InsertWhole { key, seed } => {
                    let vector = Numbers(seed).near_one_of(3, dimensions);
                    let whole: Vec<i8> = vector.iter().map(|it| (it * 90.0) as i8).collect();
                    index.insert_whole(key, &whole).expect("a vector that fits");
                    simplest.insert_whole(key, &whole);
                }
                Event::Remove { key } => {
                    prop_assert_eq!(index.remove(key), simplest.0.remove(&key).is_some());
                }
                Event::Advance => prop_assert!(!index.advance(1)),
            }
            prop_assert_eq!(index.len(), simplest.0.len());
        }
        for (&key, vector) in &simplest.0 {
            prop_assert_eq!(index.get(key), Some(&**vector));
        }
        let question = Numbers(seed).near_one_of(3, dimensions);
        let filter = |key: u32| key.is_multiple_of(divisor);
        let hits = index.search(&question, wanted, Reach::All, filter).expect("a fitting question");
        prop_assert_eq!(hits, simplest.search(&question, wanted, filter));
    }

    #[test]
    fn the_order_in_which_vectors_come_changes_nothing(
        order in Just((0..300_u32).collect::<Vec<_>>()).prop_shuffle(),
        seed in any::<u64>(),
    ) {
        let mut indexes = [(); 2].map(|()| VectorIndex::new(48).expect("a multiple of 16"));
        for (ascending, key) in order.into_iter().enumerate() {
            for (index, key) in indexes.iter_mut().zip([key, ascending as u32]) {
                let vector = Numbers(u64::from(key) % 200).vector(48);
                index.insert(key, &vector).expect("a vector that fits");
            }
        }
        let question = Numbers(seed).vector(48);
        let [one, other] = indexes.map(|index| index.search(&question, 50, Reach::All, |_| true));
        prop_assert_eq!(one, other);
    }
}

#[test]
fn of_equals_the_smallest_keys_are_found_however_many_there_are() {
    let mut index = VectorIndex::new(32).unwrap();
    let vector = Numbers(1).vector(32);
    for key in (0..20_000).rev() {
        index.insert(key, &vector).unwrap();
    }
    let hits = index.search(&vector, 5, Reach::All, |key| key != 2).unwrap();
    assert_eq!(hits.iter().map(|hit| hit.key).collect::<Vec<_>>(), [0, 1, 3, 4, 5]);
    assert!((hits[0].similarity - 1.0).abs() < 1e-6);
}

#[test]
fn nearest_vectors_that_bytes_cannot_tell_apart_are_told_apart() {
    let mut index = VectorIndex::new(64).unwrap();
    let mut simplest = Simplest::default();
    let vector = Numbers(1).vector(64);
    for key in 0..10_000 {
        let mut numbers = Numbers(u64::from(key));
        let near: Vec<f32> = vector.iter().map(|value| value + 1e-4 * numbers.number()).collect();
        index.insert(key, &near).unwrap();
        simplest.insert(key, &near);
    }
    let hits = index.search(&vector, 10, Reach::All, |_| true).unwrap();
    assert_eq!(hits, simplest.search(&vector, 10, |_| true));
}

#[test]
fn a_filter_is_asked_for_few_vectors_and_for_each_once() {
    let mut index = VectorIndex::new(128).unwrap();
    for key in 0..20_000 {
        index.insert(key, &Numbers(u64::from(key)).vector(128)).unwrap();
    }
    let mut asked = Vec::new();
    let mut filter = |key: u32| {
        asked.push(key);
        key.is_multiple_of(2)
    };
    let hits: Vec<Hit> =
        index.search(&Numbers(1 << 40).vector(128), 10, Reach::All, &mut filter).unwrap();
    assert_eq!(hits.len(), 10);
    assert!(asked.len() < 1_000, "{} were asked for", asked.len());
    asked.sort_unstable();
    assert!(asked.is_sorted_by(|a, b| a < b));
}
