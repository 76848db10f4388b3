//! Letting go of what counts least, after a look at what that is.

use super::asked::{Desk, ask};
use crate::{
    compact::{CollectAny, Erase, Shown, live, on},
    components::notice::CommandProblem,
    dom,
    format::{bytes, plural},
    state::command::Command,
};
use leptos::prelude::*;
use memory::{
    call::{Call, Reply},
    library::LeastImportant,
};

/// The part of what is stored that is let go of at once.
const PART: u64 = 10;

const LOOK: &str = ".memory-least-look";

/// A button, what would go, and the choice.
#[component]
pub fn MakeRoom(
    /// What the page's parts share.
    desk: Desk,
) -> impl IntoView {
    let command = Command::default();
    // How much was asked for, and what would go.
    let least = RwSignal::new(None::<(u64, LeastImportant)>);
    let done = RwSignal::new(String::new());
    let stored = move || desk.overview.with(|it| it.as_ref().map_or(0, |it| it.stats.stored_bytes));
    let capsules = move || desk.overview.with(|it| it.as_ref().map_or(0, |it| it.stats.capsules));
    let look = move |_| {
        done.set(String::new());
        let wanted = (untrack(stored) / PART).max(1);
        ask(command, Call::LeastImportant(wanted), move |reply| {
            if let Reply::LeastImportant(found) = reply {
                let _ = least.try_set(Some((wanted, found)));
                dom::focus_soon(".memory-least-keep".to_owned());
            }
        });
    };
    let forget = move |_| {
        let Some((wanted, LeastImportant { at, .. })) = least.get_untracked() else { return };
        least.set(None);
        dom::focus_soon(LOOK.to_owned());
        ask(command, Call::ForgetLeastImportant(wanted, at), move |reply| {
            if let Reply::Forgotten(count) = reply {
                let gone = plural(count.into(), "note is gone", "notes are gone");
                let _ = done.try_set(format!("{gone}."));
                desk.changed();
            }
        });
    };
    let keep = move |_| {
        least.set(None);
        dom::focus_soon(LOOK.to_owned());
    };
    view! {
        <Shown when=move || capsules() != 0>
            <div class="fields-row">
                <button
                    type="button"
                    class="button button-quiet memory-least-look"
                    on:click=on(look)
                >
                    "What counts least?"
                </button>
                <p class="hint" role="status">{live(move || done.get())}</p>
            </div>
        </Shown>
        <Shown when=move || least.with(Option::is_some)>
            <div class="memory-copy-sure" role="group" aria-labelledby="memory-least">
                <p id="memory-least">
                    {live(move || least.with(|it| it.as_ref().map(|it| would_go(&it.1))))}
                </p>
                <ul class="memory-least">
                    {live(move || {
                        let examples = least.with(|it| it.as_ref().map(|it| it.1.examples.clone()));
                        examples.into_iter().flatten().map(|text| view! { <li>{text}</li> }).collect_any()
                    })}
                </ul>
                <div class="fields-row">
                    <button type="button" class="button" on:click=on(forget)>"Forget them"</button>
                    <button type="button" class="button memory-least-keep" on:click=on(keep)>
                        "Keep them"
                    </button>
                </div>
            </div>
        </Shown>
        <CommandProblem command />
    }
    .erased()
}

fn would_go(least: &LeastImportant) -> String {
    let count = plural(least.capsules.into(), "note counts", "notes count");
    let whose = match least.of_others {
        0 => String::new(),
        all if all == least.capsules => " All came from others.".to_owned(),
        some => format!(" {some} of them came from others."),
    };
    format!(
        "{count} least, which take {}.{whose} What is forgotten does not come back, unless from a copy.",
        bytes(least.bytes)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_go_is_said_with_what_that_frees() {
        let least =
            LeastImportant { capsules: 3, of_others: 1, bytes: 2_000, ..LeastImportant::default() };
        let words = would_go(&least);
        assert!(
            words
                .starts_with("3 notes count least, which take 2.0 kB. 1 of them came from others.")
        );
    }
}
