//! What one peer tells another through somebody it does not trust.
//!
//! A WebRTC description holds the DTLS fingerprint that the whole connection rests on. It is signed by the sender's
//! identity together with room, sender, receiver and freshness, and sealed with XChaCha20-Poly1305 under the room's key:
//! whoever carries the envelope (the server, or a neighbour that introduces two peers) can drop it, but cannot read
//! it, change it, replay it to another place or put itself in between.
//!
//! Freshness: every peer counts its [`Instance`]s (one each time the page starts) and the signals of an instance. An
//! envelope names the sender's instance and count and the receiver's instance; a replay of an old one fails on either.

use crate::{
    DecodeError,
    encoding::{decode, encode},
    identity::{BadSignature, Identity, Signature, verify},
    limits,
    room::RoomSecret,
};
use base64ct::{Base64, Encoding};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use serde::{Deserialize, Serialize};
use units::{PeerId, RoomId};

/// One life of a peer, from page load to page close. Grows from one life to the next (it starts at the wall clock).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Instance(pub u64);

/// Where a signal comes from, where it goes, and its place in the order of all signals between the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The room.
    pub room: RoomId,
    /// Who signed.
    pub from: PeerId,
    /// The sender's life.
    pub from_instance: Instance,
    /// Whom it is for.
    pub to: PeerId,
    /// The receiver's life, as the sender knows it.
    pub to_instance: Instance,
    /// Grows with every signal of `from_instance`.
    pub sequence: u64,
}

/// One step of a WebRTC handshake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// Which attempt at a connection this belongs to; chosen at random by the side that offers.
    pub attempt: u64,
    /// The step.
    pub step: SignalStep,
}

/// The steps of a handshake (JSEP, RFC 9429).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignalStep {
    /// An offer, or a new offer of the same attempt that restarts ICE.
    Offer {
        /// The session description.
        sdp: String,
    },
    /// The answer to the newest offer.
    Answer {
        /// The session description.
        sdp: String,
    },
    /// A path that the other side may try (trickle ICE, RFC 8838).
    Candidate(Candidate),
    /// The answering side has lost the connection and asks for a restart of ICE.
    RestartRequest,
    /// The attempt is over.
    Bye {
        /// Why, for a person to read.
        reason: String,
    },
    /// All connections of the sender are taken: try others, or later.
    Busy,
}

/// An ICE candidate as browsers describe it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The candidate line; empty when there are no more.
    pub candidate: String,
    /// The media section by name.
    pub sdp_mid: Option<String>,
    /// The media section by number.
    pub sdp_m_line_index: Option<u16>,
}

/// A sealed signal: what the server and introducers carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope(String);

/// An envelope is not what it should be. Every case is the fault of the sender or of whoever carried it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// Not made with this room's key, or changed on the way.
    #[error("the envelope was not sealed by a member of this room, or was changed on the way")]
    Unsealable,
    /// Sealed, but not the encoding of a signal.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Sealed by a member, but signed by somebody else than it claims.
    #[error(transparent)]
    Signature(#[from] BadSignature),
    /// Meant for another room, another receiver, or carried in another's name.
    #[error("the envelope was meant for another place: {what} differs")]
    Misdirected {
        /// Which part of the route.
        what: &'static str,
    },
}

#[derive(Serialize, Deserialize)]
struct Signed {
    route: Route,
    signal: Signal,
    signature: Signature,
}

const DOMAIN: &str = "signal";
const NONCE_BYTES: usize = 24;
/// What the envelope's Base64 may hold; leaves room in a signaling message for the fields around it.
const SEALED_BYTES_MAX: usize = limits::SIGNALING_MESSAGE_BYTES_MAX * 3 / 4 - 512;

impl Envelope {
    /// Signs and seals `signal`. `nonce` must come from a secure generator and never be used twice in a room.
    pub fn seal(
        room: &RoomSecret,
        sender: &Identity,
        route: Route,
        signal: Signal,
        nonce: [u8; NONCE_BYTES],
    ) -> Self {
        let signature = sender.sign(DOMAIN, &encode(&(&route, &signal)));
        let plain = encode(&Signed { route, signal, signature });
        let sealed = cipher(room)
            .encrypt(&XNonce::from(nonce), Payload { msg: &plain, aad: route.room.as_bytes() })
            .expect("a signal is far below the cipher's limit of 256 GiB");
        Self(Base64::encode_string(&[&nonce[..], &sealed].concat()))
    }

    /// Opens an envelope that `carried_from` is said to have sent to `me` in this room, and checks seal, signature and
    /// route. Whether instances and sequence are fresh is for the caller, who remembers them.
    ///
    /// # Errors
    /// [`EnvelopeError`]; never panics, whatever the bytes.
    pub fn open(
        &self,
        room: &RoomSecret,
        carried_from: PeerId,
        me: PeerId,
    ) -> Result<(Route, Signal), EnvelopeError> {
        let bytes = self.sealed_bytes()?;
        let (nonce, sealed) =
            bytes.split_first_chunk::<NONCE_BYTES>().ok_or(EnvelopeError::Unsealable)?;
        let room_id = room.room_id();
        let plain = cipher(room)
            .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: room_id.as_bytes() })
            .map_err(|_| EnvelopeError::Unsealable)?;
        let Signed { route, signal, signature } = decode("signal", &plain, SEALED_BYTES_MAX)?;
        verify(route.from, DOMAIN, &encode(&(&route, &signal)), &signature)?;
        for (what, same) in [
            ("room", route.room == room_id),
            ("sender", route.from == carried_from),
            ("receiver", route.to == me),
        ] {
            if !same {
                return Err(EnvelopeError::Misdirected { what });
            }
        }
        signal.validate()?;
        Ok((route, signal))
    }

    /// How long the envelope is on the wire.
    pub fn size_bytes(&self) -> usize {
        self.0.len()
    }

    fn sealed_bytes(&self) -> Result<Vec<u8>, EnvelopeError> {
        let size_bytes = self.0.len() / 4 * 3;
        if size_bytes > SEALED_BYTES_MAX {
            let limit_bytes = SEALED_BYTES_MAX;
            return Err(DecodeError::TooLarge { what: "signal", size_bytes, limit_bytes }.into());
        }
        Base64::decode_vec(&self.0).map_err(|_| EnvelopeError::Unsealable)
    }
}

