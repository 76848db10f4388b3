//! What a private session's members keep to themselves.

use serde::{Deserialize, Serialize};

/// Rows that nobody can tell of: adding a row to a member's, or taking one away, changes the probability of anything that
/// others see by a factor of e^ε at most, but for [`DELTA`] (differential privacy, Dwork and Roth 2014, definition 2.4).
/// How many rows a member has is told to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Privacy {
    /// The ε that a member spends in all rounds of the session at most, in thousandths, from [`EPSILON_THOUSANDTHS_MIN`] to
    /// [`EPSILON_THOUSANDTHS_MAX`].
    pub epsilon_thousandths: u32,
}

/// The δ of all private sessions: how likely the promise of ε may fail. Well below one in as many as a device's rows.
pub const DELTA: f64 = 1e-5;

/// Below it, noise on the counts of classes alone would take more than half of the budget.
pub const EPSILON_THOUSANDTHS_MIN: u32 = 500;

/// Above it, the promise says nothing.
pub const EPSILON_THOUSANDTHS_MAX: u32 = 100_000;

/// Adam's step size with which private sessions learn most: of 0.005, 0.01 and 0.02, on the digits that ship with the site.
pub(super) const PRIVATE_LEARNING_RATE_MILLIONTHS: u32 = 10_000;

/// What an ε was measured to cost, in points of accuracy, by falling ε: medians of three seeds, each three devices with a
/// third of 1,400 digits, 20 rounds of 40 steps of 32 rows, against the same without noise and bound. More rows cost less.
///
/// `bench rooms public/data/digits.bin 397 SEED layers=64-64 timer=4 steps=40 rounds=20 members=3 parts=100 rate=0.01
/// private=8:1`, and without the last.
const PRICES: [(u32, f32); 4] = [(8_000, 5.3), (4_000, 7.8), (2_000, 16.1), (1_000, 30.2)];

impl Privacy {
    /// What the mode was measured to cost, in points of accuracy out of a hundred, on the digits that ship with the site: with
    /// the largest ε that was measured and is not above this one, or else the least.
    pub fn measured_price_points(self) -> f32 {
        let fits = |(thousandths, _): &&(u32, f32)| *thousandths <= self.epsilon_thousandths;
        PRICES.iter().find(fits).unwrap_or(&PRICES[PRICES.len() - 1]).1
    }

    /// The ε.
    pub fn epsilon(self) -> f64 {
        f64::from(self.epsilon_thousandths) / 1_000.0
    }

    /// What is wrong with it, if anything is.
    pub(super) fn problem(self) -> Option<String> {
        let possible = EPSILON_THOUSANDTHS_MIN..=EPSILON_THOUSANDTHS_MAX;
        let thousandths = self.epsilon_thousandths;
        (!possible.contains(&thousandths)).then(|| {
            format!(
                "an ε of {thousandths} thousandths: {EPSILON_THOUSANDTHS_MIN} to {EPSILON_THOUSANDTHS_MAX} are possible"
            )
        })
    }
}
