//! The Rényi divergence of the sampled Gaussian mechanism (Mironov, Talwar and Zhang 2019, arXiv 1908.10530, section 3.3):
//! noise on a sum in which each one's part is there with probability q.

use libm::{ceil, erfc, exp, floor, lgamma, log, log1p, sqrt};

/// Terms of the series of an order that is no whole number: they fall off like a Gaussian long before.
const TERMS_MAX: u32 = 10_000;

/// The logarithm below which a term adds nothing.
const NEGLIGIBLE: f64 = -34.0;

/// Above it, the complementary error function is taken from its asymptotic series.
const ERFC_LARGE: f64 = 8.0;

/// Of order `alpha` above 1, for 0 < `q` < 1 and a positive noise multiplier.
pub(super) fn sampled_gaussian(q: f64, sigma: f64, alpha: f64) -> f64 {
    let moment = if alpha == floor(alpha) {
        log_moment_whole(q, sigma, alpha)
    } else {
        log_moment_fractional(q, sigma, alpha)
    };
    // Rounding can leave a little less than nothing.
    (moment / (alpha - 1.0)).max(0.0)
}

/// ln Σ_k C(α, k) (1 - q)^(α-k) q^k exp((k² - k) / (2 σ²)).
fn log_moment_whole(q: f64, sigma: f64, alpha: f64) -> f64 {
    let mut sum = f64::NEG_INFINITY;
    for k in 0..=alpha as u32 {
        let k = f64::from(k);
        let choices = lgamma(alpha + 1.0) - lgamma(k + 1.0) - lgamma(alpha - k + 1.0);
        let chance = k * log(q) + (alpha - k) * log1p(-q);
        sum = log_add(sum, choices + chance + (k * k - k) / (2.0 * sigma * sigma));
    }
    sum
}

/// The same for any order: both halves of the line in a series of their own, split where the two densities are equal.
fn log_moment_fractional(q: f64, sigma: f64, alpha: f64) -> f64 {
    let split = sigma * sigma * (log1p(-q) - log(q)) + 0.5;
    let width = sqrt(2.0) * sigma;
    let (mut positive, mut negative) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    // ln |C(α, i)| and its sign: the sign turns with every i beyond α.
    let (mut log_choices, mut sign) = (0.0, true);
    for i in 0..TERMS_MAX {
        let i = f64::from(i);
        let j = alpha - i;
        let half = |k: f64, k_away: f64, side: f64| {
            let chance = k * log(q) + k_away * log1p(-q) + (k * k - k) / (2.0 * sigma * sigma);
            log_choices + chance - core::f64::consts::LN_2 + log_erfc(side)
        };
        let term = log_add(half(i, j, (i - split) / width), half(j, i, (split - j) / width));
        if sign {
            positive = log_add(positive, term);
        } else {
            negative = log_add(negative, term);
        }
        if i > ceil(alpha) && term < positive + NEGLIGIBLE {
            break;
        }
        let factor = (alpha - i) / (i + 1.0);
        log_choices += log(factor.abs());
        sign = (factor > 0.0) == sign;
    }
    positive + log1p(-exp(negative - positive))
}

fn log_add(a: f64, b: f64) -> f64 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY { high } else { high + log1p(exp(low - high)) }
}

/// ln erfc(x), also where erfc itself is too small for a number (Abramowitz and Stegun 7.1.23).
fn log_erfc(x: f64) -> f64 {
    if x < ERFC_LARGE {
        return log(erfc(x));
    }
    let inverse = 1.0 / (2.0 * x * x);
    let series = -inverse * (1.0 - 3.0 * inverse * (1.0 - 5.0 * inverse * (1.0 - 7.0 * inverse)));
    -x * x - log(x * sqrt(core::f64::consts::PI)) + log1p(series)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_of_the_error_function_meets_the_function_itself() {
        for x in [8.0, 9.0, 12.0, 20.0, 25.0] {
            assert!((log_erfc(x) - log(erfc(x))).abs() < 1e-7 * x * x, "{x}");
        }
        assert!(log_erfc(100.0) < -10_000.0);
        assert_eq!(log_erfc(0.0), 0.0);
    }
}
