//! The largest of everything that a person's devices agree on. Each comment says what the limit protects.

/// Devices that a person has at a time: permits grow with its square.
pub const DEVICES_MAX: usize = 8;

/// Devices that were ever taken out: each leaves a key behind that old capsules need.
pub const REVOKED_MAX: usize = 12;

/// Keys of one person.
pub const EPOCHS_MAX: usize = 2 * (DEVICES_MAX + REVOKED_MAX);

/// Permits to revoke, of all pairs of devices that ever were together.
pub const PERMITS_MAX: usize = 160;

/// Bytes of a device's name.
pub const NAME_BYTES_MAX: usize = 64;

/// Settings that are kept in step, and the bytes of one's name and value.
pub const SETTINGS_MAX: usize = 8;
/// See [`SETTINGS_MAX`].
pub const SETTING_BYTES_MAX: usize = 256;

/// Clusters whose newest model is known.
pub const MODELS_MAX: usize = 32;

/// A message: a whole record and some more.
pub const MESSAGE_BYTES_MAX: usize = 48 * 1024;

/// How long an offer to pair stands, in milliseconds: time to walk to the other device.
pub const OFFER_MS: u64 = 10 * 60 * 1_000;

/// Wrong guesses that an offer survives.
pub const WRONG_KNOCKS_MAX: u32 = 4;
