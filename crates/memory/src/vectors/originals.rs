//! The vectors themselves, each at its place.

/// Vectors allocated together: few enough that this takes no time that anybody notices.
const VECTORS_PER_CHUNK: usize = 256;

/// Vectors of the same length.
#[derive(Debug, Clone)]
pub(super) struct Originals {
    dimensions: usize,
    chunks: Vec<Box<[f32]>>,
}

impl Originals {
    pub(super) fn new(dimensions: usize) -> Self {
        Self { dimensions, chunks: Vec::new() }
    }

    /// Puts a vector at a place: one that has been given before, or the next one.
    pub(super) fn set(&mut self, place: u32, vector: &[f32]) {
        if place as usize == self.chunks.len() * VECTORS_PER_CHUNK {
            self.chunks.push(vec![0.0; VECTORS_PER_CHUNK * self.dimensions].into());
        }
        let (chunk, range) = self.find(place);
        self.chunks[chunk][range].copy_from_slice(vector);
    }

    pub(super) fn get(&self, place: u32) -> &[f32] {
        let (chunk, range) = self.find(place);
        &self.chunks[chunk][range]
    }

    pub(super) fn size_bytes(&self) -> usize {
        self.chunks.len() * VECTORS_PER_CHUNK * self.dimensions * size_of::<f32>()
    }

    fn find(&self, place: u32) -> (usize, std::ops::Range<usize>) {
        let first = place as usize % VECTORS_PER_CHUNK * self.dimensions;
        (place as usize / VECTORS_PER_CHUNK, first..first + self.dimensions)
    }
}