impl Signal {
    fn validate(&self) -> Result<(), DecodeError> {
        let (what, size_bytes, limit_bytes) = match &self.step {
            SignalStep::Offer { sdp } | SignalStep::Answer { sdp } => {
                ("session description", sdp.len(), limits::SDP_BYTES_MAX)
            }
            SignalStep::Candidate(c) => {
                let mid = c.sdp_mid.as_ref().map_or(0, String::len);
                ("candidate", c.candidate.len() + mid, limits::CANDIDATE_BYTES_MAX)
            }
            SignalStep::Bye { reason } => ("reason", reason.len(), limits::CANDIDATE_BYTES_MAX),
            SignalStep::RestartRequest | SignalStep::Busy => return Ok(()),
        };
        if size_bytes > limit_bytes {
            return Err(DecodeError::TooLarge { what, size_bytes, limit_bytes });
        }
        Ok(())
    }
}

fn cipher(room: &RoomSecret) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&room.signaling_key().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Fixture {
        room: RoomSecret,
        alice: Identity,
        bob: PeerId,
        route: Route,
    }

    fn fixture() -> Fixture {
        let room = RoomSecret::from_bytes([5; 32]);
        let alice = Identity::from_seed([1; 32]);
        let bob = Identity::from_seed([2; 32]).peer_id();
        let route = Route {
            room: room.room_id(),
            from: alice.peer_id(),
            from_instance: Instance(10),
            to: bob,
            to_instance: Instance(20),
            sequence: 1,
        };
        Fixture { room, alice, bob, route }
    }

    fn offer() -> Signal {
        Signal { attempt: 4, step: SignalStep::Offer { sdp: "a=fingerprint:sha-256 AB".into() } }
    }

    #[test]
    fn the_receiver_reads_what_the_sender_sealed() {
        let f = fixture();
        let envelope = Envelope::seal(&f.room, &f.alice, f.route, offer(), [3; 24]);
        let opened = envelope.open(&f.room, f.alice.peer_id(), f.bob);
        assert_eq!(opened, Ok((f.route, offer())));
    }

    #[test]
    fn another_room_cannot_open_it() {
        let f = fixture();
        let envelope = Envelope::seal(&f.room, &f.alice, f.route, offer(), [3; 24]);
        let other = RoomSecret::from_bytes([6; 32]);
        let verdict = envelope.open(&other, f.alice.peer_id(), f.bob);
        assert_eq!(verdict, Err(EnvelopeError::Unsealable));
    }

    #[test]
    fn a_member_cannot_sign_for_another_member() {
        let f = fixture();
        let mallory = Identity::from_seed([9; 32]);
        let envelope = Envelope::seal(&f.room, &mallory, f.route, offer(), [3; 24]);
        let verdict = envelope.open(&f.room, f.alice.peer_id(), f.bob);
        assert_eq!(
            verdict,
            Err(EnvelopeError::Signature(BadSignature { peer: f.alice.peer_id() }))
        );
    }

    #[test]
    fn an_envelope_for_one_peer_is_refused_by_another() {
        let f = fixture();
        let envelope = Envelope::seal(&f.room, &f.alice, f.route, offer(), [3; 24]);
        let carol = Identity::from_seed([3; 32]).peer_id();
        assert_eq!(
            envelope.open(&f.room, f.alice.peer_id(), carol),
            Err(EnvelopeError::Misdirected { what: "receiver" })
        );
        assert_eq!(
            envelope.open(&f.room, carol, f.bob),
            Err(EnvelopeError::Misdirected { what: "sender" })
        );
    }

    #[test]
    fn an_oversized_description_is_refused() {
        let f = fixture();
        let sdp = "x".repeat(limits::SDP_BYTES_MAX + 1);
        let signal = Signal { attempt: 1, step: SignalStep::Offer { sdp } };
        let envelope = Envelope::seal(&f.room, &f.alice, f.route, signal, [3; 24]);
        assert!(matches!(
            envelope.open(&f.room, f.alice.peer_id(), f.bob),
            Err(EnvelopeError::Decode(DecodeError::TooLarge { .. }))
        ));
    }

    proptest! {
        #[test]
        fn any_changed_character_is_noticed(at in 0usize..200, to in "[A-Za-z0-9+/]") {
            let f = fixture();
            let Envelope(mut text) = Envelope::seal(&f.room, &f.alice, f.route, offer(), [3; 24]);
            let at = at % text.len();
            prop_assume!(text.as_bytes()[at] != to.as_bytes()[0]);
            text.replace_range(at..=at, &to);
            prop_assert!(Envelope(text).open(&f.room, f.alice.peer_id(), f.bob).is_err());
        }

        #[test]
        fn any_text_is_answered_with_an_error(text in ".{0,400}") {
            let f = fixture();
            prop_assert!(Envelope(text).open(&f.room, f.alice.peer_id(), f.bob).is_err());
        }
    }
}
