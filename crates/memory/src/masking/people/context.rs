//! What says that a name stands there, whether or not the table knows it.

use super::super::Kind;
use super::super::reader::Reader;
use super::super::tokens::{Class, Shape};
use super::super::words::{
    BORN, CLOSINGS, COMMON_GIVEN, GREETINGS, HEADERS, NAME_LABELS, NO_LAST_NAMES, NOBODY,
    PARTICLES, QUOTES, RELATIONS, SAYS, TITLES, TO_PLACES, WEAK_TITLES,
};
use super::parts::{Part, Role, parts};
use super::{Known, begins_name, is_thing, take};

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
        if let Some((from, to)) = found {
            if !is_thing(reader, from, to, false) {
                take(reader, known, from, to);
            }
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

/// `Dear …,`: from the line's begin, or after a mark.
fn greeted(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    if !reader.is_in(at, &GREETINGS)
        || !super::starts_sentence(reader, at) && !follows_greeting(reader, at)
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

fn follows_greeting(reader: &Reader<'_>, at: usize) -> bool {
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

/// `Name: …`, `Patient: …`, and fields of mails.
fn labelled(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
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

/// `… wrote:`, `… schrieb am 3. Mai:`, `… says`.
fn said(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
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
fn phrased(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
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
fn related(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
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
fn met(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
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
fn born(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    if !reader.is_in(at, &BORN) {
        return None;
    }
    let joint =
        reader.before_space(at).checked_sub(1).filter(|joint| reader.is_one_of(*joint, ",("))?;
    capitals_before(reader, reader.before_space(joint))
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

/// A given name that is a common word besides, where a sentence has no other reason for its capital.
fn capitalised(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
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
fn alone(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let to = small_name(reader, at)?;
    (reader.begins_line(at) && reader.is_line(to) && reader.str(at).len() > 2).then_some((at, to))
}

/// Two or three words that nobody knows, on the line above a street or before a comma and a street.
fn before_address(reader: &Reader<'_>, address: usize) -> Option<(usize, usize)> {
    let joint = reader.before_space(address).checked_sub(1)?;
    let line = reader.is_line(joint);
    if !line && !reader.is_mark(joint, ',') {
        return None;
    }
    let (from, to) = capitals_before(reader, reader.before_space(joint))?;
    (!line || reader.begins_line(from)).then_some((from, to))
}

/// A line or two behind words such as `Best regards,`.
fn closing(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
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
    (stated && (lines > 0 || reader.is_mark(at + 1, ','))).then_some((from, to))
}

/// Whether a line has few words up to a token, as the last one of a letter.
fn short_line(reader: &Reader<'_>, at: usize) -> bool {
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
fn behind_dashes(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
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

/// `Jane Doe <jane@example.org>`, `jane@example.org (Jane Doe)`.
fn beside_mail(reader: &Reader<'_>, mail: usize) -> Option<(usize, usize)> {
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
fn display(reader: &Reader<'_>, from: usize) -> Option<usize> {
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
