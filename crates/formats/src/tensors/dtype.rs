//! The types of numbers that are read.

use core::fmt;

/// A type of floating-point numbers, stored little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dtype {
    F16,
    Bf16,
    F32,
    F64,
}

impl Dtype {
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        match name {
            "F16" => Some(Self::F16),
            "BF16" => Some(Self::Bf16),
            "F32" => Some(Self::F32),
            "F64" => Some(Self::F64),
            _ => None,
        }
    }

    pub(crate) fn size_bytes(self) -> usize {
        match self {
            Self::F16 | Self::Bf16 => 2,
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// All numbers of `bytes`, as `f32`; what is left over at the end is not looked at.
    pub(crate) fn numbers(self, bytes: &[u8]) -> impl Iterator<Item = f32> + '_ {
        bytes.chunks_exact(self.size_bytes()).map(move |chunk| match (self, chunk) {
            (Self::F16, &[low, high]) => half(u16::from_le_bytes([low, high])),
            (_, &[low, high]) => f32::from_le_bytes([0, 0, low, high]),
            (_, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]),
            (_, &[a, b, c, d, e, f, g, h]) => f64::from_le_bytes([a, b, c, d, e, f, g, h]) as f32,
            _ => f32::NAN,
        })
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F16 => "F16",
            Self::Bf16 => "BF16",
            Self::F32 => "F32",
            Self::F64 => "F64",
        })
    }
}

/// IEEE 754 binary16: a sign, five bits of exponent, ten of fraction.
fn half(bits: u16) -> f32 {
    let (exponent, fraction) = (bits >> 10 & 0x1f, f32::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => fraction / 16_777_216.0,
        0x1f if fraction == 0.0 => f32::INFINITY,
        0x1f => f32::NAN,
        _ => (1.0 + fraction / 1024.0) * f32::from_bits((u32::from(exponent) + 112) << 23),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_what_ieee_754_says() {
        for (bits, value) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65_504.0),
            (0x0400, 6.103_515_6e-5),
            (0x0001, 5.960_464_5e-8),
            (0x3555, 0.333_251_95),
            (0x7c00, f32::INFINITY),
            (0x8000, 0.0),
        ] {
            assert_eq!(half(bits), value, "{bits:#x}");
        }
        assert!(half(0x7e00).is_nan());
    }

    #[test]
    fn every_type_reads_one_and_a_half() {
        let read = |dtype: Dtype, bytes: &[u8]| dtype.numbers(bytes).collect::<Vec<_>>();
        assert_eq!(read(Dtype::F16, &[0x00, 0x3e]), [1.5]);
        assert_eq!(read(Dtype::Bf16, &[0xc0, 0x3f]), [1.5]);
        assert_eq!(read(Dtype::F32, &1.5f32.to_le_bytes()), [1.5]);
        assert_eq!(read(Dtype::F64, &1.5f64.to_le_bytes()), [1.5]);
    }
}
