//! Replay: while a cluster learns new things, prototypes of old ones are rehearsed with them, so that the old ones stay.
//!
//! Experience replay (Chaudhry et al. 2019, "On Tiny Episodic Memories in Continual Learning") with the asymmetric loss of
//! Caccia et al. 2022 ("New Insights on Reducing Abrupt Representation Change in Online Continual Learning", ER-ACE), in
//! every layer by itself.

pub(crate) mod prototypes;

use crate::{
    dataset::Dataset,
    learning::{
        cluster::Cluster,
        plan::Plan,
        replay::prototypes::Prototypes,
        row_order::RowOrder,
        train::{Diverged, Incoming, School, mean_loss},
    },
    random::Counter,
};

/// The stream of the draws of prototypes, beside those of the rows' order and of moved pictures.
const DRAW_STREAM: u64 = 2;

impl Cluster {
    /// Offers each of the new `rows` to the prototypes, once, and trains as [`Cluster::train`] does, but that every step takes
    /// `replayed_rows` of the prototypes along; with 0 it is plain training.
    ///
    /// New rows compete among the classes of their own step alone: a network that learns of new classes by pushing old
    /// ones down would forget them. What tells old and new apart is learnt from prototypes, of which some are of new rows.
    ///
    /// Which prototypes are drawn is decided by the plan's seed: give each stretch another one. The plan's prior is that
    /// of the new rows; prototypes, which are drawn from all classes alike, do without. Its pictures are moved, old and new.
    ///
    /// # Errors
    /// [`Diverged`]; the cluster is then of no use, but the prototypes are.
    ///
    /// # Panics
    /// As [`Cluster::train`] does, and if the prototypes are of other sizes than the rows.
    pub fn train_and_rehearse(
        &mut self,
        prototypes: &mut Prototypes,
        dataset: &Dataset,
        rows: &[u32],
        plan: &Plan,
        replayed_rows: u32,
    ) -> Result<f32, Diverged> {
        plan.check(&self.network, dataset, rows);
        let sizes = (prototypes.inputs(), prototypes.classes());
        assert_eq!(sizes, (dataset.inputs, dataset.classes));
        for row in rows {
            prototypes.insert(&dataset.row(*row as usize), dataset.labels[*row as usize]);
        }
        self.rehearse(prototypes, dataset, rows, plan, replayed_rows)
    }

    /// [`Self::train_and_rehearse`] with prototypes that stay as they are: rows that come again in the next stretch are offered once.
    ///
    /// # Errors
    /// [`Diverged`]; the cluster is then of no use.
    ///
    /// # Panics
    /// As [`Cluster::train`] does, if the prototypes are of other sizes than the rows, and if there are none to replay.
    pub fn rehearse(
        &mut self,
        prototypes: &Prototypes,
        dataset: &Dataset,
        rows: &[u32],
        plan: &Plan,
        replayed_rows: u32,
    ) -> Result<f32, Diverged> {
        let Self { network, learning } = self;
        plan.check(network, dataset, rows);
        let sizes = (prototypes.inputs(), prototypes.classes());
        assert_eq!(sizes, (dataset.inputs, dataset.classes));
        let mut order = RowOrder::new(rows, plan.seed);
        let mut draws = Counter::new(plan.seed, DRAW_STREAM);
        let mut school = School::new(network, plan);
        let mut loss = 0.0;
        for step in 0..plan.steps {
            school.take_rows(dataset, (0..plan.batch_rows).map(|_| order.next_row()));
            if replayed_rows > 0 {
                school.incoming = Some(Incoming::of(&school.labels, dataset.classes));
            }
            for _ in 0..replayed_rows {
                let (values, label) = prototypes.draw(&mut draws);
                school.take_row(values, label);
            }
            loss += school.teach(network, learning, plan.learning_rate_at(step));
            if !loss.is_finite() {
                return Err(Diverged);
            }
        }
        mean_loss(network, plan, plan.batch_rows + replayed_rows, loss)
    }
}

#[cfg(test)]
mod tests;
