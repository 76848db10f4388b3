//! What a tokenizer makes of each character of Unicode: the table comes with the model's file, so that no page downloads
//! tables of Unicode that it has no use for.

use super::{EmbeddingError, error::within, reader::Reader};

/// What a character is to the tokenizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CharacterKind {
    /// Part of a word.
    Letter,
    /// Left out: controls, and marks on letters.
    Dropped,
    /// Ends a word.
    Space,
    /// A word of its own: punctuation, symbols of ASCII, and ideographs.
    Alone,
    /// Stands for other characters: lower case, without accents.
    Folded,
}

/// Ranges of one kind, and what folded characters stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Characters {
    /// The first character of each range, ascending from 0, and the kind of all up to the next.
    ranges: Vec<(u32, CharacterKind)>,
    /// Folded characters, ascending, each with what it stands for.
    folds: Vec<(char, Fold)>,
}

/// At most four characters, NUL behind them.
type Fold = [char; FOLD_MAX];

/// No character of Unicode folds to more.
const FOLD_MAX: usize = 4;

/// Unicode 17 needs fewer than half of these.
const RANGES_MAX: usize = 8_192;
const FOLDS_MAX: usize = 16_384;

const HANGUL: std::ops::RangeInclusive<char> = '\u{ac00}'..='\u{d7a3}';

impl Characters {
    /// From rules: what each character is, and what it is folded to (nothing: it is dropped). What characters are folded
    /// to is not folded again.
    ///
    /// # Errors
    /// [`EmbeddingError::Characters`] if something folds to more than four characters.
    pub fn from_rules(
        kind: impl Fn(char) -> CharacterKind,
        fold: impl Fn(char) -> String,
    ) -> Result<Self, EmbeddingError> {
        let mut ranges = Vec::new();
        let mut folds = Vec::new();
        for character in '\0'..=char::MAX {
            let mut found = kind(character);
            if matches!(found, CharacterKind::Letter | CharacterKind::Alone) {
                let folded = fold(character);
                if folded.is_empty() {
                    found = CharacterKind::Dropped;
                } else if !folded.chars().eq([character]) {
                    found = CharacterKind::Folded;
                    if !HANGUL.contains(&character) {
                        folds.push((character, fold_of(character, &folded)?));
                    }
                }
            }
            if ranges.last().is_none_or(|(_, last)| *last != found) {
                ranges.push((u32::from(character), found));
            }
        }
        Ok(Self { ranges, folds })
    }

    /// What a character is.
    pub fn kind(&self, character: char) -> CharacterKind {
        let behind = self.ranges.partition_point(|(first, _)| *first <= u32::from(character));
        // The first range begins at 0.
        self.ranges[behind - 1].1
    }

    /// Tells `sink` what a folded character stands for.
    pub(super) fn unfold(&self, character: char, mut sink: impl FnMut(char)) {
        if HANGUL.contains(&character) {
            return hangul(character).into_iter().flatten().for_each(sink);
        }
        if let Ok(place) = self.folds.binary_search_by_key(&character, |(from, _)| *from) {
            self.folds[place].1.iter().take_while(|to| **to != '\0').for_each(|to| sink(*to));
        }
    }

