//! What an asynchronous method of the class gives JavaScript: `wasm_bindgen` looks here for how a promise is made of a future.
//!
//! Every method's future is a type of its own, and a promise compiles a kilobyte of code for each. Behind a pointer they are one
//! type.

use core::{future::Future, pin::Pin};
use js_sys::Promise;
use wasm_bindgen::JsValue;

/// A promise of what a future gives.
pub(crate) fn future_to_promise(
    future: impl Future<Output = Result<JsValue, JsValue>> + 'static,
) -> Promise {
    type Boxed = Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>;

    let boxed: Boxed = Box::pin(future);
    wasm_bindgen_futures::future_to_promise(boxed)
}
