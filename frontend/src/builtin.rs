//! Data sets that ship with the site: fetched from it, cut, and put on a cluster.

use crate::problem;
use app::{BuiltinPart, Problem};
use browser::Host;
use gloo_net::http::Request;
use neural::Dataset;
use peer::{Event, Origin};
use units::ClusterId;
use wasm_bindgen_futures::spawn_local;

/// Puts a part of a set on a cluster.
pub(crate) async fn load(host: Host, cluster: ClusterId, part: BuiltinPart) -> Result<(), Problem> {
    let whole = fetch(&part.set).await?;
    let rows = whole.part(part.part, part.parts).map_err(|error| Problem {
        code: "invalid_input".to_owned(),
        message: format!("{part}: {error}"),
    })?;
    let origin = Origin::Shipped(part.to_string());
    host.load_dataset(cluster, rows, part.held_out_percent, origin)
        .await
        .map(drop)
        .map_err(|error| problem(&error))
}

/// Loads, for as long as the page lives, the sets that clusters of an earlier life ask for.
pub(crate) fn answer_wishes(host: &Host) {
    let loader = host.clone();
    host.on_event(move |event| {
        if let Event::DatasetWanted { cluster, source } = event {
            spawn_local(load_again(loader.clone(), cluster.clone(), source.clone()));
        }
    });
}

async fn load_again(host: Host, cluster: ClusterId, source: String) {
    let result = match source.parse::<BuiltinPart>() {
        Ok(part) => load(host.clone(), cluster.clone(), part).await,
        Err(error) => Err(Problem { code: "invalid_input".to_owned(), message: error.to_string() }),
    };
    if let Err(Problem { code, message }) = result {
        host.report_problem(&code, format!("cluster `{cluster}` is without its data: {message}"));
    }
}

async fn fetch(set: &str) -> Result<Dataset, Problem> {
    let address = format!("/{}", app::set_file(set));
    let failed = |reason: String| Problem {
        code: "data_unavailable".to_owned(),
        message: format!("the data set `{set}` could not be fetched from this site: {reason}"),
    };
    let response =
        Request::get(&address).send().await.map_err(|error| failed(error.to_string()))?;
    if !response.ok() {
        return Err(failed(format!("{} {}", response.status(), response.status_text())));
    }
    let bytes = response.binary().await.map_err(|error| failed(error.to_string()))?;
    Dataset::decode_file(&bytes).map_err(|error| failed(error.to_string()))
}
