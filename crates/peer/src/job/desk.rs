//! Work on files that people bring, and what comes of it.

use data::{Look, Reading, Wishes};
use neural::Dataset;
use protocol::cluster::NetworkSpec;
use serde::{Deserialize, Serialize};
use units::ClusterId;

/// Kinds of model files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModelFormat {
    /// Everything that the model is, to be read back.
    Safetensors,
    /// What it does, for other programs to execute.
    Onnx,
}

/// A piece of work on files that people bring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum DeskJob {
    /// What is in a table? Answer: [`Answer::Table`](super::Answer::Table).
    InspectTable {
        /// The file.
        file: TableFile,
    },
    /// Make rows of a table. Answer: [`Answer::Prepared`](super::Answer::Prepared).
    PrepareTable {
        /// The file.
        file: TableFile,
        /// How inputs are made (a `data::Recipe`, encoded); `None` to learn that from the rows that are trained on.
        recipe: Option<Vec<u8>>,
        /// Of each class, how many in a hundred will be held out: nothing is learnt from those.
        held_out_percent: u8,
    },
    /// Make a picture small. Answer: [`Answer::Picture`](super::Answer::Picture).
    ScalePicture {
        /// Four bytes a pixel: red, green, blue, opacity.
        #[serde(with = "serde_bytes")]
        rgba: Vec<u8>,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// How it is to look.
        look: Look,
    },
    /// Choose a network for rows. Answer: [`Answer::Suggested`](super::Answer::Suggested).
    SuggestNetwork {
        /// Rows to train on.
        rows: u32,
        /// Values in one input.
        inputs: u32,
        /// Classes to tell apart.
        classes: u32,
    },
    /// Read a model's file. Answer: [`Answer::ModelFile`](super::Answer::ModelFile).
    ReadModelFile {
        /// Its bytes.
        #[serde(with = "serde_bytes")]
        file: Vec<u8>,
        /// A cluster whose rows show how large another program's inputs usually are.
        rows_of: Option<ClusterId>,
    },
}

/// A table as a person brings it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableFile {
    /// Its bytes.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// What a person knows of how it is written.
    pub reading: Reading,
    /// What a person overrules.
    pub wishes: Wishes,
}

/// Rows that were made of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prepared {
    /// The rows.
    pub dataset: Dataset,
    /// How they were made (a `data::Recipe`, encoded).
    #[serde(with = "serde_bytes")]
    pub recipe: Vec<u8>,
    /// A network for them.
    pub suggested: Suggested,
    /// What may disappoint, in sentences.
    pub advice: Vec<String>,
}

/// A network that suits some data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggested {
    /// Its description.
    pub network: NetworkSpec,
    /// Why, in a sentence.
    pub reason: String,
    /// Training steps from beginning to end.
    pub steps: u32,
    /// Rows a step.
    pub batch_rows: u32,
    /// Adam's step size at first.
    pub learning_rate: f32,
}

/// A model from a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelFile {
    /// Its network.
    pub network: NetworkSpec,
    /// The model, encoded.
    #[serde(with = "serde_bytes")]
    pub model: Vec<u8>,
    /// How inputs are made (a `data::Recipe`, encoded); empty if the file does not say.
    #[serde(with = "serde_bytes")]
    pub recipe: Vec<u8>,
    /// What became of it, in a sentence; empty for a model of ours.
    pub remark: String,
}
