//! Links for vectors that have come, and instead of those of vectors that have gone, a little at a time.

use super::{
    beam::{Seen, Walk, walk},
    graph::{Graph, LINKS_KEPT},
    landmarks::Landmarks,
    originals::Originals,
    quantised::Quantised,
    query::Query,
    rows::{ROWS_AT_ONCE, Rows},
};
use std::collections::BTreeSet;

/// Below so many vectors nothing is linked: reading all takes less than a fifth of a millisecond.
pub const LINKED_MIN: usize = 8_192;
/// What a walk for a new vector's neighbours keeps in view.
const VIEW: usize = 96;
/// Links that a new vector begins with.
const LINKS_AT_FIRST: usize = 20;
/// When of so many linked vectors one has gone, links are mended.
const GONE_IN: usize = 8;
/// What it takes to link a vector or to mend its links, in comparisons of two vectors.
const COMPARISONS_PER_VECTOR: usize = 8_000;
/// What it takes to see that a vector's links need no mending.
const COMPARISONS_PER_LOOK: usize = 20;

/// How the vectors of an index are linked.
#[derive(Debug, Clone)]
pub(super) struct Linking {
    graph: Graph,
    landmarks: Landmarks,
    states: Vec<State>,
    waiting: BTreeSet<u32>,
    linked: usize,
    /// Places of linked vectors that have gone since links were last mended.
    gone: Vec<u32>,
    mending: Option<Mending>,
}

/// What is at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    Waiting,
    Linked,
    /// Only walked through, until no link leads there.
    Gone,
}

/// Links are mended from the first place to the last one.
#[derive(Debug, Clone)]
struct Mending {
    next: u32,
    /// Places that are free at the end.
    gone: Vec<u32>,
}

/// What is known of vectors, by place.
#[derive(Clone, Copy)]
pub(super) struct Vectors<'a> {
    pub(super) rows: &'a Rows,
    pub(super) originals: &'a Originals,
    pub(super) keys: &'a [u32],
}

impl Linking {
    pub(super) fn new(dimensions: usize) -> Self {
        Self {
            graph: Graph::default(),
            landmarks: Landmarks::new(dimensions),
            states: Vec::new(),
            waiting: BTreeSet::new(),
            linked: 0,
            gone: Vec::new(),
            mending: None,
        }
    }

    /// A vector has come.
    pub(super) fn add(&mut self, place: u32) {
        if place as usize == self.states.len() {
            self.states.push(State::Free);
        }
        self.states[place as usize] = State::Waiting;
        self.waiting.insert(place);
    }

    /// A vector has gone; whether its place is free at once.
    pub(super) fn remove(&mut self, place: u32) -> bool {
        let state = &mut self.states[place as usize];
        let is_free = *state == State::Waiting;
        if is_free {
            self.waiting.remove(&place);
            *state = State::Free;
        } else {
            *state = State::Gone;
            self.linked -= 1;
            self.gone.push(place);
        }
        is_free
    }

    /// Places that no link leads to yet.
    pub(super) fn waiting(&self) -> &BTreeSet<u32> {
        &self.waiting
    }

    /// Whether there are links enough to walk.
    pub(super) fn is_walkable(&self) -> bool {
        self.landmarks.len() > 0 && self.linked >= self.waiting.len()
    }

    /// The nearest of the accepted vectors that a walk comes across.
    pub(super) fn near(
        &self,
        rows: &Rows,
        query: &Query,
        how: Walk,
        mut accept: impl FnMut(u32) -> bool,
    ) -> Option<Vec<Seen>> {
        let from = self.landmarks.nearest(query);
        let is_there = |place: u32| self.states[place as usize] == State::Linked && accept(place);
        walk(&self.graph, rows, query, &from, how, is_there)
    }

    /// Links and mends until that took `budget` comparisons; whether more is to do. Places that are free now are put to
    /// `free`.
    pub(super) fn advance(&mut self, of: Vectors<'_>, budget: usize, free: &mut Vec<u32>) -> bool {
        let mut left = budget;
        while let Some(cost) = self.step(of, free) {
            if left <= cost {
                return true;
            }
            left -= cost;
        }
        false
    }

    /// The most urgent step: what it cost, unless there is nothing to do.
    fn step(&mut self, of: Vectors<'_>, free: &mut Vec<u32>) -> Option<usize> {
        if self.mending.is_some() {
            let is_mended = self.mend_next(of, free);
            return Some(if is_mended { COMPARISONS_PER_VECTOR } else { COMPARISONS_PER_LOOK });
        }
        if self.gone.len() > self.linked / GONE_IN {
            let gone = std::mem::take(&mut self.gone);
            self.mending = Some(Mending { next: 0, gone });
            return Some(COMPARISONS_PER_LOOK);
        }
        let is_worth_it = self.linked > 0 || self.waiting.len() >= LINKED_MIN;
        let place = self.waiting.first().copied().filter(|_| is_worth_it)?;
        self.link(of, place);
        Some(COMPARISONS_PER_VECTOR)
    }

