//! A secret key's endless stream of bits: ChaCha20 (RFC 8439) with a nonce of zeros, so that a key is good for one stream.

use chacha20::{
    ChaCha20,
    cipher::{KeyIvInit, StreamCipher},
};
use core::fmt;

/// Several blocks of the cipher at a time, so that it can work on them side by side.
const BUFFER_BYTES: usize = 512;

/// Bits that nobody can tell from chance without the key. A key is used for one stream, and a stream for one purpose.
pub struct Stream {
    cipher: ChaCha20,
    buffer: [u8; BUFFER_BYTES],
    used: usize,
}

impl Stream {
    /// The stream of a key, which comes from a secure generator or was derived from one.
    pub fn new(key: [u8; 32]) -> Self {
        let cipher = ChaCha20::new(&key.into(), &[0; 12].into());
        Self { cipher, buffer: [0; BUFFER_BYTES], used: BUFFER_BYTES }
    }

    /// The next 32 bits.
    pub fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }

    /// The next 32 bytes, such as a key of their own.
    pub fn next_key(&mut self) -> [u8; 32] {
        self.take()
    }

    /// A number below `bound`, each equally likely. Numbers that would make some likelier are drawn again.
    ///
    /// # Panics
    /// If the bound is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "no number is below 0");
        let surplus = (u64::MAX % bound + 1) % bound;
        loop {
            let drawn = self.next_u64();
            if drawn <= u64::MAX - surplus {
                return drawn % bound;
            }
        }
    }

    /// The next bytes, as many as the array has; if the buffer has fewer left, those are skipped.
    pub(crate) fn take<const N: usize>(&mut self) -> [u8; N] {
        if BUFFER_BYTES - self.used < N {
            self.buffer = [0; BUFFER_BYTES];
            self.cipher.apply_keystream(&mut self.buffer);
            self.used = 0;
        }
        let mut taken = [0; N];
        taken.copy_from_slice(&self.buffer[self.used..self.used + N]);
        self.used += N;
        taken
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stream")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8439, appendix A.1, test vector 1: all zeros.
    #[test]
    fn the_stream_is_the_cipher_of_the_standard() {
        let mut stream = Stream::new([0; 32]);
        assert_eq!(stream.take(), [0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90]);
    }

    #[test]
    fn numbers_below_a_bound_are_equally_likely() {
        let mut stream = Stream::new([7; 32]);
        let mut seen = [0u32; 3];
        (0..30_000).for_each(|_| seen[stream.below(3) as usize] += 1);
        assert!(seen.iter().all(|count| (9_700..10_300).contains(count)), "{seen:?}");
    }
}
