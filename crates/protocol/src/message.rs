//! What peers say to each other on the ordered, reliable `control` channel, and the values they send on `bulk`.

use crate::{
    DecodeError, VERSION,
    encoding::{decode, encode},
    envelope::Envelope,
    limits,
    overlay::OverlayMessage,
    session::{Commitment, Contribution, Decision, Equivocation, Proposal, RoundRecord, Verdict},
    signaling::PeerCard,
    split::{SplitId, SplitMessage},
};
use serde::{Deserialize, Serialize};
use units::{ClusterId, Hash, PeerId, SessionId};

/// One message on the `control` channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ControlMessage {
    /// The first message in both directions; said again when the sender's capability changes.
    Hello {
        /// The sender's protocol version.
        version: u16,
        /// The sender, in its own words (the server's were hearsay).
        card: PeerCard,
    },
    /// "Are you there?"
    Ping {
        /// Comes back in the answer.
        nonce: u64,
    },
    /// "I am."
    Pong {
        /// From the question.
        nonce: u64,
    },
    /// Text for a person.
    Text {
        /// Grows from one text of the sender to its next, so that a repeat is recognised.
        id: u64,
        /// At most [`limits::TEXT_BYTES_MAX`] bytes.
        text: String,
    },
    /// The text has been stored.
    TextReceived {
        /// Which.
        id: u64,
    },
    /// Members of the room that the sender is connected to, and can introduce.
    Neighbours {
        /// At most [`limits::KNOWN_PEERS_MAX`].
        peers: Vec<PeerCard>,
        /// The sender's round trip to each of them, in the same order, in milliseconds; 0 if not measured.
        round_trips_ms: Vec<u16>,
    },
    /// "Pass this sealed handshake on to your neighbour."
    Introduce {
        /// Whom it is for.
        to: PeerId,
        /// What only they can open.
        envelope: Envelope,
    },
    /// A handshake passed on from a neighbour.
    Introduced {
        /// Who sent it, as the neighbour has verified by its own connection to them.
        from: PeerId,
        /// What only the receiver can open.
        envelope: Envelope,
    },
    /// About a learning session.
    Session {
        /// Which.
        session: SessionId,
        /// What.
        message: SessionMessage,
    },
    /// "Something happened here that is worth learning: take longer steps for a while", to all who have the cluster.
    CallForLearning {
        /// Which.
        cluster: ClusterId,
        /// From 0, not at all, to 255.
        urgency: u8,
    },
    /// About the room as a whole, where it has more members than are connected with each other.
    Overlay(OverlayMessage),
    /// About the room's ledger.
    Ledger {
        /// A message of the crate `books`, at most [`limits::LEDGER_MESSAGE_BYTES_MAX`] bytes.
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// About what devices remember.
    Memory {
        /// A message of the crate `memory`, at most [`limits::MEMORY_MESSAGE_BYTES_MAX`] bytes.
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// About nodes of a split network.
    Split {
        /// Which, among the owner's.
        split: SplitId,
        /// Which part of it.
        part: u16,
        /// What.
        message: SplitMessage,
    },
}

/// What members of a learning session say to each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SessionMessage {
    /// "This session exists; join if you like."
    Proposal(Proposal),
    /// "I take part, with so many training rows on my device."
    Join {
        /// Rows that the sender trains on.
        rows: u32,
    },
    /// "I take part no longer."
    Leave,
    /// "The session is over for everyone", from the peer that proposed it.
    Stop,
    /// "My update for this round has this name."
    Commit(Commitment),
    /// "Commitments are closed: these peers reveal now", from the round's leader.
    Close {
        /// The record that the round builds on.
        parent: Hash,
        /// Who committed to what, by peer.
        contributions: Vec<Contribution>,
    },
    /// "This member promised two updates for one round."
    Accuse(Equivocation),
    /// "These updates make the round", from the round's leader.
    Decide(Decision),
    /// "This is the newest record I hold."
    Head(RoundRecord),
    /// "I arrived at this record too."
    CoSign {
        /// The record.
        record: Hash,
        /// What the sender found of it.
        verdict: Verdict,
    },
    /// "Send me the update with this name."
    RequestUpdate {
        /// Which.
        update: Hash,
    },
    /// "These are my keys for the round": masked sums begin with them.
    Keys {
        /// The record that the round builds on.
        parent: Hash,
        /// At most [`limits::MASK_KEYS_BYTES_MAX`] bytes.
        #[serde(with = "serde_bytes")]
        keys: Vec<u8>,
    },
    /// "These take part in the round's groups, with these keys", from the round's leader.
    Groups {
        /// The record that the round builds on.
        parent: Hash,
        /// By peer, each with the hash of its keys.
        members: Vec<(PeerId, Hash)>,
    },
    /// "These are the shares of my secrets", sealed for each companion.
    Dealt {
        /// The record that the round builds on.
        parent: Hash,
        /// At most [`limits::DEALT_BYTES_MAX`] bytes.
        #[serde(with = "serde_bytes")]
        dealt: Vec<u8>,
    },
    /// "These masked changes are here: hand out what takes masks off", from the round's leader. It has no groups yet.
    Survivors(Decision),
    /// "This takes masks off my group's sum."
    Unmask {
        /// The record that the round builds on.
        parent: Hash,
        /// At most [`limits::UNMASK_BYTES_MAX`] bytes.
        #[serde(with = "serde_bytes")]
        unmask: Vec<u8>,
    },
    /// "Send me the model of this record", or some pieces of it ([`crate::pieces`]).
    RequestModel {
        /// The record's hash.
        record: Hash,
        /// Which pieces, [`MODEL_PIECES_MAX`] at most; none for the list of all and the first ones.
        pieces: Vec<u32>,
    },
}

