//! Virtual time: what happens when.

use core::{cmp::Reverse, time::Duration};
use std::collections::BinaryHeap;
use units::Instant;

/// Things that will happen, in the order of their time and, at one time, of their entry.
#[derive(Debug)]
pub(crate) struct Schedule<T> {
    now: Instant,
    entries: u64,
    /// When, the number of the entry, and where it is among `places`: small, because a heap moves what it holds.
    waiting: BinaryHeap<Reverse<(Instant, u64, usize)>>,
    places: Vec<Option<T>>,
    free: Vec<usize>,
}

impl<T> Schedule<T> {
    /// An empty schedule at the origin of time.
    pub(crate) fn new() -> Self {
        Self {
            now: Instant::ZERO,
            entries: 0,
            waiting: BinaryHeap::new(),
            places: Vec::new(),
            free: Vec::new(),
        }
    }

    /// The time of the newest thing that happened.
    pub(crate) fn now(&self) -> Instant {
        self.now
    }

    /// Enters something at `when`, or now if that is past.
    pub(crate) fn at(&mut self, when: Instant, what: T) {
        self.entries += 1;
        let place = self.free.pop().unwrap_or(self.places.len());
        if place == self.places.len() {
            self.places.push(None);
        }
        self.places[place] = Some(what);
        self.waiting.push(Reverse((when.max(self.now), self.entries, place)));
    }

    /// Enters something after `delay`.
    pub(crate) fn after(&mut self, delay: Duration, what: T) {
        self.at(self.now + delay, what);
    }

    /// Goes to the next thing, unless it is later than `end`; then time goes to `end`.
    pub(crate) fn next_until(&mut self, end: Instant) -> Option<T> {
        let Some(Reverse((when, _, place))) = self.waiting.peek().copied().filter(|n| n.0.0 <= end)
        else {
            self.now = self.now.max(end);
            return None;
        };
        self.waiting.pop();
        self.free.push(place);
        self.now = when;
        self.places[place].take()
    }
}

impl<T> Default for Schedule<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_happen_by_time_and_then_by_entry() {
        let mut schedule = Schedule::new();
        for (ms, name) in [(5, "c"), (1, "a"), (1, "b")] {
            schedule.after(Duration::from_millis(ms), name);
        }
        let end = Instant::ZERO + Duration::from_millis(3);
        assert_eq!(schedule.next_until(end), Some("a"));
        schedule.after(Duration::from_millis(1), "later");
        assert_eq!(schedule.next_until(end), Some("b"));
        assert_eq!(schedule.next_until(end), Some("later"));
        assert_eq!(schedule.next_until(end), None);
        assert_eq!(schedule.now(), end);
    }
}
