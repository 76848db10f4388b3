//! What calls come to.

use super::{Open, Wish};
use crate::{
    call::{Call, Overview, Refusal, Reply, WholeModel},
    capsule::{Content, Draft, Embedding, InvalidDraft, Privacy, Space},
    library::{KeepError, Query},
    masking::{self, Masked, Wishes},
};
use neural::nodes::Skill;
use person::{InvalidInvitation, PersonError};
use units::UnixMillis;

/// Tags that an overview names.
const TAGS_SHOWN: usize = 64;

impl Open {
    pub(super) fn answer(
        &mut self,
        call: Call,
        whole: &mut Wish,
        now: UnixMillis,
    ) -> Result<Reply, Refusal> {
        let library = &mut self.library;
        match call {
            Call::Remember { text, tags, privacy, keep } => {
                let draft = draft(&text, &tags, privacy, &keep)?;
                Ok(Reply::Remembered(library.remember(draft, now)?))
            }
            Call::Mask { text, keep } => {
                let masked = mask(&text, &keep)?;
                let mut found: Vec<(String, String)> = Vec::new();
                for finding in masking::find(&text).map_err(|it| refusal("invalid_input", it))? {
                    let value = &text[finding.range()];
                    if !found.iter().any(|(known, _)| known == value) {
                        found.push((value.to_owned(), finding.kind.word().to_owned()));
                    }
                }
                Ok(Reply::Masked { text: masked.into_text(), found })
            }
            Call::RememberVector { vector, text, tags, privacy } => {
                let embedding = own_embedding(&vector)?;
                let draft = draft(&text, &tags, privacy, &[])?;
                Ok(Reply::Remembered(library.remember_at(draft, embedding, now)?))
            }
            Call::Search { query, vector, around } => {
                let embedding = vector.map(|vector| own_embedding(&vector)).transpose()?;
                let embedding = embedding.or(query.embedding);
                let query = Query { embedding, ..*query };
                let found = library.search(&query, now);
                let (number, asked) = if around { library.ask_around(&query) } else { (0, 0) };
                let by_meaning = library.has_model() || query.embedding.is_some();
                Ok(Reply::Found { found, query: number, asked, by_meaning })
            }
            Call::RememberSkill { skill, activity, tags, privacy } => {
                let skill = Skill::decode(&skill).map_err(|it| refusal("invalid_input", it))?;
                let draft = Draft::skill(&skill, tags.iter().map(String::as_str), privacy)?;
                Ok(Reply::Remembered(library.remember_at(draft, activity.embedding(), now)?))
            }
            Call::UseSkill(id) => {
                let capsule = library.capsule(id).ok_or(KeepError::Unknown { capsule: id })?;
                let Content::Skill(bytes) = &capsule.content else {
                    let kind = capsule.head().kind.name();
                    let problem = format!("capsule {} is no skill but a {kind}", id.short());
                    return Err(refusal("no_skill", problem));
                };
                let bytes = bytes.clone();
                library.use_capsule(id, now);
                Ok(Reply::Skill(bytes))
            }
            Call::Show(id) => {
                library.use_capsule(id, now);
                Ok(Reply::Capsule(library.look_up(id, now).map(Box::new)))
            }
            Call::Forget(id) => {
                library.forget(id)?;
                Ok(Reply::Done)
            }
            Call::Give { capsule, to } => {
                library.give(to, capsule)?;
                Ok(Reply::Done)
            }
            Call::Fetch { capsule, from } => {
                library.fetch(from, capsule);
                Ok(Reply::Done)
            }
            Call::Consolidate => Ok(Reply::Consolidated(library.consolidate(now))),
            Call::UndoConsolidation => Ok(Reply::Restored(library.undo_consolidation(now))),
            Call::Trends => Ok(Reply::Trends(library.trends(now))),
            Call::LeastImportant(bytes) => {
                Ok(Reply::LeastImportant(library.least_important(bytes, now)))
            }
            Call::ForgetLeastImportant(bytes, at) => {
                Ok(Reply::Forgotten(library.forget_least_important(bytes, at)))
            }
            Call::Map => Ok(Reply::Map(library.map(now))),
            Call::Overview => {
                let mut tags = library.tags();
                tags.truncate(TAGS_SHOWN);
                let (stats, damaged) = (library.stats(), self.damaged);
                let aside = library.set_aside_count();
                let whole_model = self.whole_model(&whole.state);
                Ok(Reply::Overview(Overview { stats, tags, aside, damaged, whole_model }))
            }
            Call::UseWholeModel(is_wanted) => {
                whole.wanted = Some(is_wanted);
                Ok(Reply::Done)
            }
            Call::Invite => Ok(Reply::Invitation(self.person.offer(now)?.to_string())),
            Call::Visit(text) => {
                self.person.visit(text.parse()?, now)?;
                Ok(Reply::Done)
            }
            Call::Confirm(is_same) => {
                self.person.confirm(is_same, now)?;
                Ok(Reply::Done)
            }
            Call::GiveUpPairing => {
                self.person.give_up();
                Ok(Reply::Done)
            }
            Call::Devices => Ok(Reply::Devices(self.person.devices())),
            Call::TakeOut(peer) => {
                self.person.take_out(peer, now)?;
                Ok(Reply::Devices(self.person.devices()))
            }
        }
    }

