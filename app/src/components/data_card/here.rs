//! What is on this device.

use super::choice::position_of;
use crate::{
    BuiltinPart,
    compact::{CollectAny, Erase},
    components::class_bars::{ClassBars, bars_of_rows},
    format::{count, plural},
    state::{defaults::SETS, own_data::ClassNames, page::use_page},
};
use leptos::prelude::*;
use peer::{ClusterView, Origin};

/// How many rows there are, and of what.
#[component]
pub fn DataHere() -> impl IntoView {
    let page = use_page();
    let cluster = Memo::new(move |_| page.cluster().filter(|cluster| cluster.train_rows > 0));
    move || match cluster.get() {
        Some(cluster) => drawing(&cluster).erased(),
        None => view! {
            <p class="empty">
                "No rows yet. Rows that you load stay on this device."
            </p>
        }
        .erased(),
    }
}

fn drawing(cluster: &ClusterView) -> AnyView {
    let train = u64::from(cluster.train_rows);
    let names = ClassNames::of(cluster);
    let rows = cluster.class_rows.clone();
    let classes = if names.are_known() {
        let named = (0..).zip(rows).map(move |(class, rows)| (names.name(class), rows));
        view! { <ClassBars label="Training rows by class" bars=bars_of_rows(named) /> }.erased()
    } else {
        view! { <Histogram rows /> }.erased()
    };
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
            {classes}
        </div>
    }
    .erased()
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
            {bars.collect_any()}
        </svg>
    }
    .erased()
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
