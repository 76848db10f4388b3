//! Payment cards and bank accounts, by their checksums.

use super::Kind;
use super::reader::Reader;
use super::tokens::Class;

/// Countries and the length of their account numbers, from the registry of ISO 13616.
const LENGTHS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 \
    ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 \
    LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 \
    SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20";

pub(super) fn find_ibans(reader: &mut Reader<'_>) {
    for at in 0..reader.len() {
        if reader.is_word(at)
            && reader.is_number(at + 1)
            && let Some(to) = iban(reader, at)
        {
            reader.take(at, to, Kind::Iban);
        }
    }
}

/// Behind an account number that begins here, spaced or not.
fn iban(reader: &Reader<'_>, from: usize) -> Option<usize> {
    if matches!(reader.class_before(from), Class::Word(_) | Class::Number) {
        return None;
    }
    let country = reader.str(from);
    let entry =
        LENGTHS.split_whitespace().find(|entry| entry[..2].eq_ignore_ascii_case(country))?;
    let length: usize = entry[2..].parse().ok()?;
    let mut characters = Vec::with_capacity(length);
    let mut at = from;
    while characters.len() < length {
        match reader.class(at) {
            Class::Word(_) | Class::Number => {
                characters.extend_from_slice(reader.str(at).as_bytes())
            }
            Class::Space | Class::Mark('-') if reader.str(at).len() == 1 => {}
            _ => return None,
        }
        at += 1;
    }
    let whole = characters.len() == length && characters.iter().all(u8::is_ascii_alphanumeric);
    let ends = !matches!(reader.class(at), Class::Word(_) | Class::Number);
    (whole && ends && remainder(&characters) == 1).then_some(at)
}

/// Of the number by 97, with its first four characters at its end and letters as 10 to 35.
fn remainder(characters: &[u8]) -> u32 {
    let turned = characters[4..].iter().chain(&characters[..4]);
    turned.fold(0, |sum, character| match character {
        b'0'..=b'9' => (sum * 10 + u32::from(character - b'0')) % 97,
        letter => (sum * 100 + u32::from(letter.to_ascii_uppercase() - b'A') + 10) % 97,
    })
}

pub(super) fn find_cards(reader: &mut Reader<'_>) {
    for at in 0..reader.len() {
        if reader.is_number(at)
            && let Some(to) = card(reader, at)
        {
            reader.take(at, to, Kind::Card);
        }
    }
}

/// Behind a card number that begins here: in one piece, or in groups as on cards.
fn card(reader: &Reader<'_>, from: usize) -> Option<usize> {
    let apart = |class: Class| {
        matches!(
            class,
            Class::Word(_) | Class::Number | Class::Mark('.' | '-' | '_' | '/' | '$' | '€' | '£')
        )
    };
    // Nor the end of a longer row of numbers.
    let row = from >= 2 && reader.is_space(from - 1) && reader.is_number(from - 2);
    if row || apart(reader.class_before(from)) {
        return None;
    }
    let (mut digits, mut groups, mut at) = (Vec::with_capacity(20), Vec::with_capacity(6), from);
    loop {
        let group = reader.str(at);
        digits.extend(group.bytes().take(20).map(|digit| digit - b'0'));
        groups.push(group.len());
        at += 1;
        let joined = reader.str(at) == reader.str(from + 1)
            && matches!(reader.str(at), " " | "-" | "\u{a0}")
            && reader.is_number(at + 1);
        if !joined || digits.len() >= 19 || groups.len() == 5 {
            break;
        }
        at += 1;
    }
    let grouped =
        matches!(groups[..], [13..=19] | [4, 4, 4, 1..=4] | [4, 4, 4, 4, 1..=3] | [4, 6, 4 | 5]);
    let decimals = reader.is_one_of(at, ".,") && reader.is_number(at + 1);
    let ends = !matches!(reader.class(at), Class::Word(_) | Class::Mark('-' | '_')) && !decimals;
    (grouped && ends && is_issued(&digits) && luhn(&digits)).then_some(at)
}

/// Whether an issuer gives numbers that begin so at this length (ISO 7812: the large networks).
fn is_issued(digits: &[u8]) -> bool {
    let lead = digits.iter().take(4).fold(0, |sum, digit| sum * 10 + u32::from(*digit));
    match digits.len() {
        13 => lead / 1000 == 4 || (5000..=6999).contains(&lead),
        14 => matches!(lead, 3000..=3059 | 3600..=3699 | 3800..=3999),
        15 => matches!(lead / 100, 34 | 37),
        16 => matches!(lead, 2221..=2720 | 3528..=3589 | 4000..=6999),
        17..=19 => matches!(lead, 4000..=6999),
        _ => false,
    }
}

/// ISO/IEC 7812-1, annex B.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(*digit)) {
            (0, digit) => digit,
            (_, digit) => digit * 2 - if digit > 4 { 9 } else { 0 },
        })
        .sum();
    sum.is_multiple_of(10)
}
