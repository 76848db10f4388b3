//! Texts as vectors, so that what means the same lies near.
//!
//! Two models make them. A [`StaticTable`] has a row for every piece of a word and adds rows up: some megabytes, a few
//! microseconds a text, the same bits on every machine. A [`Transformer`] is the model that the table was distilled from:
//! ten times the download and a thousand times the work, for vectors that know of word order.
//!
//! Both read texts with one [`WordPiece`] tokenizer, which comes with the table in one [file](TableFile). Vectors of
//! different models have nothing to do with each other.
//!
//! Texts may be of any length: what is longer than [`TEXT_BYTES_MAX`] is cut at the end of a word.

mod characters;
mod error;
mod reader;
mod static_table;
mod table_file;
mod transformer;
mod vocabulary;
mod wordpiece;

pub use characters::{CharacterKind, Characters};
pub use error::EmbeddingError;
pub use static_table::StaticTable;
pub use table_file::{Rows, TableFile};
#[cfg(test)]
pub(crate) use transformer::tests::model as made_up_model;
pub use transformer::{
    POSITIONS_MAX, Reading, Scratch, Transformer, WHOLE_MODEL, WHOLE_MODEL_BYTES_MAX,
};
pub use vocabulary::Vocabulary;
pub use wordpiece::{Pieces, WordPiece};

/// Of a text, what is behind this is not looked at: the time that one text can take.
pub const TEXT_BYTES_MAX: usize = 64 << 10;

/// Pieces that a tokenizer may know: the memory that a file's promises can take.
pub const VOCABULARY_MAX: usize = 1 << 16;

/// Numbers in a vector: from here...
pub const DIMENSIONS_MIN: usize = 16;

/// ...to here, for the same reason.
pub const DIMENSIONS_MAX: usize = 512;

/// The part of a text that is looked at: all of it, or as much as [`TEXT_BYTES_MAX`] holds, up to the last white space.
pub fn within_limit(text: &str) -> &str {
    if text.len() <= TEXT_BYTES_MAX {
        return text;
    }
    let cut = &text[..boundary(text, TEXT_BYTES_MAX)];
    match cut.rfind(char::is_whitespace) {
        Some(end) => &cut[..end],
        None => cut,
    }
}

/// The last place at or before `end` where no character is cut.
fn boundary(text: &str, end: usize) -> usize {
    // The standard library's `floor_char_boundary` asks for Rust 1.91.
    (0..=end.min(text.len())).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_words() {
        let text = "word ".repeat(TEXT_BYTES_MAX);
        let cut = within_limit(&text);
        assert!(cut.len() <= TEXT_BYTES_MAX && cut.len() > TEXT_BYTES_MAX - 6);
        assert!(cut.ends_with("word"));
        assert_eq!(within_limit("short"), "short");
    }

    #[test]
    fn one_long_word_is_cut_between_characters() {
        let text = "é€".repeat(TEXT_BYTES_MAX);
        let cut = within_limit(&text);
        assert!(cut.len() <= TEXT_BYTES_MAX && cut.len() > TEXT_BYTES_MAX - 4);
    }
}
