//! Which texts hold which words: names, numbers and rare words lie nowhere by their meaning, and are what people remember.

use core::hash::BuildHasher;
use foldhash::fast::FixedState;
use hashbrown::{HashTable, hash_table::Entry};
use std::collections::BTreeMap;

/// Words of one text that are looked at.
const WORDS_MAX: usize = 1_000;

/// Bytes of a word that are looked at.
const WORD_BYTES_MAX: usize = 32;

/// Words that the beginning of one may stand for.
const COMPLETIONS_MAX: usize = 32;

/// Words of English that say nothing of what a text is about, however few texts hold them.
const FUNCTION_WORDS: [&str; 48] = [
    "a", "about", "am", "an", "and", "are", "as", "at", "be", "by", "can", "do", "does", "for",
    "from", "get", "has", "have", "how", "i", "if", "in", "into", "is", "it", "its", "me", "my",
    "not", "of", "on", "or", "so", "that", "the", "there", "this", "to", "was", "we", "what",
    "when", "where", "which", "who", "will", "with", "you",
];

/// Words, each with the keys of the texts that hold it.
///
/// A start adds the words of all texts, a million or so, nearly all of which are there. Each of them costs few reads of memory: it
/// is looked up by a hash, and words are compared by numbers first.
pub(super) struct Words {
    hasher: FixedState,
    /// By their hashes, of 64 bits. Of two words that shared one the later would not be found; no device will see such a pair.
    numbers: HashTable<Numbered>,
    /// In their order, for those that are begun.
    in_order: BTreeMap<Word, u32>,
    /// By the words' numbers: keys of the texts that hold each.
    texts: Vec<Vec<u32>>,
    count: u32,
}

/// A word's hash and its number.
struct Numbered {
    hash: u64,
    number: u32,
}

/// A word that is compared by its first letters before it is read.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Word {
    /// Its first eight bytes as a number, zeros where it ends: none of its own is zero.
    beginning: u64,
    text: Box<str>,
}

impl From<&str> for Word {
    fn from(text: &str) -> Self {
        let mut first = [0; 8];
        first.iter_mut().zip(text.bytes()).for_each(|(first, byte)| *first = byte);
        Self { beginning: u64::from_be_bytes(first), text: text.into() }
    }
}

/// Words that are looked for.
pub(super) struct Sought {
    words: Vec<Vec<String>>,
    weights: Vec<u32>,
}

impl Words {
    /// Of none. Who does not know `seed` cannot make up words that have one hash, which would take as long to look up as all of
    /// them take to compare.
    pub(super) fn new(seed: u64) -> Self {
        Self {
            hasher: FixedState::with_seed(seed),
            numbers: HashTable::new(),
            in_order: BTreeMap::new(),
            texts: Vec::new(),
            count: 0,
        }
    }

