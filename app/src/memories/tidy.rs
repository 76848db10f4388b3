//! Tidying up, and what it did.

use super::asked::{Desk, ask};
use crate::{
    compact::{Erase, Shown, live, on},
    components::notice::CommandProblem,
    dom,
    format::plural,
    state::command::Command,
};
use leptos::prelude::*;
use memory::{
    call::{Call, Reply},
    library::{Consolidation, News},
};

/// A button, a report, and the way back.
#[component]
pub fn Tidy(
    /// What the panel shares.
    desk: Desk,
) -> impl IntoView {
    let command = Command::default();
    let report = RwSignal::new(String::new());
    crate::compact::follow(move || {
        desk.told.with(|(_, told)| {
            for news in told {
                if let News::Consolidated(done) = news {
                    report.set(words(done));
                    desk.changed();
                }
            }
        });
    });
    let tidy = move |_| ask(command, Call::Consolidate, |_| {});
    let undo = move |_| {
        dom::focus_soon(".memories-tidy .button".to_owned());
        ask(command, Call::UndoConsolidation, move |reply| {
            if let Reply::Restored(count) = reply {
                let back = plural(count.into(), "note is back", "notes are back");
                let _ = report.try_set(format!("{back}."));
                desk.changed();
            }
        });
    };
    let has_aside = move || desk.overview.with(|it| it.as_ref().is_some_and(|it| it.aside > 0));
    view! {
        <div class="memories-tidy">
            <h3 id="memories-tidy">"Tidy up"</h3>
            <p class="hint">
                "What says nothing that another note does not say goes into that one. It happens by itself once a day, when nothing else is to be done, and can be undone for a day."
            </p>
            <div class="fields-row">
                <button
                    type="button"
                    class="button button-quiet"
                    disabled=live(move || command.is_pending())
                    on:click=on(tidy)
                >
                    "Tidy up now"
                </button>
                <Shown when=has_aside>
                    <button type="button" class="button button-quiet" on:click=on(undo)>"Undo"</button>
                </Shown>
                <p class="hint" role="status">{live(move || report.get())}</p>
            </div>
            <CommandProblem command />
        </div>
    }
    .erased()
}

fn words(done: &Consolidation) -> String {
    let mut parts = Vec::new();
    let of: u32 = done.merged.iter().map(|it| it.1).sum();
    if of > 0 {
        let into = plural(done.merged.len() as u64, "one", "notes").replace("1 one", "one");
        parts.push(format!("{} became {into}", plural(of.into(), "note", "notes")));
    }
    if done.faded > 0 {
        parts.push(format!("{} made room", plural(done.faded.into(), "note", "notes")));
    }
    if done.dropped > 0 {
        let dropped = plural(done.dropped.into(), "note", "notes");
        parts.push(format!("{dropped} set aside before went for good"));
    }
    match parts.is_empty() {
        true => "Everything is in order: there was nothing to do.".to_owned(),
        false => format!("{}.", parts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::words;
    use memory::library::Consolidation;
    use units::{Hash, UnixMillis};

    #[test]
    fn a_report_says_what_was_done() {
        let done = Consolidation { at: UnixMillis(1), ..Consolidation::default() };
        assert_eq!(words(&done), "Everything is in order: there was nothing to do.");
        let done = Consolidation { merged: vec![(Hash::of(b"a"), 3)], dropped: 1, ..done };
        assert_eq!(words(&done), "3 notes became one, 1 note set aside before went for good.");
    }
}
