//! A generator for test cases: SplitMix64 (Steele, Lea and Flood, 2014).

pub(crate) struct Random(pub u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub(crate) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }

    pub(crate) fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }

    pub(crate) fn letters(&mut self, alphabet: &[u8], count: usize) -> String {
        (0..count).map(|_| char::from(alphabet[self.below(alphabet.len())])).collect()
    }

    /// A pattern in which `#` is a digit, `%` one that is not zero and `?` one from 2 on.
    pub(crate) fn pattern(&mut self, pattern: &str) -> String {
        pattern
            .chars()
            .map(|mark| match mark {
                '#' => char::from(b'0' + self.below(10) as u8),
                '?' => char::from(b'2' + self.below(8) as u8),
                '%' => char::from(b'1' + self.below(9) as u8),
                other => other,
            })
            .collect()
    }

    /// One of some patterns, filled in.
    pub(crate) fn one_of(&mut self, patterns: &[&str]) -> String {
        let pattern = self.pick(patterns);
        self.pattern(pattern)
    }
}
