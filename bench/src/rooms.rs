//! Rooms of members that learn together: what they learn and what they send, without the protocol that carries it.

mod grouped;
mod liars;
mod parts;
mod private_rows;

pub use attacks::Attack;
pub use grouped::Grouped;
pub use parts::{dirichlet, pathological};
pub use private_rows::PrivateRows;

use neural::{
    Compression, Contribution, Counter, Dataset, Evaluation, LearningState, Model, Network, Plan,
    compress, evaluate, log_prior, train,
};
use protocol::cluster::{LayerSpec, NetworkSpec};
use std::error::Error;

/// What a room does in each round.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Nodes of each layer.
    pub layers: Vec<u32>,
    /// After how many silent samples a node is forced by its timer.
    pub timer: u32,
    /// Local steps.
    pub steps: u32,
    /// Rows a step.
    pub batch_rows: u32,
    /// Adam's step size at the start; it falls evenly to a hundredth.
    pub learning_rate: f32,
    /// Below which size gradients move parameters in proportion.
    pub epsilon: f32,
    /// Rounds until the end.
    pub rounds: u64,
    /// How updates are written.
    pub exchange: Exchange,
    /// Members that take part in a round, drawn anew each time; all, if there are no more.
    pub drawn: usize,
    /// How each member keeps its rows private, if it does.
    pub private_rows: Option<PrivateRows>,
    /// What the first so many members do in place of what they should.
    pub attack: Option<(Attack, usize)>,
    /// Decides the first weights, who is drawn, and the order of rows.
    pub seed: u64,
}

/// How members bring together what they have learnt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Exchange {
    /// As this project does: compressed changes, without the class prior's pull, robustly aggregated, with momentum.
    Updates(Compression),
    /// The same, but what is aggregated are the means of groups, whose members see no more than that of each other.
    Grouped(Grouped),
    /// As browsers do elsewhere: everybody sends all weights as f32 and takes the mean (FedAvg, McMahan et al. 2017).
    Weights,
}

/// A room at work.
#[derive(Debug)]
pub struct Room<'a> {
    settings: Settings,
    dataset: &'a Dataset,
    members: Vec<Member>,
    model: Model,
    round: u64,
    update_bytes: u64,
}

#[derive(Debug)]
struct Member {
    rows: Vec<u32>,
    learning: LearningState,
    residual: Vec<f32>,
    /// The noise of private steps, in clips.
    noise_multiplier: f32,
}

impl<'a> Room<'a> {
    /// Members with those rows, before the first round.
    ///
    /// # Errors
    /// If no network is so large.
    pub fn new(
        settings: Settings,
        dataset: &'a Dataset,
        parts: Vec<Vec<u32>>,
    ) -> Result<Self, Box<dyn Error>> {
        let layers = settings.layers.iter().map(|nodes| LayerSpec::new(*nodes, settings.timer));
        let spec = NetworkSpec {
            inputs: dataset.inputs,
            steps: 1,
            layers: layers.collect(),
            classes: dataset.classes,
            seed: settings.seed,
        };
        let model = Model::new(&spec)?;
        let member = |rows| Member {
            rows,
            learning: LearningState::new(&spec),
            residual: vec![0.0; spec.parameters() as usize],
            noise_multiplier: 0.0,
        };
        let mut members: Vec<Member> = parts.into_iter().map(member).collect();
        if let Some(privacy) = settings.private_rows {
            for member in &mut members {
                member.noise_multiplier = privacy.multiplier(&settings, member.rows.len())?;
            }
        }
        Ok(Self { settings, dataset, members, model, round: 0, update_bytes: 0 })
    }

    /// Lets those who are drawn train, and brings together what they send.
    ///
    /// # Errors
    /// If a training diverges.
    pub fn take_round(&mut self) -> Result<(), Box<dyn Error>> {
        let mut drawn: Vec<usize> = (0..self.members.len()).collect();
        if self.settings.drawn < drawn.len() {
            Counter::new(self.settings.seed, 1 << 32 | self.round).shuffle(&mut drawn);
            drawn.truncate(self.settings.drawn);
            drawn.sort_unstable();
        }
        match self.settings.exchange {
            Exchange::Updates(compression) => self.exchange_updates(&drawn, compression)?,
            Exchange::Grouped(grouped) => self.exchange_in_groups(&drawn, grouped)?,
            Exchange::Weights => self.exchange_weights(&drawn)?,
        }
        self.round += 1;
        Ok(())
    }

