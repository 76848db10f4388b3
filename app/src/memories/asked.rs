//! Questions to the memory, and what it tells by itself.

use super::{forgetting::Forgetting, proof::Capsules};
use crate::compact::follow;
use crate::state::{command::Command, page::use_page, port::Problem};
use leptos::prelude::*;
use memory::{
    call::{Call, Overview, Refusal, Reply},
    library::News,
};
use units::Hash;

/// What all parts of the panel share.
#[derive(Clone, Copy)]
pub struct Desk {
    /// How much there is.
    pub overview: RwSignal<Option<Overview>>,
    /// Counts changes of what is kept.
    pub changes: RwSignal<u32>,
    /// The newest of what was told, with a number that grows.
    pub told: RwSignal<(u64, Vec<News>)>,
    /// What is looked for.
    pub sought: RwSignal<String>,
    /// What the newest question has found; nothing where nothing is asked.
    pub found: RwSignal<Vec<Hash>>,
    /// What became of the model: nothing to say, or how far it has come, or why it does not.
    pub model: RwSignal<ModelState>,
    /// What the ledger says of the capsules that are shown.
    pub capsules: Capsules,
    /// What is about to be forgotten.
    pub forgetting: Forgetting,
    /// What was fetched last, until it is here.
    pub fetched: RwSignal<Option<Hash>>,
    /// Whether something could not be stored: what the browser says of its room may not be true.
    pub lacks_room: RwSignal<bool>,
    command: Command,
}

/// What became of the model that embeds texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ModelState {
    /// Nothing that needs to be said.
    #[default]
    Quiet,
    /// It is on its way: bytes that are here, and all, if that is known.
    Coming(u32, u32),
    /// It does not come.
    Missing(String),
}

impl Desk {
    /// Asks for what there is, and listens.
    pub(super) fn new() -> Self {
        let desk = Self {
            overview: RwSignal::new(None),
            changes: RwSignal::new(0),
            told: RwSignal::default(),
            sought: RwSignal::default(),
            found: RwSignal::default(),
            model: RwSignal::default(),
            capsules: Capsules::new(),
            forgetting: Forgetting::new(),
            fetched: RwSignal::new(None),
            lacks_room: RwSignal::new(false),
            command: Command::default(),
        };
        let unread = use_page().memory_news;
        follow(move || {
            if unread.with(Vec::is_empty) {
                return;
            }
            let mut news = Vec::new();
            // Not noticed by this closure itself, or it would come again.
            unread.update_untracked(|unread| {
                news = unread
                    .drain(..)
                    .filter_map(|bytes| News::decode_all(&bytes))
                    .flatten()
                    .collect();
            });
            desk.take(news);
        });
        follow(move || {
            let _ = desk.changes.get();
            let taken = move |reply| {
                if let Reply::Overview(overview) = reply {
                    let _ = desk.overview.try_set(Some(overview));
                }
            };
            ask(desk.command, Call::Overview, taken);
        });
        desk
    }

    fn take(self, news: Vec<News>) {
        for it in &news {
            match it {
                News::Kept { .. } | News::Forgotten { .. } => self.changed(),
                News::ModelComing { bytes, of } => self.model.set(ModelState::Coming(*bytes, *of)),
                News::NoModel { reason } => self.model.set(ModelState::Missing(reason.clone())),
                _ => {}
            }
        }
        self.told.update(|(number, told)| {
            *number += 1;
            *told = news;
        });
    }

    /// Something is kept that was not, or the other way round.
    pub fn changed(self) {
        let _ = self.changes.try_update(|changes| *changes += 1);
    }
}

/// What is said where the worker has answered something else than it was asked. No worker of this page does.
pub(super) fn refused_words() -> String {
    Problem::unexpected_answer().message
}

/// Asks once; a refusal is shown where the command was given.
pub(crate) fn ask(command: Command, call: Call, then: impl FnOnce(Reply) + 'static) {
    let refused = move |problem: Problem| command.refuse(&problem.code, problem.message);
    let answered = move |bytes: Vec<u8>| match Reply::decode(&bytes) {
        Some(Ok(reply)) => then(reply),
        Some(Err(Refusal { code, message })) => refused(Problem { code, message }),
        None => refused(Problem::unexpected_answer()),
    };
    command.run(move |port| port.ask_memory(call.encode()), answered);
}
