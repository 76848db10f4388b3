//! Everything computed once more, here or elsewhere.

use super::asked::{Asked, look};
use crate::{
    compact::{Erase, live, on},
    components::notice::{CommandProblem, as_sentence},
    files,
    format::{count, plural},
    state::{command::Command, page::use_page},
};
use books::view::{CheckView, Question, View};
use leptos::prelude::*;

/// A button, and what came of it.
#[component]
pub fn Check() -> impl IntoView {
    let asked = Asked::new();
    let check = move |_| look(asked, Question::Check.encode());
    let outcome = move || asked.with(words);
    let (page, saving) = (use_page(), Command::default());
    let save = move |_| {
        let room = page.room.with_untracked(|room| room.as_ref().map(|room| room.id));
        let name = room.map_or("room.pcrm".to_owned(), |id| format!("room-{}.pcrm", id.short()));
        saving.run(
            |port| port.write_room(),
            move |bytes| {
                if files::save(&bytes, &name).is_none() {
                    let problem = format!("this browser does not save `{name}`");
                    saving.refuse("download_refused", problem);
                }
            },
        );
    };
    view! {
        <div class="books-part books-check">
            <button
                type="button"
                class="button button-quiet"
                disabled=live(move || asked.command().is_pending())
                on:click=on(check)
            >
                "Check everything"
            </button>
            <p class="hint" role="status">{live(move || outcome().unwrap_or_else(|| {
                INVITATION.to_owned()
            }))}</p>
            <CommandProblem command=asked.command() />
            <button
                type="button"
                class="button button-quiet"
                disabled=live(move || saving.is_pending())
                on:click=on(save)
            >
                "Save the room"
            </button>
            <p class="hint">
                "All pages and the rounds that this device keeps, as a file. Whoever gets it computes all of it again with “cargo xtask verify-room”."
            </p>
            <CommandProblem command=saving />
        </div>
    }
    .erased()
}

const INVITATION: &str =
    "This device computes every page again, from the first: every signature, every amount.";

fn words(view: &View) -> Option<String> {
    let View::Check(CheckView { blocks, transactions, problem }) = view else { return None };
    let pages = plural((*blocks).into(), "page", "pages");
    Some(match problem {
        None => format!(
            "All {pages} with {} entries are right: each signature was checked, and all amounts come out as written.",
            count(*transactions)
        ),
        Some(problem) => as_sentence(problem),
    })
}
