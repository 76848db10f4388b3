//! How a stretch of training goes.

use crate::{kernels::numbers::ln, network::events::Events};

/// The least probability a class is taken to have: a class without rows must stay learnable from others.
const PRIOR_FLOOR: f32 = 1e-3;

/// One stretch of local training.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Steps.
    pub steps: u32,
    /// Rows a step.
    pub batch_rows: u32,
    /// Adam's step size at the first step.
    pub learning_rate: f32,
    /// Below which size Adam lets a gradient move parameters in proportion, rather than by the whole step size. Alone a
    /// device learns best with next to none. In a room, where each device knows little and soon has little more to learn from
    /// its rows, whole steps along what is left of its gradients are noise to the others.
    pub epsilon: f32,
    /// The part of it that is gone after the last step, from 0 to 1; it falls evenly.
    pub decay: f32,
    /// The part of the wanted probability that is spread evenly over all classes, from 0 to less than 1 (label smoothing,
    /// Szegedy et al. 2016). Readouts that are never quite sure go on teaching the nodes below: with a tenth, two layers
    /// of 512 nodes tell half a percent more of MNIST right than with none.
    pub smoothing: f32,
    /// How far a layer's timer moves in a step at most, in samples; at 0, timers stay as described.
    pub timer_rate: f32,
    /// Which kernels do the work; the outcome is the same.
    pub kernels: Kernels,
    /// How many pixels a square grey picture is moved at most in each direction when it is taken, another way each time;
    /// 0 leaves every row as it is, and other rows must be left so.
    pub jitter: u32,
    /// Decides which rows make which step, and how far pictures are moved.
    pub seed: u64,
    /// Added to the logits while training, one a class: with [`log_prior`] of skewed rows, the network learns what it
    /// would learn from even ones (logit adjustment, Menon et al. 2021).
    pub log_prior: Option<Vec<f32>>,
}

/// Which kernels work on a layer. All give the same numbers: where a term is 0, leaving it out changes no sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kernels {
    /// Those that are faster for what the layer is given: dense ones where most values of a batch are not 0.
    #[default]
    Chosen,
    /// Event by event; what is silent costs nothing.
    EventDriven,
    /// Products of whole matrices.
    Dense,
}

/// Fewer samples do not pay for putting matrices in order.
const DENSE_SAMPLES_MIN: usize = 4;

impl Kernels {
    /// Whether dense kernels are to work on what a layer is given.
    pub(crate) fn is_dense_for(self, input: &Events) -> bool {
        match self {
            Self::EventDriven => false,
            Self::Dense => true,
            Self::Chosen => {
                let (samples, possible) =
                    (input.samples(), input.samples() * input.width() as usize);
                samples >= DENSE_SAMPLES_MIN && 2 * input.count() > possible
            }
        }
    }
}

impl Default for Plan {
    /// A hundred steps of 32 rows, with one step size throughout and labels as they are.
    fn default() -> Self {
        Self {
            steps: 100,
            batch_rows: 32,
            learning_rate: 1e-3,
            epsilon: 1e-7,
            decay: 0.0,
            smoothing: 0.0,
            timer_rate: 0.0,
            kernels: Kernels::Chosen,
            jitter: 0,
            seed: 0,
            log_prior: None,
        }
    }
}

impl Plan {
    pub(crate) fn learning_rate_at(&self, step: u32) -> f32 {
        self.learning_rate * (1.0 - self.decay * (step as f32 / self.steps as f32))
    }
}

/// The logarithm of each class's part of the rows, at least ln 0.001.
pub fn log_prior(class_rows: &[u32]) -> Vec<f32> {
    let total: u64 = class_rows.iter().map(|rows| u64::from(*rows)).sum();
    let part = |rows: &u32| *rows as f32 / total.max(1) as f32;
    class_rows.iter().map(|rows| ln(part(rows).max(PRIOR_FLOOR))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prior_of_a_missing_class_has_a_floor() {
        let prior = log_prior(&[3, 1, 0]);
        assert!((prior[0] - 0.75f32.ln()).abs() < 1e-5);
        assert!((prior[2] - 1e-3f32.ln()).abs() < 1e-5);
    }
}
