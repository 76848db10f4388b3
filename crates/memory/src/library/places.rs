//! Where capsules lie among each other, by their embeddings.

use crate::{
    capsule::{Embedding, Space},
    vectors::Index,
};

/// An index of one space.
pub(super) struct Places {
    space: Space,
    index: Index,
}

/// A capsule by its key, and the cosine of the angle to what was looked for.
pub(super) struct Near {
    pub key: u32,
    pub similarity: f32,
}

impl Places {
    pub(super) fn new(space: Space, dimensions: usize) -> Self {
        Self { space, index: Index::new(dimensions) }
    }

    /// Whether embeddings of this kind are compared here.
    pub(super) fn takes(&self, embedding: &Embedding) -> bool {
        embedding.space == self.space && embedding.dimensions() == self.index.dimensions()
    }

    pub(super) fn add(&mut self, key: u32, embedding: &Embedding) {
        if let Some(unit) = embedding.to_unit().filter(|_| self.takes(embedding)) {
            self.index.insert(key, &unit);
        }
    }

    pub(super) fn remove(&mut self, key: u32) {
        self.index.remove(key);
    }

    /// The nearest that `wanted` lets through, the nearest first.
    pub(super) fn near(
        &self,
        embedding: &Embedding,
        count: usize,
        wanted: impl Fn(u32) -> bool,
    ) -> Vec<Near> {
        let Some(unit) = embedding.to_unit().filter(|_| self.takes(embedding)) else {
            return Vec::new();
        };
        let hits = self.index.nearest(&unit, count, wanted);
        hits.into_iter().map(|(key, similarity)| Near { key, similarity }).collect()
    }
}
