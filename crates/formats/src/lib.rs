//! Models as files that other programs understand.
//!
//! A model goes out as [safetensors](https://huggingface.co/docs/safetensors/index) with everything that it is, and
//! comes back bit for bit. As [ONNX](https://onnx.ai), other programs execute it. A plain dense network that another
//! program has trained comes in as a start. What is in the files is in `docs/PROTOCOL.md`, section "Model files".
//!
//! Bytes go in and bytes come out: this crate refuses to know of files, and of what a preparation of inputs says, which
//! it carries along as text.
//!
//! ```
//! use formats::{Format, Imported, export, import};
//! use neural::Model;
//! use protocol::cluster::{LayerSpec, NetworkSpec};
//!
//! let layers = vec![LayerSpec::new(16, 3)];
//! let spec = NetworkSpec { inputs: 2, steps: 1, layers, classes: 2, seed: 7 };
//! let model = Model::new(&spec).unwrap();
//! let file = export(&model, Format::Safetensors, None).unwrap();
//! let Ok(Imported::Own(own)) = import(&file) else { panic!("another program's file") };
//! assert_eq!(own.model, model);
//! ```
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

mod error;
mod mlp;
mod onnx;
mod own;
mod tensors;

pub use error::{ExportError, ImportError, TensorProblem};
pub use mlp::{Calibration, Mlp, Start, StartError};
pub use own::{Own, export_with_learning};

use neural::Model;
use tensors::TensorFile;

/// Bytes of the text that says how inputs are prepared: the scale of every one of the most inputs, in digits.
pub const PREPARATION_BYTES_MAX: usize = 4 << 20;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Everything that the model is; [`import`] reads it back.
    Safetensors,
    /// What the network does, for other programs to execute; nothing reads it back here.
    Onnx,
}

/// What a file held.
#[derive(Debug, Clone, PartialEq)]
pub enum Imported {
    /// One of our models.
    Own(Own),
    /// A plain dense network of another program, to start from.
    Mlp(Mlp),
}

/// Writes a model down. `preparation` is JSON that says how inputs are made ready for the network.
///
/// # Errors
/// [`ExportError`] names what cannot be written.
pub fn export(
    model: &Model,
    format: Format,
    preparation: Option<&str>,
) -> Result<Vec<u8>, ExportError> {
    match format {
        Format::Safetensors => own::write(model, None, preparation),
        Format::Onnx => onnx::write(model, preparation),
    }
}

/// Reads a file. The header takes at most 10 MiB; more memory is taken only once all sizes have been checked, at most 32
/// bytes for each parameter of a network, of which there are at most
/// [`NETWORK_PARAMETERS_MAX`](protocol::limits::NETWORK_PARAMETERS_MAX).
///
/// # Errors
/// [`ImportError`] names what is wrong with the file, and what helps.
pub fn import(bytes: &[u8]) -> Result<Imported, ImportError> {
    let file = TensorFile::read(bytes)?;
    if own::is_own(&file) {
        own::read(file).map(Imported::Own)
    } else {
        Mlp::read(file).map(Imported::Mlp)
    }
}
