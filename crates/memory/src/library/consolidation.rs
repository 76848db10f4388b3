//! Tidying up: what is said twice is kept once, and what nobody has needed for long makes room.
//!
//! Nothing is lost at once. What is merged or fades is *set aside*: it is not found any more, and comes back if the consolidation is
//! undone within [`UNDO_MS`]. The consolidation after that drops it.

use super::{Kept, Library, News, may_leave, ranking::strength, words::distinct_words};
use crate::{
    capsule::{Content, Draft, Embedding, Kind},
    limits,
    log::Entry,
};
use serde::{Deserialize, Serialize};
use units::{Hash, UnixMillis};

/// How long a consolidation can be undone: a day.
pub const UNDO_MS: u64 = 24 * 3_600_000;

/// How often a device consolidates by itself.
const EVERY_MS: u64 = UNDO_MS;

/// Capsules that one consolidation compares with all others: some seconds of work.
const COMPARED_MAX: usize = 2_000;

/// What lies at least so near is looked at for saying the same.
const NEAR: f32 = 0.85;

/// Neighbours of a capsule that are looked at.
const NEIGHBOURS: usize = 8;

/// Capsules of each level that are kept; beyond, the weakest fade. What others gave fades first.
const NOTES_MAX: usize = 100_000;
const EPISODES_MAX: usize = 2_000;
const SKILLS_MAX: usize = 500;
const OF_OTHERS_MAX: usize = 50_000;

/// A capsule that is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Aside {
    pub at: UnixMillis,
    /// What says the same, where that is why.
    pub into: Option<Hash>,
}

/// What a consolidation did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consolidation {
    /// When.
    pub at: UnixMillis,
    /// Capsules that were made of several which say the same, and of how many.
    pub merged: Vec<(Hash, u32)>,
    /// Capsules that were set aside because there are stronger ones.
    pub faded: u32,
    /// Capsules that an earlier one had set aside, and that are gone.
    pub dropped: u32,
}

impl Library {
    /// Whether it is time to consolidate, and there is anything to do.
    pub fn wants_consolidation(&self, now: UnixMillis) -> bool {
        let last = self.consolidation.as_ref().map_or(UnixMillis(0), |it| it.at);
        now.0.saturating_sub(last.0) >= EVERY_MS && !self.keys.is_empty()
    }

    /// The newest consolidation, if this device has seen one in this life of its page.
    pub fn last_consolidation(&self) -> Option<&Consolidation> {
        self.consolidation.as_ref()
    }

    /// Capsules that are set aside.
    pub fn set_aside_count(&self) -> u32 {
        self.kept.iter().flatten().filter(|kept| kept.aside.is_some()).count() as u32
    }

    /// Consolidates.
    pub fn consolidate(&mut self, now: UnixMillis) -> Consolidation {
        let since = self.consolidation.as_ref().map_or(UnixMillis(0), |it| it.at);
        let mut done = Consolidation { at: now, ..Consolidation::default() };
        done.dropped = self.drop_what_was_aside(now);
        done.merged = self.merge_what_says_the_same(since, now);
        done.faded = self.fade(now);
        self.write(&Entry::Consolidated { at: now });
        self.consolidation = Some(done.clone());
        self.outcome.news.push(News::Consolidated(done.clone()));
        done
    }

    /// Takes the newest consolidation back, as far as that is not longer ago than [`UNDO_MS`]; says how many capsules are back.
    pub fn undo_consolidation(&mut self, now: UnixMillis) -> u32 {
        let newest = self.kept.iter().flatten().filter_map(|kept| kept.aside).map(|it| it.at).max();
        let Some(at) = newest.filter(|at| now.0.saturating_sub(at.0) <= UNDO_MS) else { return 0 };
        let is_of_it = |kept: &&Kept| kept.aside.is_some_and(|aside| aside.at == at);
        let aside: Vec<(Hash, Option<Hash>)> = self
            .kept
            .iter()
            .flatten()
            .filter(is_of_it)
            .map(|kept| (kept.capsule.id(), kept.aside.and_then(|aside| aside.into)))
            .collect();
        let mut made: Vec<Hash> = aside.iter().filter_map(|(_, into)| *into).collect();
        made.sort_unstable();
        made.dedup();
        for (capsule, _) in &aside {
            self.write(&Entry::Restored(*capsule));
            self.set_aside(*capsule, None);
        }
        for capsule in made {
            self.drop_for_good(capsule, false);
        }
        self.consolidation = None;
        aside.len() as u32
    }