    /// Links a vector with some of the nearest, and those with it.
    fn link(&mut self, of: Vectors<'_>, place: u32) {
        let mut query = Query::default();
        of.rows.ask(place, &mut query);
        let how = Walk { view: VIEW, looks_max: usize::MAX };
        let mut near = self.near(of.rows, &query, how, |_| true).unwrap_or_default();
        near.retain(|seen| seen.place() != place);
        let chosen = diverse(of.rows, &near, LINKS_AT_FIRST);
        self.graph.set(place, &chosen);
        for other in chosen {
            self.link_back(of.rows, other, place);
        }
        self.waiting.remove(&place);
        self.states[place as usize] = State::Linked;
        self.linked += 1;
        self.offer_landmark(of, place);
    }

    fn link_back(&mut self, rows: &Rows, from: u32, to: u32) {
        if self.graph.add(from, to) {
            return;
        }
        let mut places = self.graph.links(from).to_vec();
        places.push(to);
        self.choose(rows, from, &places);
    }

    /// Gives a vector the best of some links.
    fn choose(&mut self, rows: &Rows, from: u32, places: &[u32]) {
        let mut query = Query::default();
        rows.ask(from, &mut query);
        let mut near = seen(rows, &query, places);
        near.sort_unstable_by(|a, b| b.cmp(a));
        let chosen = diverse(rows, &near, LINKS_KEPT);
        self.graph.set(from, &chosen);
    }

    fn offer_landmark(&mut self, of: Vectors<'_>, place: u32) {
        let row = |place: u32| Quantised::of(of.originals.get(place));
        self.landmarks.offer(of.keys[place as usize], place, || row(place));
        if self.landmarks.are_many(self.linked) {
            self.landmarks.thin_out(row);
        }
    }

    /// Replaces the next vector's links to those that have gone by the best of their links; whether there were any.
    fn mend_next(&mut self, of: Vectors<'_>, free: &mut Vec<u32>) -> bool {
        let Some(Mending { next, .. }) = &mut self.mending else {
            return false;
        };
        let place = *next;
        *next += 1;
        if place as usize >= self.states.len() {
            self.end_mending(of, free);
            return true;
        }
        let links = self.graph.links(place);
        let is_linked = |place: &u32| self.states[*place as usize] == State::Linked;
        if !is_linked(&place) || links.iter().all(is_linked) {
            return false;
        }
        let beyond =
            links.iter().filter(|link| !is_linked(link)).flat_map(|&gone| self.graph.links(gone));
        let all: BTreeSet<u32> = links.iter().chain(beyond).copied().collect();
        let places: Vec<u32> =
            all.into_iter().filter(|other| *other != place && is_linked(other)).collect();
        self.choose(of.rows, place, &places);
        true
    }

    fn end_mending(&mut self, of: Vectors<'_>, free: &mut Vec<u32>) {
        let gone = self.mending.take().map(|mending| mending.gone).unwrap_or_default();
        for &place in &gone {
            self.states[place as usize] = State::Free;
            self.graph.set(place, &[]);
        }
        free.extend(gone);
        self.landmarks.clear();
        for place in 0..self.states.len() as u32 {
            if self.states[place as usize] == State::Linked {
                self.offer_landmark(of, place);
            }
        }
    }

    pub(super) fn size_bytes(&self) -> usize {
        self.graph.size_bytes() + self.landmarks.size_bytes() + self.states.len()
    }
}

/// Places with their similarities, in the same order.
fn seen(rows: &Rows, query: &Query, places: &[u32]) -> Vec<Seen> {
    let mut all = Vec::with_capacity(places.len());
    rows.compare(query, places, |place, near| all.push(Seen::new(near, place)));
    all
}

/// The nearest, most similar first, but for those that are nearer to one that was chosen before than to the vector whose
/// links they are to be: links lead into different directions (Malkov and Yashunin, 2018, algorithm 4). Room that is left
/// goes to the nearest of those after all.
fn diverse(rows: &Rows, near: &[Seen], most: usize) -> Vec<u32> {
    let mut chosen: Vec<u32> = Vec::with_capacity(most);
    let mut passed_over = Vec::new();
    let mut query = Query::default();
    for &candidate in near {
        if chosen.len() == most {
            break;
        }
        rows.ask(candidate.place(), &mut query);
        let is_covered = chosen.chunks(ROWS_AT_ONCE).any(|places| {
            let four = std::array::from_fn(|row| places[row.min(places.len() - 1)]);
            rows.similarities(&query, four).iter().any(|&near| near >= candidate.similarity())
        });
        if is_covered {
            passed_over.push(candidate.place());
        } else {
            chosen.push(candidate.place());
        }
    }
    let room = most - chosen.len();
    chosen.extend(passed_over.into_iter().take(room));
    chosen
}
