//! What can be wrong with a file, or with what it is asked to be.

use crate::limits;

/// Why nothing is sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// A passphrase that is guessed.
    #[error(
        "a passphrase of {chars} characters is guessed: take {} or more",
        limits::PASSPHRASE_CHARS_MIN
    )]
    ShortPassphrase {
        /// How many it has.
        chars: usize,
    },
    /// A passphrase that nobody writes.
    #[error(
        "a passphrase of {size_bytes} bytes: up to {} are possible",
        limits::PASSPHRASE_BYTES_MAX
    )]
    LongPassphrase {
        /// How many it has.
        size_bytes: usize,
    },
    /// More than a file takes.
    #[error("{what} of {size}: one file takes up to {most}")]
    TooLarge {
        /// Of what there is too much.
        what: &'static str,
        /// How much there is.
        size: u64,
        /// How much there may be.
        most: u64,
    },
    /// The device has not the memory that the key takes.
    #[error(
        "there are no {memory_kib} KiB of memory, which a key from a passphrase takes: close other pages and try again"
    )]
    OutOfMemory {
        /// How much it takes.
        memory_kib: u32,
    },
}

/// Why a file is not opened. Nothing of it has been taken over then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another kind of file.
    #[error("this is no copy of a device: such a file begins with `PCB1`")]
    NotACopy,
    /// A version that was made later than this one.
    #[error(
        "this copy was written by a newer version of the page (format {version}): open it with that one, or reload this page"
    )]
    Newer {
        /// Its format.
        version: u16,
    },
    /// It asks for more work than any of ours does.
    #[error(
        "this copy asks for {memory_kib} KiB of memory and {passes} passes to try a passphrase, which no page of ours writes"
    )]
    Cost {
        /// Memory that it asks for.
        memory_kib: u32,
        /// How often that is gone through.
        passes: u32,
    },
    /// It holds more than a device has.
    #[error(
        "this copy says that it holds {size_bytes} bytes: up to {} are possible",
        limits::CONTENT_BYTES_MAX
    )]
    TooLarge {
        /// How much it says.
        size_bytes: u64,
    },
    /// The device has not the memory that the key takes.
    #[error(
        "there are no {memory_kib} KiB of memory, which a key from a passphrase takes: close other pages and try again"
    )]
    OutOfMemory {
        /// How much it takes.
        memory_kib: u32,
    },
    /// The passphrase is not the one, or the beginning is not as it was written.
    #[error(
        "this passphrase does not open the copy: it is another one, or the file’s beginning is damaged"
    )]
    WrongPassphrase,
    /// The end is missing.
    #[error(
        "this copy is cut off: {found_bytes} of its {expected_bytes} bytes are there; get the file again"
    )]
    CutOff {
        /// What is there.
        found_bytes: u64,
        /// What should be.
        expected_bytes: u64,
    },
    /// It is not as it was written.
    #[error("this copy is damaged near byte {near_byte}: get the file again")]
    Damaged {
        /// Where that shows.
        near_byte: u64,
    },
    /// It is as it was written, and makes no sense.
    #[error("this copy holds {what} that this version of the page cannot read")]
    Content {
        /// What it is.
        what: &'static str,
    },
}
