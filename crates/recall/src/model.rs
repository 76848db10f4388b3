//! The model that embeds texts: it comes from beside this module when it is first needed.

use crate::{file::describe, scope};
use js_sys::{Reflect, Uint8Array};
use memory::{embedding, library::News};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Response, Url};

/// The model's file, beside the worker's module.
const FILE: &str = "texts.model";

/// What is told of its coming, in bytes.
const STEP_BYTES: usize = 256 * 1024;

/// More than any model of this kind has: a server that sends more is not believed.
const BYTES_MAX: usize = 16 << 20;

/// Whether it has come.
#[derive(Default)]
pub(crate) struct Model {
    has_come: bool,
}

impl Model {
    /// Brings it, telling how far that is. `None` if it has come before, or does not come: it is tried again the next time.
    pub(crate) async fn bring(&mut self, tell: &impl Fn(News)) -> Option<embedding::StaticTable> {
        if self.has_come {
            return None;
        }
        let came = match load(tell).await {
            Ok(bytes) => {
                embedding::StaticTable::decode(&bytes).map_err(|problem| problem.to_string())
            }
            Err(thrown) => Err(describe(&thrown)),
        };
        match came {
            Ok(model) => {
                self.has_come = true;
                Some(model)
            }
            Err(reason) => {
                tell(News::NoModel { reason });
                None
            }
        }
    }
}

async fn load(tell: &impl Fn(News)) -> Result<Vec<u8>, JsValue> {
    let url = Url::new_with_base(FILE, &scope().name())?.href();
    let response: Response = JsFuture::from(scope().fetch_with_str(&url)).await?.unchecked_into();
    if !response.ok() {
        return Err(format!("{url} answered {}", response.status()).into());
    }
    let header = |name| response.headers().get(name);
    // Of what travels compressed, the server says another length.
    let total = match header("content-encoding")? {
        None => header("content-length")?.and_then(|it| it.parse().ok()),
        Some(_) => None,
    };
    let body = response.body().ok_or("an answer without a body")?;
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    let mut told = 0;
    loop {
        let part = JsFuture::from(reader.read()).await?;
        if Reflect::get(&part, &"done".into())?.is_truthy() {
            return Ok(bytes);
        }
        let chunk: Uint8Array = Reflect::get(&part, &"value".into())?.unchecked_into();
        bytes.extend(chunk.to_vec());
        if bytes.len() > BYTES_MAX {
            return Err(format!("{url} has more than {BYTES_MAX} bytes").into());
        }
        if bytes.len() - told >= STEP_BYTES {
            told = bytes.len();
            tell(News::ModelComing { bytes: told as u32, of: total.unwrap_or(0) });
        }
    }
}
