//! What travels between layers: which nodes fired on each sample, and how strongly.

use crate::dataset::VALUE_MAX;

/// The events of a batch, sample after sample, each by ascending node.
#[derive(Debug, Clone, PartialEq)]
pub struct Events {
    width: u32,
    /// Where each sample's events begin, and at the end where the last one's stop.
    starts: Vec<u32>,
    nodes: Vec<u32>,
    values: Vec<f32>,
}

/// The same events the other way round: node after node, each by ascending sample.
#[derive(Debug, Clone, Default)]
pub(crate) struct EventsByNode {
    starts: Vec<u32>,
    samples: Vec<u32>,
    values: Vec<f32>,
}

/// A list that cannot be events.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEvents {
    /// The two lists do not match.
    #[error("{nodes} nodes with {values} values")]
    Lengths {
        /// Nodes named.
        nodes: usize,
        /// Values given.
        values: usize,
    },
    /// A node that is out of order, named twice, or beyond the layer.
    #[error("node {node} at place {place} is out of order or not below {width}")]
    Node {
        /// Where in the list.
        place: usize,
        /// The node.
        node: u32,
        /// Nodes there are.
        width: u32,
    },
    /// A value that is no number, or beyond any scale.
    #[error("node {node} fires with {value}: a number from -1e15 to 1e15 is needed")]
    Value {
        /// The node.
        node: u32,
        /// Its value.
        value: f32,
    },
}

impl Events {
    /// No samples yet, of a layer of `width` nodes.
    pub fn new(width: u32) -> Self {
        Self { width, starts: vec![0], nodes: Vec::new(), values: Vec::new() }
    }

    /// Adds the events of one more sample, which came from elsewhere.
    ///
    /// # Errors
    /// [`InvalidEvents`] unless nodes ascend, stay below the width, and fire with values that no layer's readout is broken
    /// by; nothing is then added.
    pub fn push_sample(&mut self, nodes: &[u32], values: &[f32]) -> Result<(), InvalidEvents> {
        if nodes.len() != values.len() {
            return Err(InvalidEvents::Lengths { nodes: nodes.len(), values: values.len() });
        }
        let mut least = 0;
        for (place, (&node, &value)) in nodes.iter().zip(values).enumerate() {
            if node < least || node >= self.width {
                return Err(InvalidEvents::Node { place, node, width: self.width });
            }
            if !value.is_finite() || value.abs() > VALUE_MAX {
                return Err(InvalidEvents::Value { node, value });
            }
            least = node + 1;
        }
        self.nodes.extend_from_slice(nodes);
        self.values.extend_from_slice(values);
        self.end_sample();
        Ok(())
    }

    /// Nodes that could have fired.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Samples of the batch.
    pub fn samples(&self) -> usize {
        self.starts.len() - 1
    }

    /// Events of all samples together.
    pub fn count(&self) -> usize {
        self.nodes.len()
    }

    /// Which node each event is of, sample after sample.
    pub(crate) fn nodes(&self) -> &[u32] {
        &self.nodes
    }

    /// Which nodes fired on one sample, ascending, and how strongly each.
    ///
    /// # Panics
    /// If there are not so many samples.
    pub fn sample(&self, sample: usize) -> (&[u32], &[f32]) {
        let range = self.starts[sample] as usize..self.starts[sample + 1] as usize;
        (&self.nodes[range.clone()], &self.values[range])
    }

    /// Forgets all samples and takes another width; keeps the memory.
    pub(crate) fn reset(&mut self, width: u32) {
        self.width = width;
        self.starts.truncate(1);
        self.nodes.clear();
        self.values.clear();
    }

    /// One more event of the sample that is not ended yet.
    pub(crate) fn push(&mut self, node: u32, value: f32) {
        debug_assert!(node < self.width);
        self.nodes.push(node);
        self.values.push(value);
    }

