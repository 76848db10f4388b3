//! Virtual time: what happens when.

use core::time::Duration;
use std::collections::BTreeMap;
use units::Instant;

/// Things that will happen, in the order of their time and, at one time, of their entry.
#[derive(Debug)]
pub(crate) struct Schedule<T> {
    now: Instant,
    entries: u64,
    waiting: BTreeMap<(Instant, u64), T>,
}

impl<T> Schedule<T> {
    /// An empty schedule at the origin of time.
    pub(crate) fn new() -> Self {
        Self { now: Instant::ZERO, entries: 0, waiting: BTreeMap::new() }
    }

    /// The time of the newest thing that happened.
    pub(crate) fn now(&self) -> Instant {
        self.now
    }

    /// Enters something at `when`, or now if that is past.
    pub(crate) fn at(&mut self, when: Instant, what: T) {
        self.entries += 1;
        self.waiting.insert((when.max(self.now), self.entries), what);
    }

    /// Enters something after `delay`.
    pub(crate) fn after(&mut self, delay: Duration, what: T) {
        self.at(self.now + delay, what);
    }

    /// Goes to the next thing, unless it is later than `end`; then time goes to `end`.
    pub(crate) fn next_until(&mut self, end: Instant) -> Option<T> {
        match self.waiting.first_entry() {
            Some(entry) if entry.key().0 <= end => {
                self.now = entry.key().0;
                Some(entry.remove())
            }
            _ => {
                self.now = self.now.max(end);
                None
            }
        }
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
        assert_eq!(schedule.next_until(end), Some("b"));
        assert_eq!(schedule.next_until(end), None);
        assert_eq!(schedule.now(), end);
    }
}
