//! Data as callers write them: rows of numbers, a table, pictures.

mod file;
mod pictures;
mod pixels;
mod question;
mod rows;
mod table;

use crate::{argument::Fields, failure::Failure};
use browser::Host;
use data::{Recipe, Summary, advice};
use neural::Dataset;
use peer::Prepared;
use pictures::Album;
use table::TableGiven;
use wasm_bindgen::JsValue;

pub(crate) use file::binary;
pub(crate) use question::input;

const HELD_OUT_PERCENT: u32 = 20;
const HELD_OUT_PERCENT_MAX: u32 = 90;

const OF_ROWS: [&str; 4] = ["inputs", "labels", "shape", "classes"];
const OF_TABLES: [&str; 5] = ["csv", "label", "separator", "header", "columns"];
const OF_PICTURES: [&str; 3] = ["pictures", "side", "colour"];

/// A data set, checked as far as can be without a worker.
pub(crate) struct Given {
    data: Data,
    /// Of each class, how many rows in a hundred are held out.
    pub held_out_percent: u8,
}

enum Data {
    Rows(Dataset),
    Table(TableGiven),
    Pictures(Album),
}

/// What was found out about data for which there is no cluster yet.
pub(crate) struct Inspected {
    /// Of a table.
    pub summary: Option<Summary>,
    /// The names of the classes; a label is a place in it.
    pub classes: Vec<String>,
    /// The rows, how they were made, and a network for them.
    pub prepared: Prepared,
}

impl Given {
    /// Rows to load; `cluster_classes` are those of the cluster that they are for, if there is one.
    pub(crate) async fn to_load(
        value: &JsValue,
        cluster_classes: Option<u32>,
    ) -> Result<Self, Failure> {
        Self::read(value, cluster_classes, &["held_out_percent"]).await
    }

    /// Rows to evaluate a cluster on.
    pub(crate) async fn to_evaluate(
        value: &JsValue,
        cluster_classes: Option<u32>,
    ) -> Result<Self, Failure> {
        Self::read(value, cluster_classes, &[]).await
    }

    async fn read(
        value: &JsValue,
        cluster_classes: Option<u32>,
        also: &[&str],
    ) -> Result<Self, Failure> {
        const WHAT: &str = "a data set";
        let all = [&OF_ROWS[..], &OF_TABLES, &OF_PICTURES, also].concat();
        let fields = Fields::new(value, WHAT, &all)?;
        let (is_table, is_album) = (fields.get("csv").is_some(), fields.get("pictures").is_some());
        let known = match (is_table, is_album) {
            (true, _) => &OF_TABLES[..],
            (_, true) => &OF_PICTURES,
            _ => &OF_ROWS,
        };
        let fields = Fields::new(value, WHAT, &[known, also].concat())?;
        let held_out = fields.whole("held_out_percent", 0, HELD_OUT_PERCENT_MAX)?;
        let data = match (is_table, is_album) {
            (true, _) => Data::Table(TableGiven::read(&fields).await?),
            (_, true) => Data::Pictures(Album::read(&fields)?),
            _ => Data::Rows(rows::rows(&fields, cluster_classes)?),
        };
        Ok(Self { data, held_out_percent: held_out.unwrap_or(HELD_OUT_PERCENT) as u8 })
    }

    /// What people call rows of that kind.
    pub(crate) fn title(&self) -> &'static str {
        match &self.data {
            Data::Rows(_) => "rows of the page",
            Data::Table(_) => "a table of the page",
            Data::Pictures(_) => "pictures of the page",
        }
    }

    /// The rows as a cluster wants them: `recipe` is the cluster's, if it has one.
    pub(crate) async fn rows(
        self,
        host: &Host,
        recipe: Option<&Recipe>,
    ) -> Result<Dataset, Failure> {
        match (self.data, recipe) {
            (Data::Rows(dataset), _) => Ok(dataset),
            (Data::Table(table), Some(Recipe::Table(preparation))) => {
                table.rows(host, preparation).await
            }
            (Data::Pictures(album), Some(Recipe::Pictures { look, classes })) => {
                album.rows(host, *look, classes).await
            }
            (Data::Table(_), _) => Err(unprepared("tables")),
            (Data::Pictures(_), _) => Err(unprepared("pictures")),
        }
    }

    /// Rows, recipe and network of data that come first.
    pub(crate) async fn inspect(self, host: &Host) -> Result<Inspected, Failure> {
        let held_out = self.held_out_percent;
        let dataset = match self.data {
            Data::Table(table) => return table.inspect(host, held_out).await,
            Data::Pictures(album) => {
                let (dataset, recipe) = album.learn(host).await?;
                let classes = recipe.classes().to_vec();
                return suggest(host, dataset, classes, recipe.encode()?, held_out).await;
            }
            Data::Rows(dataset) => dataset,
        };
        let classes = (0..dataset.classes).map(|class| class.to_string()).collect();
        suggest(host, dataset, classes, Vec::new(), held_out).await
    }
}

async fn suggest(
    host: &Host,
    dataset: Dataset,
    classes: Vec<String>,
    recipe: Vec<u8>,
    held_out_percent: u8,
) -> Result<Inspected, Failure> {
    let invalid = |error: neural::InvalidDataset| Failure::invalid(error.to_string());
    dataset.validate().map_err(invalid)?;
    let train_rows = dataset.split(held_out_percent).map_err(invalid)?.train.len() as u32;
    let suggested = host.suggest_network(train_rows, dataset.inputs, dataset.classes).await?;
    let advice = advice(&dataset).iter().map(ToString::to_string).collect();
    let prepared = Prepared { dataset, recipe, suggested, advice };
    Ok(Inspected { summary: None, classes, prepared })
}

fn unprepared(what: &str) -> Failure {
    Failure::invalid(format!(
        "the cluster was not made for {what}: make one by `create_cluster(cluster_id, {{ dataset }})`, or by the network that `inspect_dataset` suggests"
    ))
}
