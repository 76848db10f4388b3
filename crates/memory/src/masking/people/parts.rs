//! What may be a name, part by part.

use super::super::reader::Reader;
use super::super::tokens::{Class, Shape};
use super::super::words::{GREETINGS, NOBODY, ORGANISATIONS, PARTICLES, TITLES};

/// Most tokens of one part: `Jean-Luc`, `O'Brien`, `Anna-Maria-Luise`.
const PART_TOKENS_MAX: usize = 9;

/// A word of a name, with what is joined to it by hyphens and apostrophes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) role: Role,
    pub(super) shape: Shape,
    /// How many bytes its letters take.
    pub(super) letters: usize,
    /// Whether a dot of its own follows, which is in it.
    pub(super) dotted: bool,
    /// Whether a comma stands before it.
    pub(super) comma: bool,
    family: bool,
}

impl Part {
    pub(super) fn is_family(&self) -> bool {
        self.family
    }
}

/// What a part may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A given name and no common word.
    Given,
    /// A given name and a common word.
    GivenWord,
    /// A family name alone.
    Family,
    /// A family name and a common word.
    FamilyWord,
    /// One letter.
    Initial,
    /// `van`, `de la`.
    Particle,
    /// A common word.
    Word,
    /// None of these.
    Unknown,
}

impl Role {
    /// Whether it may be a part of a name when another one is.
    pub(super) fn names(self) -> bool {
        !matches!(self, Self::Initial | Self::Particle | Self::Word)
    }
}

/// The parts from a token on, as long as each may belong to the same name.
pub(super) fn parts(reader: &Reader<'_>, from: usize, most: usize) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let Some(first) = part(reader, from, false) else { return parts };
    parts.push(first);
    while parts.len() < most + 2 {
        let last = parts[parts.len() - 1];
        let Some((next, comma)) = next_part(reader, &last) else { break };
        let Some(mut part) = part(reader, next, true) else { break };
        if comma && parts.len() > 1 {
            break;
        }
        // `Kennedy Airport`
        if matches!(part.role, Role::Word | Role::Unknown)
            && reader.is_in(part.from, &ORGANISATIONS)
        {
            break;
        }
        part.comma = comma;
        // What follows a comma is a given name, or none of this.
        if comma && !matches!(part.role, Role::Given | Role::GivenWord) {
            break;
        }
        parts.push(part);
        if comma {
            break;
        }
    }
    // `den Schlüssel` is no part of a name.
    let article = parts
        .windows(2)
        .position(|pair| pair[0].role == Role::Particle && pair[1].role == Role::Word);
    parts.truncate(article.unwrap_or(parts.len()));
    // A name does not end with a particle.
    while parts.last().is_some_and(|part| part.role == Role::Particle) {
        parts.pop();
    }
    // Without the comma, the two are not joined.
    if parts.get(1).is_some_and(|part| part.comma)
        && matches!(parts[0].role, Role::Given | Role::GivenWord | Role::Initial)
    {
        parts.truncate(1);
    }
    parts
}

/// Where the next part begins, and whether a comma stands between.
fn next_part(reader: &Reader<'_>, last: &Part) -> Option<(usize, bool)> {
    let at = last.to;
    match reader.class(at) {
        Class::Space if reader.str(at).len() <= 2 => {
            // A line that broke within a name, perhaps quoted.
            if reader.is_line(at + 1) {
                return wrapped(reader, at + 1);
            }
            let quoted = reader.is_one_of(at + 1, "\"“(\u{201c}") && last.role != Role::Particle;
            if quoted {
                return nickname(reader, at + 1);
            }
            Some((at + 1, false))
        }
        // `Craig R.Hughes`
        Class::Word(_) if last.dotted => Some((at, false)),
        Class::Line if at + 1 < reader.len() => wrapped(reader, at),
        Class::Mark(',') if reader.is_space(at + 1) => Some((at + 2, true)),
        _ => None,
    }
}

