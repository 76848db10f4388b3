//! Which rows go where: held out or trained on, on this device or on another.

use super::{Dataset, InvalidDataset, Values};
use crate::random::Counter;

/// Every device cuts the same set in the same way.
const SPLIT_SEED: u64 = 0x5eed_0001;
const PART_SEED: u64 = 0x5eed_0002;

/// At least a tenth of the rows is there to learn from.
const HELD_OUT_PERCENT_MAX: u8 = 90;

/// How many rows in a hundred of each class are kept from training, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shares {
    /// To choose by: sizes, learning rates, when to stop.
    pub validation_percent: u8,
    /// To judge by, once everything is chosen.
    pub held_out_percent: u8,
    /// Another seed draws other rows.
    pub seed: u64,
}

/// The rows of a data set, cut in three; ascending.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Split {
    /// To train on.
    pub train: Vec<u32>,
    /// To choose by.
    pub validation: Vec<u32>,
    /// To evaluate on.
    pub held_out: Vec<u32>,
}

impl Shares {
    /// Cuts rows with those labels in three, each class in the same way (rounded to whole rows). At least one row of each
    /// class is trained on, and which rows are held out does not depend on the validation part.
    ///
    /// # Errors
    /// [`InvalidDataset::HeldOut`] if both parts together are beyond 90 percent.
    ///
    /// # Panics
    /// If a label is not below `classes`.
    pub fn split(&self, labels: &[u16], classes: u32) -> Result<Split, InvalidDataset> {
        let percent = self.held_out_percent.saturating_add(self.validation_percent);
        if percent > HELD_OUT_PERCENT_MAX {
            return Err(InvalidDataset::HeldOut(percent));
        }
        let mut split = Split::default();
        for rows in shuffled_classes(labels, classes, SPLIT_SEED ^ self.seed) {
            let share = |percent: u8| (rows.len() * usize::from(percent) + 50) / 100;
            let spare = rows.len().saturating_sub(1);
            let held_out = share(self.held_out_percent).min(spare);
            let validation = share(self.validation_percent).min(spare - held_out);
            let (held_out, rest) = rows.split_at(held_out);
            let (validation, train) = rest.split_at(validation);
            split.held_out.extend_from_slice(held_out);
            split.validation.extend_from_slice(validation);
            split.train.extend_from_slice(train);
        }
        for rows in [&mut split.train, &mut split.validation, &mut split.held_out] {
            rows.sort_unstable();
        }
        Ok(split)
    }
}

impl Dataset {
    /// Holds out `percent` rows in a hundred of each class (rounded, but never all), always the same ones.
    ///
    /// # Errors
    /// [`InvalidDataset::HeldOut`] beyond 90 percent.
    pub fn split(&self, percent: u8) -> Result<Split, InvalidDataset> {
        self.split_by(&Shares { held_out_percent: percent, ..Shares::default() })
    }

    /// Cuts the rows in three: see [`Shares::split`].
    ///
    /// # Errors
    /// [`InvalidDataset::HeldOut`] if less than 10 percent are left to train on.
    pub fn split_by(&self, shares: &Shares) -> Result<Split, InvalidDataset> {
        shares.split(&self.labels, self.classes)
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
        let dealt = shuffled_classes(&self.labels, self.classes, PART_SEED).into_iter().flatten();
        let mut own: Vec<_> = dealt.skip(part as usize).step_by(parts as usize).collect();
        own.sort_unstable();
        Ok(self.select(&own))
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

/// The rows of each class, in an order drawn from `seed`.
fn shuffled_classes(labels: &[u16], classes: u32, seed: u64) -> Vec<Vec<u32>> {
    let mut rows_of = vec![Vec::new(); classes as usize];
    for (row, label) in (0..).zip(labels) {
        rows_of[usize::from(*label)].push(row);
    }
    for (class, rows) in (0..).zip(&mut rows_of) {
        Counter::new(seed, class).shuffle(rows);
    }
    rows_of
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
    fn a_validation_part_is_taken_from_what_would_be_trained_on() {
        let shares = Shares { validation_percent: 10, held_out_percent: 20, seed: 0 };
        let split = dataset().split_by(&shares).unwrap();
        assert_eq!(dataset().class_rows(&split.validation), [7, 3, 0]);
        assert_eq!(split.held_out, dataset().split(20).unwrap().held_out);
        let mut all = [&split.train[..], &split.validation, &split.held_out].concat();
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<_>>());
        let other = dataset().split_by(&Shares { seed: 1, ..shares }).unwrap();
        assert_ne!(other.held_out, split.held_out);
        let greedy = Shares { validation_percent: 50, held_out_percent: 41, seed: 0 };
        assert_eq!(dataset().split_by(&greedy), Err(InvalidDataset::HeldOut(91)));
    }

    #[test]
    fn a_class_of_one_row_is_trained_on_and_one_of_two_is_held_out_before_it_validates() {
        let shares = Shares { validation_percent: 40, held_out_percent: 40, seed: 3 };
        let split = shares.split(&[0, 1, 1, 2, 2, 2], 3).unwrap();
        let labels = |rows: &[u32]| {
            rows.iter().map(|row| [0, 1, 1, 2, 2, 2][*row as usize]).collect::<Vec<_>>()
        };
        assert_eq!(labels(&split.train), [0, 1, 2]);
        assert_eq!(labels(&split.held_out), [1, 2]);
        assert_eq!(labels(&split.validation), [2]);
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
