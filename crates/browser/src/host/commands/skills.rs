//! What the nodes of a cluster have learnt and do.

use super::clusters::unexpected;
use crate::{HostError, host::Host};
use peer::{Answer, SkillAnswer, SkillJob};
use units::ClusterId;

impl Host {
    /// Copies, tries or adds what nodes have learnt, or looks at how they fire. What was added is stored by then.
    ///
    /// # Errors
    /// [`HostError::Command`] or [`HostError::Job`] say what does not fit the cluster.
    pub async fn work_on_skills(
        &self,
        cluster: ClusterId,
        job: SkillJob,
    ) -> Result<SkillAnswer, HostError> {
        match self.job(|engine, now| engine.work_on_skills(now, cluster, job)).await? {
            Answer::Skill(answer) => Ok(*answer),
            other => Err(unexpected(&other)),
        }
    }
}
