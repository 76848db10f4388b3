//! Models as files.

use super::{DistributedNeuralNetwork, clusters::create};
use crate::{
    argument::{Fields, is_missing, parsed},
    brought::Ask,
    failure::Failure,
    given::binary,
    shapes::{self, to_js},
};
use browser::Host;
use js_sys::Uint8Array;
use peer::{Blueprint, ModelFormat};
use units::{ClusterId, Hash};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// Digits of a file's hash that name the cluster made of it.
const NAME_DIGITS: usize = 8;

/// Models.
#[wasm_bindgen(wasm_bindgen_futures = crate::promises)]
impl DistributedNeuralNetwork {
    /// The shared network as a file: `"safetensors"` holds everything and can be imported again, `"onnx"` can be executed by
    /// other programs.
    #[wasm_bindgen(unchecked_return_type = "Uint8Array")]
    pub async fn export_model(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "\"safetensors\" | \"onnx\"")] format: JsValue,
    ) -> Result<Uint8Array, Failure> {
        let cluster = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        let format = match format.as_string().as_deref() {
            Some("safetensors") => ModelFormat::Safetensors,
            Some("onnx") => ModelFormat::Onnx,
            _ => {
                let problem = "a model's format must be \"safetensors\" or \"onnx\"";
                return Err(Failure::invalid(problem));
            }
        };
        let file = self.host().await?.write_model_file(cluster, format).await?;
        Ok(Uint8Array::from(&file[..]))
    }

    /// Makes a cluster of a model's file: one that `export_model` wrote, or another program's plain network of dense layers.
    /// Without a name it is called `model-` and the first 8 digits of the file's SHA-256.
    #[wasm_bindgen(unchecked_return_type = "ImportedModel")]
    pub async fn import_model(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Uint8Array | Blob")] bytes: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "ImportOptions")] options: JsValue,
    ) -> Result<JsValue, Failure> {
        self.bring(Ask::Import(bytes, cluster_id, options)).await
    }
}

pub(crate) async fn import(
    host: &Host,
    bytes: &JsValue,
    cluster_id: &JsValue,
    options: &JsValue,
) -> Result<JsValue, Failure> {
    let file = binary(bytes, "a model's file").await?;
    let cluster_id = match is_missing(cluster_id) {
        true => named_by(&file)?,
        false => parsed::<ClusterId>(cluster_id, "a cluster's id")?,
    };
    let options = Fields::new(options, "the options object", &["rows_of"])?;
    let rows_of = options.get("rows_of").map(|id| parsed(&id, "`rows_of`")).transpose()?;
    if let Some(cluster) = &rows_of {
        super::clusters::view_of(host, cluster)?;
    }
    let model = host.read_model_file(file, rows_of).await?;
    let (network, recipe) = (model.network, model.recipe);
    let blueprint = Blueprint { network, recipe, model: Some(model.model) };
    let cluster = create(host, cluster_id, blueprint).await?;
    Ok(to_js(&shapes::ImportedModel { cluster, remark: model.remark }))
}

fn named_by(file: &[u8]) -> Result<ClusterId, Failure> {
    let digits: String = Hash::of(file).to_string().chars().take(NAME_DIGITS).collect();
    Ok(format!("model-{digits}").parse()?)
}
