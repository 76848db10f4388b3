//! How far a trace turns and how much of it is left from one frame to the next.

use core::f64::consts::{LN_2, PI};

/// Terms of the series of sine and cosine: enough for the last bit of an `f64` up to an eighth of a turn.
const SERIES_TERMS: u32 = 8;

/// What a trace is multiplied with at every frame: the complex number `decay · e^(i speed)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rotation {
    pub(crate) real: f32,
    pub(crate) imaginary: f32,
}

/// The rotations of `traces` traces for inputs of `steps` frames, at least 2: all fade alike, by
/// `1 - ln 2 / steps` a frame, so that half of the first frame is left at the last, and trace k turns by
/// `π (k + 1/2) / (2 traces)`. The slowest tells early from late, the fastest one frame from the next.
pub(crate) fn rotations(traces: u32, steps: u32) -> Vec<Rotation> {
    let decay = 1.0 - LN_2 / f64::from(steps);
    let rotation = |trace: u32| {
        let half_turns = (f64::from(trace) + 0.5) / (2.0 * f64::from(traces));
        let (cosine, sine) = cosine_and_sine(half_turns);
        Rotation { real: (decay * cosine) as f32, imaginary: (decay * sine) as f32 }
    };
    (0..traces).map(rotation).collect()
}

/// Cosine and sine of so many half turns, of magnitude below 2^52.
///
/// Reduction to an eighth of a turn is exact, because a turn is a whole number here; then the series, innermost term
/// first. Platform libraries differ in the last bit, additions and multiplications do not.
fn cosine_and_sine(half_turns: f64) -> (f64, f64) {
    let rounding = if half_turns < 0.0 { -0.5 } else { 0.5 };
    let quarters = (2.0 * half_turns + rounding) as i64;
    let angle = PI * (half_turns - quarters as f64 / 2.0);
    let square = angle * angle;
    let (mut cosine, mut sine) = (1.0, 1.0);
    for term in (1..=SERIES_TERMS).rev() {
        let even = f64::from(2 * term);
        cosine = 1.0 - square / (even * (even - 1.0)) * cosine;
        sine = 1.0 - square / (even * (even + 1.0)) * sine;
    }
    sine *= angle;
    match quarters.rem_euclid(4) {
        0 => (cosine, sine),
        1 => (-sine, cosine),
        2 => (-cosine, -sine),
        _ => (sine, -cosine),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosine_and_sine_are_right_to_the_last_places() {
        for step in -4_000..4_000 {
            let half_turns = f64::from(step) / 999.0;
            let (cosine, sine) = cosine_and_sine(half_turns);
            let (true_sine, true_cosine) = (half_turns * PI).sin_cos();
            assert!((cosine - true_cosine).abs() < 2e-15, "cosine of {half_turns}");
            assert!((sine - true_sine).abs() < 2e-15, "sine of {half_turns}");
        }
    }

    #[test]
    fn quarter_turns_are_exact_however_many() {
        for quarters in [-5i32, -1, 0, 1, 2, 3, 4_000_001] {
            let (cosine, sine) = cosine_and_sine(f64::from(quarters) / 2.0);
            let expected = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)];
            assert_eq!((cosine, sine), expected[quarters.rem_euclid(4) as usize], "{quarters}");
        }
    }

    #[test]
    fn every_trace_fades_and_each_turns_faster_than_the_last() {
        for (traces, steps) in [(1, 2), (8, 28), (32, 65_536)] {
            let rotations = rotations(traces, steps);
            assert_eq!(rotations.len(), traces as usize);
            for Rotation { real, imaginary } in &rotations {
                assert!(real * real + imaginary * imaginary < 1.0, "{steps} steps");
            }
            assert!(rotations.is_sorted_by(|slow, fast| slow.real > fast.real));
        }
    }
}
