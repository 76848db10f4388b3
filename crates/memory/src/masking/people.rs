//! Names of people.
//!
//! Three kinds of evidence, from strong to weak: something says that a name follows or has just ended (`Dear …,`,
//! `From: … <mail>`, a title, a signature); a given name of the table stands there, capitalised, with what belongs to it; a
//! word that no list knows stands before a family name. Words that are common besides need one of the first kind, or a
//! neighbour. Whatever was found as a part of somebody's name is found again where it stands alone.

mod context;
mod parts;

use std::collections::BTreeSet;

use super::Kind;
use super::reader::Reader;
use super::tokens::{Class, Shape};
use super::words::{NO_LAST_NAMES, ORGANISATIONS, PLACE_BEFORE, TO_PLACES};
use parts::{Part, Role, parts};

/// Most parts of a name: `Juan Carlos de la Cruz Fernández`.
const PARTS_MAX: usize = 6;

pub(super) fn find(reader: &mut Reader<'_>) {
    let mut known = Known::default();
    context::find(reader, &mut known);
    let mut at = 0;
    while at < reader.len() {
        match by_table(reader, at) {
            Some(to) => at = take(reader, &mut known, at, to),
            None => at += 1,
        }
    }
    find_beside(reader, &mut known);
    known.find_again(reader);
}

/// Unknown words that `and` joins to a name: `Soukaina et [name]`.
fn find_beside(reader: &mut Reader<'_>, known: &mut Known) {
    const AND: [&str; 5] = ["and", "e", "et", "und", "y"];
    for at in 2..reader.len() {
        if !reader.is_in(at, &AND) || !reader.is_space(at - 1) || !reader.is_space(at + 1) {
            continue;
        }
        let name = Class::Taken(Kind::Name);
        let unknown = |word: usize| {
            reader.shape(word) == Some(Shape::Capital)
                && !reader.flags(word).word()
                && begins_name(reader, word)
                && !is_thing(reader, word, word + 1, true)
                && !matches!(
                    reader.shape(reader.after_space(word + 1)),
                    Some(Shape::Capital | Shape::Upper)
                )
        };
        if reader.class(at - 2) == name && unknown(at + 2) {
            take(reader, known, at + 2, at + 3);
        } else if reader.class(at + 2) == name && unknown(at - 2) {
            take(reader, known, at - 2, at - 1);
        }
    }
}

/// Takes a name, and learns its parts.
fn take(reader: &mut Reader<'_>, known: &mut Known, from: usize, to: usize) -> usize {
    known.learn(reader, from, to);
    reader.take(from, to, Kind::Name);
    to
}

/// Behind a name that begins at a token, by the table of names alone.
fn by_table(reader: &Reader<'_>, at: usize) -> Option<usize> {
    if !begins_name(reader, at) {
        return None;
    }
    let parts = parts(reader, at, PARTS_MAX);
    let count = accepted(reader, &parts)?;
    let to = parts[count - 1].to;
    let single = count == 1;
    (!is_thing(reader, at, to, single)).then_some(to)
}

/// Whether a token may be a name's first: a capitalised word that is not the middle of something.
fn begins_name(reader: &Reader<'_>, at: usize) -> bool {
    let shape = reader.shape(at);
    let before = reader.class_before(at);
    let glued = matches!(
        before,
        Class::Word(_)
            | Class::Number
            | Class::Mark('@' | '_' | '.' | '/' | '\\' | '#' | '$' | '&' | '+' | '=' | '~' | '%')
    );
    // `-John` on a line of its own is a signature; `anti-John` and `l'Anna` are not the same.
    let hyphen = before == Class::Mark('-')
        && at >= 2
        && matches!(reader.class(at - 2), Class::Word(_) | Class::Number);
    matches!(shape, Some(Shape::Capital | Shape::Upper | Shape::Initial | Shape::Mixed))
        && !glued
        && !hyphen
}

