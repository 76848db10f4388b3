//! The clusters on this device: what the workbench holds, and what is stored of it.

mod answers;
mod watch;

use crate::{
    core::Core,
    error::CommandError,
    event,
    job::{Activity, ActivityOf, Answer, Evaluation, Job, JobError, JobId, SkillJob},
    records::{ClusterRecord, DatasetRecord, SessionRecord},
    view::ClusterView,
    workbench::CLUSTERS_MAX,
};
use data::Recipe;
use memory::capsule::Event;
use neural::Dataset;
use protocol::{cluster::NetworkSpec, session::Proposal};
use serde::{Deserialize, Serialize};
use units::{ClusterId, Hash, Instant, PeerId, SortedMap, SortedSet};
use watch::Watch;

pub(crate) struct Cluster {
    pub network: NetworkSpec,
    pub recipe: Vec<u8>,
    /// `None` until the workbench has made it.
    pub model: Option<Hash>,
    pub train_rows: u32,
    pub held_out_rows: u32,
    pub class_rows: Vec<u32>,
    pub origin: Option<Origin>,
    pub checkpoint_at: Instant,
    lessons: Lessons,
    /// Whether its network is about to be another one.
    pub is_growing: bool,
    watch: Watch,
}

/// Whether what [`Job::LearnFromError`] has taught is stored. Lessons may come faster than a cluster is stored: one
/// checkpoint is under way at a time, and one more follows for all that came since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lessons {
    Stored,
    UnderWay,
    MoreSince,
}

/// Why a job was asked for that is about a cluster.
pub(crate) enum ClusterJob {
    /// A command or a session made it.
    Create { announce: bool },
    /// It is brought back from storage.
    Restore,
    /// Rows of an earlier life are put on it.
    Reload { origin: Origin },
    /// Rows are put on it; the record says what to store of them.
    Load { record: Box<DatasetRecord> },
    /// Its state is read out to be stored, with the session it belongs to.
    Checkpoint { session: Option<SessionRecord>, announce: Option<(JobId, Answer)> },
    /// Its model is read out for another device of this person.
    Export { to: PeerId },
    /// The model of another device of this person takes its model's place.
    Adopt,
    /// The same, of a network that has grown there.
    Replace,
    /// Its state is read out to be stored, because it was taught something.
    StoreLessons,
    /// A skill's nodes are added to it.
    Graft,
    /// Something has happened to it: how did its nodes fire?
    Notice(Event),
    /// A question whose answer goes to whoever asked.
    Question,
    /// Nobody waits for the answer.
    Quiet,
}

/// What a cluster's job changed.
pub(crate) enum ClusterNews {
    /// It stands on the workbench, or has other rows.
    Ready(ClusterId),
    /// It has other rows, and a few of those that were there before with what it has learnt.
    Replaced(ClusterId),
    /// It could not be made.
    Lost(ClusterId, JobError),
    /// Its model was read out for another device.
    Exported { cluster: ClusterId, to: PeerId, model: Vec<u8> },
    /// Its network is another one.
    Regrown(ClusterId),
    /// Something has happened to it that is worth remembering, by so much of 100.
    Happened(Event, u8, Option<Activity>),
}

/// Everything that a new cluster is made of. Two devices whose clusters have the same blueprint can train together.
#[derive(Debug, Clone, PartialEq)]
pub struct Blueprint {
    /// Its network.
    pub network: NetworkSpec,
    /// How inputs are made of people's data (a `data::Recipe`, encoded); empty if they are numbers as they are.
    pub recipe: Vec<u8>,
    /// Where the network begins, as an encoded `neural::Model`; `None` for the first state that its seed gives.
    pub model: Option<Vec<u8>>,
}

impl Blueprint {
    /// Checks the network, and that the recipe makes what it takes.
    pub(crate) fn check(&self) -> Result<(), CommandError> {
        let Self { network, recipe, .. } = self;
        network.validate()?;
        if recipe.is_empty() {
            return Ok(());
        }
        let recipe = Recipe::decode(recipe)
            .map_err(|error| CommandError::InvalidInput(error.to_string()))?;
        let (inputs, classes) = (recipe.inputs(), recipe.classes().len() as u32);
        if (inputs, classes) == (network.inputs, network.classes) {
            return Ok(());
        }
        Err(CommandError::InvalidInput(format!(
            "a recipe for {inputs} values and {classes} classes, where the network takes {} values and tells {} classes \
             apart: make both from the same data",
            network.inputs, network.classes
        )))
    }
}

impl From<NetworkSpec> for Blueprint {
    fn from(network: NetworkSpec) -> Self {
        Self { network, recipe: Vec::new(), model: None }
    }
}

