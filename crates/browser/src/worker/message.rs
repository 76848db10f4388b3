//! Jobs and answers between page and worker: postcard in an `ArrayBuffer` that is handed over, not copied.

use js_sys::{ArrayBuffer, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};

/// What a worker says when it is ready for jobs. Any other text is the reason why it has failed.
pub(super) const STARTED: &str = "started";

pub(super) fn encode<T: Serialize>(message: &T) -> ArrayBuffer {
    let bytes = postcard::to_allocvec(message).expect("jobs and answers have an encoding");
    Uint8Array::from(&bytes[..]).buffer()
}

pub(super) fn decode<T: DeserializeOwned>(buffer: &ArrayBuffer) -> postcard::Result<T> {
    postcard::from_bytes(&Uint8Array::new(buffer).to_vec())
}
