//! Large values in frames on the ordered, reliable `bulk` channel.
//!
//! A value is cut into frames of at most 64 KiB, sent one after the other. Each frame starts with eight bytes: how long
//! the value is and where this frame stands in it, both little-endian `u32`.

use crate::{DecodeError, limits};

const HEADER_BYTES: usize = 8;
const PAYLOAD_BYTES_MAX: usize = limits::BULK_FRAME_BYTES_MAX - HEADER_BYTES;

/// A value on its way out, handed over frame by frame.
#[derive(Debug, Clone)]
pub struct Outgoing {
    value: Vec<u8>,
    sent_bytes: usize,
}

impl Outgoing {
    /// Starts to send `value`.
    ///
    /// # Errors
    /// [`DecodeError::TooLarge`] if no receiver would take it.
    pub fn new(value: Vec<u8>) -> Result<Self, DecodeError> {
        check_size(value.len(), limits::BULK_VALUE_BYTES_MAX)?;
        Ok(Self { value, sent_bytes: 0 })
    }

    /// The next frame; `None` once all have been handed over. An empty value has no frame.
    pub fn next_frame(&mut self) -> Option<Vec<u8>> {
        let rest = &self.value[self.sent_bytes..];
        if rest.is_empty() {
            return None;
        }
        let payload = &rest[..rest.len().min(PAYLOAD_BYTES_MAX)];
        let mut frame = Vec::with_capacity(HEADER_BYTES + payload.len());
        frame.extend_from_slice(&(self.value.len() as u32).to_le_bytes());
        frame.extend_from_slice(&(self.sent_bytes as u32).to_le_bytes());
        frame.extend_from_slice(payload);
        self.sent_bytes += payload.len();
        Some(frame)
    }

    /// Bytes of the value that have not been handed over.
    pub fn remaining_bytes(&self) -> usize {
        self.value.len() - self.sent_bytes
    }
}

/// Puts the values of one channel together again. Holds at most one unfinished value.
#[derive(Debug, Clone, Default)]
pub struct Incoming {
    value: Vec<u8>,
    total_bytes: usize,
}

impl Incoming {
    /// Whether a value has begun to arrive.
    pub fn is_under_way(&self) -> bool {
        !self.value.is_empty()
    }

    /// Takes one frame; returns the value that it completes. Memory grows with what has arrived, not with what was
    /// announced. After an error the channel cannot be trusted any more and must be closed.
    ///
    /// # Errors
    /// [`DecodeError`] if the frame is malformed, out of order, or announces more than `limit_bytes`.
    pub fn accept(
        &mut self,
        frame: &[u8],
        limit_bytes: usize,
    ) -> Result<Option<Vec<u8>>, DecodeError> {
        let malformed = DecodeError::Malformed { what: "bulk frame", size_bytes: frame.len() };
        if frame.len() > limits::BULK_FRAME_BYTES_MAX {
            return Err(DecodeError::TooLarge {
                what: "bulk frame",
                size_bytes: frame.len(),
                limit_bytes: limits::BULK_FRAME_BYTES_MAX,
            });
        }
        let Some((header, payload)) = frame.split_first_chunk::<HEADER_BYTES>() else {
            return Err(malformed);
        };
        let [a, b, c, d, e, f, g, h] = *header;
        let total_bytes = u32::from_le_bytes([a, b, c, d]) as usize;
        let offset_bytes = u32::from_le_bytes([e, f, g, h]) as usize;
        if self.value.is_empty() {
            check_size(total_bytes, limit_bytes.min(limits::BULK_VALUE_BYTES_MAX))?;
            self.total_bytes = total_bytes;
        }
        let expected = total_bytes == self.total_bytes && offset_bytes == self.value.len();
        if !expected || payload.is_empty() || payload.len() > total_bytes - offset_bytes {
            return Err(malformed);
        }
        self.value.extend_from_slice(payload);
        Ok((self.value.len() == self.total_bytes).then(|| std::mem::take(&mut self.value)))
    }

    /// Bytes of the unfinished value that have arrived, and how many it will have.
    pub fn progress_bytes(&self) -> (usize, usize) {
        (self.value.len(), if self.value.is_empty() { 0 } else { self.total_bytes })
    }
}

fn check_size(size_bytes: usize, limit_bytes: usize) -> Result<(), DecodeError> {
    if size_bytes > limit_bytes {
        return Err(DecodeError::TooLarge { what: "bulk value", size_bytes, limit_bytes });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frames(value: Vec<u8>) -> Vec<Vec<u8>> {
        let mut outgoing = Outgoing::new(value).unwrap();
        std::iter::from_fn(|| outgoing.next_frame()).collect()
    }

    #[test]
    fn a_lost_or_repeated_frame_is_an_error() {
        let frames = frames(vec![1; 200_000]);
        let mut incoming = Incoming::default();
        assert_eq!(incoming.accept(&frames[0], usize::MAX), Ok(None));
        assert!(incoming.clone().accept(&frames[0], usize::MAX).is_err());
        assert!(incoming.accept(&frames[2], usize::MAX).is_err());
    }

    #[test]
    fn an_announced_size_over_the_limit_is_refused_at_the_first_frame() {
        let frames = frames(vec![1; 200_000]);
        assert!(matches!(
            Incoming::default().accept(&frames[0], 199_999),
            Err(DecodeError::TooLarge { size_bytes: 200_000, limit_bytes: 199_999, .. })
        ));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn values_arrive_whole_and_in_order(sizes in prop::collection::vec(1usize..200_000, 1..4)) {
            let mut incoming = Incoming::default();
            for (i, size) in sizes.into_iter().enumerate() {
                let value = vec![i as u8; size];
                let mut arrived = None;
                for frame in frames(value.clone()) {
                    prop_assert!(frame.len() <= limits::BULK_FRAME_BYTES_MAX);
                    arrived = incoming.accept(&frame, usize::MAX).unwrap();
                }
                prop_assert_eq!(arrived, Some(value));
            }
        }

        #[test]
        fn any_bytes_are_answered_without_a_panic(
            inputs in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..64), 0..8),
        ) {
            let mut incoming = Incoming::default();
            for bytes in inputs {
                let _ = incoming.accept(&bytes, 1 << 20);
            }
        }
    }
}
