//! Work on networks whose nodes are on several devices, and on nodes of others.

use super::Prediction;
use core::time::Duration;
use neural::nodes::Cut;
use serde::{Deserialize, Serialize};
use units::{Credits, Hash, PeerId};

/// A piece of work on a split cluster, or one that is to be split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SplitJob {
    /// Cut the shared network into parts, all of them here; one that is split is cut anew, when no batch is on its way. Answer: [`Answer::Done`](super::Answer::Done).
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
    /// In which state is a part to be lent? Answer: [`Answer::Root`](super::Answer::Root).
    Root {
        /// Which.
        part: u16,
    },
    /// Something about loans of parts. Answer: [`Answer::Loans`](super::Answer::Loans).
    Loan(LoanJob),
    /// Bring all that is known together in the shared network; with `end`, the network is split no longer. Answer:
    /// [`Answer::Adopted`](super::Answer::Adopted).
    Settle {
        /// Whether that is the end.
        end: bool,
    },
}

/// A piece of work on parts that are on lease.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum LoanJob {
    /// The ledger has the loan of a part: note from here on what its lender is sent and gives.
    Open {
        /// Which.
        part: u16,
        /// The order that opened it.
        loan: Hash,
        /// Draws what is audited.
        secret: [u8; 32],
    },
    /// That was sent, and came back, in this order.
    Note(Vec<LoanNote>),
    /// A lender has written.
    Hear {
        /// Of which part.
        part: u16,
        /// What, as it came.
        #[serde(with = "serde_bytes")]
        letter: Vec<u8>,
    },
    /// A part is asked for.
    Finish {
        /// Which.
        part: u16,
    },
    /// A lender is gone, or was told to.
    GiveBack {
        /// Of which part.
        part: u16,
    },
}

/// Something that a lender was sent, or gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum LoanNote {
    /// To let nodes fire.
    Fire {
        /// Of these parts.
        parts: Vec<u16>,
        /// The batch's number.
        batch: u64,
        /// Events of the layer below, as they travel.
        #[serde(with = "serde_bytes")]
        below: Vec<u8>,
    },
    /// How they fired.
    Fired {
        /// Of this part.
        part: u16,
        /// The batch's number.
        batch: u64,
        /// Their events, as they came.
        #[serde(with = "serde_bytes")]
        events: Vec<u8>,
    },
    /// To let nodes learn.
    Teach {
        /// Of these parts.
        parts: Vec<u16>,
        /// The batch's number.
        batch: u64,
        /// Adam's step size.
        rate: f32,
        /// Errors of the readout, as they travel.
        #[serde(with = "serde_bytes")]
        errors: Vec<u8>,
    },
}

/// What comes of work on a loan, at its borrower's or its lender's.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LoanAnswer {
    /// What nodes gave, as it travels.
    #[serde(with = "serde_bytes")]
    pub fired: Option<Vec<u8>>,
    /// A letter to the other side.
    #[serde(with = "serde_bytes")]
    pub letter: Option<Vec<u8>>,
    /// What is to be ordered in the ledger, a [`ledger::Action`] encoded: it ends the loan.
    #[serde(with = "serde_bytes")]
    pub order: Option<Vec<u8>>,
    /// What the lender would have to order if it had to end it now, to be stored.
    #[serde(with = "serde_bytes")]
    pub claim: Option<Vec<u8>>,
    /// How the loan goes.
    pub progress: Option<LoanProgress>,
    /// Whether nothing more is to come of it.
    pub is_over: bool,
    /// Why nobody goes on with it, as a sentence.
    pub breach: Option<String>,
    /// How long it lasts, where it has just begun.
    pub lasts: Option<Duration>,
}

/// How a loan goes, as far as one side knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoanProgress {
    /// Segments of work that the lender has signed.
    pub segments: u32,
    /// Events that its nodes took in in them.
    pub events: u64,
    /// What the borrower has signed that it owes.
    pub owed: Credits,
    /// Segments that the borrower has computed again.
    pub audits: u32,
}

/// A piece of work on nodes that this device carries for others. They are named by numbers of the engine's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum HostJob {
    /// Is this device the lender of such a loan? Answer: [`Answer::Loans`](super::Answer::Loans), or else an error.
    Look {
        /// The order that opened it.
        loan: Hash,
        /// Who says so.
        borrower: PeerId,
        /// Nodes, and what each gathers.
        shape: [u32; 2],
    },
    /// Does the ledger have the loan of these nodes still? Answer: [`Answer::Loans`](super::Answer::Loans), with a breach if not.
    Check {
        /// Which.
        slice: u32,
    },
    /// Take nodes in. Answer: [`Answer::Done`](super::Answer::Done).
    Take {
        /// The order that took them on lease.
        loan: Option<Hash>,
        /// Whose.
        slice: u32,
        /// How many nodes, what each gathers, and classes, as was agreed on.
        shape: [u32; 3],
        /// As they came.
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// Let nodes fire. Answer: [`Answer::Bytes`](super::Answer::Bytes), of nodes on lease [`Answer::Loans`](super::Answer::Loans).
    Fire {
        /// Which.
        slice: u32,
        /// The batch's number.
        batch: u64,
        /// Events of the layer below, as they came.
        #[serde(with = "serde_bytes")]
        below: Vec<u8>,
    },
    /// Let nodes learn. A batch that is not remembered teaches nothing. Answer: [`Answer::Done`](super::Answer::Done), of nodes on
    /// lease [`Answer::Loans`](super::Answer::Loans).
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
    /// The borrower of nodes has written. Answer: [`Answer::Loans`](super::Answer::Loans).
    Hear {
        /// Which.
        slice: u32,
        /// What, as it came.
        #[serde(with = "serde_bytes")]
        letter: Vec<u8>,
    },
    /// The borrower of nodes wants them back. Answer: [`Answer::Loans`](super::Answer::Loans).
    Finish {
        /// Which.
        slice: u32,
    },
    /// Forget nodes. Answer: [`Answer::Done`](super::Answer::Done), of nodes on lease [`Answer::Loans`](super::Answer::Loans).
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
