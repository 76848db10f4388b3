//! The pieces that words are made of, and the number of each.

use super::{EmbeddingError, VOCABULARY_MAX, error::within};
use core::hash::BuildHasher;
use foldhash::fast::FixedState;
use hashbrown::{HashTable, hash_table::Entry};

/// What a piece begins with that does not begin a word.
const CONTINUATION: &str = "##";

/// A longer piece is refused: how often a word is looked up before it is known. BERT's longest has 18.
const PIECE_BYTES_MAX: usize = 128;

/// Pieces of words in the order of their numbers, to be found by their text.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    /// All pieces, each with a line feed behind it.
    text: String,
    /// Where each piece begins, and where one behind the last would.
    starts: Vec<u32>,
    /// The numbers of pieces, by hashes of their text and of whether they go on with a word.
    numbers: HashTable<u16>,
    unknown: u16,
    /// Of the longest piece, without its marks.
    piece_bytes_max: usize,
}

impl Vocabulary {
    /// From one piece a line, each line ended by a line feed; the piece of line `n` has the number `n`.
    ///
    /// # Errors
    /// [`EmbeddingError::OutOfBounds`] beyond [`VOCABULARY_MAX`] pieces, [`EmbeddingError::Vocabulary`] if a piece is
    /// empty, has more than 128 bytes or appears twice, or if there is no `[UNK]`.
    pub fn new(text: String) -> Result<Self, EmbeddingError> {
        let damaged = |problem: String| Err(EmbeddingError::Vocabulary(problem));
        let count = text.bytes().filter(|byte| *byte == b'\n').count();
        within("pieces of words", count, 1, VOCABULARY_MAX)?;
        if !text.ends_with('\n') {
            return damaged("the last line does not end".to_owned());
        }
        let ends = text.bytes().zip(1u32..).filter(|(byte, _)| *byte == b'\n').map(|(_, end)| end);
        let starts: Vec<u32> = std::iter::once(0).chain(ends).collect();
        let mut vocabulary = Self {
            text,
            starts,
            numbers: HashTable::with_capacity(count),
            unknown: 0,
            piece_bytes_max: 0,
        };
        for number in 0..=u16::MAX {
            if usize::from(number) == vocabulary.len() {
                break;
            }
            let key = key_of(&vocabulary.text, &vocabulary.starts, number);
            let length = key.0.len();
            if !(1..=PIECE_BYTES_MAX).contains(&length) {
                return damaged(format!("piece {number} has {length} bytes"));
            }
            vocabulary.piece_bytes_max = vocabulary.piece_bytes_max.max(length);
            let key_at = |number: &u16| key_of(&vocabulary.text, &vocabulary.starts, *number);
            let numbers = &mut vocabulary.numbers;
            match numbers.entry(hash(key), |it| key_at(it) == key, |it| hash(key_at(it))) {
                Entry::Vacant(free) => drop(free.insert(number)),
                Entry::Occupied(_) => return damaged(format!("`{}` is there twice", key.0)),
            }
        }
        match vocabulary.number("[UNK]", false) {
            Some(unknown) => vocabulary.unknown = unknown,
            None => return damaged("`[UNK]` is missing".to_owned()),
        }
        Ok(vocabulary)
    }

    /// How many pieces there are.
    #[expect(clippy::len_without_is_empty, reason = "`[UNK]` is always there")]
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// A piece with its marks.
    ///
    /// # Panics
    /// If there are not that many.
    pub fn piece(&self, number: u16) -> &str {
        line(&self.text, &self.starts, number)
    }

    /// The number of a piece, given without its marks, that begins a word or goes on with one.
    pub fn number(&self, piece: &str, goes_on: bool) -> Option<u16> {
        let key = (piece, goes_on);
        let is_it = |number: &u16| key_of(&self.text, &self.starts, *number) == key;
        self.numbers.find(hash(key), is_it).copied()
    }

    /// The piece that stands for words that cannot be told.
    pub fn unknown(&self) -> u16 {
        self.unknown
    }

    /// One piece a line.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn piece_bytes_max(&self) -> usize {
        self.piece_bytes_max
    }
}

fn line<'a>(text: &'a str, starts: &[u32], number: u16) -> &'a str {
    let number = usize::from(number);
    &text[starts[number] as usize..starts[number + 1] as usize - 1]
}

/// A piece's text, and whether it goes on with a word; the sign `##` itself begins one.
fn key_of<'a>(text: &'a str, starts: &[u32], number: u16) -> (&'a str, bool) {
    let piece = line(text, starts, number);
    match piece.strip_prefix(CONTINUATION) {
        Some(text) if !text.is_empty() => (text, true),
        _ => (piece, false),
    }
}

fn hash(key: (&str, bool)) -> u64 {
    FixedState::default().hash_one(key)
}

/// All else is made of the text.
impl PartialEq for Vocabulary {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Vocabulary {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_found_where_they_may_stand() {
        let vocabulary = Vocabulary::new("[UNK]\nun\n##un\n##s\n##\n".to_owned()).expect("is well");
        assert_eq!(vocabulary.number("un", false), Some(1));
        assert_eq!(vocabulary.number("un", true), Some(2));
        assert_eq!(vocabulary.number("s", false), None);
        assert_eq!(vocabulary.number("##", false), Some(4));
        assert_eq!((vocabulary.len(), vocabulary.piece(2)), (5, "##un"));
    }

    #[test]
    fn vocabularies_with_faults_are_refused() {
        for text in ["", "[UNK]", "a\n", "[UNK]\na\na\n", "[UNK]\n\n", "[UNK]\n##a\n##a\n"] {
            assert!(Vocabulary::new(text.to_owned()).is_err(), "{text:?}");
        }
        assert!(Vocabulary::new(format!("[UNK]\n{}\n", "a".repeat(129))).is_err());
        assert!(Vocabulary::new("[UNK]\n".repeat(VOCABULARY_MAX + 1)).is_err());
    }
}