fn wrapped(reader: &Reader<'_>, line: usize) -> Option<(usize, bool)> {
    let mut at = line + 1;
    if reader.is_mark(at, '>') {
        at = reader.after_space(at + 1)
    }
    // Only what certainly is a family name is taken from the next line.
    let family = reader.flags(at).family() && !reader.flags(at).word() && !reader.flags(at).given();
    (family && reader.shape(at) == Some(Shape::Capital)).then_some((at, false))
}

/// Behind a nickname in quotes between two names: `Adam "Duncan" Beberg`.
fn nickname(reader: &Reader<'_>, quote: usize) -> Option<(usize, bool)> {
    let to = (quote + 2..quote + 6).find(|at| reader.is_one_of(*at, "\"”)"))?;
    let capital = matches!(reader.shape(quote + 1), Some(Shape::Capital | Shape::Mixed));
    (capital && reader.is_space(to + 1) && reader.shape(to + 2) == Some(Shape::Capital))
        .then_some((to + 2, false))
}

/// The part that begins at a token. Within a name, particles count and capitals are needed.
fn part(reader: &Reader<'_>, from: usize, within: bool) -> Option<Part> {
    let mut shape = reader.shape(from)?;
    let mut part = Part {
        from,
        to: from + 1,
        role: Role::Unknown,
        shape,
        letters: reader.str(from).len(),
        dotted: false,
        comma: false,
        family: false,
    };
    if within
        && reader.is_in(from, &PARTICLES)
        && (shape == Shape::Lower
            || matches!(reader.str(from), "De" | "Van" | "Von" | "Di" | "Del" | "La" | "Le"))
    {
        part.role = Role::Particle;
        return Some(part);
    }
    if within && shape == Shape::Lower {
        return None;
    }
    let flags = reader.flags(from);
    let (mut given, mut family, mut word) = (flags.given(), flags.family(), flags.word());
    // Of some part that is no common word.
    let (mut given_alone, mut family_alone) = (given && !word, family && !word);
    let mut to = from + 1;
    while to - from < PART_TOKENS_MAX {
        // `O' Sullivan` has a space behind the apostrophe.
        let spaced = reader.is_space(to + 1) && reader.str(from) == "O" && to == from + 1;
        let next = if spaced { to + 2 } else { to + 1 };
        let joined = match reader.class(to) {
            Class::Mark('-' | '\u{2010}' | '\u{2011}') => !spaced,
            Class::Mark('\'' | '’' | '`' | '´') => {
                reader.str(next).len() > 2 && !reader.is_in(next, &["ll", "re", "ve"])
            }
            _ => false,
        };
        let capital =
            matches!(reader.shape(next), Some(Shape::Capital | Shape::Upper | Shape::Mixed))
                || matches!(reader.str(from), "O" | "D") && to == from + 1 && reader.is_word(next);
        if !joined || !capital {
            break;
        }
        let flags = reader.flags(next);
        given |= flags.given();
        family |= flags.family();
        word &= flags.word();
        given_alone |= flags.given() && !flags.word();
        family_alone |= flags.family() && !flags.word();
        // A letter and an apostrophe in front take the shape of what follows.
        if shape == Shape::Initial {
            shape = Shape::Capital
        }
        part.letters += reader.str(next).len();
        to = next + 1;
    }
    (part.to, part.shape, part.family) = (to, shape, family);
    if shape == Shape::Initial {
        part.role = Role::Initial;
        let dot = if reader.is_space(to) && reader.is_mark(to + 1, '.') && reader.is_space(to + 2) {
            to + 1
        } else {
            to
        };
        if reader.is_mark(dot, '.') {
            part.dotted = true;
            part.to = dot + 1;
        }
        return Some(part);
    }
    let nobody = to == from + 1
        && [&NOBODY[..], &TITLES, &GREETINGS].iter().any(|words| reader.is_in(from, words));
    part.role = if nobody {
        if given {
            Role::GivenWord
        } else if family {
            Role::FamilyWord
        } else {
            Role::Word
        }
    } else if given_alone {
        Role::Given
    } else if family_alone {
        Role::Family
    } else if given {
        Role::GivenWord
    } else if family {
        Role::FamilyWord
    } else if word {
        Role::Word
    } else {
        Role::Unknown
    };
    Some(part)
}
