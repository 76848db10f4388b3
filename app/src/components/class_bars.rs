//! Classes by name, with a bar each.

use crate::compact::{CollectAny, Erase};
use leptos::prelude::*;

/// Classes that are drawn; how many more there are is said below.
const BARS_MAX: usize = 12;

/// A class in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassBar {
    /// What it is called.
    pub name: String,
    /// How much of the bar is filled, 0 to 1.
    pub part: f64,
    /// What stands behind the bar.
    pub value: String,
}

/// Rows of each class beside each other: the longest bar is full.
pub fn bars_of_rows(rows: impl Iterator<Item = (String, u32)> + Clone) -> Vec<ClassBar> {
    let most = rows.clone().map(|(_, rows)| rows).max().unwrap_or(0).max(1);
    rows.map(|(name, rows)| ClassBar {
        name,
        part: f64::from(rows) / f64::from(most),
        value: crate::format::count(rows.into()),
    })
    .collect()
}

/// The list.
#[component]
pub fn ClassBars(
    /// What it shows, for those who do not see it.
    label: &'static str,
    /// The classes, in their order.
    bars: Vec<ClassBar>,
) -> impl IntoView {
    let more = bars.len().saturating_sub(BARS_MAX);
    let items = bars.into_iter().take(BARS_MAX).map(|ClassBar { name, part, value }| {
        let width = format!("{:.1}", part.clamp(0.0, 1.0) * 100.0);
        view! {
            <li>
                <span class="class-name" title=name.clone()>
                    {name.clone()}
                </span>
                <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="bar-track" width="100" height="6" />
                    <rect class="bar-fill" width=width height="6" />
                </svg>
                <span class="class-value">{value}</span>
            </li>
        }
    });
    view! {
        <ol class="classes classes-named" aria-label=label>
            {items.collect_any()}
        </ol>
        {(more > 0).then(|| view! { <p class="hint">{format!("and {more} more")}</p> }).erased()}
    }
    .erased()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_with_most_rows_has_a_full_bar() {
        let rows = [("a".to_owned(), 1_200), ("b".to_owned(), 300), ("c".to_owned(), 0)];
        let bars = bars_of_rows(rows.into_iter());
        assert_eq!(bars.iter().map(|bar| bar.part).collect::<Vec<_>>(), [1.0, 0.25, 0.0]);
        assert_eq!(bars[0].value, "1,200");
        assert_eq!(bars_of_rows(core::iter::empty()), []);
    }
}
