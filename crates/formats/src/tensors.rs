//! The container: named tensors end to end behind a header of JSON, as
//! [safetensors](https://huggingface.co/docs/safetensors/index) lays them down.
//!
//! Eight bytes (little-endian) say how long the header is; the header maps each tensor's name to its type, its shape and
//! its place among the bytes behind, and `__metadata__` to texts.

mod dtype;
mod header;
mod read;
mod write;

pub(crate) use read::{Tensor, TensorFile};
pub(crate) use write::TensorWriter;

/// A header that is longer is not looked at: the memory that a file's promises can take. The largest preparation fits.
pub(crate) const HEADER_BYTES_MAX: usize = 10 << 20;

/// Tensors, and texts, of one file.
pub(crate) const ENTRIES_MAX: usize = 4096;

/// Dimensions of one tensor.
pub(crate) const DIMENSIONS_MAX: usize = 8;

/// Where the header begins, behind its own length.
pub(crate) const HEADER_START: usize = 8;
