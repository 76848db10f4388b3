//! Data sets as files: a header, grey levels, labels.
//!
//! Little-endian: the magic `PCDS`, the version (u16, 1), inputs, classes and rows (u32 each), then `rows * inputs`
//! grey levels (u8, 255 stands for 1), then `rows` labels (u8).

use super::{Dataset, InvalidDataset, Values};
use crate::bytes::{Damaged, Reader, Writer};

const MAGIC: [u8; 4] = *b"PCDS";
const VERSION: u16 = 1;
const HEADER_BYTES: u64 = 4 + 2 + 3 * 4;

/// A data set that has no file, or a file that has no data set.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetFileError {
    /// Not such a file, or of another version.
    #[error("{size_bytes} bytes that do not begin like a data set of version {VERSION}")]
    Unknown {
        /// How many.
        size_bytes: usize,
    },
    /// Cut short, or with bytes to spare.
    #[error("{size_bytes} bytes, where a data set of {rows} rows of {inputs} has {expected_bytes}")]
    Size {
        /// How many.
        size_bytes: usize,
        /// How many there should be.
        expected_bytes: u64,
        /// Rows that the header promises.
        rows: u32,
        /// Values in a row.
        inputs: u32,
    },
    /// A file of a data set that cannot be used.
    #[error(transparent)]
    Invalid(#[from] InvalidDataset),
    /// A data set that a file cannot hold.
    #[error("only data sets of grey levels and at most 256 classes have a file")]
    Unsupported,
}

impl Dataset {
    /// Writes a valid data set of grey levels as a file.
    ///
    /// # Errors
    /// [`DatasetFileError::Unsupported`] for other values or more than 256 classes.
    pub fn encode_file(&self) -> Result<Vec<u8>, DatasetFileError> {
        self.validate()?;
        let Values::Bytes(values) = &self.values else {
            return Err(DatasetFileError::Unsupported);
        };
        let labels: Result<Vec<u8>, _> =
            self.labels.iter().map(|label| u8::try_from(*label)).collect();
        let mut writer = Writer::new();
        writer.bytes(&MAGIC);
        writer.u16(VERSION);
        for size in [self.inputs, self.classes, self.labels.len() as u32] {
            writer.u32(size);
        }
        writer.bytes(values);
        writer.bytes(&labels.map_err(|_| DatasetFileError::Unsupported)?);
        Ok(writer.finish())
    }

    /// Reads a file. Memory is taken only once the length fits the header.
    ///
    /// # Errors
    /// [`DatasetFileError`] says what is wrong with the file.
    pub fn decode_file(bytes: &[u8]) -> Result<Self, DatasetFileError> {
        let size_bytes = bytes.len();
        let unknown = |Damaged| DatasetFileError::Unknown { size_bytes };
        let mut reader = Reader::new(bytes);
        let begins_well = reader.array() == Ok(MAGIC) && reader.u16() == Ok(VERSION);
        if !begins_well {
            return Err(DatasetFileError::Unknown { size_bytes });
        }
        let mut size = || reader.u32().map_err(unknown);
        let (inputs, classes, rows) = (size()?, size()?, size()?);
        let expected_bytes = (u64::from(rows) * u64::from(inputs))
            .saturating_add(u64::from(rows))
            .saturating_add(HEADER_BYTES);
        if size_bytes as u64 != expected_bytes {
            return Err(DatasetFileError::Size { size_bytes, expected_bytes, rows, inputs });
        }
        let labels_start = reader.remaining() - rows as usize;
        let values = reader.bytes(labels_start).map_err(unknown)?.to_vec();
        let labels = reader.bytes(rows as usize).map_err(unknown)?;
        let labels = labels.iter().map(|label| u16::from(*label)).collect();
        let dataset = Self { inputs, classes, values: Values::Bytes(values), labels };
        dataset.validate()?;
        Ok(dataset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dataset() -> Dataset {
        let values = Values::Bytes((0..12).collect());
        Dataset { inputs: 4, classes: 3, values, labels: vec![2, 0, 1] }
    }

    #[test]
    fn a_file_reads_back() {
        let file = dataset().encode_file().unwrap();
        assert_eq!(file.len() as u64, HEADER_BYTES + 12 + 3);
        assert_eq!(Dataset::decode_file(&file), Ok(dataset()));
    }

    #[test]
    fn a_damaged_file_is_refused() {
        let file = dataset().encode_file().unwrap();
        let decode = |bytes: &[u8]| Dataset::decode_file(bytes).unwrap_err();
        assert!(matches!(decode(&file[1..]), DatasetFileError::Unknown { .. }));
        assert!(matches!(decode(&file[..9]), DatasetFileError::Unknown { .. }));
        assert!(matches!(decode(&file[..file.len() - 1]), DatasetFileError::Size { .. }));
        let mut label = file.clone();
        *label.last_mut().unwrap() = 3;
        assert!(matches!(decode(&label), DatasetFileError::Invalid(_)));
        let mut huge = file;
        huge[6..18].fill(255);
        assert!(matches!(decode(&huge), DatasetFileError::Size { .. }));
    }

    #[test]
    fn numbers_beyond_grey_levels_have_no_file() {
        let values = Values::Floats(vec![0.5; 12]);
        let error = Dataset { values, ..dataset() }.encode_file();
        assert_eq!(error, Err(DatasetFileError::Unsupported));
    }
}
