//! People's data: what is in them, and how a cluster does on them.

use super::{
    DistributedNeuralNetwork,
    clusters::{recipe_of, view_of},
};
use crate::{
    argument::{is_missing, parsed},
    brought::Ask,
    failure::Failure,
    given::Given,
    shapes::{self, to_js},
};
use browser::Host;
use data::Recipe;
use peer::Origin;
use units::ClusterId;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// Data.
#[wasm_bindgen(wasm_bindgen_futures = crate::promises)]
impl DistributedNeuralNetwork {
    /// Looks at a data set: its columns and classes, what is left out and why, and the network that suits it. Nothing is
    /// loaded.
    #[wasm_bindgen(unchecked_return_type = "Inspection")]
    pub async fn inspect_dataset(
        &self,
        #[wasm_bindgen(unchecked_param_type = "DatasetToLoad")] dataset: JsValue,
    ) -> Result<JsValue, Failure> {
        self.bring(Ask::Inspect(dataset)).await
    }

    /// Puts labelled rows, a table or pictures on a cluster, in place of earlier ones. They stay on this device.
    #[wasm_bindgen(unchecked_return_type = "LoadedRows")]
    pub async fn load_dataset(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "DatasetToLoad")] dataset: JsValue,
    ) -> Result<JsValue, Failure> {
        self.bring(Ask::Load(cluster_id, dataset)).await
    }

    /// Evaluates a cluster on the given rows, or on those held out on this device.
    #[wasm_bindgen(unchecked_return_type = "Evaluation")]
    pub async fn evaluate(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Dataset")] dataset: JsValue,
    ) -> Result<JsValue, Failure> {
        self.bring(Ask::Evaluate(cluster_id, dataset)).await
    }
}

pub(crate) async fn inspect(host: &Host, dataset: &JsValue) -> Result<JsValue, Failure> {
    let given = Given::to_load(dataset, None).await?;
    Ok(shapes::inspection(given.inspect(host).await?))
}

pub(crate) async fn load(
    host: &Host,
    cluster_id: &JsValue,
    dataset: &JsValue,
) -> Result<JsValue, Failure> {
    let cluster = parsed::<ClusterId>(cluster_id, "a cluster's id")?;
    let view = view_of(host, &cluster)?;
    let given = Given::to_load(dataset, Some(view.network.classes)).await?;
    let (held_out, origin) = (given.held_out_percent, Origin::Own(given.title().to_owned()));
    let rows = given.rows(host, recipe_of(&view)?.as_ref()).await?;
    let loaded = host.load_dataset(cluster, rows, held_out, origin).await?;
    Ok(to_js(&shapes::Rows::from(loaded)))
}

pub(crate) async fn evaluate(
    host: &Host,
    cluster_id: &JsValue,
    dataset: &JsValue,
) -> Result<JsValue, Failure> {
    let cluster = parsed::<ClusterId>(cluster_id, "a cluster's id")?;
    let view = view_of(host, &cluster)?;
    let recipe = recipe_of(&view)?;
    let rows = if is_missing(dataset) {
        None
    } else {
        let given = Given::to_evaluate(dataset, Some(view.network.classes)).await?;
        Some(given.rows(host, recipe.as_ref()).await?)
    };
    let evaluation = host.evaluate(cluster, rows).await?;
    let names = recipe.as_ref().map(Recipe::classes).map(<[String]>::to_vec);
    Ok(to_js(&shapes::Evaluated::new(evaluation, names)))
}
