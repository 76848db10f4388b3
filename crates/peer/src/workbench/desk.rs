//! Work on files that people bring: tables, pictures, models. No cluster changes by it.

use super::{Cluster, Workbench, invalid};
use crate::job::{
    Answer, DeskJob, JobError, ModelFile, ModelFormat, Prepared, Suggested, TableFile,
};
use data::{Preparation, Recipe, Shape, Sheet, Table, advice, suggest_network};
use formats::{Format, Imported, Mlp};
use neural::Shares;
use protocol::limits;
use units::ClusterId;

/// Decides the first weights of suggested networks: the same on every device.
const SEED: u64 = 1;

impl Workbench {
    pub(super) fn run_at_desk(&mut self, job: DeskJob) -> Result<Answer, JobError> {
        match job {
            DeskJob::InspectTable { file } => {
                Ok(Answer::Table(read_table(&file)?.summary().clone()))
            }
            DeskJob::PrepareTable { file, recipe: None, held_out_percent } => {
                learn_recipe(&file, held_out_percent)
            }
            DeskJob::PrepareTable { file, recipe: Some(recipe), held_out_percent } => {
                apply_recipe(&file, recipe, held_out_percent)
            }
            DeskJob::ScalePicture { rgba, width, height, look } => {
                look.input(&rgba, width, height).map(Answer::Picture).map_err(invalid)
            }
            DeskJob::SuggestNetwork { rows, inputs, classes } => {
                suggest(&Shape { rows, inputs, classes }).map(Answer::Suggested)
            }
            DeskJob::ReadModelFile { file, rows_of } => match formats::import(&file) {
                Ok(Imported::Own(own)) => own_model(&own),
                Ok(Imported::Mlp(mlp)) => self.plain_model(&mlp, rows_of),
                Err(error) => Err(invalid(error)),
            },
        }
    }

    /// A network of another program becomes ours, on the rows of a cluster that has some.
    fn plain_model(&self, mlp: &Mlp, rows_of: Option<ClusterId>) -> Result<Answer, JobError> {
        let cluster = rows_of.and_then(|id| self.clusters.get(&id));
        let start = match cluster.and_then(|cluster| cluster.data.as_ref()) {
            Some(data) => mlp.start(&data.dataset, &data.split.train).map_err(invalid)?,
            None => mlp.start_without_rows().map_err(invalid)?,
        };
        Ok(Answer::ModelFile(ModelFile {
            network: start.model.network().spec().clone(),
            model: start.model.encode(),
            recipe: Vec::new(),
            remark: start.calibration.to_string(),
        }))
    }
}

impl Cluster {
    /// The shared network as a file.
    pub(super) fn write_file(
        &self,
        format: ModelFormat,
        recipe: &[u8],
    ) -> Result<Answer, JobError> {
        let text = match recipe {
            [] => None,
            recipe => Some(Recipe::decode(recipe).and_then(|it| it.to_json()).map_err(invalid)?),
        };
        let format = match format {
            ModelFormat::Safetensors => Format::Safetensors,
            ModelFormat::Onnx => Format::Onnx,
        };
        formats::export(&self.model, format, text.as_deref()).map(Answer::File).map_err(invalid)
    }
}

fn read_table(file: &TableFile) -> Result<Table, JobError> {
    let sheet = Sheet::read(&file.bytes, &file.reading).map_err(invalid)?;
    Table::new(sheet, &file.wishes).map_err(invalid)
}

/// Rows by what their training part teaches of their columns.
fn learn_recipe(file: &TableFile, held_out_percent: u8) -> Result<Answer, JobError> {
    let table = read_table(file)?;
    let shares = Shares { held_out_percent, ..Shares::default() };
    let split = table.split(&shares).map_err(invalid)?;
    let preparation = Preparation::learn(&table, &split.train).map_err(invalid)?;
    let dataset = preparation.dataset(table.sheet()).map_err(invalid)?;
    prepared(dataset, Recipe::Table(preparation), split.train.len())
}

/// Rows as the members of a room have agreed to make them.
fn apply_recipe(
    file: &TableFile,
    recipe: Vec<u8>,
    held_out_percent: u8,
) -> Result<Answer, JobError> {
    let Recipe::Table(preparation) = Recipe::decode(&recipe).map_err(invalid)? else {
        return Err(invalid("this network looks at pictures: a table has none"));
    };
    let sheet = Sheet::read(&file.bytes, &file.reading).map_err(invalid)?;
    let dataset = preparation.dataset(&sheet).map_err(invalid)?;
    let train = dataset.split(held_out_percent).map_err(invalid)?.train.len();
    prepared(dataset, Recipe::Table(preparation), train)
}

fn prepared(
    dataset: neural::Dataset,
    recipe: Recipe,
    train_rows: usize,
) -> Result<Answer, JobError> {
    let (inputs, classes) = (dataset.inputs, dataset.classes);
    let suggested = suggest(&Shape { rows: train_rows as u32, inputs, classes })?;
    let advice =
        advice(&dataset).iter().map(|advice| advice.with_names(recipe.classes())).collect();
    let recipe = recipe.encode().map_err(invalid)?;
    Ok(Answer::Prepared(Prepared { dataset, recipe, suggested, advice }))
}

fn suggest(shape: &Shape) -> Result<Suggested, JobError> {
    let parameters_max = limits::NETWORK_PARAMETERS_MAX as u64;
    let suggestion = suggest_network(*shape, parameters_max, SEED).map_err(invalid)?;
    Ok(Suggested {
        network: suggestion.spec,
        reason: suggestion.reason,
        steps: suggestion.plan.steps,
        batch_rows: suggestion.plan.batch_rows,
        learning_rate: suggestion.plan.learning_rate,
    })
}

fn own_model(own: &formats::Own) -> Result<Answer, JobError> {
    let recipe = match &own.preparation {
        Some(text) => {
            Recipe::from_json(text).and_then(|recipe| recipe.encode()).map_err(invalid)?
        }
        None => Vec::new(),
    };
    Ok(Answer::ModelFile(ModelFile {
        network: own.model.network().spec().clone(),
        model: own.model.encode(),
        recipe,
        remark: String::new(),
    }))
}
