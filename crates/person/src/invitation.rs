//! What a pairing link holds.

use base64ct::{Base64UrlUnpadded, Encoding};
use core::{fmt, str::FromStr};
use units::PeerId;

const TOKEN_BYTES: usize = 16;
/// 48 bytes in unpadded Base64.
const CHARS: usize = 64;

/// Which device invites, and a secret that is good for one pairing: 64 characters of URL-safe Base64 (RFC 4648, section 5).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Invitation {
    /// The device that shows the link.
    pub host: PeerId,
    /// Known to that device and to whoever has seen the link.
    pub token: [u8; TOKEN_BYTES],
}

/// A text is no invitation to pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a pairing link ends with {CHARS} characters behind `pair=`, and this one with {chars}: copy it whole, or scan it again"
)]
pub struct InvalidInvitation {
    /// How many stand there.
    pub chars: usize,
}

impl fmt::Display for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.token[..], self.host.as_bytes()].concat();
        f.write_str(&Base64UrlUnpadded::encode_string(&bytes))
    }
}

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invitation(by {})", self.host.short())
    }
}

impl FromStr for Invitation {
    type Err = InvalidInvitation;

    fn from_str(text: &str) -> Result<Self, InvalidInvitation> {
        let invalid = InvalidInvitation { chars: text.chars().count() };
        let bytes = Base64UrlUnpadded::decode_vec(text).map_err(|_| invalid)?;
        let (token, host) = bytes.split_first_chunk::<TOKEN_BYTES>().ok_or(invalid)?;
        let host: [u8; 32] = host.try_into().map_err(|_| invalid)?;
        Ok(Self { host: PeerId::from_bytes(host), token: *token })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_the_device_and_its_secret() {
        let invitation = Invitation { host: PeerId::from_bytes([7; 32]), token: [9; 16] };
        let text = invitation.to_string();
        assert_eq!((text.len(), text.parse()), (CHARS, Ok(invitation)));
        let cut = text[..60].parse::<Invitation>();
        assert_eq!(cut, Err(InvalidInvitation { chars: 60 }));
    }
}
