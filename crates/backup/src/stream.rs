//! Chunks under one key, each with its number and whether it is the last one in its nonce.

use crate::head::{Cost, Entropy, HEAD_BYTES, Head, PREFIX_BYTES, SALT_BYTES};
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

/// What sealing adds to a chunk.
pub(crate) const TAG_BYTES: usize = 16;

/// Sealed or opened one after the other, in their order.
pub(crate) struct Stream {
    cipher: XChaCha20Poly1305,
    head: [u8; HEAD_BYTES],
    prefix: [u8; PREFIX_BYTES],
    number: u32,
}

/// What a chunk is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The empty one before all others, by which a passphrase is known.
    Mark,
    Inner,
    Last,
}

/// The memory that a key takes is not there.
pub(crate) struct NoMemory;

impl Stream {
    pub(crate) fn new(head: &Head, passphrase: &str) -> Result<Self, NoMemory> {
        let (salt, prefix) = split(&head.entropy);
        let key = derive(passphrase, salt, head.cost)?;
        let cipher = XChaCha20Poly1305::new(&(*key).into());
        Ok(Self { cipher, head: head.encode(), prefix: *prefix, number: 0 })
    }

    pub(crate) fn seal(&mut self, place: Place, plain: &[u8]) -> Vec<u8> {
        let nonce = self.nonce(place);
        let payload = Payload { msg: plain, aad: &self.head };
        self.cipher.encrypt(&nonce, payload).expect("chunks are short")
    }

    pub(crate) fn open(&mut self, place: Place, sealed: &[u8]) -> Option<Vec<u8>> {
        let nonce = self.nonce(place);
        let payload = Payload { msg: sealed, aad: &self.head };
        self.cipher.decrypt(&nonce, payload).ok()
    }

    /// The next chunk's. Content is far too short for the numbers to run out.
    fn nonce(&mut self, place: Place) -> XNonce {
        let mut nonce = [0; 24];
        nonce[..PREFIX_BYTES].copy_from_slice(&self.prefix);
        nonce[PREFIX_BYTES..23].copy_from_slice(&self.number.to_be_bytes());
        nonce[23] = place as u8;
        self.number += 1;
        nonce.into()
    }
}

fn split(entropy: &Entropy) -> (&[u8; SALT_BYTES], &[u8; PREFIX_BYTES]) {
    let (salt, prefix) = entropy.split_first_chunk().expect("a salt comes first");
    (salt, prefix.try_into().expect("and the nonces' beginning behind it"))
}

fn derive(passphrase: &str, salt: &[u8], cost: Cost) -> Result<Zeroizing<[u8; 32]>, NoMemory> {
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(32));
    let params = params.expect("the cost is within bounds");
    let mut key = Zeroizing::new([0; 32]);
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon.hash_password_into(passphrase.as_bytes(), salt, &mut *key).map_err(|_| NoMemory)?;
    Ok(key)
}
