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

impl Privacy {
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
