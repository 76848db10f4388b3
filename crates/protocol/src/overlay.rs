//! What keeps a room together in which not everyone is connected with everyone.
//!
//! *Walks* go from neighbour to neighbour at random and bring two devices together that have no neighbour in common;
//! envelopes find their way along them, both ways. The idea is that of HyParView (Leitao, Pereira, Rodrigues: "HyParView:
//! a membership protocol for reliable gossip-based broadcast", DSN 2007). *Rumours* reach everyone, pushed along a tree and
//! announced beside it, as in Plumtree (the same authors: "Epidemic broadcast trees", SRDS 2007).

use crate::{
    DecodeError,
    encoding::{decode, encode},
    envelope::{Envelope, Instance},
    identity::{BadSignature, Identity, Signature},
    limits,
    message::{ControlMessage, SessionMessage, at_most},
    signaling::PeerCard,
    signatures::{Claim, Keys, verify_all},
};
use serde::{Deserialize, Serialize};
use units::{ClusterId, Hash, PeerId, RoomId, SessionId};

/// One message about the room as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum OverlayMessage {
    /// "I have connections to spare, and so have you: close this one, and keep me in mind."
    Part,
    /// A walk, passed on to a neighbour at random.
    Walk(Walk),
    /// What a walk came to, passed back along it.
    WalkEnd(WalkEnd),
    /// A handshake that travels along a walk.
    Relay(Relay),
    /// A rumour, pushed.
    Rumour {
        /// Devices that have passed it on; at most [`limits::RUMOUR_HOPS_MAX`].
        hops: u8,
        /// What is said, and by whom.
        rumour: Rumour,
    },
    /// "I have these rumours; ask for them if they do not reach you otherwise."
    IHave {
        /// At most [`limits::RUMOUR_IDS_MAX`].
        rumours: Vec<Hash>,
    },
    /// "Send me this rumour, and push those that come after it."
    Graft {
        /// Which.
        rumour: Hash,
    },
    /// "I had that already: only announce rumours to me."
    Prune,
}

/// Names a walk; drawn at random by its origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WalkId(pub u64);

/// A device looks for others, wherever it leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    /// Which.
    pub id: WalkId,
    /// Who looks.
    pub origin: PeerCard,
    /// What for.
    pub wish: Wish,
    /// Devices that it may still be passed on to; at most [`limits::WALK_HOPS_MAX`].
    pub hops_left: u8,
    /// Peers that the origin is connected to; at most [`limits::WALK_PEERS_MAX`].
    pub peers: Vec<PeerCard>,
}

/// What the origin of a walk hopes for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wish {
    /// To hear of others, and to be heard of.
    News,
    /// To be offered a connection, by the first on the way that has one to spare.
    Connection,
}

/// A walk has come to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkEnd {
    /// Which.
    pub id: WalkId,
    /// Who is there.
    pub end: PeerCard,
    /// Peers that the end is connected to; at most [`limits::WALK_PEERS_MAX`].
    pub peers: Vec<PeerCard>,
}

/// A handshake on its way along a walk. At the end of its way it goes on to `to` if that is a neighbour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relay {
    /// Along which.
    pub walk: WalkId,
    /// In which direction.
    pub towards: Towards,
    /// Devices that it may still be passed on to; at most [`limits::WALK_HOPS_MAX`].
    pub hops_left: u8,
    /// Who is said to have sealed it; the envelope proves it to the receiver.
    pub from: PeerId,
    /// Whom it is for.
    pub to: PeerId,
    /// What only they can open.
    pub envelope: Envelope,
}

/// A direction along a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Towards {
    /// To where it came from.
    Origin,
    /// To where it went.
    End,
}

