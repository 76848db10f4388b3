//! What members count in where only sums of groups are seen, and what sums do to the model.

use neural::{Contribution, Model, Network, Update};
use private::{DiscreteGaussian, Grid, Sum, Tensor};

/// Members of the largest group that rounds have.
const GROUP_MEMBERS_MAX: usize = 6;

/// As many steps as a value may have both ways, so that the sum of the largest group fits 16 bits: masks are drawn in two bytes
/// a value up to there, and in four beyond.
const STEPS_MAX: u32 = 0x7fff / GROUP_MEMBERS_MAX as u32;

/// How much shorter a whole change is at most than one whose values all go as far as they may: as far as Adam takes one in a
/// round, if all its steps go one way. A liar that sends anything at all throws its group's mean no further than this.
const LENGTH_PART: f64 = 0.5;

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
    let network = model.network();
    let counting = Counting::new(network, reach);
    let mean = |(samples, bytes): &(u32, &[u8])| {
        let mean = counting.read(bytes)?.mean(&counting.grid, &counting.tensors);
        let update = Update::of(network, &mean).ok()?;
        (*samples > 0).then_some(Contribution { samples: *samples, update })
    };
    let means: Vec<Contribution> = sums.iter().filter_map(mean).collect();
    if !means.is_empty() {
        model.aggregate(&means).expect("there are means of this network with samples behind them");
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

    #[test]
    fn without_sums_and_with_bytes_that_are_none_the_model_stays() {
        let (before, mut model) = (model(), model());
        aggregate(&mut model, 0.1, &[]);
        aggregate(&mut model, 0.1, &[(9, b"no sum")]);
        assert_eq!(model.hash(), before.hash());
    }
}
