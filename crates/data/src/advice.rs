//! What is possible to learn from, and yet not wise.

use neural::Dataset;

/// Rows of a class under which neither a validation nor a held-out part of 10 percent has one of it.
const CLASS_ROWS_FEW: u32 = 5;

/// A data set that is valid and will disappoint.
///
/// None of it is an error: a device may hold one class alone while others hold the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Advice {
    /// Nothing to tell apart on this device.
    #[error(
        "all {rows} rows are of class {class}: trained on them alone, a network says the same to everything. Add rows of another class, or train together with a device that has some"
    )]
    OneClass {
        /// Which.
        class: u32,
        /// Rows there are.
        rows: u32,
    },
    /// A class without rows, though others have them.
    #[error(
        "class {class} has no row here: it can be learned from other devices alone. Add rows of it"
    )]
    NoRows {
        /// Which.
        class: u32,
    },
    /// A class too rare to judge by.
    #[error("class {class} has {rows} rows: too few to see how well it is told. Add rows of it")]
    FewRows {
        /// Which.
        class: u32,
        /// Rows of it.
        rows: u32,
    },
}

/// What a person should know of a valid data set before training on it, class by class.
pub fn advice(dataset: &Dataset) -> Vec<Advice> {
    let all: Vec<u32> = (0..dataset.rows() as u32).collect();
    let class_rows = dataset.class_rows(&all);
    let mut present = (0..).zip(&class_rows).filter(|(_, rows)| **rows > 0);
    if let (Some((class, rows)), None) = (present.next(), present.next()) {
        return vec![Advice::OneClass { class, rows: *rows }];
    }
    let of_class = |(class, rows): (u32, &u32)| match *rows {
        0 => Some(Advice::NoRows { class }),
        rows if rows < CLASS_ROWS_FEW => Some(Advice::FewRows { class, rows }),
        _ => None,
    };
    (0..).zip(&class_rows).filter_map(of_class).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use neural::Values;

    fn with_labels(labels: Vec<u16>) -> Dataset {
        let values = Values::Bytes(vec![0; labels.len()]);
        Dataset { inputs: 1, classes: 3, values, labels }
    }

    #[test]
    fn one_class_alone_is_possible_and_spoken_of() {
        for rows in [1, 9] {
            let alone = with_labels(vec![1; rows]);
            assert_eq!(alone.validate(), Ok(()));
            let advice = advice(&alone);
            assert_eq!(advice, [Advice::OneClass { class: 1, rows: rows as u32 }]);
            assert!(advice[0].to_string().contains("Add rows of another class"));
        }
    }

    #[test]
    fn missing_and_rare_classes_are_named() {
        let advice = advice(&with_labels([vec![0; 5], vec![2; 4]].concat()));
        assert_eq!(advice, [Advice::NoRows { class: 1 }, Advice::FewRows { class: 2, rows: 4 }]);
    }
}
