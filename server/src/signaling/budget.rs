//! A token bucket: how much somebody may do at once, and how fast that grows back.

use std::time::Duration;
use tokio::time::Instant;

/// How much at once, and how much a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// What can be spent at once after a pause.
    pub burst: u32,
    /// What grows back, a second.
    pub per_second: u32,
}

/// What is left of a [`Rate`].
#[derive(Debug)]
pub(crate) struct Budget {
    rate: Rate,
    left: f64,
    counted_at: Instant,
}

impl Budget {
    pub(crate) fn new(rate: Rate, now: Instant) -> Self {
        Self { rate, left: f64::from(rate.burst), counted_at: now }
    }

    /// Spends `cost`, if there is that much.
    pub(crate) fn spend(&mut self, now: Instant, cost: u32) -> bool {
        let grown = now.saturating_duration_since(self.counted_at).as_secs_f64()
            * f64::from(self.rate.per_second);
        self.left = (self.left + grown).min(f64::from(self.rate.burst));
        self.counted_at = now;
        let spent = self.left >= f64::from(cost);
        if spent {
            self.left -= f64::from(cost);
        }
        spent
    }

    /// How long until there is `cost` again.
    pub(crate) fn wait(&self, cost: u32) -> Duration {
        let missing = (f64::from(cost) - self.left).max(0.0);
        Duration::from_secs_f64(missing / f64::from(self.rate.per_second.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_allowed_and_grows_back_no_higher() {
        let start = Instant::now();
        let mut budget = Budget::new(Rate { burst: 3, per_second: 2 }, start);
        assert!((0..3).all(|_| budget.spend(start, 1)));
        assert!(!budget.spend(start, 1));
        assert_eq!(budget.wait(1), Duration::from_millis(500));
        assert!(budget.spend(start + Duration::from_millis(500), 1));
        let later = start + Duration::from_secs(3600);
        assert!((0..3).all(|_| budget.spend(later, 1)));
        assert!(!budget.spend(later, 1));
    }
}
