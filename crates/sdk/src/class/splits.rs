//! One network over several devices.

use super::DistributedNeuralNetwork;
use crate::{
    argument::{Fields, parsed, whole},
    class::learning::millionths,
    failure::Failure,
    shapes::{self, to_js},
};
use peer::SplitTraining;
use protocol::limits::{self, NODES_FOR_OTHERS_MAX};
use units::ClusterId;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// What a training takes unless it is said.
const TRAINING: SplitTraining =
    SplitTraining { steps: 500, batch_rows: 32, learning_rate_millionths: 1_000 };

/// Nodes on other devices.
#[wasm_bindgen(wasm_bindgen_futures = crate::promises)]
impl DistributedNeuralNetwork {
    /// Agrees to carry so many nodes of other devices' networks; 0 is none. Kept over reloads.
    pub async fn carry_nodes(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] nodes: JsValue,
    ) -> Result<(), Failure> {
        let nodes = whole(&nodes, "nodes to carry", 0, NODES_FOR_OTHERS_MAX)?;
        Ok(self.host().await?.carry_nodes(nodes)?)
    }

    /// Gives nodes of a cluster, of all layers but the lowest, to connected devices that carry nodes of others.
    pub async fn split_cluster(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
    ) -> Result<(), Failure> {
        let cluster = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        Ok(self.host().await?.split_cluster(cluster)?)
    }

    /// Trains a split cluster on this device's rows, wherever its nodes are; the event `split` tells of its end.
    pub async fn train_split_cluster(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "SplitTraining")] options: JsValue,
    ) -> Result<(), Failure> {
        let cluster = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        let known = ["steps", "batch_rows", "learning_rate"];
        let fields = Fields::new(&options, "the options object", &known)?;
        let mut training = TRAINING;
        if let Some(steps) = fields.whole("steps", 1, limits::SPLIT_STEPS_MAX)? {
            training.steps = steps;
        }
        if let Some(rows) = fields.whole("batch_rows", 1, limits::BATCH_ROWS_MAX)? {
            training.batch_rows = rows;
        }
        if let Some(rate) = fields.get("learning_rate") {
            training.learning_rate_millionths = millionths(&rate)?;
        }
        Ok(self.host().await?.train_split(cluster, training)?)
    }

    /// Brings all nodes of a cluster home, with what they have learnt; the event `split` tells when they are here.
    pub async fn gather_cluster(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
    ) -> Result<(), Failure> {
        let cluster = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        Ok(self.host().await?.gather_cluster(&cluster)?)
    }

    /// Where the nodes of the split cluster are and how training goes, and what this device carries for others.
    #[wasm_bindgen(unchecked_return_type = "SplitState")]
    pub fn get_split(&self) -> JsValue {
        to_js(&self.view().map(|view| shapes::SplitState::new(view.split, view.hosting)))
    }
}
