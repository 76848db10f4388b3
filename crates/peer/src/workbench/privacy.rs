//! Training that keeps each row private, within a budget that an accountant watches.
//!
//! The noise is chosen when the first private round of a session is trained, and anew when there are other rows: the least
//! with which all rounds keep within the budget, if that is not too much to learn anything. Two things count against it: how many rows of each class there are, which
//! adjusts logits, once; and every step.

use super::{cluster::Data, invalid, learning::plan_together};
use crate::job::{JobError, LocalTraining, RowBudget, Spent};
use neural::{LearningState, Network, RowPrivacy, train_privately};
use private::{Budget, DiscreteGaussian, Release, Stream};
use protocol::session::DELTA;
use serde::{Deserialize, Serialize};
use units::Hash;

/// The longest change of one row in a step.
const CLIP: f32 = 1.0;

/// The deviation of the noise on the number of rows of a class. A row is one of one class.
const COUNT_DEVIATION: u32 = 20;

/// With more noise than that in a step, a change says nothing, and only harms the others.
const MULTIPLIER_MAX: f64 = 64.0;

/// What has been spent in a session, and the noise that it goes on with.
#[derive(Serialize, Deserialize)]
pub(super) struct Account {
    /// Rounds that were trained.
    pub(super) trainings: u32,
    budget: Budget,
    noise: Option<Noise>,
}

#[derive(Serialize, Deserialize)]
struct Noise {
    /// What the rows are known by on this device, so that others are noticed.
    rows: Hash,
    step: Release,
    /// Rows of each class, with noise.
    class_rows: Vec<u32>,
}

impl Account {
    /// Reads one; nothing is one that nothing was spent of.
    pub(super) fn open(bytes: &[u8]) -> Result<Self, JobError> {
        if bytes.is_empty() {
            return Ok(Self {
                trainings: 0,
                budget: Budget::new(DELTA).map_err(invalid)?,
                noise: None,
            });
        }
        postcard::from_bytes(bytes).map_err(|_| {
            invalid(
                "what this device has spent of its privacy cannot be read: begin another session",
            )
        })
    }

    /// Trains a copy of the shared network for one round. Nothing of it may be seen before what it gives is stored.
    ///
    /// # Errors
    /// [`JobError::BudgetSpent`] if the round would pass the budget. The account is then of no use.
    pub(super) fn train(
        &mut self,
        network: &mut Network,
        learning: &mut LearningState,
        data: &Data,
        training: &LocalTraining,
        budget: &RowBudget,
    ) -> Result<Spent, JobError> {
        let mut stream = Stream::new(budget.entropy);
        let suits = |it: &Noise| it.rows == name(data) && it.step.rate == rate(data, training);
        let noise = match self.noise.take().filter(suits) {
            Some(noise) => noise,
            None => Noise::choose(&mut self.budget, data, training, budget, &mut stream)?
                .ok_or(JobError::BudgetSpent)?,
        };
        self.trainings = self.trainings.saturating_add(1);
        self.budget.spend(noise.step, training.steps.into()).map_err(invalid)?;
        if self.budget.epsilon() > epsilon(budget) {
            return Err(JobError::BudgetSpent);
        }
        let noise_multiplier = noise.step.multiplier;
        let privacy = RowPrivacy { clip: CLIP, noise_multiplier: noise_multiplier as f32 };
        let (rows, plan) = (&data.split.train, plan_together(&noise.class_rows, training));
        let mut draw = || stream.next_u64();
        train_privately(network, learning, &data.dataset, rows, &plan, &privacy, &mut draw)
            .map_err(invalid)?;
        let after = self.budget.epsilon_after(noise.step, budget.steps_later);
        let epsilon_after = after.map_err(invalid)?;
        self.noise = Some(noise);
        let epsilon = self.budget.epsilon();
        Ok(Spent { epsilon, epsilon_after, noise_multiplier, account: self.seal() })
    }

    fn seal(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("accounts have an encoding")
    }
}

impl Noise {
    /// Counts rows, and finds the noise with which all steps to come keep within the budget; `None` if none does.
    fn choose(
        account: &mut Budget,
        data: &Data,
        training: &LocalTraining,
        budget: &RowBudget,
        stream: &mut Stream,
    ) -> Result<Option<Self>, JobError> {
        let counts = Release { multiplier: COUNT_DEVIATION.into(), rate: 1.0 };
        account.spend(counts, 1).map_err(invalid)?;
        let rate = rate(data, training);
        let steps = budget.steps_later.saturating_add(training.steps.into());
        let step = Release::within(account, epsilon(budget), rate, steps);
        let Some(step) = step.filter(|step| step.multiplier <= MULTIPLIER_MAX) else {
            return Ok(None);
        };
        let variance = u64::from(COUNT_DEVIATION * COUNT_DEVIATION);
        let deviation = DiscreteGaussian::new(variance).map_err(invalid)?;
        let blurred = |rows: &u32| rows.saturating_add_signed(deviation.sample(stream));
        let class_rows = data.class_rows.iter().map(blurred).collect();
        Ok(Some(Self { rows: name(data), step, class_rows }))
    }
}

fn epsilon(budget: &RowBudget) -> f64 {
    f64::from(budget.epsilon_thousandths) / 1_000.0
}

/// How likely a row is in a step.
fn rate(data: &Data, training: &LocalTraining) -> f64 {
    f64::min(1.0, f64::from(training.batch_rows) / data.split.train.len() as f64)
}

fn name(data: &Data) -> Hash {
    let counts: Vec<u8> = data.class_rows.iter().flat_map(|rows| rows.to_le_bytes()).collect();
    Hash::of_parts(&[b"rows", &counts])
}
