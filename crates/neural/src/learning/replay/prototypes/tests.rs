//! What a store of prototypes keeps.

use super::*;

fn store(capacity: u32) -> Prototypes {
    Prototypes::new(2, 4, capacity, 9).unwrap()
}

/// Rows that are far from each other, one after the other.
fn fill(store: &mut Prototypes, label: u16, numbers: core::ops::Range<u16>) {
    for number in numbers {
        store.insert(&[1.5f32.powi(i32::from(number)), 0.0], label);
    }
}

fn kept(store: &Prototypes, label: u16) -> usize {
    store.of_class(label).len()
}

#[test]
fn classes_share_the_room_however_many_rows_come_of_each() {
    let mut store = store(12);
    fill(&mut store, 2, 0..50);
    assert_eq!(kept(&store, 2), 12, "one class has it all");
    fill(&mut store, 0, 0..5);
    assert_eq!([kept(&store, 0), kept(&store, 2)], [5, 7], "what the new one does not need stays");
    fill(&mut store, 0, 5..30);
    assert_eq!([kept(&store, 0), kept(&store, 2)], [6, 6]);
    fill(&mut store, 1, 0..40);
    fill(&mut store, 3, 0..2);
    assert_eq!(kept(&store, 3), 2, "a rare class keeps what there is");
    assert_eq!(store.len(), 12);
}

#[test]
fn what_is_kept_of_a_class_is_a_fair_sample() {
    let (mut early, mut all) = (0, 0);
    for seed in 0..200 {
        let mut store = Prototypes::new(1, 2, 10, seed).unwrap();
        (0..100u16).for_each(|number| store.insert(&[1.5f32.powi(i32::from(number))], 0));
        (0..20u16).for_each(|number| store.insert(&[3f32.powi(i32::from(number))], 1));
        assert_eq!(store.of_class(0).len(), 5);
        early += store.of_class(0).filter(|(values, _)| values[0] < 1.5f32.powi(50)).count();
        all += 5;
    }
    let part = early as f64 / f64::from(all);
    assert!((part - 0.5).abs() < 0.06, "{part} of them are of the first half");
}

#[test]
fn rows_that_are_nearly_alike_become_their_mean() {
    let mut store = store(12);
    store.insert(&[1.0, 0.0], 1);
    store.insert(&[1.2, 0.0], 1);
    store.insert(&[1.1, 0.3], 1);
    store.insert(&[0.0, 1.0], 1);
    store.insert(&[1.1, 0.1], 3);
    let of_1: Vec<_> = store.of_class(1).collect();
    assert_eq!(of_1.len(), 2);
    assert_eq!(of_1[0].1, 3);
    assert!((of_1[0].0[0] - 1.1).abs() < 1e-6 && (of_1[0].0[1] - 0.1).abs() < 1e-6);
    assert_eq!(kept(&store, 3), 1, "another class is another thing");
}

#[test]
fn a_row_that_comes_again_takes_no_room() {
    let mut store = store(12);
    (0..100).for_each(|_| store.insert(&[0.5, 0.25], 0));
    assert_eq!(store.of_class(0).collect::<Vec<_>>(), [(&[0.5, 0.25][..], 100)]);
    (0..3).for_each(|_| store.insert(&[0.0, 0.0], 1));
    assert_eq!(store.of_class(1).collect::<Vec<_>>(), [(&[0.0, 0.0][..], 3)]);
}

#[test]
fn the_same_rows_in_the_same_order_leave_the_same_store() {
    let filled = |seed| {
        let mut store = Prototypes::new(2, 4, 8, seed).unwrap();
        fill(&mut store, 0, 0..40);
        fill(&mut store, 1, 0..40);
        store
    };
    assert_eq!(filled(1), filled(1));
    assert_ne!(filled(1).classes, filled(2).classes);
}

#[test]
fn every_class_is_drawn_as_often() {
    let mut store = store(12);
    fill(&mut store, 0, 0..40);
    fill(&mut store, 2, 0..2);
    let mut draws = Counter::new(1, 2);
    let of_2 = (0..1_000).filter(|_| store.draw(&mut draws).1 == 2).count();
    assert!((430..570).contains(&of_2), "{of_2}");
}

#[test]
fn it_reads_back_and_goes_on_alike() {
    let mut store = store(8);
    fill(&mut store, 0, 0..40);
    fill(&mut store, 3, 0..2);
    let mut writer = Writer::new();
    store.write(&mut writer);
    let bytes = writer.finish();
    let empty = || Prototypes::new(2, 4, 8, 9).unwrap();
    let mut read = empty();
    read.read(&mut Reader::new(&bytes)).unwrap();
    assert_eq!(read, store);
    fill(&mut store, 1, 0..9);
    fill(&mut read, 1, 0..9);
    assert_eq!(read, store);
    for length in 0..bytes.len() {
        let mut read = empty();
        assert_eq!(read.read(&mut Reader::new(&bytes[..length])), Err(Damaged));
        assert_eq!(read, empty(), "nothing of it was taken");
    }
    let mut small = Prototypes::new(2, 4, 7, 9).unwrap();
    assert_eq!(small.read(&mut Reader::new(&bytes)), Err(Damaged), "more than there is room for");
}

#[test]
fn sizes_have_bounds() {
    assert!(Prototypes::new(2, 4, 3, 0).is_err(), "no room for each class");
    let error = Prototypes::new(65_536, 4, 100_000, 0).unwrap_err().to_string();
    assert!(error.contains("room for 100000 prototypes: 4 to 512 are possible"), "{error}");
}

#[cfg(not(target_arch = "wasm32"))]
proptest::proptest! {
    #[test]
    fn the_store_is_bounded_and_no_class_loses_rows_within_its_share(
        rows in proptest::collection::vec((0u16..4, 0u8..100), 0..300),
        capacity in 4u32..40,
    ) {
        let mut store = Prototypes::new(1, 4, capacity, 5).unwrap();
        let mut came = [(); 4].map(|()| std::collections::BTreeSet::new());
        for (label, number) in rows {
            store.insert(&[1.5f32.powi(i32::from(number))], label);
            came[usize::from(label)].insert(number);
            proptest::prop_assert!(store.len() <= capacity as usize);
        }
        let share = capacity as usize / came.iter().filter(|rows| !rows.is_empty()).count().max(1);
        for (label, rows) in (0..).zip(came) {
            proptest::prop_assert!(kept(&store, label) >= share.min(rows.len()));
            proptest::prop_assert!(kept(&store, label) <= rows.len());
        }
    }
}
