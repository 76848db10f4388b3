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

/// As [`find_errors`] does, as if there were no classes but those that are `present`: the others have no error.
pub(crate) fn find_errors_among(
    present: &[bool],
    logits: &mut [f32],
    labels: &[usize],
    plan: &Plan,
) -> Verdict {
    let classes: Vec<usize> = (0..present.len()).filter(|class| present[*class]).collect();
    let log_prior =
        plan.log_prior.as_ref().map(|prior| classes.iter().map(|it| prior[*it]).collect());
    let plan = Plan { log_prior, ..*plan };
    let place = |label: &usize| classes.iter().filter(|class| *class < label).count();
    let places: Vec<usize> = labels.iter().map(place).collect();
    let rows = || logits.chunks_exact(present.len());
    let mut few: Vec<f32> =
        rows().flat_map(|row| classes.iter().map(|class| row[*class])).collect();
    let verdict = find_errors(&mut few, &places, classes.len(), &plan);
    logits.fill(0.0);
    for (row, few) in logits.chunks_exact_mut(present.len()).zip(few.chunks_exact(classes.len())) {
        classes.iter().zip(few).for_each(|(class, error)| row[*class] = *error);
    }
    verdict
}

/// How a layer did on a batch.
pub(crate) struct Verdict {
    /// Summed over samples.
    pub(crate) loss: f64,
    /// The probability that went to wrong classes, mean over samples.
    pub(crate) error: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_that_are_absent_have_no_error() {
        let plan = Plan { smoothing: 0.2, ..Plan::default() };
        let mut logits = [0.3, 9.0, -0.4, 0.1, -5.0, 1.2];
        let mut few = [0.3, -0.4, 0.1, 1.2];
        let verdict = find_errors_among(&[true, false, true], &mut logits, &[2, 0], &plan);
        let expected = find_errors(&mut few, &[1, 0], 2, &plan);
        assert_eq!(logits, [few[0], 0.0, few[1], few[2], 0.0, few[3]]);
        assert_eq!((verdict.loss, verdict.error), (expected.loss, expected.error));
    }
}