/// Where rows came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// They ship with the application: the name is stored and the rows are not, and in the next life
    /// [`Event::DatasetWanted`] asks for them.
    Shipped(String),
    /// They are a person's own, and stored on this device. What people call them.
    Own(String),
}

impl Origin {
    /// What people are told of it.
    pub fn title(&self) -> &str {
        match self {
            Self::Shipped(name) | Self::Own(name) => name,
        }
    }
}

impl Cluster {
    /// Whether a session's members and this device mean the same.
    pub(crate) fn suits(&self, proposal: &Proposal) -> bool {
        !self.is_growing && self.network == proposal.network && self.recipe == proposal.recipe
    }

    /// The name of how its inputs are made.
    fn recipe_name(&self) -> Hash {
        Hash::of(&self.recipe)
    }

    fn take_rows(&mut self, answer: &Answer, origin: Origin) {
        if let Answer::Loaded { train_rows, held_out_rows, class_rows } = answer {
            self.train_rows = *train_rows;
            self.held_out_rows = *held_out_rows;
            self.class_rows = class_rows.clone();
            self.origin = Some(origin);
        }
    }
}

#[derive(Default)]
pub(crate) struct Clusters {
    pub clusters: SortedMap<ClusterId, Cluster>,
    jobs: SortedMap<JobId, (ClusterId, ClusterJob)>,
    /// Those that are about no cluster.
    desk_jobs: SortedSet<JobId>,
}

impl Clusters {
    pub(crate) fn get(&self, id: &ClusterId) -> Option<&Cluster> {
        self.clusters.get(id)
    }

    pub(crate) fn has_room(&self) -> bool {
        self.clusters.len() < CLUSTERS_MAX
    }

