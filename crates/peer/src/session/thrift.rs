//! How much of its update a member sends: as much as arrives in good time.

use ::core::time::Duration;
use neural::Compression;

/// Updates may take a second, or as long as the training before them; if they take longer, members send less.
const PATIENCE: Duration = Duration::from_secs(1);

/// How many of a thousand parameters travel where the network is slow: `cargo xtask bench rooms` measures what that costs.
const KEPT_PER_MILLE: u16 = 20;

/// Rounds until more is tried again, at first and at most.
const STRETCH_ROUNDS: (u32, u32) = (8, 64);

/// What earlier rounds have shown of the network. Members need not agree: every update says how it is written.
pub(super) struct Thrift {
    /// Rounds for which little is sent.
    rounds_left: u32,
    /// How many these will be the next time.
    stretch: u32,
    /// How long whole updates took before little was sent.
    whole_took: Duration,
    /// Whether a round has been quicker by what was saved.
    has_helped: bool,
    /// Rounds for which slowness changes nothing, because to send little did not.
    indifferent_rounds: u32,
}

impl Default for Thrift {
    fn default() -> Self {
        Self {
            rounds_left: 0,
            stretch: STRETCH_ROUNDS.0,
            whole_took: Duration::ZERO,
            has_helped: false,
            indifferent_rounds: 0,
        }
    }
}

impl Thrift {
    /// How the next update is written.
    pub(super) fn compression(&self) -> Compression {
        if self.sends_little() {
            Compression::Sparse { kept_per_mille: KEPT_PER_MILLE }
        } else {
            Compression::Rows
        }
    }

    /// Whether only the largest changes are sent.
    pub(super) fn sends_little(&self) -> bool {
        self.rounds_left > 0
    }

    /// All updates of a round are here, or no more are waited for: they travelled that long, after that long a training.
    ///
    /// A member that promises an update and never shows it looks like a slow network. So where little takes as long as all
    /// did, what is waited for is not the network, and more is sent in spite of it.
    pub(super) fn note(&mut self, travelled: Duration, trained: Duration) {
        let is_slow = travelled > trained.max(PATIENCE);
        if self.sends_little() {
            self.rounds_left -= 1;
            self.has_helped |= 2 * travelled < self.whole_took;
            if !self.sends_little() && !self.has_helped {
                self.indifferent_rounds = STRETCH_ROUNDS.1;
                self.stretch = STRETCH_ROUNDS.0;
            }
        } else if self.indifferent_rounds > 0 {
            self.indifferent_rounds -= 1;
        } else if is_slow {
            self.rounds_left = self.stretch;
            self.stretch = (2 * self.stretch).min(STRETCH_ROUNDS.1);
            self.whole_took = travelled;
            self.has_helped = false;
        } else {
            self.stretch = STRETCH_ROUNDS.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(200);
    const LATE: Duration = Duration::from_secs(5);

    fn sparse_rounds_after_a_late_one(thrift: &mut Thrift) -> u32 {
        thrift.note(LATE, SOON);
        let mut rounds = 0;
        while thrift.compression() != Compression::Rows {
            thrift.note(SOON, SOON);
            rounds += 1;
        }
        rounds
    }

    #[test]
    fn a_slow_network_is_given_less_for_longer_each_time_it_is_slow_again() {
        let mut thrift = Thrift::default();
        let stretches = [8, 16, 32, 64, 64];
        assert_eq!(stretches.map(|_| sparse_rounds_after_a_late_one(&mut thrift)), stretches);
        thrift.note(SOON, SOON);
        assert_eq!(sparse_rounds_after_a_late_one(&mut thrift), 8);
    }

    #[test]
    fn who_is_waited_for_in_vain_makes_nobody_send_little_for_ever() {
        let mut thrift = Thrift::default();
        let rounds = 200;
        let mut sparse = 0;
        for _ in 0..rounds {
            sparse += u32::from(thrift.sends_little());
            thrift.note(LATE, SOON);
        }
        assert!(sparse <= 3 * STRETCH_ROUNDS.0, "{sparse} of {rounds}");
    }

    #[test]
    fn updates_may_take_as_long_as_training() {
        let mut thrift = Thrift::default();
        thrift.note(LATE, LATE);
        thrift.note(SOON * 4, Duration::ZERO);
        assert_eq!(thrift.compression(), Compression::Rows);
    }
}