/// Something that a member says to the whole room. Whoever passes it on can neither change it nor make one up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rumour {
    /// Who says it.
    pub origin: PeerId,
    /// The origin's life.
    pub instance: Instance,
    /// Grows with every rumour of that life.
    pub sequence: u64,
    /// A [`Payload`], encoded; at most [`limits::RUMOUR_BYTES_MAX`] bytes.
    #[serde(with = "serde_bytes")]
    pub payload: Vec<u8>,
    /// The origin's, over the room and all of the above.
    pub signature: Signature,
}

/// What rumours are about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Payload {
    /// Text for people.
    Text {
        /// Grows from one text of the origin to its next.
        id: u64,
        /// What the origin is called: most who hear this have never met it.
        name: String,
        /// At most [`limits::TEXT_BYTES_MAX`] bytes.
        text: String,
    },
    /// The origin's device is called, or can do, something else than before.
    Capability(PeerCard),
    /// About a learning session, as [`ControlMessage::Session`].
    Session {
        /// Which.
        session: SessionId,
        /// What.
        message: Box<SessionMessage>,
    },
    /// A round's update, made by the origin.
    Update {
        /// The session.
        session: SessionId,
        /// Its encoding.
        #[serde(with = "serde_bytes")]
        update: Vec<u8>,
    },
    /// As [`ControlMessage::CallForLearning`].
    CallForLearning {
        /// Which.
        cluster: ClusterId,
        /// From 0, not at all, to 255.
        urgency: u8,
    },
}

const DOMAIN: &str = "gossip";

impl Rumour {
    /// Signs what `origin` says to all of `room`.
    pub fn new(
        room: RoomId,
        origin: &Identity,
        instance: Instance,
        sequence: u64,
        payload: &Payload,
    ) -> Self {
        let payload = encode(payload);
        let signature = origin.sign(DOMAIN, &encode(&(room, instance, sequence, &payload)));
        Self { origin: origin.peer_id(), instance, sequence, payload, signature }
    }

    /// Checks that the origin has said this in `room`; `keys` are those of whom rumours came before.
    ///
    /// # Errors
    /// [`BadSignature`] if it has not.
    pub fn verify(&self, room: RoomId, keys: &mut Keys) -> Result<(), BadSignature> {
        let said = encode(&(room, self.instance, self.sequence, &self.payload));
        verify_all(&[Claim::new(self.origin, DOMAIN, &said, self.signature)], keys)
    }

    /// What names the rumour: a hash of all that is signed.
    pub fn id(&self) -> Hash {
        let numbers = encode(&(self.instance, self.sequence));
        Hash::of_parts(&[b"peerceptron rumour", self.origin.as_bytes(), &numbers, &self.payload])
    }

    /// Reads what is said.
    ///
    /// # Errors
    /// [`DecodeError`] for anything that is no [`Payload`], or one in another's name.
    pub fn payload(&self) -> Result<Payload, DecodeError> {
        let payload: Payload = decode("rumour", &self.payload, limits::RUMOUR_BYTES_MAX)?;
        match &payload {
            Payload::Text { text, name, .. } => {
                at_most("bytes of text", text.len(), limits::TEXT_BYTES_MAX)?;
                at_most("bytes of a name", name.len(), limits::DEVICE_NAME_CHARS_MAX * 4)?;
            }
            Payload::Capability(card) => {
                card.capability.validate()?;
                if card.peer != self.origin {
                    let problem = format!("the card of {}", card.peer.short());
                    return Err(DecodeError::Invalid { what: "rumour", problem });
                }
            }
            Payload::Session { message, .. } => message.validate()?,
            Payload::Update { .. } | Payload::CallForLearning { .. } => {}
        }
        Ok(payload)
    }
}

