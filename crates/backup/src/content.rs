//! What a device has, and the bytes that say so.
//!
//! Each part is its kind (one byte), the length of its name (two) and of its value (four), the name, and the value; numbers lie
//! with their lowest byte first. Nothing marks the end: the file does.

use crate::{
    error::{OpenError, SealError},
    limits::{CONTENT_BYTES_MAX, KEY_BYTES_MAX, RECORDS_MAX, SETTING_BYTES_MAX, SETTINGS_MAX},
};

const PART_BYTES: usize = 1 + 2 + 4;
const RECORD: u8 = 1;
const LOG: u8 = 2;
const SETTING: u8 = 3;

/// All that a device has.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Content {
    /// Records by their keys: identity, networks, rows, messages, and whatever else is stored so.
    pub records: Vec<(String, Vec<u8>)>,
    /// What the device remembers, as its log.
    pub log: Vec<u8>,
    /// What the page was asked to keep.
    pub settings: Vec<(String, String)>,
}

impl Content {
    /// How many bytes [`Self::write`] gives.
    ///
    /// # Errors
    /// [`SealError::TooLarge`].
    pub fn check(&self) -> Result<u64, SealError> {
        check("records", self.records.len(), RECORDS_MAX)?;
        check("settings", self.settings.len(), SETTINGS_MAX)?;
        let mut all = (PART_BYTES + self.log.len()) as u64;
        for (key, value) in &self.records {
            check("a record’s key", key.len(), KEY_BYTES_MAX)?;
            all += (PART_BYTES + key.len() + value.len()) as u64;
        }
        for (key, value) in &self.settings {
            check("a setting’s name", key.len(), KEY_BYTES_MAX)?;
            check("a setting", value.len(), SETTING_BYTES_MAX)?;
            all += (PART_BYTES + key.len() + value.len()) as u64;
        }
        match all <= CONTENT_BYTES_MAX {
            true => Ok(all),
            false => {
                let (what, size, most) = ("bytes", all, CONTENT_BYTES_MAX);
                Err(SealError::TooLarge { what, size, most })
            }
        }
    }

    /// Gives all bytes in order, in pieces.
    pub fn write(&self, mut to: impl FnMut(&[u8])) {
        let mut part = |kind: u8, name: &str, value: &[u8]| {
            let lengths = ((name.len() as u16).to_le_bytes(), (value.len() as u32).to_le_bytes());
            to(&[&[kind][..], &lengths.0, &lengths.1].concat());
            to(name.as_bytes());
            to(value);
        };
        self.records.iter().for_each(|(key, value)| part(RECORD, key, value));
        self.settings.iter().for_each(|(key, value)| part(SETTING, key, value.as_bytes()));
        part(LOG, "", &self.log);
    }

    /// Reads what [`Self::write`] has given.
    ///
    /// # Errors
    /// [`OpenError::Content`].
    pub fn read(mut bytes: &[u8]) -> Result<Self, OpenError> {
        let unknown = |what| OpenError::Content { what };
        let mut content = Self::default();
        let mut has_log = false;
        while !bytes.is_empty() {
            let (kind, name, value, rest) =
                next(bytes).ok_or(unknown("a part that is not whole"))?;
            bytes = rest;
            let name = core::str::from_utf8(name).map_err(|_| unknown("a name that is no text"))?;
            if name.len() > KEY_BYTES_MAX {
                return Err(unknown("a name that is too long"));
            }
            match kind {
                RECORD if content.records.len() < RECORDS_MAX => {
                    content.records.push((name.to_owned(), value.to_vec()));
                }
                SETTING
                    if content.settings.len() < SETTINGS_MAX
                        && value.len() <= SETTING_BYTES_MAX =>
                {
                    let value = core::str::from_utf8(value);
                    let value = value.map_err(|_| unknown("a setting that is no text"))?;
                    content.settings.push((name.to_owned(), value.to_owned()));
                }
                LOG if !has_log && name.is_empty() => {
                    content.log = value.to_vec();
                    has_log = true;
                }
                _ => return Err(unknown("a part of an unknown kind, or one too many")),
            }
        }
        match has_log {
            true => Ok(content),
            false => Err(unknown("no log")),
        }
    }
}

/// What a device has is nobody's business.
impl core::fmt::Debug for Content {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Content of {} records and a log of {} bytes", self.records.len(), self.log.len())
    }
}

type Part<'a> = (u8, &'a [u8], &'a [u8], &'a [u8]);

fn next(bytes: &[u8]) -> Option<Part<'_>> {
    let (kind, rest) = bytes.split_first()?;
    let (name, rest) = rest.split_first_chunk()?;
    let (value, rest) = rest.split_first_chunk()?;
    let (name, rest) = rest.split_at_checked(u16::from_le_bytes(*name).into())?;
    let (value, rest) = rest.split_at_checked(u32::from_le_bytes(*value) as usize)?;
    Some((*kind, name, value, rest))
}

fn check(what: &'static str, size: usize, most: usize) -> Result<(), SealError> {
    match size <= most {
        true => Ok(()),
        false => Err(SealError::TooLarge { what, size: size as u64, most: most as u64 }),
    }
}
