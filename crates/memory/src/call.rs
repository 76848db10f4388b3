//! What people ask of a device's memory, and what they get: as bytes, because nobody in between looks at them.

use crate::{
    capsule::{Embedding, Kind, Privacy, Space},
    library::{Consolidation, Found, LeastImportant, Map, News, Query, Stats, Trends},
};
use person::Device;
use protocol::{
    DecodeError,
    encoding::{decode, encode},
};
use serde::{Deserialize, Serialize};
use units::{Hash, PeerId, UnixMillis};

/// A question or an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Call {
    /// Keep a note. Reply: [`Reply::Remembered`].
    Remember {
        /// What somebody wrote.
        text: String,
        /// Words to find it by.
        tags: Vec<String>,
        /// Who may have it.
        privacy: Privacy,
        /// What is not to be masked although it would be, where others may have it: as it stands in the text.
        keep: Vec<String>,
    },
    /// What would others see of a text? Reply: [`Reply::Masked`].
    Mask {
        /// The text.
        text: String,
        /// As in [`Self::Remember`].
        keep: Vec<String>,
    },
    /// Keep a vector. Reply: [`Reply::Remembered`].
    RememberVector {
        /// Up to [`crate::limits::DIMENSIONS_MAX`] numbers, of which only the proportions count.
        vector: Vec<f32>,
        /// What it is of.
        text: String,
        /// Words to find it by.
        tags: Vec<String>,
        /// Who may have it.
        privacy: Privacy,
    },
    /// Keep nodes that have learnt something. Reply: [`Reply::Remembered`].
    RememberSkill {
        /// The encoding of a `neural::nodes::Skill`.
        #[serde(with = "serde_bytes")]
        skill: Vec<u8>,
        /// What its network's activity is like where it fires.
        activity: Activity,
        /// Words to find it by; none for a behavioural one.
        tags: Vec<String>,
        /// Who may have it.
        privacy: Privacy,
    },
    /// Nodes that have learnt something, to be made use of. Reply: [`Reply::Skill`].
    UseSkill(Hash),
    /// Find capsules here, and ask neighbours if `around`. Reply: [`Reply::Found`].
    Search {
        /// What is looked for.
        query: Box<Query>,
        /// A vector that is looked for, in place of the text's.
        vector: Option<Vec<f32>>,
        /// Whether neighbours are asked too.
        around: bool,
    },
    /// Show a capsule that is here, which is a use of it. Reply: [`Reply::Capsule`].
    Show(Hash),
    /// Forget one. Reply: [`Reply::Done`].
    Forget(Hash),
    /// Give one to a neighbour; [`News::Given`] says when it has it. Reply: [`Reply::Done`].
    Give {
        /// Which.
        capsule: Hash,
        /// To whom.
        to: PeerId,
    },
    /// Get one from a neighbour; [`News::Kept`] says when it is here. Reply: [`Reply::Done`].
    Fetch {
        /// Which.
        capsule: Hash,
        /// From whom.
        from: PeerId,
    },
    /// Tidy up. Reply: [`Reply::Consolidated`].
    Consolidate,
    /// Take the newest tidying back. Reply: [`Reply::Restored`].
    UndoConsolidation,
    /// What has it been about lately? Reply: [`Reply::Trends`].
    Trends,
    /// How much is there? Reply: [`Reply::Overview`].
    Overview,
    /// Have texts read by the whole model as well, or not any more. Reply: [`Reply::Done`]; how it goes on is told as
    /// [`News::WholeModel`].
    UseWholeModel(bool),
    /// Show a link by which another device is paired with this one. Reply: [`Reply::Invitation`].
    Invite,
    /// Follow the link that another device shows: the `person::Invitation` in it, as text. Reply: [`Reply::Done`]; how it goes on is
    /// told as `person::News`.
    Visit(String),
    /// The numbers on both devices are the same, or not. Reply: [`Reply::Done`].
    Confirm(bool),
    /// Pair nothing any more. Reply: [`Reply::Done`].
    GiveUpPairing,
    /// Which devices belong together? Reply: [`Reply::Devices`].
    Devices,
    /// Take one of them out. Reply: [`Reply::Devices`].
    TakeOut(PeerId),
    /// A picture of what is there. Reply: [`Reply::Map`].
    Map,
    /// What would go so that so many bytes are free? Reply: [`Reply::LeastImportant`].
    LeastImportant(u64),
    /// Forget what was told of for so many bytes at that time. Reply: [`Reply::Forgotten`].
    ForgetLeastImportant(u64, UnixMillis),
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// A capsule of this name is stored.
    Remembered(Hash),
    /// What others would see.
    Masked {
        /// The text as it would leave.
        text: String,
        /// What was found, each value once with the word for what it is, masked or not.
        found: Vec<(String, String)>,
    },
    /// What is here; the neighbours' come as [`News::Found`].
    Found {
        /// The best first.
        found: Vec<Found>,
        /// The question's number.
        query: u32,
        /// Neighbours that were asked.
        asked: u32,
        /// Whether it was looked for by meaning, or by words alone because there is no model.
        by_meaning: bool,
    },
    /// The encoding of a `neural::nodes::Skill`.
    Skill(#[serde(with = "serde_bytes")] Vec<u8>),
    /// A capsule; `None` if it is not here.
    Capsule(Option<Box<Found>>),
    /// It is done.
    Done,
    /// What was done.
    Consolidated(Consolidation),
    /// So many capsules are back.
    Restored(u32),
    /// What it has been about.
    Trends(Trends),
    /// How much there is.
    Overview(Overview),
    /// A picture of it.
    Map(Map),
    /// What counts least.
    LeastImportant(LeastImportant),
    /// So many capsules are gone.
    Forgotten(u32),
    /// What a link holds by which another device is paired.
    Invitation(String),
    /// The devices of this person; none where it has only this one.
    Devices(Vec<Device>),
}

