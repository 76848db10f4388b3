//! Passwords, keys and tokens.
//!
//! Some say what they are by their first letters, some by the word before them. Of the rest, a run of letters and digits is
//! taken for a secret if it is as surprising as random characters are ([`surprise`]) and nothing says that it is no secret:
//! hashes in hexadecimal and ids in RFC 4122's form name things and open nothing, parts of links and paths are public, and the
//! long lines of encoded pictures and files are of no use to whoever reads them here.

use super::Kind;
use super::letters::surprise;
use super::reader::Reader;
use super::tokens::Class;
use super::words::{NO_SECRET, PASSWORDS};

/// Fewest characters of a run that is taken for a secret by its looks.
const RANDOM_BYTES_MIN: usize = 20;
/// Most: what is longer is data.
const RANDOM_BYTES_MAX: usize = 200;
/// From how many hundredths of a bit for each character a run is random.
const RANDOM_SURPRISE: u32 = 530;
/// From how many characters on a line of nothing else is taken for encoded data.
const ENCODED_LINE_BYTES: usize = 56;

/// How keys begin that say so themselves, and how many characters follow at least.
const PREFIXES: [(&str, usize); 28] = [
    ("AGE-SECRET-KEY-1", 50),
    ("AIza", 30),
    ("AKIA", 16),
    ("ASIA", 16),
    ("EAACEdEose0cBA", 20),
    ("GOCSPX-", 20),
    ("SG.", 30),
    ("dop_v1_", 30),
    ("gho_", 30),
    ("ghp_", 30),
    ("ghr_", 30),
    ("ghs_", 30),
    ("ghu_", 30),
    ("github_pat_", 30),
    ("glpat-", 18),
    ("hf_", 30),
    ("npm_", 30),
    ("pk_live_", 16),
    ("pypi-", 40),
    ("rk_live_", 16),
    ("shpat_", 30),
    ("sk-", 20),
    ("sk_live_", 16),
    ("sk_test_", 16),
    ("whsec_", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("ya29.", 20),
];

/// Blocks of private keys, to the line that ends them or to the text's end.
pub(super) fn find_blocks(reader: &mut Reader<'_>) {
    let mut at = 0;
    while let Some(begin) = block_marker(reader, at, "begin") {
        let end = block_marker(reader, begin + 1, "end").map_or(reader.len(), |end| {
            (end..reader.len()).find(|at| reader.is_line(*at)).unwrap_or(reader.len())
        });
        reader.take(begin, end, Kind::Secret);
        at = end.max(begin + 1);
    }
}

/// The first dash of `-----BEGIN … PRIVATE KEY` or its end, from a token on.
fn block_marker(reader: &Reader<'_>, from: usize, word: &str) -> Option<usize> {
    (from + 5..reader.len()).find_map(|at| {
        let dashes = (at - 5..at).all(|dash| reader.is_mark(dash, '-'));
        let named = || (at + 1..at + 10).any(|next| reader.str(next) == "PRIVATE");
        (dashes && reader.is(at, word) && named()).then_some(at - 5)
    })
}

/// What follows a word such as `password:`, and user and password in links.
pub(super) fn find_named(reader: &mut Reader<'_>) {
    for at in 0..reader.len() {
        if !reader.is_word(at) {
            continue;
        }
        let found = if reader.is_in(at, &PASSWORDS) || is_two_words(reader, at) {
            after_password(reader, at)
        } else if reader.is(at, "bearer") || reader.is(at, "basic") {
            after_bearer(reader, at)
        } else {
            in_link(reader, at)
        };
        if let Some((from, to)) = found {
            reader.take(from, to, Kind::Secret);
        }
    }
}

/// The last word of `API key`, `access_token`, `mot de passe`, `parola d'ordine`.
fn is_two_words(reader: &Reader<'_>, at: usize) -> bool {
    let before =
        |words: &[&str]| at.checked_sub(2).is_some_and(|before| reader.is_in(before, words));
    (reader.is(at, "key") && before(&["access", "api", "license", "private", "secret"]))
        || reader.follows(at + 1, &["mot", "de", "passe"])
        || reader.follows(at + 1, &["parola", "d", "ordine"])
        || reader.follows(at + 1, &["parola", "chiave"])
}

fn after_password(reader: &Reader<'_>, word: usize) -> Option<(usize, usize)> {
    let mut at = word + 1;
    // `"password": "…"`
    if reader.is_one_of(at, "\"'") {
        at += 1;
    }
    at = reader.after_space(at);
    // `password for the printer is …`
    let mut says = reader.is_one_of(at, ":=");
    let mut verb = false;
    if !says {
        for _ in 0..8 {
            verb = reader.is_in(at, &["e", "es", "est", "is", "ist", "lautet"]);
            if verb || !(reader.is_word(at) || reader.is_space(at)) {
                break;
            }
            at += 1;
        }
        if !verb {
            return right_after(reader, word);
        }
        says = reader.is_mark(at + 1, ':');
        at += usize::from(says);
    }
    at = reader.after_space(at + 1);
    let quoted = reader.is_one_of(at, "\"'`«“„");
    let from = at + usize::from(quoted);
    let to = run_end(reader, from);
    let run = reader.span(from, to);
    let (mut upper, mut lower, mut digit, mut mark) = (false, false, false, false);
    for letter in run.chars() {
        upper |= letter.is_uppercase();
        lower |= letter.is_lowercase();
        digit |= letter.is_ascii_digit();
        mark |= !letter.is_alphanumeric();
    }
    let mixed = digit || (mark && lower) || (upper && lower && !is_capital(run));
    let plain = reader.is_in(from, &NO_SECRET) && to == from + 1;
    let long = run.chars().count() >= 4;
    let telling = mixed || quoted || (says && !verb && !run.contains(' '));
    (long && telling && !plain).then_some((from, to))
}

/// `with password x7Rq21ab`, `PIN 4711`: right behind the word, where it cannot be one.
fn right_after(reader: &Reader<'_>, word: usize) -> Option<(usize, usize)> {
    const WORDS: [&str; 9] = [
        "contrasena",
        "kennwort",
        "passcode",
        "passphrase",
        "passwd",
        "password",
        "passwort",
        "pin",
        "pwd",
    ];
    let from = word + 2;
    let to = if reader.is_in(word, &WORDS) { run_end(reader, from) } else { from };
    let run = reader.span(from, to);
    let digits = run.bytes().filter(u8::is_ascii_digit).count();
    let (upper, lower) = (run.contains(char::is_uppercase), run.contains(char::is_lowercase));
    let odd = digits > 0 || run.contains(['!', '#', '$', '%', '*', '_', '^', '~']);
    let mixed = run.len() >= 6 && (upper || lower) && (odd || upper && lower && !is_capital(run));
    let pin = reader.is(word, "pin") && (4..=8).contains(&run.len()) && digits == run.len();
    (reader.is_space(word + 1) && (mixed || pin)).then_some((from, to))
}

fn is_capital(run: &str) -> bool {
    run.chars().skip(1).all(char::is_lowercase)
}

/// Behind a run without space, without the marks that end a sentence or a quotation.
fn run_end(reader: &Reader<'_>, from: usize) -> usize {
    let mut to = from;
    while to - from < 256
        && !matches!(reader.class(to), Class::Space | Class::Line | Class::Taken(_))
    {
        // Commas and the like are parts of passwords, unless the sentence goes on behind them.
        let ends = matches!(reader.class(to + 1), Class::Space | Class::Line | Class::Mark('"'));
        if reader.is_one_of(to, "\"`»”“<>&") || ends && reader.is_one_of(to, ";,") {
            break;
        }
        to += 1;
    }
    while to > from && reader.is_one_of(to - 1, ".)]},'?") {
        to -= 1;
    }
    to
}

fn after_bearer(reader: &Reader<'_>, word: usize) -> Option<(usize, usize)> {
    let from = word + 2;
    let to = run_end(reader, from);
    let run = reader.span(from, to);
    let digits = run.bytes().any(|byte| byte.is_ascii_digit());
    (reader.is_space(word + 1) && run.len() >= 16 && digits).then_some((from, to))
}

/// The user and the password of `scheme://user:password@host`.
fn in_link(reader: &Reader<'_>, scheme: usize) -> Option<(usize, usize)> {
    let from = scheme + 4;
    let slashes = reader.is_mark(scheme + 1, ':')
        && reader.is_mark(scheme + 2, '/')
        && reader.is_mark(scheme + 3, '/');
    if !slashes {
        return None;
    }
    let mut colon = None;
    for at in from..from + 64 {
        match reader.class(at) {
            Class::Mark('@') => return colon.map(|colon| (colon + 1, at)),
            Class::Mark(':') if colon.is_none() => colon = Some(at),
            Class::Mark('/' | '?' | '"' | '<' | '>') | Class::Space | Class::Line => return None,
            _ => {}
        }
    }
    None
}

/// Runs that begin as keys do, and those that look random.
pub(super) fn find_random(reader: &mut Reader<'_>) {
    let mut at = 0;
    while at < reader.len() {
        if !is_part(reader, at) {
            at += 1;
            continue;
        }
        let from = at;
        while is_part(reader, at) {
            at += 1;
        }
        // Dots join what keys and JSON web tokens are made of, and also names of hosts and files.
        let mut joined = at;
        while reader.is_mark(joined, '.') && is_part(reader, joined + 1) {
            joined += 1;
            while is_part(reader, joined) {
                joined += 1;
            }
        }
        if is_key(reader.span(from, joined)) {
            reader.take(from, joined, Kind::Secret);
        } else if joined == at {
            // `key=value`: the value.
            let begin = (from..at).rev().find(|sign| reader.is_mark(*sign, '=') && sign + 1 < at);
            let begin = begin.map_or(from, |sign| sign + 1);
            let run = reader.span(begin, at);
            if is_key(run) || (is_random(run) && stands_alone(reader, from, begin, at)) {
                reader.take(begin, at, Kind::Secret);
            }
        }
        at = joined.max(from + 1);
    }
}

fn is_part(reader: &Reader<'_>, at: usize) -> bool {
    match reader.class(at) {
        Class::Word(_) => reader.str(at).is_ascii(),
        Class::Number => true,
        Class::Mark(mark) => "-_+/=".contains(mark),
        _ => false,
    }
}

/// Whether the line above ends with as long a run as lines of encoded data are.
fn ends_encoded_line(reader: &Reader<'_>, from: usize) -> bool {
    let Some(end) = from.checked_sub(1).filter(|line| reader.is_line(*line)) else { return false };
    let mut begin = end;
    while begin > 0 && end - begin < ENCODED_LINE_BYTES && is_part(reader, begin - 1) {
        begin -= 1;
    }
    reader.span(begin, end).len() >= ENCODED_LINE_BYTES
}

/// Whether a run begins as keys do.
fn is_key(run: &str) -> bool {
    let known = PREFIXES.iter().any(|(prefix, least)| {
        run.strip_prefix(prefix).is_some_and(|rest| {
            rest.len() >= *least && rest.bytes().filter(u8::is_ascii_digit).take(2).count() == 2
        })
    });
    // RFC 7519: a header, a body and perhaps a signature, of which the first two are objects in JSON.
    known || (run.starts_with("eyJ") && run.matches('.').count() == 2 && run.contains(".eyJ"))
}

fn is_random(run: &str) -> bool {
    if !(RANDOM_BYTES_MIN..=RANDOM_BYTES_MAX).contains(&run.len()) {
        return false;
    }
    let count = |is: fn(&u8) -> bool| run.bytes().filter(is).count();
    let digits = count(u8::is_ascii_digit);
    let letters = count(u8::is_ascii_alphabetic);
    let hexadecimal = run.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let words = run.split(['-', '_', '/', '+', '=']).filter(|part| part.len() > 2).count();
    !hexadecimal
        && digits >= 2
        && letters >= 6
        && words <= 1 + run.len() / 12
        && surprise(run) >= RANDOM_SURPRISE
}

/// Whether a run is no part of a link or a path, no boundary between parts of a mail, and no line of encoded data.
fn stands_alone(reader: &Reader<'_>, from: usize, begin: usize, to: usize) -> bool {
    let before = reader.class_before(from);
    let link = matches!(before, Class::Mark('.' | ':' | '\\' | '~' | '%' | '#' | '@'))
        && begin == from
        || matches!(before, Class::Mark('$' | '{' | '_'));
    let path = reader.span(begin, to).matches('/').count() > 1 || reader.is_mark(begin, '/');
    let boundary = reader.is_mark(begin, '-')
        || reader.is_mark(begin, '=') && begin == from
        || (begin > from && (from..begin).all(|at| reader.is_one_of(at, "-=")));
    let line = reader.begins_line(from)
        && reader.is_line(to)
        && (reader.span(begin, to).len() >= ENCODED_LINE_BYTES || ends_encoded_line(reader, from));
    let continues = matches!(reader.class(to), Class::Mark('.' | '@' | '%' | ':' | '(' | '\\'))
        && !matches!(reader.class(to + 1), Class::Space | Class::Line);
    !(link || path || boundary || line || continues)
}
