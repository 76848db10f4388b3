//! Finding capsules.

use super::{Library, RANKING, keeping::texts_to_find_by, ranking::strength};
use crate::{
    capsule::{Embedding, Event, Head, Kind, Privacy, SignedHead},
    limits,
};
use neural::nodes::Skill;
use serde::{Deserialize, Serialize};
use units::{Hash, PeerId, SortedMap, UnixMillis};

/// Capsules that are looked at more closely, of the nearest and of those with the rarest words each.
const CANDIDATES: usize = 100;

/// What is looked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// Words; none to go by the embedding alone, or to see what is newest.
    pub text: String,
    /// Where to look, in place of where the text lies.
    pub embedding: Option<Embedding>,
    /// Tags that make a capsule more welcome.
    pub tags: Vec<String>,
    /// What may be found at all.
    pub filter: Filter,
    /// How many at most; no more than [`limits::RESULTS_MAX`].
    pub count: usize,
}

/// What may be found at all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// A tag that a capsule must have.
    pub tag: Option<String>,
    /// Whose it must be.
    pub owner: Option<PeerId>,
    /// Who may have it.
    pub privacy: Option<Privacy>,
    /// What it must be.
    pub kind: Option<Kind>,
    /// When it must have been made, at the earliest.
    pub since: Option<UnixMillis>,
}

/// A capsule that was found, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Its name.
    pub id: Hash,
    /// What it says of itself, signed by its owner.
    pub signed: SignedHead,
    /// What somebody wrote, if it is here.
    pub text: Option<String>,
    /// What happened to a network, if that is what it is of.
    pub event: Option<Event>,
    /// What the nodes of a skill are like, if it is one and it is here.
    pub skill: Option<SkillAbout>,
    /// By which it is ranked: see [`super::Ranking`].
    pub score: f32,
    /// The cosine to what was looked for, by the whole model where it is in use and has read the capsule.
    pub similarity: f32,
    /// Words of the question that it holds.
    pub words: Vec<String>,
    /// How much it counts now, from 0 to 1.
    pub strength: f32,
    /// Which neighbour has it; `None` if it is here.
    pub at: Option<PeerId>,
}

/// What the nodes of a skill are like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SkillAbout {
    /// Their layer, from 0 above the input.
    pub layer: u32,
    /// How many there are.
    pub nodes: u32,
    /// Numbers that each of them gathers.
    pub inputs: u32,
    /// How often they fired at each class when they were taken, from 0 to 1.
    pub firing_rates: Vec<f32>,
    /// The name of what they gather: a cluster whose own is another has no place for them.
    pub fan_in: Hash,
}

impl SkillAbout {
    fn of(skill: &Skill) -> Self {
        let shape = skill.shape();
        Self {
            layer: shape.layer,
            nodes: shape.nodes,
            inputs: shape.inputs,
            firing_rates: skill.firing_rates().collect(),
            fan_in: shape.fan_in,
        }
    }
}

impl Filter {
    /// Whether it lets a capsule through that says this of itself.
    pub fn lets_through(&self, head: &Head) -> bool {
        self.tag.as_ref().is_none_or(|tag| head.tags.contains(tag))
            && self.owner.is_none_or(|owner| head.owner == owner)
            && self.privacy.is_none_or(|privacy| head.privacy == privacy)
            && self.kind.is_none_or(|kind| head.kind == kind)
            && self.since.is_none_or(|since| head.made_at >= since)
    }
}

impl Library {
    /// What is here that is wanted, the best first. Without words and embedding, the newest first.
    pub fn search(&self, query: &Query, now: UnixMillis) -> Vec<Found> {
        let count = query.count.min(limits::RESULTS_MAX);
        let embedding = self.embedding_of(query);
        if embedding.is_none() && query.text.trim().is_empty() && query.tags.is_empty() {
            return self.newest(query, count, now);
        }
        let is_wanted = |key: u32| {
            let kept = self.kept.get(key as usize).and_then(Option::as_ref);
            kept.is_some_and(|kept| {
                kept.can_be_found() && query.filter.lets_through(kept.capsule.head())
            })
        };
        let mut similarities: SortedMap<u32, f32> = SortedMap::new();
        if let Some(embedding) = &embedding
            && let Some(places) = self.places.get(&embedding.space)
        {
            let near = places.near(embedding, CANDIDATES.max(count), is_wanted);
            similarities.extend(near.into_iter().map(|near| (near.key, near.similarity)));
        }
        // A vector that is looked for lies among others of its kind, whatever its words say.
        let is_by_text = query.embedding.is_none();
        let question =
            is_by_text.then(|| self.question_by_whole_model(query.text.trim())).flatten();
        let ranking = match &question {
            Some(_) => RANKING.beside_whole_model(),
            None => RANKING,
        };
        for key in self.near_by_whole_model(question.as_ref(), CANDIDATES.max(count), is_wanted) {
            if !similarities.contains_key(&key) {
                similarities.insert(key, self.similarity(key, embedding.as_ref()));
            }
        }
        let sought = self.words.seek(&query.text);
        for key in self.words.candidates(&sought, CANDIDATES) {
            if is_wanted(key) && !similarities.contains_key(&key) {
                similarities.insert(key, self.similarity(key, embedding.as_ref()));
            }
        }
        if !query.tags.is_empty() {
            self.add_tagged(query, &mut similarities, is_wanted);
        }
        let mut found: Vec<Found> = similarities
            .iter()
            .filter_map(|(key, similarity)| {
                let capsule = &self.kept.get(*key as usize)?.as_ref()?.capsule;
                let (words, words_part) = sought.found_in(texts_to_find_by(capsule));
                let mut found = self.found(*key, now)?;
                let tags_part = part_of_tags(&query.tags, &found.signed.head.tags);
                let by_whole_model = self.similarity_by_whole_model(*key, question.as_ref());
                found.similarity = by_whole_model.unwrap_or(*similarity);
                found.words = words;
                found.score =
                    ranking.score(found.similarity, words_part, tags_part, found.strength);
                Some(found)
            })
            .collect();
        sort(&mut found);
        found.truncate(count);
        found
    }

