//! Jobs on what nodes have learnt and do: skills, and activity.

use super::{
    Workbench,
    alone::Alone,
    cluster::{Cluster, Data},
    invalid,
    learning::plan_together,
};
use crate::job::{
    Activity, ActivityOf, Answer, JobError, LocalTraining, SkillAnswer, SkillJob, Trial,
};
use neural::{Compression, LearningState, Model, Network, Profile, nodes::Skill, profile};
use protocol::limits;
use units::{ClusterId, Hash};

/// Rows that are looked at to tell which nodes matter, and when they fire.
const ROWS_MAX: usize = 1_024;

/// How much the readout of a skill may count where it comes to, in percent.
const STRENGTHS_PERCENT: [u8; 4] = [0, 25, 50, 100];

/// Rows on which the strength is chosen.
const CHOOSING_ROWS_MAX: usize = 256;

/// The training that a trial compares after.
const TRIAL: LocalTraining = LocalTraining {
    steps: 50,
    batch_rows: 32,
    learning_rate: 1e-3,
    compression: Compression::Rows,
    seed: 1,
};

impl Workbench {
    pub(super) fn run_skills(
        &mut self,
        id: &ClusterId,
        recipe: Hash,
        job: SkillJob,
    ) -> Result<Answer, JobError> {
        let answer = match job {
            SkillJob::Take { layer, nodes } => {
                self.get_mut(id)?.take_skill(id, recipe, layer, nodes)
            }
            SkillJob::Try { skill } => self.get_mut(id)?.try_skill(id, recipe, &skill),
            SkillJob::Activity(of) => self.get_mut(id)?.activity(id, &of),
            SkillJob::Graft { skill } => {
                let grafted = self.get_mut(id)?.grafted(id, recipe, &skill)?;
                self.check_growth(id, grafted.network.parameters().len())?;
                self.get_mut(id)?.become_grafted(grafted)
            }
        };
        answer.map(|answer| Answer::Skill(Box::new(answer)))
    }

    /// Whether a cluster may have so many parameters.
    pub(super) fn check_growth(&self, id: &ClusterId, parameters: usize) -> Result<(), JobError> {
        let others = self.clusters.iter().filter(|(other, _)| *other != id);
        let held: u64 = others.map(|(_, cluster)| cluster.parameters()).sum();
        match held + parameters as u64 > super::PARAMETERS_MAX {
            true => Err(invalid(format_args!(
                "{parameters} parameters are too many beside the {held} on this device: drop a cluster first"
            ))),
            false => Ok(()),
        }
    }
}

/// A network with a skill in it.
struct Grafted {
    network: Network,
    learning: LearningState,
    alone: Option<Alone>,
    nodes: u32,
    strength_percent: u8,
}

impl Cluster {
    fn data_of(&self, id: &ClusterId) -> Result<&Data, JobError> {
        self.data.as_ref().ok_or_else(|| JobError::NoData(id.clone()))
    }

    fn take_skill(
        &self,
        id: &ClusterId,
        recipe: Hash,
        layer: u32,
        nodes: u32,
    ) -> Result<SkillAnswer, JobError> {
        let (network, data) = (self.model.network(), self.data_of(id)?);
        let most = network.skill_nodes_max(layer).map_err(invalid)?;
        if nodes == 0 {
            return Err(invalid("a skill of 0 nodes: 1 at least is needed"));
        }
        let profile = data.profile(network, ROWS_MAX);
        let mut ids = profile.by_importance(network, layer);
        ids.truncate(nodes.min(most) as usize);
        let fired = profile.firing_rates(&ids);
        let skill = network.take_skill(&ids, recipe, &fired).map_err(invalid)?;
        let activity = named(network, profile.activity(&above_the_mean(&fired)));
        let nodes = ids.len() as u32;
        Ok(SkillAnswer::Taken { skill: skill.encode(), nodes, activity })
    }

    /// Reads a skill from anywhere that has a place here.
    fn read_skill(&self, recipe: Hash, bytes: &[u8]) -> Result<Skill, JobError> {
        let skill = Skill::decode(bytes).map_err(invalid)?;
        self.model.network().check_skill(&skill, recipe).map_err(invalid)?;
        Ok(skill)
    }

    fn try_skill(
        &self,
        id: &ClusterId,
        recipe: Hash,
        bytes: &[u8],
    ) -> Result<SkillAnswer, JobError> {
        let skill = self.read_skill(recipe, bytes)?;
        let data = self.data_of(id)?;
        let (without, mut state) = (self.model.network(), self.learning.clone());
        let most = (limits::ROUND_WORK_MAX / without.spec().visits()).max(1) as usize;
        let rows = data.sample_of_held_out(most);
        if rows.is_empty() {
            return Err(invalid(format_args!("cluster `{id}` has no held-out rows to try it on")));
        }
        let correct = |network: &Network| neural::evaluate(network, &data.dataset, &rows).correct;
        without.spec().check_training(TRIAL.steps, TRIAL.batch_rows).map_err(invalid)?;
        let (with, mut state_with, strength_percent) = graft(without, &state, &skill, data)?;
        let mut trial = Trial {
            rows: rows.len() as u32,
            without: correct(without),
            with: correct(&with),
            strength_percent,
            trained_steps: TRIAL.steps,
            trained_without: 0,
            trained_with: 0,
        };
        let plan = plan_together(&data.class_rows, &TRIAL);
        let trained = |network: &Network, state: &mut LearningState| {
            let mut network = network.clone();
            neural::train(&mut network, state, &data.dataset, &data.split.train, &plan)
                .map_err(invalid)?;
            Ok::<_, JobError>(correct(&network))
        };
        trial.trained_without = trained(without, &mut state)?;
        trial.trained_with = trained(&with, &mut state_with)?;
        Ok(SkillAnswer::Tried(trial))
    }

