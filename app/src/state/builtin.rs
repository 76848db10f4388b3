//! Data sets that ship with the site, which of them a site has, and which part of one this device takes.

use super::defaults::{BuiltinSet, SETS};
use core::{fmt, str::FromStr};

/// Where a site has the set of that name, below its root.
pub fn set_file(set: &str) -> String {
    format!("data/{set}.bin")
}

/// The built-in sets that a site has. Its server finds out and names them in every page, because a browser that asked for
/// one in vain would call that an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvailableSets(Vec<&'static str>);

impl AvailableSets {
    /// The name of the page's `<meta>` element in which they are listed.
    pub(crate) const META: &str = "data-sets";

    /// Those whose file the site has.
    pub fn among(has: impl Fn(&str) -> bool) -> Self {
        Self(SETS.iter().map(|set| set.id).filter(|id| has(&set_file(id))).collect())
    }

    /// Their names, as they stand in a page.
    pub(crate) fn names(&self) -> String {
        self.0.join(" ")
    }

    /// The sets that a page names, by their positions in [`SETS`]. The first of them is part of every site.
    pub(crate) fn positions(names: &str) -> Vec<usize> {
        let named = |set: &BuiltinSet| names.split(' ').any(|name| name == set.id);
        (0..SETS.len()).filter(|&at| at == 0 || named(&SETS[at])).collect()
    }
}

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
    fn a_page_offers_the_sets_that_the_server_has_named() {
        let all = AvailableSets::among(|_| true);
        assert_eq!(AvailableSets::positions(&all.names()).len(), SETS.len());
        let some = AvailableSets::among(|file| file == "data/digits.bin");
        assert_eq!(some.names(), "digits");
        assert_eq!(AvailableSets::positions(""), [0]);
        assert_eq!(AvailableSets::positions("mnist2 xmnist"), [0]);
    }

    #[test]
    fn anything_else_is_refused_with_the_text_and_an_example() {
        for text in ["", "digits", "digits 7/6, 60 % held out", "../x 1/6, 60 % held out"] {
            let error = text.parse::<BuiltinPart>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}`")), "{error}");
        }
    }
}
