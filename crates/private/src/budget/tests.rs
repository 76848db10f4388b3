//! Figures that others have published for their accountants.

use super::*;

fn sampled(multiplier: f64, rate: f64) -> Release {
    Release { multiplier, rate }
}

/// google/differential-privacy, `rdp_privacy_accountant_test.py`, `test_compute_rdp_poisson_sampled_gaussian`; for order 1.5
/// the integral as mpmath finds it to 30 digits, 3 % below what is published there.
#[test]
fn divergences_are_those_of_dp_accounting() {
    let release = sampled(2.5, 0.01);
    for (order, expected) in [
        (1.5, 6.500_708_97e-4),
        (2.5, 1.085_487_10e-3),
        (5.0, 2.180_756_56e-3),
        (50.0, 2.384_603_75e-2),
        (100.0, 1.674_163_08e2),
    ] {
        let found = 50.0 * release.divergence(order);
        assert!((found / expected - 1.0).abs() < 1e-4, "{order}: {found} and not {expected}");
    }
}

/// pytorch/opacus, `accountants_test.py`, `test_rdp_accountant`: noise 1.5, rate 0.04, 2,250 steps, δ = 1e-5.
#[test]
fn epsilon_is_that_of_opacus() {
    let release = sampled(1.5, 0.04);
    let tenths = (1..100).map(|tenth| 1.0 + f64::from(tenth) / 10.0);
    let orders = tenths.chain((12..64).map(f64::from));
    let divergences = orders.map(|order| (order, 2_250.0 * release.divergence(order)));
    let found = epsilon(divergences, 1e-5);
    assert!((found - 7.329_111_171_43).abs() < 1e-7, "{found}");
    let mut budget = Budget::new(1e-5).unwrap();
    budget.spend(release, 2_250).unwrap();
    assert!((budget.epsilon() - found).abs() < 0.02, "{}", budget.epsilon());
}

/// google/differential-privacy, the same file: `test_compute_epsilon_delta_gaussian` and `..._pure_dp`.
#[test]
fn the_conversion_is_that_of_dp_accounting() {
    let release = sampled(4.530_877_117, 1.0);
    let orders = (1_001..100_000).map(|order| 0.001 * f64::from(order));
    let found = epsilon(orders.map(|order| (order, release.divergence(order))), 1e-6);
    assert!((found - 1.0).abs() < 1e-6, "{found}");
    let constant = (2..33).map(|order| (f64::from(order), 1.1));
    assert!((epsilon(constant, 1e-5) - 1.327_838_061_76).abs() < 1e-9);
}

/// As good as the exact answer where there is no sampling (Balle and Wang 2018, theorem 8), and never below it.
#[test]
fn no_epsilon_is_below_the_exact_one_of_the_gaussian_mechanism() {
    let exact_delta = |multiplier: f64, epsilon: f64| {
        let normal = |x: f64| 0.5 * libm::erfc(-x / 2f64.sqrt());
        let half = 1.0 / (2.0 * multiplier);
        normal(half - epsilon * multiplier) - epsilon.exp() * normal(-half - epsilon * multiplier)
    };
    for (multiplier, times) in [(1.0, 1), (4.4, 40), (30.0, 1_000)] {
        let mut budget = Budget::new(1e-5).unwrap();
        budget.spend(sampled(multiplier, 1.0), times).unwrap();
        let alone = multiplier / (times as f64).sqrt();
        let delta = exact_delta(alone, budget.epsilon());
        assert!(delta <= 1e-5 && delta > 1e-7, "{multiplier}, {times}: {delta}");
    }
}

/// Numerical integration of the moment, for orders and rates of all kinds.
#[test]
fn divergences_are_those_of_their_integral() {
    for (q, sigma, order) in
        [(1e-3, 1.0, 1.25), (0.05, 0.7, 2.75), (0.2, 2.0, 4.5), (0.01, 1.0, 8.0), (0.6, 5.0, 1.5)]
    {
        let steps = 400_000;
        let (low, high) = (-40.0 * sigma, 40.0 * sigma + order);
        let width = (high - low) / f64::from(steps);
        let density = |x: f64| {
            let normal = (-x * x / (2.0 * sigma * sigma)).exp() / (sigma * 2.506_628_274_631);
            let ratio = 1.0 - q + q * ((2.0 * x - 1.0) / (2.0 * sigma * sigma)).exp();
            normal * ratio.powf(order)
        };
        let moment: f64 = (0..steps).map(|n| density(low + (f64::from(n) + 0.5) * width)).sum();
        let expected = (moment * width).ln() / (order - 1.0);
        let found = sampled(sigma, q).divergence(order);
        assert!(
            (found / expected - 1.0).abs() < 1e-4,
            "{q}, {sigma}, {order}: {found}, {expected}"
        );
    }
}

#[test]
fn a_budget_adds_up_and_tells_before_it_is_spent() {
    let mut budget = Budget::new(1e-5).unwrap();
    assert_eq!(budget.epsilon(), 0.0);
    let release = sampled(4.0, 1.0);
    let before = budget.epsilon_after(release, 2).unwrap();
    budget.spend(release, 1).unwrap();
    assert!(budget.epsilon() < before);
    budget.spend(release, 1).unwrap();
    assert_eq!(budget.epsilon(), before);
    budget.spend(sampled(0.0, 1.0), 1).unwrap();
    assert_eq!(budget.epsilon(), f64::INFINITY, "what came out without noise is out");
}

#[test]
fn noise_for_a_budget_is_enough_and_not_much_more() {
    let mut budget = Budget::new(1e-5).unwrap();
    budget.spend(sampled(20.0, 1.0), 1).unwrap();
    for (epsilon, rate, times) in [(8.0, 1.0, 40), (2.0, 0.034, 2_000), (0.5, 0.01, 100)] {
        let release = Release::within(&budget, epsilon, rate, times).unwrap();
        let spent = budget.epsilon_after(release, times).unwrap();
        assert!(spent <= epsilon && spent > 0.99 * epsilon, "{release:?} spends {spent}");
    }
    assert_eq!(Release::within(&budget, 0.1, 1.0, 1), None);
}

#[test]
fn impossible_spendings_are_refused_and_not_counted() {
    assert!(Budget::new(0.0).is_err() && Budget::new(f64::NAN).is_err());
    let mut budget = Budget::new(1e-5).unwrap();
    for release in [sampled(-1.0, 1.0), sampled(f64::NAN, 1.0), sampled(1.0, 1.5)] {
        assert!(budget.spend(release, 1).is_err());
    }
    assert_eq!(budget.epsilon(), 0.0);
    for kind in 0..SPENDINGS_MAX {
        budget.spend(sampled(1.0 + kind as f64, 1.0), 1).unwrap();
    }
    assert_eq!(budget.spend(sampled(0.5, 1.0), 1), Err(InvalidSpending::Kinds));
}

#[test]
fn a_stored_budget_goes_on_and_a_damaged_one_is_refused() {
    let mut budget = Budget::new(1e-5).unwrap();
    budget.spend(sampled(1.5, 0.04), 90).unwrap();
    budget.spend(sampled(20.0, 1.0), 1).unwrap();
    let bytes = postcard::to_allocvec(&budget).unwrap();
    assert_eq!(postcard::from_bytes(&bytes), Ok(budget));
    let mut damaged = bytes;
    damaged[..8].copy_from_slice(&(-1f64).to_le_bytes());
    assert!(postcard::from_bytes::<Budget>(&damaged).is_err());
}
