//! Files that people bring, and files that they take along.

use crate::{
    engine::Engine,
    error::CommandError,
    job::{DeskJob, Job, JobId, ModelFormat},
};
use units::{ClusterId, Instant};

impl Engine {
    /// Has the workbench look at a file; [`crate::Event::Answered`] brings what came of it.
    pub fn ask_desk(&mut self, _now: Instant, job: DeskJob) -> JobId {
        self.clusters.ask_desk(Job::Desk(job), &mut self.core)
    }

    /// Writes the shared network as a file that other programs understand.
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`].
    pub fn write_model_file(
        &mut self,
        _now: Instant,
        cluster: ClusterId,
        format: ModelFormat,
    ) -> Result<JobId, CommandError> {
        let known = self.clusters.get(&cluster);
        let known = known.ok_or_else(|| CommandError::UnknownCluster(cluster.clone()))?;
        let recipe = known.recipe.clone();
        let job = Job::WriteModelFile { cluster: cluster.clone(), format, recipe };
        Ok(self.clusters.ask(&cluster, job, &mut self.core))
    }
}
