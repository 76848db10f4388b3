//! Where somebody lives: street and house number, postcode and place.
//!
//! A street is told by its kind (`Road`, `-straße`, `rue`, `calle`, `via`) together with a house number; what follows it is
//! taken along where it is a postcode and a place. A postcode and a place are told by themselves too, in their usual forms.

mod place;
mod street;

use super::Kind;
use super::reader::Reader;
use super::tokens::{Class, Shape};
use super::words::PARTICLES;
use place::{american_alone, british_alone, european_alone, place_behind};
use street::{STREET_WORDS_MAX, box_number, english, german, number_first, number_last};

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
