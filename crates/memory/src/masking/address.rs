//! Where somebody lives: street and house number, postcode and place.
//!
//! A street is told by its kind (`Road`, `-straße`, `rue`, `calle`, `via`) together with a house number; what follows it is
//! taken along where it is a postcode and a place. A postcode and a place are told by themselves too, in their usual forms.

use super::Kind;
use super::reader::Reader;
use super::tokens::{Class, Shape};
use super::words::{
    GERMAN_PREPOSITIONS, NO_PHONE_AFTER, NO_PHONE_BEFORE, PARTICLES, STATES, STREET_ENDS,
    STREETS_BEFORE, STREETS_BEHIND, UNITS,
};

/// Most words of a street's name.
const STREET_WORDS_MAX: usize = 6;
/// Most words of a place's name.
const PLACE_WORDS_MAX: usize = 4;

/// How German streets end that are common ends of other words too.
const WEAK_ENDS: [&str; 14] = [
    "berg", "brucke", "burg", "garten", "graben", "hof", "kamp", "markt", "park", "ring", "stein",
    "tor", "wall", "zeile",
];

pub(super) fn find(reader: &mut Reader<'_>) {
    for at in 0..reader.len() {
        let street = match reader.class(at) {
            Class::Number => english(reader, at).or_else(|| number_first(reader, at)),
            Class::Word(_) => german(reader, at)
                .or_else(|| number_last(reader, at))
                .or_else(|| box_number(reader, at)),
            _ => None,
        };
        if let Some((from, to)) = street {
            let to = place_behind(reader, to).unwrap_or(to);
            reader.take(from, to, Kind::Address);
        }
    }
    for at in 0..reader.len() {
        let place = match reader.class(at) {
            Class::Number => european_alone(reader, at),
            Class::Word(_) => american_alone(reader, at).or_else(|| british_alone(reader, at)),
            _ => None,
        };
        if let Some((from, to)) = place {
            let from = street_before(reader, from).unwrap_or(from);
            reader.take(from, to, Kind::Address);
        }
    }
}

/// Where a street without a known kind begins, before the comma or the line's end in front of a postcode:
/// `Schwanenwerder 13a, 14129 Berlin`.
fn street_before(reader: &Reader<'_>, code: usize) -> Option<usize> {
    let joint = reader.before_space(code).checked_sub(1)?;
    if !reader.is_mark(joint, ',') && !reader.is_line(joint) {
        return None;
    }
    let number =
        (joint.saturating_sub(3)..joint).find(|at| house_number(reader, *at) == Some(joint))?;
    let mut before = number.checked_sub(1).filter(|space| reader.is_space(*space))?;
    if before > 0 && reader.is_mark(before - 1, ',') {
        before -= 1;
    }
    let (mut from, mut at) = (None, before);
    for _ in 0..STREET_WORDS_MAX {
        let word = if at == before {
            at
        } else if reader.class_before(at) == Class::Mark('-') {
            at - 1
        } else {
            reader.before_space(at)
        };
        let Some(word) = word.checked_sub(1).filter(|word| reader.is_word(*word)) else { break };
        if is_capital(reader, word) {
            from = Some(word);
        } else if !reader.is_in(word, &PARTICLES) && !reader.is_in(word, &["da", "do"]) {
            break;
        }
        at = word;
    }
    from
}

/// Whether a word is capitalised.
fn is_capital(reader: &Reader<'_>, at: usize) -> bool {
    matches!(reader.shape(at), Some(Shape::Capital | Shape::Upper | Shape::Mixed | Shape::Initial))
}

