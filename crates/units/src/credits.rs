//! Money: whole micro-credits, added and taken away with checks.

use core::fmt;
use serde::{Deserialize, Serialize};

/// An amount of money in micro-credits; a million of them are one credit. Amounts are never negative, and what would pass
/// 2⁶⁴ − 1 or fall below nothing is an error.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Credits(u64);

/// Micro-credits of one credit.
const MICROS: u64 = 1_000_000;

/// A sum that money cannot have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AmountError {
    /// Beyond 2⁶⁴ − 1 micro-credits.
    #[error("{one} and {other} are more than an amount can be")]
    Overflow {
        /// One amount.
        one: Credits,
        /// What was added.
        other: Credits,
    },
    /// Below nothing.
    #[error("{wanted} are more than the {there} that are there")]
    Insufficient {
        /// What was to be taken.
        wanted: Credits,
        /// What there is.
        there: Credits,
    },
}

impl Credits {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// As much as an amount can be.
    pub const MAX: Self = Self(u64::MAX);

    /// So many micro-credits.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// So many whole credits; the most that fit, if they are more.
    pub const fn whole(credits: u64) -> Self {
        Self(credits.saturating_mul(MICROS))
    }

    /// In micro-credits.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum.
    ///
    /// # Errors
    /// [`AmountError::Overflow`].
    pub const fn plus(self, other: Self) -> Result<Self, AmountError> {
        match self.0.checked_add(other.0) {
            Some(sum) => Ok(Self(sum)),
            None => Err(AmountError::Overflow { one: self, other }),
        }
    }

    /// What is left without `other`.
    ///
    /// # Errors
    /// [`AmountError::Insufficient`].
    pub const fn minus(self, other: Self) -> Result<Self, AmountError> {
        match self.0.checked_sub(other.0) {
            Some(rest) => Ok(Self(rest)),
            None => Err(AmountError::Insufficient { wanted: other, there: self }),
        }
    }

    /// What is left without `other`, nothing if that is more.
    pub const fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The part that `share` is of `whole`, rounded down; nothing of nothing, all of it if the share is the whole or more.
    pub fn part(self, share: u64, whole: u64) -> Self {
        if share >= whole {
            return if whole == 0 { Self::ZERO } else { self };
        }
        let part = u128::from(self.0) * u128::from(share) / u128::from(whole);
        Self(u64::try_from(part).expect("a part is no more than the whole"))
    }

    /// So many times as much.
    ///
    /// # Errors
    /// [`AmountError::Overflow`].
    pub const fn times(self, factor: u64) -> Result<Self, AmountError> {
        match self.0.checked_mul(factor) {
            Some(product) => Ok(Self(product)),
            None => Err(AmountError::Overflow { one: self, other: Self(factor) }),
        }
    }

    /// The sum of amounts.
    ///
    /// # Errors
    /// [`AmountError::Overflow`].
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, AmountError> {
        amounts.into_iter().try_fold(Self::ZERO, Self::plus)
    }
}

/// In credits, with as many decimals as are needed.
impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, micros) = (self.0 / MICROS, self.0 % MICROS);
        if micros == 0 {
            return write!(f, "{whole} cr");
        }
        let digits = format!("{micros:06}");
        write!(f, "{whole}.{} cr", digits.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sums_beyond_the_edges_are_errors() {
        let one = Credits::from_micros(1);
        assert_eq!(Credits::MAX.plus(Credits::ZERO), Ok(Credits::MAX));
        assert_eq!(
            Credits::MAX.plus(one),
            Err(AmountError::Overflow { one: Credits::MAX, other: one })
        );
        assert_eq!(one.minus(one), Ok(Credits::ZERO));
        let insufficient = AmountError::Insufficient { wanted: one, there: Credits::ZERO };
        assert_eq!(Credits::ZERO.minus(one), Err(insufficient));
        assert!(Credits::MAX.times(2).is_err());
        assert!(Credits::sum([Credits::MAX, one]).is_err());
    }

    #[test]
    fn amounts_read_as_people_write_them() {
        let text = |micros| Credits::from_micros(micros).to_string();
        assert_eq!([text(0), text(1), text(2_500_000)], ["0 cr", "0.000001 cr", "2.5 cr"]);
        assert_eq!(Credits::whole(u64::MAX), Credits::MAX);
    }

    proptest! {
        #[test]
        fn parts_are_never_more_than_the_whole(amount: u64, shares in prop::collection::vec(any::<u32>(), 1..9)) {
            let whole = shares.iter().map(|share| u64::from(*share)).sum();
            let parts = shares.iter().map(|share| Credits::from_micros(amount).part((*share).into(), whole));
            prop_assert!(Credits::sum(parts).unwrap() <= Credits::from_micros(amount));
        }
    }
}
