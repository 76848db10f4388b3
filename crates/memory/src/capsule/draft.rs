//! What is to become a capsule.

use super::{Capsule, Content, Embedding, Event, Head, Privacy, SignedHead, head::is_tag};
use crate::{
    limits,
    masking::{self, Masked},
};
use neural::nodes::Skill;
use protocol::identity::Identity;
use units::{Hash, UnixMillis};

/// A capsule before it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    content: Content,
    tags: Vec<String>,
    privacy: Privacy,
    importance: u8,
    sources: Vec<Hash>,
}

/// What cannot become one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidDraft {
    /// There is nothing in it.
    #[error("there is nothing to remember: write something first")]
    Empty,
    /// More than fits.
    #[error(
        "a note may have {} bytes, and this has {size_bytes}: make two of it",
        limits::TEXT_BYTES_MAX
    )]
    TooLong {
        /// How long it is.
        size_bytes: usize,
    },
    /// A tag that is none.
    #[error("`{tag}` cannot be a tag: one has 1 to {} characters", limits::TAG_CHARS_MAX)]
    Tag {
        /// Its first characters.
        tag: String,
    },
    /// A tag of an open capsule that tells who somebody is.
    #[error(
        "`{tag}` would tell others who somebody is: take that tag off, or keep the note personal"
    )]
    TellingTag {
        /// The tag.
        tag: String,
    },
    /// Words for what has none by its privacy.
    #[error("a behavioural capsule has no words: take its tags off, or make it personal or open")]
    WordsInBehavioural,
    /// More tags than fit.
    #[error("{count} tags are too many: {} are possible", limits::TAGS_MAX)]
    TooManyTags {
        /// How many.
        count: usize,
    },
}

/// How much notes matter at first, of 100.
const IMPORTANCE_OF_NOTES: u8 = 60;

/// How much skills do: somebody has chosen to keep them, and they took a training.
const IMPORTANCE_OF_SKILLS: u8 = 70;

impl Draft {
    /// Something that somebody wrote for themselves.
    ///
    /// # Errors
    /// [`InvalidDraft`].
    pub fn personal<'a>(
        text: &str,
        tags: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, InvalidDraft> {
        Self::note(text, tags, Privacy::Personal)
    }

    /// Something that somebody wrote for whoever finds it: only what was masked can become that.
    ///
    /// # Errors
    /// [`InvalidDraft`], also for tags that would have to be masked.
    pub fn open<'a>(
        text: &Masked,
        tags: impl IntoIterator<Item = &'a str> + Clone,
    ) -> Result<Self, InvalidDraft> {
        tells_nobody(tags.clone())?;
        Self::note(text.text(), tags, Privacy::Open)
    }

    /// Nodes that have learnt something.
    ///
    /// # Errors
    /// [`InvalidDraft`] for tags that such a capsule cannot have.
    pub fn skill<'a>(
        skill: &Skill,
        tags: impl IntoIterator<Item = &'a str> + Clone,
        privacy: Privacy,
    ) -> Result<Self, InvalidDraft> {
        if privacy == Privacy::Open {
            tells_nobody(tags.clone())?;
        }
        let tags = sorted_tags(tags)?;
        if privacy == Privacy::Behavioural && !tags.is_empty() {
            return Err(InvalidDraft::WordsInBehavioural);
        }
        let content = Content::Skill(skill.encode());
        let (importance, sources) = (IMPORTANCE_OF_SKILLS, Vec::new());
        Ok(Self { content, tags, privacy, importance, sources })
    }

    fn note<'a>(
        text: &str,
        tags: impl IntoIterator<Item = &'a str>,
        privacy: Privacy,
    ) -> Result<Self, InvalidDraft> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidDraft::Empty);
        }
        if text.len() > limits::TEXT_BYTES_MAX {
            return Err(InvalidDraft::TooLong { size_bytes: text.len() });
        }
        let tags = sorted_tags(tags)?;
        let content = Content::Note(text.to_owned());
        Ok(Self { content, tags, privacy, importance: IMPORTANCE_OF_NOTES, sources: Vec::new() })
    }

    /// What says all that several capsules say, which were masked where they had to be.
    pub(crate) fn merged(
        content: Content,
        tags: Vec<String>,
        privacy: Privacy,
        importance: u8,
    ) -> Self {
        Self { content, tags, privacy, importance, sources: Vec::new() }
    }

    /// Something that a network learnt. `surprise` of 100 is how much it matters.
    pub fn episode(event: Event, surprise: u8, privacy: Privacy) -> Self {
        let content = Content::Episode(event);
        let importance = surprise.min(100);
        Self { content, tags: Vec::new(), privacy, importance, sources: Vec::new() }
    }

    /// Made of other capsules, of which some are named.
    pub fn made_of(self, sources: impl IntoIterator<Item = Hash>) -> Self {
        let sources = sources.into_iter().take(limits::SOURCES_MAX).collect();
        Self { sources, ..self }
    }

    /// What is in it.
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// Who may have it.
    pub fn privacy(&self) -> Privacy {
        self.privacy
    }

    /// The capsule that `owner` makes of it.
    pub fn seal(
        self,
        owner: &Identity,
        embedding: Embedding,
        novelty: u8,
        now: UnixMillis,
    ) -> Capsule {
        let head = Head {
            owner: owner.peer_id(),
            kind: self.content.kind(),
            privacy: self.privacy,
            made_at: now,
            tags: self.tags,
            embedding,
            importance: self.importance,
            novelty: novelty.min(100),
            sources: self.sources,
            content: self.content.hash(),
        };
        let capsule = Capsule { signed: SignedHead::sign(owner, head), content: self.content };
        debug_assert_eq!(capsule.check(), Ok(()));
        capsule
    }
}

