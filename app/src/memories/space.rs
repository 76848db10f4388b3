//! How much room memories take, how much there is, and whether the browser may take it back.

use super::{asked::Desk, make_room::MakeRoom};
use crate::{
    compact::{Erase, Shown, follow, live, on},
    dom::{self, Space},
    format::{bytes, plural},
};
use leptos::{prelude::*, task::spawn_local};
use memory::call::Overview;

/// A site that has used more of what the browser gives it than this is told so.
const NEARLY_FULL: f64 = 0.9;

/// What is used, of what, and for how long.
#[component]
pub fn SpacePart(
    /// What the page's parts share.
    desk: Desk,
) -> impl IntoView {
    let space = RwSignal::new(None::<Space>);
    let look = move || {
        spawn_local(async move {
            let new = dom::space().await;
            let _ = space.try_set(new);
        });
    };
    follow(move || {
        let _ = desk.overview.get();
        look();
    });
    let refused = RwSignal::new(false);
    let keep = move |_| {
        refused.set(false);
        spawn_local(async move {
            let is_kept = dom::keep_space().await;
            let new = dom::space().await;
            let _ = (refused.try_set(!is_kept), space.try_set(new));
            if is_kept {
                dom::focus_soon("#memory-space".to_owned());
            }
        });
    };
    let may_go = move || space.with(|space| space.as_ref().is_some_and(|it| !it.is_kept));
    let lacks_room = move || {
        desk.lacks_room.get() || space.with(|space| space.as_ref().is_some_and(is_nearly_full))
    };
    view! {
        <div class="memory-space">
            <h3 id="memory-space" tabindex="-1">"Storage"</h3>
            <p class="hint memories-storage">
                {live(move || desk.overview.with(|it| it.as_ref().map(storage)))}
            </p>
            <p class="hint">{live(move || space.with(|space| space.as_ref().map(of_browser)))}</p>
            <Shown when=lacks_room>
                <p class="problem" role="alert">
                    "There is little room left. Save a copy of everything first, if you want to keep it all; then tidy up, or let go of what counts least. Other sites and files on this device take room, too."
                </p>
            </Shown>
            // What is merely old is named to nobody who has room for it.
            <Shown when=lacks_room>
                <MakeRoom desk />
            </Shown>
            <Shown when=may_go>
                <p class="hint">
                    "A browser that runs out of room may clear sites that it was not asked to keep, this one with them."
                </p>
                <div class="fields-row">
                    <button type="button" class="button button-quiet" on:click=on(keep)>
                        "Ask the browser to keep it"
                    </button>
                </div>
                <p class="hint" role="status">{live(move || refused.get().then_some(REFUSED))}</p>
            </Shown>
        </div>
    }
    .erased()
}

/// What a person can do whose browser does not agree.
const REFUSED: &str = "The browser did not agree, and says no more than that. Most agree for a site that is used often: install it as an app or bookmark it, and ask again another day. Until then, save a copy of what you do not want to lose.";

/// What memories take.
pub(super) fn storage(overview: &Overview) -> String {
    let stats = &overview.stats;
    let notes = plural(stats.capsules.into(), "note", "notes");
    let mut text = format!("{notes} in {} on this device.", bytes(stats.stored_bytes));
    if stats.of_others > 0 {
        text += &format!(" {} came from others.", stats.of_others);
    }
    if overview.damaged > 0 {
        let damaged = plural(overview.damaged.into(), "entry", "entries");
        text += &format!(" {damaged} could not be read and were left out.");
    }
    text
}

fn of_browser(space: &Space) -> String {
    let kept = match space.is_kept {
        true => "the browser keeps it until you clear it",
        false => "the browser may clear it when it runs out of room",
    };
    let (used, all) = (bytes(space.used_bytes), bytes(space.all_bytes));
    format!("This site uses {used} of the {all} that the browser gives it; {kept}.")
}

fn is_nearly_full(space: &Space) -> bool {
    space.all_bytes > 0 && space.used_bytes as f64 > NEARLY_FULL * space.all_bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_that_has_used_nearly_all_is_told_so() {
        let space = |used_bytes| Space { used_bytes, all_bytes: 1_000, is_kept: true };
        assert!(!is_nearly_full(&space(899)));
        assert!(is_nearly_full(&space(950)));
        assert!(!is_nearly_full(&Space { all_bytes: 0, ..space(0) }));
        assert_eq!(
            of_browser(&space(899)),
            "This site uses 899 B of the 1.0 kB that the browser gives it; the browser keeps it until you clear it."
        );
    }
}