    /// What has one key, of which another one's are in ascending order.
    pub(super) fn add<'a>(&mut self, key: u32, texts: impl IntoIterator<Item = &'a str>) {
        self.count += 1;
        each_word(texts, |word| {
            let number = self.number_of(word);
            let keys = &mut self.texts[number as usize];
            if keys.last() != Some(&key) {
                keys.push(key);
            }
        });
    }

    /// A word's number, which it is given where it has none.
    fn number_of(&mut self, word: &str) -> u32 {
        let hash = self.hasher.hash_one(word);
        match self.numbers.entry(hash, |it| it.hash == hash, |it| it.hash) {
            Entry::Occupied(there) => there.get().number,
            Entry::Vacant(free) => {
                let number = self.texts.len() as u32;
                free.insert(Numbered { hash, number });
                self.in_order.insert(word.into(), number);
                self.texts.push(Vec::new());
                number
            }
        }
    }

    /// The words of `query`, each with how rare it is; the last may be the beginning of one.
    pub(super) fn seek(&self, query: &str) -> Sought {
        let mut sought = Sought { words: Vec::new(), weights: Vec::new() };
        let is_open = query.chars().next_back().is_some_and(char::is_alphanumeric);
        let words = words_of([query]);
        let last = words.len().saturating_sub(1);
        for (place, word) in words.into_iter().enumerate() {
            let forms: Vec<String> = match is_open && place == last {
                true => self.completions(&word),
                false => vec![word],
            };
            let texts: usize = forms.iter().map(|form| self.texts_with(form).len()).sum();
            let says_nothing = forms.iter().all(|form| FUNCTION_WORDS.contains(&form.as_str()));
            let weight = if says_nothing { 0 } else { self.weight(texts as u64) };
            sought.weights.push(weight);
            sought.words.push(forms);
        }
        sought
    }

    /// Keys of texts that hold the rarest of the words, `count` at most.
    pub(super) fn candidates(&self, sought: &Sought, count: usize) -> Vec<u32> {
        let mut order: Vec<usize> = (0..sought.words.len()).collect();
        order.sort_by_key(|place| core::cmp::Reverse(sought.weights[*place]));
        let mut keys = Vec::new();
        for place in order {
            for form in &sought.words[place] {
                // The newest first.
                keys.extend(self.texts_with(form).iter().rev().take(count - keys.len()));
            }
            if keys.len() >= count {
                break;
            }
        }
        keys
    }

    /// How many times the number of texts halves until it is that of those which hold a word: 0 for what nearly all hold, and for
    /// what none holds, which tells none from the others.
    fn weight(&self, texts: u64) -> u32 {
        let of = |texts: u64| ((u64::from(self.count) + 1) * 256 / texts).max(256).ilog2() - 8;
        if texts == 0 { 0 } else { of(texts) }
    }

    fn texts_with(&self, word: &str) -> &[u32] {
        let number = self.in_order.get(&Word::from(word));
        number.map_or(&[], |number| &self.texts[*number as usize])
    }

    fn completions(&self, begun: &str) -> Vec<String> {
        let from = self.in_order.range(Word::from(begun)..);
        let words = from.map(|(word, _)| &word.text).take_while(|word| word.starts_with(begun));
        let mut words: Vec<String> =
            words.take(COMPLETIONS_MAX).map(|word| word.to_string()).collect();
        if words.is_empty() {
            words.push(begun.to_owned());
        }
        words
    }
}

impl Sought {
    /// Which of the words `texts` hold, as they stand there, and their part of the weight of all and one more, from 0 to 1. Words
    /// that nearly all texts hold are named where nothing else is asked for.
    pub(super) fn found_in<'a>(
        &self,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> (Vec<String>, f32) {
        let there = words_of(texts);
        let (mut found, mut common, mut weight) = (Vec::new(), Vec::new(), 0);
        for (forms, its) in self.words.iter().zip(&self.weights) {
            if let Some(form) = forms.iter().find(|form| there.contains(form)) {
                weight += its;
                let named = if *its > 0 { &mut found } else { &mut common };
                if !named.contains(form) {
                    named.push(form.clone());
                }
            }
        }
        let all: u32 = self.weights.iter().sum();
        let asks_for_nothing_else = self.weights.iter().all(|weight| *weight == 0);
        let found = if found.is_empty() && asks_for_nothing_else { common } else { found };
        (found, weight as f32 / (all + 1) as f32)
    }
}

/// The words of a text, each once, in order.
pub(super) fn distinct_words(text: &str) -> Vec<String> {
    let mut words = words_of([text]);
    words.sort_unstable();
    words.dedup();
    words
}

/// The words of texts, in order.
fn words_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut words = Vec::new();
    each_word(texts, |word| words.push(word.to_owned()));
    words
}

/// Tells the first [`WORDS_MAX`] words: runs of letters and digits in lower case, no more than [`WORD_BYTES_MAX`] of each.
fn each_word<'a>(texts: impl IntoIterator<Item = &'a str>, mut tell: impl FnMut(&str)) {
    let mut word = String::new();
    let mut left = WORDS_MAX;
    for piece in texts.into_iter().flat_map(pieces) {
        let mut take = |run: &str| {
            lower(run, &mut word);
            if left > 0 && !word.is_empty() {
                left -= 1;
                tell(&word);
            }
        };
        // Nearly all pieces are words as they are, and not looked at twice.
        match piece.is_ascii() {
            true => take(piece),
            false => piece.split(|char: char| !char.is_alphanumeric()).for_each(take),
        }
    }
}