    /// Events of the sample that is not ended yet: a bit for each node, the first in the lowest bit of the first byte, and as many
    /// values as bits are set.
    pub(crate) fn push_mapped(&mut self, map: &[u8], values: impl Iterator<Item = f32>) {
        for (first, bytes) in (0..).step_by(64).zip(map.chunks(8)) {
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            let mut bits = u64::from_le_bytes(word);
            while bits > 0 {
                self.nodes.push(first + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
        self.values.extend(values);
        debug_assert_eq!(self.nodes.len(), self.values.len());
    }

    /// What was pushed since the last end is one sample.
    pub(crate) fn end_sample(&mut self) {
        self.starts.push(self.nodes.len() as u32);
    }

    /// Adds a sample whose values that are not 0 are its events.
    pub(crate) fn push_dense(&mut self, values: impl Iterator<Item = f32>) {
        for (node, value) in (0..).zip(values) {
            if value != 0.0 {
                self.push(node, value);
            }
        }
        self.end_sample();
    }

    /// Moves the events of the newest sample, which is a square picture: so many pixels down and to the right. What leaves
    /// the picture is gone.
    pub(crate) fn move_newest(&mut self, down: i32, right: i32) {
        let side = self.width.isqrt() as i32;
        let last = self.samples() - 1;
        let start = self.starts[last] as usize;
        let mut kept = start;
        for place in start..self.nodes.len() {
            let pixel = self.nodes[place] as i32;
            let (row, column) = (pixel / side + down, pixel % side + right);
            if (0..side).contains(&row) && (0..side).contains(&column) {
                self.nodes[kept] = (row * side + column) as u32;
                self.values[kept] = self.values[place];
                kept += 1;
            }
        }
        self.nodes.truncate(kept);
        self.values.truncate(kept);
        self.starts[last + 1] = kept as u32;
    }

    /// Writes a row a sample, a column a node, with the zeros that are no events.
    pub(crate) fn write_dense(&self, values: &mut Vec<f32>) {
        let width = self.width as usize;
        values.clear();
        values.resize(self.samples() * width, 0.0);
        for (sample, row) in values.chunks_exact_mut(width.max(1)).enumerate() {
            let (nodes, values) = self.sample(sample);
            for (node, value) in nodes.iter().zip(values) {
                row[*node as usize] = *value;
            }
        }
    }

    /// Becomes `other` with each sample's values changed in place; keeps the memory.
    pub(crate) fn copy_changed(&mut self, other: &Self, mut change: impl FnMut(&mut [f32])) {
        self.width = other.width;
        self.starts.clone_from(&other.starts);
        self.nodes.clone_from(&other.nodes);
        self.values.clone_from(&other.values);
        for range in self.starts.windows(2) {
            change(&mut self.values[range[0] as usize..range[1] as usize]);
        }
    }
}

impl EventsByNode {
    /// Turns `events` round, in one pass over them (counting sort).
    pub(crate) fn turn(&mut self, events: &Events) {
        let width = events.width as usize;
        self.starts.clear();
        self.starts.resize(width + 2, 0);
        // Counted two places on, the numbers become where each node's list grows, and then where the next one begins.
        for node in &events.nodes {
            self.starts[*node as usize + 2] += 1;
        }
        for node in 2..width + 2 {
            self.starts[node] += self.starts[node - 1];
        }
        self.samples.resize(events.nodes.len(), 0);
        self.values.resize(events.nodes.len(), 0.0);
        for sample in 0..events.samples() {
            let (nodes, values) = events.sample(sample);
            for (node, value) in nodes.iter().zip(values) {
                let place = &mut self.starts[*node as usize + 1];
                self.samples[*place as usize] = sample as u32;
                self.values[*place as usize] = *value;
                *place += 1;
            }
        }
    }

    /// The samples on which one node fired, ascending, and how strongly on each.
    pub(crate) fn node(&self, node: usize) -> (&[u32], &[f32]) {
        let range = self.starts[node] as usize..self.starts[node + 1] as usize;
        (&self.samples[range.clone()], &self.values[range])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_are_no_events() {
        let mut events = Events::new(4);
        events.push_dense([0.0, 1.5, 0.0, -2.0].into_iter());
        events.push_dense([0.0; 4].into_iter());
        assert_eq!(events.sample(0), (&[1, 3][..], &[1.5, -2.0][..]));
        assert_eq!(events.sample(1), (&[][..], &[][..]));
        assert_eq!((events.samples(), events.count()), (2, 2));
    }

    #[test]
    fn a_picture_moves_and_loses_what_leaves_it() {
        let mut events = Events::new(9);
        events.push_dense([1.0; 9].into_iter());
        events.push_dense([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0].into_iter());
        events.move_newest(1, -1);
        assert_eq!(events.sample(0).0.len(), 9);
        assert_eq!(events.sample(1), (&[3, 4, 6, 7][..], &[2.0, 3.0, 5.0, 6.0][..]));
    }

    #[test]
    fn events_turn_round() {
        let mut events = Events::new(3);
        for sample in [[1.0, 0.0, 2.0], [0.0, 0.0, 3.0], [4.0, 0.0, 0.0]] {
            events.push_dense(sample.into_iter());
        }
        let mut by_node = EventsByNode::default();
        by_node.turn(&Events::new(9));
        by_node.turn(&events);
        assert_eq!(by_node.node(0), (&[0, 2][..], &[1.0, 4.0][..]));
        assert_eq!(by_node.node(1), (&[][..], &[][..]));
        assert_eq!(by_node.node(2), (&[0, 1][..], &[2.0, 3.0][..]));
    }

    #[test]
    fn bad_lists_are_refused_and_named() {
        let mut events = Events::new(4);
        let mut push = |nodes: &[u32], values: &[f32]| events.push_sample(nodes, values);
        assert!(push(&[0, 3], &[1.0, 2.0]).is_ok());
        assert!(push(&[1, 1], &[1.0, 2.0]).unwrap_err().to_string().contains("node 1 at place 1"));
        assert!(push(&[4], &[1.0]).unwrap_err().to_string().contains("not below 4"));
        assert!(push(&[0], &[f32::NAN]).unwrap_err().to_string().contains("NaN"));
        assert!(push(&[0], &[]).is_err());
        assert_eq!((events.samples(), events.count()), (1, 2));
    }
}
