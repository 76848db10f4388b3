//! The network that learns from this device's rows only: what the shared one is compared with.

use super::{cluster::Data, invalid, learning::plan_of, looking::for_people, rehearsal::Rehearsal};
use crate::job::{Evaluation, JobError, LocalTraining};
use neural::{Cluster, LearningState, Network, bytes::Writer};

#[derive(Debug)]
pub(super) struct Alone(Cluster);

impl Alone {
    /// It starts as the shared network does.
    pub(super) fn new(network: Network) -> Self {
        Self(Cluster::of(network))
    }

    pub(super) fn network(&self) -> &Network {
        &self.0.network
    }

    pub(super) fn learning(&self) -> &LearningState {
        &self.0.learning
    }

    /// What becomes of it: the same steps on the same rows as a copy of the shared network takes. Its logits are not
    /// adjusted by the class prior: it is measured on rows that are skewed as its own are, where that would hold it back.
    pub(super) fn trained(
        &self,
        data: &Data,
        training: &LocalTraining,
        rehearsal: &Rehearsal,
    ) -> Result<Self, JobError> {
        let Cluster { mut network, mut learning } = self.0.clone();
        let trained = rehearsal.train(&mut network, &mut learning, data, &plan_of(training));
        trained.map_err(invalid)?;
        Ok(Self(Cluster { network, learning }))
    }

    pub(super) fn judged_on(&self, data: &Data) -> Option<Evaluation> {
        data.judge(&self.0.network).map(for_people)
    }

    /// Its parameters and the state of its learning: two blocks of a checkpoint, which have others between them.
    pub(super) fn to_blocks(&self) -> [Vec<u8>; 2] {
        let (mut parameters, mut learning) = (Writer::new(), Writer::new());
        parameters.floats(self.0.network.parameters());
        self.0.learning.write(&mut learning);
        [parameters.finish(), learning.finish()]
    }

    pub(super) fn from_parts(network: Network, learning: LearningState) -> Self {
        Self(Cluster { network, learning })
    }
}
