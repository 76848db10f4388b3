//! Work on networks whose nodes are on several devices, and on nodes of others.

use super::Prediction;
use neural::nodes::Cut;
use serde::{Deserialize, Serialize};

/// A piece of work on a split cluster, or one that is to be split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SplitJob {
    /// Cut the shared network into parts, all of them here. Answer: [`Answer::Done`](super::Answer::Done).
    Begin {
        /// The parts that can be elsewhere, by number.
        cuts: Vec<Cut>,
    },
    /// Write a part down for another device. Answer: [`Answer::Bytes`](super::Answer::Bytes).
    Lend {
        /// Which.
        part: u16,
    },
    /// A part fires elsewhere from here on, or here again. Answer: [`Answer::Done`](super::Answer::Done).
    Place {
        /// Which.
        part: u16,
        /// Whether it is here.
        here: bool,
    },
    /// Keep a newer state of a part that is elsewhere. Answer: [`Answer::Done`](super::Answer::Done).
    Keep {
        /// Which.
        part: u16,
        /// As it came.
        #[serde(with = "serde_bytes")]
        slice: Vec<u8>,
    },
    /// Send a batch of this device's rows up. Answer: [`Answer::Passage`](super::Answer::Passage).
    Step {
        /// Its number.
        batch: u64,
        /// Rows.
        rows: u32,
        /// Adam's step size.
        learning_rate: f32,
        /// Decides which rows come when.
        seed: u64,
    },
    /// Send one input up, as a question. Answer: [`Answer::Passage`](super::Answer::Passage).
    Ask {
        /// Its number.
        batch: u64,
        /// The input.
        input: Vec<f32>,
    },
    /// Go on with a batch: that is what parts elsewhere gave. Answer: [`Answer::Passage`](super::Answer::Passage).
    Join {
        /// Its number.
        batch: u64,
        /// By part, as they came.
        arrived: Vec<(u16, Vec<u8>)>,
    },
    /// Take one step from an error on the newest question. Answer: [`Answer::Lesson`](super::Answer::Lesson).
    Teach {
        /// One value a class: predicted less wanted probability.
        error: Vec<f32>,
    },
    /// Bring all that is known together in the shared network; with `end`, the network is split no longer. Answer:
    /// [`Answer::Adopted`](super::Answer::Adopted).
    Settle {
        /// Whether that is the end.
        end: bool,
    },
}

/// A piece of work on nodes that this device carries for others. They are named by numbers of the engine's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum HostJob {
    /// Take nodes in. Answer: [`Answer::Done`](super::Answer::Done).
    Take {
        /// Whose.
        slice: u32,
        /// How many nodes, what each gathers, and classes, as was agreed on.
        shape: [u32; 3],
        /// As they came.
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// Let nodes fire. Answer: [`Answer::Bytes`](super::Answer::Bytes).
    Fire {
        /// Which.
        slice: u32,
        /// The batch's number.
        batch: u64,
        /// Events of the layer below, as they came.
        #[serde(with = "serde_bytes")]
        below: Vec<u8>,
    },
    /// Let nodes learn. A batch that is not remembered teaches nothing. Answer: [`Answer::Done`](super::Answer::Done).
    Teach {
        /// Which.
        slice: u32,
        /// The batch's number.
        batch: u64,
        /// Adam's step size.
        rate: f32,
        /// Errors of the readout, as they came.
        #[serde(with = "serde_bytes")]
        errors: Vec<u8>,
    },
    /// Write nodes down. Answer: [`Answer::Bytes`](super::Answer::Bytes).
    Write {
        /// Which.
        slice: u32,
    },
    /// Forget nodes. Answer: [`Answer::Done`](super::Answer::Done).
    Drop {
        /// Which.
        slice: u32,
    },
}

/// How far a batch has come through a split network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    /// For the parts that were waited for: with which step size, and what their layer got wrong; nothing of a question.
    pub lesson: Option<(f32, Vec<u8>)>,
    /// Parts that gave what no nodes give.
    pub refused: Vec<u16>,
    /// What is next.
    pub next: Next,
}

/// What is next for a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Next {
    /// Parts elsewhere are to fire.
    Waits {
        /// Of this layer.
        layer: u32,
        /// On these events, as they travel.
        #[serde(with = "serde_bytes")]
        below: Vec<u8>,
    },
    /// It has taught all layers.
    Learnt {
        /// Rows in it.
        rows: u32,
        /// Rows that were told right.
        correct: u32,
    },
    /// It was a question.
    Answered(Prediction),
}
