//! A text as all rules read it: tokens, and what of them has been found.

use super::lexicon::Flags;
use super::tokens::{Class, Shape, Token, tokens};
use super::{Finding, Kind};

pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token>,
    found: Vec<Finding>,
    /// How often a rule has looked at a token, and at how many bytes.
    #[cfg(test)]
    pub(super) steps: std::cell::Cell<usize>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            tokens: tokens(text),
            found: Vec::new(),
            #[cfg(test)]
            steps: std::cell::Cell::new(0),
        }
    }

    #[cfg(test)]
    fn count(&self, steps: usize) {
        self.steps.set(self.steps.get() + steps);
    }

    #[cfg(not(test))]
    fn count(&self, _steps: usize) {}

    /// How much has been found.
    pub(super) fn taken(&self) -> usize {
        self.found.len()
    }

    /// What has been found, in order.
    pub(super) fn findings(mut self) -> Vec<Finding> {
        self.found.sort_by_key(|finding| finding.start);
        self.found
    }

    /// Takes tokens out of the text, unless some of them have been taken.
    pub(super) fn take(&mut self, from: usize, to: usize, kind: Kind) {
        let Some(tokens) = self.tokens.get_mut(from..to) else { return };
        let taken = |token: &Token| matches!(token.class, Class::Taken(_));
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return };
        if tokens.iter().any(taken) {
            return;
        }
        self.found.push(Finding { start: first.start, end: last.end, kind });
        for token in tokens {
            token.class = Class::Taken(kind);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// A token's class; the text's ends are ends of lines.
    pub(super) fn class(&self, at: usize) -> Class {
        self.count(1);
        self.tokens.get(at).map_or(Class::Line, |token| token.class)
    }

    /// The class of the token before.
    pub(super) fn class_before(&self, at: usize) -> Class {
        at.checked_sub(1).map_or(Class::Line, |before| self.class(before))
    }

    pub(super) fn str(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| &self.text[token.start..token.end])
    }

    /// The text of several tokens.
    pub(super) fn span(&self, from: usize, to: usize) -> &'a str {
        match (self.tokens.get(from), to.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(first), Some(last)) if from < to => {
                self.count(last.end - first.start);
                &self.text[first.start..last.end]
            }
            _ => "",
        }
    }

    pub(super) fn is_mark(&self, at: usize, mark: char) -> bool {
        self.class(at) == Class::Mark(mark)
    }

    pub(super) fn is_one_of(&self, at: usize, marks: &str) -> bool {
        matches!(self.class(at), Class::Mark(mark) if marks.contains(mark))
    }

    pub(super) fn is_space(&self, at: usize) -> bool {
        self.class(at) == Class::Space
    }

    pub(super) fn is_line(&self, at: usize) -> bool {
        self.class(at) == Class::Line
    }

    pub(super) fn is_number(&self, at: usize) -> bool {
        self.class(at) == Class::Number
    }

    pub(super) fn is_word(&self, at: usize) -> bool {
        matches!(self.class(at), Class::Word(_))
    }

    pub(super) fn shape(&self, at: usize) -> Option<Shape> {
        match self.class(at) {
            Class::Word(shape) => Some(shape),
            _ => None,
        }
    }

    pub(super) fn flags(&self, at: usize) -> Flags {
        self.tokens.get(at).map_or(Flags::default(), |token| token.flags)
    }

    /// Whether a token is a word of a list, which is in order, in plain lower-case letters.
    pub(super) fn is_in(&self, at: usize, words: &[&str]) -> bool {
        self.is_word(at) && self.tokens[at].folded.is_in(words)
    }

    pub(super) fn is(&self, at: usize, word: &str) -> bool {
        self.is_word(at) && self.tokens[at].folded.is(word)
    }

    /// Behind the space at a token, if there is some.
    pub(super) fn after_space(&self, at: usize) -> usize {
        if self.is_space(at) { at + 1 } else { at }
    }

    /// Before the space that ends at a token, if there is some.
    pub(super) fn before_space(&self, at: usize) -> usize {
        match at.checked_sub(1) {
            Some(before) if self.is_space(before) => before,
            _ => at,
        }
    }

    /// The word that ends where a token begins, over space and up to two marks such as in `No. ` or `tel: `.
    pub(super) fn word_before(&self, at: usize) -> Option<usize> {
        let mut at = at;
        for _ in 0..4 {
            at = at.checked_sub(1)?;
            match self.class(at) {
                Class::Word(_) => return Some(at),
                Class::Space
                | Class::Mark('.' | ':' | '#' | '=' | '(' | '"' | '\'' | '°' | 'º') => {}
                _ => return None,
            }
        }
        None
    }

    /// Whether the words of a phrase, each folded, stand right before a token, with no more than space, a colon or an
    /// apostrophe between.
    pub(super) fn follows(&self, at: usize, phrase: &[&str]) -> bool {
        let mut at = at;
        for word in phrase.iter().rev() {
            let mut gap = 0;
            while at > 0 && gap < 3 && self.is_gap(at - 1) {
                at -= 1;
                gap += 1;
            }
            if at == 0 || !self.is(at - 1, word) {
                return false;
            }
            at -= 1;
        }
        true
    }

    fn is_gap(&self, at: usize) -> bool {
        matches!(self.class(at), Class::Space | Class::Mark(':' | '\'' | '’' | '*'))
    }

    /// Whether nothing but space, quoting and bullets stands between the line's begin and a token.
    pub(super) fn begins_line(&self, at: usize) -> bool {
        let mut at = at;
        for _ in 0..8 {
            match self.class_before(at) {
                Class::Line => return true,
                Class::Space | Class::Mark('>' | '|' | '*' | '-' | '•') => at -= 1,
                _ => return false,
            }
        }
        false
    }

    /// Whether nothing but space and a mark or two stands between a token and the line's end.
    pub(super) fn ends_line(&self, at: usize) -> bool {
        let mut at = at;
        for _ in 0..4 {
            match self.class(at) {
                Class::Line => return true,
                Class::Space | Class::Mark('.' | ',' | '!' | ':' | '?' | ';' | '*') => at += 1,
                _ => return false,
            }
        }
        false
    }
}
