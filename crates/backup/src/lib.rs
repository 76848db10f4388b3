//! All that a device has, in one file that a passphrase opens, and nothing else does.
//!
//! * [`Content`]: records, a log and settings, as they lie on a device, and as bytes;
//! * [`Sealer`] and [`Opener`]: those bytes under a passphrase, piece by piece, so that a large file need not be in memory twice.
//!
//! The key comes from the passphrase by Argon2id (RFC 9106), whose cost stands in the file's [`Head`]. The bytes are cut into
//! chunks, each sealed with XChaCha20-Poly1305 under a nonce that holds its number and whether it is the last one: the STREAM
//! construction of Hoang, Reyhanitabar, Rogaway and Vizár ("Online Authenticated-Encryption and its Nonce-Reuse
//! Misuse-Resistance", 2015). Chunks that are exchanged, left out, or cut off are noticed, and so is any change of the head.
//!
//! The crate refuses to know where records come from and what they mean. It has no generator: [`Entropy`] comes as an argument.
//!
//! ```
//! use backup::{Content, Cost, open, seal};
//!
//! let content = Content {
//!     records: vec![("identity".to_owned(), vec![1, 2, 3])],
//!     log: b"what is remembered".to_vec(),
//!     settings: vec![("theme".to_owned(), "dark".to_owned())],
//! };
//! // Never the same one twice, and never a cost as small as this.
//! let file = seal(&content, "correct horse battery", &[7; 35], Cost::LEAST).unwrap();
//! assert_eq!(open(&file, "correct horse battery"), Ok(content));
//! assert!(open(&file, "something else").is_err());
//! ```
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

mod content;
mod error;
mod head;
pub mod limits;
mod open;
mod seal;
mod stream;

pub use content::Content;
pub use error::{OpenError, SealError};
pub use head::{Cost, Entropy, HEAD_BYTES, Head};
pub use open::{BEGINNING_BYTES, Opener, open};
pub use seal::{Sealer, seal};
