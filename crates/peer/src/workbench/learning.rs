//! Jobs that change what a cluster has learnt.

use super::{
    alone::Alone,
    cluster::{Cluster, Data, Pending, PrivateTrainings, Question},
    invalid,
    privacy::Account,
};
use crate::job::{Answer, JobError, LocalTraining, RowBudget, Spent, WeightedUpdate};
use neural::{LearningState, Model, Network, Plan, Update, compress, log_prior};
use protocol::{cluster::NetworkSpec, limits};
use units::{ClusterId, Hash};

/// See [`Plan::epsilon`]; what `cargo xtask bench rooms` measured to be best among liars, and next to best without.
const EPSILON_TOGETHER: f32 = 1e-3;

/// How much of the way back to a model that was left goes into the next updates, where both had learnt as long. The outer
/// optimiser makes two to three times as much of an update: so the room comes to about the mean of the two models, by the
/// members that had each.
const KEPT_OF_OURS: f32 = 0.4;

/// The largest root mean square of lessons that wait for an update.
pub(super) const LESSONS_RMS_MAX: f32 = 1.0;

/// How a device trains.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Manner<'a> {
    /// Where rows are private.
    budget: Option<&'a RowBudget>,
    /// Whether what was learnt stays here until masks are put on it.
    is_masked: bool,
}

impl<'a> Manner<'a> {
    pub(super) fn private(budget: &'a RowBudget) -> Self {
        Self { budget: Some(budget), is_masked: false }
    }

    pub(super) fn masked(budget: Option<&'a RowBudget>) -> Self {
        Self { budget, is_masked: true }
    }
}

/// What a round of training comes to, before it counts.
#[derive(Debug)]
pub(super) struct Trained {
    learning: LearningState,
    residual: Vec<f32>,
    /// `None` where it waits for masks, in the residual.
    pending: Option<Pending>,
    samples: u32,
    loss: f32,
    spent: Option<Spent>,
    private: Option<PrivateTrainings>,
}

impl Trained {
    /// A training whose update is not made yet.
    fn of(
        training: &LocalTraining,
        learning: LearningState,
        residual: Vec<f32>,
        loss: f32,
    ) -> Self {
        let samples = training.steps * training.batch_rows;
        Self { learning, residual, pending: None, samples, loss, spent: None, private: None }
    }
}

impl Cluster {
    /// Trains a copy of the shared network, whose way becomes the update, and the alone network, if it is kept here: the
    /// same steps on the same rows.
    pub(super) fn train(
        &mut self,
        id: &ClusterId,
        training: &LocalTraining,
        manner: Manner<'_>,
    ) -> Result<Answer, JobError> {
        let data = data_to_train_on(id, self.model.network(), self.data.as_ref(), training)?;
        let alone = self
            .alone
            .as_ref()
            .map(|alone| alone.trained(data, training, &self.rehearsal))
            .transpose()?;
        let trained = self.train_copy(id, training, manner)?;
        self.alone = alone;
        Ok(self.accept(trained))
    }

    /// Trains a copy of the shared network. Its logits are adjusted by the class prior, so that it learns what it would
    /// learn from even rows.
    pub(super) fn train_copy(
        &self,
        id: &ClusterId,
        training: &LocalTraining,
        manner: Manner<'_>,
    ) -> Result<Trained, JobError> {
        let data = data_to_train_on(id, self.model.network(), self.data.as_ref(), training)?;
        let is_masked = manner.is_masked;
        if let Some(budget) = manner.budget {
            return self.train_privately(data, training, budget, is_masked);
        }
        let plan = plan_together(&data.class_rows, training);
        let (mut copy, mut learning) = (self.model.network().clone(), self.learning.clone());
        let trained = self.rehearsal.train(&mut copy, &mut learning, data, &plan);
        let loss = trained.map_err(invalid)?;
        let residual = self.residual_with_lessons();
        let trained = Trained::of(training, learning, residual, loss);
        self.with_update(trained, &copy, training, is_masked)
    }

    fn train_privately(
        &self,
        data: &Data,
        training: &LocalTraining,
        budget: &RowBudget,
        is_masked: bool,
    ) -> Result<Trained, JobError> {
        let spec = self.model.network().spec();
        let mut account = Account::open(&budget.account)?;
        // Of a training that the account does not know, as after a crash, nothing may go out.
        let is_accounted =
            |it: PrivateTrainings| it.session == budget.session && it.count <= account.trainings;
        let (mut learning, residual) = match self.private.is_some_and(is_accounted) {
            true => (self.learning.clone(), self.residual.clone()),
            false => (LearningState::new(spec), vec![0.0; self.residual.len()]),
        };
        let mut copy = self.model.network().clone();
        let spent = account.train(&mut copy, &mut learning, data, training, budget)?;
        let private = PrivateTrainings { session: budget.session, count: account.trainings };
        let trained = Trained::of(training, learning, residual, 0.0);
        let trained = self.with_update(trained, &copy, training, is_masked)?;
        Ok(Trained { spent: Some(spent), private: Some(private), ..trained })
    }