    fn drop_what_was_aside(&mut self, now: UnixMillis) -> u32 {
        let is_over = |kept: &&Kept| {
            kept.aside.is_some_and(|aside| now.0.saturating_sub(aside.at.0) > UNDO_MS)
        };
        let kept = self.kept.iter().flatten();
        let over: Vec<Hash> = kept.filter(is_over).map(|kept| kept.capsule.id()).collect();
        for capsule in &over {
            self.write(&Entry::Forgotten { capsule: *capsule, asks_others: false });
            self.unshelve(*capsule);
            self.forgotten.insert(*capsule, false);
        }
        if !over.is_empty() {
            self.rewrite();
            over.chunks(limits::LISTED_MAX)
                .for_each(|gone| self.tell_siblings(Vec::new(), gone.to_vec()));
        }
        over.len() as u32
    }

    /// One capsule in the place of several. Only what has no word that the others lack is merged into them: nothing that
    /// somebody wrote is lost, however near numbers or names lie.
    fn merge_what_says_the_same(&mut self, since: UnixMillis, now: UnixMillis) -> Vec<(Hash, u32)> {
        let me = self.me();
        let is_new = |kept: &Kept| {
            let head = kept.capsule.head();
            kept.aside.is_none()
                && head.owner == me
                && head.kind == Kind::Note
                && head.made_at >= since
        };
        let kept = self.kept.iter().enumerate().rev();
        let new = kept.filter(|(_, kept)| kept.as_ref().is_some_and(is_new));
        let new: Vec<u32> = new.map(|(key, _)| key as u32).take(COMPARED_MAX).collect();
        let mut merged = Vec::new();
        for key in new {
            let group = self.what_says_the_same(key);
            if group.len() > 1 {
                let count = group.len() as u32;
                merged.push((self.merge(&group, now), count));
            }
        }
        merged
    }

    /// A capsule and those whose words are all in it, or of which one has all its words: the one that has all comes first.
    fn what_says_the_same(&self, key: u32) -> Vec<u32> {
        let Some(Some(own)) = self.kept.get(key as usize) else { return Vec::new() };
        if own.aside.is_some() {
            return Vec::new();
        }
        let head = own.capsule.head();
        let alike = |other: u32| {
            let other = self.kept.get(other as usize).and_then(Option::as_ref);
            other.is_some_and(|other| {
                let theirs = other.capsule.head();
                other.aside.is_none()
                    && theirs.owner == head.owner
                    && theirs.kind == Kind::Note
                    && theirs.privacy == head.privacy
            })
        };
        let embedding = self.lies_at(key);
        let places = embedding.as_ref().and_then(|it| Some((self.places.get(&it.space)?, it)));
        let Some((places, embedding)) = places else { return Vec::new() };
        let near = places.near(embedding, NEIGHBOURS, alike);
        let near = near.into_iter().filter(|hit| hit.similarity >= NEAR && hit.key != key);
        let words = |key: u32| {
            let text =
                self.kept[key as usize].as_ref().and_then(|kept| kept.capsule.content.text());
            distinct_words(text.unwrap_or_default())
        };
        let all: Vec<(u32, Vec<String>)> = core::iter::once(key)
            .chain(near.map(|hit| hit.key))
            .map(|key| (key, words(key)))
            .collect();
        let fullest = all.iter().max_by_key(|(key, words)| (words.len(), core::cmp::Reverse(*key)));
        let Some((fullest, has)) = fullest else { return Vec::new() };
        let says_no_more = |words: &[String]| words.iter().all(|word| has.contains(word));
        let mut group = vec![*fullest];
        group.extend(
            all.iter().filter(|(key, words)| key != fullest && says_no_more(words)).map(|it| it.0),
        );
        // What set out is in it, or the others are a matter of their own.
        if group.contains(&key) { group } else { Vec::new() }
    }