    /// Where a question lies.
    pub(super) fn embedding_of(&self, query: &Query) -> Option<Embedding> {
        let text = query.text.trim();
        let embedded = || (!text.is_empty()).then(|| self.embed(text)).flatten();
        let embedding = query.embedding.clone().or_else(embedded);
        embedding.filter(|embedding| embedding.dimensions() > 0)
    }

    /// Heads of what others may know of, the nearest first.
    pub(super) fn heads_near(
        &self,
        embedding: &Embedding,
        tags: &[String],
        count: usize,
    ) -> Vec<SignedHead> {
        let is_wanted = |key: u32| {
            let kept = self.kept.get(key as usize).and_then(Option::as_ref);
            kept.is_some_and(super::Kept::may_be_told_of)
        };
        let Some(places) = self.places.get(&embedding.space) else { return Vec::new() };
        let near = places.near(embedding, CANDIDATES, is_wanted).into_iter();
        let mut heads: Vec<(f32, &SignedHead)> = near
            .filter_map(|near| {
                let signed = &self.kept.get(near.key as usize)?.as_ref()?.capsule.signed;
                let part = part_of_tags(tags, &signed.head.tags);
                Some((RANKING.score(near.similarity, 0.0, part, 0.0), signed))
            })
            .collect();
        heads.sort_by(|a, b| b.0.total_cmp(&a.0));
        heads.into_iter().take(count).map(|(_, signed)| signed.clone()).collect()
    }

    fn similarity(&self, key: u32, embedding: Option<&Embedding>) -> f32 {
        let kept = self.kept.get(key as usize).and_then(Option::as_ref);
        let both = embedding.zip(kept.map(|kept| &kept.capsule.head().embedding));
        both.map_or(0.0, |(a, b)| cosine(a, b))
    }

    fn add_tagged(
        &self,
        query: &Query,
        similarities: &mut SortedMap<u32, f32>,
        is_wanted: impl Fn(u32) -> bool,
    ) {
        let embedding = self.embedding_of(query);
        let keys = (0..self.kept.len() as u32).rev();
        let tagged = keys.filter(|key| {
            let kept = self.kept[*key as usize].as_ref();
            kept.is_some_and(|kept| part_of_tags(&query.tags, &kept.capsule.head().tags) > 0.0)
        });
        for key in tagged.filter(|key| is_wanted(*key)).take(CANDIDATES) {
            if !similarities.contains_key(&key) {
                similarities.insert(key, self.similarity(key, embedding.as_ref()));
            }
        }
    }

    fn newest(&self, query: &Query, count: usize, now: UnixMillis) -> Vec<Found> {
        let kept =
            self.kept.iter().enumerate().filter_map(|(key, kept)| Some((key, kept.as_ref()?)));
        let wanted = kept.filter(|(_, kept)| {
            kept.can_be_found() && query.filter.lets_through(kept.capsule.head())
        });
        let mut keys: Vec<(UnixMillis, u32)> =
            wanted.map(|(key, kept)| (kept.capsule.head().made_at, key as u32)).collect();
        keys.sort_unstable_by(|a, b| b.cmp(a));
        keys.iter().take(count).filter_map(|(_, key)| self.found(*key, now)).collect()
    }

    /// A capsule that is here, for its own sake.
    pub fn look_up(&self, id: Hash, now: UnixMillis) -> Option<Found> {
        self.found(*self.keys.get(&id)?, now)
    }

    fn found(&self, key: u32, now: UnixMillis) -> Option<Found> {
        let kept = self.kept.get(key as usize)?.as_ref()?;
        let signed = kept.capsule.signed.clone();
        let importance = signed.head.importance;
        Some(Found {
            id: signed.id(),
            text: kept.capsule.content.text().map(str::to_owned),
            event: kept.capsule.content.event(),
            skill: kept.capsule.content.skill().as_ref().map(SkillAbout::of),
            score: 0.0,
            similarity: 0.0,
            words: Vec::new(),
            strength: strength(importance, kept.uses, kept.used_at, now),
            at: None,
            signed,
        })
    }
}

/// The best first; the same order on every device.
pub(super) fn sort(found: &mut [Found]) {
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.id.cmp(&b.id)));
}

/// The part of the wanted tags that a capsule has.
pub(super) fn part_of_tags(wanted: &[String], tags: &[String]) -> f32 {
    let had = wanted.iter().filter(|tag| tags.contains(tag)).count();
    had as f32 / wanted.len().max(1) as f32
}

/// The cosine between two directions; 0 where they cannot be compared.
pub(super) fn cosine(a: &Embedding, b: &Embedding) -> f32 {
    if a.space != b.space || a.dimensions() != b.dimensions() {
        return 0.0;
    }
    let (Some(a), Some(b)) = (a.to_unit(), b.to_unit()) else { return 0.0 };
    a.iter().zip(&b).map(|(a, b)| a * b).sum()
}
