//! Memories as plain objects. Times are in milliseconds since 1970-01-01 UTC.

use memory::{call::Overview, library::Found};
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
        let Found { id, signed, text, score, similarity, words, strength, at } = found;
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
    tags: Vec<Tag>,
}

#[derive(Serialize)]
struct Tag {
    tag: String,
    capsules: u32,
}

impl From<Overview> for MemoryStats {
    fn from(Overview { stats, tags, .. }: Overview) -> Self {
        Self {
            capsules: stats.capsules,
            of_others: stats.of_others,
            with_embedding: stats.with_embedding,
            stored_bytes: stats.stored_bytes as f64,
            has_model: stats.has_model,
            tags: tags.into_iter().map(|(tag, capsules)| Tag { tag, capsules }).collect(),
        }
    }
}