    fn insert(&mut self, now: Instant, id: ClusterId, network: NetworkSpec, recipe: Vec<u8>) {
        let cluster = Cluster {
            network,
            recipe,
            model: None,
            train_rows: 0,
            held_out_rows: 0,
            class_rows: Vec::new(),
            origin: None,
            checkpoint_at: now,
            lessons: Lessons::Stored,
            is_growing: false,
            watch: Watch::default(),
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
        blueprint: Blueprint,
        announce: bool,
        core: &mut Core,
    ) -> JobId {
        let Blueprint { network, recipe, model } = blueprint;
        self.insert(now, id.clone(), network.clone(), recipe);
        let job = Job::CreateCluster { cluster: id.clone(), network, model };
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
        self.insert(now, id.clone(), record.network, record.recipe);
        let job = Job::RestoreCluster { cluster: id.clone(), checkpoint: record.checkpoint };
        self.start(&id, job, ClusterJob::Restore, core);
        match data {
            Some(DatasetRecord { origin, held_out_percent, dataset: Some(dataset) }) => {
                let cluster = id.clone();
                let job = Job::LoadDataset { cluster, dataset, held_out_percent };
                self.start(&id, job, ClusterJob::Reload { origin }, core);
            }
            Some(DatasetRecord { origin: Origin::Shipped(source), dataset: None, .. }) => {
                core.event(event::Event::DatasetWanted { cluster: id, source });
            }
            _ => {}
        }
    }

    /// Puts rows on a cluster.
    pub(crate) fn load(
        &mut self,
        id: &ClusterId,
        dataset: Dataset,
        held_out_percent: u8,
        origin: Origin,
        core: &mut Core,
    ) -> JobId {
        let stored = matches!(origin, Origin::Own(_)).then(|| dataset.clone());
        let record = DatasetRecord { origin, held_out_percent, dataset: stored };
        let job = Job::LoadDataset { cluster: id.clone(), dataset, held_out_percent };
        self.start(id, job, ClusterJob::Load { record: Box::new(record) }, core)
    }

    /// Asks the workbench something on behalf of a command.
    pub(crate) fn ask(&mut self, id: &ClusterId, job: Job, core: &mut Core) -> JobId {
        self.start(id, job, ClusterJob::Question, core)
    }

    /// Asks the workbench something about what a cluster's nodes have learnt and do; grafts are stored before they are answered.
    pub(crate) fn ask_skills(&mut self, id: &ClusterId, job: SkillJob, core: &mut Core) -> JobId {
        let is_graft = matches!(job, SkillJob::Graft { .. });
        let purpose = if is_graft { ClusterJob::Graft } else { ClusterJob::Question };
        if let Some(cluster) = self.clusters.get_mut(id) {
            cluster.is_growing |= is_graft;
        }
        self.work_on_skills(id, job, purpose, core)
    }

    fn work_on_skills(
        &mut self,
        id: &ClusterId,
        job: SkillJob,
        purpose: ClusterJob,
        core: &mut Core,
    ) -> JobId {
        let recipe = self.clusters.get(id).map_or(Hash::of(&[]), Cluster::recipe_name);
        self.start(id, Job::Skill { cluster: id.clone(), recipe, job }, purpose, core)
    }

    /// Something has happened to a cluster; [`ClusterNews::Happened`] comes with how its nodes fire.
    pub(crate) fn notice(&mut self, id: &ClusterId, event: Event, core: &mut Core) {
        let of = match event {
            Event::NewClass { class, .. } | Event::ErrorCorrected { class: Some(class), .. } => {
                ActivityOf::Class(class)
            }
            Event::ErrorCorrected { class: None, .. }
            | Event::SessionEnded { .. }
            | Event::AloneEnded { .. } => ActivityOf::All,
        };
        self.work_on_skills(id, SkillJob::Activity(of), ClusterJob::Notice(event), core);
    }

    /// The shared network was evaluated on this device's held-out rows.
    pub(crate) fn see_evaluation(
        &mut self,
        now: Instant,
        id: &ClusterId,
        evaluation: &Evaluation,
        core: &mut Core,
    ) {
        let cluster = self.clusters.get_mut(id);
        let event = cluster.and_then(|it| it.watch.see_evaluation(now, evaluation));
        if let Some(event) = event {
            self.notice(id, event, core);
        }
    }

    /// Asks the workbench something that is about no cluster.
    pub(crate) fn ask_desk(&mut self, job: Job, core: &mut Core) -> JobId {
        let job = core.job(job);
        self.desk_jobs.insert(job);
        job
    }

    /// Reads a model out for another device of this person.
    pub(crate) fn export_for(&mut self, id: &ClusterId, to: PeerId, core: &mut Core) {
        let job = Job::ExportModel { cluster: id.clone() };
        self.start(id, job, ClusterJob::Export { to }, core);
    }

    /// Puts a network that has grown on another device of this person in the place of the one that is here.
    pub(crate) fn replace(&mut self, id: &ClusterId, model: Vec<u8>, core: &mut Core) {
        if let Some(cluster) = self.clusters.get_mut(id) {
            cluster.is_growing = true;
        }
        let job = Job::ReplaceNetwork { cluster: id.clone(), model };
        self.start(id, job, ClusterJob::Replace, core);
    }

    /// Puts the model of another device of this person in the place of the one that is here.
    pub(crate) fn adopt(
        &mut self,
        id: &ClusterId,
        model: Vec<u8>,
        expected: Hash,
        core: &mut Core,
    ) {
        let job = Job::AdoptModel { cluster: id.clone(), model, expected, keep_ours: 0.0 };
        self.start(id, job, ClusterJob::Adopt, core);
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

    /// Has what a cluster was just taught stored.
    pub(crate) fn store_lessons(&mut self, now: Instant, id: &ClusterId, core: &mut Core) {
        let Some(cluster) = self.clusters.get_mut(id) else { return };
        if cluster.lessons != Lessons::Stored {
            cluster.lessons = Lessons::MoreSince;
            return;
        }
        cluster.lessons = Lessons::UnderWay;
        cluster.checkpoint_at = now;
        self.start(id, Job::Checkpoint { cluster: id.clone() }, ClusterJob::StoreLessons, core);
    }

    /// The checkpoint of lessons has come to its end, one way or the other.
    fn lessons_stored(&mut self, now: Instant, id: &ClusterId, core: &mut Core) {
        let Some(cluster) = self.clusters.get_mut(id) else { return };
        let before = core::mem::replace(&mut cluster.lessons, Lessons::Stored);
        if before == Lessons::MoreSince {
            self.store_lessons(now, id, core);
        }
    }

    /// A session has moved a cluster's shared network.
    pub(crate) fn model_moved(&mut self, id: &ClusterId, model: Hash) {
        if let Some(cluster) = self.clusters.get_mut(id) {
            cluster.model = Some(model);
        }
    }

    /// A cluster that is on its way back from storage.
    pub(crate) fn restoring(&self) -> Option<&ClusterId> {
        let is_restoring = |purpose: &ClusterJob| matches!(purpose, ClusterJob::Restore);
        self.jobs.values().find_map(|(id, purpose)| is_restoring(purpose).then_some(id))
    }

    pub(crate) fn view(&self) -> Vec<ClusterView> {
        let ready = self.clusters.iter().filter_map(|(id, c)| Some((id, c, c.model?)));
        ready
            .map(|(id, cluster, model)| ClusterView {
                id: id.clone(),
                network: cluster.network.clone(),
                recipe: cluster.recipe.clone(),
                model,
                train_rows: cluster.train_rows,
                held_out_rows: cluster.held_out_rows,
                class_rows: cluster.class_rows.clone(),
                origin: cluster.origin.clone(),
            })
            .collect()
    }
}
