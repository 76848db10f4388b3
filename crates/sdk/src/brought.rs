//! What pages bring, data, models and plans, and what is asked with it. In the application this is a module of its own (`lazy`): the page
//! has forms instead.

use crate::{
    class::{clusters, data, learning, models},
    failure::Failure,
    later::Later,
};
use browser::Host;
use wasm_bindgen::JsValue;

/// What a page asks for, with its arguments as they came.
pub(crate) enum Ask {
    /// A cluster's id, its description.
    Create(JsValue, JsValue),
    /// A cluster's id, an input, whether outputs are all that is wanted.
    Predict(JsValue, JsValue, bool),
    /// A data set.
    Inspect(JsValue),
    /// A cluster's id, a data set.
    Load(JsValue, JsValue),
    /// The same.
    Evaluate(JsValue, JsValue),
    /// A file, a cluster's id, options.
    Import(JsValue, JsValue, JsValue),
    /// Peers, a task, options.
    Learn(JsValue, JsValue, JsValue),
}

#[cfg_attr(feature = "lazy", wasm_split_helpers::wasm_split(brought, fallible, preload(preload)))]
pub(crate) fn beginning(host: Host, ask: Ask) -> Result<Later<JsValue>, Failure> {
    Ok(Box::pin(async move {
        match ask {
            Ask::Create(id, spec) => clusters::create_as_told(&host, &id, &spec).await,
            Ask::Predict(id, input, plain) => clusters::predict(&host, &id, &input, plain).await,
            Ask::Inspect(dataset) => data::inspect(&host, &dataset).await,
            Ask::Load(id, dataset) => data::load(&host, &id, &dataset).await,
            Ask::Evaluate(id, dataset) => data::evaluate(&host, &id, &dataset).await,
            Ask::Import(file, id, options) => models::import(&host, &file, &id, &options).await,
            Ask::Learn(peers, task, options) => learning::start(&host, &peers, &task, &options),
        }
    }))
}

/// Brings the module before anybody asks for it.
#[cfg(feature = "lazy")]
pub(crate) async fn prepare() -> Result<(), Failure> {
    Ok(preload().await?)
}
