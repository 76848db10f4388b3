//! Networks whose nodes are on several devices.

use crate::{
    engine::Engine,
    error::CommandError,
    job::{Job, JobId, SplitJob},
    records,
    split::{Purpose, Split, SplitTraining, place},
};
use protocol::{
    cluster::NetworkSpec, limits::NODES_FOR_OTHERS_MAX, signaling::Capability, split::SplitId,
};
use units::{ClusterId, Instant};

/// Questions on their way up at once.
const QUESTIONS_MAX: usize = 16;

impl Engine {
    /// Carries so many nodes of other devices' networks, from 0, which is none. That is kept over reloads and told to others;
    /// what is carried beyond it is given back.
    ///
    /// # Errors
    /// [`CommandError::InvalidInput`] for more than 16,384.
    pub fn carry_nodes(&mut self, now: Instant, nodes: u32) -> Result<(), CommandError> {
        if nodes > NODES_FOR_OTHERS_MAX {
            return Err(CommandError::InvalidInput(format!(
                "{nodes} nodes are more than a device carries for others: 0 to {NODES_FOR_OTHERS_MAX} are possible"
            )));
        }
        self.core.store(records::HOSTING.to_owned(), &nodes, Vec::new());
        self.with_hosting(now, |hosting| hosting.set_nodes_max(nodes, now));
        let capability = self.core.capability.clone();
        self.announce(now, Capability { nodes_for_others: nodes, ..capability });
        Ok(())
    }

    /// Gives nodes of a cluster to connected devices that carry nodes of others. The lowest layer, rows and labels stay here.
    /// Who carries what is in [`crate::View::split`], as [`crate::Event::NodesMoved`] tells.
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`]; [`CommandError::SessionRunning`] while a session trains it;
    /// [`CommandError::ClusterSplit`] while another cluster is split, or this one is; [`CommandError::InvalidInput`] if nobody
    /// carries nodes, or the network has none to give.
    pub fn split_cluster(&mut self, now: Instant, cluster: ClusterId) -> Result<(), CommandError> {
        let network = self.splittable(&cluster, false)?;
        let placed = place(&network, &self.offers());
        if placed.is_empty() {
            return Err(CommandError::InvalidInput(
                "no connected device carries nodes of others: choose how many on another device first"
                    .to_owned(),
            ));
        }
        let id = SplitId(self.core.random_u64());
        self.split = Some(Split::new(id, cluster, &network, placed, now));
        self.with_split(now, |split, around| split.advance(around));
        Ok(())
    }

    /// The network of a cluster, if it can be split now; `lends_lowest` if its lowest layer may go as well.
    pub(crate) fn splittable(
        &self,
        cluster: &ClusterId,
        lends_lowest: bool,
    ) -> Result<NetworkSpec, CommandError> {
        self.known(cluster)?;
        if let Some(split) = &self.split {
            return Err(CommandError::ClusterSplit(split.cluster.clone()));
        }
        if let Some(session) = self.session.as_ref().filter(|session| session.running)
            && session.proposal.cluster == *cluster
        {
            return Err(CommandError::SessionRunning(session.id));
        }
        if let Some(id) = self.moving_session(cluster) {
            return Err(CommandError::SessionRunning(id));
        }
        let known = self.clusters.get(cluster).filter(|known| known.model.is_some());
        let network = known.map(|known| known.network.clone());
        let network = network.ok_or_else(|| CommandError::UnknownCluster(cluster.clone()))?;
        check_layers(&network, lends_lowest)?;
        Ok(network)
    }

    /// Trains a split cluster on this device's rows, wherever its nodes are. [`crate::Event::SplitTrained`] comes at the end.
    ///
    /// # Errors
    /// [`CommandError::NotSplit`], [`CommandError::NoData`], [`CommandError::InvalidInput`].
    pub fn train_split(
        &mut self,
        now: Instant,
        cluster: ClusterId,
        training: SplitTraining,
    ) -> Result<(), CommandError> {
        self.check_split(&cluster)?;
        let known = self.clusters.get(&cluster).filter(|known| known.train_rows > 0);
        let known = known.ok_or_else(|| CommandError::NoData(cluster.clone()))?;
        let sees_rows = self.split.as_ref().is_some_and(Split::sends_rows);
        let training = training.checked(&known.network, sees_rows)?;
        if self.split.as_ref().is_some_and(|split| split.is_training()) {
            return Err(CommandError::InvalidInput(format!(
                "cluster `{cluster}` is being trained: stop that first"
            )));
        }
        let seed = self.core.random_u64();
        self.with_split(now, |split, around| split.train(training, seed, around));
        Ok(())
    }

    /// Sends no more batches of training up; nodes stay where they are.
    ///
    /// # Errors
    /// [`CommandError::NotSplit`].
    pub fn stop_split_training(
        &mut self,
        now: Instant,
        cluster: &ClusterId,
    ) -> Result<(), CommandError> {
        self.check_split(cluster)?;
        self.with_split(now, |split, around| split.stop_training(around));
        Ok(())
    }

    /// Brings all nodes of a cluster home, with what they have learnt. [`crate::Event::SplitEnded`] comes when they are here.
    ///
    /// # Errors
    /// [`CommandError::NotSplit`].
    pub fn gather_cluster(
        &mut self,
        now: Instant,
        cluster: &ClusterId,
    ) -> Result<(), CommandError> {
        self.check_split(cluster)?;
        self.with_split(now, |split, around| split.gather(around));
        Ok(())
    }

    fn check_split(&self, cluster: &ClusterId) -> Result<(), CommandError> {
        self.known(cluster)?;
        let is_split = self.is_split(cluster);
        is_split.then_some(()).ok_or_else(|| CommandError::NotSplit(cluster.clone()))
    }

    /// Sends a question up through a split cluster.
    pub(super) fn ask_split(
        &mut self,
        now: Instant,
        cluster: ClusterId,
        input: Vec<f32>,
    ) -> Result<JobId, CommandError> {
        let Some(split) = &self.split else { return Err(CommandError::NotSplit(cluster)) };
        if split.questions() >= QUESTIONS_MAX {
            return Err(CommandError::InvalidInput(format!(
                "{QUESTIONS_MAX} questions are on their way: wait for an answer"
            )));
        }
        let batch = split.next_batch();
        let at = self.core.wall_clock(now);
        let ask = SplitJob::Ask { batch, input };
        let job = self.core.job(Job::Split { cluster, now: at, job: ask });
        self.split_jobs.push((job, Purpose::Batch(batch)));
        self.with_split(now, |split, around| split.ask(job, around));
        Ok(job)
    }

    /// Has a split cluster take a lesson, wherever its nodes are.
    pub(super) fn teach_split(
        &mut self,
        now: Instant,
        cluster: ClusterId,
        error: Vec<f32>,
    ) -> JobId {
        let at = self.core.wall_clock(now);
        let teach = SplitJob::Teach { error };
        let job = self.core.job(Job::Split { cluster, now: at, job: teach });
        self.split_jobs.push((job, Purpose::Lesson(job)));
        job
    }
}

/// Whether a network has nodes to give.
fn check_layers(network: &NetworkSpec, lends_lowest: bool) -> Result<(), CommandError> {
    let problem = if network.steps > 1 {
        "a network of several frames stays on one device: train it together instead"
    } else if network.layers.len() < 2 && !lends_lowest {
        "a network of one layer has nothing to give: the lowest layer sees rows and stays here, so choose one of two layers or more"
    } else {
        return Ok(());
    };
    Err(CommandError::InvalidInput(problem.to_owned()))
}
