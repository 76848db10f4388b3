//! The vectors nearest to another one, exactly or nearly.
#![allow(missing_docs)]
pub struct Index {
    dimensions: usize,
    vectors: std::collections::BTreeMap<u32, Vec<f32>>,
}
impl Index {
    pub fn new(dimensions: usize) -> Self {
        Self { dimensions, vectors: Default::default() }
    }
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }
    pub fn insert(&mut self, key: u32, unit: &[f32]) {
        self.vectors.insert(key, unit.to_vec());
    }
    pub fn remove(&mut self, key: u32) {
        self.vectors.remove(&key);
    }
    pub fn nearest(
        &self,
        unit: &[f32],
        count: usize,
        wanted: impl Fn(u32) -> bool,
    ) -> Vec<(u32, f32)> {
        let mut all: Vec<(u32, f32)> = self
            .vectors
            .iter()
            .filter(|(k, _)| wanted(**k))
            .map(|(k, v)| (*k, v.iter().zip(unit).map(|(a, b)| a * b).sum()))
            .collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        all.truncate(count);
        all
    }
}