/// What lies between signs of ASCII.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let is_sign = |byte: u8| byte.is_ascii() && !byte.is_ascii_alphanumeric();
    let mut rest = text;
    core::iter::from_fn(move || {
        let from = rest.bytes().position(|byte| !is_sign(byte))?;
        let (_, from) = rest.split_at(from);
        let end = from.bytes().position(is_sign).unwrap_or(from.len());
        let (piece, after) = from.split_at(end);
        rest = after;
        Some(piece)
    })
}

/// Puts the beginning of a run into `word`, in lower case.
fn lower(run: &str, word: &mut String) {
    word.clear();
    if run.is_ascii() {
        word.push_str(&run[..run.len().min(WORD_BYTES_MAX)]);
        word.make_ascii_lowercase();
        return;
    }
    let mut bytes = 0;
    let fits = |char: &char| {
        bytes += char.len_utf8();
        bytes <= WORD_BYTES_MAX
    };
    word.extend(run.chars().take_while(fits).flat_map(char::to_lowercase));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(texts: &[&str]) -> Words {
        let mut words = Words::new(1);
        texts.iter().enumerate().for_each(|(key, text)| words.add(key as u32, [*text]));
        words
    }

    #[test]
    fn a_rare_word_counts_for_more_than_common_ones() {
        let texts = ["the hive is full", "the key is here", "the door is open", "the E-37 is slow"];
        let words = words(&texts);
        let sought = words.seek("the hive of ");
        assert_eq!(words.candidates(&sought, 1), [0]);
        let (found, part) = sought.found_in([texts[0]]);
        assert_eq!(found, ["hive"]);
        assert!(part > sought.found_in([texts[1]]).1);
    }

    #[test]
    fn the_word_that_is_being_written_may_be_any_that_begins_so() {
        let words = words(&["Gardening on Sunday", "guard duty"]);
        assert_eq!(words.candidates(&words.seek("gard"), 8), [0]);
        assert_eq!(words.candidates(&words.seek("gard "), 8), [0; 0]);
        assert_eq!(
            words.seek("gard").found_in(["Gardening on Sunday"]),
            (vec!["gardening".into()], 0.5)
        );
    }

    #[test]
    fn each_word_has_its_texts_in_the_order_in_which_they_came() {
        let texts: Vec<String> = (0..200).map(|n| format!("text {} Of {n}", n % 7)).collect();
        let words = words(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        let all: Vec<u32> = (0..200).collect();
        assert_eq!(words.texts_with("of"), all);
        for rest in 0..7 {
            let expected: Vec<u32> = (0..200).filter(|n| n % 7 == rest || *n == rest).collect();
            assert_eq!(words.texts_with(&rest.to_string()), expected);
        }
        assert_eq!(words.texts_with("Of"), [0; 0]);
    }

    #[test]
    fn words_are_letters_and_digits_of_any_script_in_lower_case() {
        assert_eq!(
            words_of(["Größe: ÉCOLE-7", "", "日本、語 x"]),
            ["größe", "école", "7", "日本", "語", "x"]
        );
        let long = "Ä".repeat(WORD_BYTES_MAX);
        assert_eq!(words_of([long.as_str()]), ["ä".repeat(WORD_BYTES_MAX / 2)]);
        assert_eq!(words_of(["a ".repeat(WORDS_MAX + 1).as_str()]).len(), WORDS_MAX);
    }

    #[test]
    fn words_that_begin_alike_are_in_their_order() {
        let words = words(&["beginnings", "beginning", "begin", "beginner", "begun"]);
        assert_eq!(words.completions("begin"), ["begin", "beginner", "beginning", "beginnings"]);
    }

    #[test]
    fn nothing_is_found_by_nothing() {
        let words = words(&["one"]);
        assert_eq!(words.candidates(&words.seek(""), 8), [0; 0]);
        assert_eq!(words.seek(" .").found_in(["one"]), (vec![], 0.0));
    }
}
