//! What is possible to learn from, and yet not wise.

use neural::Dataset;

/// Rows of a class under which neither a validation nor a held-out part of 10 percent has one of it.
const CLASS_ROWS_FEW: u32 = 5;

/// A data set that is valid and will disappoint.
///
/// None of it is an error: a device may hold one class alone while others hold the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Advice {
    /// Nothing to tell apart on this device.
    OneClass {
        /// Which.
        class: u32,
        /// Rows there are.
        rows: u32,
    },
    /// A class without rows, though others have them.
    NoRows {
        /// Which.
        class: u32,
    },
    /// A class too rare to judge by.
    FewRows {
        /// Which.
        class: u32,
        /// Rows of it.
        rows: u32,
    },
}

impl Advice {
    /// A sentence that calls classes by their names; by their numbers where they have none.
    pub fn with_names(&self, names: &[String]) -> String {
        let name = |class: u32| match names.get(class as usize) {
            Some(name) => format!("“{name}”"),
            None => class.to_string(),
        };
        match *self {
            Self::OneClass { class, rows } => format!(
                "all {rows} rows are of class {}: trained on them alone, a network says the same to everything. Add \
                 rows of another class, or train together with a device that has some",
                name(class)
            ),
            Self::NoRows { class } => format!(
                "class {} has no row here: it can be learned from other devices alone. Add rows of it",
                name(class)
            ),
            Self::FewRows { class, rows } => {
                let (rows, is) = if rows == 1 {
                    ("1 row".into(), "is")
                } else {
                    (format!("{rows} rows"), "are")
                };
                format!(
                    "class {} has {rows}, which {is} too few to see how well it is told. Add rows of it",
                    name(class)
                )
            }
        }
    }
}

impl core::fmt::Display for Advice {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.with_names(&[]))
    }
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
        assert!(advice[0].to_string().starts_with("class 1 has no row here"));
        let names = ["ant", "bee", "cat"].map(String::from);
        assert!(
            advice[1].with_names(&names).starts_with("class “cat” has 4 rows, which are too few")
        );
    }
}
