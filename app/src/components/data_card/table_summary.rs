//! What a table is taken for.

use crate::{
    compact::{CollectAny, Erase, live, on},
    components::class_bars::{ClassBars, bars_of_rows},
    format::{count, plural},
};
use data::{ColumnKind, ColumnSummary, Ignored, Summary};
use leptos::{ev::Event, prelude::*};
use web_sys::HtmlSelectElement;

/// Columns that are listed; how many more there are is said below.
const COLUMNS_SHOWN: usize = 200;

/// The summary. Another label column can be chosen, and columns can be left out.
#[component]
pub fn TableSummary(
    /// What the file is called.
    name: String,
    /// What is in it.
    summary: Summary,
    /// Whether nothing can be chosen at the time.
    disabled: Signal<bool>,
    /// Has the table looked at again with this label.
    choose_label: Callback<String>,
    /// Has the table looked at again with this column or without it.
    choose_column: Callback<(String, bool)>,
) -> impl IntoView {
    let head = head(&summary);
    let classes = summary.classes.iter().map(|class| (class.name.clone(), class.rows));
    let bars = bars_of_rows(classes);
    let line = |column_summary| column(column_summary, disabled, choose_column);
    let inputs = listed(&summary).take(COLUMNS_SHOWN).map(line).collect_any();
    let more = listed(&summary).count().saturating_sub(COLUMNS_SHOWN);
    let ignored = ignored_words(&summary);
    let label = summary.label.clone();
    let choose = {
        let label = label.clone();
        move |event: Event| {
            let select: HtmlSelectElement = event_target(&event);
            choose_label.run(select.value());
            // It says what the table is looked at by, also where it cannot be looked at by what was chosen.
            select.set_value(&label);
        }
    };
    let options = summary.columns.iter().map(|column| {
        let (name, chosen) = (column.name.clone(), column.name == label);
        view! { <option value=name.clone() selected=chosen>{name.clone()}</option> }
    });

    view! {
        <div
            class="table-summary"
            role="group"
            aria-label="What is in the table"
            data-rows=summary.rows.to_string()
            data-label=summary.label.clone()
        >
            <p class="data-rows">{name}</p>
            <p class="hint">{head}</p>
            <label class="field">
                <span>"Column with the answer"</span>
                <select disabled=disabled prop:value=summary.label.clone() on:change=on(choose)>
                    {options.collect_any()}
                </select>
            </label>
            <ClassBars label="Rows by class" bars />
            <ul class="columns" aria-label="Columns" tabindex="0">
                {inputs}
                {(more > 0).then(|| view! { <li class="hint">{format!("and {more} more")}</li> }).erased()}
            </ul>
            {ignored.map(|words| view! { <p class="hint">{words}</p> }).erased()}
        </div>
    }
    .erased()
}

fn head(summary: &Summary) -> String {
    let inputs = summary.inputs().count() as u64;
    let without = match summary.rows_without_label {
        0 => String::new(),
        rows => format!("; {} without a class left out", count(rows.into())),
    };
    format!(
        "{} of {}, {}{without}",
        plural(summary.rows.into(), "row", "rows"),
        plural(inputs, "column", "columns"),
        plural(summary.classes.len() as u64, "class", "classes"),
    )
}

/// The columns that can be left out, and those that are because somebody said so.
fn listed(summary: &Summary) -> impl Iterator<Item = &ColumnSummary> {
    let is_listed = |kind| match kind {
        ColumnKind::Number | ColumnKind::YesOrNo | ColumnKind::Category => true,
        ColumnKind::Ignored(why) => why == Ignored::Told,
        ColumnKind::Label => false,
    };
    summary.columns.iter().filter(move |column| is_listed(column.kind))
}

/// What is left out by itself, and why.
fn ignored_words(summary: &Summary) -> Option<String> {
    let ignored = summary.ignored().filter(|(_, why)| *why != Ignored::Told);
    let ignored = ignored.take(COLUMNS_SHOWN).map(|(name, why)| format!("{name} {why}"));
    let ignored: Vec<String> = ignored.collect();
    (!ignored.is_empty()).then(|| format!("Left out: {}.", ignored.join("; ")))
}

fn column(column: &ColumnSummary, busy: Signal<bool>, choose: Callback<(String, bool)>) -> AnyView {
    let is_in = !matches!(column.kind, ColumnKind::Ignored(_));
    let (action, name) = (if is_in { "Leave out" } else { "Take in" }, column.name.clone());
    // A button that is disabled while the table is looked at again would lose the focus of the keyboard.
    let press = move |_| {
        if !busy.get_untracked() {
            choose.run((name.clone(), !is_in));
        }
    };
    let missing = match column.missing {
        0 => String::new(),
        missing => format!("{} missing", count(missing.into())),
    };
    view! {
        <li class:column-out=!is_in>
            <span class="column-name" title=column.name.clone()>
                {column.name.clone()}
            </span>
            <span class="column-kind">{kind(column)}</span>
            <span class="column-missing">{missing}</span>
            <button
                type="button"
                class="text-button"
                aria-label=format!("{action} {}", column.name)
                aria-disabled=live(move || busy.get().to_string())
                on:click=on(press)
            >
                {action}
            </button>
        </li>
    }
    .erased()
}

fn kind(column: &ColumnSummary) -> String {
    match column.kind {
        ColumnKind::Number => "numbers".to_owned(),
        ColumnKind::YesOrNo => "yes or no".to_owned(),
        ColumnKind::Category => plural(column.distinct.into(), "word", "words"),
        ColumnKind::Label => "class".to_owned(),
        ColumnKind::Ignored(Ignored::Told) => "left out".to_owned(),
        ColumnKind::Ignored(why) => why.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{ClassSummary, Separator};

    #[test]
    fn a_table_is_told_in_a_line_and_a_list_of_columns() {
        let column = |name: &str, kind, missing, distinct| ColumnSummary {
            name: name.to_owned(),
            kind,
            missing,
            distinct,
        };
        let class = |name: &str, rows| ClassSummary { name: name.to_owned(), rows };
        let mut summary = Summary {
            separator: Separator::Comma,
            has_header: true,
            rows: 1_500,
            rows_without_label: 0,
            label: "kind".to_owned(),
            classes: vec![class("a", 1_000), class("b", 500)],
            columns: vec![
                column("id", ColumnKind::Ignored(Ignored::RowNumbers), 0, 1_500),
                column("colour", ColumnKind::Category, 2, 4),
                column("kind", ColumnKind::Label, 0, 2),
            ],
        };
        assert_eq!(head(&summary), "1,500 rows of 1 column, 2 classes");
        summary.rows_without_label = 3;
        assert_eq!(head(&summary), "1,500 rows of 1 column, 2 classes; 3 without a class left out");
        assert_eq!(kind(&summary.columns[1]), "4 words");

        let names = |summary: &Summary| {
            listed(summary).map(|column| column.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&summary), ["colour"]);
        assert_eq!(ignored_words(&summary).as_deref(), Some("Left out: id counts the rows."));
        summary.columns[0].kind = ColumnKind::Ignored(Ignored::Told);
        assert_eq!(names(&summary), ["id", "colour"], "what was left out by hand can be taken in");
        assert_eq!(ignored_words(&summary), None);
    }
}
