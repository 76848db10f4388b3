//! Postcodes and places.

use super::super::reader::Reader;
use super::super::tokens::{Class, Shape};
use super::super::words::{NO_PHONE_AFTER, NO_PHONE_BEFORE, PARTICLES, STATES};
use super::{begins_number, is_capital};

/// Most words of a place's name.
const PLACE_WORDS_MAX: usize = 4;

/// Behind a postcode and a place that follow a street, after a comma, a line's end or space.
pub(super) fn place_behind(reader: &Reader<'_>, street: usize) -> Option<usize> {
    let mut at = street;
    let mut gap = 0;
    while gap < 4
        && (reader.is_space(at)
            || reader.is_line(at) && at < reader.len()
            || reader.is_one_of(at, ",;-–·"))
    {
        at += 1;
        gap += 1;
    }
    if gap == 0 {
        return None;
    }
    european(reader, at).or_else(|| {
        let city = place_name(reader, at);
        let code = city.map_or(at, |city| {
            let city = if reader.is_mark(city, ',') { city + 1 } else { city };
            reader.after_space(city)
        });
        british(reader, code)
            .or_else(|| city.and(american(reader, code)))
            .or_else(|| city.and(zip(reader, code)))
            .or_else(|| {
                city.filter(|_| reader.is_mark(street, ',') && city_closes(reader, at, city))
            })
    })
}

/// Whether a place without a postcode, after a street and a comma, ends its line or part of a sentence.
pub(super) fn city_closes(reader: &Reader<'_>, from: usize, city: Option<usize>) -> bool {
    city.is_some_and(|city| {
        city - from <= 3 && (reader.ends_line(city) || reader.is_one_of(city, ".,;)"))
    })
}

/// `D-10115 Berlin`, `75011 Paris`, `1012 AB Amsterdam`, `28004 Madrid`.
pub(super) fn european(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let mut code = at;
    if reader.is_word(code) && reader.str(code).len() <= 3 && reader.is_mark(code + 1, '-') {
        code += 2;
    }
    if !reader.is_number(code) || !(4..=5).contains(&reader.str(code).len()) {
        return None;
    }
    let mut city = code + 1;
    if reader.str(code).len() == 4 {
        let letters = reader.after_space(city);
        if reader.shape(letters) == Some(Shape::Upper) && reader.str(letters).len() == 2 {
            city = letters + 1;
        }
    }
    let name = reader.after_space(city);
    if name == city || reader.is_in(name, &NO_PHONE_AFTER) {
        return None;
    }
    place_name(reader, name)
}

/// Behind the name of a place: capitalised words, with particles, hyphens and apostrophes.
pub(super) fn place_name(reader: &Reader<'_>, from: usize) -> Option<usize> {
    let (mut at, mut words, mut end) = (from, 0, None);
    while words < PLACE_WORDS_MAX + 2 {
        let word = if words == 0 {
            at
        } else if reader.is_one_of(at, "-'’/") || reader.is_space(at) && reader.str(at).len() == 1
        {
            at + 1
        } else {
            break;
        };
        let particle = reader.is_in(word, &PARTICLES)
            || reader.is_in(
                word,
                &["am", "an", "en", "i", "im", "in", "les", "lez", "sous", "sur", "upon"],
            );
        let state = reader.shape(word) == Some(Shape::Upper) && reader.str(word).len() == 2;
        if is_capital(reader, word) && !state {
            end = Some(word + 1);
        } else if !particle || words == 0 && !reader.is_in(word, &["la", "le", "les"]) {
            break;
        }
        at = word + 1;
        words += 1;
    }
    end
}

/// Behind `IL 62704` or `IL 62704-1234`.
pub(super) fn american(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let state = reader.shape(at) == Some(Shape::Upper) && reader.is_in(at, &STATES);
    let code = reader.after_space(at + 1);
    (state && code > at + 1).then(|| zip(reader, code)).flatten()
}

