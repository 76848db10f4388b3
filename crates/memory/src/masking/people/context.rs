//! What says that a name stands there, whether or not the table knows it.

mod letter;
mod mail;
mod sentence;

use super::super::Kind;
use super::super::reader::Reader;
use super::super::tokens::{Class, Shape};
use super::super::words::{NO_LAST_NAMES, NOBODY, PARTICLES, TITLES, WEAK_TITLES};
use super::parts::{Part, Role, parts};
use super::{Known, begins_name, is_thing, take};
use letter::{before_address, behind_dashes, closing, greeted};
use mail::{beside_mail, labelled};
use sentence::{alone, born, capitalised, met, phrased, related, said};

pub(super) fn find(reader: &mut Reader<'_>, known: &mut Known) {
    for at in 0..reader.len() {
        let found = match reader.class(at) {
            Class::Taken(Kind::Mail) => beside_mail(reader, at),
            Class::Taken(Kind::Address) => before_address(reader, at),
            Class::Mark('-' | '–' | '—' | '~') => behind_dashes(reader, at),
            Class::Word(_) => greeted(reader, at)
                .or_else(|| titled(reader, at))
                .or_else(|| labelled(reader, at))
                .or_else(|| said(reader, at))
                .or_else(|| phrased(reader, at))
                .or_else(|| related(reader, at))
                .or_else(|| met(reader, at))
                .or_else(|| alone(reader, at))
                .or_else(|| born(reader, at))
                .or_else(|| capitalised(reader, at))
                .or_else(|| closing(reader, at)),
            _ => None,
        };
        if let Some((from, to)) = found
            && !is_thing(reader, from, to, false)
        {
            take(reader, known, from, to);
        }
    }
}

/// How much a name that something announces must be known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// Anything but common words.
    Any,
    /// At least one part is in the table.
    Known,
}

/// Behind a name that is announced at a token.
fn name(reader: &Reader<'_>, at: usize, most: usize, trust: Trust) -> Option<usize> {
    let lower = reader.shape(at) == Some(Shape::Lower);
    if !(lower || begins_name(reader, at)) || reader.is_in(at, &NOBODY) {
        return None;
    }
    if lower {
        return None;
    }
    // `Sig. De Chellis`
    let behind = reader.after_space(at + 1);
    if reader.is_in(at, &PARTICLES)
        && behind > at + 1
        && reader.shape(behind) != Some(Shape::Lower)
        && !reader.is_in(behind, &PARTICLES)
    {
        return name(reader, behind, most, trust);
    }
    let parts = parts(reader, at, most);
    let mut count = fitting(&parts);
    let capital =
        |at: usize| parts.get(at).filter(|part| part.shape == Shape::Capital && part.letters > 2);
    if count == 0 && trust == Trust::Any && capital(0).is_some() {
        // `Mia Savastano`: what is announced may begin with a common word, if more follows than such.
        let follows = capital(1)
            .is_some_and(|part| matches!(part.role, Role::Unknown | Role::Family | Role::Given));
        count = if follows { 1 + fitting(&parts[1..]) } else { 0 };
    } else if count == 1
        && capital(1).is_some_and(|part| part.role == Role::Word && !part.comma)
        && !reader.is_in(parts[1].from, &NO_LAST_NAMES)
    {
        count = 2;
    }
    let taken = &parts[..count];
    let known = taken.iter().any(|part| part.role != Role::Unknown && part.role.names());
    let full = taken.iter().any(|part| part.role.names());
    let first = taken.first()?;
    // Of a single part in capitals, letters of an abbreviation are more likely than a name.
    let shouted = count == 1 && first.shape == Shape::Upper && !matches!(first.role, Role::Given);
    (full && !shouted && (known || trust == Trust::Any)).then(|| parts[count - 1].to)
}

/// How many parts belong together: names, initials and particles, up to the first common word.
fn fitting(parts: &[Part]) -> usize {
    let mut count = 0;
    for (at, part) in parts.iter().enumerate() {
        match part.role {
            Role::Word => break,
            _ if part.comma => break,
            Role::Particle => {}
            _ => count = at + 1,
        }
    }
    count
}

