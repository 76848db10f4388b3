//! What travels between layers: which nodes fired, and how strongly.

/// The events of one sample, by ascending node.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Events {
    width: u32,
    indices: Vec<u32>,
    values: Vec<f32>,
}

/// A list that cannot be events.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEvents {
    /// The two lists do not match.
    #[error("{indices} nodes with {values} values")]
    Lengths {
        /// Nodes named.
        indices: usize,
        /// Values given.
        values: usize,
    },
    /// A node that is out of order, named twice, or beyond the layer.
    #[error("node {index} at place {place} is out of order or not below {width}")]
    Index {
        /// Where in the list.
        place: usize,
        /// The node.
        index: u32,
        /// Nodes there are.
        width: u32,
    },
    /// A value that is no number.
    #[error("node {index} fires with {value}: a finite number is needed")]
    Value {
        /// The node.
        index: u32,
        /// Its value.
        value: f32,
    },
}

impl Events {
    /// No events yet, of a layer of `width` nodes.
    pub fn new(width: u32) -> Self {
        Self { width, indices: Vec::new(), values: Vec::new() }
    }

    /// Events that came from elsewhere.
    ///
    /// # Errors
    /// [`InvalidEvents`] unless nodes ascend, stay below `width`, and fire with finite values.
    pub fn from_parts(
        width: u32,
        indices: Vec<u32>,
        values: Vec<f32>,
    ) -> Result<Self, InvalidEvents> {
        if indices.len() != values.len() {
            let (indices, values) = (indices.len(), values.len());
            return Err(InvalidEvents::Lengths { indices, values });
        }
        let mut least = 0;
        for (place, (&index, &value)) in indices.iter().zip(&values).enumerate() {
            if index < least || index >= width {
                return Err(InvalidEvents::Index { place, index, width });
            }
            if !value.is_finite() {
                return Err(InvalidEvents::Value { index, value });
            }
            least = index + 1;
        }
        Ok(Self { width, indices, values })
    }

    /// Nodes that could have fired.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Nodes that did.
    pub fn len(&self) -> usize {
        self.indices.len()
    }

    /// Whether all nodes are silent.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// Which nodes fired, ascending.
    pub fn indices(&self) -> &[u32] {
        &self.indices
    }

    /// How strongly each of them fired.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Forgets all events and takes another width; keeps the memory.
    pub(crate) fn reset(&mut self, width: u32) {
        self.width = width;
        self.indices.clear();
        self.values.clear();
    }

    pub(crate) fn push(&mut self, index: u32, value: f32) {
        debug_assert!(index < self.width && self.indices.last().is_none_or(|last| *last < index));
        self.indices.push(index);
        self.values.push(value);
    }

    /// Takes the values of a dense row; silent ones are left out.
    pub(crate) fn fill(&mut self, row: impl ExactSizeIterator<Item = f32>) {
        self.reset(row.len() as u32);
        for (index, value) in row.enumerate() {
            if value != 0.0 {
                self.push(index as u32, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_from_elsewhere_are_checked() {
        assert!(Events::from_parts(4, vec![0, 3], vec![1.0, 2.0]).is_ok());
        for (indices, values) in [
            (vec![3, 0], vec![1.0, 1.0]),
            (vec![1, 1], vec![1.0, 1.0]),
            (vec![4], vec![1.0]),
            (vec![0], vec![f32::NAN]),
            (vec![0], vec![]),
        ] {
            assert!(Events::from_parts(4, indices.clone(), values).is_err(), "{indices:?}");
        }
    }
}
