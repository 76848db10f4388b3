//! What keeps nodes firing as often as their timers say, and how fast.

use crate::{
    kernels::numbers::whole_power, network::events::Events, temporal::SAMPLES_PER_GLIMPSE,
};

/// How far a threshold moves in a step at most.
const RATE_MAX: f32 = 0.05;

/// How far it moves for each unit of Adam's step size. Thresholds that come to rest with the weights told one in a
/// hundred digits more right than thresholds that jump to the end.
const RATE_PER_LEARNING_RATE: f32 = 25.0;

/// How far the pace follows the error, `α` in `η_δ += α · error`.
const PACE_PER_ERROR: f32 = 0.02;

/// How fast the usual error follows the error. With the same factor as above, the pace is the usual error plus a constant
/// (both are sums of the same differences), so it cannot drift.
const USUAL_ERROR_RATE: f32 = 0.02;

/// The slowest and the fastest pace.
const PACE_BOUNDS: [f32; 2] = [0.5, 2.0];

/// The bounds of a timer that adapts, as factors of what the description says.
const TIMER_BOUNDS: [f32; 2] = [0.75, 1.25];

/// How one layer's thresholds and timer adapt; a part of what learning remembers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Homeostasis {
    /// A factor of the thresholds' rate: above 1 while the layer errs more than it did, below 1 once it errs less.
    pub(crate) pace: f32,
    /// The running mean of the layer's error, the probability that it gave to wrong classes; negative before the first.
    pub(crate) usual_error: f32,
    /// After how many silent samples a node is forced.
    pub(crate) timer: f32,
}

impl Homeostasis {
    pub(crate) fn new(timer: u32) -> Self {
        Self { pace: 1.0, usual_error: -1.0, timer: timer as f32 }
    }

    /// Moves the pace by how much more than usual the layer errs: `η_δ += α · error`, clamped.
    ///
    /// `error` is the mean over a batch of the probability that went to wrong classes, 0 to 1.
    pub(crate) fn notice_error(&mut self, error: f32) {
        if self.usual_error < 0.0 {
            self.usual_error = error;
        }
        let surprise = error - self.usual_error;
        let [slowest, fastest] = PACE_BOUNDS;
        self.pace = (self.pace + PACE_PER_ERROR * surprise).clamp(slowest, fastest);
        self.usual_error += USUAL_ERROR_RATE * surprise;
    }

    /// Moves thresholds: each rises as far as the timer stays quiet, and falls half as far as it runs out.
    ///
    /// A node that fires on a part `f` of the samples lets its timer of `T` samples run out with probability
    /// `q = (1 - f)^T`, so thresholds rest where `1 - q = q / 2`: at a rate of `1 - (2/3)^(1/T)`. Samples
    /// are `events`, and `glimpses` of earlier frames, where nodes that learn at the last one would fire as they like.
    /// `fired` is memory for the samples on which each node fired.
    pub(crate) fn move_thresholds(
        &mut self,
        thresholds: &mut [f32],
        events: &Events,
        glimpses: &Events,
        rates: &Rates,
        fired: &mut Vec<u32>,
    ) {
        fired.clear();
        fired.resize(thresholds.len(), 0);
        events.nodes().iter().for_each(|node| fired[*node as usize] += 1);
        glimpses
            .nodes()
            .iter()
            .for_each(|node| fired[*node as usize] += SAMPLES_PER_GLIMPSE as u32);
        let samples = events.samples() + SAMPLES_PER_GLIMPSE * glimpses.samples();
        let rate = (RATE_PER_LEARNING_RATE * rates.learning).min(RATE_MAX) * self.pace;
        let mut drive = 0.0;
        for (threshold, fired) in thresholds.iter_mut().zip(fired) {
            let silent = 1.0 - *fired as f32 / samples as f32;
            let runs_out = power(silent, self.timer);
            let above_rest = (1.0 - runs_out) - 0.5 * runs_out;
            *threshold += rate * above_rest;
            drive += above_rest;
        }
        self.move_timer(rates, drive / thresholds.len() as f32);
    }

    /// The timer's own rule: `T += η_T · mean((1 - q) - q / 2)`, within a quarter of what the description says.
    ///
    /// Thresholds and timer share their one fixed point, so nothing holds a timer that may go anywhere: with
    /// `η_T = 0.1` and no bounds, the timers of MNIST's two layers of 512 went from 5 to 21 and 119 samples in ten epochs,
    /// the firing rate from 8 to 1.4 %, and a percent of the digits was lost. Hence the bounds, and a rate of 0 unless a
    /// plan asks for more.
    fn move_timer(&mut self, rates: &Rates, above_rest: f32) {
        if rates.timer > 0.0 {
            let [least, most] = TIMER_BOUNDS.map(|bound| bound * rates.timer_wanted as f32);
            self.timer = (self.timer + rates.timer * above_rest).clamp(least, most);
        }
    }
}

/// How fast homeostasis goes in one step.
pub(crate) struct Rates {
    /// Adam's step size.
    pub(crate) learning: f32,
    /// How far a timer moves at most.
    pub(crate) timer: f32,
    /// What the description says of the timer.
    pub(crate) timer_wanted: u32,
}

/// `x` to a power that need not be whole: between the whole powers on both sides, in a straight line.
fn power(x: f32, power: f32) -> f32 {
    let whole = power as u32;
    let low = whole_power(x, whole);
    let part = power - whole as f32;
    if part == 0.0 { low } else { low + part * (low * x - low) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_rises_with_the_error_and_comes_back_with_it() {
        let mut layer = Homeostasis::new(4);
        layer.notice_error(0.2);
        assert_eq!(layer.pace, 1.0, "the first error is the usual one");
        (0..200).for_each(|_| layer.notice_error(0.8));
        assert!((layer.pace - 1.6).abs() < 0.02, "{}", layer.pace);
        (0..2_000).for_each(|_| layer.notice_error(0.2));
        assert!((layer.pace - 1.0).abs() < 1e-3, "it does not drift: {}", layer.pace);
        (0..2_000).for_each(|_| layer.notice_error(0.0));
        assert!(layer.pace >= PACE_BOUNDS[0]);
    }

    #[test]
    fn powers_between_whole_ones_lie_on_a_line() {
        assert_eq!(power(0.5, 3.0), 0.125);
        assert_eq!(power(0.5, 3.5), (0.125 + 0.0625) / 2.0);
        assert_eq!(power(0.0, 0.0), 1.0);
    }
}
