//! The largest of everything in a file. Each comment says what the limit protects.

/// Bytes that are sealed together: what must be in memory before any of it can be trusted.
pub const CHUNK_BYTES: usize = 64 * 1024;

/// What a device has, in all: the memory of whoever reads a file, who holds it once as it came and once taken apart.
pub const CONTENT_BYTES_MAX: u64 = 768 * 1024 * 1024;

/// Records of a device: a network each, its rows, a room's messages.
pub const RECORDS_MAX: usize = 100_000;

/// Bytes of a record's key, and of a setting's name.
pub const KEY_BYTES_MAX: usize = 1024;

/// Settings that a page keeps.
pub const SETTINGS_MAX: usize = 64;

/// Bytes of a setting.
pub const SETTING_BYTES_MAX: usize = 4096;

/// Characters of a passphrase: fewer are guessed, whatever each guess costs.
pub const PASSPHRASE_CHARS_MIN: usize = 8;

/// Bytes of a passphrase: what is hashed before anything is known of who wrote it.
pub const PASSPHRASE_BYTES_MAX: usize = 1024;

/// Memory that a file may ask for to derive its key, in KiB: a file that asks for more is not one of ours.
pub const COST_MEMORY_KIB_MAX: u32 = 256 * 1024;

/// How often a file may ask for that memory to be gone through.
pub const COST_PASSES_MAX: u32 = 16;
