//! Vectors from a table: the rows of a text's pieces, added up.
//!
//! Rows carry their weight in themselves: what stands in every text has short ones (Arora, Liang and Ma 2017, "A simple but
//! tough-to-beat baseline for sentence embeddings"), so that a sum is all there is to do.

use super::{EmbeddingError, Rows, TableFile, WordPiece};
use units::Hash;

/// A model that makes a text into a vector by looking up.
///
/// ```
/// # use memory::embedding::{CharacterKind, Characters, Rows, StaticTable, TableFile, Vocabulary, WordPiece};
/// # let characters = Characters::from_rules(
/// #     |c| if c == ' ' { CharacterKind::Space } else { CharacterKind::Letter }, |c| c.to_string()).unwrap();
/// # let vocabulary = Vocabulary::new("[UNK]\ncat\ncar\n".to_owned()).unwrap();
/// # let rows = Rows::nearest(16, &[vec![], vec![1.0; 16], vec![-1.0; 16]]).unwrap();
/// # let file = TableFile { tokenizer: WordPiece::new(characters, vocabulary), rows }.encode().unwrap();
/// let table = StaticTable::decode(&file)?;
/// let (one, other) = (table.embed("cat cat"), table.embed("cat"));
/// let cosine: f32 = one.iter().zip(&other).map(|(a, b)| a * b).sum();
/// assert!(cosine > 0.999);
/// # Ok::<(), memory::embedding::EmbeddingError>(())
/// ```
#[derive(Debug, Clone)]
pub struct StaticTable {
    tokenizer: WordPiece,
    rows: Rows,
    hash: Hash,
}

impl StaticTable {
    /// Reads a table's file.
    ///
    /// # Errors
    /// [`EmbeddingError`] says what is wrong with it.
    pub fn decode(bytes: &[u8]) -> Result<Self, EmbeddingError> {
        let (TableFile { tokenizer, rows }, hash) = TableFile::decode(bytes)?;
        Ok(Self { tokenizer, rows, hash })
    }

    /// Numbers in a vector.
    pub fn dimensions(&self) -> usize {
        self.rows.dimensions()
    }

    /// Which table it is: vectors of different ones cannot be compared.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// The tokenizer, which the whole model shares.
    pub fn tokenizer(&self) -> &WordPiece {
        &self.tokenizer
    }

    /// The vector of a text: of length 1, or all zeros if the text holds nothing that the table knows. The same bits on
    /// every machine: sums are of whole numbers, roots and quotients are IEEE 754's.
    pub fn embed(&self, text: &str) -> Vec<f32> {
        let mut sums = vec![0i64; self.dimensions()];
        self.tokenizer.pieces(text).each(|piece| {
            self.rows.add(piece, &mut sums);
            true
        });
        let squares: f64 = sums.iter().map(|sum| *sum as f64 * *sum as f64).sum();
        // Where nothing was added, nothing is divided by 0.
        let length = squares.sqrt().max(1.0);
        sums.iter().map(|sum| (*sum as f64 / length) as f32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedding::table_file::tests::small;
    use proptest::prelude::*;

    fn table() -> StaticTable {
        StaticTable::decode(&small().encode().expect("is whole")).expect("is well")
    }

    fn cosine(left: &[f32], right: &[f32]) -> f32 {
        left.iter().zip(right).map(|(left, right)| left * right).sum()
    }

    #[test]
    fn what_means_the_same_lies_near() {
        let table = table();
        let [cat, kitten, car] = ["A cat.", "kitten", "CAR"].map(|text| table.embed(text));
        assert!(cosine(&cat, &kitten) > cosine(&cat, &car) + 0.5);
    }

    #[test]
    fn the_order_of_words_is_not_told() {
        assert_eq!(table().embed("cat car pet"), table().embed("pet car cat"));
    }

    #[test]
    fn a_text_that_says_nothing_is_all_zeros() {
        for text in ["", "zebra", "\u{301}\0 ", "!!"] {
            assert_eq!(table().embed(text), vec![0.0; 16], "{text:?}");
        }
    }

    #[test]
    fn a_vector_has_the_same_bits_everywhere() {
        let bits: Vec<u32> = table()
            .embed("a cat, a kitten and a car")
            .iter()
            .map(|value| value.to_bits())
            .collect();
        let bytes: Vec<u8> = bits.iter().flat_map(|bits| bits.to_le_bytes()).collect();
        let expected = "4ee6175a39473e3e51c7ea6a3dd8a831fc4492d99f241a756c56728de5f7e694";
        assert_eq!(Hash::of(&bytes).to_string(), expected);
    }

    proptest! {
        #[test]
        fn vectors_have_length_one_or_none(text in "(cat|kitten|car|pet|zebra|[^a-z]| ){0,40}") {
            let length: f32 = table().embed(&text).iter().map(|value| value * value).sum();
            prop_assert!(length == 0.0 || (length - 1.0).abs() < 1e-5, "{}", length);
        }
    }
}
