//! Streets and house numbers.

use super::super::reader::Reader;
use super::super::tokens::{Class, Shape};
use super::super::words::{
    GERMAN_PREPOSITIONS, PARTICLES, STREET_ENDS, STREETS_BEFORE, STREETS_BEHIND, UNITS,
};
use super::place::place_behind;
use super::{begins_number, house_number, is_capital};

/// Most words of a street's name.
pub(super) const STREET_WORDS_MAX: usize = 6;

/// How German streets end that are common ends of other words too.
const WEAK_ENDS: [&str; 14] = [
    "berg", "brucke", "burg", "garten", "graben", "hof", "kamp", "markt", "park", "ring", "stein",
    "tor", "wall", "zeile",
];

/// `12 Long Acre Road, Apt 4`.
pub(super) fn english(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    if !begins_number(reader, at) {
        return None;
    }
    let mut end = house_number(reader, at)?;
    let mut words = 0;
    let mut street = None;
    while words < STREET_WORDS_MAX {
        let mut word = reader.after_space(end);
        if reader.is_mark(end, '.') && words > 0 {
            word = reader.after_space(end + 1);
        }
        if word == end && words > 0 && !reader.is_one_of(end, "'’-") {
            break;
        }
        if reader.is_one_of(end, "'’-") && words > 0 {
            word = end + 1;
        }
        let ordinal =
            reader.is_number(word) && reader.is_word(word + 1) && reader.str(word + 1).len() == 2;
        if ordinal {
            end = word + 2;
        } else if is_capital(reader, word)
            || (words > 0 && reader.is_in(word, &["de", "of", "s", "the"]))
        {
            end = word + 1;
            if words > 0 && reader.is_in(word, &STREETS_BEHIND) {
                let abbreviated = reader.is_mark(end, '.') && reader.str(word).len() <= 4;
                street = Some(if abbreviated { end + 1 } else { end });
            }
        } else {
            break;
        }
        words += 1;
    }
    let street = street?;
    Some((at, unit(reader, street).unwrap_or(street)))
}

/// Behind `, Apt 4`, `#4`, `, 2nd floor`.
pub(super) fn unit(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let mut word = if reader.is_mark(at, ',') { at + 1 } else { at };
    word = reader.after_space(word);
    if reader.is_mark(word, '#') && reader.is_number(word + 1) {
        return Some(word + 2);
    }
    if !reader.is_in(word, &UNITS) {
        return None;
    }
    let mut number = word + 1;
    if reader.is_one_of(number, ".") {
        number += 1;
    }
    number = reader.after_space(number);
    if reader.is_mark(number, '#') {
        number += 1;
    }
    let mut to = number;
    while to - number < 3
        && (reader.is_number(to) || (reader.is_word(to) && reader.str(to).len() == 1))
    {
        to += 1;
    }
    (to > number).then_some(to)
}

/// `12 bis, rue de la Paix`.
pub(super) fn number_first(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    if !begins_number(reader, at) {
        return None;
    }
    let mut end = house_number(reader, at)?;
    let extra = reader.after_space(end);
    if reader.is_in(extra, &["bis", "quater", "ter"]) {
        end = extra + 1;
    }
    if reader.is_mark(end, ',') {
        end += 1;
    }
    let word = reader.after_space(end);
    (word > end && reader.is_in(word, &STREETS_BEFORE) && reader.str(word).len() > 1)
        .then(|| street_name(reader, word + 1))
        .flatten()
        .map(|to| (at, to))
}

/// `Calle Mayor, 12`, `via Roma 12`, `C/ Mayor nº 12, 2º B`.
pub(super) fn number_last(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    if !reader.is_in(at, &STREETS_BEFORE) {
        return None;
    }
    let short = reader.str(at).len() == 1;
    let slash = reader.is_mark(at + 1, '/');
    if short && !(slash || reader.is_mark(at + 1, '.')) {
        return None;
    }
    // In English, `via` is a preposition.
    let preposition =
        reader.word_before(at).is_some_and(|word| reader.is_in(word, &["a", "di", "in"]));
    let begins = matches!(
        reader.class_before(reader.before_space(at)),
        Class::Line | Class::Mark(':' | ',')
    );
    if reader.is(at, "via") && reader.shape(at) == Some(Shape::Lower) && !preposition && !begins {
        return None;
    }
    let end = street_name(reader, if slash { at + 2 } else { at + 1 })?;
    // `Corso Fagare' 52`
    let end = if reader.is_one_of(end, "'’") { end + 1 } else { end };
    let mut number = end;
    if reader.is_mark(number, ',') {
        number += 1;
    }
    number = reader.after_space(number);
    if reader.is_in(number, &["n", "no", "num", "numero"]) {
        number += 1;
        while reader.is_one_of(number, ".°º") {
            number += 1;
        }
        number = reader.after_space(number);
    }
    let to = house_number(reader, number)?;
    (number > end && reader.str(number).len() <= 4).then(|| (at, floor(reader, to).unwrap_or(to)))
}

/// Behind `, 2º B` or `, piso 3`.
pub(super) fn floor(reader: &Reader<'_>, at: usize) -> Option<usize> {
    if let Some(to) = unit(reader, at) {
        return Some(to);
    }
    let number = reader.after_space(if reader.is_mark(at, ',') { at + 1 } else { return None });
    let marked = reader.is_number(number)
        && (reader.is_one_of(number + 1, "º°ª") || matches!(reader.str(number + 1), "º" | "ª"));
    if !marked {
        return None;
    }
    let letter = reader.after_space(number + 2);
    let lettered = reader.shape(letter) == Some(Shape::Initial);
    Some(if lettered { letter + 1 } else { number + 2 })
}

