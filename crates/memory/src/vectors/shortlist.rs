//! The vectors that can be among the nearest, by what is known of them, and then those that are.

use super::{Hit, query::Bound, unit::similarity};

/// Above so many candidates, those that have been outrun are dropped.
const CANDIDATES_BEFORE_PRUNING: usize = 4_096;

/// All that can be among the `wanted` nearest of what has been told.
///
/// A row's similarity by bytes and its error say between which numbers the exact one lies. Whoever lies with all of that
/// below the `wanted`-th lower end is not among the nearest: the candidates that are left hold all that are.
#[derive(Debug)]
pub(super) struct Shortlist {
    wanted: usize,
    bound: Bound,
    /// The largest lower ends, at most as many as are wanted, in descending order.
    lower_ends: Vec<f32>,
    /// What an upper end must reach.
    threshold: f32,
    candidates: Vec<Candidate>,
    prune_at: usize,
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    upper_end: f32,
    place: u32,
}

impl Shortlist {
    pub(super) fn new(wanted: usize, bound: Bound) -> Self {
        Self {
            wanted,
            bound,
            lower_ends: Vec::with_capacity(wanted + 1),
            threshold: f32::MIN,
            candidates: Vec::new(),
            prune_at: CANDIDATES_BEFORE_PRUNING,
        }
    }

    /// What an upper end must reach.
    pub(super) fn threshold(&self) -> f32 {
        self.threshold
    }

    /// Takes a place's row, which has been accepted, if it can be among the nearest.
    pub(super) fn add(&mut self, place: u32, similarity: f32, error: f32) {
        let bound = self.bound.of(error);
        let upper_end = similarity + bound;
        if upper_end < self.threshold {
            return;
        }
        self.candidates.push(Candidate { upper_end, place });
        self.raise(similarity - bound);
        if self.candidates.len() >= self.prune_at {
            self.prune();
            self.prune_at = 2 * self.candidates.len().max(CANDIDATES_BEFORE_PRUNING / 2);
        }
    }

    fn raise(&mut self, lower_end: f32) {
        let at = self.lower_ends.partition_point(|&end| end >= lower_end);
        if at == self.wanted {
            return;
        }
        self.lower_ends.insert(at, lower_end);
        self.lower_ends.truncate(self.wanted);
        if let Some(&last) = self.lower_ends.get(self.wanted - 1) {
            self.threshold = last;
        }
    }

    fn prune(&mut self) {
        let threshold = self.threshold;
        self.candidates.retain(|candidate| candidate.upper_end >= threshold);
    }

    /// The nearest, most similar first, of equals the one with the smaller key. `find` gives a place's key and vector.
    pub(super) fn nearest<'a>(
        mut self,
        unit: &[f32],
        find: impl Fn(u32) -> (u32, &'a [f32]),
    ) -> Vec<Hit> {
        self.prune();
        self.candidates.sort_unstable_by(|a, b| b.upper_end.total_cmp(&a.upper_end));
        let mut hits: Vec<Hit> = Vec::with_capacity(self.wanted + 1);
        for Candidate { upper_end, place } in self.candidates {
            if hits.len() == self.wanted
                && hits.last().is_some_and(|hit| upper_end < hit.similarity)
            {
                break;
            }
            let (key, vector) = find(place);
            let hit = Hit { key, similarity: similarity(unit, vector) };
            let at = hits.partition_point(|other| other.comes_before(&hit));
            hits.insert(at, hit);
            hits.truncate(self.wanted);
        }
        hits
    }
}
