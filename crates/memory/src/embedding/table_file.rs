//! One file with all that makes texts into vectors: what characters are, the pieces of words, and a row for each piece.
//!
//! | Bytes | What |
//! |---|---|
//! | 4 | `PCEM` |
//! | 2 | version, 1 |
//! | 32 | SHA-256 of all that follows |
//! | 2 | numbers in a row, a multiple of 2 |
//! | 4 + 4 a range | ranges of characters: the first << 8, and their kind |
//! | 4 + 4 or more each | folded characters: the character << 8, and how many it stands for; those, in 4 bytes each |
//! | 4 + text | the vocabulary: one piece a line |
//! | 16 | levels: signed bytes |
//! | 2 a piece | scales; where it is 0, the piece has no row |
//! | half a row each | rows in the order of pieces: four bits say which level, the lower half of a byte first |
//!
//! All numbers are little-endian. Number `i` of a piece's row is its scale times the level that its four bits name.

use super::{
    Characters, DIMENSIONS_MAX, DIMENSIONS_MIN, EmbeddingError, Vocabulary, WordPiece,
    error::within, reader::Reader,
};
use units::Hash;

const MAGIC: &[u8; 4] = b"PCEM";
const VERSION: u16 = 1;
const LEVELS: usize = 16;

/// The least mean square error for numbers that are distributed normally (Max 1960, table I), in 46ths of the deviation.
const NORMAL_LEVELS: [i8; LEVELS] =
    [-126, -95, -74, -58, -43, -30, -18, -6, 6, 18, 30, 43, 58, 74, 95, 126];

/// What the file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFile {
    /// Texts to pieces.
    pub tokenizer: WordPiece,
    /// Pieces to vectors.
    pub rows: Rows,
}

/// Rows of whole numbers in four bits each, and a scale for each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    dimensions: usize,
    levels: [i8; LEVELS],
    scales: Vec<u16>,
    /// Which row each piece has, among those that have one.
    places: Vec<u16>,
    halves: Vec<u8>,
}

impl Rows {
    /// The nearest to rows of any size, one for each piece; a piece whose row is empty or 0 has none.
    ///
    /// # Errors
    /// [`EmbeddingError::OutOfBounds`] if the dimensions are not even or beyond their limits.
    ///
    /// # Panics
    /// If a row has another length, or a number that is not finite.
    pub fn nearest(dimensions: usize, rows: &[Vec<f32>]) -> Result<Self, EmbeddingError> {
        check_dimensions(dimensions)?;
        let levels = NORMAL_LEVELS;
        let fits: Vec<(f32, Vec<usize>)> = rows.iter().map(|row| fit(row, &levels)).collect();
        let largest = fits.iter().fold(0.0f32, |largest, (scale, _)| largest.max(*scale));
        let mut scales = Vec::new();
        let mut halves = Vec::new();
        for (row, (scale, places)) in rows.iter().zip(fits) {
            // Rows are scaled alike: only their sizes among each other matter.
            let scale = (scale / largest.max(f32::MIN_POSITIVE) * f32::from(u16::MAX) + 0.5) as u16;
            scales.push(scale);
            if scale == 0 {
                continue;
            }
            assert_eq!(row.len(), dimensions, "every row has as many numbers");
            halves.extend(places.chunks(2).map(|pair| (pair[0] | pair[1] << 4) as u8));
        }
        let places = places(&scales);
        Ok(Self { dimensions, levels, scales, places, halves })
    }

    /// Numbers in a row.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// How many pieces have a row.
    pub fn len(&self) -> usize {
        self.halves.len() / (self.dimensions / 2)
    }

    /// Whether no piece has one.
    pub fn is_empty(&self) -> bool {
        self.halves.is_empty()
    }

    /// Adds a piece's row to sums; `false` if it has none.
    pub(super) fn add(&self, piece: u16, sums: &mut [i64]) -> bool {
        let piece = usize::from(piece);
        let scale = i64::from(self.scales[piece]);
        if scale == 0 {
            return false;
        }
        let bytes = self.dimensions / 2;
        let row = &self.halves[usize::from(self.places[piece]) * bytes..][..bytes];
        for (pair, byte) in sums.as_chunks_mut::<2>().0.iter_mut().zip(row) {
            pair[0] += scale * i64::from(self.levels[usize::from(byte & 15)]);
            pair[1] += scale * i64::from(self.levels[usize::from(byte >> 4)]);
        }
        true
    }

