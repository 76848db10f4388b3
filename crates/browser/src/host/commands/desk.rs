//! Files that people bring: the worker looks at them. No cluster changes by it.

use super::clusters::unexpected;
use crate::{HostError, host::Host};
use data::{Look, Summary};
use peer::{Answer, CommandError, DeskJob, ModelFile, Prepared, Suggested, TableFile};
use units::ClusterId;

impl Host {
    /// Has the worker look at a person's file, or make something of it.
    ///
    /// # Errors
    /// [`HostError::Job`] says what is wrong with the file.
    pub async fn ask_desk(&self, job: DeskJob) -> Result<Answer, HostError> {
        self.job(|engine, now| Ok::<_, CommandError>(engine.ask_desk(now, job))).await
    }

    /// What is in a table?
    ///
    /// # Errors
    /// [`HostError::Job`] says what is wrong with the file.
    pub async fn inspect_table(&self, file: TableFile) -> Result<Summary, HostError> {
        match self.ask_desk(DeskJob::InspectTable { file }).await? {
            Answer::Table(summary) => Ok(summary),
            other => Err(unexpected(&other)),
        }
    }

    /// Makes rows of a table, by an encoded recipe or by what its training rows teach.
    ///
    /// # Errors
    /// [`HostError::Job`] says what is wrong with the file.
    pub async fn prepare_table(
        &self,
        file: TableFile,
        recipe: Option<Vec<u8>>,
        held_out_percent: u8,
    ) -> Result<Prepared, HostError> {
        match self.ask_desk(DeskJob::PrepareTable { file, recipe, held_out_percent }).await? {
            Answer::Prepared(prepared) => Ok(prepared),
            other => Err(unexpected(&other)),
        }
    }

    /// Makes a picture small: four bytes a pixel (red, green, blue, opacity) become one input.
    ///
    /// # Errors
    /// [`HostError::Job`] names the size that is wrong.
    pub async fn scale_picture(
        &self,
        rgba: Vec<u8>,
        width: u32,
        height: u32,
        look: Look,
    ) -> Result<Vec<u8>, HostError> {
        match self.ask_desk(DeskJob::ScalePicture { rgba, width, height, look }).await? {
            Answer::Picture(values) => Ok(values),
            other => Err(unexpected(&other)),
        }
    }

    /// Chooses a network for so many training rows.
    ///
    /// # Errors
    /// [`HostError::Job`] says what is too large or too small.
    pub async fn suggest_network(
        &self,
        rows: u32,
        inputs: u32,
        classes: u32,
    ) -> Result<Suggested, HostError> {
        match self.ask_desk(DeskJob::SuggestNetwork { rows, inputs, classes }).await? {
            Answer::Suggested(suggested) => Ok(suggested),
            other => Err(unexpected(&other)),
        }
    }

    /// Reads a model's file. `rows_of` is a cluster whose rows show how large another program's inputs usually are.
    ///
    /// # Errors
    /// [`HostError::Job`] says what is wrong with the file.
    pub async fn read_model_file(
        &self,
        file: Vec<u8>,
        rows_of: Option<ClusterId>,
    ) -> Result<ModelFile, HostError> {
        match self.ask_desk(DeskJob::ReadModelFile { file, rows_of }).await? {
            Answer::ModelFile(model) => Ok(model),
            other => Err(unexpected(&other)),
        }
    }
}