    /// Adds what the copy has learnt: as an update, or to what waits for masks.
    fn with_update(
        &self,
        mut trained: Trained,
        copy: &Network,
        training: &LocalTraining,
        is_masked: bool,
    ) -> Result<Trained, JobError> {
        let shared = self.model.network();
        let learnt = difference(copy.parameters(), shared.parameters());
        if is_masked {
            // However many rounds it waits for, it stays one that can be sent.
            shorten(&mut trained.residual, LESSONS_RMS_MAX);
            add_bounded(&mut trained.residual, &learnt, LESSONS_RMS_MAX);
            return Ok(trained);
        }
        let update = compress(shared, copy, &mut trained.residual, training.compression);
        let update = update.map_err(invalid)?.encode();
        trained.pending = Some(Pending { update, trained_rms: root_mean_square(&learnt) });
        Ok(trained)
    }

    /// From here on, training has taken place.
    pub(super) fn accept(&mut self, trained: Trained) -> Answer {
        let Trained { learning, residual, pending, samples, loss, spent, private } = trained;
        let update = pending.as_ref().map(|it| it.update.clone()).unwrap_or_default();
        (self.learning, self.residual, self.private) = (learning, residual, private);
        self.pending = pending;
        self.end_lessons();
        Answer::Trained { update, samples, loss, spent }
    }

    /// Brings updates into the shared network, and judges them on this device's held-out rows.
    pub(super) fn aggregate(&mut self, updates: &[WeightedUpdate]) -> Result<Answer, JobError> {
        if updates.len() > limits::ROUND_MEMBERS_MAX {
            let count = updates.len();
            return Err(invalid(format_args!("{count} updates in one round")));
        }
        if !updates.is_sorted_by(|a, b| a.peer < b.peer) {
            return Err(invalid("updates out of order of their peers, or two of one peer"));
        }
        let parts: Vec<_> = updates.iter().map(|it| (it.samples, &it.update[..])).collect();
        let mut model = self.model.clone();
        model.aggregate_encoded(&parts).map_err(invalid)?;
        let scores = self.judge(updates);

        self.keep_lessons();
        if !updates.iter().any(|update| update.own) {
            self.take_back_update();
        }
        self.pending = None;
        self.model_hash = model.hash();
        self.model = model;
        self.end_lessons();
        let together = self.together();
        let judged = |alone: &Alone| alone.judged_on(self.data.as_ref()?);
        let alone = self.alone.as_ref().and_then(judged);
        Ok(Answer::Aggregated { model: self.model_hash, together, alone, scores })
    }

    /// Puts another model in the shared network's place. An update that was on its way belongs to the model that goes,
    /// and goes with it. With `keep_ours`, a part of the way back to that model waits for the next updates, none of which
    /// takes more of it along than was learnt in its round ([`compress`]).
    pub(super) fn adopt(
        &mut self,
        bytes: &[u8],
        expected: Hash,
        keep_ours: f32,
    ) -> Result<Answer, JobError> {
        let found = protocol::pieces::name(bytes);
        if found != expected {
            return Err(invalid(format_args!(
                "a model with hash {found}, where {expected} was promised"
            )));
        }
        let model = Model::decode(bytes).map_err(invalid)?;
        if model.network().spec() != self.model.network().spec() {
            return Err(invalid("a model of another network than the cluster's"));
        }
        self.keep_lessons();
        (self.pending, self.masking) = (None, None);
        if keep_ours > 0.0 {
            let (ours, theirs) = (self.model.network(), model.network());
            let way_back = difference(ours.parameters(), theirs.parameters());
            let part = KEPT_OF_OURS * keep_ours.min(1.0);
            let way_back: Vec<f32> = way_back.iter().map(|change| part * change).collect();
            add_bounded(&mut self.residual, &way_back, LESSONS_RMS_MAX);
        }
        self.model = model;
        self.model_hash = expected;
        self.end_lessons();
        Ok(Answer::Adopted { model: expected, together: self.together() })
    }

