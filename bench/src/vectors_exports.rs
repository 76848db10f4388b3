//! The vector index, for the page that measures.

use crate::vectors::{DIMENSIONS, KINDS, vectors};
use memory::vectors::{Reach, VectorIndex};
use wasm_bindgen::prelude::*;

/// How many nearest ones are looked for.
const WANTED: usize = 10;

/// Vectors, questions like them, and an index.
#[wasm_bindgen]
pub struct Vectors {
    base: Vec<f32>,
    questions: Vec<f32>,
    index: VectorIndex,
}

#[wasm_bindgen]
impl Vectors {
    /// So many of one of [`KINDS`]; the index is empty.
    #[wasm_bindgen(constructor)]
    pub fn new(kind: usize, count: usize, questions: usize) -> Result<Self, JsError> {
        let base = vectors(KINDS[kind], 1, count);
        let questions = vectors(KINDS[kind], 2, questions);
        Ok(Self { base, questions, index: VectorIndex::new(DIMENSIONS)? })
    }

    /// All vectors, one after the other.
    pub fn base(&self) -> Vec<f32> {
        self.base.clone()
    }

    /// All questions, one after the other.
    pub fn questions(&self) -> Vec<f32> {
        self.questions.clone()
    }

    /// Puts all vectors in.
    pub fn insert_all(&mut self) -> Result<(), JsError> {
        for (key, vector) in self.base.chunks_exact(DIMENSIONS).enumerate() {
            self.index.insert(key as u32, vector)?;
        }
        Ok(())
    }

    /// See [`VectorIndex::advance`].
    pub fn advance(&mut self, comparisons: usize) -> bool {
        self.index.advance(comparisons)
    }

    /// Keys of the nearest.
    pub fn exact(&self, question: &[f32]) -> Result<Vec<u32>, JsError> {
        self.search(question, Reach::All)
    }

    /// Keys of the nearest that a walk finds.
    pub fn near(&self, question: &[f32], view: usize) -> Result<Vec<u32>, JsError> {
        self.search(question, Reach::View(view))
    }

    /// Keys of the nearest, by every vector's own numbers in the simplest way.
    pub fn naive(&self, question: &[f32]) -> Vec<u32> {
        let similarity = |vector: &[f32]| -> f64 {
            vector.iter().zip(question).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
        };
        let mut all: Vec<(f64, u32)> =
            self.base.chunks_exact(DIMENSIONS).map(similarity).zip(0..).collect();
        all.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
        all.iter().take(WANTED).map(|(_, key)| *key).collect()
    }

    /// Reads as many bytes as an exact search and does nothing else with them than to add them up.
    pub fn read(&self) -> u32 {
        let quarter = &self.base[..self.base.len() / 4];
        quarter.iter().fold(0, |sum, value| sum.wrapping_add(value.to_bits()))
    }

    /// See [`VectorIndex::size_bytes`].
    pub fn size_bytes(&self) -> usize {
        self.index.size_bytes()
    }

    fn search(&self, question: &[f32], reach: Reach) -> Result<Vec<u32>, JsError> {
        let hits = self.index.search(question, WANTED, reach, |_| true)?;
        Ok(hits.iter().map(|hit| hit.key).collect())
    }
}
