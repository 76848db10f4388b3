//! What one device remembers: its own capsules and those of others that it keeps, found again by meaning and by words.
//!
//! [`Library`] is a state machine without input or output of its own: it is told what happened, with the time, and says in an
//! [`Outcome`] what is to be written, sent and told. What it is asked for counts as done once the outcome is written.

mod consolidation;
mod exchange;
mod keeping;
mod map;
mod outcome;
mod places;
mod ranking;
mod reads;
mod room;
mod search;
mod siblings;
mod trends;
mod whole;
mod words;

pub use consolidation::{Consolidation, UNDO_MS};
pub use keeping::{KeepError, Opened};
pub use map::{Group, Map, POINTS_MAX, Point};
pub use outcome::{News, Outcome};
pub use ranking::{RANKING, Ranking};
pub use room::LeastImportant;
pub use search::{Filter, Found, Query, SkillAbout};
pub(crate) use siblings::BUCKETS;
pub use trends::Trends;

use crate::{
    capsule::{Capsule, Content, Embedding, Privacy, Space},
    embedding::StaticTable,
};
use places::Places;
use protocol::identity::Identity;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use units::{Hash, PeerId, SortedMap, UnixMillis};
use words::Words;

pub use crate::capsule::{Keyring, PersonalKey};

/// Kinds of embeddings that are compared on one device: its texts', and those of its networks.
const SPACES_MAX: usize = 16;

/// What one device remembers.
pub struct Library {
    owner: Identity,
    keyring: Keyring,
    /// By key; keys are never given out again, because words name them.
    kept: Vec<Option<Kept>>,
    keys: BTreeMap<Hash, u32>,
    /// What was taken away, and whether others are asked to forget it too.
    forgotten: BTreeMap<Hash, bool>,
    places: SortedMap<Space, Places>,
    words: Words,
    model: Option<StaticTable>,
    /// The whole model, where somebody wants it.
    whole: Option<whole::Whole>,
    /// How many of the capsules that are kept each other device has given.
    given: SortedMap<PeerId, u32>,
    exchange: exchange::Exchange,
    siblings: siblings::Siblings,
    /// What its keeper wants kept beside the capsules.
    person: Option<Vec<u8>>,
    /// The newest one; of an earlier life, no more than when.
    consolidation: Option<Consolidation>,
    /// Bytes of the log, and those of it that a log written anew would have.
    log_bytes: u64,
    live_bytes: u64,
    outcome: Outcome,
}

/// A capsule on this device, and what became of it.
pub(crate) struct Kept {
    pub capsule: Capsule,
    /// Who gave it; `None` for one of this device.
    pub from: Option<PeerId>,
    pub used_at: UnixMillis,
    pub uses: u32,
    /// Whether a consolidation has set it aside.
    pub aside: Option<consolidation::Aside>,
    /// Bytes that it takes in the log.
    pub log_bytes: u32,
}

/// How much a device remembers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Capsules that it keeps.
    pub capsules: u32,
    /// Those of them that others have made.
    pub of_others: u32,
    /// Those of them that can be found by meaning.
    pub with_embedding: u32,
    /// Bytes that they take in storage.
    pub stored_bytes: u64,
    /// Whether texts are looked for by meaning.
    pub has_model: bool,
}

impl Library {
    /// Texts are embedded by `model` from now on; those that were embedded by another are embedded anew.
    pub fn take_model(&mut self, model: StaticTable) {
        let space = space_of(&model);
        let is_of_it = |places: &Places| places.is_of(space, model.dimensions());
        if !self.places.get(&space).is_some_and(is_of_it) {
            self.places.insert(space, Places::new(space, model.dimensions()));
        }
        self.model = Some(model);
        // What a log has told of lies there already.
        for key in 0..self.kept.len() as u32 {
            if self.places.get(&space).is_some_and(|places| places.vector(key).is_none()) {
                self.place(key);
            }
        }
    }

    /// What embeds texts.
    pub fn model(&self) -> Option<&StaticTable> {
        self.model.as_ref()
    }

    /// Whether there is one.
    pub fn has_model(&self) -> bool {
        self.model.is_some()
    }

    /// What is to be done since the last call.
    pub fn take_outcome(&mut self) -> Outcome {
        self.renew_vectors();
        core::mem::take(&mut self.outcome)
    }

    /// A capsule that is kept here.
    pub fn capsule(&self, id: Hash) -> Option<&Capsule> {
        Some(&self.get(id)?.capsule)
    }

    /// How much there is.
    pub fn stats(&self) -> Stats {
        let kept = self.kept.iter().flatten();
        let of_others = kept.clone().filter(|it| it.from.is_some()).count() as u32;
        let with_embedding =
            kept.filter(|it| it.capsule.head().embedding.dimensions() > 0).count() as u32;
        Stats {
            capsules: self.keys.len() as u32,
            of_others,
            with_embedding,
            stored_bytes: self.log_bytes,
            has_model: self.has_model(),
        }
    }

    /// All tags, each with how many capsules have it, the commonest first.
    pub fn tags(&self) -> Vec<(String, u32)> {
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for tag in self.kept.iter().flatten().flat_map(|it| &it.capsule.head().tags) {
            *counts.entry(tag).or_default() += 1;
        }
        let mut tags: Vec<(String, u32)> =
            counts.iter().map(|(tag, count)| ((*tag).to_owned(), *count)).collect();
        tags.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        tags
    }

    fn me(&self) -> PeerId {
        self.owner.peer_id()
    }

    fn get(&self, id: Hash) -> Option<&Kept> {
        self.kept.get(*self.keys.get(&id)? as usize)?.as_ref()
    }

    /// Puts a capsule where it lies.
    fn place(&mut self, key: u32) {
        let Some(Some(kept)) = self.kept.get(key as usize) else { return };
        let embedding = &kept.capsule.head().embedding;
        let space = embedding.space;
        if embedding.dimensions() == 0 || self.is_of_another_model(embedding, &kept.capsule.content)
        {
            if let Some(embedding) = self.embed_content(&kept.capsule.content)
                && let Some(places) = self.places.get_mut(&embedding.space)
            {
                places.add(key, &embedding);
            }
            return;
        }
        // Others cannot take the places of this device's own.
        let most = if kept.from.is_none() { 2 * SPACES_MAX } else { SPACES_MAX };
        if self.places.len() < most && !self.places.contains_key(&space) {
            self.places.insert(space, Places::new(space, embedding.dimensions()));
        }
        if let Some(places) = self.places.get_mut(&space) {
            places.add(key, embedding);
        }
    }

    /// Whether a text was embedded by something else than this device's model.
    fn is_of_another_model(&self, embedding: &Embedding, content: &Content) -> bool {
        let model = self.model.as_ref().filter(|_| content.text().is_some());
        let is_other = |model| embedding.space.is_of_texts() && space_of(model) != embedding.space;
        model.is_some_and(is_other)
    }

    fn embed_content(&self, content: &Content) -> Option<Embedding> {
        self.embed(content.text()?)
    }

    fn embed(&self, text: &str) -> Option<Embedding> {
        let model = self.model.as_ref()?;
        Embedding::of(space_of(model), &model.embed(text))
    }
}

/// Where a table's vectors lie.
fn space_of(table: &StaticTable) -> Space {
    Space::of_texts(table.hash())
}

/// Whether others may have a capsule's content.
pub(crate) fn may_leave(privacy: Privacy) -> bool {
    matches!(privacy, Privacy::Behavioural | Privacy::Open)
}
