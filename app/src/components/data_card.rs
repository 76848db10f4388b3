//! The rows on this device.

use crate::{
    BuiltinPart,
    components::{
        data_choice::{DataChoice, position_of},
        notice::CommandProblem,
    },
    format::{count, plural},
    state::{
        command::Command,
        defaults::{BuiltinSet, SETS},
        page::{Page, use_page},
    },
};
use leptos::{ev::SubmitEvent, prelude::*};
use peer::{ClusterView, Origin};
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
    let choice = DataChoice::new(page);
    // Rows stay as they are while a session trains on them; whoever has none may still join it.
    let training = move || {
        let running = page.session.with(|session| session.as_ref().is_some_and(|s| s.running));
        running && page.cluster().is_some_and(|cluster| cluster.train_rows > 0)
    };

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
        <form class="choose-data" on:submit=load>
            <label class="field field-wide">
                <span>"Data set"</span>
                <select on:change:target=move |event| choice.choose_set(&event.target().value())>
                    <For each=move || choice.available.get() key=|index| *index let(index)>
                        <option
                            value=SETS[index].id
                            selected=move || choice.position.get() == index
                        >
                            {SETS[index].name}
                        </option>
                    </For>
                </select>
            </label>
            <label class="field">
                <span>"Part"</span>
                <select
                    prop:value=move || choice.part().to_string()
                    on:change:target=move |event| choice.choose_part(&event.target().value())
                >
                    <For
                        each=move || 0..choice.set().parts
                        key=move |part| (choice.position.get(), *part)
                        let(index)
                    >
                        <option value=index.to_string() selected=move || choice.part() == index>
                            {move || format!("Part {} of {}", index + 1, choice.set().parts)}
                        </option>
                    </For>
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
                    prop:value=move || choice.held_out_percent()
                    on:input:target=move |event| choice.hold_out(event.target().value())
                />
            </label>
            <p id="held-out-hint" class="hint">
                "Held-out rows are never trained on: the accuracies are measured on them. The more are held out, the more a device needs the others."
            </p>
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

/// How many rows there are, and of what.
#[component]
fn DataHere() -> impl IntoView {
    let page = use_page();
    let cluster = Memo::new(move |_| page.cluster().filter(|cluster| cluster.train_rows > 0));
    move || match cluster.get() {
        Some(cluster) => drawing(&cluster).into_any(),
        None => view! {
            <p class="empty">
                "No rows yet. Rows that you load stay on this device."
            </p>
        }
        .into_any(),
    }
}

fn drawing(cluster: &ClusterView) -> impl IntoView + use<> {
    let train = u64::from(cluster.train_rows);
    let source = cluster.origin.as_ref().map_or("", Origin::title).to_owned();

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
