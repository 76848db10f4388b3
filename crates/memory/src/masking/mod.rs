//! What in a text tells who somebody is or opens a door, and the text without it.
//!
//! [`find`] says where such things stand, [`mask`] puts a placeholder for each (`[name 1]`, `[mail 2]`: the same value has the
//! same one, so that the text keeps its meaning), and [`mask_with`] does so as a person wishes who has seen what was found.
//! Whatever sends a text takes a [`Masked`], which only these functions make: what was there before is not in it.
//!
//! ```
//! use memory::masking::{Wishes, mask, mask_with};
//!
//! let text = "Dear Anna, call Anna Kowalska at +49 30 901820 or write to anna@example.org.";
//! let masked = mask(text).expect("the text is short");
//! assert_eq!(masked.text(), "Dear [name 1], call [name 2] at [phone 1] or write to [mail 1].");
//!
//! // The person takes the phone number back.
//! let phone = masked.findings()[2].range();
//! let masked = mask_with(text, &Wishes { keep: &[phone], add: &[] }).expect("nothing overlaps");
//! assert!(masked.text().contains("at +49 30 901820 or"));
//! ```
//!
//! What it knows is words, forms and checksums, no meaning: Latin letters, and the habits of English, German, French, Spanish
//! and Italian. A name that no list has and nothing around it points at is not found, so the person looks before it leaves.

mod address;
mod bank;
mod identity;
mod letters;
mod lexicon;
mod mail;
mod network;
mod numbers;
mod people;
mod placeholder;
mod reader;
mod secret;
mod tokens;
#[rustfmt::skip]
mod words;

use std::ops::Range;

pub use placeholder::{Masked, Wishes};
use reader::Reader;

/// Longest text that is looked at. It bounds the work and the memory that one text can ask for.
pub const TEXT_BYTES_MAX: usize = 64 << 10;

/// How often a text is looked at again with what was found taken out, so that nothing shows up in a text once masked.
const ROUNDS_MAX: usize = 16;

/// What somebody would not want strangers to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A person's name, without titles.
    Name,
    /// A mail address, and whatever is written like one, such as the id of a message.
    Mail,
    /// A phone or fax number.
    Phone,
    /// The number of a payment card whose check digit is right.
    Card,
    /// The number of a bank account whose check digits are right (ISO 13616).
    Iban,
    /// Street and house number, postcode and place.
    Address,
    /// An address of the internet, of either version, but for those that mean "this machine".
    Ip,
    /// A password, a key or a token.
    Secret,
    /// When somebody was born.
    Birth,
    /// A number that an office gave to a person.
    Identity,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Name,
        Self::Mail,
        Self::Phone,
        Self::Card,
        Self::Iban,
        Self::Address,
        Self::Ip,
        Self::Secret,
        Self::Birth,
        Self::Identity,
    ];

    /// The word in its placeholders.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Mail => "mail",
            Self::Phone => "phone",
            Self::Card => "card",
            Self::Iban => "iban",
            Self::Address => "address",
            Self::Ip => "ip",
            Self::Secret => "secret",
            Self::Birth => "birth date",
            Self::Identity => "id",
        }
    }
}

/// Where something of a kind stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its first byte.
    pub start: usize,
    /// The byte behind its last.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
}

impl Finding {
    /// Its bytes.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// Why a text was not masked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MaskingError {
    /// More than [`TEXT_BYTES_MAX`].
    #[error("the text has {size_bytes} bytes: mask it in parts of at most {TEXT_BYTES_MAX}")]
    TooLong {
        /// Its size.
        size_bytes: usize,
    },
    /// A wish that is no part of the text, or cuts a character.
    #[error("bytes {start} to {end} are no part of the text: choose whole characters in it")]
    NoPart {
        /// The wish's first byte.
        start: usize,
        /// The byte behind its last.
        end: usize,
    },
}

/// What in a text is to be masked: in order, and no two overlap. It takes time in proportion to the text's length.
///
/// # Errors
/// The text is longer than [`TEXT_BYTES_MAX`].
pub fn find(text: &str) -> Result<Vec<Finding>, MaskingError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(MaskingError::TooLong { size_bytes: text.len() });
    }
    let mut reader = Reader::new(text);
    for _ in 0..ROUNDS_MAX {
        let before = reader.taken();
        look(&mut reader);
        if reader.taken() == before {
            break;
        }
    }
    Ok(reader.findings())
}

/// One round: what leaves no doubt comes first, since what is found is not looked at again.
fn look(reader: &mut Reader<'_>) {
    secret::find_blocks(reader);
    secret::find_named(reader);
    mail::find(reader);
    network::find(reader);
    bank::find_ibans(reader);
    bank::find_cards(reader);
    identity::find_births(reader);
    identity::find_numbers(reader);
    address::find(reader);
    numbers::find_phones(reader);
    secret::find_random(reader);
    people::find(reader);
}

/// A text with a placeholder for everything that [`find`] finds.
///
/// # Errors
/// The text is longer than [`TEXT_BYTES_MAX`].
pub fn mask(text: &str) -> Result<Masked, MaskingError> {
    mask_with(text, &Wishes::default())
}

/// A text with a placeholder for everything that [`find`] finds, but for what a person takes back, and for what they add.
///
/// # Errors
/// The text is longer than [`TEXT_BYTES_MAX`], or a wish is no part of it.
pub fn mask_with(text: &str, wishes: &Wishes<'_>) -> Result<Masked, MaskingError> {
    Masked::new(text, find(text)?, wishes)
}

#[cfg(test)]
mod tests;
