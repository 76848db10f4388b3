//! Little-endian reading and writing of numbers; reading never panics and never allocates more than it was given.

/// Bytes that end too early, or hold a number that is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are damaged")]
pub struct Damaged;

/// Takes numbers off the front of a byte string.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// From the first byte on.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Bytes not yet read.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// [`Damaged`] if there are fewer.
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], Damaged> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Damaged)?;
        self.rest = rest;
        Ok(taken)
    }

    /// The next bytes, as many as the array has.
    ///
    /// # Errors
    /// [`Damaged`] if there are fewer.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Damaged)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// The next byte.
    ///
    /// # Errors
    /// [`Damaged`] at the end.
    pub fn u8(&mut self) -> Result<u8, Damaged> {
        self.array().map(u8::from_le_bytes)
    }

    /// The next whole number of two bytes.
    ///
    /// # Errors
    /// [`Damaged`] at the end.
    pub fn u16(&mut self) -> Result<u16, Damaged> {
        self.array().map(u16::from_le_bytes)
    }

    /// The next whole number of four bytes.
    ///
    /// # Errors
    /// [`Damaged`] at the end.
    pub fn u32(&mut self) -> Result<u32, Damaged> {
        self.array().map(u32::from_le_bytes)
    }

    /// The next whole number of eight bytes.
    ///
    /// # Errors
    /// [`Damaged`] at the end.
    pub fn u64(&mut self) -> Result<u64, Damaged> {
        self.array().map(u64::from_le_bytes)
    }

    /// The next number, finite and of a magnitude of at most `magnitude_max`.
    ///
    /// # Errors
    /// [`Damaged`] at the end, or if it is anything else.
    pub fn f32(&mut self, magnitude_max: f32) -> Result<f32, Damaged> {
        let value = f32::from_le_bytes(self.array()?);
        let allowed = value.is_finite() && value.abs() <= magnitude_max;
        allowed.then_some(value).ok_or(Damaged)
    }

    /// The next `count` numbers, each finite and of a magnitude of at most `magnitude_max`.
    ///
    /// # Errors
    /// [`Damaged`] if there are fewer (checked before memory is taken), or one is anything else.
    pub fn floats(&mut self, count: usize, magnitude_max: f32) -> Result<Vec<f32>, Damaged> {
        let size_bytes = count.checked_mul(4).ok_or(Damaged)?;
        let mut numbers = Reader::new(self.bytes(size_bytes)?);
        (0..count).map(|_| numbers.f32(magnitude_max)).collect()
    }
}

/// Lays numbers end to end.
#[derive(Debug, Clone, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes room for so many bytes more.
    pub fn reserve(&mut self, size_bytes: usize) {
        self.bytes.reserve(size_bytes);
    }

    /// Adds bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Adds one byte.
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Adds a whole number of two bytes.
    pub fn u16(&mut self, value: u16) {
        self.bytes(&value.to_le_bytes());
    }

    /// Adds a whole number of four bytes.
    pub fn u32(&mut self, value: u32) {
        self.bytes(&value.to_le_bytes());
    }

    /// Adds a whole number of eight bytes.
    pub fn u64(&mut self, value: u64) {
        self.bytes(&value.to_le_bytes());
    }

    /// Adds numbers, four bytes each.
    pub fn floats(&mut self, values: &[f32]) {
        let start = self.bytes.len();
        self.bytes.resize(start + values.len() * 4, 0);
        for (bytes, value) in self.bytes[start..].chunks_exact_mut(4).zip(values) {
            bytes.copy_from_slice(&value.to_le_bytes());
        }
    }

    /// What was written so far.
    pub fn written(&self) -> &[u8] {
        &self.bytes
    }

    /// The byte string.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}
