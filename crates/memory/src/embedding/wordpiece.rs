//! BERT's uncased tokenizer: texts as pieces of words.
//!
//! Controls are left out, letters become small and lose their accents, punctuation marks and ideographs are words of their
//! own, and each word is cut into the longest pieces that the vocabulary has, from its beginning on (Schuster and Nakajima
//! 2012; Devlin et al. 2018, `tokenization.py`).

use super::{CharacterKind, Characters, Vocabulary, boundary, within_limit};

/// A longer word is unknown as a whole, as in the original.
const WORD_CHARACTERS_MAX: usize = 100;

/// The tokenizer: what characters are, and which pieces there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordPiece {
    characters: Characters,
    vocabulary: Vocabulary,
}

impl WordPiece {
    /// Of its parts.
    pub fn new(characters: Characters, vocabulary: Vocabulary) -> Self {
        Self { characters, vocabulary }
    }

    /// What characters are.
    pub fn characters(&self) -> &Characters {
        &self.characters
    }

    /// Which pieces there are.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The numbers of a text's pieces, without marks at its beginning and end.
    pub fn numbers(&self, text: &str) -> Vec<u16> {
        let mut numbers = Vec::new();
        self.pieces(text).each(|number| {
            numbers.push(number);
            true
        });
        numbers
    }

    /// The pieces of a text, of which the part [`within_limit`] is looked at.
    pub fn pieces<'a>(&'a self, text: &'a str) -> Pieces<'a> {
        Pieces { tokenizer: self, text: within_limit(text) }
    }

    /// A text's words before they are cut into pieces: what is compared where words themselves count.
    pub fn words(&self, text: &str, mut sink: impl FnMut(&str)) {
        self.each_word(text, |word| {
            sink(word);
            true
        });
    }

    /// Tells `sink` word after word until it answers `false`.
    fn each_word(&self, text: &str, mut sink: impl FnMut(&str) -> bool) {
        let mut word = String::new();
        for character in within_limit(text).chars() {
            let mut go_on = true;
            match self.kind(character) {
                CharacterKind::Folded => self.characters.unfold(character, |to| {
                    go_on = go_on && self.add(to, &mut word, &mut sink);
                }),
                _ => go_on = self.add(character, &mut word, &mut sink),
            }
            if !go_on {
                return;
            }
        }
        if !word.is_empty() {
            sink(&word);
        }
    }

    /// Adds a character that stands for itself; `false` if no more words are wanted.
    fn add(&self, character: char, word: &mut String, sink: &mut impl FnMut(&str) -> bool) -> bool {
        let kind = self.kind(character);
        match kind {
            CharacterKind::Dropped => true,
            CharacterKind::Letter | CharacterKind::Folded => {
                word.push(character);
                true
            }
            CharacterKind::Space | CharacterKind::Alone => {
                let mut go_on = word.is_empty() || sink(word);
                word.clear();
                if go_on && kind == CharacterKind::Alone {
                    go_on = sink(character.encode_utf8(&mut [0; 4]));
                }
                go_on
            }
        }
    }

    /// The kind of a character, at once for what most texts are made of.
    fn kind(&self, character: char) -> CharacterKind {
        if character.is_ascii_lowercase() {
            CharacterKind::Letter
        } else {
            self.characters.kind(character)
        }
    }

    /// Cuts a word; `numbers` is for what it finds on the way. `false` if no more pieces are wanted.
    fn cut(&self, word: &str, numbers: &mut Vec<u16>, sink: &mut impl FnMut(u16) -> bool) -> bool {
        numbers.clear();
        let mut rest = word;
        if word.len() > WORD_CHARACTERS_MAX && word.chars().count() > WORD_CHARACTERS_MAX {
            return sink(self.vocabulary.unknown());
        }
        while !rest.is_empty() {
            let Some((number, length)) = self.longest(rest, !numbers.is_empty()) else {
                return sink(self.vocabulary.unknown());
            };
            numbers.push(number);
            rest = &rest[length..];
        }
        numbers.iter().all(|number| sink(*number))
    }

