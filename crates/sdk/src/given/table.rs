//! Tables as callers write them.

use super::{Inspected, file};
use crate::{
    argument::{Fields, text},
    failure::Failure,
};
use browser::Host;
use data::{Preparation, Reading, Recipe, Separator, Wish, Wishes};
use js_sys::{Object, Reflect};
use neural::Dataset;
use peer::TableFile;
use std::collections::BTreeMap;
use wasm_bindgen::{JsCast, JsValue};

/// Columns that a caller says something about.
const COLUMNS_MAX: u32 = 4_096;

/// A file, and what the caller says of it.
pub(super) struct TableGiven(TableFile);

impl TableGiven {
    pub(super) async fn read(fields: &Fields<'_>) -> Result<Self, Failure> {
        let label = fields.get("label").map(|label| text(&label, "`label`")).transpose()?;
        let separator = fields.get("separator").map(|it| separator(&it)).transpose()?;
        let header = fields.get("header").map(|it| yes_or_no(&it, "`header`")).transpose()?;
        let columns = fields.get("columns").map(|it| columns(&it)).transpose()?.unwrap_or_default();
        let bytes = file::text(&fields.require("csv")?, "`csv`").await?;
        let reading = Reading { separator, header };
        Ok(Self(TableFile { bytes, reading, wishes: Wishes { label, columns } }))
    }

    /// Rows as the members of a room have agreed to make them.
    pub(super) async fn rows(
        self,
        host: &Host,
        preparation: &Preparation,
    ) -> Result<Dataset, Failure> {
        let Self(file) = self;
        let learnt = preparation.label();
        if let Some(label) = file.wishes.label.as_deref().filter(|label| *label != learnt) {
            return Err(Failure::invalid(format!(
                "`label` is {label:?}, but the cluster tells {learnt:?}: leave it out, or make another cluster"
            )));
        }
        if !file.wishes.columns.is_empty() {
            return Err(Failure::invalid(
                "`columns` were settled when the cluster was made: leave them out, or make another cluster",
            ));
        }
        let recipe = Recipe::Table(preparation.clone()).encode()?;
        Ok(host.prepare_table(file, Some(recipe), 0).await?.dataset)
    }

    pub(super) async fn inspect(
        self,
        host: &Host,
        held_out_percent: u8,
    ) -> Result<Inspected, Failure> {
        let Self(file) = self;
        let summary = host.inspect_table(file.clone()).await?;
        let prepared = host.prepare_table(file, None, held_out_percent).await?;
        let classes = Recipe::decode(&prepared.recipe)?.classes().to_vec();
        Ok(Inspected { summary: Some(summary), classes, prepared })
    }
}

fn separator(value: &JsValue) -> Result<Separator, Failure> {
    match value.as_string().as_deref() {
        Some(",") => Ok(Separator::Comma),
        Some(";") => Ok(Separator::Semicolon),
        Some("\t") => Ok(Separator::Tab),
        Some("|") => Ok(Separator::Pipe),
        _ => Err(Failure::invalid("`separator` must be \",\", \";\", \"|\" or \"\\t\"")),
    }
}

pub(super) fn yes_or_no(value: &JsValue, what: &str) -> Result<bool, Failure> {
    value.as_bool().ok_or_else(|| Failure::invalid(format!("{what} must be true or false")))
}

fn columns(value: &JsValue) -> Result<BTreeMap<String, Wish>, Failure> {
    let unreadable =
        || Failure::invalid("`columns` must be an object, such as { age: \"number\" }");
    let object = value.dyn_ref::<Object>().ok_or_else(unreadable)?;
    let names = Reflect::own_keys(object).map_err(|_| unreadable())?;
    if names.length() > COLUMNS_MAX {
        let problem = format!("`columns` has {} names: {COLUMNS_MAX} are possible", names.length());
        return Err(Failure::invalid(problem));
    }
    let mut columns = BTreeMap::new();
    for name in names.iter().filter(JsValue::is_string) {
        let wish = Reflect::get(object, &name).map_err(|_| unreadable())?;
        let name = text(&name, "a column's name")?;
        let wish = match wish.as_string().as_deref() {
            Some("number") => Wish::Number,
            Some("category") => Wish::Category,
            Some("ignore") => Wish::Ignore,
            _ => {
                return Err(Failure::invalid(format!(
                    "the column {name:?} can be told to be \"number\", \"category\" or \"ignore\""
                )));
            }
        };
        columns.insert(name, wish);
    }
    Ok(columns)
}
