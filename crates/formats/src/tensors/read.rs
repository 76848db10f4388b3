//! Reading: every promise of the header is checked against the bytes that are there.

use super::{
    HEADER_BYTES_MAX, HEADER_START,
    dtype::Dtype,
    header::{Entry, Header},
};
use crate::error::{ImportError, TensorProblem};
use neural::PARAMETER_MAX;
use std::collections::BTreeMap;

/// Tensors that lie in the file's bytes, and texts.
#[derive(Debug)]
pub(crate) struct TensorFile<'a> {
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) tensors: BTreeMap<String, Tensor<'a>>,
}

/// Numbers in a shape, still as they lie in the file.
#[derive(Debug)]
pub(crate) struct Tensor<'a> {
    dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    bytes: &'a [u8],
}

impl<'a> TensorFile<'a> {
    /// Reads the header and finds every tensor; takes memory for the header alone.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, ImportError> {
        let size_bytes = bytes.len();
        let unknown = || ImportError::Unknown { size_bytes };
        let (length, rest) = bytes.split_first_chunk::<HEADER_START>().ok_or_else(unknown)?;
        let header_bytes = u64::from_le_bytes(*length);
        if rest.first() != Some(&b'{') {
            return Err(unknown());
        }
        if header_bytes > HEADER_BYTES_MAX as u64 {
            return Err(ImportError::HeaderTooLong { header_bytes });
        }
        let cut_short = || ImportError::CutShort { header_bytes, size_bytes };
        let (header, data) = rest.split_at_checked(header_bytes as usize).ok_or_else(cut_short)?;
        let Header { metadata, tensors } = serde_json::from_slice(header)
            .map_err(|error| ImportError::Header(error.to_string()))?;
        check_places(&tensors, data.len())?;
        let located = tensors.into_iter().map(|(name, entry)| match Tensor::locate(entry, data) {
            Ok(tensor) => Ok((name, tensor)),
            Err(problem) => Err(problem.of(&name)),
        });
        Ok(Self { metadata, tensors: located.collect::<Result<_, _>>()? })
    }

    /// Takes out a tensor of `F32` numbers that has this shape.
    pub(crate) fn take_f32(
        &mut self,
        name: &str,
        shape: &[usize],
    ) -> Result<Tensor<'a>, ImportError> {
        let tensor = self.tensors.remove(name).ok_or_else(|| TensorProblem::Missing.of(name))?;
        if tensor.dtype != Dtype::F32 {
            return Err(TensorProblem::Dtype(tensor.dtype.to_string()).of(name));
        }
        if tensor.shape != shape {
            let (given, wanted) = (tensor.shape, shape.to_vec());
            return Err(TensorProblem::Shape { given, wanted }.of(name));
        }
        Ok(tensor)
    }
}

/// Tensors lie end to end, from the first byte of the data to the last.
fn check_places(tensors: &BTreeMap<String, Entry>, data_bytes: usize) -> Result<(), ImportError> {
    let mut places: Vec<_> =
        tensors.iter().map(|(name, entry)| (entry.data_offsets, name.as_str())).collect();
    places.sort_unstable();
    let mut next = 0;
    for ((begin, end), name) in places {
        if begin > end || end > data_bytes {
            return Err(TensorProblem::Beyond { begin, end, data_bytes }.of(name));
        }
        if begin != next {
            return Err(TensorProblem::NotNext { begin, next }.of(name));
        }
        next = end;
    }
    if next == data_bytes {
        Ok(())
    } else {
        Err(ImportError::LeftOver { bytes: data_bytes - next })
    }
}

impl<'a> Tensor<'a> {
    /// Finds a tensor whose place has been checked.
    fn locate(entry: Entry, data: &'a [u8]) -> Result<Self, TensorProblem> {
        let dtype =
            Dtype::of_name(&entry.dtype).ok_or_else(|| TensorProblem::dtype(&entry.dtype))?;
        let shape = entry.shape.0;
        let (begin, end) = entry.data_offsets;
        let size = shape.iter().try_fold(dtype.size_bytes(), |size, part| size.checked_mul(*part));
        if size != Some(end - begin) {
            return Err(TensorProblem::Size { shape, bytes: end - begin });
        }
        Ok(Self { dtype, shape, bytes: &data[begin..end] })
    }

    /// Adds its numbers to `numbers`, each of a magnitude of at most `magnitude_max`.
    pub(crate) fn read_into(
        &self,
        numbers: &mut Vec<f32>,
        magnitude_max: f32,
    ) -> Result<(), TensorProblem> {
        numbers.reserve_exact(self.bytes.len() / self.dtype.size_bytes());
        for (place, value) in self.dtype.numbers(self.bytes).enumerate() {
            if !value.is_finite() || value.abs() > magnitude_max {
                return Err(TensorProblem::Number { place, value, magnitude_max });
            }
            numbers.push(value);
        }
        Ok(())
    }

    /// Its numbers, as those of a network.
    pub(crate) fn parameters(&self) -> Result<Vec<f32>, TensorProblem> {
        let mut numbers = Vec::new();
        self.read_into(&mut numbers, PARAMETER_MAX)?;
        Ok(numbers)
    }
}
