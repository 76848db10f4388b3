//! Replay on a device: a few rows of every class that its clusters' rows have shown are kept, and rehearsed while it trains on rows
//! that lack some of these classes, so that what was learnt stays.

use super::cluster::Data;
use neural::{
    Cluster, Diverged, LearningState, Network, Plan, Prototypes,
    bytes::{Damaged, Reader, Writer},
};
use protocol::{cluster::NetworkSpec, limits};

/// Bytes of the prototypes of one cluster: they are stored with it each time.
const BYTES_MAX: u64 = 2 << 20;

/// And how many, whatever they take.
const PROTOTYPES_MAX: u64 = 500;

/// Rows of one load that are offered, evenly spread: to compare each with what is kept takes time.
const OFFERED_MAX: usize = 4_000;

/// Decides which rows are kept.
const SEED: u64 = 1;

/// What a cluster keeps of its rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rehearsal {
    /// `None` where not even one row of each class has room.
    prototypes: Option<Prototypes>,
    /// Whether somebody wants it.
    pub(super) is_on: bool,
}

impl Rehearsal {
    /// Of rows that have yet to come.
    pub(super) fn new(spec: &NetworkSpec) -> Self {
        let row_bytes = 4 * u64::from(spec.inputs);
        let room = (BYTES_MAX / row_bytes).min(PROTOTYPES_MAX) as u32;
        let prototypes = Prototypes::new(spec.inputs, spec.classes, room, SEED).ok();
        Self { prototypes, is_on: true }
    }

    /// Rows have come.
    pub(super) fn see(&mut self, data: &Data) {
        let Some(prototypes) = &mut self.prototypes else { return };
        let rows = &data.split.train;
        let pace = rows.len().div_ceil(OFFERED_MAX).max(1);
        for row in rows.iter().step_by(pace) {
            let row = *row as usize;
            prototypes.insert(&data.dataset.row(row), data.dataset.labels[row]);
        }
    }

    /// What is rehearsed with these rows: nothing where they have all classes that ever came, because then training forgets none.
    fn wanted(&self, data: &Data) -> Option<&Prototypes> {
        let prototypes = self.prototypes.as_ref().filter(|_| self.is_on)?;
        let is_missing =
            |(class, rows): (u16, &u32)| *rows == 0 && prototypes.of_class(class).len() > 0;
        (0u16..).zip(&data.class_rows).any(is_missing).then_some(prototypes)
    }

    /// Trains a network on its rows, and rehearses where that is wanted.
    pub(super) fn train(
        &self,
        network: &mut Network,
        learning: &mut LearningState,
        data: &Data,
        plan: &Plan,
    ) -> Result<f32, Diverged> {
        let (dataset, rows) = (&data.dataset, &data.split.train);
        let Some(prototypes) = self.wanted(data) else {
            return neural::train(network, learning, dataset, rows, plan);
        };
        let replayed = replayed_rows(network.spec(), plan);
        let mut cluster = Cluster { network: network.clone(), learning: learning.clone() };
        let loss = cluster.rehearse(prototypes, dataset, rows, plan, replayed)?;
        (*network, *learning) = (cluster.network, cluster.learning);
        Ok(loss)
    }

    /// As a block of a checkpoint.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        if let Some(prototypes) = self.prototypes.as_ref().filter(|it| !it.is_empty()) {
            prototypes.write(&mut writer);
        }
        writer.finish()
    }

    /// Reads a block of a checkpoint; one that this version does not understand is as good as none.
    pub(super) fn read(spec: &NetworkSpec, block: &[u8]) -> Self {
        let mut rehearsal = Self::new(spec);
        if let Some(prototypes) = rehearsal.prototypes.as_mut().filter(|_| !block.is_empty()) {
            let mut reader = Reader::new(block);
            let read: Result<(), Damaged> = prototypes.read(&mut reader);
            if read.is_err() || reader.remaining() > 0 {
                return Self::new(spec);
            }
        }
        rehearsal
    }
}

/// As many as new rows in each step, where that is no more work than a round may be.
fn replayed_rows(spec: &NetworkSpec, plan: &Plan) -> u32 {
    let most = plan.batch_rows.min(limits::BATCH_ROWS_MAX.saturating_sub(plan.batch_rows));
    let fits = |rows: &u32| spec.check_training(plan.steps, plan.batch_rows + rows).is_ok();
    core::iter::successors(Some(most), |rows| (*rows > 0).then_some(rows / 2))
        .find(fits)
        .unwrap_or(0)
}
