//! Mail addresses, and what is written like them.

use super::Kind;
use super::reader::Reader;
use super::tokens::Class;

/// Longest part before the `@` (RFC 5321 has 64; ids of messages are longer), in tokens.
const LOCAL_TOKENS_MAX: usize = 96;

/// Most tokens of a domain: as many labels, dots and digits as 253 bytes (RFC 1035) are likely to have.
const DOMAIN_TOKENS_MAX: usize = 64;

pub(super) fn find(reader: &mut Reader<'_>) {
    for at in 0..reader.len() {
        let found = match reader.class(at) {
            Class::Mark('@') => plain(reader, at),
            Class::Mark('(' | '[') => spelled_out(reader, at),
            _ => None,
        };
        if let Some((from, to)) = found {
            reader.take(from, to, Kind::Mail);
        }
    }
}

/// `name@example.org`, `name@localhost`, `name@[192.0.2.1]`.
fn plain(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let from = local(reader, at)?;
    let to = match reader.class(at + 1) {
        Class::Mark('[') => literal(reader, at + 1)?,
        _ => domain(reader, at + 1)?,
    };
    Some((from, to))
}

/// `name (at) example (dot) org`, with round or square brackets.
fn spelled_out(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let behind = bracketed(reader, at, "at")?;
    let from = local(reader, reader.before_space(at))?;
    let mut to = reader.after_space(behind);
    for dots in 0..8 {
        if !reader.is_word(to) {
            break;
        }
        let end = to + 1;
        let gap = reader.after_space(end);
        to = if reader.is_mark(end, '.') && reader.is_word(end + 1) {
            end + 1
        } else if let Some(behind) = bracketed(reader, gap, "dot") {
            reader.after_space(behind)
        } else {
            return (dots > 0).then_some((from, end));
        };
    }
    None
}

/// Behind `(word)` or `[word]`.
fn bracketed(reader: &Reader<'_>, at: usize, word: &str) -> Option<usize> {
    let closing = match reader.class(at) {
        Class::Mark('(') => ')',
        Class::Mark('[') => ']',
        _ => return None,
    };
    (reader.is(at + 1, word) && reader.is_mark(at + 2, closing)).then_some(at + 3)
}

/// Where the part before the `@` begins.
fn local(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let mut from = at;
    while from > 0 && at - from < LOCAL_TOKENS_MAX && is_local(reader.class(from - 1)) {
        from -= 1;
    }
    // A dot or a dash at its begin belongs to the sentence.
    while from < at && matches!(reader.class(from), Class::Mark('.' | '-' | '&' | '\'' | '*')) {
        from += 1;
    }
    (from < at && (from..at).any(|token| reader.is_word(token) || reader.is_number(token)))
        .then_some(from)
}

fn is_local(class: Class) -> bool {
    match class {
        Class::Word(_) | Class::Number => true,
        Class::Mark(mark) => "._%+-#$&~'!*".contains(mark),
        _ => false,
    }
}

/// Behind a domain: labels with dots, the last of letters, or one label of letters alone.
fn domain(reader: &Reader<'_>, from: usize) -> Option<usize> {
    let (mut at, mut end) = (from, None);
    while at - from < DOMAIN_TOKENS_MAX {
        let label = at;
        while reader.is_word(at) || reader.is_number(at) || reader.is_one_of(at, "-_") {
            at += 1;
        }
        while at > label && reader.is_one_of(at - 1, "-_") {
            at -= 1;
        }
        if at == label {
            break;
        }
        if reader.is_word(at - 1) && reader.str(at - 1).len() > 1 {
            end = Some(at);
        }
        if !reader.is_mark(at, '.') {
            break;
        }
        at += 1;
    }
    end
}

/// Behind an address of the internet in square brackets.
fn literal(reader: &Reader<'_>, from: usize) -> Option<usize> {
    let to = (from + 1..from + 24).find(|at| reader.is_mark(*at, ']'))?;
    let inside = reader.span(from + 1, to);
    inside.bytes().all(|byte| byte.is_ascii_hexdigit() || b".:".contains(&byte)).then_some(to + 1)
}
