//! What BERT's tokenizer makes of characters, by the tables of Unicode.

use memory::embedding::{CharacterKind, Characters, EmbeddingError};
use unicode_normalization::char::decompose_canonical;
use unicode_properties::{GeneralCategory as Category, UnicodeGeneralCategory};

/// As `BasicTokenizer` of BERT's `tokenization.py`, uncased, says.
///
/// # Errors
/// [`EmbeddingError::Characters`] if a version of Unicode folds something to more characters than any before.
pub(crate) fn characters() -> Result<Characters, EmbeddingError> {
    Characters::from_rules(kind, fold)
}

fn kind(character: char) -> CharacterKind {
    match character {
        '\t' | '\n' | '\r' => return CharacterKind::Space,
        '\u{fffd}' => return CharacterKind::Dropped,
        _ if is_ideograph(character) => return CharacterKind::Alone,
        // Not all of these are punctuation to Unicode.
        _ if character.is_ascii_punctuation() => return CharacterKind::Alone,
        _ => {}
    }
    // What no version of Unicode has assigned is part of a word, as in the tokenizer that the model was made with.
    match character.general_category() {
        Category::SpaceSeparator => CharacterKind::Space,
        Category::Control
        | Category::Format
        | Category::PrivateUse
        | Category::Surrogate
        | Category::NonspacingMark => CharacterKind::Dropped,
        // What is no letter of any word is white space to Python's `split`.
        Category::LineSeparator | Category::ParagraphSeparator => CharacterKind::Space,
        Category::ConnectorPunctuation
        | Category::DashPunctuation
        | Category::OpenPunctuation
        | Category::ClosePunctuation
        | Category::InitialPunctuation
        | Category::FinalPunctuation
        | Category::OtherPunctuation => CharacterKind::Alone,
        _ => CharacterKind::Letter,
    }
}

/// The ranges that the original calls Chinese.
fn is_ideograph(character: char) -> bool {
    matches!(
        character,
        '\u{4e00}'..='\u{9fff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{20000}'..='\u{2a6df}'
            | '\u{2a700}'..='\u{2b73f}'
            | '\u{2b740}'..='\u{2b81f}'
            | '\u{2b820}'..='\u{2ceaf}'
            | '\u{f900}'..='\u{faff}'
            | '\u{2f800}'..='\u{2fa1f}'
    )
}

/// Small letters without their marks.
fn fold(character: char) -> String {
    let mut folded = String::new();
    decompose_canonical(character, |part| {
        let is_mark = |part: char| part.general_category() == Category::NonspacingMark;
        folded.extend(part.to_lowercase().filter(|part| !is_mark(*part)));
    });
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use memory::embedding::{Vocabulary, WordPiece};

    #[test]
    fn texts_become_the_words_that_the_original_makes_of_them() {
        let vocabulary = Vocabulary::new("[UNK]\n".to_owned()).expect("is well");
        let tokenizer = WordPiece::new(characters().expect("folds are short"), vocabulary);
        // By the crate `tokenizers` 0.23 for Python, with the model's own tokenizer.json.
        for (text, expected) in [
            ("Héllo, Wörld!", "hello|,|world|!"),
            ("ÅNGSTRÖM İstanbul ẞ ﬁ", "angstrom|istanbul|ß|ﬁ"),
            ("漢字とkana ガギ", "漢|字|とkana|カキ"),
            ("a\u{0}b\u{ad}c\u{200b}d\u{feff} e\u{a0}f\u{2028}g", "abcd|e|f|g"),
            ("x≠y ≈ 5€ $3", "x|=|y|≈|5€|$|3"),
            (
                "\u{d55c}\u{ad6d}\u{c5b4}",
                "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}\u{110b}\u{1165}",
            ),
            ("it's—fine…", "it|'|s|—|fine|…"),
            (
                "𝟘 a\u{301}b ½ \u{e01}\u{e33} 😀x ａB\u{3000}c \u{2126} \u{f900}\u{8c48}",
                "𝟘|ab|½|\u{e01}\u{e33}|😀x|ａb|c|ω|\u{8c48}|\u{8c48}",
            ),
        ] {
            let mut words = Vec::new();
            tokenizer.words(text, |word| words.push(word.to_owned()));
            assert_eq!(words.join("|"), expected);
        }
    }
}
