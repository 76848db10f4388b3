//! Vectors at four bits a number: what an exact search reads of all of them.
//!
//! Of eight rows, the same eight numbers lie side by side, then the next eight: a lane of 32 bits is a row, so that nothing
//! is added across lanes, and memory is read from its beginning to its end.

use super::{
    lanes::{LANES, Sums, Words},
    outline::Outline,
    quantised::rounded,
    query::Bound,
    upper_ends::UpperEnds,
};

/// Rows allocated together: nothing large is ever copied to grow.
const ROWS_PER_CHUNK: usize = 256;
/// Rows compared at once: with more, the sums and the question do not fit into a machine's registers.
const ROWS_AT_ONCE: usize = 2 * LANES;
/// Numbers of a row side by side.
const NUMBERS: usize = 8;
/// Largest level of a question: seventeen times as much fits into 16 bits.
const LEVELS: f32 = 1_927.0;

/// Outlines of vectors of the same length, each at its place.
#[derive(Debug, Clone)]
pub(super) struct Outlines {
    /// Pieces of [`NUMBERS`] in a row.
    width: usize,
    chunks: Vec<Chunk>,
}

#[derive(Debug, Clone)]
struct Chunk {
    /// Of [`ROWS_AT_ONCE`] rows the first piece, then the next one.
    pieces: Box<[[Words; 2]]>,
    scales: Box<[f32; ROWS_PER_CHUNK]>,
    /// Of places that nothing may be found at: below any number, so that no bound lets them in.
    errors: Box<[f32; ROWS_PER_CHUNK]>,
}

impl Outlines {
    pub(super) fn new(dimensions: usize) -> Self {
        Self { width: dimensions / NUMBERS, chunks: Vec::new() }
    }

    /// Puts a row at a place: one that has been given before, or the next one.
    pub(super) fn set(&mut self, place: u32, row: &Outline) {
        let place = place as usize;
        if place == self.chunks.len() * ROWS_PER_CHUNK {
            self.chunks.push(Chunk::new(self.width));
        }
        let (chunk, place) = (&mut self.chunks[place / ROWS_PER_CHUNK], place % ROWS_PER_CHUNK);
        let (group, lane) = (place / ROWS_AT_ONCE, place % ROWS_AT_ONCE);
        let pieces = &mut chunk.pieces[group * self.width..][..self.width];
        for (piece, levels) in pieces.iter_mut().zip(row.levels.as_chunks::<NUMBERS>().0) {
            let words = &mut piece[lane / LANES];
            let mut pairs = words.pairs();
            pairs[lane % LANES] =
                levels.iter().rev().fold(0, |pair, &level| pair << 4 | u32::from(level));
            *words = Words::from_pairs(pairs);
        }
        (chunk.scales[place], chunk.errors[place]) = (row.scale, row.error);
    }

    /// From now on nothing can be found at this place.
    pub(super) fn hide(&mut self, place: u32) {
        let place = place as usize;
        self.chunks[place / ROWS_PER_CHUNK].errors[place % ROWS_PER_CHUNK] = f32::NEG_INFINITY;
    }

    /// What each row's similarity is at most; where nothing can be found, less than any number.
    pub(super) fn upper_ends(&self, question: &Question) -> UpperEnds {
        let mut ends = Vec::with_capacity(self.chunks.len() * ROWS_PER_CHUNK);
        for chunk in &self.chunks {
            let scales = chunk.scales.as_chunks::<ROWS_AT_ONCE>().0;
            let errors = chunk.errors.as_chunks::<ROWS_AT_ONCE>().0;
            let rows = chunk.pieces.chunks_exact(self.width).zip(scales).zip(errors);
            for ((pieces, scales), errors) in rows {
                let similarities = question.compare(pieces, scales);
                let end = |row: usize| similarities[row] + question.bound.of(errors[row]);
                ends.extend_from_slice(&std::array::from_fn::<_, ROWS_AT_ONCE, _>(end));
            }
        }
        UpperEnds::new(ends)
    }

    pub(super) fn size_bytes(&self) -> usize {
        let facts = 2 * size_of::<f32>();
        let words = self.width * size_of::<[Words; 2]>() / ROWS_AT_ONCE;
        self.chunks.len() * ROWS_PER_CHUNK * (words + facts)
    }
}

impl Chunk {
    fn new(width: usize) -> Self {
        Self {
            pieces: vec![[Words::ZERO; 2]; ROWS_PER_CHUNK / ROWS_AT_ONCE * width].into(),
            scales: Box::new([0.0; ROWS_PER_CHUNK]),
            errors: Box::new([f32::NEG_INFINITY; ROWS_PER_CHUNK]),
        }
    }
}

