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

/// Excel's first line `sep=;`, if there is one, and what comes behind it.
pub(super) fn without_directive(bytes: &[u8]) -> (Option<Separator>, &[u8]) {
    let told = bytes.strip_prefix(b"sep=").and_then(|rest| {
        let (byte, rest) = rest.split_first()?;
        let rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n"))?;
        Some((Separator::ALL.into_iter().find(|separator| separator.byte() == *byte)?, rest))
    });
    told.map_or((None, bytes), |(separator, rest)| (Some(separator), rest))
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
    separator: Separator,
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
        Self { reader, separator, all, read: 0, cell: vec![0; CELL_BYTES_MAX].into_boxed_slice() }
    }

    pub(super) fn next_cell(&mut self) -> Result<Option<Cell<'_>>, SheetError> {
        let (mut written, start) = (0, self.read);
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
                    self.check_quotes(start)?;
                    return Ok(Some(Cell { bytes: &self.cell[..written], is_last: record_end }));
                }
                ReadFieldResult::End => return Ok(None),
            }
        }
    }

    /// Whether the cell that began at `start`, if it stands in quotes, ends where they are closed. The reader takes
    /// anything, and a stray quote would swallow rows.
    fn check_quotes(&self, start: usize) -> Result<(), SheetError> {
        let raw = &self.all[start..self.read];
        let empty_lines = raw.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let Some(mut rest) = raw[empty_lines..].strip_prefix(b"\"") else { return Ok(()) };
        while let Some(quote) = rest.iter().position(|byte| *byte == b'"') {
            rest = &rest[quote + 1..];
            let Some(behind) = rest.strip_prefix(b"\"") else {
                let behind = rest.iter().find(|byte| **byte != b' ');
                let is_end =
                    |byte: &u8| matches!(byte, b'\r' | b'\n') || *byte == self.separator.byte();
                return if behind.is_none_or(is_end) {
                    Ok(())
                } else {
                    Err(self.stray_quote(start))
                };
            };
            rest = behind;
        }
        Err(self.stray_quote(start))
    }

    fn stray_quote(&self, start: usize) -> SheetError {
        let empty = self.all[start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        SheetError::Quote { line: 1 + newlines(&self.all[..start + empty.count()]) }
    }

    /// The line on which the last cell ended, from 1.
    fn line(&self) -> usize {
        1 + newlines(self.all[..self.read].trim_ascii_end())
    }
}

/// Ends of lines: line feeds, and carriage returns without one behind them.
fn newlines(bytes: &[u8]) -> usize {
    let is_end = |(place, byte): &(usize, &u8)| match byte {
        b'\n' => true,
        b'\r' => bytes.get(place + 1) != Some(&b'\n'),
        _ => false,
    };
    bytes.iter().enumerate().filter(is_end).count()
}
