//! The clusters on this device: what the workbench holds, and what is stored of it.

mod answers;

use crate::{
    core::Core,
    event::Event,
    job::{Answer, Job, JobError, JobId},
    records::{ClusterRecord, DatasetRecord, SessionRecord},
    view::ClusterView,
};
use neural::Dataset;
use protocol::cluster::NetworkSpec;
use std::collections::BTreeMap;
use units::{ClusterId, Hash, Instant};

/// Clusters on one device; the workbench holds no more.
const CLUSTERS_MAX: usize = 16;

pub(crate) struct Cluster {
    pub network: NetworkSpec,
    /// `None` until the workbench has made it.
    pub model: Option<Hash>,
    pub train_rows: u32,
    pub held_out_rows: u32,
    pub class_rows: Vec<u32>,
    pub data_source: Option<String>,
    pub checkpoint_at: Instant,
}

/// Why a job was asked for that is about a cluster.
pub(crate) enum ClusterJob {
    /// A command or a session made it.
    Create { announce: bool },
    /// It is brought back from storage.
    Restore,
    /// Rows of an earlier life are put on it.
    Reload { source: Option<String> },
    /// Rows are put on it; the record says what to store of them.
    Load { record: Box<DatasetRecord> },
    /// Its state is read out to be stored, with the session it belongs to.
    Checkpoint { session: Option<SessionRecord>, announce: Option<(JobId, Answer)> },
    /// A question whose answer goes to whoever asked.
    Question,
    /// Nobody waits for the answer.
    Quiet,
}

/// What a cluster's job changed.
pub(crate) enum ClusterNews {
    /// It stands on the workbench, or has other rows.
    Ready(ClusterId),
    /// It could not be made.
    Lost(ClusterId, JobError),
}

impl Cluster {
    fn take_rows(&mut self, answer: &Answer, source: Option<String>) {
        if let Answer::Loaded { train_rows, held_out_rows, class_rows } = answer {
            self.train_rows = *train_rows;
            self.held_out_rows = *held_out_rows;
            self.class_rows = class_rows.clone();
            self.data_source = source;
        }
    }
}

#[derive(Default)]
pub(crate) struct Clusters {
    pub clusters: BTreeMap<ClusterId, Cluster>,
    jobs: BTreeMap<JobId, (ClusterId, ClusterJob)>,
}

impl Clusters {
    pub(crate) fn get(&self, id: &ClusterId) -> Option<&Cluster> {
        self.clusters.get(id)
    }

    pub(crate) fn has_room(&self) -> bool {
        self.clusters.len() < CLUSTERS_MAX
    }

    fn insert(&mut self, now: Instant, id: ClusterId, network: NetworkSpec) {
        let cluster = Cluster {
            network,
            model: None,
            train_rows: 0,
            held_out_rows: 0,
            class_rows: Vec::new(),
            data_source: None,
            checkpoint_at: now,
        };
        self.clusters.insert(id, cluster);
    }

    fn start(&mut self, id: &ClusterId, job: Job, purpose: ClusterJob, core: &mut Core) -> JobId {
        let job = core.job(job);
        self.jobs.insert(job, (id.clone(), purpose));
        job
    }

    pub(crate) fn create(
        &mut self,
        now: Instant,
        id: ClusterId,
        network: NetworkSpec,
        announce: bool,
        core: &mut Core,
    ) -> JobId {
        self.insert(now, id.clone(), network.clone());
        let job = Job::CreateCluster { cluster: id.clone(), network };
        self.start(&id, job, ClusterJob::Create { announce }, core)
    }

    pub(crate) fn restore(
        &mut self,
        now: Instant,
        id: ClusterId,
        record: ClusterRecord,
        data: Option<DatasetRecord>,
        core: &mut Core,
    ) {
        self.insert(now, id.clone(), record.network);
        let job = Job::RestoreCluster { cluster: id.clone(), checkpoint: record.checkpoint };
        self.start(&id, job, ClusterJob::Restore, core);
        match data {
            Some(DatasetRecord { source, held_out_percent, dataset: Some(dataset) }) => {
                let cluster = id.clone();
                let job = Job::LoadDataset { cluster, dataset, held_out_percent };
                self.start(&id, job, ClusterJob::Reload { source }, core);
            }
            Some(DatasetRecord { source: Some(source), dataset: None, .. }) => {
                core.event(Event::DatasetWanted { cluster: id, source });
            }
            _ => {}
        }
    }

    /// Puts rows on a cluster. With a `source`, the name is stored and the rows are not.
    pub(crate) fn load(
        &mut self,
        id: &ClusterId,
        dataset: Dataset,
        held_out_percent: u8,
        source: Option<String>,
        core: &mut Core,
    ) -> JobId {
        let stored = source.is_none().then(|| dataset.clone());
        let record = DatasetRecord { source, held_out_percent, dataset: stored };
        let job = Job::LoadDataset { cluster: id.clone(), dataset, held_out_percent };
        self.start(id, job, ClusterJob::Load { record: Box::new(record) }, core)
    }

    /// Asks the workbench something on behalf of a command.
    pub(crate) fn ask(&mut self, id: &ClusterId, job: Job, core: &mut Core) -> JobId {
        self.start(id, job, ClusterJob::Question, core)
    }

    /// Gives the workbench something to do that nobody waits for.
    pub(crate) fn ask_quietly(&mut self, id: &ClusterId, job: Job, core: &mut Core) {
        self.start(id, job, ClusterJob::Quiet, core);
    }

    /// Has a cluster's state stored, with the session that it belongs to.
    pub(crate) fn checkpoint(
        &mut self,
        now: Instant,
        id: &ClusterId,
        session: Option<SessionRecord>,
        announce: Option<(JobId, Answer)>,
        core: &mut Core,
    ) {
        if let Some(cluster) = self.clusters.get_mut(id) {
            cluster.checkpoint_at = now;
            let job = Job::Checkpoint { cluster: id.clone() };
            self.start(id, job, ClusterJob::Checkpoint { session, announce }, core);
        }
    }

    /// A session has moved a cluster's shared network.
    pub(crate) fn model_moved(&mut self, id: &ClusterId, model: Hash) {
        if let Some(cluster) = self.clusters.get_mut(id) {
            cluster.model = Some(model);
        }
    }

    pub(crate) fn view(&self) -> Vec<ClusterView> {
        let ready = self.clusters.iter().filter_map(|(id, c)| Some((id, c, c.model?)));
        ready
            .map(|(id, cluster, model)| ClusterView {
                id: id.clone(),
                network: cluster.network.clone(),
                model,
                train_rows: cluster.train_rows,
                held_out_rows: cluster.held_out_rows,
                class_rows: cluster.class_rows.clone(),
                data_source: cluster.data_source.clone(),
            })
            .collect()
    }
}