    /// The longest piece at the beginning of what is left of a word, and its length in bytes.
    fn longest(&self, rest: &str, goes_on: bool) -> Option<(u16, usize)> {
        let mut end = boundary(rest, self.vocabulary.piece_bytes_max());
        while end > 0 {
            if let Some(number) = self.vocabulary.number(&rest[..end], goes_on) {
                return Some((number, end));
            }
            end = boundary(rest, end - 1);
        }
        None
    }
}

/// Pieces of one text.
#[derive(Debug, Clone, Copy)]
pub struct Pieces<'a> {
    tokenizer: &'a WordPiece,
    text: &'a str,
}

impl Pieces<'_> {
    /// Tells `sink` the number of piece after piece until it answers `false`: no memory is taken for each.
    pub fn each(self, mut sink: impl FnMut(u16) -> bool) {
        let mut numbers = Vec::with_capacity(WORD_CHARACTERS_MAX);
        self.tokenizer
            .each_word(self.text, |word| self.tokenizer.cut(word, &mut numbers, &mut sink));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedding::{TEXT_BYTES_MAX, characters::tests::simple};
    use proptest::prelude::*;

    fn tokenizer() -> WordPiece {
        let pieces = "[PAD]\n[UNK]\nun\n##aff\n##able\nafraid\n!\n,\ncafe\n漢\n字\n;\na\n##a\n";
        WordPiece::new(simple(), Vocabulary::new(pieces.to_owned()).expect("is well"))
    }

    fn pieces(text: &str) -> Vec<String> {
        let tokenizer = tokenizer();
        let numbers = tokenizer.numbers(text);
        numbers.iter().map(|number| tokenizer.vocabulary().piece(*number).to_owned()).collect()
    }

    #[test]
    fn words_are_cut_into_the_longest_pieces() {
        assert_eq!(pieces("Unaffable"), ["un", "##aff", "##able"]);
        assert_eq!(pieces("UNAFRAID un"), ["[UNK]", "un"]);
    }

    #[test]
    fn a_word_that_cannot_be_cut_to_its_end_is_unknown_as_a_whole() {
        assert_eq!(pieces("unaffabel un"), ["[UNK]", "un"]);
    }

    #[test]
    fn punctuation_and_ideographs_are_words() {
        assert_eq!(pieces("un,afraid!!漢字un"), ["un", ",", "afraid", "!", "!", "漢", "字", "un"]);
    }

    #[test]
    fn accents_and_controls_vanish() {
        assert_eq!(pieces("CAFÉ cafe\u{301} ca\u{0}fe\u{37e}"), ["cafe", "cafe", "cafe", ";"]);
    }

    #[test]
    fn words_of_more_than_a_hundred_characters_are_unknown() {
        assert_eq!(pieces(&"a".repeat(100)).len(), 100);
        assert_eq!(pieces(&"a".repeat(101)), ["[UNK]"]);
    }

    #[test]
    fn texts_without_words_have_no_pieces() {
        assert!(pieces("").is_empty());
        assert!(pieces(" \t\n\u{301}\0").is_empty());
    }

    #[test]
    fn a_text_of_any_length_is_cut_and_not_refused() {
        assert_eq!(pieces(&"un ".repeat(TEXT_BYTES_MAX)).len(), TEXT_BYTES_MAX / 3);
    }

    #[test]
    fn whoever_has_enough_stops_the_tokenizer() {
        let mut seen = 0;
        tokenizer().pieces("un un un, un").each(|_| {
            seen += 1;
            seen < 2
        });
        assert_eq!(seen, 2);
    }

    proptest! {
        #[test]
        fn any_text_has_known_numbers(text in any::<String>()) {
            let tokenizer = tokenizer();
            for number in tokenizer.numbers(&text) {
                prop_assert!(usize::from(number) < tokenizer.vocabulary().len());
            }
        }

        #[test]
        fn spaces_around_words_change_nothing(words in proptest::collection::vec("[a-z!,]{1,8}", 0..8)) {
            let tokenizer = tokenizer();
            prop_assert_eq!(tokenizer.numbers(&words.join(" ")), tokenizer.numbers(&format!("\t{} ", words.join(" \n "))));
        }
    }
}
