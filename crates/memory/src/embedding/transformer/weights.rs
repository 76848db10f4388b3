//! The model's file: tensors of halves or whole floats in safetensors.

use super::{EmbeddingError, Tensors, pieces::Pieces};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

/// A longer header is not looked at: the memory that a file's promises can take. The model's has 11 kB.
const HEADER_BYTES_MAX: u64 = 1 << 20;

pub(super) struct Weights<'a>(SafeTensors<'a>);

impl<'a> Weights<'a> {
    pub(super) fn read(file: &'a [u8]) -> Result<Self, EmbeddingError> {
        let header_bytes = file.first_chunk().map_or(0, |length| u64::from_le_bytes(*length));
        if header_bytes > HEADER_BYTES_MAX {
            let problem = format!("its header is said to have {header_bytes} bytes");
            return Err(EmbeddingError::Safetensors(problem));
        }
        let problem =
            |error: safetensors::SafeTensorError| EmbeddingError::Safetensors(error.to_string());
        SafeTensors::deserialize(file).map(Self).map_err(problem)
    }

    fn tensor(&self, name: &str, shape: &[usize]) -> Result<TensorView<'a>, EmbeddingError> {
        let tensor = self.0.tensor(name).ok().filter(|tensor| tensor.shape() == shape);
        tensor.ok_or_else(|| EmbeddingError::Tensor(name.to_owned()))
    }
}

impl Tensors for Weights<'_> {
    fn floats(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, EmbeddingError> {
        let tensor = self.tensor(name, shape)?;
        let bytes = tensor.data();
        match tensor.dtype() {
            Dtype::F16 => Ok(bytes
                .as_chunks()
                .0
                .iter()
                .map(|half| float(u16::from_le_bytes(*half)))
                .collect()),
            Dtype::F32 => {
                Ok(bytes.as_chunks().0.iter().map(|value| f32::from_le_bytes(*value)).collect())
            }
            _ => Err(EmbeddingError::Tensor(name.to_owned())),
        }
    }

    fn matrix(
        &mut self,
        name: &str,
        rows: usize,
        columns: usize,
    ) -> Result<Vec<f32>, EmbeddingError> {
        self.floats(name, &[rows, columns])
    }

    /// As halves, because they are many and seldom looked at; whole floats lose what halves cannot say.
    fn pieces(
        &mut self,
        name: &str,
        rows: usize,
        columns: usize,
    ) -> Result<Pieces, EmbeddingError> {
        let tensor = self.tensor(name, &[rows, columns])?;
        let halves = tensor.data().as_chunks().0.iter().map(|half| u16::from_le_bytes(*half));
        match tensor.dtype() {
            Dtype::F16 => Ok(Pieces::Halves(halves.collect())),
            _ => Err(EmbeddingError::Tensor(name.to_owned())),
        }
    }
}

/// A number in half precision (IEEE 754, binary16) as a whole float, exactly.
pub(super) fn float(half: u16) -> f32 {
    let sign = u32::from(half & 0x8000) << 16;
    let rest = u32::from(half & 0x7fff);
    let size = match rest >> 10 {
        // 2^-24 is the unit of what has no exponent.
        0 => (rest as f32 * f32::from_bits(0x3380_0000)).to_bits(),
        31 => 0x7f80_0000 | rest << 13,
        _ => (rest << 13) + (112 << 23),
    };
    f32::from_bits(sign | size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_the_numbers_that_ieee_754_says() {
        let pairs = [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_5e-8),
            (0x3555, 0.333_251_95),
            (0, 0.0),
        ];
        for (half, value) in pairs {
            assert_eq!(float(half), value, "{half:#x}");
        }
        assert!(float(0x7c00).is_infinite() && float(0x7e00).is_nan());
    }

    #[test]
    fn files_that_are_none_are_refused() {
        for file in [&b""[..], b"short", &[0xff; 64], b"\x02\0\0\0\0\0\0\0{}"] {
            let missing = Weights::read(file).and_then(|mut weights| weights.floats("a", &[1]));
            assert!(missing.is_err(), "{file:?}");
        }
    }
}
