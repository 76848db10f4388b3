//! Short names that people choose.

use core::{fmt, str::FromStr};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// The name of a cluster: 1 to 64 letters, digits, `-`, `_`, `.`; chosen by a person, the same on every device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ClusterId(String);

/// A text cannot be a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` cannot name a cluster: 1 to {LABEL_CHARS_MAX} letters, digits, `-`, `_` or `.` are needed"
)]
pub struct InvalidLabel {
    text: String,
}

/// Names travel in every message about a cluster; this keeps them small.
const LABEL_CHARS_MAX: usize = 64;

impl ClusterId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClusterId {
    type Err = InvalidLabel;

    fn from_str(text: &str) -> Result<Self, InvalidLabel> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if (1..=LABEL_CHARS_MAX).contains(&text.len()) && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidLabel { text: text.chars().take(LABEL_CHARS_MAX).collect() })
        }
    }
}

impl fmt::Display for ClusterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ClusterId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        assert!("digits-8x8".parse::<ClusterId>().is_ok());
        for bad in ["", "two words", "päth", "a/b", &"x".repeat(65)] {
            assert!(bad.parse::<ClusterId>().is_err(), "{bad}");
        }
    }
}