/// A vector of length 1 as whole numbers in the order in which outlines are read.
///
/// A byte of a row is `16 * upper + lower`, of two numbers' levels. So that no more of it is taken apart than its lower half,
/// it is multiplied by `u`, and that half by `16 * l - u` besides: together, that is 16 times `upper * u + lower * l`.
///
/// No sum overflows: of at most 512 terms, products add up to 16 * 15 * 1,927 * 512 < 2^28.
#[derive(Debug)]
pub(super) struct Question {
    /// For each piece what meets the lower halves of low bytes, low bytes, the lower halves of high bytes, and high bytes.
    pieces: Vec<[Words; 4]>,
    /// What sums start with: levels stand for what is 7.5 below them.
    start: i32,
    scale: f32,
    bound: Bound,
}

impl Question {
    /// Of a vector of length 1.
    pub(super) fn new(unit: &[f32]) -> Self {
        let (levels, scale, error) = rounded(unit, LEVELS);
        let levels: Vec<i16> = levels.iter().map(|&level| level as i16).collect();
        let pieces = levels.as_chunks().0.iter().map(Self::piece).collect();
        let sum: i32 = levels.iter().map(|&level| i32::from(level)).sum();
        Self { pieces, start: -120 * sum, scale: scale / 16.0, bound: Bound::new(error) }
    }

    fn piece(levels: &[i16; NUMBERS]) -> [Words; 4] {
        let [a, b, c, d, e, f, g, h] = *levels;
        let factors = [[16 * a - b, 16 * e - f], [b, f], [16 * c - d, 16 * g - h], [d, h]];
        factors.map(|[a, b]| Words::from_words([a, b, a, b, a, b, a, b]))
    }

    #[inline(always)]
    fn compare(&self, pieces: &[[Words; 2]], scales: &[f32; ROWS_AT_ONCE]) -> [f32; ROWS_AT_ONCE] {
        let mut sums = [Sums::ZERO; 2];
        for (words, factors) in pieces.iter().zip(&self.pieces) {
            for (sum, words) in sums.iter_mut().zip(words) {
                let (low, high) = (words.low_bytes(), words.high_bytes());
                *sum = *sum
                    + low.low_halves().products(factors[0])
                    + low.products(factors[1])
                    + high.low_halves().products(factors[2])
                    + high.products(factors[3]);
            }
        }
        let totals = sums.map(Sums::lanes);
        std::array::from_fn(|row| {
            let total = totals[row / LANES][row % LANES] + self.start;
            total as f32 * (scales[row] * self.scale)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::unit::{similarity, unit};
    use proptest::prelude::*;

    /// Lengths that the lanes divide, numbers of very different sizes, and more rows than are compared at once.
    fn rows() -> impl Strategy<Value = Vec<Vec<f32>>> {
        let number = prop_oneof![-1.0_f32..1.0, Just(0.0), -1e-3_f32..1e-3, Just(1.0), Just(-1.0)];
        (1..=32_usize, 2..20_usize).prop_flat_map(move |(steps, rows)| {
            prop::collection::vec(prop::collection::vec(number.clone(), 16 * steps), rows)
        })
    }

    fn check(question: &[f32], vectors: &[Vec<f32>]) -> Result<(), TestCaseError> {
        let mut outlines = Outlines::new(question.len());
        for (place, vector) in vectors.iter().enumerate() {
            outlines.set(place as u32, &Outline::of(vector));
        }
        let asked = Question::new(question);
        let mut ends = outlines.upper_ends(&asked);
        let highest = ends.take_highest(1)[0] as usize;
        let ends = ends.all();
        for (place, vector) in vectors.iter().enumerate().filter(|&(place, _)| place != highest) {
            let (exact, end) = (similarity(question, vector), ends[place]);
            let error = asked.bound.of(Outline::of(vector).error);
            prop_assert!(end - 2.0 * error <= exact && exact <= end, "{exact} <= {end}");
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_similarity_lies_above_its_end_or_far_below(vectors in rows()) {
            let vectors: Vec<Vec<f32>> =
                vectors.iter().filter_map(|vector| unit(vector).ok()).collect();
            if let [question, vectors @ ..] = &vectors[..] && !vectors.is_empty() {
                check(question, vectors)?;
                check(question, &[vectors, std::slice::from_ref(question)].concat())?;
            }
        }
    }
}
