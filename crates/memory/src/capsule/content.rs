//! What is in a capsule.

use super::head::{Head, Kind, Privacy};
use crate::limits;
use neural::nodes::Skill;
use protocol::{DecodeError, encoding::encode};
use serde::{Deserialize, Serialize};
use units::Hash;

/// What is in a capsule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    /// What somebody wrote.
    Note(String),
    /// What happened to a network.
    Episode(Event),
    /// Nodes that have learnt something: the encoding of a [`Skill`].
    Skill(#[serde(with = "serde_bytes")] Vec<u8>),
}

/// A moment in a network's life that is worth remembering. Numbers alone: there is nothing in it that somebody has written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// A class was met that no row had shown before.
    NewClass {
        /// Which, from 0.
        class: u16,
        /// Rows of it that were there.
        rows: u32,
    },
    /// The network was wrong by much, and is no longer.
    ErrorCorrected {
        /// At rows of this class, from 0; `None` for all of them together.
        class: Option<u16>,
        /// Of a thousand held-out rows, those that it told wrong.
        before_per_mille: u16,
        /// And that it tells wrong since.
        after_per_mille: u16,
    },
    /// A session ended.
    SessionEnded {
        /// Rounds that it had.
        rounds: u32,
        /// Of a thousand held-out rows, those that the network trained alone gets right.
        alone_per_mille: u16,
        /// And the shared one.
        together_per_mille: u16,
    },
    /// A session ended in which nobody else took part.
    AloneEnded {
        /// Rounds that it had.
        rounds: u32,
        /// Of a thousand held-out rows, those that the network gets right.
        right_per_mille: u16,
    },
}

impl Content {
    /// What it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Note(_) => Kind::Note,
            Self::Episode(_) => Kind::Episode,
            Self::Skill(_) => Kind::Skill,
        }
    }

    /// What somebody wrote, where somebody did.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Note(text) => Some(text),
            Self::Episode(_) | Self::Skill(_) => None,
        }
    }

    /// What happened to a network, where that is what it is.
    pub fn event(&self) -> Option<Event> {
        match self {
            Self::Episode(event) => Some(*event),
            Self::Note(_) | Self::Skill(_) => None,
        }
    }

    /// Nodes that have learnt something, where that is what it is.
    pub fn skill(&self) -> Option<Skill> {
        match self {
            Self::Skill(bytes) => Skill::decode(bytes).ok(),
            Self::Note(_) | Self::Episode(_) => None,
        }
    }

    /// Its name.
    pub fn hash(&self) -> Hash {
        Hash::of_parts(&[b"peerceptron capsule content", &encode(self)])
    }

    /// Checks that it is not too long, and fits what the head says.
    pub(super) fn validate(&self, head: &Head) -> Result<(), DecodeError> {
        let invalid = |problem| Err(DecodeError::Invalid { what: "capsule", problem });
        if self.kind() != head.kind {
            return invalid(format!("{:?}, where its head says {:?}", self.kind(), head.kind));
        }
        if let Self::Skill(bytes) = self
            && let Err(problem) = Skill::decode(bytes)
        {
            return invalid(problem.to_string());
        }
        let text = self.text().unwrap_or_default();
        if text.len() > limits::TEXT_BYTES_MAX {
            return invalid(format!("a text of {} bytes", text.len()));
        }
        if head.privacy == Privacy::Behavioural && !(text.is_empty() && head.tags.is_empty()) {
            return invalid("words in one that has none by its privacy".to_owned());
        }
        Ok(())
    }
}
