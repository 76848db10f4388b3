//! Dates of birth, and numbers that offices give to people.

use super::Kind;
use super::reader::Reader;
use super::tokens::Class;
use super::words::{BORN, IDENTITIES, MONTHS};

/// Most tokens between the word and the date: `born in Lyon on the 3rd of May`.
const GAP_TOKENS_MAX: usize = 12;

pub(super) fn find_births(reader: &mut Reader<'_>) {
    for word in 0..reader.len() {
        let birth = reader.is_in(word, &BORN)
            || reader.follows(word + 1, &["date", "of", "birth"])
            || (reader.str(word) == "b" && reader.is_mark(word + 1, '.'));
        if birth {
            let behind = date_after(reader, word + 1);
            if let Some((from, to)) = behind.or_else(|| date_before(reader, word)) {
                reader.take(from, to, Kind::Birth);
            }
        }
    }
}

/// The first date within reach, in the same line.
fn date_after(reader: &Reader<'_>, from: usize) -> Option<(usize, usize)> {
    for at in from..from + GAP_TOKENS_MAX {
        match reader.class(at) {
            Class::Line | Class::Taken(_) => return None,
            Class::Number => return date(reader, at).map(|to| (at, to)),
            Class::Word(_) if reader.is_in(at, &MONTHS) => {
                return date(reader, at).map(|to| (at, to));
            }
            _ => {}
        }
    }
    None
}

/// A date that ends right before `geboren`.
fn date_before(reader: &Reader<'_>, word: usize) -> Option<(usize, usize)> {
    let end = word
        .checked_sub(1)
        .filter(|space| reader.is_space(*space) && reader.is(word, "geboren"))?;
    (end.saturating_sub(7)..end).find_map(|from| {
        let begins = reader.is_number(from)
            && !matches!(reader.class_before(from), Class::Mark('.' | '-' | '/') | Class::Number);
        let whole = begins && date(reader, from).is_some_and(|to| to == end);
        whole.then_some((from, end))
    })
}

/// Behind a date with a day, in figures or with the month's name, or a year.
fn date(reader: &Reader<'_>, from: usize) -> Option<usize> {
    let (mut parts, mut at, mut end) = (0, from, from);
    let mut year = false;
    while parts < 3 && at < from + 16 {
        match reader.class(at) {
            Class::Number if reader.str(at).len() <= 4 => {
                year |= reader.str(at).len() == 4;
                parts += 1;
                end = at + 1;
            }
            Class::Word(_) if reader.is_in(at, &MONTHS) => {
                parts += 1;
                end = at + 1;
            }
            Class::Word(_)
                if reader
                    .is_in(at, &["de", "del", "er", "nd", "o", "of", "rd", "st", "th", "the"]) => {}
            Class::Space | Class::Mark('.' | '/' | '-' | ',' | '°' | 'º') => {}
            _ => break,
        }
        at += 1;
    }
    (parts == 3 || (parts == 1 && year)).then_some(end)
}

pub(super) fn find_numbers(reader: &mut Reader<'_>) {
    for at in 0..reader.len() {
        let found = match reader.class(at) {
            Class::Number => social_security(reader, at).or_else(|| dni(reader, at)),
            Class::Word(_) if reader.is_in(at, &IDENTITIES) => None,
            Class::Word(_) => codice_fiscale(reader, at),
            _ => None,
        };
        if let Some(to) = found {
            reader.take(at, to, Kind::Identity);
        }
        if reader.is_in(at, &IDENTITIES)
            && let Some((from, to)) = named(reader, at)
        {
            reader.take(from, to, Kind::Identity);
        }
    }
}

/// Behind `123-45-6789`: none begins with 000, 666 or 9, and no group is all zeros.
fn social_security(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let [area, first, group, second, serial] = [0, 1, 2, 3, 4].map(|part| reader.str(at + part));
    let numbers = [0, 2, 4].iter().all(|part| reader.is_number(at + part));
    let lengths = (area.len(), group.len(), serial.len()) == (3, 2, 4) && first == second;
    let apart = |class: Class| {
        !matches!(class, Class::Word(_) | Class::Number | Class::Mark('-' | '.' | '/' | '_'))
    };
    let given = area != "000"
        && area != "666"
        && !area.starts_with('9')
        && group != "00"
        && serial != "0000";
    let alone = apart(reader.class_before(at)) && apart(reader.class(at + 5))
        || reader.is_mark(at + 5, '.') && !reader.is_number(at + 6);
    let named = first == "-" || first == " " && reader.follows(at, &["ssn"]);
    (numbers && lengths && named && given && alone && apart(reader.class_before(at)))
        .then_some(at + 5)
}

/// Behind a Spanish number of eight digits and the letter that checks them.
fn dni(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let letter = if reader.is_mark(at + 1, '-') { at + 2 } else { at + 1 };
    let digits = reader.str(at);
    if digits.len() != 8 || reader.str(letter).len() != 1 || !reader.is_word(letter) {
        return None;
    }
    let number: usize = digits.parse().ok()?;
    let check = b"TRWAGMYFPDXBNJZSQVHLCKE"[number % 23];
    let apart = |class: Class| {
        !matches!(class, Class::Word(_) | Class::Number | Class::Mark('-' | '_' | '.'))
    };
    (reader.str(letter).as_bytes() == [check]
        && apart(reader.class_before(at))
        && !reader.is_number(letter + 1))
    .then_some(letter + 1)
}

/// Behind an Italian code of sixteen letters and digits, whose last one checks the others.
fn codice_fiscale(reader: &Reader<'_>, at: usize) -> Option<usize> {
    if reader.str(at).len() != 6 || matches!(reader.class_before(at), Class::Number) {
        return None;
    }
    let to = at + 8;
    let code = reader.span(at, to).as_bytes();
    if code.len() != 16 || matches!(reader.class(to), Class::Word(_) | Class::Number) {
        return None;
    }
    let letters = [0, 1, 2, 3, 4, 5, 8, 11, 15];
    let fits = code.iter().enumerate().all(|(place, byte)| {
        if letters.contains(&place) { byte.is_ascii_uppercase() } else { byte.is_ascii_digit() }
    });
    fits.then_some(to)
}

/// A number behind a word such as `passport no.`: letters and digits, at least five of which are digits.
fn named(reader: &Reader<'_>, word: usize) -> Option<(usize, usize)> {
    let mut at = word + 1;
    for _ in 0..8 {
        let filler =
            ["e", "es", "est", "is", "ist", "n", "no", "nr", "num", "number", "numero", "nummer"];
        let numbered = reader.is_word(at) && reader.is_number(at + 1) && reader.str(at).len() <= 3;
        match reader.class(at) {
            _ if numbered || reader.is_number(at) => break,
            Class::Space | Class::Mark(':' | '.' | '#' | '°' | 'º') => at += 1,
            _ if reader.is_in(at, &filler) => at += 1,
            _ => return None,
        }
    }
    let from = at;
    while at - from < 12 && matches!(reader.class(at), Class::Word(_) | Class::Number) {
        at += 1;
        let joint = reader.is_one_of(at, "-/") || (reader.is_space(at) && reader.is_number(at - 1));
        if joint && reader.is_number(at + 1) {
            at += 1;
        }
    }
    let digits = reader.span(from, at).bytes().filter(u8::is_ascii_digit).count();
    (digits >= 5 && at > from).then_some((from, at))
}
