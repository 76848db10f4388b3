//! Where training of a split network stands.

use crate::{error::CommandError, job::Evaluation};
use ::core::time::Duration;
use neural::nodes::wire;
use protocol::{cluster::NetworkSpec, limits};
use serde::{Deserialize, Serialize};
use units::Instant;

/// Between two times that all which is known comes together, is judged and stored.
const SETTLE_INTERVAL: Duration = Duration::from_secs(20);

/// The step size falls evenly to this part of itself.
const LAST_RATE: f32 = 0.1;

/// Points of a curve that are kept.
const CURVE_MAX: usize = 500;

/// How a split cluster is trained.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SplitTraining {
    /// Batches.
    pub steps: u32,
    /// Rows of each; fewer where their events would not fit a message.
    pub batch_rows: u32,
    /// Adam's step size at the first, in millionths; it falls evenly to a tenth.
    pub learning_rate_millionths: u32,
}

impl SplitTraining {
    /// What of it is possible for a network; `sends_rows` if nodes of its lowest layer are elsewhere.
    pub(crate) fn checked(
        self,
        network: &NetworkSpec,
        sends_rows: bool,
    ) -> Result<Self, CommandError> {
        let Self { steps, batch_rows, learning_rate_millionths } = self;
        let invalid = |problem: String| Err(CommandError::InvalidInput(problem));
        let steps_max = limits::SPLIT_STEPS_MAX;
        if !(1..=steps_max).contains(&steps) {
            return invalid(format!("{steps} batches: 1 to {steps_max} are possible"));
        }
        if !(1..=limits::BATCH_ROWS_MAX).contains(&batch_rows) {
            let most = limits::BATCH_ROWS_MAX;
            return invalid(format!("{batch_rows} rows in a batch: 1 to {most} are possible"));
        }
        if !(1..=1_000_000).contains(&learning_rate_millionths) {
            return invalid(format!(
                "a learning rate of {learning_rate_millionths} millionths: 1 to 1000000 are possible"
            ));
        }
        let inputs = sends_rows.then_some(network.inputs);
        let widths = network.layers.iter().map(|layer| layer.nodes).chain(inputs);
        let width = widths.max().unwrap_or(1);
        let fits = |rows: &u32| {
            wire::batch_bytes_max(*rows, width, network.classes) <= limits::ACTIVATION_BYTES_MAX
        };
        let batch_rows = (1..=batch_rows).take_while(fits).last().unwrap_or(1);
        Ok(Self { batch_rows, ..self })
    }
}

/// A training under way.
#[derive(Debug)]
pub(super) struct Training {
    pub plan: SplitTraining,
    pub seed: u64,
    pub started: u32,
    pub ended: u32,
    pub settled_at: Instant,
    /// Batches that had ended then.
    pub settled_after: u32,
    pub is_settling: bool,
    /// Accuracy on the newest rows of training, each batch counting a twentieth.
    pub accuracy: f32,
}

impl Training {
    pub(super) fn new(plan: SplitTraining, seed: u64, now: Instant) -> Self {
        Self {
            plan,
            seed,
            started: 0,
            ended: 0,
            settled_at: now,
            settled_after: 0,
            is_settling: false,
            accuracy: 0.0,
        }
    }

    /// The step size of the next batch.
    pub(super) fn rate(&self) -> f32 {
        let part = self.started as f32 / self.plan.steps as f32;
        let first = self.plan.learning_rate_millionths as f32 * 1e-6;
        first * (1.0 - (1.0 - LAST_RATE) * part)
    }

    pub(super) fn is_over(&self) -> bool {
        self.ended >= self.plan.steps
    }

    pub(super) fn learnt(&mut self, rows: u32, correct: u32) {
        let accuracy = correct as f32 / rows.max(1) as f32;
        let weight = if self.ended == 0 { 1.0 } else { 0.05 };
        self.accuracy += weight * (accuracy - self.accuracy);
        self.ended += 1;
    }

    /// What nodes elsewhere have learnt has come since all was brought together, although no batch has ended.
    pub(super) fn has_news(&mut self) {
        self.settled_after = u32::MAX;
    }

    /// When all that is known comes together next; `None` while that is under way, or there is nothing new.
    pub(super) fn settles_at(&self) -> Option<Instant> {
        let is_news = self.ended > self.settled_after && !self.is_settling;
        is_news.then_some(self.settled_at + SETTLE_INTERVAL)
    }
}

/// How well a network did after so many batches of its split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplitPoint {
    /// Batches.
    pub batches: u32,
    /// On the rows that this device holds out.
    pub evaluation: Evaluation,
}

/// Adds a point; where there are too many, every second one of the older ones goes.
pub(super) fn add_point(curve: &mut Vec<SplitPoint>, point: SplitPoint) {
    if curve.len() >= CURVE_MAX {
        let mut is_kept = false;
        curve.retain(|_| {
            is_kept = !is_kept;
            is_kept
        });
    }
    curve.push(point);
}