impl OverlayMessage {
    pub(crate) fn validate(&self) -> Result<(), DecodeError> {
        let cards = |peers: &[PeerCard]| {
            at_most("peers of a walk", peers.len(), limits::WALK_PEERS_MAX)?;
            peers.iter().try_for_each(|card| card.capability.validate())
        };
        match self {
            Self::Walk(walk) => {
                at_most("steps of a walk", walk.hops_left.into(), limits::WALK_HOPS_MAX.into())?;
                walk.origin.capability.validate()?;
                cards(&walk.peers)
            }
            Self::WalkEnd(end) => {
                end.end.capability.validate()?;
                cards(&end.peers)
            }
            Self::Relay(relay) => {
                at_most("steps of a walk", relay.hops_left.into(), limits::WALK_HOPS_MAX.into())?;
                let size_bytes = relay.envelope.size_bytes();
                at_most("bytes", size_bytes, limits::SIGNALING_MESSAGE_BYTES_MAX)
            }
            Self::Rumour { hops, rumour } => {
                at_most("steps of a rumour", (*hops).into(), limits::RUMOUR_HOPS_MAX.into())?;
                at_most("bytes of a rumour", rumour.payload.len(), limits::RUMOUR_BYTES_MAX)
            }
            Self::IHave { rumours } => at_most("rumours", rumours.len(), limits::RUMOUR_IDS_MAX),
            Self::Part | Self::Graft { .. } | Self::Prune => Ok(()),
        }
    }
}

impl From<OverlayMessage> for ControlMessage {
    fn from(message: OverlayMessage) -> Self {
        Self::Overlay(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rumour() -> (RoomId, Rumour) {
        let room = RoomId::from_bytes([2; 16]);
        let text = Payload::Text { id: 1, name: "Ada".into(), text: "good evening".into() };
        (room, Rumour::new(room, &Identity::from_seed([1; 32]), Instance(5), 7, &text))
    }

    #[test]
    fn who_passes_a_rumour_on_can_change_nothing_in_it() {
        let (room, rumour) = rumour();
        assert_eq!(rumour.verify(room, &mut Keys::default()), Ok(()));
        let other = Identity::from_seed([9; 32]).peer_id();
        for changed in [
            Rumour { origin: other, ..rumour.clone() },
            Rumour { instance: Instance(6), ..rumour.clone() },
            Rumour { sequence: 8, ..rumour.clone() },
            Rumour { payload: rumour.payload[1..].to_vec(), ..rumour.clone() },
        ] {
            assert!(changed.verify(room, &mut Keys::default()).is_err(), "{changed:?}");
            assert_ne!(changed.id(), rumour.id());
        }
        assert!(rumour.verify(RoomId::from_bytes([3; 16]), &mut Keys::default()).is_err());
    }

    #[test]
    fn nobody_speaks_for_another_device() {
        let identity = Identity::from_seed([1; 32]);
        let peer = Identity::from_seed([2; 32]).peer_id();
        let card = PeerCard { peer, instance: Instance(1), capability: Default::default() };
        let room = RoomId::from_bytes([2; 16]);
        let rumour = Rumour::new(room, &identity, Instance(1), 1, &Payload::Capability(card));
        assert_eq!(rumour.verify(room, &mut Keys::default()), Ok(()));
        assert!(rumour.payload().is_err());
    }

    #[test]
    fn a_walk_without_end_is_refused() {
        let (_, rumour) = rumour();
        let message =
            |hops| ControlMessage::from(OverlayMessage::Rumour { hops, rumour: rumour.clone() });
        assert!(ControlMessage::decode(&message(limits::RUMOUR_HOPS_MAX).encode()).is_ok());
        assert!(ControlMessage::decode(&message(limits::RUMOUR_HOPS_MAX + 1).encode()).is_err());
        let peer = rumour.origin;
        let origin = PeerCard { peer, instance: Instance(1), capability: Default::default() };
        let (id, wish, hops_left) = (WalkId(1), Wish::News, limits::WALK_HOPS_MAX + 1);
        let walk = Walk { id, origin, wish, hops_left, peers: Vec::new() };
        let bytes = ControlMessage::from(OverlayMessage::Walk(walk)).encode();
        assert!(ControlMessage::decode(&bytes).is_err());
    }
}
