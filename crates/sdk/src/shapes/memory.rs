//! Memories as plain objects. Times are in milliseconds since 1970-01-01 UTC.

use ledger::contracts::capsules::Capsule;
use memory::{
    call::{Overview, WholeModel},
    capsule::Event,
    library::{self, Found, SkillAbout},
};
use peer::Trial;
use serde::Serialize;
use units::{ClusterId, Hash, PeerId};

#[derive(Serialize)]
pub(crate) struct MemoryRecord {
    capsule_id: Hash,
    kind: &'static str,
    privacy: &'static str,
    owner: PeerId,
    text: Option<String>,
    /// What happened, of an episode that is here.
    event: Option<Episode>,
    /// What the nodes are like, of a skill that is here.
    skill: Option<Skill>,
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
        let Found { id, signed, text, event, skill, score, similarity, words, strength, at } =
            found;
        let head = signed.head;
        Self {
            capsule_id: id,
            kind: head.kind.name(),
            privacy: head.privacy.name(),
            owner: head.owner,
            text,
            event: event.map(Episode::from),
            skill: skill.map(Skill::from),
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

/// Of whatever does not concern what happened, null.
#[derive(Default, Serialize)]
struct Episode {
    what: &'static str,
    class: Option<u16>,
    rows: Option<u32>,
    rounds: Option<u32>,
    /// Parts of the held-out rows, 0 to 1.
    error_before: Option<f64>,
    error_after: Option<f64>,
    accuracy_alone: Option<f64>,
    accuracy_together: Option<f64>,
}

impl From<Event> for Episode {
    fn from(event: Event) -> Self {
        let part = |per_mille: u16| Some(f64::from(per_mille) / 1_000.0);
        let nothing = Self::default();
        match event {
            Event::NewClass { class, rows } => {
                Self { what: "new_class", class: Some(class), rows: Some(rows), ..nothing }
            }
            Event::ErrorCorrected { class, before_per_mille, after_per_mille } => Self {
                what: "error_corrected",
                class,
                error_before: part(before_per_mille),
                error_after: part(after_per_mille),
                ..nothing
            },
            Event::SessionEnded { rounds, alone_per_mille, together_per_mille } => Self {
                what: "session_ended",
                rounds: Some(rounds),
                accuracy_alone: part(alone_per_mille),
                accuracy_together: part(together_per_mille),
                ..nothing
            },
            Event::AloneEnded { rounds, right_per_mille } => Self {
                what: "session_ended",
                rounds: Some(rounds),
                accuracy_alone: part(right_per_mille),
                ..nothing
            },
        }
    }
}

#[derive(Serialize)]
struct Skill {
    layer: u32,
    nodes: u32,
    inputs: u32,
    /// One a class, 0 to 1.
    firing_rates: Vec<f32>,
}

impl From<SkillAbout> for Skill {
    fn from(about: SkillAbout) -> Self {
        let SkillAbout { layer, nodes, inputs, firing_rates, .. } = about;
        Self { layer, nodes, inputs, firing_rates }
    }
}

#[derive(Serialize)]
pub(crate) struct SkillTrial {
    rows: u32,
    strength: f64,
    accuracy_without: f64,
    accuracy_with: f64,
    trained_steps: u32,
    trained_without: f64,
    trained_with: f64,
}

impl From<Trial> for SkillTrial {
    fn from(trial: Trial) -> Self {
        let part = |rows: u32| f64::from(rows) / f64::from(trial.rows.max(1));
        Self {
            rows: trial.rows,
            strength: f64::from(trial.strength_percent) / 100.0,
            accuracy_without: part(trial.without),
            accuracy_with: part(trial.with),
            trained_steps: trial.trained_steps,
            trained_without: part(trial.trained_without),
            trained_with: part(trial.trained_with),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct Graft {
    pub(crate) cluster_id: ClusterId,
    pub(crate) model: Hash,
    pub(crate) nodes: u32,
    pub(crate) strength: f64,
}

#[derive(Serialize)]
pub(crate) struct CapsuleProof {
    owner: PeerId,
    title: String,
    registered_at: f64,
    ratings: u32,
    /// The mean of what members have said, 0 to 1.
    usefulness: Option<f64>,
    /// Whether whoever registered it is who signed it; null where the capsule is not here.
    is_its_makers: Option<bool>,
}

impl CapsuleProof {
    pub(crate) fn new(recorded: Capsule, made_by: Option<PeerId>) -> Self {
        let Capsule { owner, title, registered, ratings, use_percent_sum } = recorded;
        let mean = |sum: u64| sum as f64 / f64::from(ratings) / 100.0;
        Self {
            owner,
            title,
            registered_at: registered.0 as f64,
            ratings,
            usefulness: (ratings > 0).then(|| mean(use_percent_sum)),
            is_its_makers: made_by.map(|maker| maker == owner),
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
    whole_model: WholeTextModel,
}

#[derive(Serialize)]
struct WholeTextModel {
    state: &'static str,
    /// Texts that it has read, of those that are here.
    read: u32,
    texts: u32,
    /// Why it is not used, where that has failed.
    reason: Option<String>,
}

impl From<WholeModel> for WholeTextModel {
    fn from(model: WholeModel) -> Self {
        let (state, read, texts, reason) = match model {
            WholeModel::Off => ("off", 0, 0, None),
            WholeModel::Coming { .. } => ("coming", 0, 0, None),
            WholeModel::Failed { reason } => ("failed", 0, 0, Some(reason)),
            WholeModel::On { read, of } => ("on", read, of, None),
        };
        Self { state, read, texts, reason }
    }
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
    fn from(Overview { stats, tags, aside, whole_model, .. }: Overview) -> Self {
        Self {
            capsules: stats.capsules,
            of_others: stats.of_others,
            with_embedding: stats.with_embedding,
            stored_bytes: stats.stored_bytes as f64,
            has_model: stats.has_model,
            aside,
            tags: tags.into_iter().map(|(tag, capsules)| Tag { tag, capsules }).collect(),
            whole_model: whole_model.into(),
        }
    }
}