/// Pieces of a model that one message asks for: what is on its way before the next message decides where to go on.
pub const MODEL_PIECES_MAX: usize = 4;

/// A part of a model's encoding ([`crate::pieces`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModelPart {
    /// The names of all pieces.
    List {
        /// In their order.
        names: Vec<Hash>,
    },
    /// One piece.
    Piece {
        /// Which, from 0.
        piece: u32,
        /// Its bytes.
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// The sender has that model no longer.
    Gone,
}

/// A value on the `bulk` channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BulkMessage {
    /// A round's update, as committed.
    Update {
        /// The session.
        session: SessionId,
        /// Who made it.
        owner: PeerId,
        /// The update's encoding; with its owner it makes the name that was committed to.
        #[serde(with = "serde_bytes")]
        update: Vec<u8>,
    },
    /// Something of a model, whose name is in the record that is named.
    Model {
        /// The session.
        session: SessionId,
        /// The record whose model this is.
        record: Hash,
        /// What.
        part: ModelPart,
    },
    /// Nodes of a split network: from their owner to be carried, or from who carries them as they are by now.
    Slice {
        /// Which split, among the owner's.
        split: SplitId,
        /// Which part of it.
        part: u16,
        /// A `neural::nodes::Slice`, encoded, with its hash at the end.
        #[serde(with = "serde_bytes")]
        slice: Vec<u8>,
    },
    /// A state of nodes on lease, group by group, which their borrower has asked for.
    Letter {
        /// Which split, among the borrower's.
        split: SplitId,
        /// Which part of it.
        part: u16,
        /// A `lending::Message`, encoded.
        #[serde(with = "serde_bytes")]
        letter: Vec<u8>,
    },
    /// An order for the room's ledger that is too long for a control message.
    Order {
        /// An order of the crate `ledger`, encoded.
        #[serde(with = "serde_bytes")]
        order: Vec<u8>,
    },
    /// A block of the room's ledger.
    Block {
        /// A block of the crate `ledger`, encoded.
        #[serde(with = "serde_bytes")]
        block: Vec<u8>,
    },
    /// A cluster, to another device of the sender's person that has asked for it.
    Cluster {
        /// Which.
        cluster: ClusterId,
        /// How inputs are made of people's data (a `data::Recipe`, encoded); empty if they are numbers as they are.
        #[serde(with = "serde_bytes")]
        recipe: Vec<u8>,
        /// A `neural::Model`, encoded.
        #[serde(with = "serde_bytes")]
        model: Vec<u8>,
    },
    /// Bytes that measure a connection and mean nothing.
    Probe {
        /// Anything.
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
}

