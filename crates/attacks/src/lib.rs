//! What liars in a room send in place of what they have learnt.
//!
//! Numbers in, numbers out: a liar knows what it has learnt itself and what every honest member has, and says what it
//! claims to have learnt. The benchmark of rooms and the simulator let the same liars loose, so that what is measured
//! without the protocol and with it can be compared. No part of the application depends on this crate.
//!
//! ```
//! let (own, honest) = ([1.0, -2.0], [vec![1.0, 0.0], vec![3.0, 0.0]]);
//! assert_eq!(attacks::Attack::SignFlip.lie(&own, &honest), [-1.0, 2.0]);
//! assert_eq!(attacks::Attack::InnerProduct.lie(&own, &honest), [-1.0, 0.0]);
//! ```
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

use neural::{Dataset, Values};

/// How far from the mean a liar of [`Attack::LittleIsEnough`] goes, in deviations.
const LITTLE: f32 = 1.0;

/// A liar's strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attack {
    /// The opposite of what was learnt.
    SignFlip,
    /// Three times the opposite.
    Scaled,
    /// The mean of the honest less a deviation of theirs in every parameter, which is hard to tell from an honest change
    /// (Baruch et al. 2019).
    LittleIsEnough,
    /// The opposite of the honest mean, shortened (Xie et al. 2019).
    InnerProduct,
    /// The first honest member's change, again and again (Karimireddy et al. 2022).
    Mimic,
    /// What is learnt from rows whose classes are turned round; see [`with_flipped_labels`].
    LabelFlip,
}

impl Attack {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 6] = [
        ("sign-flip", Self::SignFlip),
        ("scaled", Self::Scaled),
        ("little-is-enough", Self::LittleIsEnough),
        ("inner-product", Self::InnerProduct),
        ("mimic", Self::Mimic),
        ("label-flip", Self::LabelFlip),
    ];

    /// Whether the lie is in the rows, and what is learnt from them is sent as it is.
    pub fn poisons_labels(self) -> bool {
        self == Self::LabelFlip
    }

    /// What a liar claims to have learnt: one number a parameter, where it has learnt `own` and the honest members
    /// `honest`. Where there is nobody honest, there is nobody to lie to.
    ///
    /// # Panics
    /// If the lists are of different lengths.
    pub fn lie(self, own: &[f32], honest: &[Vec<f32>]) -> Vec<f32> {
        assert!(honest.iter().all(|change| change.len() == own.len()), "changes of one network");
        let Some(first) = honest.first() else { return own.to_vec() };
        let count = honest.len() as f32;
        let changes = |place: usize| honest.iter().map(move |change| change[place]);
        let mean = |place| changes(place).sum::<f32>() / count;
        let deviation = |place| {
            let mean = mean(place);
            (changes(place).map(|it| (it - mean).powi(2)).sum::<f32>() / count).sqrt()
        };
        let places = 0..own.len();
        match self {
            Self::SignFlip => own.iter().map(|change| -change).collect(),
            Self::Scaled => own.iter().map(|change| -3.0 * change).collect(),
            Self::LittleIsEnough => {
                places.map(|place| mean(place) - LITTLE * deviation(place)).collect()
            }
            Self::InnerProduct => places.map(|place| -0.5 * mean(place)).collect(),
            Self::Mimic => first.clone(),
            Self::LabelFlip => own.to_vec(),
        }
    }
}

/// Those rows, with class 0 called the last one, and so on.
pub fn with_flipped_labels(dataset: &Dataset, rows: &[u32]) -> Dataset {
    let values = rows.iter().flat_map(|row| dataset.row(*row as usize)).collect();
    let last = (dataset.classes - 1) as u16;
    let labels = rows.iter().map(|row| last - dataset.labels[*row as usize]).collect();
    Dataset {
        inputs: dataset.inputs,
        classes: dataset.classes,
        values: Values::Floats(values),
        labels,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_little_less_than_the_mean_is_within_what_the_honest_say() {
        let honest = [vec![1.0, 2.0], vec![3.0, 2.0]];
        assert_eq!(Attack::LittleIsEnough.lie(&[9.0, 9.0], &honest), [1.0, 2.0]);
        assert_eq!(Attack::Mimic.lie(&[9.0, 9.0], &honest), honest[0]);
    }

    #[test]
    fn among_liars_only_nothing_is_changed() {
        for (_, attack) in Attack::ALL {
            assert_eq!(attack.lie(&[1.0], &[]), [1.0]);
        }
    }

    #[test]
    fn turned_round_twice_classes_are_what_they_were() {
        let values = Values::Bytes(vec![0, 255, 9]);
        let dataset = Dataset { inputs: 1, classes: 3, values, labels: vec![0, 1, 2] };
        let flipped = with_flipped_labels(&dataset, &[0, 1, 2]);
        assert_eq!(flipped.labels, [2, 1, 0]);
        assert_eq!(with_flipped_labels(&flipped, &[0, 1, 2]).labels, dataset.labels);
    }
}
