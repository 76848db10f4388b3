//! Some of a slice's nodes by themselves. Taught by errors, at a timer that does not move, a node's numbers follow from its own
//! alone: whoever has some nodes of a slice can compute what these do, and needs no other.

use super::Slice;
use crate::{learning::Lesson, network::layout::LayerLayout, nodes::piece::Piece};
use core::ops::Range;
use std::collections::VecDeque;

impl Slice {
    /// The nodes at those places among [`Self::ids`] as a slice of their own, which remembers no batch. For the same batches
    /// and [errors](super::Target::Errors) it gives the bits that they give here, unless batches are too large to be
    /// remembered here.
    ///
    /// # Panics
    /// If there are no such places, or none.
    pub fn part(&self, places: Range<usize>) -> Self {
        let Piece { layer, extent, width, inputs, layout, .. } = self.piece;
        let indexes = self.piece.indexes[places.clone()].to_vec();
        assert!(!indexes.is_empty(), "a part without nodes");
        let rows = layout.readout().end;
        let copy = |values: &[f32]| {
            let mut copied =
                Vec::with_capacity(rows / layout.nodes * indexes.len() + layout.classes);
            for row in values[..rows].chunks_exact(layout.nodes) {
                copied.extend_from_slice(&row[places.clone()]);
            }
            copied.extend_from_slice(&values[layout.readout_bias()]);
            copied
        };
        let parameters = copy(&self.piece.parameters);
        let adam = self.piece.adam.with_moments(copy);
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

    /// Forgets all batches, as if it had just come here: targets for them are then too late.
    pub fn forget_batches(&mut self) {
        self.kept.clear();
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
            assert_eq!(part.encode(), whole.part(cut).encode());
        }
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
