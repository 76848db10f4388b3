//! A text as words, numbers, spaces and marks.

use super::Kind;
use super::lexicon::{Flags, Folded, lookup};
use super::placeholder::placeholder_at;

/// A run of one class: tokens stand end to end and cover the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    /// Its first byte.
    pub(super) start: usize,
    /// The byte behind its last.
    pub(super) end: usize,
    pub(super) class: Class,
    /// Of words: without marks on letters, in lower case; empty where that is not in Latin letters or is long.
    pub(super) folded: Folded,
    /// Of words: what the table of names says.
    pub(super) flags: Flags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Letters.
    Word(Shape),
    /// Digits from 0 to 9.
    Number,
    /// Space within a line.
    Space,
    /// The end of a line.
    Line,
    /// Any other character.
    Mark(char),
    /// What has been found, or was masked before.
    Taken(Kind),
}

/// How a word is capitalised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `word`, and scripts without capitals.
    Lower,
    /// `Word`.
    Capital,
    /// `W`.
    Initial,
    /// `WORD`.
    Upper,
    /// `WordPerfect`, `iPod`.
    Mixed,
}

pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((start, character)) = characters.next() {
        if let Some((kind, _, end)) = placeholder_at(text, start) {
            while characters.next_if(|(at, _)| *at < end).is_some() {}
            tokens.push(plain(start, end, Class::Taken(kind)));
            continue;
        }
        let mut end = start + character.len_utf8();
        let mut run = |same: fn(char) -> bool| {
            while let Some((at, next)) = characters.next_if(|(_, next)| same(*next)) {
                end = at + next.len_utf8();
            }
            end
        };
        tokens.push(match character {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => plain(start, end, Class::Line),
            _ if is_space(character) => plain(start, run(is_space), Class::Space),
            '0'..='9' => plain(start, run(|next| next.is_ascii_digit()), Class::Number),
            _ if character.is_alphabetic() => word(text, start, run(is_letter)),
            _ => plain(start, end, Class::Mark(character)),
        });
    }
    tokens
}

fn is_space(character: char) -> bool {
    character.is_whitespace() && !matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// Letters, and the marks that stand behind the letter that they belong to.
fn is_letter(character: char) -> bool {
    character.is_alphabetic() || ('\u{300}'..='\u{36f}').contains(&character)
}

fn plain(start: usize, end: usize, class: Class) -> Token {
    Token { start, end, class, folded: Folded::default(), flags: Flags::default() }
}

fn word(text: &str, start: usize, end: usize) -> Token {
    let folded = Folded::new(&text[start..end]);
    let class = Class::Word(shape(&text[start..end]));
    Token { start, end, class, folded, flags: lookup(folded.as_bytes()) }
}

fn shape(word: &str) -> Shape {
    let mut letters = word.chars().filter(|letter| letter.is_alphabetic());
    let first_upper = letters.next().is_some_and(char::is_uppercase);
    let (mut uppers, mut lowers) = (0, 0);
    for letter in letters {
        if letter.is_uppercase() { uppers += 1 } else { lowers += 1 }
    }
    match (first_upper, uppers, lowers) {
        (false, 0, _) => Shape::Lower,
        (true, 0, 0) => Shape::Initial,
        (true, 0, _) => Shape::Capital,
        (true, _, 0) => Shape::Upper,
        _ => Shape::Mixed,
    }
}
