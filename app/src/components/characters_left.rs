//! How much can still be written into a field that has a limit.

use crate::{
    compact::{Erase, live},
    format::plural,
};
use leptos::prelude::*;

/// How a text stands to its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// Far below it.
    Enough,
    /// Near it: so many characters more.
    Left(usize),
    /// Beyond it: so many characters less.
    TooMany(usize),
}

impl Room {
    /// Of a text that may have `max` characters.
    pub fn by_characters(text: &str, max: usize) -> Self {
        let chars = text.chars().count();
        match chars.checked_sub(max) {
            Some(over @ 1..) => Self::TooMany(over),
            _ => Self::near(max - chars, max),
        }
    }

    /// Of a text that may have `max` bytes of UTF-8: characters have one to four, those that are left are counted as large
    /// as the largest in the text.
    pub fn by_bytes(text: &str, max: usize) -> Self {
        let mut end = 0;
        let fits = |c: &char| {
            end += c.len_utf8();
            end <= max
        };
        let fitting = text.chars().take_while(fits).count();
        match text.chars().count() - fitting {
            0 => {
                let largest = text.chars().map(char::len_utf8).max().unwrap_or(1);
                Self::near((max - text.len()) / largest, max / largest)
            }
            over => Self::TooMany(over),
        }
    }

    /// The last quarter of a short text, and the last hundred characters of a long one, are near its limit.
    fn near(left: usize, max: usize) -> Self {
        if left <= (max / 4).min(100) { Self::Left(left) } else { Self::Enough }
    }

    /// Whether the text is too long.
    pub fn is_exceeded(self) -> bool {
        matches!(self, Self::TooMany(_))
    }

    fn words(self) -> Option<String> {
        match self {
            Self::Enough => None,
            Self::Left(left) => {
                Some(format!("{} left", plural(left as u64, "character", "characters")))
            }
            Self::TooMany(over) => {
                Some(format!("{} too many", plural(over as u64, "character", "characters")))
            }
        }
    }
}

/// Says how much room is left once it is little.
#[component]
pub fn CharactersLeft(
    /// How the text stands to its limit.
    #[prop(into)]
    room: Signal<Room>,
) -> impl IntoView {
    let class = move || if room.get().is_exceeded() { "hint hint-problem" } else { "hint" };
    view! {
        <span class=live(class) aria-live="polite">
            {live(move || room.get().words())}
        </span>
    }
    .erased()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_near_the_limit_something_is_said() {
        assert_eq!(Room::by_characters("Ada", 32), Room::Enough);
        assert_eq!(Room::by_characters(&"é".repeat(30), 32), Room::Left(2));
        assert_eq!(Room::by_characters(&"é".repeat(32), 32), Room::Left(0));
        assert_eq!(Room::by_characters(&"é".repeat(33), 32), Room::TooMany(1));
        assert_eq!(Room::TooMany(1).words().unwrap(), "1 character too many");
    }

    #[test]
    fn a_limit_in_bytes_is_told_in_characters() {
        assert_eq!(Room::by_bytes(&"a".repeat(4_000), 4_096), Room::Left(96));
        assert_eq!(Room::by_bytes(&"é".repeat(2_040), 4_096), Room::Left(8));
        assert_eq!(Room::by_bytes(&"é".repeat(2_050), 4_096), Room::TooMany(2));
        assert_eq!(Room::by_bytes("", 4_096), Room::Enough);
    }
}
