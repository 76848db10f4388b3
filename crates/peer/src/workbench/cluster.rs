//! One cluster: its networks, its optimisers and its rows.

use super::{
    alone::Alone, invalid, masks::Masking, node_memory::NodeMemories, rehearsal::Rehearsal,
    split::InParts,
};
use crate::job::{Answer, JobError};
use neural::{Dataset, LearningState, Model, Network, Split, Stream};
use protocol::{cluster::NetworkSpec, limits};
use units::{Hash, SessionId};

#[derive(Debug)]
pub(super) struct Cluster {
    /// The newest agreed model.
    pub(super) model: Model,
    pub(super) model_hash: Hash,
    /// Of the copies of the shared network that train on this device.
    pub(super) learning: LearningState,
    /// `None` where a second lane keeps it.
    pub(super) alone: Option<Alone>,
    /// What this device has learnt and not sent, one a parameter.
    pub(super) residual: Vec<f32>,
    /// The private trainings that alone are in `learning`, `residual` and `pending`, if that is so.
    pub(super) private: Option<PrivateTrainings>,
    /// The newest update, until it is known whether it went into the shared network.
    pub(super) pending: Option<Pending>,
    /// This device's part in a group of which only the sum is seen.
    pub(super) masking: Option<Masking>,
    /// The shared network after the lessons of [`crate::Job::LearnFromError`], until they enter the residual.
    pub(super) taught: Option<Network>,
    /// What [`crate::Job::Predict`] was asked last.
    pub(super) question: Option<Question>,
    pub(super) data: Option<Data>,
    /// What is kept of all rows that came.
    pub(super) rehearsal: Rehearsal,
    pub(super) statistics: Statistics,
    pub(super) memories: NodeMemories,
    /// The shared network in parts, while some of them may be elsewhere.
    pub(super) split: Option<InParts>,
}

/// The first so many private trainings of a session on this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PrivateTrainings {
    pub(super) session: SessionId,
    pub(super) count: u32,
}

/// What a lesson is about.
#[derive(Debug)]
pub(super) enum Question {
    /// A whole input.
    Input(Vec<f32>),
    /// Frame after frame. Its network is the one that answers here: the shared one, or the taught one.
    Stream(Box<Stream>),
}

/// An update on its way.
#[derive(Debug)]
pub(super) struct Pending {
    /// As sent.
    pub(super) update: Vec<u8>,
    /// The root mean square of what its round of training changed, without what had waited from before.
    pub(super) trained_rms: f32,
}

#[derive(Debug)]
pub(super) struct Data {
    pub(super) dataset: Dataset,
    pub(super) split: Split,
    /// Training rows of each class.
    pub(super) class_rows: Vec<u32>,
}

/// What evaluations have shown, in this life of the workbench.
#[derive(Debug, Default)]
pub(super) struct Statistics {
    /// For each layer and node, over the newest evaluation.
    pub(super) firing_rates: Vec<Vec<f32>>,
    pub(super) multiplications: u64,
    pub(super) multiplications_ungated: u64,
}

impl Cluster {
    /// Begins with an encoded model, or with the first state that the description's seed gives.
    pub(super) fn new(spec: &NetworkSpec, model: Option<&[u8]>) -> Result<Self, JobError> {
        let model = match model {
            None => Model::new(spec).map_err(invalid)?,
            Some(bytes) => Model::decode(bytes).map_err(invalid)?,
        };
        if model.network().spec() != spec {
            return Err(invalid("a model of another network than the cluster's"));
        }
        Ok(Self::of(model))
    }

    /// Begins with a model.
    pub(super) fn of(model: Model) -> Self {
        let parameters = model.network().parameters().len();
        let spec = model.network().spec();
        let (learning, rehearsal) = (LearningState::new(spec), Rehearsal::new(spec));
        Self {
            model_hash: model.hash(),
            learning,
            alone: Some(Alone::new(model.network().clone())),
            residual: vec![0.0; parameters],
            private: None,
            model,
            pending: None,
            masking: None,
            taught: None,
            question: None,
            data: None,
            rehearsal,
            statistics: Statistics::default(),
            memories: NodeMemories::default(),
            split: None,
        }
    }

    /// Another network for the same rows: what was on its way to others is about a network that is no more.
    pub(super) fn replace(&mut self, model: Model) -> Result<Answer, JobError> {
        let (new, old) = (model.network().spec(), self.model.network().spec());
        if (new.inputs, new.classes) != (old.inputs, old.classes) || self.split.is_some() {
            return Err(invalid("a network for other rows than the cluster's"));
        }
        let has_alone = self.alone.is_some();
        let (data, rehearsal) = (self.data.take(), self.rehearsal.clone());
        *self = Self { data, rehearsal, ..Self::of(model) };
        if !has_alone {
            self.alone = None;
        }
        let (network, model) = (self.model.network().spec().clone(), self.model_hash);
        Ok(Answer::Created { network, model })
    }

    pub(super) fn parameters(&self) -> u64 {
        self.residual.len() as u64
    }

    pub(super) fn rows_bytes(&self) -> usize {
        self.data.as_ref().map_or(0, |data| data.dataset.size_bytes())
    }

    /// Puts rows in place of earlier ones.
    pub(super) fn load(&mut self, dataset: Dataset, percent: u8) -> Result<Answer, JobError> {
        self.check_fit(&dataset)?;
        let data = Data::new(dataset, percent)?;
        let answer = Answer::Loaded {
            train_rows: data.split.train.len() as u32,
            held_out_rows: data.split.held_out.len() as u32,
            class_rows: data.class_rows.clone(),
        };
        self.rehearsal.see(&data);
        self.data = Some(data);
        if let Some(split) = &mut self.split {
            split.forget_rows();
        }
        Ok(answer)
    }

    /// Whether the network can take those rows.
    pub(super) fn check_fit(&self, dataset: &Dataset) -> Result<(), JobError> {
        dataset.validate().map_err(invalid)?;
        let spec = self.model.network().spec();
        let given = (dataset.inputs, dataset.classes);
        if given != (spec.inputs, spec.classes) {
            return Err(invalid(format_args!(
                "rows of {} values in {} classes, where the cluster's network takes {} values and tells {} classes apart",
                given.0, given.1, spec.inputs, spec.classes
            )));
        }
        Ok(())
    }
}

impl Data {
    pub(super) fn new(dataset: Dataset, held_out_percent: u8) -> Result<Self, JobError> {
        let split = dataset.split(held_out_percent).map_err(invalid)?;
        let class_rows = dataset.class_rows(&split.train);
        Ok(Self { dataset, split, class_rows })
    }

    /// A network on the held-out rows, evenly thinned out where all would take longer than a round; `None` where there are
    /// none.
    pub(super) fn judge(&self, network: &Network) -> Option<neural::Evaluation> {
        let most = (limits::ROUND_WORK_MAX / network.spec().visits()).max(1);
        let rows = self.sample_of_held_out(most as usize);
        (!rows.is_empty()).then(|| neural::evaluate(network, &self.dataset, &rows))
    }

    /// At most so many of the held-out rows, evenly spread over all.
    pub(super) fn sample_of_held_out(&self, rows_max: usize) -> Vec<u32> {
        let rows = &self.split.held_out;
        let pace = rows.len().div_ceil(rows_max).max(1);
        rows.iter().step_by(pace).copied().collect()
    }
}
