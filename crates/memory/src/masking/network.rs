//! Addresses of the internet.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::Kind;
use super::reader::Reader;
use super::tokens::Class;

/// Words behind which four numbers with dots are a version or a section.
const VERSIONS: [&str; 15] = [
    "build", "chapter", "firmware", "kapitel", "kernel", "oid", "release", "revision", "rfc",
    "section", "v", "ver", "version", "versione", "versions",
];

/// Words before which four small numbers are an address all the same.
const HOSTS: [&str; 12] = [
    "address", "adresse", "dns", "from", "gateway", "host", "ip", "ipv", "ping", "router",
    "server", "ssh",
];

pub(super) fn find(reader: &mut Reader<'_>) {
    for at in 0..reader.len() {
        let found = match reader.class(at) {
            Class::Number => version_4(reader, at).or_else(|| version_6(reader, at)),
            Class::Word(_) | Class::Mark(':') => version_6(reader, at),
            _ => None,
        };
        if let Some(to) = found {
            reader.take(at, to, Kind::Ip);
        }
    }
}

/// Behind four numbers with dots.
fn version_4(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let before = reader.class_before(at);
    if matches!(before, Class::Word(_) | Class::Number | Class::Mark('.' | '-' | '_')) {
        return None;
    }
    let to = at + 7;
    let next_digit = reader.is_mark(to, '.') && reader.is_number(to + 1);
    if next_digit || matches!(reader.class(to), Class::Word(_) | Class::Mark('_' | '-')) {
        return None;
    }
    let address: Ipv4Addr = reader.span(at, to).parse().ok()?;
    if address.is_loopback() || address.is_unspecified() || address.octets()[..3] == [255; 3] {
        return None;
    }
    let word = reader.word_before(at);
    if word.is_some_and(|word| reader.is_in(word, &VERSIONS)) {
        return None;
    }
    let small = address.octets().iter().all(|octet| *octet < 10);
    let enclosed = matches!(before, Class::Mark('[' | '('));
    (!small || enclosed || word.is_some_and(|word| reader.is_in(word, &HOSTS))).then_some(to)
}

/// Behind an address of version 6. It reads 39 bytes at most.
fn version_6(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let part =
        |class: Class| matches!(class, Class::Word(_) | Class::Number | Class::Mark(':' | '.'));
    if part(reader.class_before(at)) {
        return None;
    }
    let mut to = at;
    while part(reader.class(to)) && reader.tokens[to].end - reader.tokens[at].start <= 45 {
        to += 1;
    }
    if part(reader.class(to)) {
        return None;
    }
    // A colon or dot at the end belongs to the sentence, but for `::`.
    while to > at && reader.is_one_of(to - 1, ".:") && !reader.span(at, to).ends_with("::") {
        to -= 1;
    }
    let span = reader.span(at, to);
    if span.matches(':').count() < 2 {
        return None;
    }
    let address: Ipv6Addr = span.parse().ok()?;
    let groups = address.segments().iter().filter(|segment| **segment != 0).count();
    let digits = span.bytes().any(|byte| byte.is_ascii_digit());
    (groups >= 2 && digits && span.len() >= 6).then_some(to)
}