    fn encode(&self, into: &mut Vec<u8>) {
        into.extend(self.levels.iter().map(|level| *level as u8));
        into.extend(self.scales.iter().flat_map(|scale| scale.to_le_bytes()));
        into.extend(&self.halves);
    }

    fn decode(
        reader: &mut Reader<'_>,
        dimensions: usize,
        pieces: usize,
    ) -> Result<Self, EmbeddingError> {
        let mut levels = [0; LEVELS];
        for level in &mut levels {
            *level = reader.u8()? as i8;
        }
        let scales = reader.bytes(2 * pieces)?.as_chunks::<2>().0;
        let scales: Vec<u16> = scales.iter().map(|scale| u16::from_le_bytes(*scale)).collect();
        let rows = scales.iter().filter(|scale| **scale > 0).count();
        let halves = reader.bytes(rows * (dimensions / 2))?.to_vec();
        Ok(Self { dimensions, levels, places: places(&scales), scales, halves })
    }
}

fn places(scales: &[u16]) -> Vec<u16> {
    // Of at most 65,536 pieces, what is counted before the last one fits.
    let mut next = 0u16;
    let place = |scale: &u16| {
        let place = next;
        next = next.wrapping_add(u16::from(*scale > 0));
        place
    };
    scales.iter().map(place).collect()
}

/// A row's scale, and the level of each number: in turns the best levels for a scale and the best scale for them.
fn fit(row: &[f32], levels: &[i8; LEVELS]) -> (f32, Vec<usize>) {
    let squares: f32 = row.iter().map(|value| value * value).sum();
    assert!(squares.is_finite(), "rows are finite");
    let mut scale = (squares / row.len().max(1) as f32).sqrt() / 46.0;
    let mut places = Vec::new();
    if scale == 0.0 {
        return (0.0, places);
    }
    for _ in 0..4 {
        let nearest = |value: &f32| {
            let wanted = value / scale;
            levels
                .windows(2)
                .take_while(|pair| 0.5 * (f32::from(pair[0]) + f32::from(pair[1])) < wanted)
                .count()
        };
        places = row.iter().map(nearest).collect();
        let chosen = || places.iter().map(|place| f32::from(levels[*place]));
        let product: f32 = chosen().zip(row).map(|(level, value)| level * value).sum();
        scale = product / chosen().map(|level| level * level).sum::<f32>();
    }
    (scale, places)
}

impl TableFile {
    /// The file's bytes.
    ///
    /// # Errors
    /// [`EmbeddingError::OutOfBounds`] if there is not one scale a piece.
    pub fn encode(&self) -> Result<Vec<u8>, EmbeddingError> {
        let pieces = self.tokenizer.vocabulary().len();
        within("rows", self.rows.scales.len(), pieces, pieces)?;
        let mut body = Vec::new();
        body.extend((self.rows.dimensions as u16).to_le_bytes());
        self.tokenizer.characters().encode(&mut body);
        let text = self.tokenizer.vocabulary().text();
        body.extend((text.len() as u32).to_le_bytes());
        body.extend(text.as_bytes());
        self.rows.encode(&mut body);
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(Hash::of(&body).as_bytes());
        bytes.extend(body);
        Ok(bytes)
    }

    /// Reads the file, and says the hash in its header, which the rest has been checked against. The memory taken is at
    /// most a few times what the file has.
    ///
    /// # Errors
    /// [`EmbeddingError`] says what is wrong with it.
    pub fn decode(bytes: &[u8]) -> Result<(Self, Hash), EmbeddingError> {
        let mut reader = Reader::new(bytes);
        if reader.bytes(4)? != MAGIC {
            return Err(EmbeddingError::OtherFile);
        }
        let version = reader.u16()?;
        if version != VERSION {
            return Err(EmbeddingError::OtherVersion(version));
        }
        let stated = reader.bytes(32)?;
        let hash = Hash::of(&bytes[4 + 2 + 32..]);
        if hash.as_bytes() != stated {
            return Err(EmbeddingError::Damaged);
        }
        Ok((Self::decode_body(reader)?, hash))
    }

    fn decode_body(mut reader: Reader<'_>) -> Result<Self, EmbeddingError> {
        let dimensions = reader.u16()?.into();
        check_dimensions(dimensions)?;
        let characters = Characters::decode(&mut reader)?;
        let length = reader.count(1)?;
        let text = std::str::from_utf8(reader.bytes(length)?)
            .map_err(|error| EmbeddingError::Vocabulary(error.to_string()))?;
        let vocabulary = Vocabulary::new(text.to_owned())?;
        let rows = Rows::decode(&mut reader, dimensions, vocabulary.len())?;
        reader.end()?;
        Ok(Self { tokenizer: WordPiece::new(characters, vocabulary), rows })
    }