/// Behind a house number: `12`, `12a`, `12-14`, `12 b`, `12/3`.
fn house_number(reader: &Reader<'_>, at: usize) -> Option<usize> {
    if !reader.is_number(at) || reader.str(at).len() > 5 {
        return None;
    }
    let mut to = at + 1;
    if reader.is_one_of(to, "-/") && reader.is_number(to + 1) && reader.str(to + 1).len() <= 4 {
        to += 2;
    }
    if reader.is_word(to) && reader.str(to).len() == 1 {
        to += 1;
    } else if reader.is_space(to)
        && reader.str(to + 1).len() == 1
        && reader.shape(to + 1) == Some(Shape::Lower)
        && !reader.is_word(to + 2)
        && (!reader.is_space(to + 2)
            || matches!(reader.str(to + 1), "b" | "c" | "d" | "f" | "g" | "h"))
    {
        to += 2;
    }
    let ends =
        !matches!(reader.class(to), Class::Word(_) | Class::Number | Class::Mark('%' | '€' | '$'));
    let decimal = reader.is_one_of(to, ".:,/-") && reader.is_number(to + 1);
    (ends && !decimal).then_some(to)
}

fn begins_number(reader: &Reader<'_>, at: usize) -> bool {
    !matches!(
        reader.class_before(at),
        Class::Word(_) | Class::Mark('.' | '$' | '€' | '£' | '-' | '/' | ':' | '_' | '#')
    )
}

/// `12 Long Acre Road, Apt 4`.
fn english(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
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
fn unit(reader: &Reader<'_>, at: usize) -> Option<usize> {
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
fn number_first(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
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
fn number_last(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
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
fn floor(reader: &Reader<'_>, at: usize) -> Option<usize> {
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
fn street_name(reader: &Reader<'_>, from: usize) -> Option<usize> {
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
fn german(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
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
fn prepositional(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
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
fn box_number(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let number = if reader.is(at, "postfach") || reader.is(at, "apartado") {
        reader.after_space(at + 1)
    } else if reader.is(at, "box") {
        reader.after_space(at + 1)
    } else {
        return None;
    };
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

/// Behind a postcode and a place that follow a street, after a comma, a line's end or space.
fn place_behind(reader: &Reader<'_>, street: usize) -> Option<usize> {
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
fn city_closes(reader: &Reader<'_>, from: usize, city: Option<usize>) -> bool {
    city.is_some_and(|city| {
        city - from <= 3 && (reader.ends_line(city) || reader.is_one_of(city, ".,;)"))
    })
}

/// `D-10115 Berlin`, `75011 Paris`, `1012 AB Amsterdam`, `28004 Madrid`.
fn european(reader: &Reader<'_>, at: usize) -> Option<usize> {
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
fn place_name(reader: &Reader<'_>, from: usize) -> Option<usize> {
    let (mut at, mut words, mut end) = (from, 0, None);
    while words < PLACE_WORDS_MAX + 2 {
        let word = if words == 0 {
            at
        } else if reader.is_one_of(at, "-'’/") {
            at + 1
        } else if reader.is_space(at) && reader.str(at).len() == 1 {
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
fn american(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let state = reader.shape(at) == Some(Shape::Upper) && reader.is_in(at, &STATES);
    let code = reader.after_space(at + 1);
    (state && code > at + 1).then(|| zip(reader, code)).flatten()
}

fn zip(reader: &Reader<'_>, at: usize) -> Option<usize> {
    if !reader.is_number(at) || reader.str(at).len() != 5 {
        return None;
    }
    let extended =
        reader.is_mark(at + 1, '-') && reader.is_number(at + 2) && reader.str(at + 2).len() == 4;
    let to = if extended { at + 3 } else { at + 1 };
    (!matches!(reader.class(to), Class::Word(_) | Class::Mark('-'))).then_some(to)
}

/// Behind `SW1A 1AA`.
fn british(reader: &Reader<'_>, at: usize) -> Option<usize> {
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
fn european_alone(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
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
fn american_alone(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let to = american(reader, at)?;
    let mut from = reader.before_space(at);
    if from > 0 && reader.is_mark(from - 1, ',') {
        from -= 1;
    }
    Some((words_before(reader, from)?, to))
}

/// `London SW1A 1AA`, with or without the place.
fn british_alone(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
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
fn words_before(reader: &Reader<'_>, to: usize) -> Option<usize> {
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
