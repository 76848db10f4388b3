//! What liars send in place of what they have learnt. They know everything that the others send.

use neural::{Dataset, Network, Values};

/// How far from the mean a liar of [`Attack::LittleIsEnough`] goes, in deviations.
const LITTLE: f32 = 1.0;

/// A liar's strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// What is learnt from rows whose classes are turned round.
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

    pub(super) fn poisons_labels(self) -> bool {
        self == Self::LabelFlip
    }

    /// Puts lies in the place of what members below `liars` have learnt.
    pub(super) fn replace(self, from: &Network, trained: &mut [(usize, Network)], liars: usize) {
        let honest: Vec<&Network> =
            trained.iter().filter(|(number, _)| *number >= liars).map(|(_, it)| it).collect();
        let Some(first) = honest.first() else { return };
        let count = honest.len() as f32;
        let changes = |place: usize| {
            honest.iter().map(move |it| it.parameters()[place] - from.parameters()[place])
        };
        let mean = |place| changes(place).sum::<f32>() / count;
        let deviation = |place| {
            let mean = mean(place);
            (changes(place).map(|it| (it - mean).powi(2)).sum::<f32>() / count).sqrt()
        };
        let places = 0..from.parameters().len();
        let same_lie: Option<Vec<f32>> = match self {
            Self::LittleIsEnough => {
                Some(places.map(|place| mean(place) - LITTLE * deviation(place)).collect())
            }
            Self::InnerProduct => Some(places.map(|place| -0.5 * mean(place)).collect()),
            Self::Mimic => {
                let first = first.parameters();
                Some(places.map(|place| first[place] - from.parameters()[place]).collect())
            }
            Self::SignFlip | Self::Scaled | Self::LabelFlip => None,
        };
        let factor = match self {
            Self::SignFlip => -1.0,
            Self::Scaled => -3.0,
            _ => 1.0,
        };
        for (_, copy) in trained.iter_mut().filter(|(number, _)| *number < liars) {
            let own = copy.parameters().iter().zip(from.parameters()).map(|(to, from)| to - from);
            let lie: Vec<f32> = match &same_lie {
                Some(lie) => lie.clone(),
                None => own.map(|change| factor * change).collect(),
            };
            let to = from.parameters().iter().zip(lie).map(|(from, change)| from + change);
            if let Some(lying) = from.with_parameters(to.collect()) {
                *copy = lying;
            }
        }
    }
}

/// Those rows, with class 0 called the last one, and so on.
pub(super) fn with_flipped_labels(dataset: &Dataset, rows: &[u32]) -> Dataset {
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
