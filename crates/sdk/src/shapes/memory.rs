//! Memories as plain objects. Times are in milliseconds since 1970-01-01 UTC.

use memory::{
    call::Overview,
    library::{self, Found},
};
use serde::Serialize;
use units::{Hash, PeerId};

#[derive(Serialize)]
pub(crate) struct MemoryRecord {
    capsule_id: Hash,
    kind: &'static str,
    privacy: &'static str,
    owner: PeerId,
    text: Option<String>,
    tags: Vec<String>,
    created_at: f64,
    importance: f64,
    novelty: f64,
    strength: f32,
    sources: Vec<Hash>,
    /// By which results are ranked.
    score: f32,
    similarity: f32,
    /// Words of the query that are in the text.
    words: Vec<String>,
    /// Its owner's signature was checked, here or when it came.
    verified: bool,
    /// Which device has it; `null` for this one.
    held_by: Option<PeerId>,
}

impl From<Found> for MemoryRecord {
    fn from(found: Found) -> Self {
        let Found { id, signed, text, score, similarity, words, strength, at, .. } = found;
        let head = signed.head;
        Self {
            capsule_id: id,
            kind: head.kind.name(),
            privacy: head.privacy.name(),
            owner: head.owner,
            text,
            tags: head.tags,
            created_at: head.made_at.0 as f64,
            importance: f64::from(head.importance) / 100.0,
            novelty: f64::from(head.novelty) / 100.0,
            strength,
            sources: head.sources,
            score,
            similarity,
            words,
            verified: true,
            held_by: at,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct MemoryStats {
    capsules: u32,
    of_others: u32,
    with_embedding: u32,
    stored_bytes: f64,
    has_model: bool,
    /// Set aside by a consolidation that can be undone.
    aside: u32,
    tags: Vec<Tag>,
}

#[derive(Serialize)]
pub(crate) struct Consolidation {
    at: f64,
    merged: Vec<Merged>,
    faded: u32,
    dropped: u32,
}

#[derive(Serialize)]
struct Merged {
    capsule_id: Hash,
    of: u32,
}

impl From<library::Consolidation> for Consolidation {
    fn from(done: library::Consolidation) -> Self {
        let library::Consolidation { at, merged, faded, dropped } = done;
        let merged = merged.into_iter().map(|(capsule_id, of)| Merged { capsule_id, of }).collect();
        Self { at: at.0 as f64, merged, faded, dropped }
    }
}

#[derive(Serialize)]
pub(crate) struct MemoryTrends {
    made_per_day: Vec<u32>,
    tags: Vec<TagTrend>,
    strongest: Vec<Strong>,
    novelty: Option<f64>,
}

#[derive(Serialize)]
struct TagTrend {
    tag: String,
    last_week: u32,
    before: u32,
}

#[derive(Serialize)]
struct Strong {
    capsule_id: Hash,
    strength: f32,
}

impl From<library::Trends> for MemoryTrends {
    fn from(trends: library::Trends) -> Self {
        let tag = |(tag, last_week, before)| TagTrend { tag, last_week, before };
        let strong = |(capsule_id, strength)| Strong { capsule_id, strength };
        Self {
            made_per_day: trends.made_per_day,
            tags: trends.tags.into_iter().map(tag).collect(),
            strongest: trends.strongest.into_iter().map(strong).collect(),
            novelty: trends.novelty.map(|it| f64::from(it) / 100.0),
        }
    }
}

#[derive(Serialize)]
struct Tag {
    tag: String,
    capsules: u32,
}

impl From<Overview> for MemoryStats {
    fn from(Overview { stats, tags, aside, .. }: Overview) -> Self {
        Self {
            capsules: stats.capsules,
            of_others: stats.of_others,
            with_embedding: stats.with_embedding,
            stored_bytes: stats.stored_bytes as f64,
            has_model: stats.has_model,
            aside,
            tags: tags.into_iter().map(|(tag, capsules)| Tag { tag, capsules }).collect(),
        }
    }
}
