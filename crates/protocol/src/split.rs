//! What the owner of a network and the devices that carry some of its nodes say to each other.
//!
//! ```text
//! owner                             host
//!   │ Ask(part, shape) ───────────────►│  has its person agreed, and is there room?
//!   │◄──────────────────── Agree(part) │  or Refuse(part, why)
//!   │ bulk Slice(part) ───────────────►│
//!   │◄───────────────────── Hold(part) │
//!   │ Fire(part, batch, below) ───────►│
//!   │◄──── Fired(part, batch, events)  │
//!   │ Teach(part, batch, errors) ─────►│
//!   │ Snapshot(part) ─────────────────►│  now and then
//!   │◄──────────────── bulk Slice(part)│
//!   │ Return(part) ───────────────────►│  at the end: the newest state, and nothing is left there
//!   │◄──────────────── bulk Slice(part)│
//! ```
//! Where nodes are on lease, `Ask` names the loan, and both sides write `Letter`s about the work that is done: statements, what an
//! audit asks for, receipts. What they say is the crate `lending`'s.

use crate::{DecodeError, limits, message::at_most};
use serde::{Deserialize, Serialize};
use units::{ClusterId, Hash};

/// Names the split of a network, among all of its owner; drawn by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SplitId(pub u64);

/// What nodes that are to be carried cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SliceShape {
    /// Their layer, from 0 above the input.
    pub layer: u8,
    /// How many nodes.
    pub nodes: u32,
    /// Numbers that each gathers.
    pub inputs: u32,
    /// Classes of their readout.
    pub classes: u32,
}

/// One message about one part of a split network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SplitMessage {
    /// "Will you carry these nodes?"
    Ask {
        /// What people call the network.
        cluster: ClusterId,
        /// What they cost.
        shape: SliceShape,
        /// The order in the room's ledger that took them on lease; `None` where they are carried for nothing.
        loan: Option<Hash>,
    },
    /// "Yes: send them."
    Agree,
    /// "They are here and can fire."
    Hold,
    /// "No", or "no longer".
    Refuse(Refusal),
    /// "Let them fire on these events."
    Fire {
        /// Which batch.
        batch: u64,
        /// Events of the layer below, as `neural::nodes::wire` writes them; at most [`limits::ACTIVATION_BYTES_MAX`].
        #[serde(with = "serde_bytes")]
        below: Vec<u8>,
    },
    /// "That is how they fired."
    Fired {
        /// Which batch.
        batch: u64,
        /// Their events; at most [`limits::ACTIVATION_BYTES_MAX`].
        #[serde(with = "serde_bytes")]
        events: Vec<u8>,
    },
    /// "That is what their layer got wrong: let them learn from it."
    Teach {
        /// Which batch.
        batch: u64,
        /// The step size, above 0 and at most 1.
        rate: f32,
        /// Errors of the readout, as `neural::nodes::wire` writes them; at most [`limits::ACTIVATION_BYTES_MAX`].
        #[serde(with = "serde_bytes")]
        errors: Vec<u8>,
    },
    /// "Send me what they know by now."
    Snapshot,
    /// "Send me what they know, and forget them."
    Return,
    /// "Forget them."
    Release,
    /// "My person wants them to go: ask for their return."
    Withdraw,
    /// Something about the loan that they are on.
    Letter(
        /// A `lending::Message`, encoded; at most [`limits::LETTER_BYTES_MAX`].
        #[serde(with = "serde_bytes")]
        Vec<u8>,
    ),
}

/// Why a device does not carry nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// Nobody at the device has agreed to so many: it carries this many more.
    Nodes(u32),
    /// They take more memory than the device has left for nodes of others.
    Memory,
    /// It carries as many parts as it can.
    Parts,
    /// It knows nothing of this part.
    Unknown,
    /// What came is not what was agreed on.
    Damaged,
    /// Its ledger has no such loan, or not yet.
    Loan,
}

impl SplitMessage {
    pub(crate) fn validate(&self) -> Result<(), DecodeError> {
        let bytes_max = limits::ACTIVATION_BYTES_MAX;
        match self {
            Self::Fire { below: bytes, .. } | Self::Fired { events: bytes, .. } => {
                at_most("bytes of events", bytes.len(), bytes_max)
            }
            Self::Teach { rate, errors, .. } => {
                if !(*rate > 0.0 && *rate <= 1.0) {
                    let problem = format!("a step size of {rate}");
                    return Err(DecodeError::Invalid { what: "control message", problem });
                }
                at_most("bytes of errors", errors.len(), bytes_max)
            }
            Self::Letter(bytes) => {
                at_most("bytes of a letter", bytes.len(), limits::LETTER_BYTES_MAX)
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::ControlMessage;

    fn decoded(message: SplitMessage) -> Result<ControlMessage, DecodeError> {
        let message = ControlMessage::Split { split: SplitId(7), part: 3, message };
        ControlMessage::decode(&message.encode())
    }

    #[test]
    fn an_activation_over_the_limit_is_refused_with_its_size() {
        let fire = |size_bytes| SplitMessage::Fire { batch: 1, below: vec![0; size_bytes] };
        assert!(decoded(fire(limits::ACTIVATION_BYTES_MAX)).is_ok());
        let error = decoded(fire(limits::ACTIVATION_BYTES_MAX + 1)).unwrap_err();
        assert!(error.to_string().contains("61441 bytes of events"), "{error}");
    }

    #[test]
    fn a_step_size_that_is_none_is_refused() {
        let teach = |rate| SplitMessage::Teach { batch: 1, rate, errors: Vec::new() };
        assert!(decoded(teach(1e-3)).is_ok());
        assert!([0.0, -1.0, 1.5, f32::NAN].into_iter().all(|rate| decoded(teach(rate)).is_err()));
    }

    #[test]
    fn what_an_activation_costs_beside_its_events() {
        let below = vec![1; 55];
        let message = SplitMessage::Fire { batch: 300, below };
        let message = ControlMessage::Split { split: SplitId(u64::MAX), part: 3, message };
        assert_eq!(message.encode().len(), 55 + 16);
    }
}
