//! Clusters and their data.

use super::DistributedNeuralNetwork;
use crate::{
    argument::{is_missing, numbers, parsed},
    data,
    failure::Failure,
    shapes::{self, to_js},
};
use browser::{Host, HostError};
use js_sys::Float32Array;
use peer::{CommandError, Origin};
use units::ClusterId;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// Clusters and data.
#[wasm_bindgen]
impl DistributedNeuralNetwork {
    /// Makes a cluster of threshold-gated nodes. A number alone is that many nodes in two layers for the handwritten digits
    /// that ship with the site (8 x 8 pixels, 10 classes).
    #[wasm_bindgen(unchecked_return_type = "CreatedCluster")]
    pub async fn create_cluster(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number | NetworkSpec")] spec: JsValue,
    ) -> Result<JsValue, Failure> {
        let cluster_id = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        let network = data::network(&spec)?;
        let (nodes, parameters) = (network.nodes() as f64, network.parameters() as f64);
        let model = self.host().await?.create_cluster(cluster_id.clone(), network).await?;
        Ok(to_js(&shapes::CreatedCluster { cluster_id, model, nodes, parameters }))
    }

    /// One forward pass: the probability of each class.
    #[wasm_bindgen(unchecked_return_type = "Float32Array")]
    pub async fn process_input(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Numbers")] input: JsValue,
    ) -> Result<Float32Array, Failure> {
        let cluster = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        let input = numbers(&input, "an input")?;
        Ok(shapes::outputs(&self.host().await?.predict(cluster, input).await?.classes))
    }

    /// Classes by falling probability.
    #[wasm_bindgen(unchecked_return_type = "Prediction[]")]
    pub async fn predict(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Numbers")] input: JsValue,
    ) -> Result<JsValue, Failure> {
        let cluster = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        let input = numbers(&input, "an input")?;
        let classes = self.host().await?.predict(cluster, input).await?.classes;
        Ok(to_js(&classes.into_iter().map(shapes::Prediction::from).collect::<Vec<_>>()))
    }

    /// One local learning step on the newest input: `error` is predicted less wanted probability, one value a class.
    pub async fn update_error_signal(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Numbers")] error: JsValue,
    ) -> Result<(), Failure> {
        let cluster = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        let error = numbers(&error, "an error signal")?;
        Ok(self.host().await?.learn_from_error(cluster, error).await?)
    }

    /// Thresholds, firing rates, operations saved.
    #[wasm_bindgen(unchecked_return_type = "ClusterState")]
    pub async fn get_cluster_state(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
    ) -> Result<JsValue, Failure> {
        let cluster = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        let host = self.host().await?;
        let state = host.cluster_state(cluster.clone()).await?;
        let view = host.view().clusters.into_iter().find(|it| it.id == cluster);
        let view = view.ok_or(HostError::Command(CommandError::UnknownCluster(cluster)))?;
        Ok(shapes::cluster_state(&view, &state))
    }

    /// Puts labelled rows on a cluster, in place of earlier ones. They stay on this device.
    #[wasm_bindgen(unchecked_return_type = "LoadedRows")]
    pub async fn load_dataset(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "DatasetToLoad")] dataset: JsValue,
    ) -> Result<JsValue, Failure> {
        let cluster = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        let host = self.host().await?;
        let (rows, held_out) = data::rows_to_load(&dataset, classes_of(&host, &cluster))?;
        let loaded = host.load_dataset(cluster, rows, held_out, own()).await?;
        Ok(to_js(&shapes::Rows::from(loaded)))
    }

    /// Evaluates a cluster on the given rows, or on those held out on this device.
    #[wasm_bindgen(unchecked_return_type = "Evaluation")]
    pub async fn evaluate(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "LabelledRows")] rows: JsValue,
    ) -> Result<JsValue, Failure> {
        let cluster = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        let host = self.host().await?;
        let rows = if is_missing(&rows) {
            None
        } else {
            Some(data::rows(&rows, classes_of(&host, &cluster))?)
        };
        Ok(to_js(&shapes::Evaluated::from(host.evaluate(cluster, rows).await?)))
    }
}

/// Rows that a page handed over.
fn own() -> Origin {
    Origin::Own("rows of the page".to_owned())
}

fn classes_of(host: &Host, cluster: &ClusterId) -> Option<u32> {
    let clusters = host.view().clusters;
    clusters.iter().find(|it| it.id == *cluster).map(|it| it.network.classes)
}
