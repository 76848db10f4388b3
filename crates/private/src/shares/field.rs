//! GF(2^8) with the polynomial of AES (FIPS 197, section 4), without tables: how long an operation takes, and which memory it
//! touches, does not depend on secrets.

/// The sum, which is also the difference.
pub(super) fn add(a: u8, b: u8) -> u8 {
    a ^ b
}

/// The product.
pub(super) fn multiply(a: u8, b: u8) -> u8 {
    let (mut shifted, mut product) = (a, 0);
    for bit in 0..8 {
        product ^= shifted & all_or_nothing(b >> bit);
        shifted = (shifted << 1) ^ (0x1b & all_or_nothing(shifted >> 7));
    }
    product
}

/// The inverse, a^254; of 0, which has none, 0.
pub(super) fn invert(a: u8) -> u8 {
    // 254 = 2 + 4 + 8 + 16 + 32 + 64 + 128.
    let (mut power, mut inverse) = (a, 1);
    for _ in 0..7 {
        power = multiply(power, power);
        inverse = multiply(inverse, power);
    }
    inverse
}

/// All bits set if the lowest one is.
fn all_or_nothing(bit: u8) -> u8 {
    (bit & 1).wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 197, sections 4.2 and 4.2.1.
    #[test]
    fn products_are_those_of_the_standard() {
        assert_eq!(multiply(0x57, 0x83), 0xc1);
        assert_eq!(multiply(0x57, 0x13), 0xfe);
        assert_eq!(add(0x57, 0x83), 0xd4);
    }

    #[test]
    fn every_number_but_0_has_an_inverse() {
        assert_eq!(invert(0), 0);
        assert_eq!(invert(0x53), 0xca);
        for a in 1..=255 {
            assert_eq!(multiply(a, invert(a)), 1, "{a}");
        }
    }

    #[test]
    fn it_is_a_field() {
        for (a, b, c) in (0..=255u8).map(|n| (n, n.wrapping_mul(7) ^ 3, n.wrapping_mul(31))) {
            assert_eq!(multiply(a, b), multiply(b, a));
            assert_eq!(multiply(a, multiply(b, c)), multiply(multiply(a, b), c));
            assert_eq!(multiply(a, add(b, c)), add(multiply(a, b), multiply(a, c)));
        }
    }
}
