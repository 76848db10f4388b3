//! Points in time; durations are `core::time::Duration`.

use core::{ops::Add, time::Duration};
use serde::{Deserialize, Serialize};

/// A point on a monotonic clock that the caller owns, in microseconds since an origin of the caller's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Instant(u64);

impl Instant {
    /// The origin.
    pub const ZERO: Self = Self(0);

    /// A point `micros` microseconds after the origin.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// A point `millis` milliseconds after the origin; negative and non-finite values are the origin.
    pub fn from_millis_f64(millis: f64) -> Self {
        Self((millis * 1_000.0) as u64)
    }

    /// Microseconds since the origin.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// How long after `earlier` this is; zero if it is not.
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    /// Saturates at the end of time, 584,000 years after the origin.
    fn add(self, duration: Duration) -> Self {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(micros))
    }
}

/// Wall-clock time in milliseconds since 1970-01-01 UTC. For people to read and for restarts to be told apart; never
/// compared between devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct UnixMillis(pub u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_never_runs_backwards_or_over() {
        let one = Instant::from_micros(1);
        assert_eq!(Instant::ZERO.saturating_duration_since(one), Duration::ZERO);
        assert_eq!(one + Duration::MAX, Instant::from_micros(u64::MAX));
        assert_eq!(Instant::from_millis_f64(f64::NAN), Instant::ZERO);
    }
}
