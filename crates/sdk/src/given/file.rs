//! Files as pages hold them: a text, bytes, or a `Blob`.

use crate::{
    argument::{bytes, kind},
    failure::Failure,
};
use js_sys::{JsString, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// Bytes of a file, or UTF-16 units of a text: what a phone reads at once.
const FILE_BYTES_MAX: u32 = 64 << 20;

/// A text, or the bytes of one.
pub(super) async fn text(value: &JsValue, what: &str) -> Result<Vec<u8>, Failure> {
    let Some(text) = value.dyn_ref::<JsString>() else {
        return binary(value, what).await;
    };
    check_size(text.length().into(), what)?;
    Ok(String::from(text).into_bytes())
}

/// The bytes of a `Uint8Array` or a `Blob`.
pub(crate) async fn binary(value: &JsValue, what: &str) -> Result<Vec<u8>, Failure> {
    let Some(blob) = value.dyn_ref::<Blob>() else {
        return match value.is_instance_of::<Uint8Array>() {
            true => bytes(value, what, FILE_BYTES_MAX),
            false => {
                let problem = format!("{what} must be a Uint8Array or a Blob, not {}", kind(value));
                Err(Failure::invalid(problem))
            }
        };
    };
    // Asked for in a way that lets whatever only looks like a `Blob` throw.
    let size = Reflect::get(blob, &"size".into()).ok().and_then(|size| size.as_f64());
    check_size(size.unwrap_or(f64::INFINITY), what)?;
    let buffer = JsFuture::from(blob.array_buffer()).await;
    let buffer =
        buffer.map_err(|_| Failure::invalid(format!("{what} cannot be read: it is gone")))?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

fn check_size(size_bytes: f64, what: &str) -> Result<(), Failure> {
    if size_bytes > f64::from(FILE_BYTES_MAX) {
        let problem = format!("{what} has {size_bytes} bytes: {FILE_BYTES_MAX} are possible");
        return Err(Failure::invalid(problem));
    }
    Ok(())
}