    /// The shared network on those rows.
    pub fn evaluate(&self, dataset: &Dataset, rows: &[u32]) -> Evaluation {
        evaluate(self.model.network(), dataset, rows)
    }

    /// Bytes of all updates so far, each counted once.
    pub fn update_bytes(&self) -> u64 {
        self.update_bytes
    }

    /// Rounds so far.
    pub fn rounds(&self) -> u64 {
        self.round
    }

    fn exchange_updates(
        &mut self,
        drawn: &[usize],
        compression: Compression,
    ) -> Result<(), Box<dyn Error>> {
        let from = self.model.network().clone();
        let trained = self.trained_and_lied(&from, drawn)?;
        let samples = self.settings.steps * self.settings.batch_rows;
        let mut contributions = Vec::with_capacity(drawn.len());
        for (number, copy) in &trained {
            let residual = &mut self.members[*number].residual;
            let update = compress(&from, copy, residual, compression)?;
            self.update_bytes += update.encode().len() as u64;
            contributions.push(Contribution { samples, update });
        }
        self.model.aggregate(&contributions)?;
        Ok(())
    }

    /// What those who are drawn have made of the shared network, or say they have.
    fn trained_and_lied(
        &mut self,
        from: &Network,
        drawn: &[usize],
    ) -> Result<Vec<(usize, Network)>, Box<dyn Error>> {
        let (attack, liars) = match self.settings.attack {
            Some((attack, liars)) => (Some(attack), liars),
            None => (None, 0),
        };
        let mut trained = Vec::with_capacity(drawn.len());
        for number in drawn {
            let poisons = attack.is_some_and(Attack::poisons_labels) && *number < liars;
            trained.push((*number, self.trained_copy(*number, poisons)?));
        }
        if let Some(attack) = attack {
            liars::replace(attack, from, &mut trained, liars);
        }
        Ok(trained)
    }

    fn exchange_weights(&mut self, drawn: &[usize]) -> Result<(), Box<dyn Error>> {
        let network = self.model.network().clone();
        let mut mean = vec![0.0; network.parameters().len()];
        for number in drawn {
            let copy = self.trained_copy(*number, false)?;
            for (mean, parameter) in mean.iter_mut().zip(copy.parameters()) {
                *mean += parameter / drawn.len() as f32;
            }
            self.update_bytes += 4 * mean.len() as u64;
        }
        let momentum = vec![0.0; mean.len()];
        self.model = Model::from_numbers(network.spec(), mean, momentum)?;
        Ok(())
    }

    fn trained_copy(&mut self, number: usize, poisons: bool) -> Result<Network, Box<dyn Error>> {
        let Settings { steps, batch_rows, seed, exchange, epsilon, rounds, .. } = self.settings;
        let done = self.round as f32 / rounds as f32;
        let learning_rate = self.settings.learning_rate * (1.0 - 0.99 * done);
        let member = &mut self.members[number];
        let is_ours = exchange != Exchange::Weights;
        let mut class_rows = self.dataset.class_rows(&member.rows);
        if let Some(privacy) = self.settings.private_rows {
            privacy.blur(&mut class_rows, seed, number);
        }
        let prior = is_ours.then(|| log_prior(&class_rows));
        let plan = Plan {
            steps,
            batch_rows,
            learning_rate,
            epsilon,
            seed: Counter::new(seed, self.round << 16 | number as u64).next_u64(),
            log_prior: prior,
            ..Plan::default()
        };
        let mut copy = self.model.network().clone();
        let Member { rows, learning, noise_multiplier, .. } = member;
        if let Some(privacy) = self.settings.private_rows {
            let noise = *noise_multiplier;
            privacy.train(&mut copy, learning, self.dataset, rows, &plan, noise)?;
        } else if poisons {
            let poisoned = attacks::with_flipped_labels(self.dataset, rows);
            let all: Vec<u32> = (0..poisoned.rows() as u32).collect();
            train(&mut copy, learning, &poisoned, &all, &plan)?;
        } else {
            train(&mut copy, learning, self.dataset, rows, &plan)?;
        }
        Ok(copy)
    }
}