    /// Takes a lesson from an error on the newest question: on a stream, about the frames that have passed. The shared
    /// network itself stays as agreed: predictions on this device follow the lesson at once, and the others get it with this
    /// device's next update.
    pub(super) fn learn_from_error(&mut self, error: &[f32]) -> Result<Answer, JobError> {
        let taught = match &mut self.question {
            None => {
                return Err(invalid("nothing has been predicted yet: ask for a prediction first"));
            }
            Some(Question::Input(input)) => {
                let mut taught = self.taught.as_ref().unwrap_or(self.model.network()).clone();
                taught.learn_from_error(input, error).map_err(invalid)?;
                taught
            }
            Some(Question::Stream(stream)) => {
                stream.learn_from_error(error).map_err(invalid)?;
                stream.network().clone()
            }
        };
        self.taught = Some(taught);
        Ok(Answer::Done)
    }

    /// Lessons are in the residual or in an update now, and the shared network answers again: a stream goes on with it.
    pub(super) fn end_lessons(&mut self) {
        self.taught = None;
        if let Some(Question::Stream(stream)) = &mut self.question {
            stream.go_on_with(self.model.network().clone());
        }
    }

    /// Lessons are about to end, and go into the next update, unless that must not tell of them.
    pub(super) fn keep_lessons(&mut self) {
        if self.private.is_none() {
            self.residual = self.residual_with_lessons();
        }
    }

    fn residual_with_lessons(&self) -> Vec<f32> {
        let mut residual = self.residual.clone();
        if let Some(taught) = &self.taught {
            let shared = self.model.network().parameters();
            add_bounded(&mut residual, &difference(taught.parameters(), shared), LESSONS_RMS_MAX);
            // However many lessons wait for the next update, it stays one that can be sent.
            shorten(&mut residual, LESSONS_RMS_MAX);
        }
        residual
    }

    /// The newest update did not go into the shared network: what it says goes into the next one. Never more of it than
    /// one round's training, so that a device which is often late does not send many rounds at once.
    fn take_back_update(&mut self) {
        let Some(Pending { update, trained_rms }) = self.pending.take() else { return };
        let spec = self.model.network().spec();
        let update = Update::decode(&update, spec).expect("an update of our own making");
        let mut change = vec![0.0; self.residual.len()];
        update.add_to(&mut change, 1.0);
        // A sparse update is longer than one round's training by itself: what is long in coming is sent in it.
        let rms_max = if update.is_sparse() { LESSONS_RMS_MAX } else { trained_rms };
        add_bounded(&mut self.residual, &change, rms_max);
    }
}

/// The rows to train on, if they and what is asked for are possible.
pub(super) fn data_to_train_on<'a>(
    id: &ClusterId,
    network: &Network,
    data: Option<&'a Data>,
    training: &LocalTraining,
) -> Result<&'a Data, JobError> {
    check_training(network.spec(), training)?;
    data.ok_or_else(|| JobError::NoData(id.clone()))
}

/// How the shared network is trained by a member whose rows are of these classes.
pub(super) fn plan_together(class_rows: &[u32], training: &LocalTraining) -> Plan {
    let log_prior = Some(log_prior(class_rows));
    Plan { log_prior, epsilon: EPSILON_TOGETHER, ..plan_of(training) }
}

pub(super) fn plan_of(training: &LocalTraining) -> Plan {
    let LocalTraining { steps, batch_rows, learning_rate, seed, .. } = *training;
    Plan { steps, batch_rows, learning_rate, seed, ..Plan::default() }
}

fn check_training(network: &NetworkSpec, training: &LocalTraining) -> Result<(), JobError> {
    let LocalTraining { steps, batch_rows, learning_rate, .. } = *training;
    network.check_training(steps, batch_rows).map_err(invalid)?;
    if !(learning_rate > 0.0 && learning_rate <= 1.0) {
        return Err(invalid(format_args!(
            "a learning rate of {learning_rate}: above 0 and at most 1 is possible"
        )));
    }
    Ok(())
}

pub(super) fn difference(to: &[f32], from: &[f32]) -> Vec<f32> {
    to.iter().zip(from).map(|(to, from)| to - from).collect()
}

/// Adds a change, shortened where its root mean square is above a bound.
pub(super) fn add_bounded(sums: &mut [f32], change: &[f32], rms_max: f32) {
    let rms = root_mean_square(change);
    let factor = if rms > rms_max { rms_max / rms } else { 1.0 };
    for (sum, change) in sums.iter_mut().zip(change) {
        *sum += factor * change;
    }
}

fn shorten(values: &mut [f32], rms_max: f32) {
    let rms = root_mean_square(values);
    if rms > rms_max {
        values.iter_mut().for_each(|value| *value *= rms_max / rms);
    }
}

fn root_mean_square(values: &[f32]) -> f32 {
    let square: f64 = values.iter().map(|value| f64::from(*value) * f64::from(*value)).sum();
    (square / values.len() as f64).sqrt() as f32
}
