//! Data sets that ship with the site.

use super::{choice::DataChoice, is_training};
use crate::{
    BuiltinPart,
    compact::{Each, Erase, entered, live, on},
    components::notice::CommandProblem,
    state::{
        command::Command,
        defaults::{BuiltinSet, SETS},
        page::{Page, use_page},
    },
};
use leptos::{ev::SubmitEvent, prelude::*};
use units::ClusterId;

/// Chooses a part of a data set.
#[component]
pub fn ReadyMade() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let choice = DataChoice::new(page);
    let load = move |event: SubmitEvent| {
        event.prevent_default();
        let (set, part, typed) =
            untrack(|| (choice.set(), choice.part(), choice.held_out_percent()));
        match typed.trim().parse() {
            Ok(percent @ 1..=90) => use_data(page, command, set, part, percent),
            _ => command.refuse("invalid_input", "1 to 90 % of the rows can be held out"),
        }
    };

    view! {
        <form class="choose-data" on:submit=on(load)>
            <label class="field field-wide">
                <span>"Data set"</span>
                <select on:change=entered(move |value| choice.choose_set(&value))>
                    <Each each=move || choice.available.get() key=|index| *index let(index)>
                        <option
                            value=SETS[index].id
                            selected=live(move || choice.position.get() == index)
                        >
                            {SETS[index].name}
                        </option>
                    </Each>
                </select>
            </label>
            <label class="field">
                <span>"Part"</span>
                <select
                    prop:value=live(move || choice.part().to_string())
                    on:change=entered(move |value| choice.choose_part(&value))
                >
                    <Each
                        each=move || 0..choice.set().parts
                        key=move |part| (choice.position.get(), *part)
                        let(index)
                    >
                        <option value=index.to_string() selected=live(move || choice.part() == index)>
                            {live(move || format!("Part {} of {}", index + 1, choice.set().parts))}
                        </option>
                    </Each>
                </select>
            </label>
            <label class="field">
                <span>"Held out, %"</span>
                <input
                    type="number"
                    aria-describedby="held-out-hint"
                    min="1"
                    max="90"
                    step="1"
                    prop:value=live(move || choice.held_out_percent())
                    on:input=entered(move |value| choice.hold_out(value))
                />
            </label>
            <p id="held-out-hint" class="hint">
                "Held-out rows are never trained on: the accuracies are measured on them. The more are held out, the more a device needs the others."
            </p>
            <button
                type="submit"
                class="button"
                disabled=live(move || !page.is_ready() || command.is_pending() || is_training(page))
            >
                {live(move || if command.is_pending() { "Loading" } else { "Use this data" })}
            </button>
            <CommandProblem command />
        </form>
    }
    .erased()
}

/// Makes the set's cluster, if it is not there yet, and loads the part.
fn use_data(page: Page, command: Command, set: &'static BuiltinSet, part: u32, percent: u8) {
    let Ok(cluster) = set.id.parse::<ClusterId>() else { return };
    let network = set.network();
    let part =
        BuiltinPart { set: set.id.to_owned(), part, parts: set.parts, held_out_percent: percent };
    command.run(
        move |port| {
            Box::pin(async move {
                // The order matters: rows go on a cluster that is there.
                port.create_cluster(cluster.clone(), network.into()).await?;
                port.load_builtin(cluster.clone(), part).await?;
                Ok(cluster)
            })
        },
        move |cluster| {
            let _ = page.chosen_cluster.try_set(Some(cluster));
        },
    );
}
