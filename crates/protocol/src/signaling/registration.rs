//! Proof of possession: a registration signs the server's challenge.

use super::messages::Capability;
use crate::{
    VERSION,
    envelope::Instance,
    identity::{BadSignature, Identity, Signature, verify},
};
use base16ct::lower;
use core::fmt;
use serde::{Deserialize, Serialize};
use units::{PeerId, RoomId};

/// Random bytes that a server sends on every new connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Challenge([u8; 32]);

/// Entering a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// The peer's protocol version.
    pub version: u16,
    /// The room.
    pub room: RoomId,
    /// Who registers.
    pub peer: PeerId,
    /// Its current life.
    pub instance: Instance,
    /// What its device can do.
    pub capability: Capability,
    /// Over challenge, room and instance, by the peer's key.
    pub signature: Signature,
}

const DOMAIN: &str = "register";

impl Challenge {
    /// Wraps 32 bytes from a secure generator.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl Registration {
    /// Answers `challenge` for `identity`.
    pub fn new(
        challenge: &Challenge,
        identity: &Identity,
        room: RoomId,
        instance: Instance,
        capability: Capability,
    ) -> Self {
        let peer = identity.peer_id();
        let signature = identity.sign(DOMAIN, &signed_bytes(challenge, room, instance));
        Self { version: VERSION, room, peer, instance, capability, signature }
    }

    /// Checks that whoever registers holds the key of the peer it claims to be.
    ///
    /// # Errors
    /// [`BadSignature`] if it does not, or answers another challenge.
    pub fn verify(&self, challenge: &Challenge) -> Result<(), BadSignature> {
        let signed = signed_bytes(challenge, self.room, self.instance);
        verify(self.peer, DOMAIN, &signed, &self.signature)
    }
}

fn signed_bytes(challenge: &Challenge, room: RoomId, instance: Instance) -> Vec<u8> {
    [&challenge.0[..], room.as_bytes(), &instance.0.to_le_bytes()].concat()
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Challenge({}…)", lower::encode_string(&self.0[..4]))
    }
}

impl Serialize for Challenge {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&lower::encode_string(&self.0))
    }
}

impl<'de> Deserialize<'de> for Challenge {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        lower::decode_vec(&text).ok().and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or_else(
            || serde::de::Error::custom("a challenge is 64 lower-case hexadecimal digits"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registration_answers_one_challenge_only() {
        let identity = Identity::from_seed([1; 32]);
        let room = RoomId::from_bytes([2; 16]);
        let (one, two) = (Challenge::from_bytes([3; 32]), Challenge::from_bytes([4; 32]));
        let registration =
            Registration::new(&one, &identity, room, Instance(5), Capability::default());
        assert!(registration.verify(&one).is_ok());
        assert!(registration.verify(&two).is_err());
        let other_room = Registration { room: RoomId::from_bytes([9; 16]), ..registration };
        assert!(other_room.verify(&one).is_err());
    }
}
