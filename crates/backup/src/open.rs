//! A file into content.

use crate::{
    content::Content,
    error::OpenError,
    head::{HEAD_BYTES, Head},
    limits::CHUNK_BYTES,
    stream::{Place, Stream, TAG_BYTES},
};

const SEALED_BYTES: usize = CHUNK_BYTES + TAG_BYTES;

/// Reads a file, piece by piece. What it gives before the end has come is as it was written, and may not be all.
pub struct Opener {
    head: Head,
    stream: Stream,
    /// What is not a whole chunk yet.
    waiting: Vec<u8>,
    read_bytes: u64,
    content: Vec<u8>,
    is_over: bool,
}

/// Bytes of a file that must be there before anything is known of it.
pub const BEGINNING_BYTES: usize = HEAD_BYTES + TAG_BYTES;

impl Opener {
    /// With the first [`BEGINNING_BYTES`] of a file of `file_bytes`, or all if there are fewer; they are not to be pushed again.
    ///
    /// # Errors
    /// [`OpenError`]: also of a file whose length cannot be right, before any work is done for it.
    pub fn new(beginning: &[u8], file_bytes: u64, passphrase: &str) -> Result<Self, OpenError> {
        let head = Head::decode(beginning)?;
        let expected_bytes = head.file_bytes();
        if file_bytes < expected_bytes {
            return Err(OpenError::CutOff { found_bytes: file_bytes, expected_bytes });
        }
        if file_bytes > expected_bytes {
            return Err(OpenError::Damaged { near_byte: expected_bytes });
        }
        let mark = beginning
            .get(HEAD_BYTES..BEGINNING_BYTES)
            .ok_or(OpenError::CutOff { found_bytes: beginning.len() as u64, expected_bytes })?;
        let memory_kib = head.cost.memory_kib;
        let mut stream =
            Stream::new(&head, passphrase).map_err(|_| OpenError::OutOfMemory { memory_kib })?;
        stream.open(Place::Mark, mark).ok_or(OpenError::WrongPassphrase)?;
        Ok(Self {
            head,
            stream,
            waiting: Vec::new(),
            read_bytes: BEGINNING_BYTES as u64,
            content: Vec::new(),
            is_over: false,
        })
    }

    /// The next bytes of the file.
    ///
    /// # Errors
    /// [`OpenError::Damaged`].
    pub fn push(&mut self, mut file: &[u8]) -> Result<(), OpenError> {
        while !file.is_empty() {
            if self.is_over {
                return Err(OpenError::Damaged { near_byte: self.read_bytes });
            }
            let taken = file.len().min(self.chunk_bytes() - self.waiting.len());
            let (now, later) = file.split_at(taken);
            self.waiting.extend(now);
            file = later;
            if self.waiting.len() == self.chunk_bytes() {
                self.take_chunk()?;
            }
        }
        Ok(())
    }

    /// All of the content, once all of the file was pushed.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn finish(self) -> Result<Content, OpenError> {
        if !self.is_over {
            let found_bytes = self.read_bytes + self.waiting.len() as u64;
            return Err(OpenError::CutOff { found_bytes, expected_bytes: self.head.file_bytes() });
        }
        Content::read(&self.content)
    }

    /// Bytes of the next chunk: of all but the last one the same.
    fn chunk_bytes(&self) -> usize {
        let left = self.head.content_bytes - self.content.len() as u64;
        left.min(CHUNK_BYTES as u64) as usize + TAG_BYTES
    }

    fn take_chunk(&mut self) -> Result<(), OpenError> {
        let is_last = self.waiting.len() < SEALED_BYTES;
        let place = if is_last { Place::Last } else { Place::Inner };
        let opened = self.stream.open(place, &self.waiting);
        self.content.extend(opened.ok_or(OpenError::Damaged { near_byte: self.read_bytes })?);
        self.read_bytes += self.waiting.len() as u64;
        self.waiting.clear();
        self.is_over = is_last;
        Ok(())
    }
}

/// All of it at once.
///
/// # Errors
/// [`OpenError`].
pub fn open(file: &[u8], passphrase: &str) -> Result<Content, OpenError> {
    let (beginning, rest) = file.split_at(file.len().min(BEGINNING_BYTES));
    let mut opener = Opener::new(beginning, file.len() as u64, passphrase)?;
    opener.push(rest)?;
    opener.finish()
}