/// What firing looks like in a network, as one vector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// The name of what it is of: `neural::Network::activity_name`.
    pub network: Hash,
    /// Numbers of which only the proportions count.
    pub values: Vec<f32>,
}

impl Activity {
    /// Where it lies among others; nowhere if it is of nothing.
    pub fn embedding(&self) -> Embedding {
        let space = Space::of_activity(self.network);
        Embedding::of(space, &self.values).unwrap_or(Embedding::none(space))
    }
}

/// How much a device remembers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// Counts.
    pub stats: Stats,
    /// All tags with how many capsules have each, the commonest first; some of them.
    pub tags: Vec<(String, u32)>,
    /// Capsules that are set aside, and can be brought back for a day.
    pub aside: u32,
    /// Entries of the file that could not be read when it was opened.
    pub damaged: u32,
    /// Whether texts are read by the whole model, too.
    pub whole_model: WholeModel,
}

/// What became of the whole model of texts on this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WholeModel {
    /// Nobody wants it here.
    Off,
    /// It is on its way, or is read from where it is stored.
    Coming {
        /// Bytes that are here.
        bytes: u32,
        /// Bytes that it has; 0 where nobody says.
        of: u32,
    },
    /// It does not come: texts are found by the table, as before.
    Failed {
        /// Why, for a person to read.
        reason: String,
    },
    /// It reads texts.
    On {
        /// Texts that it has read.
        read: u32,
        /// Texts that are here.
        of: u32,
    },
}

/// What is said of what somebody has asked for, and cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// A stable name for the case.
    pub code: String,
    /// A sentence for people, with the way out.
    pub message: String,
}

impl Call {
    /// As bytes.
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode("call to a memory", bytes, CALL_BYTES_MAX)
    }
}

/// A call: a long note and its tags, or a long vector.
const CALL_BYTES_MAX: usize = 64 * 1024;

impl Reply {
    /// As bytes.
    pub fn encode(result: &Result<Self, Refusal>) -> Vec<u8> {
        encode(result)
    }

    /// Reads one; `None` for anything else.
    pub fn decode(bytes: &[u8]) -> Option<Result<Self, Refusal>> {
        postcard::from_bytes(bytes).ok()
    }
}

impl News {
    /// As bytes.
    pub fn encode_all(news: &[Self]) -> Vec<u8> {
        postcard::to_allocvec(news).expect("news have an encoding")
    }

    /// Reads some; `None` for anything else.
    pub fn decode_all(bytes: &[u8]) -> Option<Vec<Self>> {
        postcard::from_bytes(bytes).ok()
    }
}

/// Names of kinds and privacy levels, as people write them.
impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Note, Self::Episode, Self::Skill];

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Episode => "episode",
            Self::Skill => "skill",
        }
    }
}

impl Privacy {
    /// All of them, the most private first.
    pub const ALL: [Self; 3] = [Self::Personal, Self::Behavioural, Self::Open];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Behavioural => "behavioural",
            Self::Open => "open",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|privacy| privacy.name() == name)
    }
}
