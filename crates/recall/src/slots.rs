//! One log in two files, so that another takes its place as a whole or not at all.
//!
//! A file begins with a number and its complement, eight bytes each, and the log is behind them. The file with the higher number
//! counts. Another log is written to the other file, number last, and then the first is emptied: what was forgotten lies nowhere.
//! An empty file is as long as the one that counts, and all zeros: so what the browser grants is enough for another log, and
//! where its storage is full, something can still be forgotten.

use wasm_bindgen::JsValue;
use web_sys::{FileSystemReadWriteOptions, FileSystemSyncAccessHandle};

pub(crate) const HEADER_BYTES: usize = 16;

/// By how much the empty file is longer than it has to be, so that it need not grow with every entry.
const AHEAD_BYTES: u64 = 64 << 10;

/// What is said where nothing more fits.
pub(crate) const FULL: &str = "the browser's storage for this site is full: forget some memories, or free some space on this \
    device";

pub(crate) struct Slots {
    files: [FileSystemSyncAccessHandle; 2],
    /// The one that counts.
    current: usize,
    number: u64,
}

impl Slots {
    pub(crate) fn new(files: [FileSystemSyncAccessHandle; 2]) -> Result<Self, JsValue> {
        let numbers = [number(&files[0])?, number(&files[1])?];
        let current = usize::from(numbers[1] > numbers[0]);
        let mut slots = Self { files, current, number: numbers[current] };
        if slots.number == 0 {
            slots.replace(&[])?;
        } else {
            slots.empty_other()?;
            // One that had no such place before does without, where there is none to be had.
            let size_bytes = slots.file().get_size()? as u64;
            let _ = slots.keep_place(size_bytes);
        }
        Ok(slots)
    }

    pub(crate) fn read(&mut self) -> Result<Vec<u8>, JsValue> {
        let size_bytes = self.file().get_size()? as usize;
        let mut bytes = vec![0; size_bytes.saturating_sub(HEADER_BYTES)];
        let read =
            self.file().read_with_u8_array_and_options(&mut bytes, &at(HEADER_BYTES as u64))?;
        bytes.truncate(read as usize);
        Ok(bytes)
    }

    pub(crate) fn cut(&mut self, bytes: u64) -> Result<(), JsValue> {
        self.file().truncate_with_f64((HEADER_BYTES as u64 + bytes) as f64)?;
        self.file().flush()
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        let end = self.file().get_size()? as u64;
        self.keep_place(end + bytes.len() as u64)?;
        let written = write(self.file(), bytes, end).and_then(|()| self.file().flush());
        if written.is_err() {
            // What comes next must not come behind a part of this.
            self.file().truncate_with_f64(end as f64)?;
        }
        written
    }

    pub(crate) fn replace(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        let other = &self.files[1 - self.current];
        // The place that was kept is written over. What is behind the new log belongs to nothing.
        write(other, &[0; HEADER_BYTES], 0)?;
        write(other, bytes, HEADER_BYTES as u64)?;
        other.truncate_with_f64((HEADER_BYTES + bytes.len()) as f64)?;
        other.flush()?;
        let number = self.number + 1;
        write(other, &[number.to_le_bytes(), (!number).to_le_bytes()].concat(), 0)?;
        other.flush()?;
        self.current = 1 - self.current;
        self.number = number;
        self.empty_other()?;
        // It is shorter than the one before, unless much has come at once.
        let _ = self.keep_place((HEADER_BYTES + bytes.len()) as u64);
        Ok(())
    }

    /// Lets go of the files.
    pub(crate) fn close(self) {
        self.files.iter().for_each(FileSystemSyncAccessHandle::close);
    }

    fn empty_other(&mut self) -> Result<(), JsValue> {
        let other = &self.files[1 - self.current];
        other.truncate_with_u32(0)?;
        other.flush()
    }

    /// Has the empty file be so long at least.
    fn keep_place(&mut self, size_bytes: u64) -> Result<(), JsValue> {
        let other = &self.files[1 - self.current];
        if (other.get_size()? as u64) < size_bytes {
            let ahead = other.truncate_with_f64((size_bytes + AHEAD_BYTES) as f64);
            return ahead.or_else(|_| other.truncate_with_f64(size_bytes as f64));
        }
        Ok(())
    }

    fn file(&self) -> &FileSystemSyncAccessHandle {
        &self.files[self.current]
    }
}

/// A file's number; 0 if it has none, or was cut short.
fn number(file: &FileSystemSyncAccessHandle) -> Result<u64, JsValue> {
    let mut header = [0; HEADER_BYTES];
    let read = file.read_with_u8_array_and_options(&mut header, &at(0))? as usize;
    Ok(number_in(&header[..read.min(HEADER_BYTES)]))
}

/// The same of a file that is here.
pub(crate) fn number_in(file: &[u8]) -> u64 {
    let Some((number, rest)) = file.split_first_chunk() else { return 0 };
    let Some(complement) = rest.first_chunk() else { return 0 };
    let (number, complement) = (u64::from_le_bytes(*number), u64::from_le_bytes(*complement));
    if number == !complement { number } else { 0 }
}

/// All of the bytes, or an error: a full disk may take some of them.
pub(crate) fn write(
    file: &FileSystemSyncAccessHandle,
    bytes: &[u8],
    place: u64,
) -> Result<(), JsValue> {
    if bytes.is_empty() {
        return Ok(());
    }
    let written = file.write_with_u8_array_and_options(bytes, &at(place))?;
    match written as usize == bytes.len() {
        true => Ok(()),
        false => Err(FULL.into()),
    }
}

fn at(place: u64) -> FileSystemReadWriteOptions {
    let options = FileSystemReadWriteOptions::new();
    options.set_at(place as f64);
    options
}
