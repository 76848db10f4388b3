//! Numbers that look random and depend on a seed and a count alone.

use crate::kernels::numbers::ln;

/// A counter under a key; SplitMix64 (Steele, Lea and Flood 2014) turns each count into 64 bits.
#[derive(Debug, Clone)]
pub struct Counter {
    count: u64,
}

const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

impl Counter {
    /// One of 2^64 streams for every seed.
    pub fn new(seed: u64, stream: u64) -> Self {
        Self { count: mix(seed ^ mix(stream.wrapping_add(GOLDEN_GAMMA))) }
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.count = self.count.wrapping_add(GOLDEN_GAMMA);
        mix(self.count)
    }

    /// Below `bound`, which is not 0; the bias is under 2^-32 for any bound of 32 bits (Lemire 2019, without rejection).
    pub fn below(&mut self, bound: u32) -> u32 {
        debug_assert!(bound > 0);
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u32
    }

    /// From -1 (inclusive) to 1 (exclusive), in steps of 2^-23.
    fn symmetric(&mut self) -> f32 {
        (self.next_u64() >> 40) as f32 / 8_388_608.0 - 1.0
    }

    /// From the normal distribution with mean 0 and deviation 1 (Marsaglia and Bray 1964, the polar method).
    pub fn normal(&mut self) -> f32 {
        loop {
            let (u, v) = (self.symmetric(), self.symmetric());
            let square = u * u + v * v;
            if square > 0.0 && square < 1.0 {
                return u * (-2.0 * ln(square) / square).sqrt();
            }
        }
    }

    /// Puts `items` in an order that is equally likely to be any (Durstenfeld 1964).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u32 + 1) as usize;
            items.swap(last, other);
        }
    }
}

fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_numbers_have_mean_0_and_deviation_1() {
        let mut counter = Counter::new(1, 2);
        let numbers: Vec<_> = (0..100_000).map(|_| f64::from(counter.normal())).collect();
        let mean = numbers.iter().sum::<f64>() / 1e5;
        let variance = numbers.iter().map(|n| (n - mean) * (n - mean)).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.02, "mean {mean}");
        assert!((variance - 1.0).abs() < 0.02, "variance {variance}");
    }

    #[test]
    fn streams_of_one_seed_differ() {
        assert_ne!(Counter::new(1, 0).next_u64(), Counter::new(1, 1).next_u64());
        assert_eq!(Counter::new(1, 0).next_u64(), Counter::new(1, 0).next_u64());
    }

    #[test]
    fn a_shuffle_loses_nothing() {
        let mut items: Vec<u32> = (0..100).collect();
        Counter::new(3, 0).shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