    fn grafted(&self, id: &ClusterId, recipe: Hash, bytes: &[u8]) -> Result<Grafted, JobError> {
        if self.split.is_some() {
            return Err(invalid(format_args!(
                "nodes of cluster `{id}` are on other devices: bring them home first"
            )));
        }
        let skill = self.read_skill(recipe, bytes)?;
        let data = self.data_of(id)?;
        // Lessons that wait for an update are a part of what this device has.
        let network = self.taught.as_ref().unwrap_or(self.model.network());
        let (network, learning, strength_percent) = graft(network, &self.learning, &skill, data)?;
        let alone = self.alone.as_ref().map(|alone| alone.with_skill(&skill, data)).transpose()?;
        let nodes = skill.shape().nodes;
        Ok(Grafted { network, learning, alone, nodes, strength_percent })
    }

    /// From here on the cluster is another one: what was on its way to the others is about a network that is no more.
    fn become_grafted(&mut self, grafted: Grafted) -> Result<SkillAnswer, JobError> {
        let Grafted { network, learning, alone, nodes, strength_percent } = grafted;
        let spec = network.spec().clone();
        let parameters = network.parameters().to_vec();
        let momentum = vec![0.0; parameters.len()];
        let model = Model::from_numbers(&spec, parameters, momentum).map_err(invalid)?;
        let data = self.data.take();
        let rehearsal = self.rehearsal.clone();
        *self = Self { learning, alone, data, rehearsal, ..Self::of(model) };
        self.together();
        let model = self.model_hash;
        Ok(SkillAnswer::Grafted { network: spec, model, nodes, strength_percent })
    }

    fn activity(&self, id: &ClusterId, of: &ActivityOf) -> Result<SkillAnswer, JobError> {
        let (network, data) = (self.model.network(), self.data_of(id)?);
        let profile = data.profile(network, ROWS_MAX);
        let sum = |counts: &[u32]| counts.iter().sum::<u32>();
        let (values, rows, correct) = match of {
            ActivityOf::All => (profile.busy(), profile.rows(), sum(&profile.correct)),
            ActivityOf::Class(class) => {
                let class = usize::from(*class);
                let rows = profile.class_rows.get(class).copied().unwrap_or_default();
                if rows == 0 {
                    return Err(invalid(format_args!(
                        "class {class}, of which cluster `{id}` has no rows: choose another one"
                    )));
                }
                let weights: Vec<f32> = (0..profile.class_rows.len())
                    .map(|it| f32::from(u8::from(it == class)))
                    .collect();
                (profile.activity(&weights), rows, profile.correct[class])
            }
            ActivityOf::Input(input) => {
                let sight = network.look(input).map_err(invalid)?;
                (profile.activity_at(&sight.fired), 1, 0)
            }
        };
        Ok(SkillAnswer::Activity { activity: named(network, values), rows, correct })
    }
}

impl Alone {
    /// The same skill, as strong as suits this network.
    pub(super) fn with_skill(&self, skill: &Skill, data: &Data) -> Result<Self, JobError> {
        let (network, learning, _) = graft(self.network(), self.learning(), skill, data)?;
        Ok(Self::from_parts(network, learning))
    }
}

impl Data {
    /// What a network does with training rows, evenly thinned out.
    fn profile(&self, network: &Network, rows_max: usize) -> Profile {
        let most = (limits::ROUND_WORK_MAX / network.spec().visits()).max(1) as usize;
        let rows = &self.split.train;
        let pace = rows.len().div_ceil(rows_max.min(most)).max(1);
        let rows: Vec<u32> = rows.iter().step_by(pace).copied().collect();
        profile(network, &self.dataset, &rows)
    }
}

/// A network with a skill's nodes, and its learning. Their readout counts as much as suits the training rows best; of equals, the least.
fn graft(
    network: &Network,
    learning: &LearningState,
    skill: &Skill,
    data: &Data,
) -> Result<(Network, LearningState, u8), JobError> {
    let mut best: Option<(f32, (Network, LearningState, u8))> = None;
    for percent in STRENGTHS_PERCENT {
        let (mut network, mut learning) = (network.clone(), learning.clone());
        let strength = f32::from(percent) / 100.0;
        network.graft(&mut learning, skill, strength).map_err(invalid)?;
        let loss = data.profile(&network, CHOOSING_ROWS_MAX).loss;
        if best.as_ref().is_none_or(|(least, _)| loss < *least) {
            best = Some((loss, (network, learning, percent)));
        }
    }
    best.map(|(_, grafted)| grafted).ok_or_else(|| invalid("a network that is no more"))
}

fn named(network: &Network, values: Vec<f32>) -> Activity {
    Activity { network: network.activity_name(), values }
}

/// How far each is above the mean of all; 0 for those below.
fn above_the_mean(rates: &[f32]) -> Vec<f32> {
    let mean = rates.iter().sum::<f32>() / rates.len().max(1) as f32;
    rates.iter().map(|rate| (rate - mean).max(0.0)).collect()
}
