//! The rows on this device.

use crate::{
    AvailableSets, BuiltinPart,
    components::notice::CommandProblem,
    dom,
    format::{count, plural},
    state::{
        command::Command,
        defaults::{BuiltinSet, SETS},
        page::{Page, use_page},
    },
};
use leptos::{ev::SubmitEvent, prelude::*};
use peer::ClusterView;
use units::ClusterId;

/// Chooses a part of a data set and shows what is on this device.
#[component]
pub fn DataCard() -> impl IntoView {
    view! {
        <section class="panel data" aria-label="Data">
            <h2>"Data"</h2>
            <ChooseData />
            <DataHere />
        </section>
    }
    .into_any()
}

#[component]
fn ChooseData() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let available = available_sets();
    // What a person has chosen; until then, what is on this device, and else what is proposed.
    let chosen = RwSignal::new(None::<usize>);
    let part = RwSignal::new(None::<u32>);
    let held_out = RwSignal::new(None::<String>);
    let here = Memo::new(move |_| part_here(page));
    let set_here = move || {
        let position = here.with(|here| position_of(&here.as_ref()?.set))?;
        available.with(|available| available.contains(&position)).then_some(position)
    };
    let set_now = Memo::new(move |_| chosen.get().or_else(set_here).unwrap_or(0));
    let set = move || &SETS[set_now.get()];
    let here_of_set = move || here.get().filter(|here| here.set == set().id);
    let part_now = move || {
        let here = here_of_set().filter(|here| here.parts == set().parts).map(|here| here.part);
        part.get().or(here).unwrap_or_else(|| set().part_for(page.place.came_before()))
    };
    let held_out_now = move || {
        let here = || here_of_set().map_or(set().held_out_percent, |here| here.held_out_percent);
        held_out.get().unwrap_or_else(|| here().to_string())
    };
    // Rows stay as they are while a session trains on them; whoever has none may still join it.
    let training = move || {
        let running = page.session.with(|session| session.as_ref().is_some_and(|s| s.running));
        running && page.cluster().is_some_and(|cluster| cluster.train_rows > 0)
    };

    let load = move |event: SubmitEvent| {
        event.prevent_default();
        let set = untrack(set);
        match untrack(held_out_now).trim().parse() {
            Ok(percent @ 1..=90) => use_data(page, command, set, untrack(part_now), percent),
            _ => command.refuse("invalid_input", "1 to 90 % of the rows can be held out"),
        }
    };
    let choose_set = move |value: String| {
        chosen.set(position_of(&value));
        part.set(None);
        held_out.set(None);
    };

    view! {
        <form class="choose-data" on:submit=load>
            <label class="field field-wide">
                <span>"Data set"</span>
                <select on:change:target=move |event| choose_set(event.target().value())>
                    <For each=move || available.get() key=|index| *index let(index)>
                        <option value=SETS[index].id selected=move || set_now.get() == index>
                            {SETS[index].name}
                        </option>
                    </For>
                </select>
            </label>
            <label class="field">
                <span>"Part"</span>
                <select
                    prop:value=move || part_now().to_string()
                    on:change:target=move |event| part.set(event.target().value().parse().ok())
                >
                    <For each=move || 0..set().parts key=move |part| (set_now.get(), *part) let(index)>
                        <option value=index.to_string() selected=move || part_now() == index>
                            {move || format!("Part {} of {}", index + 1, set().parts)}
                        </option>
                    </For>
                </select>
            </label>
            <label class="field">
                <span>"Held out, %"</span>
                <input
                    type="number"
                    min="1"
                    max="90"
                    step="1"
                    prop:value=held_out_now
                    on:input:target=move |event| held_out.set(Some(event.target().value()))
                />
            </label>
            <button
                type="submit"
                class="button"
                disabled=move || !page.is_ready() || command.is_pending() || training()
            >
                {move || if command.is_pending() { "Loading" } else { "Use this data" }}
            </button>
            <CommandProblem command />
        </form>
    }
    .into_any()
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
                port.create_cluster(cluster.clone(), network).await?;
                port.load_builtin(cluster.clone(), part).await?;
                Ok(cluster)
            })
        },
        move |cluster| {
            let _ = page.chosen_cluster.try_set(Some(cluster));
        },
    );
}

