//! Members that keep each of their rows private from everybody else: noisy steps, and a budget for all rounds.

use super::Settings;
use neural::{Dataset, LearningState, Network, Plan, RowPrivacy, train_privately};
use private::{Budget, DiscreteGaussian, Release, Stream};
use std::error::Error;
use units::Hash;

/// How likely the promise may fail.
pub(super) const DELTA: f64 = 1e-5;

/// The deviation of the noise on how many rows of each class a member has, of which each row is one.
const COUNT_NOISE: f64 = 20.0;

/// Adding or taking away one row of any member is known with at most this ε, at δ = 1e-5, after all rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrivateRows {
    /// Infinite for the bound on rows alone, without noise.
    pub epsilon: f64,
    /// The longest change of one row in a step.
    pub clip: f32,
}

impl PrivateRows {
    /// The noise with which all rounds keep within the budget, in clips.
    pub(super) fn multiplier(
        &self,
        settings: &Settings,
        rows: usize,
    ) -> Result<f32, Box<dyn Error>> {
        if self.epsilon.is_infinite() {
            return Ok(0.0);
        }
        let mut counted = Budget::new(DELTA)?;
        counted.spend(Release { multiplier: COUNT_NOISE, rate: 1.0 }, 1)?;
        let rate = f64::min(1.0, f64::from(settings.batch_rows) / rows as f64);
        let times = settings.rounds * u64::from(settings.steps);
        let release = Release::within(&counted, self.epsilon, rate, times);
        Ok(release.ok_or("no noise keeps within this budget")?.multiplier as f32)
    }

    /// Makes counts noisy.
    pub(super) fn blur(&self, counts: &mut [u32], seed: u64, number: usize) {
        if self.epsilon.is_infinite() {
            return;
        }
        let key = Hash::of(&[seed, 1 << 40 | number as u64].map(u64::to_le_bytes).concat());
        let mut stream = Stream::new(*key.as_bytes());
        let noise = DiscreteGaussian::new((COUNT_NOISE * COUNT_NOISE) as u64)
            .unwrap_or_else(|_| unreachable!());
        for count in counts {
            *count = count.saturating_add_signed(noise.sample(&mut stream));
        }
    }

    pub(super) fn train(
        &self,
        network: &mut Network,
        state: &mut LearningState,
        dataset: &Dataset,
        rows: &[u32],
        plan: &Plan,
        noise_multiplier: f32,
    ) -> Result<(), Box<dyn Error>> {
        let mut stream = Stream::new(*Hash::of(&plan.seed.to_le_bytes()).as_bytes());
        let privacy = RowPrivacy { clip: self.clip, noise_multiplier };
        let mut draw = || stream.next_u64();
        train_privately(network, state, dataset, rows, plan, &privacy, &mut draw)?;
        Ok(())
    }
}
