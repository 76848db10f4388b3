//! A token bucket: how much somebody may do at once, and how fast that grows back.

use units::Instant;

/// How much at once, and how much a second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    pub burst: u32,
    pub per_second: f64,
}

/// What is left of a [`Rate`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    left: f64,
    counted_at: Instant,
}

impl Budget {
    pub(super) fn new(rate: Rate, now: Instant) -> Self {
        Self { left: f64::from(rate.burst), counted_at: now }
    }

    /// Spends `cost` of `rate`, if there is that much.
    pub(super) fn spend(&mut self, rate: Rate, now: Instant, cost: usize) -> bool {
        let grown = now.saturating_duration_since(self.counted_at).as_secs_f64() * rate.per_second;
        self.left = (self.left + grown).min(f64::from(rate.burst));
        self.counted_at = now;
        let cost = cost as f64;
        let enough = self.left >= cost;
        if enough {
            self.left -= cost;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::core::time::Duration;

    #[test]
    fn what_is_spent_grows_back_with_time_and_no_further_than_the_burst() {
        let rate = Rate { burst: 3, per_second: 0.5 };
        let mut now = Instant::ZERO;
        let mut budget = Budget::new(rate, now);
        assert!(budget.spend(rate, now, 3) && !budget.spend(rate, now, 1));
        now = now + Duration::from_secs(2);
        assert!(budget.spend(rate, now, 1) && !budget.spend(rate, now, 1));
        now = now + Duration::from_secs(1_000);
        assert!(!budget.spend(rate, now, 4) && budget.spend(rate, now, 3));
    }
}
