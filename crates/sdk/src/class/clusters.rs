//! Clusters and what they answer.

use super::DistributedNeuralNetwork;
use crate::{
    argument::{Fields, numbers, parsed, within_one},
    blueprint::{blueprint, resized},
    brought::Ask,
    failure::Failure,
    given::{self, Given},
    shapes::{self, CreatedCluster, to_js},
};
use browser::{Host, HostError};
use data::Recipe;
use js_sys::{Float32Array, Reflect};
use peer::{Blueprint, ClusterView, CommandError, Origin};
use protocol::limits;
use units::ClusterId;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

/// Clusters.
#[wasm_bindgen(wasm_bindgen_futures = crate::promises)]
impl DistributedNeuralNetwork {
    /// Makes a cluster of threshold-gated nodes. A number alone is that many nodes in two layers for the handwritten digits
    /// that ship with the site (8 x 8 pixels, 10 classes). `{ dataset }` sizes the cluster to the data, says why, and loads
    /// them.
    #[wasm_bindgen(unchecked_return_type = "CreatedCluster | SizedCluster")]
    pub async fn create_cluster(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number | NetworkSpec | SizedByData")] spec: JsValue,
    ) -> Result<JsValue, Failure> {
        self.bring(Ask::Create(cluster_id, spec)).await
    }

    /// One forward pass: the probability of each class.
    #[wasm_bindgen(unchecked_return_type = "Float32Array")]
    pub async fn process_input(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Input")] input: JsValue,
    ) -> Result<Float32Array, Failure> {
        Ok(self.bring(Ask::Predict(cluster_id, input, true)).await?.unchecked_into())
    }

    /// Classes by falling probability.
    #[wasm_bindgen(unchecked_return_type = "Prediction[]")]
    pub async fn predict(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Input")] input: JsValue,
    ) -> Result<JsValue, Failure> {
        self.bring(Ask::Predict(cluster_id, input, false)).await
    }

    /// One local learning step on the newest input, or the newest frames: `error` is predicted less wanted probability, one
    /// value a class. Resolves to how many other devices took it, which carry nodes of the cluster.
    pub async fn update_error_signal(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Numbers")] error: JsValue,
    ) -> Result<u32, Failure> {
        let cluster = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        let error = numbers(&error, "an error signal")?;
        Ok(self.host().await?.learn_from_error(cluster, error).await?)
    }

    /// Asks this device and all connected ones to learn a cluster faster for a while, from 0, not at all, to 1; resolves to
    /// how many of the others were reached.
    pub async fn propagate_error_to_peers(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] urgency: JsValue,
    ) -> Result<u32, Failure> {
        let cluster = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        let urgency = within_one(&urgency, "an urgency")?;
        Ok(self.host().await?.call_for_learning(cluster, urgency)?)
    }

    /// Nodes, thresholds, firing rates, operations saved.
    #[wasm_bindgen(unchecked_return_type = "ClusterState")]
    pub async fn get_cluster_state(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
    ) -> Result<JsValue, Failure> {
        let cluster = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        let host = self.host().await?;
        let state = host.cluster_state(cluster.clone()).await?;
        let view = view_of(&host, &cluster)?;
        Ok(shapes::cluster_state(&view, &state, recipe_of(&view)?.as_ref()))
    }
}

pub(crate) async fn create_as_told(
    host: &Host,
    cluster_id: &JsValue,
    spec: &JsValue,
) -> Result<JsValue, Failure> {
    let cluster_id = parsed::<ClusterId>(cluster_id, "a cluster's id")?;
    if spec.is_object() && Reflect::has(spec, &"dataset".into()).unwrap_or(false) {
        let sized = SizedByData::read(spec).await?;
        return Ok(to_js(&sized.create(host, cluster_id).await?));
    }
    Ok(to_js(&create(host, cluster_id, blueprint(spec)?).await?))
}

/// Classes by falling probability, or, `plain`, the probability of each.
pub(crate) async fn predict(
    host: &Host,
    cluster_id: &JsValue,
    input: &JsValue,
    plain: bool,
) -> Result<JsValue, Failure> {
    let cluster = parsed::<ClusterId>(cluster_id, "a cluster's id")?;
    let recipe = recipe_of(&view_of(host, &cluster)?)?;
    let input = given::input(host, input, recipe.as_ref()).await?;
    let prediction = host.predict(cluster, input).await?;
    if plain {
        return Ok(shapes::outputs(&prediction.classes).into());
    }
    let names = recipe.as_ref().map(Recipe::classes);
    let classes = prediction.classes.into_iter();
    let classes = classes.map(|class| shapes::Prediction::new(class, names));
    Ok(to_js(&classes.collect::<Vec<_>>()))
}

/// `{ dataset, nodes }`.
struct SizedByData {
    dataset: Given,
    nodes: Option<u32>,
}

impl SizedByData {
    async fn read(spec: &JsValue) -> Result<Self, Failure> {
        let fields = Fields::new(spec, "a cluster's description", &["dataset", "nodes"])?;
        let nodes = fields.whole("nodes", 1, limits::LAYER_NODES_MAX as u32)?;
        let dataset = Given::to_load(&fields.require("dataset")?, None).await?;
        Ok(Self { dataset, nodes })
    }

    async fn create(self, host: &Host, id: ClusterId) -> Result<shapes::SizedCluster, Failure> {
        let (held_out, title) = (self.dataset.held_out_percent, self.dataset.title());
        let prepared = self.dataset.inspect(host).await?.prepared;
        let learning = (&prepared.suggested).into();
        let suggested = prepared.suggested;
        let (network, reason) = match self.nodes {
            None => (suggested.network, suggested.reason),
            Some(nodes) => (
                resized(suggested.network, nodes)?,
                format!("{nodes} nodes in one layer, as told."),
            ),
        };
        let blueprint = Blueprint { recipe: prepared.recipe, ..network.into() };
        let cluster = create(host, id.clone(), blueprint).await?;
        let origin = Origin::Own(title.to_owned());
        let rows = host.load_dataset(id, prepared.dataset, held_out, origin).await?.into();
        Ok(shapes::SizedCluster { cluster, reason, advice: prepared.advice, learning, rows })
    }
}

pub(super) async fn create(
    host: &Host,
    cluster_id: ClusterId,
    blueprint: Blueprint,
) -> Result<CreatedCluster, Failure> {
    let network = &blueprint.network;
    let (nodes, parameters) = (network.nodes() as f64, network.parameters() as f64);
    let model = host.create_cluster(cluster_id.clone(), blueprint).await?;
    Ok(CreatedCluster { cluster_id, model, nodes, parameters })
}

pub(super) fn view_of(host: &Host, cluster: &ClusterId) -> Result<ClusterView, Failure> {
    let view = host.view().clusters.into_iter().find(|it| it.id == *cluster);
    let unknown = || HostError::Command(CommandError::UnknownCluster(cluster.clone()));
    Ok(view.ok_or_else(unknown)?)
}

/// How the inputs of a cluster are made, if they are not numbers as they are.
pub(super) fn recipe_of(view: &ClusterView) -> Result<Option<Recipe>, Failure> {
    match &view.recipe[..] {
        [] => Ok(None),
        recipe => Ok(Some(Recipe::decode(recipe)?)),
    }
}