/// How many of some parts are a name, by what the table says of each.
fn accepted(reader: &Reader<'_>, parts: &[Part]) -> Option<usize> {
    let first = parts.first()?;
    let second = parts.get(1);
    let starts = starts_sentence(reader, first.from);
    match first.role {
        Role::Given => {
            let count = extended(reader, parts);
            (count > 1 || first.shape == Shape::Capital || first.shape == Shape::Mixed)
                .then_some(count)
        }
        Role::GivenWord => {
            let second = second?;
            let fits = match second.role {
                Role::Family => true,
                Role::Initial => parts.get(2).is_some_and(|third| third.role.names()),
                Role::Given => !starts,
                Role::Unknown => {
                    !starts && second.shape == Shape::Capital && first.shape == Shape::Capital
                }
                Role::FamilyWord | Role::GivenWord => {
                    let begins =
                        reader.is_one_of(reader.before_space(first.from).wrapping_sub(1), ":([\"'");
                    let before = reader.before_space(first.from).wrapping_sub(1);
                    !starts && !begins && second.is_family() && !reader.is_in(before, &TO_PLACES)
                }
                _ => false,
            };
            fits.then(|| extended(reader, parts))
        }
        Role::Initial => {
            let name = parts.iter().position(|part| part.role != Role::Initial)?;
            let last = &parts[name];
            let known = matches!(last.role, Role::Family | Role::Given)
                || last.role == Role::Unknown && last.letters >= 4
                || last.role == Role::FamilyWord && name > 1 && reader.is_space(last.from - 1);
            (first.dotted && known && last.shape == Shape::Capital).then_some(name + 1)
        }
        Role::Family => {
            let second = second?;
            (second.role == Role::Family && !starts)
                .then_some(2)
                .or_else(|| last_name_first(reader, parts))
        }
        // `by Ja Morris`: a capital that only the family name explains.
        Role::Word => {
            let second = second.filter(|second| second.role == Role::Family)?;
            let named = !starts
                && parts.len() == 2
                && first.shape == Shape::Capital
                && second.shape == Shape::Capital
                && reader.is_space(first.to)
                && !reader.is_in(first.from, &NO_LAST_NAMES)
                && within_sentence(reader, first.from, second.to);
            named.then_some(2)
        }
        Role::Unknown => {
            let second = second?;
            let line = reader.begins_line(first.from) && reader.is_line(second.to);
            let pair = (second.role == Role::Family
                || second.role == Role::Given && (!starts || line))
                && first.shape == Shape::Capital
                && second.shape == Shape::Capital
                && first.letters >= 3
                && !in_title(reader, first.from, second.to);
            // Two words that no list has, within a sentence and alone: `con Alrigo Ajello`.
            let last = parts.last()?;
            let joined = parts.len() == 2 || parts.len() == 3 && second.role == Role::Particle;
            let strangers = !starts
                && joined
                && reader.is_space(first.to)
                && (last.role == Role::Unknown
                    || last.role == Role::FamilyWord && last.letters >= 4)
                && first.shape == Shape::Capital
                && last.shape == Shape::Capital
                && first.letters.min(last.letters) >= 3
                && within_sentence(reader, first.from, last.to);
            if strangers {
                return Some(parts.len());
            }
            pair.then_some(2).or_else(|| last_name_first(reader, parts))
        }
        _ => None,
    }
}

/// How many parts belong to a name that its first part is known to begin.
fn extended(reader: &Reader<'_>, parts: &[Part]) -> usize {
    let upper = parts[0].shape == Shape::Upper;
    let mut count = 1;
    for at in 1..parts.len() {
        let part = &parts[at];
        let belongs = match part.role {
            Role::Initial => parts.get(at + 1).is_some_and(|next| next.role.names()) || part.dotted,
            Role::Particle => continue,
            // `Anna Lang`: a capital that nothing else explains.
            Role::Word => {
                let last = part.shape == Shape::Capital && part.letters > 2 && !upper;
                if last
                    && parts[at - 1].role != Role::Particle
                    && !reader.is_in(part.from, &NO_LAST_NAMES)
                {
                    return at + 1;
                }
                false
            }
            role => role.names() && (upper || part.shape != Shape::Upper || role == Role::Family),
        };
        if !belongs {
            break;
        }
        count = at + 1;
    }
    count
}

/// `Wynne, Conor`, where a bracket, a colon or the line's end follows.
fn last_name_first(reader: &Reader<'_>, parts: &[Part]) -> Option<usize> {
    let (first, comma) = (parts.first()?, parts.first()?.to);
    if !reader.is_mark(comma, ',') || !reader.is_space(comma + 1) || first.shape == Shape::Initial {
        return None;
    }
    let second = parts.get(1).filter(|second| second.comma)?;
    let given = matches!(second.role, Role::Given | Role::GivenWord);
    let closes = reader.is_line(second.to)
        || reader.is_one_of(second.to, ":<(>\"")
        || reader.is_one_of(reader.after_space(second.to), "<([");
    (given && closes).then_some(2)
}

/// Whether small letters stand in front, and none that lead to a place, and no capitals or numbers behind.
fn within_sentence(reader: &Reader<'_>, from: usize, to: usize) -> bool {
    let before = reader.before_space(from);
    let small = before < from
        && before > 0
        && (reader.shape(before - 1) == Some(Shape::Lower)
            || reader.is_word(before - 1) && starts_sentence(reader, before - 1))
        && !reader.is_in(before - 1, &TO_PLACES);
    let behind = reader.after_space(to);
    let more = matches!(reader.shape(behind), Some(Shape::Capital | Shape::Upper | Shape::Mixed))
        || reader.is_number(behind);
    small && !more
}