/// Behind one or two names in small letters: `kevin lyda`.
fn small_name(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let given = reader.flags(at).given() && !reader.flags(at).word();
    if reader.shape(at) != Some(Shape::Lower) || !given {
        return None;
    }
    let next = reader.after_space(at + 1);
    let second = next > at + 1
        && reader.shape(next) == Some(Shape::Lower)
        && (!reader.flags(next).word() || reader.flags(next).family());
    Some(if second { next + 1 } else { at + 1 })
}

/// Behind a single given or family name that is a common word too: `Hi Mark,`.
fn word_name(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let flags = reader.flags(at);
    let capital = reader.shape(at) == Some(Shape::Capital);
    (capital && (flags.given() || flags.family()) && !reader.is_in(at, &NOBODY)).then_some(at + 1)
}

/// Titles that are written small within sentences.
const LOWER_TITLES: [&str; 18] = [
    "docteur",
    "doctor",
    "doctora",
    "don",
    "dona",
    "dott",
    "dottor",
    "dottore",
    "dottoressa",
    "madame",
    "maitre",
    "monsieur",
    "professeur",
    "senor",
    "senora",
    "sig",
    "signor",
    "signora",
];

/// `Mr …`, `Frau …`, `Dott.ssa …`.
fn titled(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    if !reader.is_in(at, &TITLES)
        || reader.shape(at) == Some(Shape::Lower) && !reader.is_in(at, &LOWER_TITLES)
    {
        return None;
    }
    let mut from = at + 1;
    if reader.is_mark(from, '.') {
        from += 1;
        if reader.is(from, "ssa") {
            from += 1
        }
    } else if reader.is(at, "m") || reader.is(at, "col") || reader.is(at, "ing") {
        return None;
    }
    let spaced = reader.after_space(from);
    if spaced == from && !(reader.is_mark(at + 1, '.') && reader.is_word(from)) {
        return None;
    }
    from = spaced;
    // `Frau Dr. Weber`: the last title counts.
    if reader.is_in(from, &TITLES)
        && (reader.is_mark(from + 1, '.')
            || reader.is_word(reader.after_space(from + 1)) && !reader.flags(from).family())
    {
        return None;
    }
    let weak = reader.is_in(at, &WEAK_TITLES);
    let trust = if weak { Trust::Known } else { Trust::Any };
    let to = name(reader, from, 5, trust).or_else(|| {
        (!weak && reader.shape(from) == Some(Shape::Capital) && !reader.is_in(from, &NOBODY))
            .then_some(from + 1)
    })?;
    // `Mrs.Helina karimu`
    let lower = reader.after_space(to);
    let more = !weak
        && to == from + 1
        && lower > to
        && reader.shape(lower) == Some(Shape::Lower)
        && reader.flags(lower) == Default::default()
        && reader.str(lower).len() > 3
        && reader.ends_line(lower + 1);
    Some((from, if more { lower + 1 } else { to }))
}

/// Two words or more, capitalised and none of them common, that end at a token.
fn capitals_before(reader: &Reader<'_>, to: usize) -> Option<(usize, usize)> {
    let mut from = to;
    for _ in 0..4 {
        let before = if from == to { from } else { reader.before_space(from) };
        let word = before.checked_sub(1).filter(|word| {
            let capital = reader.shape(*word) == Some(Shape::Capital);
            let common = reader.flags(*word).word() && !reader.flags(*word).given() && from < to;
            capital && !common || reader.is_in(*word, &PARTICLES)
        });
        match word {
            Some(word) => from = word,
            None => break,
        }
        if reader.is_one_of(from.wrapping_sub(1), "'’-") && from >= 2 && reader.is_word(from - 2)
        {
            from -= 2;
        }
    }
    while from < to && reader.shape(from) == Some(Shape::Lower) {
        from = reader.after_space(from + 1);
    }
    let parts = parts(reader, from, 4);
    let count = fitting(&parts);
    (count > 1 && parts[count - 1].to == to).then_some((from, to))
}
