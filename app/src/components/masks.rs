//! Sums in the place of updates: the choice, and who is in a group with whom.

use crate::{
    compact::{CollectAny, Erase, entered, live},
    state::page::use_page,
};
use leptos::prelude::*;
use peer::MasksView;
use protocol::session::{Masks, SessionOptions};

/// What can be chosen: its value, its words, and whether all may be one group.
const CHOICES: [(&str, &str, bool); 2] = [
    ("groups", "In groups, six devices or more", false),
    ("one", "As one group, three or more", true),
];

/// Whether a session shows sums only.
#[component]
pub fn MasksChoice(
    /// What is chosen.
    chosen: RwSignal<Option<Masks>>,
    /// What the form shows.
    shown: Memo<SessionOptions>,
) -> impl IntoView {
    let choices = CHOICES.into_iter().map(|(value, words, _)| {
        view! { <option value=value>{words}</option> }
    });
    let choose = move |value: String| {
        let choice = CHOICES.into_iter().find(|(known, ..)| *known == value);
        chosen.set(choice.map(|(_, _, one_group)| Masks { one_group }));
    };
    let value = move || {
        let masks = shown.with(|options| options.masks);
        let choice = CHOICES.iter().find(|(.., one)| masks.is_some_and(|it| it.one_group == *one));
        choice.map_or("", |(value, ..)| *value)
    };
    view! {
        <label class="field">
            <span>"Show sums only"</span>
            <select prop:value=live(value) on:change=entered(choose)>
                <option value="">"No"</option>
                {choices.collect_any()}
            </select>
        </label>
        <p class="hint">
            "What a device has learnt travels under a mask, and only the sum of its group is seen, for four more messages a round and updates twice as long. A group that too many leave adds nothing; lies are held off between groups only."
        </p>
    }
    .erased()
}

/// The groups of the running round, and how many came to a sum in the last one.
#[component]
pub fn MasksLine(
    /// Where the groups stand.
    masks: MasksView,
) -> impl IntoView {
    let page = use_page();
    let name = |peer: &units::PeerId| match page.me.get() {
        Some(me) if me == *peer => "this device".to_owned(),
        _ => page.name_of(*peer),
    };
    let own = masks.own_group.and_then(|own| masks.groups.get(own as usize));
    let own = own.map(|group| group.iter().map(name).collect::<Vec<_>>().join(", "));
    let words = line(own, masks.sums);
    view! { <p class="hint" role="group" aria-label="Groups">{words}</p> }.erased()
}

/// A session that is over has no group, and one that has not begun no last round.
fn line(own: Option<String>, sums: Option<u32>) -> String {
    let own = own.map(|own| format!("Your group: {own}. "));
    own.into_iter().chain(sums.map(|sums| format!("Sums in the last round: {sums}."))).collect()
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn nothing_is_said_of_groups_and_rounds_that_are_not_there() {
        let own = Some("this device, Ada, Ben".to_owned());
        assert_eq!(line(None, None), "");
        assert_eq!(line(None, Some(1)), "Sums in the last round: 1.");
        assert_eq!(line(own.clone(), None), "Your group: this device, Ada, Ben. ");
        let both = "Your group: this device, Ada, Ben. Sums in the last round: 0.";
        assert_eq!(line(own, Some(0)), both);
    }
}
