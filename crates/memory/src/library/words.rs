//! Which texts hold which words: names, numbers and rare words lie nowhere by their meaning, and are what people remember.

use std::{collections::BTreeMap, ops::Bound};

/// Words of one text that are looked at.
const WORDS_MAX: usize = 1_000;

/// Bytes of a word that are looked at.
const WORD_BYTES_MAX: usize = 32;

/// Words that the beginning of one may stand for.
const COMPLETIONS_MAX: usize = 32;

/// Words that are told apart by hashes next to each other: whoever makes up words of one hash finds that they are looked up as
/// words are.
const SAME_HASH_MAX: u64 = 4;

/// Words of English that say nothing of what a text is about, however few texts hold them.
const FUNCTION_WORDS: [&str; 48] = [
    "a", "about", "am", "an", "and", "are", "as", "at", "be", "by", "can", "do", "does", "for",
    "from", "get", "has", "have", "how", "i", "if", "in", "into", "is", "it", "its", "me", "my",
    "not", "of", "on", "or", "so", "that", "the", "there", "this", "to", "was", "we", "what",
    "when", "where", "which", "who", "will", "with", "you",
];

/// Words, each with the keys of the texts that hold it.
///
/// A start adds the words of all texts, a million or so, nearly all of which are there: they are looked up by a hash, because
/// numbers are compared where they lie and words are not.
#[derive(Default)]
pub(super) struct Words {
    /// The number of the word that has this hash, or one just below it.
    by_hash: BTreeMap<u64, u32>,
    /// In their order, for those that are begun.
    in_order: BTreeMap<Box<str>, u32>,
    /// By their numbers: the words, and the keys of the texts that hold each.
    texts: Vec<(Box<str>, Vec<u32>)>,
    count: u32,
}

/// Words that are looked for.
pub(super) struct Sought {
    words: Vec<Vec<String>>,
    weights: Vec<u32>,
}

impl Words {
    /// Another text. Keys are given out in ascending order.
    pub(super) fn add(&mut self, key: u32, text: &str) {
        self.count += 1;
        let mut word = String::new();
        for run in runs(text).take(WORDS_MAX) {
            lower(run, &mut word);
            let number = self.number_of(&word);
            let (_, keys) = &mut self.texts[number as usize];
            if keys.last() != Some(&key) {
                keys.push(key);
            }
        }
    }

    /// A word's number, which it is given where it has none.
    fn number_of(&mut self, word: &str) -> u32 {
        let hash = hash_of(word);
        let new = self.texts.len() as u32;
        for step in 0..SAME_HASH_MAX {
            match self.by_hash.get(&hash.wrapping_add(step)) {
                Some(number) if *self.texts[*number as usize].0 == *word => return *number,
                Some(_) => {}
                None => {
                    self.by_hash.insert(hash.wrapping_add(step), new);
                    return self.take_in(word);
                }
            }
        }
        match self.in_order.get(word) {
            Some(number) => *number,
            None => self.take_in(word),
        }
    }

    fn take_in(&mut self, word: &str) -> u32 {
        let number = self.texts.len() as u32;
        self.in_order.insert(word.into(), number);
        self.texts.push((word.into(), Vec::new()));
        number
    }

    /// The words of `query`, each with how rare it is; the last may be the beginning of one.
    pub(super) fn seek(&self, query: &str) -> Sought {
        let mut sought = Sought { words: Vec::new(), weights: Vec::new() };
        let is_open = query.chars().next_back().is_some_and(char::is_alphanumeric);
        let words: Vec<String> = words_of(query).take(WORDS_MAX).collect();
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
        let number = self.in_order.get(word);
        number.map_or(&[], |number| &self.texts[*number as usize].1)
    }

    fn completions(&self, begun: &str) -> Vec<String> {
        let from = self.in_order.range::<str, _>((Bound::Included(begun), Bound::Unbounded));
        let words = from.map(|(word, _)| word).take_while(|word| word.starts_with(begun));
        let mut words: Vec<String> =
            words.take(COMPLETIONS_MAX).map(|word| word.to_string()).collect();
        if words.is_empty() {
            words.push(begun.to_owned());
        }
        words
    }
}

impl Sought {
    /// Which of the words `text` holds, as they stand there, and their part of the weight of all and one more, from 0 to 1. Words
    /// that nearly all texts hold are named where nothing else is asked for.
    pub(super) fn found_in(&self, text: &str) -> (Vec<String>, f32) {
        let there: Vec<String> = words_of(text).take(WORDS_MAX).collect();
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
    let mut words: Vec<String> = words_of(text).take(WORDS_MAX).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// Runs of letters and digits, in lower case.
fn words_of(text: &str) -> impl Iterator<Item = String> {
    runs(text).map(|run| {
        let mut word = String::new();
        lower(run, &mut word);
        word
    })
}

/// Runs of letters and digits.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| !char.is_alphanumeric()).filter(|run| !run.is_empty())
}

/// FNV-1a (Fowler, Noll and Vo): a few steps for words as short as these, and the same everywhere.
fn hash_of(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
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
        let mut words = Words::default();
        texts.iter().enumerate().for_each(|(key, text)| words.add(key as u32, text));
        words
    }

    #[test]
    fn a_rare_word_counts_for_more_than_common_ones() {
        let texts = ["the hive is full", "the key is here", "the door is open", "the E-37 is slow"];
        let words = words(&texts);
        let sought = words.seek("the hive of ");
        assert_eq!(words.candidates(&sought, 1), [0]);
        let (found, part) = sought.found_in(texts[0]);
        assert_eq!(found, ["hive"]);
        assert!(part > sought.found_in(texts[1]).1);
    }

    #[test]
    fn the_word_that_is_being_written_may_be_any_that_begins_so() {
        let words = words(&["Gardening on Sunday", "guard duty"]);
        assert_eq!(words.candidates(&words.seek("gard"), 8), [0]);
        assert_eq!(words.candidates(&words.seek("gard "), 8), [0; 0]);
        assert_eq!(
            words.seek("gard").found_in("Gardening on Sunday"),
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
    fn nothing_is_found_by_nothing() {
        let words = words(&["one"]);
        assert_eq!(words.candidates(&words.seek(""), 8), [0; 0]);
        assert_eq!(words.seek(" .").found_in("one"), (vec![], 0.0));
    }
}
