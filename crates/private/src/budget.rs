//! How much of a member's privacy is spent: a Rényi accountant (Mironov 2017, arXiv 1702.07476).
//!
//! The Rényi divergence between what comes out with and without something (a member, or a row) bounds what anyone can learn
//! of it; divergences of one order simply add up over rounds. A total becomes an ε for a δ by the conversion of Canonne,
//! Kamath and Steinke 2020 (arXiv 2004.00010, proposition 12; also Balle et al. 2020), at the best of all orders.

mod sampled;

use libm::{log, log1p};
use sampled::sampled_gaussian;
use serde::{Deserialize, Serialize};

/// The orders at which divergences are kept; the best of them is the one that counts.
const ORDERS: [f64; 60] = orders();

/// Kinds of releases that one budget tells apart: a session's settings change seldom.
const SPENDINGS_MAX: usize = 256;

const fn orders() -> [f64; 60] {
    let mut orders = [0.0; 60];
    let mut count = 0;
    // In quarters to 5, in ones to 32, then ever wider.
    while count < 16 {
        orders[count] = 1.25 + 0.25 * count as f64;
        count += 1;
    }
    while count < 43 {
        orders[count] = 6.0 + (count - 16) as f64;
        count += 1;
    }
    let wide = [36.0, 40.0, 44.0, 48.0, 56.0, 64.0, 80.0, 96.0, 112.0, 128.0, 160.0, 192.0, 256.0];
    let widest = [320.0, 384.0, 448.0, 512.0];
    while count < 56 {
        orders[count] = wide[count - 43];
        count += 1;
    }
    while count < 60 {
        orders[count] = widest[count - 56];
        count += 1;
    }
    orders
}

/// Something that came out, with Gaussian noise (or discrete Gaussian noise, whose divergence is no larger).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Release {
    /// The deviation of the noise, in lengths of the longest change that whoever is protected can make.
    pub multiplier: f64,
    /// How likely whoever is protected has a part in it, independently each time (Poisson sampling); 1 if always.
    pub rate: f64,
}

/// What a member has spent, and at which δ it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Budget {
    delta: f64,
    spendings: Vec<(Release, u64)>,
}

/// A budget as it comes from storage.
#[derive(Deserialize)]
struct Stored {
    delta: f64,
    spendings: Vec<(Release, u64)>,
}

impl TryFrom<Stored> for Budget {
    type Error = InvalidSpending;

    fn try_from(stored: Stored) -> Result<Self, InvalidSpending> {
        let mut budget = Self::new(stored.delta)?;
        stored.spendings.iter().try_for_each(|(release, times)| budget.spend(*release, *times))?;
        Ok(budget)
    }
}

/// A release or a δ that no budget can be made of.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSpending {
    /// Noise that is no number, or negative.
    #[error("noise of {0} lengths: a number from 0 is needed")]
    Multiplier(f64),
    /// No probability.
    #[error("a part in {0} of the releases: a number from 0 to 1 is needed")]
    Rate(f64),
    /// No δ.
    #[error("a δ of {0}: a number above 0 and below 1 is needed")]
    Delta(f64),
    /// Too many kinds of releases.
    #[error("more than {SPENDINGS_MAX} kinds of releases in one budget")]
    Kinds,
}

impl Budget {
    /// Nothing spent, shown at that δ: how likely the promise of ε may fail. It should be well below one in as many as are
    /// protected.
    ///
    /// # Errors
    /// [`InvalidSpending::Delta`] unless it is between 0 and 1.
    pub fn new(delta: f64) -> Result<Self, InvalidSpending> {
        let is_valid = delta > 0.0 && delta < 1.0;
        is_valid
            .then_some(Self { delta, spendings: Vec::new() })
            .ok_or(InvalidSpending::Delta(delta))
    }

    /// Counts so many releases of one kind.
    ///
    /// # Errors
    /// [`InvalidSpending`] names what is wrong; nothing is then counted, and nothing may be released.
    pub fn spend(&mut self, release: Release, times: u64) -> Result<(), InvalidSpending> {
        release.check()?;
        if let Some((_, count)) = self.spendings.iter_mut().find(|(known, _)| *known == release) {
            *count = count.saturating_add(times);
        } else if self.spendings.len() < SPENDINGS_MAX {
            self.spendings.push((release, times));
        } else {
            return Err(InvalidSpending::Kinds);
        }
        Ok(())
    }

    /// The δ.
    pub fn delta(&self) -> f64 {
        self.delta
    }

    /// The ε that is spent by now: 0 for nothing, infinite where something came out without noise.
    pub fn epsilon(&self) -> f64 {
        if self.spendings.iter().all(|(_, count)| *count == 0) {
            return 0.0;
        }
        let total = |order: f64| {
            let spent =
                |(release, count): &(Release, u64)| *count as f64 * release.divergence(order);
            self.spendings.iter().filter(|(_, count)| *count > 0).map(spent).sum::<f64>()
        };
        epsilon(ORDERS.map(|order| (order, total(order))), self.delta)
    }

    /// The ε after so many more releases: what people are told before they agree.
    ///
    /// # Errors
    /// As [`Self::spend`].
    pub fn epsilon_after(&self, release: Release, times: u64) -> Result<f64, InvalidSpending> {
        let mut later = self.clone();
        later.spend(release, times)?;
        Ok(later.epsilon())
    }
}

impl Release {
    /// The least noise, in thousandths, with which so many releases and what a budget has spent already come to at most
    /// `epsilon`; `None` if no noise of up to a million lengths is enough.
    pub fn within(budget: &Budget, epsilon: f64, rate: f64, times: u64) -> Option<Self> {
        let release = |thousandths: u64| Self { multiplier: thousandths as f64 / 1_000.0, rate };
        let is_enough = |thousandths: u64| {
            let spent = budget.epsilon_after(release(thousandths), times);
            spent.is_ok_and(|spent| spent <= epsilon)
        };
        let (mut too_little, mut enough) = (0, 1_000_000_000);
        if !is_enough(enough) {
            return None;
        }
        while enough - too_little > 1 {
            let middle = too_little + (enough - too_little) / 2;
            if is_enough(middle) { enough = middle } else { too_little = middle }
        }
        Some(release(enough))
    }

    fn check(self) -> Result<(), InvalidSpending> {
        if !(self.multiplier.is_finite() && self.multiplier >= 0.0) {
            return Err(InvalidSpending::Multiplier(self.multiplier));
        }
        let is_probability = (0.0..=1.0).contains(&self.rate);
        is_probability.then_some(()).ok_or(InvalidSpending::Rate(self.rate))
    }

    /// The Rényi divergence of that order, above 1, between releases with and without whoever is protected.
    fn divergence(self, order: f64) -> f64 {
        if self.rate == 0.0 {
            0.0
        } else if self.multiplier == 0.0 {
            f64::INFINITY
        } else if self.rate == 1.0 {
            order / (2.0 * self.multiplier * self.multiplier)
        } else {
            sampled_gaussian(self.rate, self.multiplier, order)
        }
    }
}

/// The least ε for which the divergences promise it, with δ.
fn epsilon(divergences: impl IntoIterator<Item = (f64, f64)>, delta: f64) -> f64 {
    let at = |(order, divergence): (f64, f64)| {
        divergence + log1p(-1.0 / order) - (log(delta) + log(order)) / (order - 1.0)
    };
    divergences.into_iter().map(at).fold(f64::INFINITY, f64::min).max(0.0)
}

#[cfg(test)]
mod tests;
