//! Forgetting a note, with some seconds to think better of it.

use super::asked::{Desk, ask};
use crate::{
    compact::follow,
    dom,
    state::{command::Command, slot::port},
};
use core::time::Duration;
use leptos::{ev, prelude::*, task::spawn_local};
use memory::call::Call;
use units::Hash;

/// How long it can be undone.
const UNDO: Duration = Duration::from_secs(8);

/// Under which name this browser keeps what is about to be forgotten: a page that is closed meanwhile does it when it comes back.
const KEY: &str = "forgetting";

/// What is about to be forgotten.
#[derive(Clone, Copy)]
pub struct Forgetting {
    /// What can be undone.
    going: RwSignal<Option<Hash>>,
    /// What was forgotten, and may still be in a list for a moment.
    gone: RwSignal<Vec<Hash>>,
    /// How often one was about to be forgotten: a clock that was set for an earlier one does nothing.
    begun: StoredValue<u32>,
    /// Where a refusal is shown.
    pub command: Command,
}

impl Forgetting {
    pub(super) fn new() -> Self {
        forget_what_was_left();
        // Whoever goes elsewhere does not come back to undo it.
        let leaving = window_event_listener(ev::pagehide, |_| forget_what_was_left());
        on_cleanup(move || {
            leaving.remove();
            forget_what_was_left();
        });
        let (gone, command) = (RwSignal::<Vec<Hash>>::default(), Command::default());
        follow(move || {
            // Nothing that could not be forgotten is hidden.
            if command.problem().is_some() {
                gone.set(Vec::new());
            }
        });
        Self { going: RwSignal::new(None), gone, begun: StoredValue::new(0), command }
    }

    /// From here on it can be undone, until the next is about to be forgotten or some seconds have passed.
    pub(super) fn begin(self, desk: Desk, id: Hash) {
        self.end(desk);
        self.going.set(Some(id));
        dom::remember(KEY, &id.to_string());
        self.begun.update_value(|begun| *begun += 1);
        let begun = self.begun.get_value();
        let end = move || {
            if self.begun.try_get_value() == Some(begun) {
                self.end(desk);
            }
        };
        set_timeout(end, UNDO);
        dom::focus_soon(format!("[data-capsule='{id}'] .memories-undo"));
    }

    /// It stays.
    pub(super) fn undo(self) {
        let Some(id) = self.going.get_untracked() else { return };
        self.going.set(None);
        dom::remember(KEY, "");
        dom::focus_soon(format!("[data-capsule='{id}'] .memories-forget"));
    }

    /// How far one is on its way: `going` while it can be undone, then `gone`.
    pub(super) fn stage(self, id: Hash) -> Option<&'static str> {
        if self.going.get() == Some(id) {
            return Some("going");
        }
        self.gone.with(|gone| gone.contains(&id)).then_some("gone")
    }

    /// One is drawn anew: what was forgotten is here again.
    pub(super) fn is_here(self, id: Hash) {
        if self.gone.with_untracked(|gone| gone.contains(&id)) {
            self.gone.update(|gone| gone.retain(|it| *it != id));
        }
    }

    fn end(self, desk: Desk) {
        let Some(id) = self.going.try_get_untracked().flatten() else { return };
        let had_focus = dom::has_focus_in(&format!("[data-capsule='{id}']"));
        self.going.set(None);
        self.gone.update(|gone| gone.push(id));
        if had_focus {
            dom::focus_soon(".memories-found".to_owned());
        }
        ask(self.command, Call::Forget(id), move |_| {
            is_done(id);
            desk.changed();
        });
    }
}

fn left() -> Option<Hash> {
    dom::remembered(KEY)?.parse().ok()
}

/// One was forgotten; the next may be waiting already.
fn is_done(id: Hash) {
    if left() == Some(id) {
        dom::remember(KEY, "");
    }
}

/// Forgets at once what is about to be.
fn forget_what_was_left() {
    if let (Some(id), Some(port)) = (left(), port()) {
        let forgotten = port.ask_memory(Call::Forget(id).encode());
        spawn_local(async move {
            // What is not here any more was forgotten.
            if forgotten.await.is_ok() {
                is_done(id);
            }
        });
    }
}
