//! How two devices become one person's: one shows a link, the other follows it, and a person compares a number.
//!
//! ```text
//! guest                                host
//!   │ Knock: proof of the link, commitment │
//!   │ ────────────────────────────────────►│
//!   │◄──────────────────────────── Number  │
//!   │ Reveal ─────────────────────────────►│   both show the number
//!   │ Agree ──────────────────────────────►│   once its person has said yes
//!   │◄──────────────────────────── Welcome │   once the host's person has, too
//!   │ Settled ────────────────────────────►│
//! ```
//! The number depends on what both have drawn, and the guest is bound to its part before it knows the host's: whoever stands
//! between two devices, or has stolen the link, has one chance in a million to be shown the same number twice (a short
//! authentication string; Vaudenay, CRYPTO 2005).

use crate::{invitation::Invitation, limits};
use units::{Hash, PeerId, UnixMillis};

/// Below this.
const NUMBERS: u64 = 1_000_000;

/// A link is shown.
pub(crate) struct Offer {
    pub invitation: Invitation,
    pub until: UnixMillis,
    /// Who has followed the link first, and may come again: whoever has stolen it does not come between.
    pub first: Option<PeerId>,
    pub guest: Option<Guest>,
}

/// Who has knocked, as the host sees it.
pub(crate) struct Guest {
    pub peer: PeerId,
    pub name: String,
    pub commitment: Hash,
    pub nonce: [u8; 16],
    /// Once it has shown its own.
    pub number: Option<u32>,
    pub they_agree: bool,
    pub we_agree: bool,
}

/// A link is followed.
pub(crate) struct Visit {
    pub invitation: Invitation,
    pub nonce: [u8; 16],
    pub until: UnixMillis,
    pub knocked: bool,
    /// The host's name, and the number.
    pub number: Option<(String, u32)>,
    pub we_agree: bool,
}

impl Offer {
    pub(crate) fn new(invitation: Invitation, now: UnixMillis) -> Self {
        let until = UnixMillis(now.0.saturating_add(limits::OFFER_MS));
        Self { invitation, until, first: None, guest: None }
    }
}

impl Visit {
    pub(crate) fn new(invitation: Invitation, nonce: [u8; 16], now: UnixMillis) -> Self {
        let until = UnixMillis(now.0.saturating_add(limits::OFFER_MS));
        Self { invitation, nonce, until, knocked: false, number: None, we_agree: false }
    }
}

/// Shows that `guest` has seen the link.
pub(crate) fn proof(invitation: &Invitation, guest: PeerId, commitment: Hash) -> Hash {
    Hash::of_parts(&[
        b"peerceptron knock",
        &invitation.token,
        invitation.host.as_bytes(),
        guest.as_bytes(),
        commitment.as_bytes(),
    ])
}

/// Binds `guest` to what it has drawn.
pub(crate) fn commitment(guest: PeerId, nonce: &[u8; 16]) -> Hash {
    Hash::of_parts(&[b"peerceptron pairing commitment", guest.as_bytes(), nonce])
}

/// What both show.
pub(crate) fn number(
    invitation: &Invitation,
    guest: PeerId,
    host_nonce: &[u8; 16],
    guest_nonce: &[u8; 16],
) -> u32 {
    let hash = Hash::of_parts(&[
        b"peerceptron pairing number",
        &invitation.token,
        invitation.host.as_bytes(),
        guest.as_bytes(),
        host_nonce,
        guest_nonce,
    ]);
    let (first, _) = hash.as_bytes().split_first_chunk().expect("a hash has 32 bytes");
    (u64::from_le_bytes(*first) % NUMBERS) as u32
}
