//! Where capsules lie among each other, by their embeddings.

use crate::{
    capsule::{Embedding, Space},
    vectors::{DIMENSIONS_STEP, HITS_MAX, Hit, Reach, VectorError, VectorIndex},
};

/// An index of one space.
pub(super) struct Places {
    space: Space,
    dimensions: usize,
    /// None where there is nothing to compare by.
    index: Option<VectorIndex>,
}

impl Places {
    pub(super) fn new(space: Space, dimensions: usize) -> Self {
        let index = VectorIndex::new(dimensions.next_multiple_of(DIMENSIONS_STEP)).ok();
        Self { space, dimensions, index }
    }

    /// Whether embeddings of this kind are compared here.
    pub(super) fn takes(&self, embedding: &Embedding) -> bool {
        self.is_of(embedding.space, embedding.dimensions())
    }

    /// The same by their space and their length.
    pub(super) fn is_of(&self, space: Space, dimensions: usize) -> bool {
        space == self.space && dimensions == self.dimensions
    }

    pub(super) fn add(&mut self, key: u32, embedding: &Embedding) {
        if !self.takes(embedding) {
            return;
        }
        if let Some(index) = &mut self.index {
            let mut numbers: Vec<i8> = embedding.numbers().collect();
            numbers.resize(index.dimensions(), 0);
            // Capsules are fewer than an index takes. What has no direction lies nowhere.
            let added = index.insert_whole(key, &numbers);
            debug_assert!(matches!(added, Ok(()) | Err(VectorError::NoDirection)));
        }
    }

    /// How many lie here.
    pub(super) fn len(&self) -> usize {
        self.index.as_ref().map_or(0, VectorIndex::len)
    }

    /// Where one lies.
    pub(super) fn vector(&self, key: u32) -> Option<&[f32]> {
        self.index.as_ref()?.get(key)
    }

    pub(super) fn remove(&mut self, key: u32) {
        if let Some(index) = &mut self.index {
            index.remove(key);
        }
    }

    /// The nearest that `wanted` lets through, the nearest first. All are read: as many as a device keeps take some milliseconds.
    pub(super) fn near(
        &self,
        embedding: &Embedding,
        count: usize,
        wanted: impl Fn(u32) -> bool,
    ) -> Vec<Hit> {
        let (Some(unit), Some(index)) = (self.unit(embedding), &self.index) else {
            return Vec::new();
        };
        let hits = index.search(&unit, count.clamp(1, HITS_MAX), Reach::All, wanted);
        hits.unwrap_or_default()
    }

    /// With as many numbers as the index wants.
    fn unit(&self, embedding: &Embedding) -> Option<Vec<f32>> {
        let mut unit = embedding.to_unit().filter(|_| self.takes(embedding))?;
        unit.resize(self.dimensions.next_multiple_of(DIMENSIONS_STEP), 0.0);
        Some(unit)
    }
}
