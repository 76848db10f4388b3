//! Fixed-size identifiers that read as lower-case hexadecimal.

use core::{fmt, str::FromStr};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A text is not the hexadecimal form of the identifier that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {kind}: {digits} lower-case hexadecimal digits are needed")]
pub struct InvalidId {
    kind: &'static str,
    digits: usize,
    text: String,
}

/// The longest part of a bad identifier that an error repeats.
const QUOTED_CHARS_MAX: usize = 80;

impl InvalidId {
    pub(crate) fn new(kind: &'static str, bytes: usize, text: &str) -> Self {
        Self { kind, digits: bytes * 2, text: text.chars().take(QUOTED_CHARS_MAX).collect() }
    }
}

/// Defines a newtype over `[u8; $size]`: hexadecimal for people and JSON, raw bytes in binary encodings.
macro_rules! hex_bytes {
    ($(#[$docs:meta])* $name:ident, $size:literal, $kind:literal) => {
        $(#[$docs])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name([u8; $size]);

        impl $name {
            /// Wraps the raw bytes.
            pub const fn from_bytes(bytes: [u8; $size]) -> Self {
                Self(bytes)
            }

            /// The raw bytes.
            pub const fn as_bytes(&self) -> &[u8; $size] {
                &self.0
            }

            /// The first eight digits, enough for a person to tell a few of them apart.
            pub fn short(&self) -> String {
                base16ct::lower::encode_string(&self.0[..4])
            }
        }

        impl Ord for $name {
            // That of the bytes. Identifiers are hashes and keys: eight bytes tell nearly all of them apart, and to compare
            // these takes one instruction.
            fn cmp(&self, other: &Self) -> core::cmp::Ordering {
                let first = |id: &Self| {
                    let [a, b, c, d, e, f, g, h, ..] = id.0;
                    u64::from_be_bytes([a, b, c, d, e, f, g, h])
                };
                first(self).cmp(&first(other)).then_with(|| self.0.cmp(&other.0))
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&base16ct::lower::encode_string(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.short())
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                base16ct::lower::decode_vec(text)
                    .ok()
                    .and_then(|bytes| bytes.try_into().ok())
                    .map(Self)
                    .ok_or_else(|| InvalidId::new($kind, $size, text))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    self.0.serialize(serializer)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
                } else {
                    <[u8; $size]>::deserialize(deserializer).map(Self)
                }
            }
        }
    };
}
pub(crate) use hex_bytes;

hex_bytes!(
    /// A device in a room: its Ed25519 public key (RFC 8032), 32 bytes.
    PeerId, 32, "a peer id"
);
hex_bytes!(
    /// A room: the first 16 bytes of a hash of its secret, so the name tells the server nothing about the secret.
    RoomId, 16, "a room id"
);
hex_bytes!(
    /// A learning session: the first 16 bytes of a hash of its proposal.
    SessionId, 16, "a session id"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_id_reads_back_what_it_writes() {
        let id = PeerId::from_bytes(core::array::from_fn(|i| i as u8));
        assert_eq!(id.to_string().parse::<PeerId>(), Ok(id));
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(serde_json::from_str::<PeerId>(&json).unwrap(), id);
    }

    #[test]
    fn ids_are_in_the_order_of_their_bytes() {
        let bytes = [[0; 16], [1; 16], [0xff; 16], core::array::from_fn(|i| (i > 8).into())];
        for (one, other) in bytes.iter().flat_map(|one| bytes.iter().map(move |other| (one, other)))
        {
            let ids = (RoomId::from_bytes(*one), RoomId::from_bytes(*other));
            assert_eq!(ids.0.cmp(&ids.1), one.cmp(other));
        }
    }

    #[test]
    fn a_wrong_length_or_digit_is_named_in_the_error() {
        for text in ["", "00", "zz", &"0".repeat(63), &"A".repeat(64)] {
            let message = text.parse::<PeerId>().unwrap_err().to_string();
            assert!(message.contains("64 lower-case hexadecimal digits"), "{message}");
        }
    }
}
