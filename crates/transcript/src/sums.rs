//! What members count in where only sums of groups are seen, and what sums do to the model.

use neural::{Contribution, Model, Network, Update};
use private::{DiscreteGaussian, Grid, Sum, Tensor};
use units::sort_by_key;

/// Members of the largest group that rounds have.
const GROUP_MEMBERS_MAX: usize = 6;

/// As many steps as a value may have both ways, so that the sum of the largest group fits 16 bits: masks are drawn in two bytes
/// a value up to there, and in four beyond.
const STEPS_MAX: u32 = 0x7fff / GROUP_MEMBERS_MAX as u32;

/// How much shorter a whole change is at most than one whose values all go as far as they may: as far as Adam takes one in a
/// round, if all its steps go one way. A liar that sends anything at all throws its group's mean no further than this.
const LENGTH_PART: f64 = 0.5;

/// How much longer a group's mean may be than the one in the middle, of two the shorter. Those of honest groups differ little, being
/// means of several members each; with fewer than four groups, nothing else holds back a group that a liar has spoilt.
const LONGER_MAX: f64 = 1.25;

/// How far a threshold may go in one change: it follows firing rates, and not a gradient.
const THRESHOLD_REACH: f32 = 4.0;

/// How parameters become whole numbers and back; all members have the same.
#[derive(Debug, Clone)]
pub struct Counting {
    grid: Grid,
    tensors: Vec<Tensor>,
}

impl Counting {
    /// For changes of a network in which a value other than a threshold may go `reach` both ways, above 0.
    pub fn new(network: &Network, reach: f32) -> Self {
        let tensors = network.tensors_with_thresholds().map(|(values, is_threshold)| {
            let reach = if is_threshold { THRESHOLD_REACH } else { reach };
            Tensor { values, step: (reach / STEPS_MAX as f32).max(f32::MIN_POSITIVE) }
        });
        let tensors = tensors.collect();
        let values = network.parameters().len() as f64;
        let length = (LENGTH_PART * f64::from(STEPS_MAX) * values.sqrt()).max(1.0);
        let silent = DiscreteGaussian::new(0).expect("no noise is possible");
        let grid = Grid::new(GROUP_MEMBERS_MAX, length as u32, STEPS_MAX, silent);
        Self { grid: grid.expect("sums of the largest group have 16 bits"), tensors }
    }

    /// The ring.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The network's tensors.
    pub fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }

    /// Values of each tensor.
    pub fn values(&self) -> Vec<usize> {
        self.tensors.iter().map(|tensor| tensor.values).collect()
    }

    /// A group's sum, if these bytes are one of such changes.
    pub fn read(&self, bytes: &[u8]) -> Option<Sum> {
        let sum = Sum::decode(bytes, &self.grid).ok()?;
        let values: usize = self.tensors.iter().map(|tensor| tensor.values).sum();
        (sum.values() == values).then_some(sum)
    }
}

/// Brings the means of groups into a model, each with the samples behind it; without groups, the model stays as it is. What is
/// no sum is left out: all see the same bytes, so all leave out the same.
pub fn aggregate(model: &mut Model, reach: f32, sums: &[(u32, &[u8])]) {
    let counting = Counting::new(model.network(), reach);
    let mean = |(samples, bytes): &(u32, &[u8])| {
        let sum = counting.read(bytes).filter(|_| *samples > 0)?;
        Some((*samples, sum.mean(&counting.grid, &counting.tensors)))
    };
    aggregate_means(model, sums.iter().filter_map(mean).collect());
}

/// Brings the means of groups into a model, each with the samples behind it: the longest are shortened.
pub fn aggregate_means(model: &mut Model, mut means: Vec<(u32, Vec<f32>)>) {
    shorten(&mut means);
    let network = model.network();
    let read = |(samples, mean): &(u32, Vec<f32>)| {
        let update = Update::of(network, mean).ok()?;
        Some(Contribution { samples: *samples, update })
    };
    let contributions: Vec<Contribution> = means.iter().filter_map(read).collect();
    if !contributions.is_empty() {
        model
            .aggregate(&contributions)
            .expect("they are of this network, with samples behind them");
    }
}

fn shorten(means: &mut [(u32, Vec<f32>)]) {
    let length = |mean: &[f32]| {
        mean.iter().map(|value| f64::from(*value) * f64::from(*value)).sum::<f64>().sqrt()
    };
    let lengths: Vec<f64> = means.iter().map(|(_, mean)| length(mean)).collect();
    let mut moving: Vec<f64> = lengths.iter().copied().filter(|length| *length > 0.0).collect();
    // None is negative, so that their bits are in their order.
    sort_by_key(&mut moving, |length| length.to_bits());
    let Some(middle) = moving.get(moving.len().saturating_sub(1) / 2) else { return };
    for ((_, mean), length) in means.iter_mut().zip(lengths) {
        let part = LONGER_MAX * middle / length;
        if part < 1.0 {
            mean.iter_mut().for_each(|value| *value = (f64::from(*value) * part) as f32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{
        cluster::{LayerSpec, NetworkSpec},
        session::Masks,
    };
    use units::{Hash, PeerId};

    fn model() -> Model {
        let layers = vec![LayerSpec::new(4, 4)];
        Model::new(&NetworkSpec { inputs: 3, steps: 1, layers, classes: 2, seed: 5 }).unwrap()
    }

    #[test]
    fn no_room_makes_groups_that_the_ring_has_no_place_for() {
        let peers: Vec<PeerId> = (0..32).map(|n| PeerId::from_bytes([n; 32])).collect();
        for members in 3..=32 {
            let masks = Masks { one_group: true };
            let size = masks.group_size(members);
            let groups = private::groups(Hash::of(b"p"), &peers[..members], size);
            let sizes: Vec<usize> = groups.iter().map(Vec::len).collect();
            assert!(sizes.iter().all(|size| (3..=GROUP_MEMBERS_MAX).contains(size)), "{sizes:?}");
        }
        assert_eq!(Counting::new(model().network(), 0.1).grid().bits(), 16);
    }

    fn far(one: &Model, other: &Model) -> f32 {
        let (one, other) = (one.network().parameters(), other.network().parameters());
        let apart = one.iter().zip(other).map(|(one, other)| (one - other) * (one - other));
        apart.sum::<f32>().sqrt()
    }

    #[test]
    fn a_group_that_goes_far_counts_no_longer_than_the_others_and_a_silent_one_holds_nobody_back() {
        let before = model();
        let values = before.network().parameters().len();
        let after = |means: &[f32]| {
            let mut model = before.clone();
            let means = means.iter().map(|value| (9, vec![*value; values])).collect();
            aggregate_means(&mut model, means);
            far(&model, &before)
        };
        let honest = after(&[0.01, 0.01]);
        for spoilt in [&[0.01, 9.0][..], &[9.0, 0.01], &[0.01, 0.01, 9.0]] {
            let moved = after(spoilt);
            assert!(moved < 1.3 * honest, "{moved} with {spoilt:?}, {honest} without");
        }
        assert!((after(&[0.01, 0.0]) - after(&[0.005, 0.005])).abs() < 1e-4 * honest);
        assert_eq!(after(&[0.0, 0.0]), 0.0);
        assert!((after(&[0.01, 0.012]) - after(&[0.011, 0.011])).abs() < 1e-4 * honest);
    }

    #[test]
    fn without_sums_and_with_bytes_that_are_none_the_model_stays() {
        let (before, mut model) = (model(), model());
        aggregate(&mut model, 0.1, &[]);
        aggregate(&mut model, 0.1, &[(9, b"no sum")]);
        assert_eq!(model.hash(), before.hash());
    }
}
