//! A proof as a text that people send to each other: a line for each part, a name and a value, bytes in hexadecimal.

use super::ProofView;
use core::str::FromStr;
use ledger::{Header, PROOF_BYTES_MAX};
use units::Hash;

/// Characters of such a text: two a byte of the largest proof, and what else there is.
pub const PROOF_TEXT_CHARS_MAX: usize = 2 * PROOF_BYTES_MAX + 4_096;

/// What the first line says.
const TITLE: &str = "Proof that an entry is on a page of a room's books";

/// A text is no proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoProofText {
    /// It is too long.
    #[error("a text of {chars} characters is no proof: one has {PROOF_TEXT_CHARS_MAX} at most")]
    TooLong {
        /// Its length.
        chars: usize,
    },
    /// It does not begin as one does.
    #[error("the first line should be `{TITLE}`: is it a text that “Save the proof” has made?")]
    NoTitle,
    /// A part is missing, or is no value.
    #[error("there should be a line `{0}` with its value, as “Save the proof” writes it")]
    Part(&'static str),
}

impl ProofView {
    /// The proof of that transaction as a text.
    pub fn to_text(&self, transaction: Hash) -> String {
        let Self { ledger, height, proof, header, .. } = self;
        let height = height.unwrap_or(0);
        let (header, proof) = (hexadecimal(header), hexadecimal(proof));
        format!(
            "{TITLE}\nledger {ledger}\ntransaction {transaction}\nheight {height}\nnewest_header {header}\nproof {proof}\n"
        )
    }

    /// Reads one, with the name of the transaction. Which header is to be trusted, a text cannot say: its own counts as the newest,
    /// and shows as much work as it shows.
    ///
    /// # Errors
    /// [`NoProofText`] says what is missing.
    pub fn of_text(text: &str) -> Result<(Self, Hash), NoProofText> {
        if text.len() > PROOF_TEXT_CHARS_MAX {
            return Err(NoProofText::TooLong { chars: text.len() });
        }
        let mut lines = text.lines();
        if lines.next() != Some(TITLE) {
            return Err(NoProofText::NoTitle);
        }
        let header = part(text, "newest_header", bytes)?;
        let tip = Header::decode(&header).map_err(|_| NoProofText::Part("newest_header"))?.hash();
        let view = Self {
            ledger: part(text, "ledger", |value| Hash::from_str(value).ok())?,
            height: Some(part(text, "height", |value| value.parse().ok())?),
            proof: part(text, "proof", bytes)?,
            tip,
            header,
            hashes: 0,
        };
        let transaction = part(text, "transaction", |value| Hash::from_str(value).ok())?;
        Ok((view, transaction))
    }
}

fn part<T>(
    text: &str,
    name: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, NoProofText> {
    let parts = text.lines().filter_map(|line| line.trim().split_once(' '));
    let mut values = parts.filter(|(found, _)| *found == name).map(|(_, value)| value);
    values.next().and_then(read).ok_or(NoProofText::Part(name))
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(16 * digit(*high)? + digit(*low)?).ok(),
        _ => None,
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(ProofView::of_text("hello"), Err(NoProofText::NoTitle));
        assert_eq!(ProofView::of_text(TITLE), Err(NoProofText::Part("newest_header")));
        let header = "ab".repeat(Header::SIZE_BYTES);
        let text = format!("{TITLE}\nnewest_header {header}\nledger zz\n");
        assert_eq!(ProofView::of_text(&text), Err(NoProofText::Part("ledger")));
        let chars = PROOF_TEXT_CHARS_MAX + 1;
        assert_eq!(ProofView::of_text(&"a".repeat(chars)), Err(NoProofText::TooLong { chars }));
    }

    proptest! {
        #[test]
        fn bytes_read_back_and_no_text_is_answered_with_a_panic(all: Vec<u8>, text: String) {
            prop_assert_eq!(bytes(&hexadecimal(&all)), Some(all));
            let _ = ProofView::of_text(&format!("{TITLE}\n{text}"));
            let _ = bytes(&text);
        }
    }
}
