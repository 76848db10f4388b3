//! Vectors without an index, and numbers that look random.

use memory::vectors::{Hit, Reach, VectorIndex};
use std::collections::BTreeMap;

/// Numbers that look random (SplitMix64).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// From -1 to 1.
    pub(crate) fn number(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }

    pub(crate) fn vector(&mut self, dimensions: usize) -> Vec<f32> {
        (0..dimensions).map(|_| self.number()).collect()
    }

    /// Around one of so many points, closer than the points are to each other.
    pub(crate) fn near_one_of(&mut self, points: u64, dimensions: usize) -> Vec<f32> {
        let point = Numbers(self.next() % points).vector(dimensions);
        point.iter().map(|value| value + 0.5 * self.number()).collect()
    }
}

/// The vectors of an index by key: what [`VectorIndex`] documents, in the fewest words.
#[derive(Default)]
pub(crate) struct Simplest(pub(crate) BTreeMap<u32, Vec<f32>>);

impl Simplest {
    pub(crate) fn insert(&mut self, key: u32, vector: &[f32]) {
        self.0.insert(key, unit(vector));
    }

    pub(crate) fn insert_whole(&mut self, key: u32, vector: &[i8]) {
        let squares: f32 = vector.iter().map(|&it| f32::from(it) * f32::from(it)).sum();
        self.0.insert(key, vector.iter().map(|&it| f32::from(it) / squares.sqrt()).collect());
    }

    pub(crate) fn search(
        &self,
        question: &[f32],
        wanted: usize,
        filter: impl Fn(u32) -> bool,
    ) -> Vec<Hit> {
        let question = unit(question);
        let accepted = self.0.iter().filter(|(key, _)| filter(**key));
        let mut hits: Vec<Hit> = accepted
            .map(|(&key, vector)| Hit { key, similarity: product(&question, vector) })
            .collect();
        // By key already, and the sort keeps that.
        hits.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
        hits.truncate(wanted);
        hits
    }

    /// The share of the nearest that the index finds with so many in view.
    pub(crate) fn recall(
        &self,
        index: &VectorIndex,
        questions: &[Vec<f32>],
        view: usize,
        filter: impl Fn(u32) -> bool + Copy,
    ) -> f64 {
        const WANTED: usize = 10;
        let (mut found, mut expected) = (0, 0);
        for question in questions {
            let nearest = self.search(question, WANTED, filter);
            let hits = index
                .search(question, WANTED, Reach::View(view), filter)
                .expect("a question that fits");
            assert_eq!(hits.len(), nearest.len());
            found += nearest.iter().filter(|hit| hits.contains(hit)).count();
            expected += nearest.len();
        }
        found as f64 / expected as f64
    }
}

/// With the length in sixteen sums, which are added in their order.
fn unit(vector: &[f32]) -> Vec<f32> {
    let mut sums = [0.0; 16];
    for (place, &value) in vector.iter().enumerate() {
        sums[place % 16] += f64::from(value) * f64::from(value);
    }
    let squares: f64 = sums.iter().sum();
    vector.iter().map(|&value| (f64::from(value) / squares.sqrt()) as f32).collect()
}

/// In sixteen sums, which are then added in halves.
fn product(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = vec![0.0; 16];
    for (place, (left, right)) in left.iter().zip(right).enumerate() {
        sums[place % 16] += left * right;
    }
    while sums.len() > 1 {
        let upper = sums.split_off(sums.len() / 2);
        for (sum, upper) in sums.iter_mut().zip(upper) {
            *sum += upper;
        }
    }
    sums[0]
}
