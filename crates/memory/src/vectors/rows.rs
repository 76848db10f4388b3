//! Vectors as bytes, one after the other, each at its place.

use super::{
    lanes::{BYTES, LANES, Sums, Words},
    quantised::Quantised,
    query::Query,
};

/// Rows allocated together: nothing large is ever copied to grow.
pub(super) const ROWS_PER_CHUNK: usize = 256;
/// Rows compared at once, so that they share what is read of the question.
pub(super) const ROWS_AT_ONCE: usize = LANES;

/// Rows of the same length.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    /// Registers of a row.
    width: usize,
    chunks: Vec<Chunk>,
    len: usize,
}

#[derive(Debug, Clone)]
struct Chunk {
    words: Box<[Words]>,
    scales: Box<[f32; ROWS_PER_CHUNK]>,
    /// Of places that nothing may be found at: below any number, so that no bound lets them in.
    errors: Box<[f32; ROWS_PER_CHUNK]>,
}

impl Rows {
    pub(super) fn new(dimensions: usize) -> Self {
        Self { width: dimensions / BYTES, chunks: Vec::new(), len: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Puts a row at a place: one that has been given before, or the next one.
    pub(super) fn set(&mut self, place: u32, row: &Quantised) {
        let place = place as usize;
        if place == self.chunks.len() * ROWS_PER_CHUNK {
            self.chunks.push(Chunk::new(self.width));
        }
        self.len = self.len.max(place + 1);
        let (chunk, place) = (&mut self.chunks[place / ROWS_PER_CHUNK], place % ROWS_PER_CHUNK);
        let words = &mut chunk.words[place * self.width..][..self.width];
        for (words, &bytes) in words.iter_mut().zip(row.bytes.as_chunks().0) {
            *words = Words::from_bytes(bytes);
        }
        (chunk.scales[place], chunk.errors[place]) = (row.scale, row.error);
    }

    /// From now on no scan finds the row; it can still be compared with.
    pub(super) fn hide(&mut self, place: u32) {
        let place = place as usize;
        self.chunks[place / ROWS_PER_CHUNK].errors[place % ROWS_PER_CHUNK] = f32::NEG_INFINITY;
    }

    /// See [`Quantised::error`].
    pub(super) fn error(&self, place: u32) -> f32 {
        self.chunks[place as usize / ROWS_PER_CHUNK].errors[place as usize % ROWS_PER_CHUNK]
    }

    /// Makes a question of a row.
    pub(super) fn ask(&self, place: u32, query: &mut Query) {
        let (words, scale) = self.row(place);
        query.become_row(words, scale);
    }

    /// The similarity by bytes of four rows.
    #[inline]
    pub(super) fn similarities(
        &self,
        query: &Query,
        places: [u32; ROWS_AT_ONCE],
    ) -> [f32; ROWS_AT_ONCE] {
        let rows = places.map(|place| self.row(place));
        compare(query, rows.map(|(words, _)| words), &rows.map(|(_, scale)| scale))
    }

    /// Tells for every four rows the first one's place, the similarities by bytes and the errors. Places after the last row
    /// are hidden ones.
    #[inline]
    pub(super) fn scan(
        &self,
        query: &Query,
        mut tell: impl FnMut(usize, &[f32; ROWS_AT_ONCE], &[f32; ROWS_AT_ONCE]),
    ) {
        let mut first = 0;
        for chunk in &self.chunks {
            let scales = chunk.scales.as_chunks::<ROWS_AT_ONCE>().0;
            let errors = chunk.errors.as_chunks::<ROWS_AT_ONCE>().0;
            let words = chunk.words.chunks_exact(ROWS_AT_ONCE * self.width);
            for ((words, scales), errors) in words.zip(scales).zip(errors) {
                if first >= self.len {
                    return;
                }
                let (left, right) = words.split_at(2 * self.width);
                let ((a, b), (c, d)) = (left.split_at(self.width), right.split_at(self.width));
                tell(first, &compare(query, [a, b, c, d], scales), errors);
                first += ROWS_AT_ONCE;
            }
        }
    }

    pub(super) fn size_bytes(&self) -> usize {
        let facts = 2 * size_of::<f32>();
        self.chunks.len() * ROWS_PER_CHUNK * (self.width * size_of::<Words>() + facts)
    }

    #[inline]
    fn row(&self, place: u32) -> (&[Words], f32) {
        let chunk = &self.chunks[place as usize / ROWS_PER_CHUNK];
        let place = place as usize % ROWS_PER_CHUNK;
        (&chunk.words[place * self.width..][..self.width], chunk.scales[place])
    }
}

impl Chunk {
    fn new(width: usize) -> Self {
        Self {
            words: vec![Words::ZERO; ROWS_PER_CHUNK * width].into(),
            scales: Box::new([0.0; ROWS_PER_CHUNK]),
            errors: Box::new([f32::NEG_INFINITY; ROWS_PER_CHUNK]),
        }
    }
}

#[inline(always)]
fn compare(
    query: &Query,
    [a, b, c, d]: [&[Words]; ROWS_AT_ONCE],
    scales: &[f32; ROWS_AT_ONCE],
) -> [f32; ROWS_AT_ONCE] {
    let mut sums = [Sums::ZERO; ROWS_AT_ONCE];
    for ((((a, b), c), d), [even, odd]) in a.iter().zip(b).zip(c).zip(d).zip(&query.pieces) {
        for (sum, bytes) in sums.iter_mut().zip([a, b, c, d]) {
            let low = bytes.low_bytes().products(*even);
            *sum = *sum + low + bytes.high_bytes().products(*odd);
        }
    }
    let totals = Sums::totals(sums);
    std::array::from_fn(|row| {
        totals[row].wrapping_add(query.start) as f32 * (scales[row] * query.scale)
    })
}
