//! Which rows go where: held out or trained on, on this device or on another.

use super::{Dataset, InvalidDataset, Values};
use crate::random::Counter;

/// Every device cuts the same set in the same way.
const SPLIT_SEED: u64 = 0x5eed_0001;
const PART_SEED: u64 = 0x5eed_0002;

/// At least a tenth of the rows is there to learn from.
const HELD_OUT_PERCENT_MAX: u8 = 90;

/// The rows of a data set, cut in two; ascending.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Split {
    /// To train on.
    pub train: Vec<u32>,
    /// To evaluate on.
    pub held_out: Vec<u32>,
}

impl Dataset {
    /// Holds out `percent` rows in a hundred of each class (rounded, but never all), always the same ones.
    ///
    /// # Errors
    /// [`InvalidDataset::HeldOut`] beyond 90 percent.
    pub fn split(&self, percent: u8) -> Result<Split, InvalidDataset> {
        if percent > HELD_OUT_PERCENT_MAX {
            return Err(InvalidDataset::HeldOut(percent));
        }
        let mut split = Split::default();
        for rows in self.shuffled_classes(SPLIT_SEED) {
            let wanted = (rows.len() * usize::from(percent) + 50) / 100;
            let (held_out, train) = rows.split_at(wanted.min(rows.len().saturating_sub(1)));
            split.held_out.extend_from_slice(held_out);
            split.train.extend_from_slice(train);
        }
        split.held_out.sort_unstable();
        split.train.sort_unstable();
        Ok(split)
    }

    /// Part `part` (from 0) of `parts`, each of which has other rows and about as many of every class.
    ///
    /// # Errors
    /// [`InvalidDataset::Part`] if there is no such part or no row for it.
    pub fn part(&self, part: u32, parts: u32) -> Result<Self, InvalidDataset> {
        let rows = self.rows();
        if part >= parts || rows < parts as usize {
            return Err(InvalidDataset::Part { part, parts, rows });
        }
        let dealt = self.shuffled_classes(PART_SEED).into_iter().flatten();
        let mut own: Vec<_> = dealt.skip(part as usize).step_by(parts as usize).collect();
        own.sort_unstable();
        Ok(self.select(&own))
    }

    /// The rows of each class, in an order drawn from `seed`.
    fn shuffled_classes(&self, seed: u64) -> Vec<Vec<u32>> {
        let mut classes = vec![Vec::new(); self.classes as usize];
        for (row, label) in (0..).zip(&self.labels) {
            classes[usize::from(*label)].push(row);
        }
        for (class, rows) in (0..).zip(&mut classes) {
            Counter::new(seed, class).shuffle(rows);
        }
        classes
    }

    fn select(&self, rows: &[u32]) -> Self {
        fn pick<T: Copy>(all: &[T], rows: &[u32], inputs: usize) -> Vec<T> {
            rows.iter().flat_map(|row| &all[*row as usize * inputs..][..inputs]).copied().collect()
        }
        let inputs = self.inputs as usize;
        let values = match &self.values {
            Values::Bytes(values) => Values::Bytes(pick(values, rows, inputs)),
            Values::Floats(values) => Values::Floats(pick(values, rows, inputs)),
        };
        Self { values, labels: pick(&self.labels, rows, 1), ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dataset() -> Dataset {
        let labels: Vec<u16> = (0..100).map(|row| u16::from(row % 10 < 3)).collect();
        let values = Values::Floats((0..100u8).map(f32::from).collect());
        Dataset { inputs: 1, classes: 3, values, labels }
    }

    #[test]
    fn each_class_is_held_out_in_proportion() {
        let split = dataset().split(20).unwrap();
        assert_eq!(dataset().class_rows(&split.held_out), [14, 6, 0]);
        assert_eq!(dataset().class_rows(&split.train), [56, 24, 0]);
        assert!(split.held_out.iter().all(|row| !split.train.contains(row)));
        assert_eq!(dataset().split(20), dataset().split(20));
        assert!(dataset().split(0).unwrap().held_out.is_empty());
        assert!(dataset().split(91).is_err());
    }

    #[test]
    fn the_last_row_of_a_class_is_trained_on() {
        let values = Values::Bytes(vec![1, 2]);
        let dataset = Dataset { inputs: 1, classes: 2, values, labels: vec![0, 1] };
        assert_eq!(dataset.split(90).unwrap().train, [0, 1]);
    }

    #[test]
    fn parts_are_the_whole_and_have_every_class() {
        let mut seen = Vec::new();
        for part in 0..7 {
            let part = dataset().part(part, 7).unwrap();
            assert_eq!(part.validate(), Ok(()));
            let rows: Vec<u32> = (0..part.rows() as u32).collect();
            let classes = part.class_rows(&rows);
            assert!((9..=11).contains(&classes[0]) && (4..=5).contains(&classes[1]));
            let Values::Floats(values) = part.values else { panic!("floats stay floats") };
            seen.extend(values);
        }
        seen.sort_by(f32::total_cmp);
        assert_eq!(Values::Floats(seen), dataset().values);
        assert!(dataset().part(7, 7).is_err());
        assert!(dataset().part(0, 101).is_err());
    }
}
