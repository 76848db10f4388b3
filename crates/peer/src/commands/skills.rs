//! What the nodes of a cluster have learnt and do.

use crate::{
    engine::Engine,
    error::CommandError,
    job::{JobId, SkillJob},
};
use units::{ClusterId, Instant};

impl Engine {
    /// Copies, tries or adds what nodes have learnt, or looks at how they fire. [`crate::Event::Answered`] brings a
    /// [`crate::Answer::Skill`]; what was added is stored by then.
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`]. To add nodes makes the cluster's network another one: [`CommandError::SessionRunning`] while
    /// a session trains it, [`CommandError::ClusterSplit`] while nodes of it are elsewhere.
    pub fn work_on_skills(
        &mut self,
        _now: Instant,
        cluster: ClusterId,
        job: SkillJob,
    ) -> Result<JobId, CommandError> {
        self.known(&cluster)?;
        if matches!(job, SkillJob::Graft { .. }) {
            let running = self.session.as_ref().filter(|session| session.running);
            let running = running.filter(|session| session.proposal.cluster == cluster);
            let moving = self.moving_session(&cluster);
            if let Some(session) = running.map(|session| session.id).or(moving) {
                return Err(CommandError::SessionRunning(session));
            }
            if self.is_split(&cluster) {
                return Err(CommandError::ClusterSplit(cluster));
            }
        }
        Ok(self.clusters.ask_skills(&cluster, job, &mut self.core))
    }
}
