//! The time that an engine is told, made of the two clocks that a host has.

use units::Instant;

/// By how much the wall clock runs ahead at once if the device has slept. Clocks that are set right by less change nothing.
const SLEEP_MIN_MS: f64 = 3_000.0;

/// A monotonic clock that counts sleep. On several systems browsers' monotonic clocks stand still while the device sleeps:
/// whoever went by them would take a neighbour that gave it up an hour ago for one that has just been heard. The wall clock
/// tells.
#[derive(Debug, Default)]
pub struct WakefulClock {
    /// Both clocks at the last reading.
    last: Option<(f64, f64)>,
    slept_ms: f64,
}

impl WakefulClock {
    /// A clock that has counted no sleep.
    pub const fn new() -> Self {
        Self { last: None, slept_ms: 0.0 }
    }

    /// The time, in milliseconds as both clocks: `monotonic_ms` may stand still, `wall_ms` may be set back and forth.
    pub fn read(&mut self, monotonic_ms: f64, wall_ms: f64) -> Instant {
        if let Some((monotonic_before, wall_before)) = self.last.replace((monotonic_ms, wall_ms)) {
            let ahead_ms = (wall_ms - wall_before) - (monotonic_ms - monotonic_before);
            if ahead_ms >= SLEEP_MIN_MS {
                self.slept_ms += ahead_ms;
            }
        }
        Instant::from_millis_f64(monotonic_ms + self.slept_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_while_a_device_sleeps() {
        let mut clock = WakefulClock::new();
        let mut read_ms =
            |monotonic_ms, wall_ms| clock.read(monotonic_ms, wall_ms).as_micros() as f64 / 1_000.0;
        assert_eq!(read_ms(1_000.0, 50_000.0), 1_000.0);
        assert_eq!(read_ms(2_000.0, 51_000.0), 2_000.0);
        assert_eq!(read_ms(2_010.0, 111_010.0), 62_010.0, "a minute of sleep");
        assert_eq!(read_ms(3_010.0, 112_010.0), 63_010.0);
        assert_eq!(read_ms(4_010.0, 20_000.0), 64_010.0, "a clock that is set back");
        assert_eq!(read_ms(4_020.0, 21_000.0), 64_020.0, "a clock that is set a little forward");
        assert_eq!(read_ms(9_020.0, 26_000.0), 69_020.0, "a clock that counts sleep itself");
    }
}
