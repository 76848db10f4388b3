//! Everything computed once more.

use super::asked::{Asked, look};
use crate::{
    compact::{Erase, live, on},
    components::notice::{CommandProblem, as_sentence},
    format::{count, plural},
};
use books::view::{CheckView, Question, View};
use leptos::prelude::*;

/// A button, and what came of it.
#[component]
pub fn Check() -> impl IntoView {
    let asked = Asked::new();
    let check = move |_| look(asked, Question::Check.encode());
    let outcome = move || asked.with(words);
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
