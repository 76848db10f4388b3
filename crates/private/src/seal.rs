//! What one member tells another alone: two shares, under a key that no other pair and no other round has; and the hashes by
//! which everybody knows shares again.

use crate::{
    keys::{Keys, Roster, agree, derive},
    shares::{SECRET_BYTES, Share},
};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use units::Hash;
use zeroize::Zeroizing;

const NONCE_BYTES: usize = 24;
const SEALED_BYTES: usize = 2 * SECRET_BYTES + 16;

const SELF_MASK: &[u8] = b"self mask";
const MASK_KEY: &[u8] = b"mask key";

/// Of the two shares that one member has of another's secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShareHashes {
    pub(crate) self_mask: Hash,
    pub(crate) mask_key: Hash,
}

/// Those two shares under seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bundle {
    pub(crate) nonce: [u8; NONCE_BYTES],
    pub(crate) sealed: [u8; SEALED_BYTES],
}

/// From one member to another.
pub(crate) struct Sealing {
    cipher: XChaCha20Poly1305,
    route: [u8; 2],
}

impl Sealing {
    /// From the side of whoever `keys` are of; `None` if the other's key hides nothing.
    pub(crate) fn new(keys: &Keys, roster: &Roster, from: usize, to: usize) -> Option<Self> {
        let mine = roster.place_of(&keys.public())?;
        let other = if mine == from { to } else { from };
        let secret = agree(&keys.seal, roster.members()[other].1.seal)?;
        let route = [from as u8, to as u8];
        let key = derive(roster.context(), &*secret, &[b"seal", &route]);
        Some(Self { cipher: XChaCha20Poly1305::new(&key.into()), route })
    }

    pub(crate) fn seal(
        &self,
        nonce: &[u8; NONCE_BYTES],
        self_mask: &Share,
        mask_key: &Share,
    ) -> Bundle {
        let plain = Zeroizing::new([*self_mask.as_bytes(), *mask_key.as_bytes()].concat());
        let payload = Payload { msg: &plain, aad: &self.route };
        let sealed = self.cipher.encrypt(&XNonce::from(*nonce), payload);
        let sealed = sealed.ok().and_then(|sealed| sealed.try_into().ok());
        Bundle { nonce: *nonce, sealed: sealed.expect("64 bytes under seal are 80") }
    }

    pub(crate) fn open(&self, bundle: &Bundle) -> Option<(Share, Share)> {
        let payload = Payload { msg: &bundle.sealed, aad: &self.route };
        let plain = self.cipher.decrypt(&XNonce::from(bundle.nonce), payload).ok()?;
        let plain = Zeroizing::new(plain);
        let (self_mask, mask_key) = plain.split_at_checked(SECRET_BYTES)?;
        let share = |bytes: &[u8]| bytes.try_into().ok().map(Share::from_bytes);
        Some((share(self_mask)?, share(mask_key)?))
    }
}

impl ShareHashes {
    pub(crate) fn of(self_mask: &Share, mask_key: &Share) -> Self {
        Self { self_mask: self_mask.hash(SELF_MASK), mask_key: mask_key.hash(MASK_KEY) }
    }

    /// Whether a share is the one that was dealt.
    pub(crate) fn know(&self, share: &Share, is_survivor: bool) -> bool {
        if is_survivor {
            share.hash(SELF_MASK) == self.self_mask
        } else {
            share.hash(MASK_KEY) == self.mask_key
        }
    }
}
