//! Content into a file.

use crate::{
    content::Content,
    error::SealError,
    head::{Cost, Entropy, Head},
    limits::{CHUNK_BYTES, PASSPHRASE_BYTES_MAX, PASSPHRASE_CHARS_MIN},
    stream::{Place, Stream},
};

/// Writes a file, piece by piece.
pub struct Sealer {
    stream: Stream,
    /// What is not a whole chunk yet.
    waiting: Vec<u8>,
    left_bytes: u64,
}

impl Sealer {
    /// For content of so many bytes. Gives the file's first bytes, too.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn new(
        passphrase: &str,
        content_bytes: u64,
        entropy: &Entropy,
        cost: Cost,
    ) -> Result<(Self, Vec<u8>), SealError> {
        let chars = passphrase.chars().count();
        if chars < PASSPHRASE_CHARS_MIN {
            return Err(SealError::ShortPassphrase { chars });
        }
        if passphrase.len() > PASSPHRASE_BYTES_MAX {
            return Err(SealError::LongPassphrase { size_bytes: passphrase.len() });
        }
        let head = Head { cost, content_bytes, entropy: *entropy };
        let memory_kib = cost.memory_kib;
        let mut stream =
            Stream::new(&head, passphrase).map_err(|_| SealError::OutOfMemory { memory_kib })?;
        let first = [&head.encode()[..], &stream.seal(Place::Mark, &[])].concat();
        Ok((Self { stream, waiting: Vec::new(), left_bytes: content_bytes }, first))
    }

    /// The next bytes of the content; whole chunks are put behind `file`.
    ///
    /// # Panics
    /// If there are more than were announced.
    pub fn push(&mut self, mut content: &[u8], file: &mut Vec<u8>) {
        self.left_bytes = self
            .left_bytes
            .checked_sub(content.len() as u64)
            .expect("content is as long as it was said to be");
        while !content.is_empty() {
            let taken = content.len().min(CHUNK_BYTES - self.waiting.len());
            let (now, later) = content.split_at(taken);
            self.waiting.extend(now);
            content = later;
            if self.waiting.len() == CHUNK_BYTES {
                file.extend(self.stream.seal(Place::Inner, &self.waiting));
                self.waiting.clear();
            }
        }
    }

    /// The file's last bytes.
    ///
    /// # Panics
    /// If content is missing.
    pub fn finish(mut self) -> Vec<u8> {
        assert_eq!(self.left_bytes, 0, "content is as long as it was said to be");
        self.stream.seal(Place::Last, &self.waiting)
    }
}

/// All of it at once.
///
/// # Errors
/// [`SealError`].
pub fn seal(
    content: &Content,
    passphrase: &str,
    entropy: &Entropy,
    cost: Cost,
) -> Result<Vec<u8>, SealError> {
    let (mut sealer, mut file) = Sealer::new(passphrase, content.check()?, entropy, cost)?;
    content.write(|bytes| sealer.push(bytes, &mut file));
    file.extend(sealer.finish());
    Ok(file)
}
