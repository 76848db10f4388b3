//! Writing: one order, so that one model is one file, bit for bit.

use super::{HEADER_BYTES_MAX, HEADER_START};
use crate::error::ExportError;
use neural::bytes::Writer;
use serde_json::json;

/// Collects a header and the bytes behind it.
#[derive(Debug, Default)]
pub(crate) struct TensorWriter {
    entries: Vec<String>,
    data: Writer,
}

impl TensorWriter {
    /// Adds a tensor of `F32` numbers; the shape says how many.
    pub(crate) fn tensor(&mut self, name: &str, shape: &[usize], numbers: &[f32]) {
        debug_assert_eq!(shape.iter().product::<usize>(), numbers.len(), "{name}");
        let begin = self.data.written().len();
        self.data.floats(numbers);
        let end = self.data.written().len();
        let entry = json!({ "dtype": "F32", "shape": shape, "data_offsets": [begin, end] });
        self.entries.push(format!("{}:{entry}", json!(name)));
    }

    /// The file, with these texts as metadata.
    pub(crate) fn finish(self, metadata: &[(&str, String)]) -> Result<Vec<u8>, ExportError> {
        let texts: Vec<_> = metadata
            .iter()
            .map(|(name, text)| format!("{}:{}", json!(name), json!(text)))
            .collect();
        let metadata = format!("\"__metadata__\":{{{}}}", texts.join(","));
        let entries = [vec![metadata], self.entries].concat();
        let mut header = format!("{{{}}}", entries.join(","));
        // Numbers then lie where a program that maps the file into memory can use them as they are.
        while !header.len().is_multiple_of(HEADER_START) {
            header.push(' ');
        }
        if header.len() > HEADER_BYTES_MAX {
            return Err(ExportError::Header { header_bytes: header.len() });
        }
        let mut file = Writer::new();
        file.u64(header.len() as u64);
        file.bytes(header.as_bytes());
        file.bytes(self.data.written());
        Ok(file.finish())
    }
}
