//! The table that embeds texts: it comes from beside this module when it is first needed. And how files come from there.

use crate::{file::describe, scope};
use js_sys::{Reflect, Uint8Array};
use memory::{embedding, library::News};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, RequestCache, RequestInit, Response, Url};

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
        let coming = |bytes, of| {
            tell(News::ModelComing { bytes, of });
            true
        };
        let came = match load(FILE, BYTES_MAX, RequestCache::Default, coming).await {
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

/// Brings a file from beside the worker's module. `coming` is told the bytes that are here, and all, 0 where nobody says; whether
/// it is still wanted.
pub(crate) async fn load(
    file: &str,
    bytes_max: usize,
    cache: RequestCache,
    coming: impl Fn(u32, u32) -> bool,
) -> Result<Vec<u8>, JsValue> {
    let url = Url::new_with_base(file, &scope().name())?.href();
    let init = RequestInit::new();
    init.set_cache(cache);
    let response = scope().fetch_with_str_and_init(&url, &init);
    let response: Response = JsFuture::from(response).await?.unchecked_into();
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
    let mut bytes = Vec::with_capacity(total.map_or(0, |it: u32| bytes_max.min(it as usize)));
    let mut told = 0;
    loop {
        let part = JsFuture::from(reader.read()).await?;
        if Reflect::get(&part, &"done".into())?.is_truthy() {
            return Ok(bytes);
        }
        let chunk: Uint8Array = Reflect::get(&part, &"value".into())?.unchecked_into();
        bytes.extend(chunk.to_vec());
        if bytes.len() > bytes_max {
            return Err(format!("{url} has more than {bytes_max} bytes").into());
        }
        if bytes.len() - told >= STEP_BYTES {
            told = bytes.len();
            if !coming(told as u32, total.unwrap_or(0)) {
                // Nobody waits for the rest; what comes of giving it up is of no interest.
                drop(reader.cancel());
                return Err("it is not wanted any more".into());
            }
        }
    }
}