    pub(super) fn encode(&self, into: &mut Vec<u8>) {
        into.extend((self.ranges.len() as u32).to_le_bytes());
        for (first, kind) in &self.ranges {
            into.extend((first << 8 | *kind as u32).to_le_bytes());
        }
        into.extend((self.folds.len() as u32).to_le_bytes());
        for (from, to) in &self.folds {
            let length = to.iter().take_while(|to| **to != '\0').count();
            into.extend((u32::from(*from) << 8 | length as u32).to_le_bytes());
            for to in &to[..length] {
                into.extend(u32::from(*to).to_le_bytes());
            }
        }
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, EmbeddingError> {
        let count = reader.count(4)?;
        within("ranges of characters", count, 1, RANGES_MAX)?;
        let mut ranges: Vec<(u32, CharacterKind)> = Vec::with_capacity(count);
        for _ in 0..count {
            let word = reader.u32()?;
            let (first, kind) = (word >> 8, kind_of(word as u8));
            let expected = ranges.last().map_or(0..1, |(last, _)| last + 1..u32::MAX);
            match kind {
                Some(kind) if expected.contains(&first) => ranges.push((first, kind)),
                _ => return Err(EmbeddingError::Characters(first)),
            }
        }
        let count = reader.count(8)?;
        within("folded characters", count, 0, FOLDS_MAX)?;
        let mut folds: Vec<(char, Fold)> = Vec::with_capacity(count);
        for _ in 0..count {
            let word = reader.u32()?;
            let damaged = EmbeddingError::Characters(word >> 8);
            let length = (word & 0xff) as usize;
            let ascends = folds.last().is_none_or(|(last, _)| u32::from(*last) < word >> 8);
            let (Some(from), 1..=FOLD_MAX, true) = (char::from_u32(word >> 8), length, ascends)
            else {
                return Err(damaged);
            };
            let mut to = ['\0'; FOLD_MAX];
            for to in &mut to[..length] {
                *to = char::from_u32(reader.u32()?)
                    .filter(|to| *to != '\0')
                    .ok_or(damaged.clone())?;
            }
            folds.push((from, to));
        }
        Ok(Self { ranges, folds })
    }
}

fn fold_of(character: char, folded: &str) -> Result<Fold, EmbeddingError> {
    let mut fold = ['\0'; FOLD_MAX];
    for (place, to) in folded.chars().enumerate() {
        *fold.get_mut(place).ok_or(EmbeddingError::Characters(character.into()))? = to;
    }
    Ok(fold)
}

fn kind_of(byte: u8) -> Option<CharacterKind> {
    use CharacterKind::{Alone, Dropped, Folded, Letter, Space};
    [Letter, Dropped, Space, Alone, Folded].into_iter().find(|kind| *kind as u8 == byte)
}

/// The letters of a syllable, by the arithmetic of the Unicode Standard, section 3.12.
fn hangul(syllable: char) -> [Option<char>; 3] {
    let index = u32::from(syllable) - 0xac00;
    let (lead, vowel, trail) = (index / 588, index % 588 / 28, index % 28);
    [
        char::from_u32(0x1100 + lead),
        char::from_u32(0x1161 + vowel),
        if trail == 0 { None } else { char::from_u32(0x11a7 + trail) },
    ]
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::sync::LazyLock;

    /// Rules good enough for tests: accents of Latin-1's é, and ASCII's punctuation.
    pub(in crate::embedding) fn simple() -> Characters {
        // Every character of Unicode is asked for, which takes longer than a test.
        static SIMPLE: LazyLock<Characters> = LazyLock::new(rules);
        SIMPLE.clone()
    }

    fn rules() -> Characters {
        let kind = |character: char| match character {
            '\u{300}'..='\u{36f}' => CharacterKind::Dropped,
            _ if character.is_whitespace() => CharacterKind::Space,
            _ if character.is_control() => CharacterKind::Dropped,
            '\u{4e00}'..='\u{9fff}' => CharacterKind::Alone,
            _ if character.is_ascii_punctuation() => CharacterKind::Alone,
            _ => CharacterKind::Letter,
        };
        let fold = |character: char| match character {
            'é' | 'É' => "e".to_owned(),
            '\u{37e}' => ";".to_owned(),
            syllable if HANGUL.contains(&syllable) => {
                hangul(syllable).into_iter().flatten().collect()
            }
            other => other.to_lowercase().filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).collect(),
        };
        Characters::from_rules(kind, fold).expect("nothing folds to more than four characters")
    }

    fn unfolded(characters: &Characters, character: char) -> String {
        let mut text = String::new();
        characters.unfold(character, |to| text.push(to));
        text
    }

    #[test]
    fn characters_are_what_the_rules_say() {
        let characters = simple();
        assert_eq!(characters.kind('a'), CharacterKind::Letter);
        assert_eq!(characters.kind('\n'), CharacterKind::Space);
        assert_eq!(characters.kind('\0'), CharacterKind::Dropped);
        assert_eq!(characters.kind('漢'), CharacterKind::Alone);
        assert_eq!(characters.kind(char::MAX), CharacterKind::Letter);
        assert_eq!(unfolded(&characters, 'É'), "e");
        assert_eq!(unfolded(&characters, '각'), "\u{1100}\u{1161}\u{11a8}");
        assert_eq!(unfolded(&characters, '가'), "\u{1100}\u{1161}");
    }

    #[test]
    fn characters_come_back_from_bytes() {
        let characters = simple();
        let mut bytes = Vec::new();
        characters.encode(&mut bytes);
        assert_eq!(Characters::decode(&mut Reader::new(&bytes)), Ok(characters));
    }

    #[test]
    fn ranges_out_of_order_are_refused() {
        for words in [vec![1u32 << 8], vec![0, 5 << 8, 5 << 8], vec![9], vec![]] {
            let mut bytes = (words.len() as u32).to_le_bytes().to_vec();
            bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
            bytes.extend([0; 4]);
            assert!(Characters::decode(&mut Reader::new(&bytes)).is_err(), "{words:?}");
        }
    }
}
