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

    /// Tells for every four rows the first one's place and the similarities by bytes. There may be rows of nothing after the
    /// last one.
    #[inline]
    pub(super) fn scan(&self, query: &Query, mut tell: impl FnMut(usize, &[f32; ROWS_AT_ONCE])) {
        let mut first = 0;
        for chunk in &self.chunks {
            let scales = chunk.scales.as_chunks::<ROWS_AT_ONCE>().0;
            let words = chunk.words.chunks_exact(ROWS_AT_ONCE * self.width);
            for (words, scales) in words.zip(scales) {
                if first >= self.len {
                    return;
                }
                let (left, right) = words.split_at(2 * self.width);
                let ((a, b), (c, d)) = (left.split_at(self.width), right.split_at(self.width));
                tell(first, &compare(query, [a, b, c, d], scales));
                first += ROWS_AT_ONCE;
            }
        }
    }

    /// Tells the places with their rows' similarities by bytes, in the same order.
    #[inline]
    pub(super) fn compare(&self, query: &Query, places: &[u32], mut tell: impl FnMut(u32, f32)) {
        for places in places.chunks(ROWS_AT_ONCE) {
            let four = std::array::from_fn(|row| places[row.min(places.len() - 1)]);
            let similarities = self.similarities(query, four);
            for (&place, similarity) in places.iter().zip(similarities) {
                tell(place, similarity);
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
            errors: Box::new([0.0; ROWS_PER_CHUNK]),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::unit::{similarity, unit};
    use proptest::prelude::*;

    /// Lengths that the lanes divide, and numbers of very different sizes.
    fn pair() -> impl Strategy<Value = (Vec<f32>, Vec<f32>)> {
        let number = prop_oneof![-1.0_f32..1.0, Just(0.0), -1e-3_f32..1e-3, Just(1.0), Just(-1.0)];
        (1..=32_usize).prop_flat_map(move |steps| {
            let vector = || prop::collection::vec(number.clone(), 16 * steps);
            (vector(), vector())
        })
    }

    fn between(query: &Query, rows: &Rows, place: u32) -> [f32; 2] {
        let [by_bytes, ..] = rows.similarities(query, [place; ROWS_AT_ONCE]);
        let bound = query.bound().of(rows.error(place));
        [by_bytes - bound, by_bytes + bound]
    }

    fn check(question: &[f32], vector: &[f32]) -> Result<(), TestCaseError> {
        let (Ok(question), Ok(vector)) = (unit(question), unit(vector)) else {
            return Ok(());
        };
        let query = Query::new(&question);
        let mut rows = Rows::new(vector.len());
        rows.set(0, &Quantised::of(&vector));
        let [lower, upper] = between(&query, &rows, 0);
        let exact = similarity(&question, &vector);
        prop_assert!(lower <= exact && exact <= upper, "{lower} <= {exact} <= {upper}");
        // The bytes lose little: a bound that lets everything in would hold as well.
        prop_assert!(upper - lower < 0.25, "{lower} to {upper}");
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_exact_similarity_lies_between_the_bounds((question, vector) in pair()) {
            check(&question, &vector)?;
            check(&vector, &vector)?;
        }

        #[test]
        fn a_row_asks_what_its_vector_would((question, vector) in pair()) {
            let (Ok(question), Ok(vector)) = (unit(&question), unit(&vector)) else {
                return Ok(());
            };
            let mut rows = Rows::new(vector.len());
            rows.set(0, &Quantised::of(&question));
            rows.set(1, &Quantised::of(&vector));
            let mut query = Query::default();
            rows.ask(0, &mut query);
            let [by_rows, ..] = rows.similarities(&query, [1; ROWS_AT_ONCE]);
            let lost = rows.error(0) + rows.error(1) + rows.error(0) * rows.error(1);
            prop_assert!((by_rows - similarity(&question, &vector)).abs() <= lost + 1e-5);
        }
    }

    #[test]
    fn the_largest_sums_do_not_overflow() {
        for signs in [[1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]] {
            let [question, vector] = signs.map(|sign| vec![sign; 512]);
            check(&question, &vector).unwrap();
        }
    }

    #[test]
    fn a_scan_tells_all_rows() {
        let mut rows = Rows::new(16);
        let all: Vec<u32> = (0..ROWS_PER_CHUNK as u32 + 6).collect();
        for &place in &all {
            let vector: Vec<f32> =
                (0..16).map(|number| (place * number % 7) as f32 - 2.5).collect();
            rows.set(place, &Quantised::of(&unit(&vector).unwrap()));
        }
        let query = Query::new(&unit(&[1.0; 16]).unwrap());
        let (mut scanned, mut compared) = (Vec::new(), Vec::new());
        rows.scan(&query, |_, similarities| scanned.extend_from_slice(similarities));
        rows.compare(&query, &all, |place, similarity| compared.push((place, similarity)));
        scanned.truncate(all.len());
        assert_eq!(compared, all.into_iter().zip(scanned).collect::<Vec<_>>());
    }
}
