//! Walking through the graph towards a question.

use super::{
    graph::Graph,
    query::Query,
    rows::{ROWS_AT_ONCE, Rows},
};
use std::{cmp::Reverse, collections::BinaryHeap};

/// A place and how similar it is by bytes; ordered by similarity, then by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen(u64);

impl Seen {
    pub(super) fn new(similarity: f32, place: u32) -> Self {
        let bits = similarity.to_bits();
        // Negative numbers' bits fall where the numbers rise, and all of them are above those of positive ones.
        let ordered = if bits >> 31 == 1 { !bits } else { bits | 1 << 31 };
        Self(u64::from(ordered) << 32 | u64::from(place))
    }

    pub(super) fn place(self) -> u32 {
        self.0 as u32
    }

    fn is_nearer_than(self, other: Self) -> bool {
        self.0 >> 32 > other.0 >> 32
    }

    pub(super) fn similarity(self) -> f32 {
        let ordered = (self.0 >> 32) as u32;
        f32::from_bits(if ordered >> 31 == 1 { ordered & !(1 << 31) } else { !ordered })
    }
}

/// How far to walk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walk {
    /// So many nearest ones are kept in view.
    pub(super) view: usize,
    /// So many rows are looked at, and no more.
    pub(super) looks_max: usize,
}

/// The nearest of the accepted that a best-first walk comes across, most similar first; `None` if it had to look at too many.
///
/// It goes on from the nearest vector that it has not gone on from, until that is farther than all that are in view (Malkov
/// and Yashunin, "Efficient and robust approximate nearest neighbor search using hierarchical navigable small world graphs",
/// 2018, algorithm 2). Those that are not accepted are walked through, and not kept in view.
pub(super) fn walk(
    graph: &Graph,
    rows: &Rows,
    query: &Query,
    from: &[Seen],
    walk: Walk,
    mut accept: impl FnMut(u32) -> bool,
) -> Option<Vec<Seen>> {
    let mut met = Met::new(rows.len());
    let mut open: BinaryHeap<Seen> = BinaryHeap::with_capacity(4 * walk.view);
    let mut view: BinaryHeap<Reverse<Seen>> = BinaryHeap::with_capacity(walk.view + 1);
    let mut farthest = Seen(0);
    let mut looks = 0;
    let mut look = |seen: Seen, open: &mut BinaryHeap<Seen>, farthest: &mut Seen| {
        // Of equals the first ones stay: there may be very many.
        if !seen.is_nearer_than(*farthest) {
            return;
        }
        open.push(seen);
        if !accept(seen.place()) {
            return;
        }
        view.push(Reverse(seen));
        if view.len() > walk.view {
            view.pop();
        }
        if view.len() == walk.view
            && let Some(Reverse(last)) = view.peek()
        {
            *farthest = *last;
        }
    };
    for &seen in from {
        if met.is_first(seen.place()) {
            look(seen, &mut open, &mut farthest);
        }
    }
    let mut near = Vec::new();
    while let Some(seen) = open.pop() {
        if farthest.is_nearer_than(seen) {
            break;
        }
        near.clear();
        near.extend(graph.links(seen.place()).iter().filter(|&&place| met.is_first(place)));
        looks += near.len();
        if looks > walk.looks_max {
            return None;
        }
        for places in near.chunks(ROWS_AT_ONCE) {
            let four = std::array::from_fn(|row| places[row.min(places.len() - 1)]);
            let similarities = rows.similarities(query, four);
            for (&place, similarity) in places.iter().zip(similarities) {
                look(Seen::new(similarity, place), &mut open, &mut farthest);
            }
        }
    }
    let mut found: Vec<Seen> = view.into_iter().map(|Reverse(seen)| seen).collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    Some(found)
}

/// Places that have been met: a bit for each.
struct Met(Vec<u64>);

impl Met {
    fn new(places: usize) -> Self {
        Self(vec![0; places.div_ceil(64)])
    }

    #[inline]
    fn is_first(&mut self, place: u32) -> bool {
        let (word, bit) = (&mut self.0[place as usize / 64], 1 << (place % 64));
        let is_first = *word & bit == 0;
        *word |= bit;
        is_first
    }
}

#[cfg(test)]
mod tests {
    use super::Seen;

    #[test]
    fn places_are_ordered_by_similarity() {
        let similarities = [-1.0, -0.5, -0.0, 0.0, 1e-30, 0.5, 1.0];
        let seen = similarities.map(|similarity| Seen::new(similarity, 9));
        assert!(seen.is_sorted() && seen[0] < seen[1]);
        for (seen, similarity) in seen.iter().zip(similarities) {
            assert_eq!((seen.similarity(), seen.place()), (similarity, 9));
        }
        assert!(Seen::new(0.5, 3) < Seen::new(0.5, 4));
    }
}
