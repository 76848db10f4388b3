//! Where the compute worker's files are, and how a worker is made of them.

use crate::{clock::window, js::module_url};
use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{Blob, BlobPropertyBag, Url, Worker, WorkerOptions, WorkerType};

/// The script of a worker on pages of other sites, which cannot be loaded from there.
const SCRIPT: &str = include_str!("../../../../public/sdk/worker.js");

const SCRIPT_FILE: &str = "worker.js";

/// What loads the compute worker's WebAssembly; both lie beside its script.
pub(super) const COMPUTE: &str = "compute.js";

/// What loads the memory worker's.
pub(super) const RECALL: &str = "recall.js";

/// Where the worker's script comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum WorkerScript {
    /// `worker.js` beside the JavaScript module; a copy of its own on pages of another site than the module's.
    #[default]
    BesideModule,
    /// This address, on the page's own site.
    At(String),
}

impl WorkerScript {
    /// Starts the script, which loads the module that the worker's name says.
    pub(super) fn start(&self, module: &str) -> Result<Worker, JsValue> {
        let script = self.url()?;
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(&Url::new_with_base(module, &script.href())?.href());
        // A worker of another site is one that no browser starts.
        if script.origin() == window().location().origin()? {
            Worker::new_with_options(&script.href(), &options)
        } else {
            start_copy(&options)
        }
    }

    fn url(&self) -> Result<Url, JsValue> {
        match self {
            Self::BesideModule => Url::new_with_base(SCRIPT_FILE, &module_url()),
            Self::At(url) => Url::new_with_base(url, &window().location().href()?),
        }
    }
}

fn start_copy(options: &WorkerOptions) -> Result<Worker, JsValue> {
    let properties = BlobPropertyBag::new();
    properties.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&SCRIPT.into()), &properties)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let worker = Worker::new_with_options(&url, options);
    Url::revoke_object_url(&url)?;
    worker
}
