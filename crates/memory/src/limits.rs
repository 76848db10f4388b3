//! The largest of everything that is remembered, in one place. Each comment says what the limit protects.

/// Text of a note: some pages of writing, and what one message carries.
pub const TEXT_BYTES_MAX: usize = 16 * 1024;

/// Tags of a capsule.
pub const TAGS_MAX: usize = 16;

/// Characters of a tag.
pub const TAG_CHARS_MAX: usize = 32;

/// Capsules that one names as what it was made of.
pub const SOURCES_MAX: usize = 8;

/// Numbers of an embedding: the memory of a search.
pub const DIMENSIONS_MAX: usize = 512;

/// A whole capsule: a skill is the largest, and it travels in one message.
pub const CAPSULE_BYTES_MAX: usize = 48 * 1024;

/// Capsules on one device: the memory of its index.
pub const CAPSULES_MAX: usize = 200_000;

/// Capsules that a device keeps for one other.
pub const CAPSULES_OF_ANOTHER_MAX: usize = 5_000;

/// What a search gives at most.
pub const RESULTS_MAX: usize = 50;

/// What a device answers another's search with at most: it travels in one message.
pub const HITS_MAX: usize = 20;

/// Names of capsules in one message between devices of one person.
pub const LISTED_MAX: usize = 1_000;

/// Names of capsules that were forgotten: more are gone, and not noted.
pub const FORGOTTEN_MAX: usize = 2 * CAPSULES_MAX;

/// The log of a device: what is read when it starts.
pub const LOG_BYTES_MAX: usize = 512 * 1024 * 1024;

/// Bytes of all capsules on one device: a log takes twice as many before it is written anew, and must stay one that can be read.
pub const KEPT_BYTES_MAX: u64 = LOG_BYTES_MAX as u64 / 4;
