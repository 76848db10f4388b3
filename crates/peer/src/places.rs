//! Where a browser keeps what a device has: the page and the memory worker look in the same places.

/// The object store of a device's records, by key.
pub const RECORDS_STORE: &str = "records";

/// The version of a device's database.
pub const DATABASE_VERSION: u32 = 1;

/// The record without which there is no device.
pub const IDENTITY_RECORD: &str = crate::records::IDENTITY;

/// The name of a device's database.
pub fn database_name(device: &str) -> String {
    format!("peerceptron {device}")
}

/// What makes a worker one that writes and reads copies of a device: it comes first, with the device's name. Orders follow, each an
/// array of its name and what it needs; every one is answered by an array of [`DONE`] and what came of it, or of [`PROBLEM`], a
/// stable code and a sentence.
pub const COPIES: &str = "copies";

/// The order to write a copy: a passphrase, and settings, each an array of name and value. A `Blob` comes of it.
pub const WRITE: &str = "write";

/// The order to read a copy: a `Blob` and its passphrase. Its settings come of it, as for [`WRITE`]; nothing has changed yet.
pub const READ: &str = "read";

/// The order to put what was read in the place of what is there. Nobody else may use the device's places meanwhile.
pub const TAKE: &str = "take";

/// Begins the answer to what was done.
pub const DONE: &str = "done";

/// Begins the answer to what was not.
pub const PROBLEM: &str = "problem";
