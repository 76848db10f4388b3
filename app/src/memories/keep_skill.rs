//! Keeping what nodes have learnt.

use super::{
    asked::{Desk, ask},
    found::privacy_words,
};
use crate::{
    compact::{Erase, Shown, entered, live, on},
    components::notice::CommandProblem,
    state::{command::Command, page::use_page},
};
use leptos::{ev::SubmitEvent, prelude::*};
use memory::{
    call::{Call, Reply},
    capsule::Privacy,
};
use peer::{SkillAnswer, SkillJob};

/// How many nodes can be kept as one skill.
const NODES: [u32; 4] = [8, 16, 32, 64];

/// A form for the nodes of the cluster in use.
#[component]
pub fn SkillForm(
    /// What the panel shares.
    desk: Desk,
) -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let (layer, nodes) = (RwSignal::new(0u32), RwSignal::new(32u32));
    let privacy = RwSignal::new(Privacy::Behavioural);
    let tags = RwSignal::new(String::new());
    let said = RwSignal::new(String::new());
    let has_rows = move || page.cluster().is_some_and(|it| it.train_rows > 0);
    let keep = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(cluster) = untrack(|| page.cluster()) else { return };
        said.set(String::new());
        let privacy = privacy.get_untracked();
        let tags = match privacy {
            // Words are what such a one has none of.
            Privacy::Behavioural => Vec::new(),
            _ => tags.with_untracked(|tags| tags.split(',').map(str::to_owned).collect()),
        };
        let layers = cluster.network.layers.len() as u32;
        let layer = layer.get_untracked().min(layers.saturating_sub(1));
        let take = SkillJob::Take { layer, nodes: nodes.get_untracked() };
        let taken = move |answer| {
            let SkillAnswer::Taken { skill, nodes, activity } = answer else { return };
            let call = Call::RememberSkill { skill, activity, tags, privacy };
            ask(command, call, move |reply| {
                if let Reply::Remembered(_) = reply {
                    let nodes = crate::format::plural(nodes.into(), "node", "nodes");
                    let _ = said.try_set(format!("A skill of {nodes} is stored on this device."));
                    desk.changed();
                }
            });
        };
        command.run(move |port| port.work_on_skills(cluster.id, take), taken);
    };
    let layers = move || {
        let count = page.cluster().map_or(0, |it| it.network.layers.len());
        let option = |number: usize| {
            let words = format!("layer {}", number + 1);
            view! { <option value=number.to_string()>{words}</option> }.erased()
        };
        (0..count).map(option).collect::<Vec<_>>()
    };
    let counts = || {
        NODES.map(|count| {
        view! { <option value=count.to_string() selected=count == 32>{count.to_string()}</option> }
            .erased()
    })
    };
    let levels = || {
        Privacy::ALL.map(|level| {
            let is_chosen = level == Privacy::Behavioural;
            view! { <option value=level.name() selected=is_chosen>{privacy_words(level)}</option> }
                .erased()
        })
    };
    view! {
        <Shown when=has_rows>
            <form class="memories-skill" aria-label="Keep a skill" on:submit=on(keep)>
                <p>"Keep what these nodes have learnt as a skill, which other devices can try and add to their own."</p>
                <label class="field">
                    <span>"Nodes of"</span>
                    <select on:change=entered(move |value| layer.set(value.parse().unwrap_or(0)))>{live(layers)}</select>
                </label>
                <label class="field">
                    <span>"The most important"</span>
                    <select on:change=entered(move |value| nodes.set(value.parse().unwrap_or(32)))>{counts()}</select>
                </label>
                <label class="field">
                    <span>"Who may have the skill"</span>
                    <select on:change=entered(move |value| {
                        privacy.set(Privacy::named(&value).unwrap_or(Privacy::Personal));
                    })>{levels()}</select>
                </label>
                <Shown when=move || privacy.get() != Privacy::Behavioural>
                    <label class="field">
                        <span>"Its name, and words to find it by, with commas between"</span>
                        <input
                            type="text"
                            autocomplete="off"
                            prop:value=live(move || tags.get())
                            on:input=entered(move |value| tags.set(value))
                        />
                    </label>
                </Shown>
                <button type="submit" class="button" disabled=live(move || command.is_pending())>"Keep as a skill"</button>
                <p class="hint" role="status">{live(move || said.get())}</p>
                <CommandProblem command />
            </form>
        </Shown>
    }
    .erased()
}
