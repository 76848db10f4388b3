//! The pieces that words are made of, and the number of each.

use super::{EmbeddingError, VOCABULARY_MAX, error::within};

/// What a piece begins with that does not begin a word.
const CONTINUATION: &str = "##";

/// A longer piece is refused: how often a word is looked up before it is known. BERT's longest has 18.
const PIECE_BYTES_MAX: usize = 128;

/// Pieces of words in the order of their numbers, to be found by their text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocabulary {
    /// All pieces, each with a line feed behind it.
    text: String,
    /// Where each piece begins, and where one behind the last would.
    starts: Vec<u32>,
    /// The numbers of pieces that begin words, by their text.
    first: Vec<u16>,
    /// The numbers of pieces that go on with words, by their text.
    further: Vec<u16>,
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
            first: Vec::new(),
            further: Vec::new(),
            unknown: 0,
            piece_bytes_max: 0,
        };
        for number in 0..=u16::MAX {
            if usize::from(number) == vocabulary.len() {
                break;
            }
            let piece = vocabulary.piece(number);
            let (is_further, text) = split(piece);
            let length = text.len();
            if !(1..=PIECE_BYTES_MAX).contains(&length) {
                return damaged(format!("piece {number} has {length} bytes"));
            }
            vocabulary.piece_bytes_max = vocabulary.piece_bytes_max.max(length);
            let list = if is_further { &mut vocabulary.further } else { &mut vocabulary.first };
            list.push(number);
        }
        for list in [&mut vocabulary.first, &mut vocabulary.further] {
            let mut sorted = std::mem::take(list);
            let piece = |number: &u16| split_piece(&vocabulary.text, &vocabulary.starts, *number);
            sorted.sort_unstable_by(|left, right| piece(left).cmp(piece(right)));
            if let Some(twice) = sorted.windows(2).find(|pair| piece(&pair[0]) == piece(&pair[1])) {
                return damaged(format!("`{}` is there twice", piece(&twice[0])));
            }
            *list = sorted;
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
        let list = if goes_on { &self.further } else { &self.first };
        let text = |number: &u16| split_piece(&self.text, &self.starts, *number);
        list.binary_search_by(|number| text(number).cmp(piece)).ok().map(|place| list[place])
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

fn split_piece<'a>(text: &'a str, starts: &[u32], number: u16) -> &'a str {
    split(line(text, starts, number)).1
}

/// Whether a piece goes on with a word, and its text; the sign `##` itself begins one.
fn split(piece: &str) -> (bool, &str) {
    match piece.strip_prefix(CONTINUATION) {
        Some(text) if !text.is_empty() => (true, text),
        _ => (false, piece),
    }
}

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
