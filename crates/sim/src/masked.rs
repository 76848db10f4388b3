//! What a device learns where only sums are seen: watched on its workbench, because nothing that it says tells.

use crate::{dice::Dice, strategy::Strategy};
use peer::{Answer, Job, JobError, MaskJob, Workbench};

/// Bytes of an update before its values.
const HEADER_BYTES: usize = 46;

/// Bytes of what takes masks off, before the first share.
const UNMASK_HEADER_BYTES: usize = 11;

/// What a job came to, and what masks were put on, if it put on some: one number a parameter.
pub(crate) struct Shown {
    pub(crate) answer: Answer,
    pub(crate) change: Option<Vec<f32>>,
}

/// Does a job, as a device of that strategy does it.
pub(crate) fn run(
    workbench: &mut Workbench,
    job: Job,
    strategy: Option<Strategy>,
    dice: &mut Dice,
) -> Result<Shown, JobError> {
    let (cluster, is_unmask) = match &job {
        Job::Mask { cluster, job: MaskJob::Mask { .. } } => (Some(cluster.clone()), false),
        Job::Mask { job: MaskJob::Unmask { .. }, .. } => (None, true),
        _ => (None, false),
    };
    let before =
        cluster.as_ref().and_then(|cluster| workbench.unsent(cluster)).map(<[f32]>::to_vec);
    let mut answer = workbench.run(job)?;
    let after = cluster.as_ref().and_then(|cluster| workbench.unsent(cluster)).map(<[f32]>::to_vec);
    let change = before.zip(after).map(|(before, after)| {
        before.iter().zip(after).map(|(before, after)| before - after).collect()
    });
    match (&mut answer, strategy) {
        (Answer::Masked(update), Some(Strategy::Garbage)) => {
            let garbage = dice.garbage(update.len() - HEADER_BYTES);
            update[HEADER_BYTES..].copy_from_slice(&garbage);
            return Ok(Shown { answer, change: None });
        }
        (Answer::Bytes(unmask), Some(Strategy::WrongShares)) if is_unmask => {
            unmask[UNMASK_HEADER_BYTES..].iter_mut().for_each(|byte| *byte ^= 0x55);
        }
        _ => {}
    }
    Ok(Shown { answer, change })
}
