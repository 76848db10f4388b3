//! Names beside mail addresses, and in fields.

use super::super::super::reader::Reader;
use super::super::super::tokens::{Class, Shape};
use super::super::super::words::{HEADERS, NAME_LABELS, PARTICLES};
use super::super::begins_name;
use super::super::parts::{Part, Role, parts};
use super::{Trust, capitals_before, name, small_name, word_name};

/// `Name: …`, `Patient: …`, and fields of mails.
pub(super) fn labelled(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let label = reader.is_in(at, &NAME_LABELS);
    let field = reader.is_in(at, &HEADERS) && reader.begins_line(at);
    let colon = reader.after_space(at + 1);
    if !(label || field) || !reader.is_mark(colon, ':') || !reader.is_space(colon + 1) {
        return None;
    }
    let mut from = colon + 2;
    if reader.is_one_of(from, "\"'*") {
        from += 1;
    }
    let lone =
        |to: usize| reader.ends_line(to) || reader.is_one_of(reader.after_space(to), "<([,;\"'|");
    let to = name(reader, from, 5, if field { Trust::Known } else { Trust::Any })
        .or_else(|| if label { word_name(reader, from) } else { None })
        .or_else(|| small_name(reader, from).filter(|to| lone(*to)))?;
    (label || lone(to)).then_some((from, to))
}

/// `Jane Doe <jane@example.org>`, `jane@example.org (Jane Doe)`.
pub(super) fn beside_mail(reader: &Reader<'_>, mail: usize) -> Option<(usize, usize)> {
    let open = reader.after_space(mail + 1);
    if reader.is_mark(open, '(') {
        let to = display(reader, open + 1)?;
        return reader.is_mark(to, ')').then_some((open + 1, to));
    }
    let mut at = mail.checked_sub(1)?;
    if !reader.is_one_of(at, "<([") {
        return None;
    }
    at = reader.before_space(at);
    let quote = at.checked_sub(1).filter(|at| reader.is_one_of(*at, "\"'"));
    let to = quote.unwrap_or(at);
    let mut from = to;
    for _ in 0..14 {
        let Some(before) = from.checked_sub(1) else { break };
        let inside = match reader.class(before) {
            Class::Word(_) | Class::Space => true,
            Class::Mark('.' | '-' | '\'' | '’' | ',') => {
                reader.class(before) != Class::Mark(',') || quote.is_some()
            }
            _ => false,
        };
        if !inside {
            break;
        }
        from = before;
    }
    while from < to && !reader.is_word(from) {
        from += 1;
    }
    let shown = |word: usize| {
        let word = reader.tokens[word].folded;
        let letters = word.as_bytes();
        letters.len() >= 3
            && reader
                .str(mail)
                .bytes()
                .map(|byte| byte.to_ascii_lowercase())
                .collect::<Vec<_>>()
                .windows(letters.len())
                .any(|part| part == letters)
    };
    // `"Skip Montanaro" <skip@pobox.com>`: the address says that it is a name.
    let words: Vec<usize> = (from..to).filter(|at| reader.is_word(*at)).collect();
    let capital = words
        .iter()
        .all(|word| matches!(reader.shape(*word), Some(Shape::Capital | Shape::Initial)));
    let two = words.len() == 2 && words.iter().any(|word| !reader.flags(*word).word());
    if two && capital && words.iter().any(|word| shown(*word)) {
        return Some((from, to));
    }
    match display(reader, from) {
        Some(end) if end == to => Some((from, to)),
        _ => capitals_before(reader, to),
    }
}

/// Behind a person's name that mails are shown with; lists, firms and functions have names too.
pub(super) fn display(reader: &Reader<'_>, from: usize) -> Option<usize> {
    if let Some(to) = small_name(reader, from) {
        return Some(to);
    }
    if !begins_name(reader, from) && reader.class_before(from) != Class::Mark('\'') {
        return None;
    }
    let parts = parts(reader, from, 5);
    let last = parts.last()?;
    let first_known = parts[0].role == Role::Given && parts.len() <= 3;
    let word = |part: &Part| part.role == Role::Word && !reader.is_in(part.from, &PARTICLES);
    if !first_known && parts.iter().any(word) {
        return None;
    }
    let given = parts.iter().any(|part| matches!(part.role, Role::Given | Role::GivenWord));
    let family = parts.iter().any(|part| part.role == Role::Family);
    let names = parts.iter().filter(|part| part.role.names()).count();
    let capital = parts.iter().all(|part| part.shape != Shape::Upper && part.shape != Shape::Mixed);
    let person = if names == 1 {
        matches!(parts[0].role, Role::Given | Role::Family)
            || parts[0].role == Role::GivenWord && parts[0].shape == Shape::Capital
    } else {
        given || family || capital
    };
    person.then_some(last.to)
}