/// Behind a street's name that begins at a token: capitalised words with particles between.
pub(super) fn street_name(reader: &Reader<'_>, from: usize) -> Option<usize> {
    let mut at = if reader.is_mark(from, '.') { from + 1 } else { from };
    let (mut words, mut end) = (0, None);
    while words < STREET_WORDS_MAX + 2 {
        let word = if reader.is_one_of(at, "'’-.") && words > 0 {
            reader.after_space(at + 1)
        } else {
            reader.after_space(at)
        };
        if word == at && words > 0 {
            break;
        }
        let particle = reader.is_in(word, &PARTICLES)
            || reader.is_in(
                word,
                &["a", "au", "aux", "d", "da", "das", "degli", "des", "do", "dos", "et", "l", "y"],
            );
        let ordinal = reader.is_number(word)
            && words > 0
            && reader.is_space(word + 1)
            && is_capital(reader, word + 2)
            && end.is_none();
        let numbered = (reader.is_number(word) && end.is_none())
            && (particle || ordinal || is_capital(reader, reader.after_space(word + 1)));
        if is_capital(reader, word) {
            end = Some(word + 1);
        } else if !(particle || numbered) {
            break;
        }
        at = word + 1;
        words += 1;
    }
    end
}

/// `Aachener Straße 12`, `Lindenstr. 3a`, `Am Markt 5` before a postcode.
pub(super) fn german(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    if !is_capital(reader, at) {
        return None;
    }
    if reader.is_in(at, &GERMAN_PREPOSITIONS) {
        return prepositional(reader, at);
    }
    let folded = reader.tokens[at].folded;
    let word = std::str::from_utf8(folded.as_bytes()).ok()?;
    let end = STREET_ENDS.iter().filter(|end| word.ends_with(*end)).max_by_key(|end| end.len())?;
    let whole = word.len() == end.len();
    let mut to = at + 1;
    if *end == "str" {
        to += usize::from(reader.is_mark(to, '.'));
    }
    let number = reader.after_space(to);
    let house = house_number(reader, number)?;
    let mut from = at;
    // `Karl-Marx-Allee`, `Aachener Straße`.
    let mut words = 0;
    while words < 4 {
        if reader.class_before(from) == Class::Mark('-') && from >= 2 && reader.is_word(from - 2) {
            from -= 2;
        } else if from == at || words < 1 {
            let before = reader.before_space(from);
            let named = before < from
                && before > 0
                && is_capital(reader, before - 1)
                && (whole || reader.class_before(at) == Class::Mark('-'));
            if !named || from != at && !whole {
                break;
            }
            from = before - 1;
        } else {
            break;
        }
        words += 1;
    }
    if whole && from == at {
        return None;
    }
    // `Am Akazienweg`
    let before = reader.before_space(from);
    if before < from
        && before > 0
        && is_capital(reader, before - 1)
        && reader.is_in(before - 1, &GERMAN_PREPOSITIONS)
        && reader.shape(before - 1) == Some(Shape::Capital)
        && !whole
    {
        from = before - 1;
    } else if from == at
        && !whole
        && before < from
        && before > 0
        && reader.shape(before - 1) == Some(Shape::Capital)
        && !reader.flags(before - 1).word()
    {
        // `Kolonie Buckersberg`
        from = before - 1;
    }
    let weak = WEAK_ENDS.contains(end);
    let short = reader.str(number).len() <= 3;
    let closed = place_behind(reader, house).is_some()
        || reader.ends_line(house)
        || reader.is_mark(house, ',');
    (short && (!weak || closed)).then_some((from, house))
}

/// `An der Eiche 7`, where a postcode or the line's end follows.
pub(super) fn prepositional(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let mut end = at + 1;
    let mut capitals = 0;
    for _ in 0..4 {
        let word = reader.after_space(end);
        let article = reader.is_in(word, &["das", "dem", "den", "der", "die"]);
        if word == end || !(is_capital(reader, word) || article) {
            break;
        }
        capitals += usize::from(!article);
        end = word + 1;
    }
    let number = reader.after_space(end);
    let house = house_number(reader, number)?;
    let closed = place_behind(reader, house).is_some()
        || (reader.ends_line(house) && reader.begins_line(at));
    (capitals > 0 && number > end && reader.str(number).len() <= 3 && closed).then_some((at, house))
}

/// `P.O. Box 12`, `Postfach 12 34 56`.
pub(super) fn box_number(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    if !reader.is_in(at, &["apartado", "box", "postfach"]) {
        return None;
    }
    let number = reader.after_space(at + 1);
    let from = if reader.is(at, "box") {
        let mut from = reader.before_space(at);
        while from > 0
            && at - from < 6
            && (reader.is_mark(from - 1, '.')
                || reader.str(from - 1).len() <= 2 && reader.is_in(from - 1, &["o", "p", "po"]))
        {
            from -= 1;
        }
        if from == reader.before_space(at) { return None } else { from }
    } else {
        at
    };
    let mut to = number;
    while to - number < 8
        && (reader.is_number(to) || reader.is_space(to) && reader.is_number(to + 1))
    {
        to += 1;
    }
    (to > number).then_some((from, to))
}