pub(super) fn zip(reader: &Reader<'_>, at: usize) -> Option<usize> {
    if !reader.is_number(at) || reader.str(at).len() != 5 {
        return None;
    }
    let extended =
        reader.is_mark(at + 1, '-') && reader.is_number(at + 2) && reader.str(at + 2).len() == 4;
    let to = if extended { at + 3 } else { at + 1 };
    (!matches!(reader.class(to), Class::Word(_) | Class::Mark('-'))).then_some(to)
}

/// Behind `SW1A 1AA`.
pub(super) fn british(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let upper = |at: usize, longest: usize| {
        matches!(reader.shape(at), Some(Shape::Upper | Shape::Initial))
            && reader.str(at).len() <= longest
            && reader.str(at).is_ascii()
    };
    if !upper(at, 2) || !reader.is_number(at + 1) || reader.str(at + 1).len() > 2 {
        return None;
    }
    let space = if upper(at + 2, 1) { at + 3 } else { at + 2 };
    let inward = space + 1;
    let ends = !matches!(reader.class(inward + 2), Class::Word(_) | Class::Number);
    (reader.is_space(space)
        && reader.str(inward).len() == 1
        && reader.is_number(inward)
        && upper(inward + 1, 2)
        && reader.str(inward + 1).len() == 2
        && ends)
        .then_some(inward + 2)
}

/// A postcode and a place where nothing but them can be meant: with a country's letters, or as a part of a list or a line.
pub(super) fn european_alone(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let digits = reader.str(at);
    if !(4..=5).contains(&digits.len()) || digits.ends_with("000") {
        return None;
    }
    let country = matches!(reader.class_before(at), Class::Mark('-'))
        && at >= 2
        && ["A", "B", "CH", "D", "DE", "E", "F", "I", "L", "NL", "AT", "FR", "ES", "IT"]
            .contains(&reader.str(at - 2));
    let from = if country { at - 2 } else { at };
    let to = european(reader, from)?;
    let before = reader.before_space(from);
    let dutch = digits.len() == 4 && reader.str(reader.after_space(at + 1)).len() == 2;
    let listed = reader.begins_line(from)
        || matches!(reader.class_before(before), Class::Mark(',' | '·' | '|' | '–'))
        || (before < from && reader.str(before).len() > 1)
        || reader
            .word_before(from)
            .is_some_and(|word| reader.is_in(word, &["a", "aus", "en", "in", "nach"]));
    let long = digits.len() == 5 || country || dutch;
    let denied = reader.word_before(from).is_some_and(|word| reader.is_in(word, &NO_PHONE_BEFORE));
    let closes = reader.ends_line(to) || reader.is_one_of(to, ".,;)") || !reader.begins_line(from);
    (begins_number(reader, from) || country).then_some(())?;
    (long && (country || listed) && !denied && closes).then_some((from, to))
}

/// `Springfield, IL 62704`.
pub(super) fn american_alone(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let to = american(reader, at)?;
    let mut from = reader.before_space(at);
    if from > 0 && reader.is_mark(from - 1, ',') {
        from -= 1;
    }
    Some((words_before(reader, from)?, to))
}

/// `London SW1A 1AA`, with or without the place.
pub(super) fn british_alone(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    if matches!(
        reader.class_before(at),
        Class::Word(_) | Class::Number | Class::Mark('-' | '/' | '_' | '.')
    ) {
        return None;
    }
    let to = british(reader, at)?;
    let mut before = reader.before_space(at);
    if before > 0 && reader.is_mark(before - 1, ',') {
        before -= 1;
    }
    Some((words_before(reader, before).unwrap_or(at), to))
}

/// Where up to three capitalised words begin that end at a token.
pub(super) fn words_before(reader: &Reader<'_>, to: usize) -> Option<usize> {
    let mut from = to;
    for _ in 0..3 {
        let before = if from == to { from } else { reader.before_space(from) };
        if before == 0 || !matches!(reader.shape(before - 1), Some(Shape::Capital | Shape::Mixed)) {
            break;
        }
        from = before - 1;
    }
    (from < to).then_some(from)
}
