//! What a readout got wrong on a batch.

use crate::{
    kernels::{
        add_scaled,
        numbers::{exp, log_softmax},
    },
    learning::plan::Plan,
};

/// Turns logits, a row a sample, into predicted less wanted probabilities.
pub(crate) fn find_errors(
    logits: &mut [f32],
    labels: &[usize],
    classes: usize,
    plan: &Plan,
) -> Verdict {
    let everywhere = plan.smoothing / classes as f32;
    let (mut loss, mut right) = (0.0, 0.0);
    for (logits, label) in logits.chunks_exact_mut(classes).zip(labels) {
        if let Some(log_prior) = &plan.log_prior {
            add_scaled(logits, log_prior, 1.0);
        }
        log_softmax(logits);
        loss -= f64::from(logits[*label]);
        logits.iter_mut().for_each(|logit| *logit = exp(*logit) - everywhere);
        right += logits[*label] + everywhere;
        logits[*label] -= 1.0 - plan.smoothing;
    }
    Verdict { loss, error: 1.0 - right / labels.len() as f32 }
}

/// How a layer did on a batch.
pub(crate) struct Verdict {
    /// Summed over samples.
    pub(crate) loss: f64,
    /// The probability that went to wrong classes, mean over samples.
    pub(crate) error: f32,
}
