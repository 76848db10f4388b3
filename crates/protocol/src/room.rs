//! A room and its invitation.
//!
//! A room is whoever knows its 32-byte secret. The secret travels in the `#fragment` of the invitation link, which
//! browsers never send; the server knows the room by a hash of it. Keys for different uses are derived from the secret
//! by HKDF-SHA-256 (RFC 5869).
//!
//! The first half of the secret is random, and the second half names the room's founder: whoever holds the link can tell
//! the founder's key from all others, although the link is no longer for it.

use base64ct::{Base64UrlUnpadded, Encoding};
use core::{cmp::Ordering, fmt, str::FromStr};
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use units::{Hash, PeerId, RoomId};

/// The secret that makes a device a member of a room.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomSecret([u8; 32]);

/// 32 bytes in unpadded Base64.
const SECRET_CHARS: usize = 43;

/// A text does not hold a room secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidInvitation {
    /// The part behind `#` is missing or cut short.
    #[error(
        "the invitation is incomplete: the part behind `#` must have 43 characters, and has {chars}; copy the whole link"
    )]
    Incomplete {
        /// How long the part is.
        chars: usize,
    },
    /// Something has got into the part behind `#`, or stands behind it.
    #[error(
        "the invitation is too long: the part behind `#` must have 43 characters, and has {chars}; copy the link and nothing else"
    )]
    TooLong {
        /// How long the part is.
        chars: usize,
    },
    /// The part behind `#` is as long as it must be, and no secret all the same.
    #[error("the invitation is damaged: the part behind `#` is mistyped; copy the whole link")]
    Mistyped,
    /// The link names one room and the secret another.
    #[error(
        "the invitation is damaged: it names room {named}, but its secret belongs to another; ask for the link again"
    )]
    OtherRoom {
        /// The room in the link's path.
        named: RoomId,
    },
}

impl RoomSecret {
    /// Wraps 32 bytes from a secure generator.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The secret of a room that `founder` makes, from 16 bytes of a secure generator.
    pub fn founded(founder: PeerId, random: [u8; 16]) -> Self {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&random);
        bytes[16..].copy_from_slice(&founders_mark(founder, &random));
        Self(bytes)
    }

    /// Whether that is the room's founder. To find another key for which it says so takes 2¹²⁸ tries.
    pub fn is_founded_by(&self, peer: PeerId) -> bool {
        self.0[16..] == founders_mark(peer, &self.0[..16])
    }

    /// The raw bytes, for storage on this device.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The name by which the server and the link's path know the room.
    pub fn room_id(&self) -> RoomId {
        RoomId::from_bytes(self.derive(b"room id"))
    }

    /// The key that seals signaling payloads between members.
    pub(crate) fn signaling_key(&self) -> [u8; 32] {
        self.derive(b"signaling key")
    }

    /// The part of an invitation link behind the host: `/room/<room id>#<secret>`.
    pub fn invitation_path(&self) -> String {
        format!("/room/{}#{self}", self.room_id())
    }

    /// Reads the two parts of an invitation link: the room named in its path and the secret in its fragment.
    ///
    /// # Errors
    /// [`InvalidInvitation`] if the secret is not one, or belongs to another room than the one named.
    pub fn from_invitation(named: RoomId, fragment: &str) -> Result<Self, InvalidInvitation> {
        let secret: Self = fragment.parse()?;
        if secret.room_id() == named {
            Ok(secret)
        } else {
            Err(InvalidInvitation::OtherRoom { named })
        }
    }

    fn derive<const N: usize>(&self, purpose: &[u8]) -> [u8; N] {
        let mut key = [0; N];
        Hkdf::<Sha256>::new(Some(b"peerceptron room"), &self.0)
            .expand(purpose, &mut key)
            .expect("HKDF-SHA-256 yields up to 8,160 bytes");
        key
    }
}

fn founders_mark(founder: PeerId, random: &[u8]) -> [u8; 16] {
    let hash = Hash::of_parts(&[b"peerceptron founder", founder.as_bytes(), random]);
    *hash.as_bytes().first_chunk().expect("32 bytes")
}

/// The secret as 43 characters of unpadded URL-safe Base64 (RFC 4648, section 5).
impl fmt::Display for RoomSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Base64UrlUnpadded::encode_string(&self.0))
    }
}

impl fmt::Debug for RoomSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoomSecret(of room {})", self.room_id().short())
    }
}

impl FromStr for RoomSecret {
    type Err = InvalidInvitation;

    fn from_str(text: &str) -> Result<Self, InvalidInvitation> {
        let text = text.strip_prefix('#').unwrap_or(text);
        // Full stops, brackets and blanks (`%20`) that a mail or a sentence puts behind the link are no part of it.
        let is_of_secret = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let text = text.split(|c| !is_of_secret(c)).next().unwrap_or_default();
        match text.len().cmp(&SECRET_CHARS) {
            Ordering::Less => Err(InvalidInvitation::Incomplete { chars: text.len() }),
            Ordering::Greater => Err(InvalidInvitation::TooLong { chars: text.len() }),
            Ordering::Equal => Base64UrlUnpadded::decode_vec(text)
                .ok()
                .and_then(|bytes| bytes.try_into().ok())
                .map(Self)
                .ok_or(InvalidInvitation::Mistyped),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_carries_the_secret_and_names_the_room() {
        let secret = RoomSecret::from_bytes([9; 32]);
        let link = secret.invitation_path();
        let (path, fragment) = link.split_once('#').unwrap();
        let named = path.strip_prefix("/room/").unwrap().parse().unwrap();
        assert_eq!(RoomSecret::from_invitation(named, fragment), Ok(secret));
    }

    #[test]
    fn the_founder_and_nobody_else_is_named() {
        let peer = |n| PeerId::from_bytes([n; 32]);
        let secret = RoomSecret::founded(peer(1), [9; 16]);
        assert!(secret.is_founded_by(peer(1)));
        assert!(!secret.is_founded_by(peer(2)));
        let other = RoomSecret::founded(peer(1), [8; 16]);
        assert_ne!(other.as_bytes()[16..], secret.as_bytes()[16..], "no mark is for two rooms");
    }

    #[test]
    fn what_a_mail_puts_behind_a_link_is_no_part_of_it() {
        let secret = RoomSecret::from_bytes([9; 32]);
        for behind in [".", ",", ")", "%20", " ", ">.", "\u{201D}"] {
            assert_eq!(format!("#{secret}{behind}").parse(), Ok(secret), "{behind}");
        }
    }

    #[test]
    fn a_secret_that_is_too_long_or_mistyped_is_called_so() {
        let text = RoomSecret::from_bytes([9; 32]).to_string();
        let too_long = InvalidInvitation::TooLong { chars: 44 };
        assert_eq!(format!("{text}A").parse::<RoomSecret>(), Err(too_long));
        // The last character has two bits too many.
        let mistyped = format!("{}B", &text[..42]).parse::<RoomSecret>();
        assert_eq!(mistyped, Err(InvalidInvitation::Mistyped));
    }

    #[test]
    fn a_cut_or_mixed_up_invitation_is_refused_with_its_reason() {
        let secret = RoomSecret::from_bytes([9; 32]);
        let other = RoomSecret::from_bytes([8; 32]);
        let text = secret.to_string();
        assert_eq!(
            RoomSecret::from_invitation(secret.room_id(), &text[..40]),
            Err(InvalidInvitation::Incomplete { chars: 40 })
        );
        assert_eq!(
            RoomSecret::from_invitation(other.room_id(), &text),
            Err(InvalidInvitation::OtherRoom { named: other.room_id() })
        );
    }
}
