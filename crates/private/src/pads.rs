//! Masks: what a secret that two members share (or one keeps to itself) becomes, one tensor after the other.
//!
//! A mask that is used twice gives away the difference of what it hides. So there is no way to ask for the mask of a tensor:
//! [`Pads`] belong to one secret in one group of one round, give one mask for each tensor in turn, and are used up by it.

use crate::{keys::derive, stream::Stream};
use units::Hash;
use zeroize::Zeroizing;

/// Which mask of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Of one member alone.
    Alone(usize),
    /// Of two members, the lower place first.
    Between(usize, usize),
}

/// The masks of one secret, each of which comes once. Not to be copied.
pub(crate) struct Pads {
    context: Hash,
    secret: Zeroizing<[u8; 32]>,
    purpose: Purpose,
    next_tensor: u32,
}

impl Pads {
    pub(crate) fn new(context: Hash, secret: Zeroizing<[u8; 32]>, purpose: Purpose) -> Self {
        Self { context, secret, purpose, next_tensor: 0 }
    }

    /// Puts a mask on every tensor, or takes it off: adds to (or subtracts from) the elements, modulo 2^32, of which the
    /// bits of the ring are what counts.
    pub(crate) fn apply(mut self, tensors: &[usize], elements: &mut [u32], bits: u8, adds: bool) {
        let mut rest = elements;
        for values in tensors {
            let (tensor, others) = rest.split_at_mut(*values);
            rest = others;
            let mut mask = self.next_mask(*values);
            // Half as many bits are enough for most rings.
            if bits <= 16 {
                add(tensor, adds, || u32::from(u16::from_le_bytes(mask.take())));
            } else {
                add(tensor, adds, || mask.next_u32());
            }
        }
    }

    fn next_mask(&mut self, values: usize) -> Stream {
        let (kind, low, high) = match self.purpose {
            Purpose::Alone(place) => (0u8, place, place),
            Purpose::Between(low, high) => (1, low, high),
        };
        let purpose = [kind, low as u8, high as u8];
        let number = self.next_tensor;
        self.next_tensor += 1;
        let info: [&[u8]; 4] =
            [b"mask", &purpose, &number.to_le_bytes(), &(values as u32).to_le_bytes()];
        Stream::new(derive(self.context, &*self.secret, &info))
    }
}

fn add(tensor: &mut [u32], adds: bool, mut next: impl FnMut() -> u32) {
    for element in tensor {
        let mask = next();
        *element = if adds { element.wrapping_add(mask) } else { element.wrapping_sub(mask) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn masks(context: &[u8], secret: u8, purpose: Purpose) -> Vec<u32> {
        let mut elements = vec![0; 12];
        let pads = Pads::new(Hash::of(context), Zeroizing::new([secret; 32]), purpose);
        pads.apply(&[4, 4, 4], &mut elements, 32, true);
        elements
    }

    #[test]
    fn no_tensor_no_pair_and_no_round_has_the_mask_of_another() {
        let mut seen = BTreeSet::new();
        for context in [b"a", b"b"] {
            for secret in [1, 2] {
                for purpose in [Purpose::Alone(0), Purpose::Alone(1), Purpose::Between(0, 1)] {
                    let masks = masks(context, secret, purpose);
                    assert!(masks.chunks(4).all(|mask| seen.insert(mask.to_vec())));
                }
            }
        }
        assert_eq!(seen.len(), 2 * 2 * 3 * 3);
    }

    #[test]
    fn a_mask_comes_off_again() {
        for bits in [8, 16, 17, 32] {
            let mut elements: Vec<u32> = (0..9).collect();
            let pads = || Pads::new(Hash::of(b"a"), Zeroizing::new([1; 32]), Purpose::Alone(0));
            pads().apply(&[5, 4], &mut elements, bits, true);
            assert_ne!(elements, (0..9).collect::<Vec<_>>());
            pads().apply(&[5, 4], &mut elements, bits, false);
            assert_eq!(elements, (0..9).collect::<Vec<_>>());
        }
    }
}