    /// As [`decode`](Self::decode) of a file whose hash is right: for whoever looks for faults behind it.
    #[doc(hidden)]
    pub fn decode_behind_hash(body: &[u8]) -> Result<Self, EmbeddingError> {
        Self::decode_body(Reader::new(body))
    }
}

fn check_dimensions(dimensions: usize) -> Result<(), EmbeddingError> {
    within("numbers in a row, which must be even,", dimensions, DIMENSIONS_MIN, DIMENSIONS_MAX)?;
    match dimensions % 2 {
        0 => Ok(()),
        _ => within("numbers in a row", dimensions, dimensions + 1, DIMENSIONS_MAX),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::embedding::characters::tests::simple;
    use proptest::prelude::*;

    /// Three words that have rows in as many directions, and one between the first two; `[UNK]` has none.
    pub(in crate::embedding) fn small() -> TableFile {
        let vocabulary =
            Vocabulary::new("[UNK]\ncat\nkitten\ncar\npet\n".to_owned()).expect("is well");
        let row = |directions: &[usize]| {
            let mut row = vec![0.01f32; 16];
            directions.iter().for_each(|place| row[*place] = 1.0);
            row
        };
        let rows =
            [vec![], row(&[0, 1, 2]), row(&[1, 2, 3]), row(&[9, 10, 11]), row(&[0, 1, 2, 3])];
        let rows = Rows::nearest(16, &rows).expect("sixteen are allowed");
        TableFile { tokenizer: WordPiece::new(simple(), vocabulary), rows }
    }

    #[test]
    fn a_file_comes_back_as_it_was() {
        let file = small();
        let bytes = file.encode().expect("is whole");
        let (back, hash) = TableFile::decode(&bytes).expect("is well");
        assert_eq!(back, file);
        assert_eq!(hash, Hash::of(&bytes[38..]));
        assert_eq!((file.rows.len(), file.rows.dimensions()), (4, 16));
    }

    #[test]
    fn damage_anywhere_is_found() {
        let bytes = small().encode().expect("is whole");
        for place in (0..bytes.len()).step_by(97).chain(0..64) {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1;
            assert!(TableFile::decode(&damaged).is_err(), "byte {place}");
            assert!(TableFile::decode(&bytes[..place]).is_err(), "{place} bytes");
        }
        let mut longer = bytes;
        longer.push(0);
        assert_eq!(TableFile::decode(&longer), Err(EmbeddingError::Damaged));
        assert_eq!(TableFile::decode_behind_hash(&longer[38..]), Err(EmbeddingError::TooLong(1)));
    }

    #[test]
    fn rows_of_odd_or_absurd_lengths_are_refused() {
        for dimensions in [0, 14, 17, 514] {
            assert!(Rows::nearest(dimensions, &[]).is_err(), "{dimensions}");
        }
    }

    #[test]
    fn four_bits_keep_the_direction_of_a_row() {
        let row: Vec<f32> = (0..256).map(|n| ((n * 37 % 101) as f32 - 50.0) / 30.0).collect();
        let rows = Rows::nearest(256, std::slice::from_ref(&row)).expect("is allowed");
        let mut sums = vec![0; 256];
        assert!(rows.add(0, &mut sums));
        let dot: f64 =
            row.iter().zip(&sums).map(|(value, sum)| f64::from(*value) * *sum as f64).sum();
        let size: f64 = row.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>();
        let found: f64 = sums.iter().map(|sum| (*sum as f64).powi(2)).sum::<f64>();
        let cosine = dot / (size * found).sqrt();
        assert!(cosine > 0.99, "{cosine}");
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_refused_or_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = TableFile::decode(&bytes);
            let _ = TableFile::decode_behind_hash(&bytes);
        }

        #[test]
        fn changed_bodies_never_panic(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
            let mut body = small().encode().expect("is whole").split_off(38);
            for (place, byte) in changes {
                let place = place.index(body.len());
                body[place] = byte;
            }
            if let Ok(file) = TableFile::decode_behind_hash(&body) {
                let bytes = file.encode().expect("is whole");
                let table = crate::embedding::StaticTable::decode(&bytes).expect("what was read can be read again");
                table.embed("cat kitten É 각 zz");
            }
        }
    }
}