/// Whether the words before or behind make a name a firm, a place or a thing.
fn is_thing(reader: &Reader<'_>, from: usize, to: usize, single: bool) -> bool {
    let behind = reader.after_space(to);
    let before = reader.before_space(from);
    let capital =
        matches!(reader.shape(behind), Some(Shape::Capital | Shape::Upper | Shape::Mixed));
    let firm = behind > to
        && reader.is_in(behind, &ORGANISATIONS)
        && (capital || reader.is(behind, "gmbh"));
    let comma = reader.is_mark(to, ',') && {
        let word = reader.after_space(to + 1);
        reader.is_in(word, &["ag", "gmbh", "inc", "llc", "llp", "ltd", "plc"])
    };
    let ampersand = reader.is_mark(behind, '&') && reader.is_space(behind + 1)
        || before > 0 && before < from && reader.is_mark(before - 1, '&');
    let place = before < from
        && before > 0
        && reader.is_in(before - 1, &PLACE_BEFORE)
        && (reader.shape(before - 1) != Some(Shape::Lower)
            || single && !reader.is(before - 1, "la"));
    let host = reader.is_one_of(to, ".@_/\\=")
        && matches!(reader.class(to + 1), Class::Word(_) | Class::Number);
    let mixed =
        single && reader.is_mark(to, '-') && reader.is_number(to + 1) || reader.is_number(to);
    // `Santa Clara`, and `in Bari` where nothing else says that it is a person.
    let saint = !single
        && reader.is_in(from, &PLACE_BEFORE)
        && reader.flags(from).word()
        && !reader.is_mark(from + 1, '.');
    let within = single
        && before < from
        && before > 0
        && reader.is_in(
            before - 1,
            &["around", "en", "im", "in", "inside", "nach", "near", "outside", "within"],
        );
    // `the Martin`
    let article =
        single && before < from && before > 0 && reader.is_in(before - 1, &["a", "an", "the"]);
    // `Justin Thyme Software`: capitalised words in front or behind, of which none is a name.
    let titled = single
        && capital
        && behind > to
        && reader.flags(behind).word()
        && reader.str(behind).len() > 3
        && !reader.flags(behind).family()
        && in_title(reader, from, to);
    firm || comma || ampersand || place || saint || within || host || mixed || article || titled
}

/// Whether capitalised common words stand on the same line right before or behind, as in titles and names of things.
fn in_title(reader: &Reader<'_>, from: usize, to: usize) -> bool {
    let word = |at: usize| {
        matches!(reader.shape(at), Some(Shape::Capital | Shape::Upper | Shape::Mixed))
            && (reader.flags(at).word() || reader.flags(at) == Default::default())
    };
    let before = reader.before_space(from);
    let behind = reader.after_space(to);
    let first =
        before < from && before > 0 && word(before - 1) && !starts_sentence(reader, before - 1);
    first || behind > to && word(behind)
}

/// Whether a capital there may be the sentence's.
pub(super) fn starts_sentence(reader: &Reader<'_>, at: usize) -> bool {
    match reader.class_before(reader.before_space(at)) {
        Class::Line => true,
        Class::Mark(mark) => ".!?\"“„«»>*-–—|•¿¡‘…".contains(mark),
        _ => false,
    }
}

/// Parts of names that have been found.
#[derive(Default)]
struct Known {
    parts: BTreeSet<Vec<u8>>,
}

impl Known {
    fn learn(&mut self, reader: &Reader<'_>, from: usize, to: usize) {
        for at in from..to {
            let letters =
                reader.tokens.get(at).map(|token| token.folded.as_bytes()).unwrap_or_default();
            let capital =
                matches!(reader.shape(at), Some(Shape::Capital | Shape::Upper | Shape::Mixed));
            if capital && letters.len() >= 3 && self.parts.len() < 4096 {
                self.parts.insert(letters.to_vec());
            }
        }
    }

    /// Finds them where they stand alone; those that are common words too, only within a sentence.
    fn find_again(&mut self, reader: &mut Reader<'_>) {
        if self.parts.is_empty() {
            return;
        }
        for at in 0..reader.len() {
            let shape = reader.shape(at);
            if !begins_name(reader, at) || shape == Some(Shape::Initial) {
                continue;
            }
            let flags = reader.flags(at);
            let common =
                flags.word() && (starts_sentence(reader, at) || shape != Some(Shape::Capital));
            if !common
                && self.parts.contains(reader.tokens[at].folded.as_bytes())
                && !is_thing(reader, at, at + 1, true)
            {
                reader.take(at, at + 1, Kind::Name);
            }
        }
    }
}