    /// The first says all that the others say.
    fn merge(&mut self, group: &[u32], now: UnixMillis) -> Hash {
        let members: Vec<&Kept> =
            group.iter().filter_map(|key| self.kept.get(*key as usize)?.as_ref()).collect();
        let heads = || members.iter().map(|kept| kept.capsule.head());
        let mut tags: Vec<String> = heads().flat_map(|head| head.tags.iter().cloned()).collect();
        tags.sort_unstable();
        tags.dedup();
        tags.truncate(limits::TAGS_MAX);
        let most = heads().map(|head| head.importance).max().unwrap_or_default();
        let importance = most.saturating_add(5 * (members.len() as u8 - 1)).min(100);
        let ids: Vec<Hash> = members.iter().map(|kept| kept.capsule.id()).collect();
        let content = members[0].capsule.content.clone();
        let (privacy, own) =
            (members[0].capsule.head().privacy, members[0].capsule.head().embedding.clone());
        let uses: u32 = members.iter().map(|kept| kept.uses).sum();
        let used_at = members.iter().map(|kept| kept.used_at).max().unwrap_or(now);
        let prototype = self.lie_in_the_middle(group).unwrap_or(own);
        let draft = Draft::merged(content, tags, privacy, importance).made_of(ids.iter().copied());
        let capsule = draft.seal(&self.owner, prototype, 0, now);
        let id = capsule.id();
        self.keep(capsule, None);
        for _ in 0..uses.min(8) {
            self.use_capsule(id, used_at);
        }
        for capsule in ids {
            self.write(&Entry::Aside { capsule, at: now, into: Some(id) });
            self.set_aside(capsule, Some(Aside { at: now, into: Some(id) }));
        }
        id
    }

    /// The mean of where capsules lie.
    fn lie_in_the_middle(&self, group: &[u32]) -> Option<Embedding> {
        let all: Vec<Embedding> = group.iter().filter_map(|key| self.lies_at(*key)).collect();
        let space = all.first()?.space;
        let units = all.iter().filter(|it| it.space == space).filter_map(Embedding::to_unit);
        let sum = units.reduce(|sum, unit| sum.iter().zip(&unit).map(|(a, b)| a + b).collect())?;
        Embedding::of(space, &sum)
    }

    /// Where this device finds a capsule.
    fn lies_at(&self, key: u32) -> Option<Embedding> {
        let capsule = &self.kept.get(key as usize)?.as_ref()?.capsule;
        let own = &capsule.head().embedding;
        match own.dimensions() == 0 || self.is_of_another_model(own, &capsule.content) {
            true => self.embed_content(&capsule.content),
            false => Some(own.clone()),
        }
    }

    /// Sets the weakest aside where there are more than a level keeps.
    fn fade(&mut self, now: UnixMillis) -> u32 {
        let mut levels: [(usize, Vec<(f32, Hash)>); 4] =
            [NOTES_MAX, EPISODES_MAX, OF_OTHERS_MAX, SKILLS_MAX].map(|most| (most, Vec::new()));
        for kept in self.kept.iter().flatten().filter(|kept| kept.aside.is_none()) {
            let head = kept.capsule.head();
            let level = match (self.is_ours(head.owner), &kept.capsule.content) {
                (false, _) => 2,
                (true, Content::Episode(_)) => 1,
                (true, Content::Note(_)) => 0,
                (true, Content::Skill(_)) => 3,
            };
            let strength = strength(head.importance, kept.uses, kept.used_at, now);
            levels[level].1.push((strength, kept.capsule.id()));
        }
        let mut faded = 0;
        for (most, mut level) in levels {
            level.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
            for (_, capsule) in level.iter().take(level.len().saturating_sub(most)) {
                self.write(&Entry::Aside { capsule: *capsule, at: now, into: None });
                self.set_aside(*capsule, Some(Aside { at: now, into: None }));
                faded += 1;
            }
        }
        faded
    }

    pub(super) fn set_aside(&mut self, id: Hash, aside: Option<Aside>) {
        let Some(key) = self.keys.get(&id) else { return };
        if let Some(Some(kept)) = self.kept.get_mut(*key as usize) {
            kept.aside = aside;
        }
    }
}

/// Others may find what is open, but not what is set aside.
impl Kept {
    pub(super) fn can_be_found(&self) -> bool {
        self.aside.is_none()
    }

    pub(super) fn may_be_told_of(&self) -> bool {
        self.can_be_found() && may_leave(self.capsule.head().privacy)
    }
}
