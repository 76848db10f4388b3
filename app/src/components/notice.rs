//! Failures, where people look.

use crate::{
    Problem,
    compact::{Erase, live},
    shown::with_quotation_marks,
    state::{
        command::Command,
        page::{Status, use_page},
    },
};
use leptos::prelude::*;

/// Why the last command of one place was refused, if it was.
#[component]
pub fn CommandProblem(
    /// The place.
    command: Command,
) -> impl IntoView {
    live(move || command.problem().map(alert))
}

/// A problem beside what it is about.
pub fn alert(problem: Problem) -> AnyView {
    view! {
        <p class="problem" role="alert" data-code=problem.code>
            {as_sentence(&problem.message)}
        </p>
    }
    .erased()
}

/// Why the peer behind the page cannot start, if it cannot.
#[component]
pub fn PortFailure() -> impl IntoView {
    let page = use_page();
    move || match page.status.get() {
        Status::Failed(problem) => Some(view! {
            <div class="banner banner-problem" role="alert" data-code=problem.code>
                <strong>"This page cannot take part."</strong>
                " "
                {as_sentence(&problem.message)}
            </div>
        }),
        Status::Starting | Status::Ready => None,
    }
}

/// A lower-case error message as a sentence, with quotation marks for backticks. Ours begin with letters of ASCII: the
/// tables of all other letters would be a hundredth of the page.
pub fn as_sentence(message: &str) -> String {
    let mut text = with_quotation_marks(message);
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    if text.is_empty() || text.ends_with(['.', '!', '?', '…']) { text } else { text + "." }
}

#[cfg(test)]
mod tests {
    use super::as_sentence;

    #[test]
    fn a_message_becomes_a_sentence() {
        assert_eq!(as_sentence("no data: load some"), "No data: load some.");
        assert_eq!(as_sentence("Already one."), "Already one.");
        assert_eq!(as_sentence("one looks like a/…"), "One looks like a/…");
        assert_eq!(as_sentence("`a` is no id"), "“a” is no id.");
        assert_eq!(as_sentence(""), "");
    }
}
