//! From bytes to cells.

use super::{CELL_BYTES_MAX, CELLS_MAX, COLUMNS_MAX, FILE_BYTES_MAX, Separator, Sheet, SheetError};
use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

const BYTE_ORDER_MARK: &[u8] = &[0xef, 0xbb, 0xbf];

/// The file's text, without a byte order mark.
pub(super) fn text_of(file: &[u8]) -> Result<&[u8], SheetError> {
    if file.len() > FILE_BYTES_MAX {
        return Err(SheetError::FileSize { size_bytes: file.len() });
    }
    let bytes = file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(file);
    match core::str::from_utf8(bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => {
            let line = 1 + newlines(&bytes[..error.valid_up_to()]);
            Err(SheetError::NotText { line })
        }
    }
}

/// All cells of a text; the columns have no names yet.
pub(super) fn cells(bytes: &[u8], separator: Separator) -> Result<Sheet, SheetError> {
    let mut text = String::with_capacity(bytes.len());
    let mut ends: Vec<u32> = Vec::new();
    let mut columns = 0;
    let mut cells_in_row = 0;
    let mut cells = Cells::new(bytes, separator);
    while let Some(cell) = cells.next_cell()? {
        let words =
            core::str::from_utf8(cell.bytes).map_err(|_| SheetError::NotText { line: 1 })?;
        text.push_str(words.trim());
        ends.push(text.len() as u32);
        cells_in_row += 1;
        let is_last = cell.is_last;
        if columns == 0 && cells_in_row > COLUMNS_MAX {
            return Err(SheetError::Columns);
        }
        if ends.len() > CELLS_MAX {
            return Err(SheetError::Cells);
        }
        if is_last {
            if columns == 0 {
                columns = cells_in_row;
            }
            if cells_in_row != columns {
                let line = cells.line();
                return Err(SheetError::Ragged { line, cells: cells_in_row, columns, separator });
            }
            // One more for a header.
            if ends.len() / columns > neural::ROWS_MAX + 1 {
                return Err(SheetError::Rows);
            }
            cells_in_row = 0;
        }
    }
    if columns == 0 {
        return Err(SheetError::Empty);
    }
    let names = vec![String::new(); columns];
    Ok(Sheet { separator, has_header: false, names, text, ends })
}

/// Takes cells off the front of a text, in memory for one cell.
pub(super) struct Cells<'a> {
    reader: Reader,
    all: &'a [u8],
    read: usize,
    cell: Box<[u8]>,
}

pub(super) struct Cell<'a> {
    pub(super) bytes: &'a [u8],
    /// Whether its row ends with it.
    pub(super) is_last: bool,
}

impl<'a> Cells<'a> {
    pub(super) fn new(all: &'a [u8], separator: Separator) -> Self {
        let reader = ReaderBuilder::new().delimiter(separator.byte()).build();
        Self { reader, all, read: 0, cell: vec![0; CELL_BYTES_MAX].into_boxed_slice() }
    }

    pub(super) fn next_cell(&mut self) -> Result<Option<Cell<'_>>, SheetError> {
        let mut written = 0;
        loop {
            let (result, read, more) =
                self.reader.read_field(&self.all[self.read..], &mut self.cell[written..]);
            self.read += read;
            written += more;
            match result {
                // The reader is told of the end by being given nothing.
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::OutputFull => {
                    return Err(SheetError::CellSize { line: self.line() });
                }
                ReadFieldResult::Field { record_end } => {
                    return Ok(Some(Cell { bytes: &self.cell[..written], is_last: record_end }));
                }
                ReadFieldResult::End => return Ok(None),
            }
        }
    }

    /// The line on which the last cell ended, from 1.
    fn line(&self) -> usize {
        1 + newlines(self.all[..self.read].trim_ascii_end())
    }
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}
