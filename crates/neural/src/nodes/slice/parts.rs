//! Some of a slice's nodes by themselves. Taught by errors, at a timer that does not move, a node's numbers follow from its own
//! alone: whoever has some nodes of a slice can compute what these do, and needs no other.

use super::Slice;
use crate::{
    learning::{Lesson, adam::Adam},
    network::layout::LayerLayout,
    nodes::piece::Piece,
};
use core::ops::Range;
use std::collections::VecDeque;

/// Parameters, and Adam's moments of them.
const NUMBERS: [fn(&Slice) -> &[f32]; 3] = [
    |slice| &slice.piece.parameters,
    |slice| slice.piece.adam.all_moments()[0],
    |slice| slice.piece.adam.all_moments()[1],
];

impl Slice {
    /// The nodes at those places among [`Self::ids`] as a slice of their own, which remembers no batch. For the same batches
    /// and [errors](super::Target::Errors) it gives the bits that they give here, unless batches are too large to be
    /// remembered here.
    ///
    /// # Panics
    /// If there are no such places, or none.
    pub fn part(&self, places: Range<usize>) -> Self {
        let Piece { layout, .. } = self.piece;
        let indexes = self.piece.indexes[places.clone()].to_vec();
        assert!(!indexes.is_empty(), "a part without nodes");
        let copy = |values: &[f32]| {
            let rows = values[..layout.readout().end].chunks_exact(layout.nodes);
            let rows = rows.flat_map(|row| &row[places.clone()]);
            rows.chain(&values[layout.readout_bias()]).copied().collect::<Vec<f32>>()
        };
        self.with_nodes(indexes, copy(&self.piece.parameters), self.piece.adam.with_moments(copy))
    }

    /// The slice that was cut into these parts, in this order; `None` if they cannot be all of one slice at one time.
    pub fn join(parts: &[Self]) -> Option<Self> {
        let first = parts.first()?;
        let indexes: Vec<u32> = parts.iter().flat_map(|it| &it.piece.indexes).copied().collect();
        let ascend = indexes.windows(2).all(|pair| pair[0] < pair[1]);
        if !ascend || !parts.iter().all(|part| part.is_beside(first)) {
            return None;
        }
        let bias = first.piece.layout.readout_bias();
        let join = |numbers: fn(&Self) -> &[f32]| {
            let mut joined = Vec::with_capacity(first.rows() * indexes.len() + bias.len());
            for row in 0..first.rows() {
                for part in parts {
                    let nodes = part.piece.layout.nodes;
                    joined.extend_from_slice(&numbers(part)[row * nodes..][..nodes]);
                }
            }
            joined.extend_from_slice(&numbers(first)[bias.clone()]);
            joined
        };
        let [parameters, means, squares] = NUMBERS.map(join);
        let adam = Adam::from_moments(first.piece.adam.decays(), means, squares);
        Some(first.with_nodes(indexes, parameters, adam))
    }

    /// Other nodes of the same layer at the same time.
    fn with_nodes(&self, indexes: Vec<u32>, parameters: Vec<f32>, adam: Adam) -> Self {
        let Piece { layer, extent, width, inputs, layout, .. } = self.piece;
        let layout = LayerLayout::alone(layout.inputs, indexes.len(), layout.classes);
        Self {
            piece: Piece { layer, extent, indexes, width, inputs, layout, parameters, adam },
            homeostasis: self.homeostasis,
            timer: self.timer,
            batches_max: self.batches_max,
            kept: VecDeque::new(),
            lesson: Lesson::default(),
            fired: Vec::new(),
        }
    }

    /// Whether both can be of one slice at one time: what does not belong to a node is the same.
    fn is_beside(&self, other: &Self) -> bool {
        let place = |it: &Self| {
            let Piece { layer, width, inputs, layout, .. } = it.piece;
            (layer, width, inputs, layout.classes, it.timer, it.batches_max)
        };
        let bits = |it: &Self| {
            let bias = |numbers: fn(&Self) -> &[f32]| &numbers(it)[it.piece.layout.readout_bias()];
            let numbers = NUMBERS.map(bias).into_iter().flatten().copied();
            numbers.chain(it.piece.adam.decays()).map(f32::to_bits).collect::<Vec<_>>()
        };
        place(self) == place(other)
            && self.homeostasis == other.homeostasis
            && bits(self) == bits(other)
    }

    /// Rows of one number a node.
    fn rows(&self) -> usize {
        let layout = self.piece.layout;
        layout.readout().end / layout.nodes
    }

    /// Forgets all batches, as if it had just come here: targets for them are then too late.
    pub fn forget_batches(&mut self) {
        self.kept.clear();
    }

