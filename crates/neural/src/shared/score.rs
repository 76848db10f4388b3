//! What a member's change would bring on rows that it has never seen.

use super::update::Update;
use crate::{
    dataset::Dataset,
    network::{Network, Thought},
};

/// Rows looked at together.
const BATCH_ROWS: usize = 64;

/// By how many nats the loss on those rows falls if the network takes the whole update and nothing else: the mean over rows
/// and layers of ln p of the right class, after less before. 0 without rows, negative infinity where numbers become none.
///
/// # Panics
/// If the data set or an update does not fit the network.
pub fn scores(network: &Network, updates: &[&Update], dataset: &Dataset, rows: &[u32]) -> Vec<f64> {
    let before = mean_ln_p(network, dataset, rows);
    let score = |update: &&Update| {
        let mut changed = network.clone();
        update.add_to(&mut changed.parameters, 1.0);
        let gain = mean_ln_p(&changed, dataset, rows) - before;
        if gain.is_nan() { f64::NEG_INFINITY } else { gain }
    };
    updates.iter().map(score).collect()
}

fn mean_ln_p(network: &Network, dataset: &Dataset, rows: &[u32]) -> f64 {
    assert_eq!((dataset.inputs, dataset.classes), (network.spec.inputs, network.spec.classes));
    let classes = network.spec.classes as usize;
    let mut thought = Thought::new(network);
    let mut sum = 0.0;
    for batch in rows.chunks(BATCH_ROWS) {
        thought.input.reset(network.spec.inputs);
        batch.iter().for_each(|row| dataset.read_row(*row as usize, &mut thought.input));
        thought.think(network);
        for (row, belief) in batch.iter().zip(thought.belief.chunks_exact(classes)) {
            sum += f64::from(belief[usize::from(dataset.labels[*row as usize])]);
        }
    }
    sum / (rows.len().max(1) * network.layout.layers.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Compression, LearningState, Plan, Values, compress, train};
    use protocol::cluster::{LayerSpec, NetworkSpec};

    fn rows() -> Dataset {
        let value = |place: u8| {
            if (place % 10 < 5) == (place / 10).is_multiple_of(2) { 200 } else { place % 40 }
        };
        let values = (0..200).map(value);
        let labels = (0..20).map(|row| row % 2).collect();
        Dataset { inputs: 10, classes: 2, values: Values::Bytes(values.collect()), labels }
    }

    /// What a network learns from those rows, as an update.
    fn learnt(from: &Network, dataset: &Dataset) -> Update {
        let mut to = from.clone();
        let mut state = LearningState::new(&from.spec);
        let plan = Plan { steps: 30, batch_rows: 8, ..Plan::default() };
        train(&mut to, &mut state, dataset, &(0..20).collect::<Vec<_>>(), &plan).unwrap();
        let mut residual = vec![0.0; from.parameters.len()];
        compress(from, &to, &mut residual, Compression::Rows).unwrap()
    }

    #[test]
    fn what_was_learnt_scores_well_and_its_opposite_badly() {
        let layers = vec![LayerSpec::new(12, 4)];
        let spec = NetworkSpec { inputs: 10, steps: 1, layers, classes: 2, seed: 5 };
        let network = Network::new(&spec).unwrap();
        let right = rows();
        let mut wrong = right.clone();
        wrong.labels.iter_mut().for_each(|label| *label = 1 - *label);
        let (right, wrong) = (learnt(&network, &right), learnt(&network, &wrong));
        let held_out: Vec<u32> = (0..20).collect();
        let found = scores(&network, &[&right, &wrong], &rows(), &held_out);
        assert!(found[0] > 0.1 && found[1] < -0.1, "{found:?}");
        assert_eq!(scores(&network, &[&right], &rows(), &[]), [0.0]);
    }
}
