//! The largest of everything that a person's devices agree on. Each comment says what the limit protects.

/// Devices that a person has at a time: permits grow with its square.
pub const DEVICES_MAX: usize = 8;

/// Devices that ever were a person's, with those that were taken out: what a record can grow to. It bounds who is let in, and
/// never who is taken out.
pub const MEMBERS_MAX: usize = 20;

/// Keys of one person: the newest ones are kept.
pub const EPOCHS_MAX: usize = 2 * MEMBERS_MAX;

/// Permits to revoke: of every device that ever was, to those that belong.
pub const PERMITS_MAX: usize = MEMBERS_MAX * DEVICES_MAX;

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
