//! Clusters and their rows.

use crate::{
    clusters::{Blueprint, Cluster, Origin},
    engine::Engine,
    error::CommandError,
    job::{Job, JobId},
};
use neural::Dataset;
use units::{ClusterId, Instant};

impl Engine {
    /// Makes a cluster, or asks for the state of one that exists with the same network and recipe.
    /// [`crate::Event::Answered`] comes once the cluster is stored.
    ///
    /// # Errors
    /// [`CommandError::InvalidInput`], [`CommandError::ClusterExists`].
    pub fn create_cluster(
        &mut self,
        now: Instant,
        cluster: ClusterId,
        blueprint: impl Into<Blueprint>,
    ) -> Result<JobId, CommandError> {
        let blueprint = blueprint.into();
        blueprint.check()?;
        let has_model = blueprint.model.is_some();
        let is_known = |known: &Cluster| {
            known.network == blueprint.network && known.recipe == blueprint.recipe
        };
        match self.clusters.get(&cluster) {
            Some(known) if !has_model && is_known(known) => self.read_state(now, cluster),
            Some(_) => Err(CommandError::ClusterExists(cluster)),
            None if !self.clusters.has_room() => Err(CommandError::InvalidInput(
                "this device holds as many clusters as it can".to_owned(),
            )),
            None => Ok(self.clusters.create(now, cluster, blueprint, true, &mut self.core)),
        }
    }

    /// Puts rows on a cluster, in place of earlier ones. They must have been made by the cluster's recipe.
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`], [`CommandError::InvalidInput`].
    pub fn load_dataset(
        &mut self,
        _now: Instant,
        cluster: ClusterId,
        dataset: Dataset,
        held_out_percent: u8,
        origin: Origin,
    ) -> Result<JobId, CommandError> {
        self.known(&cluster)?;
        dataset.validate().map_err(|error| CommandError::InvalidInput(error.to_string()))?;
        Ok(self.clusters.load(&cluster, dataset, held_out_percent, origin, &mut self.core))
    }

    /// How well does the shared network do, on these rows or on the held-out ones?
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`].
    pub fn evaluate(
        &mut self,
        _now: Instant,
        cluster: ClusterId,
        dataset: Option<Dataset>,
    ) -> Result<JobId, CommandError> {
        self.ask(cluster, |cluster| Job::Evaluate { cluster, dataset })
    }

    /// A cluster that is on its way back from storage, and so not in the view yet. Questions about it may be asked: they
    /// are answered when it is there.
    pub fn restoring(&self) -> Option<ClusterId> {
        self.clusters.restoring().cloned()
    }

    /// What does the shared network see? Of a split cluster, its nodes on other devices are asked too.
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`].
    pub fn predict(
        &mut self,
        now: Instant,
        cluster: ClusterId,
        input: Vec<f32>,
    ) -> Result<JobId, CommandError> {
        if self.is_split(&cluster) {
            return self.ask_split(now, cluster, input);
        }
        self.ask(cluster, |cluster| Job::Predict { cluster, input })
    }

    /// Takes one local learning step from an error on the newest predicted input, or on the newest frames.
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`]; [`CommandError::SessionRunning`] while a session trains the cluster, because
    /// members of a session hold the same model.
    pub fn learn_from_error(
        &mut self,
        now: Instant,
        cluster: ClusterId,
        error: Vec<f32>,
    ) -> Result<JobId, CommandError> {
        if let Some(session) = self.session.as_ref().filter(|session| session.running)
            && session.proposal.cluster == cluster
        {
            return Err(CommandError::SessionRunning(session.id));
        }
        if self.is_split(&cluster) {
            return Ok(self.teach_split(now, cluster, error));
        }
        let job = self.ask(cluster.clone(), |cluster| Job::LearnFromError { cluster, error })?;
        self.clusters.store_lessons(now, &cluster, &mut self.core);
        Ok(job)
    }

    /// Whether a few rows of classes that came before are rehearsed while the cluster trains on rows without them: they are, unless
    /// this says otherwise, for as long as the page lives.
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`].
    pub fn set_rehearsal(
        &mut self,
        _now: Instant,
        cluster: ClusterId,
        is_on: bool,
    ) -> Result<(), CommandError> {
        self.known(&cluster)?;
        let job = Job::SetRehearsal { cluster: cluster.clone(), is_on };
        self.clusters.ask_quietly(&cluster, job, &mut self.core);
        Ok(())
    }

    /// What is the cluster like?
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`].
    pub fn read_state(&mut self, _now: Instant, cluster: ClusterId) -> Result<JobId, CommandError> {
        self.ask(cluster, |cluster| Job::ReadState { cluster })
    }

    /// Reads the shared network out.
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`].
    pub fn export_model(
        &mut self,
        _now: Instant,
        cluster: ClusterId,
    ) -> Result<JobId, CommandError> {
        self.ask(cluster, |cluster| Job::ExportModel { cluster })
    }

    pub(crate) fn known(&self, cluster: &ClusterId) -> Result<(), CommandError> {
        match self.clusters.get(cluster) {
            Some(_) => Ok(()),
            None => Err(CommandError::UnknownCluster(cluster.clone())),
        }
    }

    fn ask(
        &mut self,
        cluster: ClusterId,
        job: impl FnOnce(ClusterId) -> Job,
    ) -> Result<JobId, CommandError> {
        self.known(&cluster)?;
        let job = job(cluster.clone());
        Ok(self.clusters.ask(&cluster, job, &mut self.core))
    }
}
