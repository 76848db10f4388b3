//! How letters begin and end, and who they go to.

use super::super::super::reader::Reader;
use super::super::super::tokens::Class;
use super::super::super::words::{CLOSINGS, GREETINGS, NOBODY, TITLES};
use super::super::starts_sentence;
use super::{Trust, capitals_before, name, small_name, word_name};

/// `Dear …,`: from the line's begin, or after a mark.
pub(super) fn greeted(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    if !reader.is_in(at, &GREETINGS)
        || !starts_sentence(reader, at)
            && !follows_greeting(reader, at)
            && !reader.is_mark(reader.before_space(at).wrapping_sub(1), ',')
    {
        return None;
    }
    let from = reader.after_space(at + 1);
    let comma = reader.is_mark(at + 1, ',');
    let from = if comma { reader.after_space(at + 2) } else { from };
    if from == at + 1
        || reader.is_in(from, &TITLES)
        || reader.is_in(from, &GREETINGS)
        || reader.is_in(from, &NOBODY)
        || reader.is_in(from, &CLOSINGS)
    {
        return None;
    }
    let lower = small_name(reader, from);
    let to =
        lower.or_else(|| name(reader, from, 4, Trust::Any)).or_else(|| word_name(reader, from))?;
    let behind = reader.after_space(to);
    let closes = matches!(
        reader.class(behind),
        Class::Line | Class::Mark(',' | '!' | ':' | ';' | '-' | '–' | '—' | '.' | '?')
    ) || reader.is_in(behind, &["and", "e", "et", "und", "y"]);
    closes.then_some((from, to))
}

pub(super) fn follows_greeting(reader: &Reader<'_>, at: usize) -> bool {
    let before = reader.before_space(at);
    before < at
        && before > 0
        && reader.is_in(
            before - 1,
            &[
                "buenas",
                "buenos",
                "buongiorno",
                "dear",
                "egregio",
                "gentile",
                "good",
                "guten",
                "hallo",
                "sehr",
            ],
        )
}

/// Two or three words that nobody knows, on the line above a street or before a comma and a street.
pub(super) fn before_address(reader: &Reader<'_>, address: usize) -> Option<(usize, usize)> {
    let joint = reader.before_space(address).checked_sub(1)?;
    let line = reader.is_line(joint);
    if !line && !reader.is_mark(joint, ',') {
        return None;
    }
    let (from, to) = capitals_before(reader, reader.before_space(joint))?;
    (!line || reader.begins_line(from)).then_some((from, to))
}

/// A line or two behind words such as `Best regards,`.
pub(super) fn closing(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    if !reader.is_in(at, &CLOSINGS) || !short_line(reader, at) {
        return None;
    }
    let mut from = at + 1;
    let mut lines = 0;
    for _ in 0..8 {
        match reader.class(from) {
            Class::Line if lines < 3 && from < reader.len() => lines += 1,
            Class::Space
            | Class::Mark(',' | '.' | '!' | '-' | '–' | '—' | '>' | '*' | ':' | ')' | ';') => {}
            _ => break,
        }
        from += 1;
    }
    if from == at + 1 || reader.is_in(from, &CLOSINGS) || reader.is_in(from, &TITLES) {
        return None;
    }
    let to = small_name(reader, from)
        .or_else(|| name(reader, from, 4, Trust::Any))
        .or_else(|| word_name(reader, from))?;
    let stated = reader.ends_line(to)
        || reader.is_mark(to, ',')
        || reader.is_one_of(reader.after_space(to), "(<|-–")
        || reader.is_space(to) && reader.str(to).len() > 1;
    let yours = reader.is_in(at, &["dein", "deine", "euer", "eure"]) && reader.is_line(to);
    (stated && (lines > 0 || yours || reader.is_mark(at + 1, ','))).then_some((from, to))
}

/// Whether a line has few words up to a token, as the last one of a letter.
pub(super) fn short_line(reader: &Reader<'_>, at: usize) -> bool {
    let mut from = at;
    for _ in 0..12 {
        match reader.class_before(from) {
            Class::Line => return true,
            Class::Taken(_) => return false,
            Class::Mark('.' | '!' | '?') => return true,
            _ => from -= 1,
        }
    }
    false
}

/// `- Joe`, `-- ` and a line with a name: at a line's begin.
pub(super) fn behind_dashes(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    if reader.class_before(at) == reader.class(at) || !reader.begins_line(at) {
        return None;
    }
    let mut from = at + 1;
    let mut lines = 0;
    for _ in 0..5 {
        match reader.class(from) {
            Class::Mark('-' | '–' | '—' | '~' | '>') => from += 1,
            Class::Space => from += 1,
            Class::Line if lines == 0 && from > at + 1 && from < reader.len() => {
                lines += 1;
                from += 1;
            }
            _ => break,
        }
    }
    let to = small_name(reader, from)
        .or_else(|| name(reader, from, 4, Trust::Any))
        .or_else(|| word_name(reader, from))?;
    let alone = reader.ends_line(to) || reader.is_space(to) && reader.str(to).len() > 1;
    let known = reader.flags(from).given() || reader.flags(from).family();
    let several = (from..to).filter(|part| reader.is_word(*part)).count() > 1;
    (alone && (known || several || lines == 0 && reader.is_line(to))).then_some((from, to))
}
