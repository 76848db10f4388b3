//! In which order rows come.

use crate::random::Counter;

/// Rows in one random order after another.
pub(super) struct RowOrder {
    rows: Vec<u32>,
    next: usize,
    counter: Counter,
}

impl RowOrder {
    pub(super) fn new(rows: &[u32], seed: u64) -> Self {
        let mut counter = Counter::new(seed, 0);
        let mut rows = rows.to_vec();
        counter.shuffle(&mut rows);
        Self { rows, next: 0, counter }
    }

    pub(super) fn next_row(&mut self) -> usize {
        if self.next == self.rows.len() {
            self.counter.shuffle(&mut self.rows);
            self.next = 0;
        }
        self.next += 1;
        self.rows[self.next - 1] as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_comes_once_before_any_comes_again() {
        let mut order = RowOrder::new(&[4, 5, 6], 1);
        for _ in 0..3 {
            let mut epoch: Vec<_> = (0..3).map(|_| order.next_row()).collect();
            epoch.sort_unstable();
            assert_eq!(epoch, [4, 5, 6]);
        }
    }
}
