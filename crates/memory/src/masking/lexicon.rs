//! The table of names and common words: see `names.md` for its sources and its layout.

use std::sync::OnceLock;

static TABLE: &str = include_str!("names.txt");

/// Longest entry of the table.
const WORD_BYTES_MAX: usize = 24;

/// What an entry is: several at once for `Rose`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags(u8);

impl Flags {
    const GIVEN: u8 = 1;
    const FAMILY: u8 = 2;
    const WORD: u8 = 4;

    pub(super) fn given(self) -> bool {
        self.0 & Self::GIVEN != 0
    }

    pub(super) fn family(self) -> bool {
        self.0 & Self::FAMILY != 0
    }

    /// A common word or a place, whatever else it is.
    pub(super) fn word(self) -> bool {
        self.0 & Self::WORD != 0
    }
}

/// A word in plain lower-case letters from a to z.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Folded {
    letters: [u8; WORD_BYTES_MAX],
    length: u8,
}

impl Folded {
    /// Empty if the word has letters that are not Latin, or too many.
    pub(super) fn new(word: &str) -> Self {
        let mut folded = Self::default();
        for letter in word.chars().flat_map(char::to_lowercase) {
            let Some(plain) = plain_letters(letter) else { return Self::default() };
            for letter in plain.bytes() {
                let Some(place) = folded.letters.get_mut(usize::from(folded.length)) else {
                    return Self::default();
                };
                *place = letter;
                folded.length += 1;
            }
        }
        folded
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.letters[..usize::from(self.length)]
    }

    pub(super) fn is(&self, word: &str) -> bool {
        self.as_bytes() == word.as_bytes()
    }

    /// Whether it is one of some words, which are in order.
    pub(super) fn is_in(&self, words: &[&str]) -> bool {
        debug_assert!(words.is_sorted());
        self.length > 0
            && words.binary_search_by(|word| word.as_bytes().cmp(self.as_bytes())).is_ok()
    }
}

/// A letter without what is above, below or across it.
fn plain_letters(letter: char) -> Option<&'static str> {
    const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz";
    if letter.is_ascii_lowercase() {
        let place = usize::from(letter as u8 - b'a');
        return Some(&ALPHABET[place..=place]);
    }
    Some(match letter {
        '\u{300}'..='\u{36f}' => "",
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ'..='ặ' | 'ª' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ð' | 'ď' | 'đ' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ'..='ệ' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ỉ' | 'ị' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ơ' | 'ọ'..='ợ' | 'º' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' | 'ụ'..='ự' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' | 'ỳ'..='ỹ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

/// What the table says of a word in plain letters. It reads one line of the table, of 8 kB at most.
pub(super) fn lookup(word: &[u8]) -> Flags {
    let (Some(&[first, second]), true) = (word.first_chunk(), word.len() <= WORD_BYTES_MAX) else {
        return Flags::default();
    };
    let line = lines()[key(first, second)];
    let (mut entry, mut length, mut at) = ([0; 2 * WORD_BYTES_MAX], 0, 0);
    // Entries are in order, each as what differs from the one before.
    while let Some(&head) = line.get(at) {
        at += 1;
        let (shared, flags) = (usize::from((head - b'!') / 7), (head - b'!') % 7 + 1);
        length = shared.min(length);
        while let Some(letter) = line.get(at).filter(|letter| letter.is_ascii_lowercase()) {
            entry[length.min(2 * WORD_BYTES_MAX - 1)] = *letter;
            length += 1;
            at += 1;
        }
        if entry[..length.min(2 * WORD_BYTES_MAX)] == word[2..] {
            return Flags(flags);
        }
    }
    Flags::default()
}

/// The table's lines by their first two letters, without them.
fn lines() -> &'static [&'static [u8]] {
    static LINES: OnceLock<Vec<&'static [u8]>> = OnceLock::new();
    LINES.get_or_init(|| {
        let mut lines: Vec<&[u8]> = vec![&[]; 26 * 26];
        for line in TABLE.lines().map(str::as_bytes) {
            if let Some((&[first, second], rest)) = line.split_first_chunk() {
                lines[key(first, second)] = rest;
            }
        }
        lines
    })
}

fn key(first: u8, second: u8) -> usize {
    usize::from(first - b'a') * 26 + usize::from(second - b'a')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_small_and_in_order() {
        assert!(TABLE.len() <= 150_000, "{} bytes", TABLE.len());
        assert!(TABLE.lines().is_sorted());
        assert!(TABLE.lines().all(|line| line.len() < 8_192));
    }

    #[test]
    fn names_and_words_are_told_apart() {
        let flags = |word: &str| lookup(Folded::new(word).as_bytes());
        assert!(flags("Matthias").given() && !flags("Matthias").word());
        assert!(flags("Müller").family());
        assert!(flags("rose").given() && flags("rose").word());
        assert!(flags("London").word());
        assert_eq!(flags("xqzzt"), Flags::default());
        assert_eq!(flags(""), Flags::default());
        assert_eq!(flags("a"), Flags::default());
        assert_eq!(flags("Иван"), Flags::default());
        assert_eq!(flags(&"a".repeat(100)), Flags::default());
    }

    #[test]
    fn marks_on_letters_do_not_matter() {
        for word in ["Pádraig", "PÁDRAIG", "Pa\u{301}draig"] {
            assert_eq!(Folded::new(word).as_bytes(), b"padraig");
        }
    }
}