/// Positions in [`SETS`] of the sets that this site has. The server draws every page with the first one alone, which is
/// part of every site.
fn available_sets() -> RwSignal<Vec<usize>> {
    let available = RwSignal::new(AvailableSets::positions(""));
    Effect::new(move |_| {
        let names = dom::meta(AvailableSets::META).unwrap_or_default();
        available.set(AvailableSets::positions(&names));
    });
    available
}

/// The position in [`SETS`] of the set of that name.
fn position_of(id: &str) -> Option<usize> {
    SETS.iter().position(|set| set.id == id)
}

/// The part of a built-in set whose rows are on the cluster in use.
fn part_here(page: Page) -> Option<BuiltinPart> {
    page.cluster().filter(|cluster| cluster.train_rows > 0)?.data_source?.parse().ok()
}

/// How many rows there are, and of what.
#[component]
fn DataHere() -> impl IntoView {
    let page = use_page();
    let cluster = Memo::new(move |_| page.cluster().filter(|cluster| cluster.train_rows > 0));
    move || {
        match cluster.get() {
        Some(cluster) => drawing(&cluster).into_any(),
        None => view! {
            <p class="empty">
                "No rows yet. Rows that you load stay on this device; the held-out ones are never trained on."
            </p>
        }
        .into_any(),
    }
    }
}

fn drawing(cluster: &ClusterView) -> impl IntoView + use<> {
    let train = u64::from(cluster.train_rows);
    let source = cluster.data_source.as_deref().unwrap_or_default().to_owned();

    view! {
        <div
            class="data-here"
            data-cluster=cluster.id.to_string()
            data-train-rows=cluster.train_rows.to_string()
            data-held-out-rows=cluster.held_out_rows.to_string()
        >
            <p class="data-rows">
                {format!(
                    "{} to train on, {} held out",
                    plural(train, "row", "rows"),
                    count(cluster.held_out_rows.into()),
                )}
            </p>
            <p class="hint">{source_words(&source)}</p>
            <Histogram rows=cluster.class_rows.clone() />
        </div>
    }
}

/// The source in words, where it is a part of a set that ships with the site.
fn source_words(source: &str) -> String {
    let Ok(part) = source.parse::<BuiltinPart>() else { return source.to_owned() };
    let name = position_of(&part.set).map_or(part.set.as_str(), |at| SETS[at].name);
    format!("{name}, part {} of {}", part.part + 1, part.parts)
}

/// Classes drawn side by side; beyond, bars would be thinner than a line.
const BARS_MAX: usize = 64;

/// Training rows of each class as bars.
#[component]
fn Histogram(
    /// Rows of each class.
    rows: Vec<u32>,
) -> impl IntoView {
    let most = rows.iter().copied().max().unwrap_or(0).max(1);
    let shown = rows.len().min(BARS_MAX);
    let words = rows
        .iter()
        .enumerate()
        .map(|(class, rows)| format!("class {class}: {rows}"))
        .collect::<Vec<_>>()
        .join(", ");
    let bars = rows.into_iter().take(BARS_MAX).enumerate().map(|(class, rows)| {
        let height = 44.0 * f64::from(rows) / f64::from(most);
        let (x, y) = (class * 24, 62.0 - height);
        view! {
            <rect
                class="bar"
                x=(x + 2).to_string()
                y=format!("{y:.1}")
                width="20"
                height=format!("{height:.1}")
            />
            <text class="bar-value" x=(x + 12).to_string() y=format!("{:.1}", y - 4.0)>{rows}</text>
            <text class="bar-label" x=(x + 12).to_string() y="76">{class}</text>
        }
    });

    view! {
        <svg
            class="histogram"
            viewBox=format!("0 0 {} 80", shown * 24)
            role="img"
            aria-label=format!("Training rows by class: {words}")
        >
            {bars.collect_view()}
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::source_words;

    #[test]
    fn a_built_in_source_is_told_in_words_and_any_other_as_it_is() {
        let words = source_words("digits 2/6, 60 % held out");
        assert_eq!(words, "Handwritten digits, 8×8, part 2 of 6");
        assert_eq!(source_words("my table.csv"), "my table.csv");
    }
}
