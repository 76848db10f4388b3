//! Whole numbers from the discrete Gaussian distribution, exactly: no floating point is in between whose last bits would
//! give away what was hidden (Mironov 2012).
//!
//! The sampler is that of Canonne, Kamath and Steinke 2020 (arXiv 2004.00010, algorithms 1 to 3): from fair bits to coins that
//! fall with probability exp(-γ), from those to the discrete Laplace distribution, from that by rejection to the Gaussian.

use crate::stream::Stream;

/// The largest variance: keeps every product of the sampler within 128 bits, and a sample within 32.
pub const VARIANCE_MAX: u64 = 1 << 40;

/// The discrete Gaussian distribution around 0: a whole number x has a probability in proportion to exp(-x² / (2 σ²)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiscreteGaussian {
    variance: u64,
    /// The whole part of the deviation, plus 1: the scale of the Laplace distribution below.
    scale: u64,
}

/// A variance that is beyond what the sampler can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a variance of {0}, where at most {VARIANCE_MAX} is possible")]
pub struct InvalidVariance(pub u64);

impl DiscreteGaussian {
    /// With the parameter σ² = `variance`, which is the distribution's variance but for a rest that is far below what a
    /// double holds from 4 on. With 0, every number is 0.
    ///
    /// # Errors
    /// [`InvalidVariance`] above [`VARIANCE_MAX`].
    pub fn new(variance: u64) -> Result<Self, InvalidVariance> {
        if variance > VARIANCE_MAX {
            return Err(InvalidVariance(variance));
        }
        Ok(Self { variance, scale: variance.isqrt() + 1 })
    }

    /// The parameter σ².
    pub fn variance(self) -> u64 {
        self.variance
    }

    /// The next number. How long that takes depends on the numbers drawn, which are secret only on this device.
    pub fn sample(self, stream: &mut Stream) -> i32 {
        if self.variance == 0 {
            return 0;
        }
        let (variance, scale) = (u128::from(self.variance), u128::from(self.scale));
        loop {
            let candidate = laplace(self.scale, stream);
            // exp(-(|y| - σ²/t)² / (2 σ²)), as a fraction of whole numbers.
            let distance = (u128::from(candidate.unsigned_abs()) * scale).abs_diff(variance);
            let (Some(numerator), Ok(sample)) =
                (distance.checked_mul(distance), i32::try_from(candidate))
            else {
                continue;
            };
            if falls_with_exp(numerator, 2 * variance * scale * scale, stream) {
                return sample;
            }
        }
    }
}

/// From the discrete Laplace distribution: in proportion to exp(-|x| / scale).
fn laplace(scale: u64, stream: &mut Stream) -> i64 {
    loop {
        let within = stream.below(scale);
        if !falls_with_exp_below_one(u128::from(within), u128::from(scale), stream) {
            continue;
        }
        let mut whole = 0u64;
        while falls_with_exp_below_one(1, 1, stream) {
            whole += 1;
        }
        let magnitude = (whole * scale + within) as i64;
        let is_negative = stream.next_u32() & 1 == 1;
        if is_negative && magnitude == 0 {
            continue;
        }
        return if is_negative { -magnitude } else { magnitude };
    }
}

/// A coin that falls with probability exp(-numerator / denominator).
fn falls_with_exp(numerator: u128, denominator: u128, stream: &mut Stream) -> bool {
    let whole = numerator / denominator;
    for _ in 0..whole {
        if !falls_with_exp_below_one(1, 1, stream) {
            return false;
        }
    }
    falls_with_exp_below_one(numerator - whole * denominator, denominator, stream)
}

/// The same for fractions up to 1: von Neumann's way, by the parity of how long a row of ever rarer coins holds.
fn falls_with_exp_below_one(numerator: u128, denominator: u128, stream: &mut Stream) -> bool {
    let mut turn = 1u32;
    while falls(numerator, denominator, turn, stream) {
        turn += 1;
    }
    turn % 2 == 1
}

/// A coin that falls with probability numerator / (denominator · turn), at most 1: a real number is drawn 32 bits at a
/// time, until it is clear on which side of the fraction it lies.
fn falls(numerator: u128, denominator: u128, turn: u32, stream: &mut Stream) -> bool {
    let denominator = denominator * u128::from(turn);
    if numerator >= denominator {
        return true;
    }
    if let (Ok(numerator), Ok(denominator)) = (u32::try_from(numerator), u32::try_from(denominator))
    {
        return falls_small(numerator, denominator, stream);
    }
    let mut rest = numerator;
    loop {
        let digit = (rest << 32) / denominator;
        let drawn = u128::from(stream.next_u32());
        if drawn != digit {
            return drawn < digit;
        }
        rest = (rest << 32) % denominator;
    }
}

fn falls_small(numerator: u32, denominator: u32, stream: &mut Stream) -> bool {
    let denominator = u64::from(denominator);
    let mut rest = u64::from(numerator);
    loop {
        let digit = (rest << 32) / denominator;
        let drawn = u64::from(stream.next_u32());
        if drawn != digit {
            return drawn < digit;
        }
        rest = (rest << 32) % denominator;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(variance: u64, count: usize) -> Vec<i32> {
        let mut stream = Stream::new([variance as u8; 32]);
        let gaussian = DiscreteGaussian::new(variance).unwrap();
        (0..count).map(|_| gaussian.sample(&mut stream)).collect()
    }

    /// Pearson's chi-squared test against the distribution's own probabilities.
    #[test]
    fn samples_follow_the_distribution() {
        for variance in [1u64, 3, 40] {
            let count = 200_000;
            let samples = samples(variance, count);
            let reach = (4.0 * (variance as f64).sqrt()) as i32;
            let mass = |x: i32| (-f64::from(x * x) / (2.0 * variance as f64)).exp();
            let total: f64 = (-60..=60).map(mass).sum();
            let mut squares = 0.0;
            for x in -reach..=reach {
                let expected = count as f64 * mass(x) / total;
                let seen = samples.iter().filter(|sample| **sample == x).count() as f64;
                squares += (seen - expected).powi(2) / expected;
            }
            let cells = f64::from(2 * reach + 1);
            assert!(squares < cells + 5.0 * (2.0 * cells).sqrt(), "{variance}: {squares}");
        }
    }

    #[test]
    fn wide_noise_has_its_variance_and_no_lean() {
        for variance in [1_000_000u64, VARIANCE_MAX] {
            let count = 20_000;
            let samples = samples(variance, count);
            let deviation = (variance as f64).sqrt();
            let scaled = samples.iter().map(|sample| f64::from(*sample) / deviation);
            let mean = scaled.clone().sum::<f64>() / count as f64;
            let square = scaled.clone().map(|it| it * it).sum::<f64>() / count as f64;
            let fourth = scaled.map(|it| it.powi(4)).sum::<f64>() / count as f64;
            assert!(mean.abs() < 0.03, "{mean}");
            assert!((square - 1.0).abs() < 0.04, "{square}");
            assert!((fourth - 3.0).abs() < 0.25, "{fourth}");
        }
    }

    #[test]
    fn without_variance_there_is_no_noise_and_too_much_is_refused() {
        assert!(samples(0, 10).iter().all(|sample| *sample == 0));
        assert_eq!(DiscreteGaussian::new(VARIANCE_MAX + 1), Err(InvalidVariance(VARIANCE_MAX + 1)));
    }
}
