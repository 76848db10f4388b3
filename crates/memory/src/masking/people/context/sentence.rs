//! Words within sentences that only people follow, or that only follow people.

use super::super::super::reader::Reader;
use super::super::super::tokens::{Class, Shape};
use super::super::super::words::{BORN, COMMON_GIVEN, QUOTES, RELATIONS, SAYS, TITLES, TO_PLACES};
use super::super::begins_name;
use super::super::parts::{Role, parts};
use super::{Trust, capitals_before, fitting, name, small_name, word_name};

/// Words right before a name.
const PHRASES: [&[&str]; 34] = [
    &["au", "nom", "de"],
    &["nombre", "de"],
    &["per", "conto", "di"],
    &["im", "namen", "von"],
    &["in", "the", "name", "of"],
    &["intestato", "a"],
    &["titular"],
    &["titulaire"],
    &["account", "holder"],
    &["kontoinhaber"],
    &["my", "name", "is"],
    &["name", "is"],
    &["name", "s"],
    &["mein", "name", "ist"],
    &["name", "ist"],
    &["ich", "heisse"],
    &["heisst"],
    &["je", "m", "appelle"],
    &["s", "appelle"],
    &["mon", "nom", "est"],
    &["me", "llamo"],
    &["se", "llama"],
    &["mi", "nombre", "es"],
    &["mi", "chiamo"],
    &["si", "chiama"],
    &["il", "mio", "nome", "e"],
    &["on", "behalf", "of"],
    &["signed", "by"],
    &["unterzeichnet", "von"],
    &["ask", "for"],
    &["married", "to"],
    &["meet"],
    &["named"],
    &["sincerely"],
];

/// Words before a name that the table knows at least in part.
const WEAK_PHRASES: [&[&str]; 8] = [
    &["i", "am"],
    &["i", "m"],
    &["this", "is"],
    &["ich", "bin"],
    &["je", "suis"],
    &["soy"],
    &["sono"],
    &["hier", "ist"],
];

/// `… wrote:`, `… schrieb am 3. Mai:`, `… says`.
pub(super) fn said(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let parts = parts(reader, at, 3);
    let lower = small_name(reader, at);
    let count = fitting(&parts);
    let to = match lower {
        Some(to) => to,
        None if begins_name(reader, at) && count > 0 => parts[count - 1].to,
        None => return None,
    };
    let mut verb = reader.after_space(to);
    if reader.is_mark(to, ',') {
        verb = reader.after_space(to + 1)
    }
    for helper in ["a", "ha", "hat", "has"] {
        if reader.is(verb, helper) && reader.is_word(reader.after_space(verb + 1)) {
            verb = reader.after_space(verb + 1)
        }
    }
    if verb == to || !reader.is_in(verb, &SAYS) {
        return None;
    }
    let colon = reader.after_space(verb + 1);
    let quotes =
        reader.is_in(verb, &QUOTES) && (reader.is_mark(colon, ':') || reader.is_line(colon));
    let first = parts.first();
    let hyphenated = first.is_some_and(|part| part.to > part.from + 1);
    let known = first.is_some_and(|part| matches!(part.role, Role::Given | Role::Family));
    let unknown = first.is_some_and(|part| {
        part.shape == Shape::Capital
            && matches!(part.role, Role::Unknown | Role::GivenWord | Role::FamilyWord)
    });
    let several = (0..count).filter(|at| parts[*at].role.names()).count() > 1;
    (if lower.is_some() { quotes } else { known || hyphenated || several || (quotes && unknown) })
        .then_some((at, to))
}

/// `my name is …`.
pub(super) fn phrased(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let before = reader.class_before(at);
    if !matches!(before, Class::Space)
        || reader.shape(at) == Some(Shape::Lower)
        || reader.is_in(at, &TITLES)
    {
        return None;
    }
    let follows = |phrases: &[&[&str]]| phrases.iter().any(|phrase| reader.follows(at, phrase));
    let to = if follows(&PHRASES) {
        name(reader, at, 5, Trust::Any).or_else(|| word_name(reader, at))?
    } else if follows(&WEAK_PHRASES) {
        name(reader, at, 5, Trust::Known)?
    } else {
        return None;
    };
    Some((at, to))
}

/// `my sister …`, `ihr Bruder …`.
pub(super) fn related(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let before = at.checked_sub(2)?;
    if reader.shape(at) != Some(Shape::Capital)
        || !reader.is_space(at - 1)
        || !reader.is_in(before, &RELATIONS)
    {
        return None;
    }
    Some((at, name(reader, at, 4, Trust::Any)?))
}

/// Two capitalised words of which none is common, where only people can be: `I met …`.
pub(super) fn met(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    const VERBS: [&[&str]; 10] = [
        &["met"],
        &["saw"],
        &["vu"],
        &["rencontre"],
        &["incontrato"],
        &["visto"],
        &["vi", "a"],
        &["conoci", "a"],
        &["datos", "de"],
        &["habe", "ich"],
    ];
    // `… schrieb Helmine Sauer:`
    let quoting = at >= 2 && reader.is_space(at - 1) && reader.is_in(at - 2, &QUOTES);
    if quoting && reader.shape(at) == Some(Shape::Capital) {
        let to = name(reader, at, 4, Trust::Any)?;
        return reader.is_mark(reader.after_space(to), ':').then_some((at, to));
    }
    if reader.shape(at) != Some(Shape::Capital)
        || !VERBS.iter().any(|verb| reader.follows(at, verb))
    {
        return None;
    }
    let to = name(reader, at, 4, Trust::Any)?;
    ((at..to).filter(|part| reader.is_word(*part)).count() > 1).then_some((at, to))
}

/// `…, geboren am`, `… (born`: two words or more before what only people are.
pub(super) fn born(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    if !reader.is_in(at, &BORN) {
        return None;
    }
    let joint =
        reader.before_space(at).checked_sub(1).filter(|joint| reader.is_one_of(*joint, ",("))?;
    capitals_before(reader, reader.before_space(joint))
}

/// A given name that is a common word besides, where a sentence has no other reason for its capital.
pub(super) fn capitalised(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let before = at.checked_sub(2)?;
    let within = reader.is_space(at - 1)
        && (reader.shape(before) == Some(Shape::Lower) || reader.is_mark(before, ','))
        && !reader.is_in(before, &TO_PLACES);
    let next = reader.after_space(at + 1);
    let single = !matches!(
        reader.shape(next),
        Some(Shape::Capital | Shape::Upper | Shape::Mixed | Shape::Initial)
    );
    let ends = !reader.is_one_of(at + 1, "-/@_&") && !reader.is_number(next);
    (within
        && single
        && ends
        && reader.shape(at) == Some(Shape::Capital)
        && reader.is_in(at, &COMMON_GIVEN))
    .then_some((at, at + 1))
}

/// A given name in small letters that has the line for itself.
pub(super) fn alone(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let to = small_name(reader, at)?;
    (reader.begins_line(at) && reader.is_line(to) && reader.str(at).len() > 2).then_some((at, to))
}
