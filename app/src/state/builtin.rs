//! Data sets that ship with the site, and which part of one this device takes.

use core::{fmt, str::FromStr};

/// One part of a data set that ships with the site. Its text form, `digits 2/6, 60 % held out`, is what a cluster
/// remembers of where its rows came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltinPart {
    /// The set, as in `/data/<set>.bin`: lower-case letters and digits.
    pub set: String,
    /// Which part, from 0.
    pub part: u32,
    /// Of how many, 1 to [`PARTS_MAX`].
    pub parts: u32,
    /// Of each class, how many in a hundred are held out for evaluation, 1 to 90.
    pub held_out_percent: u8,
}

/// The most parts a set can be cut into: as many as a room has peers.
pub const PARTS_MAX: u32 = 32;

/// A text does not name a part of a data set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` does not name a part of a data set: `digits 2/6, 60 % held out` would")]
pub struct InvalidPart {
    text: String,
}

/// The longest text that an error repeats.
const QUOTED_CHARS_MAX: usize = 80;

impl fmt::Display for BuiltinPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { set, part, parts, held_out_percent } = self;
        write!(f, "{set} {}/{parts}, {held_out_percent} % held out", part + 1)
    }
}

impl FromStr for BuiltinPart {
    type Err = InvalidPart;

    fn from_str(text: &str) -> Result<Self, InvalidPart> {
        parse(text)
            .ok_or_else(|| InvalidPart { text: text.chars().take(QUOTED_CHARS_MAX).collect() })
    }
}

fn parse(text: &str) -> Option<BuiltinPart> {
    let (which, held_out) = text.split_once(", ")?;
    let (set, part) = which.split_once(' ')?;
    let (part, parts) = part.split_once('/')?;
    let held_out_percent = held_out.strip_suffix(" % held out")?.parse().ok()?;
    let (part, parts): (u32, u32) = (part.parse().ok()?, parts.parse().ok()?);
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let valid = (1..=16).contains(&set.len())
        && set.chars().all(plain)
        && (1..=PARTS_MAX).contains(&parts)
        && (1..=parts).contains(&part)
        && (1..=90).contains(&held_out_percent);
    valid.then(|| BuiltinPart { set: set.to_owned(), part: part - 1, parts, held_out_percent })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_reads_back_what_it_writes() {
        let part = BuiltinPart { set: "digits".into(), part: 1, parts: 6, held_out_percent: 60 };
        assert_eq!(part.to_string(), "digits 2/6, 60 % held out");
        assert_eq!(part.to_string().parse(), Ok(part));
    }

    #[test]
    fn anything_else_is_refused_with_the_text_and_an_example() {
        for text in ["", "digits", "digits 7/6, 60 % held out", "../x 1/6, 60 % held out"] {
            let error = text.parse::<BuiltinPart>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}`")), "{error}");
        }
    }
}