    /// Forgets all batches but some.
    pub fn forget_batches_but(&mut self, is_kept: impl Fn(u64) -> bool) {
        self.kept.retain(|kept| is_kept(kept.batch));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Counter, Events, LearningState, Network, Plan,
        nodes::{ClassErrors, NodeId, Target, wire},
    };
    use protocol::cluster::{LayerSpec, NetworkSpec};

    const INPUTS: u32 = 30;
    const NODES: u32 = 23;
    const CLASSES: u32 = 3;

    fn slice() -> Slice {
        let layers = vec![LayerSpec::new(NODES + 4, 4)];
        let spec = NetworkSpec { inputs: INPUTS, steps: 1, layers, classes: CLASSES, seed: 5 };
        let network = Network::new(&spec).unwrap();
        let ids: Vec<_> = (0..NODES).map(|index| NodeId::new(0, index + index / 6)).collect();
        network.slice(&LearningState::new(&spec), &ids, 4).unwrap()
    }

    fn batch(counter: &mut Counter, samples: usize) -> (Events, ClassErrors) {
        let mut events = Events::new(INPUTS);
        for _ in 0..samples {
            let nodes: Vec<u32> = (0..INPUTS).filter(|_| counter.below(3) == 0).collect();
            let values: Vec<f32> = nodes.iter().map(|_| counter.normal()).collect();
            events.push_sample(&nodes, &values).unwrap();
        }
        let values = samples * CLASSES as usize;
        let values = (0..values).map(|_| counter.normal().clamp(-1.0, 1.0)).collect();
        (events, ClassErrors { values, wrong: 0.4 })
    }

    #[test]
    fn parts_fire_and_learn_as_in_the_whole() {
        let mut whole = slice();
        let cuts = [0..8, 8..16, 16..NODES as usize];
        let mut parts: Vec<_> = cuts.clone().map(|cut| whole.part(cut)).into();
        let mut counter = Counter::new(3, 3);
        for number in 0..40u64 {
            let (events, errors) = batch(&mut counter, 1 + number as usize % 5);
            let sent = wire::encode(&whole.forward(number, &events).unwrap());
            for part in &mut parts {
                let own = part.forward(number, &events).unwrap();
                let indexes: Vec<u32> = part.ids().map(|id| id.index).collect();
                assert!(wire::says(&sent, &own, &indexes));
            }
            if number % 3 > 0 {
                let plan = Plan { learning_rate: 0.01, ..Plan::default() };
                for slice in parts.iter_mut().chain([&mut whole]) {
                    slice.teach(number, Target::Errors(&errors), &plan, 0).unwrap();
                }
            }
        }
        for (part, cut) in parts.iter().zip(cuts) {
            assert_eq!(part.encode(), whole.part(cut.clone()).encode());
            assert_eq!(part.encode_bare(), whole.encode_part(cut));
        }
        assert_eq!(Slice::join(&parts).unwrap().encode(), whole.encode());
        parts.swap(0, 1);
        assert!(Slice::join(&parts).is_none());
    }

    #[test]
    fn parts_of_different_times_are_not_joined() {
        let mut whole = slice();
        let early = whole.part(0..8);
        let (events, errors) = batch(&mut Counter::new(1, 1), 2);
        whole.forward(1, &events).unwrap();
        whole.teach(1, Target::Errors(&errors), &Plan::default(), 0).unwrap();
        assert!(Slice::join(&[early, whole.part(8..NODES as usize)]).is_none());
    }

    #[test]
    fn what_is_gathered_again_is_as_if_it_had_come_again() {
        let (mut one, mut counter) = (slice(), Counter::new(2, 2));
        let batches: Vec<_> = (1..=3).map(|samples| batch(&mut counter, samples)).collect();
        for (number, (events, _)) in (0..).zip(&batches) {
            one.forward(number, events).unwrap();
        }
        let plan = Plan { learning_rate: 0.01, ..Plan::default() };
        one.teach(0, Target::Errors(&batches[0].1), &plan, 0).unwrap();
        let mut other = one.clone();
        one.forget_batches_but(|number| number == 2);
        assert!(one.gather_again(2) && !one.gather_again(1) && !one.gather_again(0));
        other.forget_batches();
        other.forward(2, &batches[2].0).unwrap();
        for slice in [&mut one, &mut other] {
            slice.teach(2, Target::Errors(&batches[2].1), &plan, 0).unwrap();
            assert!(slice.teach(1, Target::Errors(&batches[1].1), &plan, 0).is_err());
        }
        assert_eq!(one.encode(), other.encode());
    }

    #[test]
    fn batches_that_were_forgotten_teach_nothing() {
        let mut slice = slice();
        let (events, errors) = batch(&mut Counter::new(1, 1), 2);
        slice.forward(1, &events).unwrap();
        slice.forget_batches();
        assert!(slice.teach(1, Target::Errors(&errors), &Plan::default(), 0).is_err());
    }
}
