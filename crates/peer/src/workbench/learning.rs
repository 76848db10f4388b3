//! Jobs that change what a cluster has learnt.

use super::{
    cluster::{Cluster, Data, Pending},
    invalid,
};
use crate::job::{Answer, JobError, LocalTraining, WeightedUpdate};
use neural::{Contribution, Model, Plan, Update, compress, log_prior, train};
use protocol::limits;
use units::{ClusterId, Hash};

/// The largest root mean square that lessons may add to an update.
const LESSONS_RMS_MAX: f32 = 1.0;

impl Cluster {
    /// Trains a copy of the shared network, whose way becomes the update, and the alone network: the same steps on the
    /// same rows. Only the copy has its logits adjusted by the class prior; the alone network is measured on rows that
    /// are skewed as its own are, where the adjustment would hold it back.
    pub(super) fn train(
        &mut self,
        id: &ClusterId,
        training: &LocalTraining,
    ) -> Result<Answer, JobError> {
        let LocalTraining { steps, batch_rows, learning_rate, seed } = *training;
        check_training(training)?;
        let Some(Data { dataset, split, class_rows }) = &self.data else {
            return Err(JobError::NoData(id.clone()));
        };
        let mut plan = Plan { steps, batch_rows, learning_rate, seed, ..Plan::default() };
        let (mut alone, mut alone_learning) = (self.alone.clone(), self.alone_learning.clone());
        train(&mut alone, &mut alone_learning, dataset, &split.train, &plan).map_err(invalid)?;

        plan.log_prior = Some(log_prior(class_rows));
        let (mut copy, mut learning) = (self.model.network().clone(), self.learning.clone());
        let loss =
            train(&mut copy, &mut learning, dataset, &split.train, &plan).map_err(invalid)?;
        let shared = self.model.network();
        let trained_rms = root_mean_square(&difference(copy.parameters(), shared.parameters()));
        let mut residual = self.residual_with_lessons();
        let update = compress(shared, &copy, &mut residual).map_err(invalid)?.encode();

        self.pending = Some(Pending { update: update.clone(), trained_rms });
        (self.alone, self.alone_learning, self.learning) = (alone, alone_learning, learning);
        (self.residual, self.taught) = (residual, None);
        Ok(Answer::Trained { update, samples: steps * batch_rows, loss })
    }

    /// Brings updates into the shared network. One that is no update of this network, or has no samples behind it, is
    /// left out: all members see the same bytes, so all leave out the same.
    pub(super) fn aggregate(&mut self, updates: &[WeightedUpdate]) -> Result<Answer, JobError> {
        if updates.len() > limits::ROUND_MEMBERS_MAX {
            let count = updates.len();
            return Err(invalid(format_args!("{count} updates in one round")));
        }
        if !updates.is_sorted_by(|a, b| a.peer < b.peer) {
            return Err(invalid("updates out of order of their peers, or two of one peer"));
        }
        let spec = self.model.network().spec();
        let read = |weighted: &WeightedUpdate| {
            let update = Update::decode(&weighted.update, spec).ok()?;
            Some(Contribution { samples: weighted.samples, update })
        };
        let contributions: Vec<_> = updates.iter().filter_map(read).collect();
        let mut model = self.model.clone();
        model.aggregate(&contributions).map_err(invalid)?;

        let residual = self.residual_with_lessons();
        (self.residual, self.taught) = (residual, None);
        if !updates.iter().any(|update| update.own) {
            self.take_back_update();
        }
        self.pending = None;
        self.model_hash = model.hash();
        self.model = model;
        let (together, alone) = self.compare();
        Ok(Answer::Aggregated { model: self.model_hash, together, alone })
    }

    /// Puts another model in the shared network's place. An update that was on its way belongs to the model that goes,
    /// and goes with it.
    pub(super) fn adopt(&mut self, bytes: &[u8], expected: Hash) -> Result<Answer, JobError> {
        let found = Hash::of(bytes);
        if found != expected {
            return Err(invalid(format_args!(
                "a model with hash {found}, where {expected} was promised"
            )));
        }
        let model = Model::decode(bytes).map_err(invalid)?;
        if model.network().spec() != self.model.network().spec() {
            return Err(invalid("a model of another network than the cluster's"));
        }
        self.residual = self.residual_with_lessons();
        self.taught = None;
        self.pending = None;
        self.model = model;
        self.model_hash = expected;
        let (together, _) = self.compare();
        Ok(Answer::Adopted { model: expected, together })
    }

    /// Takes a lesson from an error on the newest question. The shared network itself stays as agreed: predictions on
    /// this device follow the lesson at once, and the others get it with this device's next update.
    pub(super) fn learn_from_error(&mut self, error: &[f32]) -> Result<Answer, JobError> {
        let Some(question) = &self.question else {
            return Err(invalid("nothing has been predicted yet: ask for a prediction first"));
        };
        let mut taught = self.taught.as_ref().unwrap_or(self.model.network()).clone();
        taught.learn_from_error(question, error).map_err(invalid)?;
        self.taught = Some(taught);
        Ok(Answer::Done)
    }

    fn residual_with_lessons(&self) -> Vec<f32> {
        let mut residual = self.residual.clone();
        if let Some(taught) = &self.taught {
            let shared = self.model.network().parameters();
            add_bounded(&mut residual, &difference(taught.parameters(), shared), LESSONS_RMS_MAX);
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
        add_bounded(&mut self.residual, &change, trained_rms);
    }
}

fn check_training(training: &LocalTraining) -> Result<(), JobError> {
    let LocalTraining { steps, batch_rows, learning_rate, .. } = *training;
    if !(1..=limits::LOCAL_STEPS_MAX).contains(&steps) {
        let high = limits::LOCAL_STEPS_MAX;
        return Err(invalid(format_args!("{steps} training steps: 1 to {high} are possible")));
    }
    if !(1..=limits::BATCH_ROWS_MAX).contains(&batch_rows) {
        let high = limits::BATCH_ROWS_MAX;
        return Err(invalid(format_args!("{batch_rows} rows in a step: 1 to {high} are possible")));
    }
    if !(learning_rate > 0.0 && learning_rate <= 1.0) {
        return Err(invalid(format_args!(
            "a learning rate of {learning_rate}: above 0 and at most 1 is possible"
        )));
    }
    Ok(())
}

fn difference(to: &[f32], from: &[f32]) -> Vec<f32> {
    to.iter().zip(from).map(|(to, from)| to - from).collect()
}

/// Adds a change, shortened where its root mean square is above a bound.
fn add_bounded(sums: &mut [f32], change: &[f32], rms_max: f32) {
    let rms = root_mean_square(change);
    let factor = if rms > rms_max { rms_max / rms } else { 1.0 };
    for (sum, change) in sums.iter_mut().zip(change) {
        *sum += factor * change;
    }
}

fn root_mean_square(values: &[f32]) -> f32 {
    let square: f64 = values.iter().map(|value| f64::from(*value) * f64::from(*value)).sum();
    (square / values.len() as f64).sqrt() as f32
}
