//! The model as one file of half the size: a byte for each weight.
//!
//! | Bytes | What |
//! |---|---|
//! | 4 | `PCEW` |
//! | 2 | version, 1 |
//! | 32 | SHA-256 of all that follows |
//! | the rest | tensors in the order in which the model asks for them |
//!
//! What is few is in floats of 32 bits. A matrix is a float for each row, and then a signed byte for each number, row after row:
//! the number is the byte times its row's float, and a row's largest number is 127 or -127. All is little-endian.

use super::{EmbeddingError, Tensors, pieces::Pieces, weights::Weights};
use crate::embedding::reader::Reader;
use units::Hash;

const MAGIC: &[u8; 4] = b"PCEW";
const VERSION: u16 = 1;
const HEADER_BYTES: usize = 4 + 2 + 32;

/// More than the file has: the memory that a server which sends something else can take.
pub const WHOLE_MODEL_BYTES_MAX: usize = 32 << 20;

/// What the header of all-MiniLM-L6-v2's file says, in hexadecimal digits: the one model that pages take.
pub const WHOLE_MODEL: &str = include_str!("../whole_model.hash");

/// The file, as it is read.
pub(super) struct Compact<'a>(Reader<'a>);

/// The model's own file, and what has been asked of it in the compact form.
pub(super) struct Recorder<'a> {
    weights: Weights<'a>,
    body: Vec<u8>,
}

impl<'a> Compact<'a> {
    /// Checks the hash; says it.
    pub(super) fn read(file: &'a [u8]) -> Result<(Self, Hash), EmbeddingError> {
        let mut reader = Reader::new(file);
        if reader.bytes(4)? != MAGIC {
            return Err(EmbeddingError::OtherFile);
        }
        let version = reader.u16()?;
        if version != VERSION {
            return Err(EmbeddingError::OtherVersion(version));
        }
        let stated = reader.bytes(32)?;
        let hash = Hash::of(&file[HEADER_BYTES..]);
        if hash.as_bytes() != stated {
            return Err(EmbeddingError::Damaged);
        }
        Ok((Self(reader), hash))
    }

    /// Nothing may be behind the last tensor.
    pub(super) fn end(self) -> Result<(), EmbeddingError> {
        self.0.end()
    }

    fn numbers(&mut self, count: usize) -> Result<Vec<f32>, EmbeddingError> {
        let bytes = self.0.bytes(4 * count)?.as_chunks::<4>().0;
        Ok(bytes.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }
}

impl Tensors for Compact<'_> {
    fn floats(&mut self, _: &str, shape: &[usize]) -> Result<Vec<f32>, EmbeddingError> {
        self.numbers(shape.iter().product())
    }

    fn matrix(&mut self, _: &str, rows: usize, columns: usize) -> Result<Vec<f32>, EmbeddingError> {
        let scales = self.numbers(rows)?;
        let bytes = self.0.bytes(rows * columns)?;
        let rows = scales.iter().zip(bytes.chunks_exact(columns));
        Ok(rows
            .flat_map(|(scale, row)| row.iter().map(move |byte| scale * f32::from(*byte as i8)))
            .collect())
    }

    fn pieces(&mut self, _: &str, rows: usize, columns: usize) -> Result<Pieces, EmbeddingError> {
        let scales = self.numbers(rows)?;
        let values = self.0.bytes(rows * columns)?.iter().map(|byte| *byte as i8).collect();
        Ok(Pieces::Bytes { scales, values })
    }
}

impl<'a> Recorder<'a> {
    pub(super) fn of(weights: Weights<'a>) -> Self {
        Self { weights, body: Vec::new() }
    }

    /// What was asked for, as a file.
    pub(super) fn into_file(self) -> Vec<u8> {
        let hash = Hash::of(&self.body);
        [&MAGIC[..], &VERSION.to_le_bytes(), hash.as_bytes(), &self.body].concat()
    }
}

impl Tensors for Recorder<'_> {
    fn floats(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, EmbeddingError> {
        let values = self.weights.floats(name, shape)?;
        self.body.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        Ok(values)
    }

    fn matrix(
        &mut self,
        name: &str,
        rows: usize,
        columns: usize,
    ) -> Result<Vec<f32>, EmbeddingError> {
        let values = self.weights.floats(name, &[rows, columns])?;
        let scale = |row: &[f32]| row.iter().fold(0f32, |most, it| most.max(it.abs())) / 127.0;
        let scales: Vec<f32> = values.chunks_exact(columns).map(scale).collect();
        self.body.extend(scales.iter().flat_map(|scale| scale.to_le_bytes()));
        for (row, scale) in values.chunks_exact(columns).zip(&scales) {
            let scale = scale.max(f32::MIN_POSITIVE);
            self.body.extend(row.iter().map(|value| (value / scale).round() as i8 as u8));
        }
        Ok(values)
    }

    fn pieces(
        &mut self,
        name: &str,
        rows: usize,
        columns: usize,
    ) -> Result<Pieces, EmbeddingError> {
        self.matrix(name, rows, columns)?;
        self.weights.pieces(name, rows, columns)
    }
}
