//! What a table is taken for.

use crate::{
    components::class_bars::{ClassBars, bars_of_rows},
    format::{count, plural},
};
use data::{ColumnKind, ColumnSummary, Summary};
use leptos::prelude::*;

/// Columns that are listed; how many more there are is said below.
const COLUMNS_SHOWN: usize = 200;

/// The summary. Another label column can be chosen.
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
) -> impl IntoView {
    let head = head(&summary);
    let classes = summary.classes.iter().map(|class| (class.name.clone(), class.rows));
    let bars = bars_of_rows(classes);
    let inputs = summary.inputs().take(COLUMNS_SHOWN).map(column).collect_view();
    let more = summary.inputs().count().saturating_sub(COLUMNS_SHOWN);
    let ignored: Vec<String> =
        summary.ignored().take(COLUMNS_SHOWN).map(|(name, why)| format!("{name} {why}")).collect();
    let label = summary.label.clone();
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
                <span>"Column to tell"</span>
                <select
                    disabled=disabled
                    on:change:target=move |event| choose_label.run(event.target().value())
                >
                    {options.collect_view()}
                </select>
            </label>
            <ClassBars label="Rows by class" bars />
            <ul class="columns" aria-label="Columns" tabindex="0">
                {inputs}
                {(more > 0).then(|| view! { <li class="hint">{format!("and {more} more")}</li> })}
            </ul>
            {(!ignored.is_empty())
                .then(|| view! { <p class="hint">{format!("Left out: {}.", ignored.join("; "))}</p> })}
        </div>
    }
    .into_any()
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

fn column(column: &ColumnSummary) -> impl IntoView + use<> {
    let missing = match column.missing {
        0 => String::new(),
        missing => format!("{} missing", count(missing.into())),
    };
    view! {
        <li>
            <span class="column-name" title=column.name.clone()>
                {column.name.clone()}
            </span>
            <span class="column-kind">{kind(column)}</span>
            <span class="column-missing">{missing}</span>
        </li>
    }
}

fn kind(column: &ColumnSummary) -> String {
    match column.kind {
        ColumnKind::Number => "numbers".to_owned(),
        ColumnKind::YesOrNo => "yes or no".to_owned(),
        ColumnKind::Category => plural(column.distinct.into(), "word", "words"),
        ColumnKind::Label => "class".to_owned(),
        ColumnKind::Ignored(why) => why.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{ClassSummary, Ignored, Separator};

    #[test]
    fn a_table_is_told_in_a_line() {
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
    }
}