/// Whether no tag would have to be masked.
fn tells_nobody<'a>(tags: impl IntoIterator<Item = &'a str>) -> Result<(), InvalidDraft> {
    let telling = |tag: &&str| masking::find(tag).is_ok_and(|found| !found.is_empty());
    match tags.into_iter().find(telling) {
        Some(tag) => Err(InvalidDraft::TellingTag { tag: tag.to_owned() }),
        None => Ok(()),
    }
}

/// Tags as capsules have them: trimmed, in lower case, in order, each once.
pub(crate) fn sorted_tags<'a>(
    tags: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<String>, InvalidDraft> {
    let tags = tags.into_iter().map(|tag| tag.trim().to_lowercase());
    let mut tags: Vec<String> = tags.filter(|tag| !tag.is_empty()).collect();
    if let Some(tag) = tags.iter().find(|tag| !is_tag(tag)) {
        return Err(InvalidDraft::Tag { tag: tag.chars().take(40).collect() });
    }
    tags.sort_unstable();
    tags.dedup();
    match tags.len() {
        count if count > limits::TAGS_MAX => Err(InvalidDraft::TooManyTags { count }),
        _ => Ok(tags),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_the_same_however_they_are_written() {
        let tags = sorted_tags(["  Garden", "bees", "garden ", ""]);
        assert_eq!(tags, Ok(vec!["bees".to_owned(), "garden".to_owned()]));
        assert!(sorted_tags(["a\u{7}b"]).is_err());
        assert!(sorted_tags(["x".repeat(33).as_str()]).is_err());
    }

    #[test]
    fn a_note_says_something_and_not_too_much() {
        let note = |text: &str| Draft::personal(text, []).map(|_| ());
        assert_eq!(note(" \n"), Err(InvalidDraft::Empty));
        assert_eq!(note(&"x".repeat(16 * 1024)), Ok(()));
        assert!(matches!(note(&"x".repeat(16 * 1024 + 1)), Err(InvalidDraft::TooLong { .. })));
    }

    #[test]
    fn nothing_that_tells_who_somebody_is_becomes_open() {
        let masked = masking::mask("Write to anna@example.org").expect("it is short");
        let open = |tags: &'static [&str]| Draft::open(&masked, tags.iter().copied());
        let draft = open(&["mail"]).expect("it is masked");
        assert_eq!(draft.content().text(), Some("Write to [mail 1]"));
        assert!(matches!(open(&["anna@example.org"]), Err(InvalidDraft::TellingTag { .. })));
    }
}
