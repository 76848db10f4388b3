//! What a library wants done.

use super::{Consolidation, Found};
use crate::{call::WholeModel, message::Declined};
use serde::{Deserialize, Serialize};
use units::{Hash, PeerId};

/// What follows from something that a library was told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// A log that takes the old one's place, as a whole or not at all.
    pub rewrite: Option<Vec<u8>>,
    /// What is to be written behind the log.
    pub append: Vec<u8>,
    /// A file of the whole model's vectors that takes the old one's place.
    pub vectors_anew: Option<Vec<u8>>,
    /// What is to be written behind it.
    pub vectors: Vec<u8>,
    /// Messages to neighbours, which leave once that is written.
    pub messages: Vec<(PeerId, Vec<u8>)>,
    /// Peers that sent what no honest device sends, with the reason.
    pub refused: Vec<(PeerId, String)>,
    /// What people would like to know.
    pub news: Vec<News>,
}

/// What people would like to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum News {
    /// A capsule is kept from now on.
    Kept {
        /// Which.
        capsule: Hash,
        /// Who gave it; `None` for one of this device.
        from: Option<PeerId>,
    },
    /// One is not kept any longer.
    Forgotten {
        /// Which.
        capsule: Hash,
    },
    /// A neighbour has answered a question.
    Found {
        /// Which question.
        query: u32,
        /// Who.
        from: PeerId,
        /// What it has that this device has not.
        found: Vec<Found>,
        /// Neighbours that have not answered yet.
        waiting: u32,
    },
    /// A neighbour has checked and stored what was given to it.
    Given {
        /// Which.
        capsule: Hash,
        /// To whom.
        to: PeerId,
    },
    /// A neighbour has not.
    NotGiven {
        /// Which.
        capsule: Hash,
        /// To whom.
        to: PeerId,
        /// Why not.
        why: Declined,
    },
    /// A neighbour does not have, or does not give, what it was asked for.
    NotHere {
        /// Which.
        capsule: Hash,
        /// Who.
        from: PeerId,
    },
    /// The memory was tidied up.
    Consolidated(Consolidation),
    /// The model that embeds texts is on its way.
    ModelComing {
        /// Bytes that are here.
        bytes: u32,
        /// Bytes that it has; 0 where nobody says.
        of: u32,
    },
    /// It does not come: texts are looked for by their words.
    NoModel {
        /// Why, for a person to read.
        reason: String,
    },
    /// Something has become of the whole model.
    WholeModel(WholeModel),
    /// The browser gives no storage: what is remembered is lost with the page.
    NotStored {
        /// Why, for a person to read.
        reason: String,
    },
}