impl ControlMessage {
    /// The bytes on the channel.
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads a message.
    ///
    /// # Errors
    /// [`DecodeError`] for anything else; the size is checked before anything is read.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let what = "control message";
        let message: Self = decode(what, bytes, limits::CONTROL_MESSAGE_BYTES_MAX)?;
        match &message {
            Self::Hello { version, .. } if *version != VERSION => {
                return Err(DecodeError::Version { theirs: *version });
            }
            Self::Hello { card, .. } => card.capability.validate()?,
            Self::Text { text, .. } => {
                at_most("bytes of text", text.len(), limits::TEXT_BYTES_MAX)?
            }
            Self::Neighbours { peers, round_trips_ms } => {
                at_most("neighbours", peers.len(), limits::KNOWN_PEERS_MAX)?;
                at_most("round trips", round_trips_ms.len(), peers.len())?;
                for peer in peers {
                    peer.capability.validate()?;
                }
            }
            Self::Introduce { envelope, .. } | Self::Introduced { envelope, .. } => {
                at_most("bytes", envelope.size_bytes(), limits::SIGNALING_MESSAGE_BYTES_MAX)?;
            }
            Self::Session { message, .. } => message.validate()?,
            Self::Overlay(message) => message.validate()?,
            Self::Memory { bytes } => {
                at_most("bytes about memories", bytes.len(), limits::MEMORY_MESSAGE_BYTES_MAX)?;
            }
            Self::Ledger { bytes } => {
                at_most("bytes about the ledger", bytes.len(), limits::LEDGER_MESSAGE_BYTES_MAX)?;
            }
            Self::Split { message, .. } => message.validate()?,
            Self::Ping { .. }
            | Self::Pong { .. }
            | Self::TextReceived { .. }
            | Self::CallForLearning { .. } => {}
        }
        Ok(message)
    }
}

impl SessionMessage {
    pub(crate) fn validate(&self) -> Result<(), DecodeError> {
        let members_max = limits::ROUND_MEMBERS_MAX;
        match self {
            Self::Proposal(proposal) => proposal.validate(),
            Self::Close { contributions, .. } => {
                at_most("members", contributions.len(), members_max)
            }
            Self::Decide(decision) => decision.validate(),
            Self::Survivors(decision) => {
                at_most("groups before masks are off", decision.groups.len(), 0)?;
                decision.validate()
            }
            Self::Keys { keys, .. } => {
                at_most("bytes of keys", keys.len(), limits::MASK_KEYS_BYTES_MAX)
            }
            Self::Groups { members, .. } => at_most("members", members.len(), members_max),
            Self::Dealt { dealt, .. } => {
                at_most("bytes of shares", dealt.len(), limits::DEALT_BYTES_MAX)
            }
            Self::Unmask { unmask, .. } => {
                at_most("bytes of shares", unmask.len(), limits::UNMASK_BYTES_MAX)
            }
            Self::Head(record) => record.validate(),
            Self::CoSign { verdict, .. } => verdict.validate(),
            Self::RequestModel { pieces, .. } => {
                at_most("pieces of a model", pieces.len(), MODEL_PIECES_MAX)
            }
            _ => Ok(()),
        }
    }
}

impl BulkMessage {
    /// The bytes of the value.
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads a value.
    ///
    /// # Errors
    /// [`DecodeError`] for anything else; the size is checked before anything is read.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode("bulk value", bytes, limits::BULK_VALUE_BYTES_MAX)
    }
}

pub(crate) fn at_most(what: &'static str, count: usize, limit: usize) -> Result<(), DecodeError> {
    if count > limit {
        let problem = format!("{count} {what} ({limit} are allowed)");
        return Err(DecodeError::Invalid { what: "control message", problem });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_message_reads_back_what_it_writes() {
        let message = ControlMessage::Text { id: 3, text: "good evening".into() };
        assert_eq!(ControlMessage::decode(&message.encode()), Ok(message));
    }

    #[test]
    fn a_text_over_the_limit_is_refused_with_its_length() {
        let text = "x".repeat(limits::TEXT_BYTES_MAX + 1);
        let error = ControlMessage::decode(&ControlMessage::Text { id: 1, text }.encode());
        assert!(error.unwrap_err().to_string().contains("4097 bytes of text"));
    }

    #[test]
    fn trailing_bytes_are_refused() {
        let mut bytes = ControlMessage::Ping { nonce: 1 }.encode();
        bytes.push(0);
        assert!(matches!(ControlMessage::decode(&bytes), Err(DecodeError::Malformed { .. })));
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
            let _ = ControlMessage::decode(&bytes);
            let _ = BulkMessage::decode(&bytes);
        }
    }
}
