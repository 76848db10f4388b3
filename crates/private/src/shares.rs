//! A secret in shares, so many of which bring it back and fewer of which say nothing (Shamir 1979), byte by byte over GF(2^8).

mod field;

use crate::stream::Stream;
use core::fmt;
use field::{add, invert, multiply};
use units::Hash;
use zeroize::Zeroize;

/// Bytes of a secret and of each of its shares.
pub const SECRET_BYTES: usize = 32;

/// One share of a secret. Which member it is for is known from where it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Share([u8; SECRET_BYTES]);

impl Share {
    /// Wraps the bytes of a share that came from elsewhere.
    pub const fn from_bytes(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }

    /// By which others know the share again. A share is as hard to guess as the secret, so its hash tells nothing.
    pub(crate) fn hash(&self, kind: &[u8]) -> Hash {
        Hash::of_parts(&[b"peerceptron private share", kind, &self.0])
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Share")
    }
}

/// Shares for members 0 to `members` - 1, any `threshold` of which bring the secret back: for every byte a polynomial of
/// degree `threshold` - 1 whose value at 0 is the secret's, and whose value at n + 1 is member n's share.
///
/// # Panics
/// If the threshold is 0, or there are more than 255 members.
pub(crate) fn split(
    secret: &[u8; SECRET_BYTES],
    members: usize,
    threshold: usize,
    stream: &mut Stream,
) -> Vec<Share> {
    assert!(threshold > 0 && members < 256);
    let mut coefficients: Vec<[u8; SECRET_BYTES]> = vec![*secret];
    coefficients.extend((1..threshold).map(|_| stream.next_key()));
    let at = |place: u8| {
        let mut value = [0; SECRET_BYTES];
        for coefficient in coefficients.iter().rev() {
            for (value, coefficient) in value.iter_mut().zip(coefficient) {
                *value = add(multiply(*value, place), *coefficient);
            }
        }
        Share(value)
    };
    let shares = (0..members).map(|member| at(member as u8 + 1)).collect();
    coefficients.zeroize();
    shares
}

/// The secret of these shares, each with its member: right if there are as many as the threshold, and all are of one
/// secret.
///
/// # Panics
/// If a member is named twice, or is not below 255.
pub(crate) fn combine(shares: &[(usize, &Share)]) -> [u8; SECRET_BYTES] {
    value_at(0, shares)
}

/// The share that a member must have if these, as many as the threshold, are of one secret.
///
/// # Panics
/// As [`combine`].
pub(crate) fn share_of(member: usize, shares: &[(usize, &Share)]) -> Share {
    Share(value_at(place_of(member), shares))
}

/// The value at `x` of the one polynomial of least degree that goes through all shares (Lagrange's); in this field,
/// differences are sums.
fn value_at(x: u8, shares: &[(usize, &Share)]) -> [u8; SECRET_BYTES] {
    let mut value = [0; SECRET_BYTES];
    for (number, (member, share)) in shares.iter().enumerate() {
        let mut weight = 1;
        for (other_number, (other, _)) in shares.iter().enumerate() {
            if other_number != number {
                assert_ne!(member, other, "a share is there once");
                let difference = add(place_of(*member), place_of(*other));
                weight = multiply(weight, multiply(add(x, place_of(*other)), invert(difference)));
            }
        }
        for (value, share) in value.iter_mut().zip(&share.0) {
            *value = add(*value, multiply(*share, weight));
        }
    }
    value
}

fn place_of(member: usize) -> u8 {
    assert!(member < 255);
    member as u8 + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn some(shares: &[Share], members: &[usize]) -> [u8; SECRET_BYTES] {
        let shares: Vec<_> = members.iter().map(|member| (*member, &shares[*member])).collect();
        combine(&shares)
    }

    /// By hand: 0x2a + 0x53 x at 1, 2 and 3, with 2 · 0x53 = 0xa6 and 3 · 0x53 = 0xf5.
    #[test]
    fn shares_are_values_of_a_polynomial() {
        let shares = [0x79, 0x8c, 0xdf].map(|byte| Share::from_bytes([byte; SECRET_BYTES]));
        for members in [[0, 1], [0, 2], [1, 2], [2, 0]] {
            assert_eq!(some(&shares, &members), [0x2a; SECRET_BYTES], "{members:?}");
        }
    }

    /// For every secret there are shares that look the same to too few members: the last one makes the difference.
    #[test]
    fn fewer_shares_than_the_threshold_fit_any_secret() {
        let shares = split(&[7; SECRET_BYTES], 4, 3, &mut Stream::new([1; 32]));
        for wanted in 0..=255u8 {
            let fits = (0..=255u8).any(|byte| {
                let last = Share::from_bytes([byte; SECRET_BYTES]);
                combine(&[(0, &shares[0]), (1, &shares[1]), (2, &last)])[0] == wanted
            });
            assert!(fits, "two shares rule {wanted} out");
        }
    }

    proptest! {
        #[test]
        fn any_shares_of_the_threshold_bring_the_secret_back(
            secret in any::<[u8; SECRET_BYTES]>(),
            key in any::<[u8; 32]>(),
            order in Just((0..16usize).collect::<Vec<_>>()).prop_shuffle(),
            threshold in 1usize..=16,
        ) {
            let shares = split(&secret, 16, threshold, &mut Stream::new(key));
            prop_assert_eq!(some(&shares, &order[..threshold]), secret);
            let chosen: Vec<_> = order[..threshold].iter().map(|it| (*it, &shares[*it])).collect();
            prop_assert!((0..16).all(|member| share_of(member, &chosen) == shares[member]));
            if threshold > 1 {
                prop_assert_ne!(some(&shares, &order[..threshold - 1]), secret);
            }
        }
    }
}
