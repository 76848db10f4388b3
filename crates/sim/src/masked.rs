//! What a device learns where only sums are seen: watched on its workbench, because nothing that it says tells.

use crate::{dice::Dice, strategy::Strategy};
use peer::{Answer, Job, JobError, MaskJob, Workbench};
use protocol::cluster::NetworkSpec;
use units::ClusterId;

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
    is_private: bool,
    dice: &mut Dice,
) -> Result<Shown, JobError> {
    let (cluster, is_unmask) = match &job {
        Job::Mask { cluster, job: MaskJob::Mask { .. } } => (Some(cluster.clone()), false),
        Job::Mask { job: MaskJob::Unmask { .. }, .. } => (None, true),
        _ => (None, false),
    };
    let before = cluster.as_ref().and_then(|cluster| waiting(workbench, cluster, is_private));
    let mut answer = workbench.run(job)?;
    let after = cluster.as_ref().and_then(|cluster| waiting(workbench, cluster, is_private));
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

/// What a cluster has learnt and not sent: it is in a checkpoint before the lengths of an update and a lesson, of which there
/// are none here, the session whose private trainings alone are in it, and the digest.
fn waiting(workbench: &mut Workbench, cluster: &ClusterId, is_private: bool) -> Option<Vec<f32>> {
    let checkpoint = workbench.run(Job::Checkpoint { cluster: cluster.clone() }).ok()?;
    let Answer::Checkpoint { bytes, .. } = checkpoint else { return None };
    let spec = spec_of(workbench, cluster)?;
    let private_bytes = if is_private { 16 + 4 } else { 0 };
    let end = bytes.len().checked_sub(32 + private_bytes + 1 + 4)?;
    let start = end.checked_sub(4 * spec.parameters() as usize)?;
    let floats = bytes[start..end].chunks_exact(4);
    floats.map(|it| Some(f32::from_le_bytes(it.try_into().ok()?))).collect()
}

fn spec_of(workbench: &mut Workbench, cluster: &ClusterId) -> Option<NetworkSpec> {
    let model = workbench.run(Job::ExportModel { cluster: cluster.clone() }).ok()?;
    let Answer::Model { bytes, .. } = model else { return None };
    Some(neural::Model::decode(&bytes).ok()?.network().spec().clone())
}