    /// What became of the whole model; `state` while it is not here.
    pub(super) fn whole_model(&self, state: &WholeModel) -> WholeModel {
        match self.library.read_by_whole_model() {
            Some((read, of)) => WholeModel::On { read, of },
            None => state.clone(),
        }
    }
}

fn draft(text: &str, tags: &[String], privacy: Privacy, keep: &[String]) -> Result<Draft, Refusal> {
    let tags = tags.iter().map(String::as_str);
    Ok(match privacy {
        Privacy::Personal => Draft::personal(text, tags)?,
        Privacy::Open => Draft::open(&mask(text, keep)?, tags)?,
        Privacy::Behavioural => {
            let problem = "a note has words, which a behavioural capsule has none of: make it personal or open";
            return Err(refusal("invalid_input", problem));
        }
    })
}

/// A text without what tells who somebody is, but for values that a person wants kept.
fn mask(text: &str, keep: &[String]) -> Result<Masked, Refusal> {
    let too_long = |problem| refusal("invalid_input", problem);
    let found = masking::find(text).map_err(too_long)?;
    let is_kept = |it: &masking::Finding| keep.iter().any(|kept| *kept == text[it.range()]);
    let kept: Vec<_> = found.into_iter().filter(is_kept).map(masking::Finding::range).collect();
    masking::mask_with(text, &Wishes { keep: &kept, add: &[] }).map_err(too_long)
}

fn own_embedding(vector: &[f32]) -> Result<Embedding, Refusal> {
    let embedding = Embedding::of(Space::by_hand(vector.len()), vector);
    embedding.filter(|it| it.dimensions() > 0).ok_or_else(|| {
        let most = crate::limits::DIMENSIONS_MAX;
        let problem = format!(
            "a vector has 1 to {most} numbers, not all of them 0, and this has {}",
            vector.len()
        );
        refusal("invalid_input", problem)
    })
}

pub(super) fn refusal(code: &str, problem: impl core::fmt::Display) -> Refusal {
    Refusal { code: code.to_owned(), message: problem.to_string() }
}

impl From<InvalidDraft> for Refusal {
    fn from(problem: InvalidDraft) -> Self {
        refusal("invalid_input", problem)
    }
}

impl From<InvalidInvitation> for Refusal {
    fn from(problem: InvalidInvitation) -> Self {
        refusal("invalid_input", problem)
    }
}

impl From<PersonError> for Refusal {
    fn from(problem: PersonError) -> Self {
        let code = match &problem {
            PersonError::NotYours { .. } => "unknown_device",
            PersonError::Full | PersonError::TooManyEver => "too_many_devices",
            _ => "cannot_pair",
        };
        refusal(code, problem)
    }
}

impl From<KeepError> for Refusal {
    fn from(problem: KeepError) -> Self {
        let code = match &problem {
            KeepError::Unknown { .. } => "unknown_capsule",
            KeepError::Personal { .. } => "personal_capsule",
            KeepError::Forgotten { .. } => "forgotten_capsule",
            KeepError::Full | KeepError::FullOf { .. } => "memory_full",
            KeepError::Invalid(_) => "invalid_capsule",
        };
        refusal(code, problem)
    }
}
