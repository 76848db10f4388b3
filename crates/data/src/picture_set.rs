//! Labelled pictures, gathered one by one: a folder is never in memory as a whole.

use crate::{ClassSummary, Look, PictureError};
use neural::{Dataset, ROWS_MAX, VALUES_BYTES_MAX, Values};
use protocol::limits::NETWORK_CLASSES_MAX;
use std::collections::BTreeMap;

/// Characters of a class's name.
pub(crate) const CLASS_CHARS_MAX: usize = 64;

/// Pictures of one look under the names of their classes. Memory is that of the small pictures, at most 128 MiB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureSet {
    look: Look,
    values: Vec<u8>,
    /// For each picture, which class came how late.
    arrivals: Vec<u16>,
    /// How many classes came before.
    classes: BTreeMap<String, u16>,
}

/// A finished set.
#[derive(Debug, Clone, PartialEq)]
pub struct Pictures {
    /// The rows, in the order in which they came.
    pub dataset: Dataset,
    /// The names of the classes, in the order of their code points; a label is a place in it.
    pub classes: Vec<String>,
    /// How other pictures become inputs of the same kind.
    pub look: Look,
}

impl PictureSet {
    /// Without a picture.
    ///
    /// # Errors
    /// [`PictureError::Side`] if no network can see such pictures.
    pub fn new(look: Look) -> Result<Self, PictureError> {
        look.validate()?;
        Ok(Self { look, values: Vec::new(), arrivals: Vec::new(), classes: BTreeMap::new() })
    }

    /// Adds a picture of any size, four bytes a pixel (red, green, blue, opacity).
    ///
    /// # Errors
    /// [`PictureError`]; the set is then as before.
    pub fn add(
        &mut self,
        class: &str,
        rgba: &[u8],
        width: u32,
        height: u32,
    ) -> Result<(), PictureError> {
        self.check_room()?;
        let input = self.look.input(rgba, width, height)?;
        self.push(class, input.into_iter(), 1)
    }

    /// Adds a drawing: `side * side` grey values, row after row. In a set in colour, all three colours are the grey.
    ///
    /// # Errors
    /// [`PictureError`]; the set is then as before.
    pub fn add_drawing(&mut self, class: &str, grey: &[u8]) -> Result<(), PictureError> {
        self.check_room()?;
        let side = self.look.side;
        if grey.len() != (side * side) as usize {
            let (bytes, expected) = (grey.len(), u64::from(side * side));
            return Err(PictureError::Bytes { bytes, width: side, height: side, expected });
        }
        self.push(class, grey.iter().copied(), self.look.paint.values())
    }

    /// Adds a picture that [`Look::input`] has made small.
    ///
    /// # Errors
    /// [`PictureError`]; the set is then as before.
    pub fn add_input(&mut self, class: &str, input: &[u8]) -> Result<(), PictureError> {
        self.check_room()?;
        let (side, expected) = (self.look.side, u64::from(self.look.inputs()));
        if input.len() as u64 != expected {
            let bytes = input.len();
            return Err(PictureError::Bytes { bytes, width: side, height: side, expected });
        }
        self.push(class, input.iter().copied(), 1)
    }

    /// How many pictures.
    pub fn len(&self) -> usize {
        self.arrivals.len()
    }

    /// Whether there is none yet.
    pub fn is_empty(&self) -> bool {
        self.arrivals.is_empty()
    }

    /// The classes so far and how many pictures each has.
    pub fn classes(&self) -> Vec<ClassSummary> {
        let mut rows = vec![0; self.classes.len()];
        self.arrivals.iter().for_each(|class| rows[usize::from(*class)] += 1);
        let summary = |(name, class): (&String, &u16)| ClassSummary {
            name: name.clone(),
            rows: rows[usize::from(*class)],
        };
        self.classes.iter().map(summary).collect()
    }

    /// The rows to learn from.
    ///
    /// # Errors
    /// [`PictureError::OneClass`] if there are not two classes.
    pub fn finish(self) -> Result<Pictures, PictureError> {
        let classes = self.classes.len();
        if classes < 2 {
            return Err(PictureError::OneClass { classes });
        }
        let mut labels_of = vec![0; classes];
        for (label, arrival) in (0u16..).zip(self.classes.values()) {
            labels_of[usize::from(*arrival)] = label;
        }
        let labels = self.arrivals.iter().map(|arrival| labels_of[usize::from(*arrival)]).collect();
        let (inputs, values) = (self.look.inputs(), Values::Bytes(self.values));
        let dataset = Dataset { inputs, classes: classes as u32, values, labels };
        Ok(Pictures { dataset, classes: self.classes.into_keys().collect(), look: self.look })
    }

    fn check_room(&self) -> Result<(), PictureError> {
        let pictures = self.len();
        let size_bytes = self.values.len() + self.look.inputs() as usize;
        if pictures == ROWS_MAX || size_bytes > VALUES_BYTES_MAX {
            return Err(PictureError::Full { pictures });
        }
        Ok(())
    }

    fn push(
        &mut self,
        class: &str,
        values: impl Iterator<Item = u8>,
        times: usize,
    ) -> Result<(), PictureError> {
        if !(1..=CLASS_CHARS_MAX).contains(&class.chars().count()) {
            return Err(PictureError::ClassName);
        }
        let arrival = match self.classes.get(class) {
            Some(arrival) => *arrival,
            None if self.classes.len() == NETWORK_CLASSES_MAX => {
                return Err(PictureError::Classes { class: class.to_owned() });
            }
            None => {
                let arrival = self.classes.len() as u16;
                self.classes.insert(class.to_owned(), arrival);
                arrival
            }
        };
        self.values.extend(values.flat_map(|value| std::iter::repeat_n(value, times)));
        self.arrivals.push(arrival);
        Ok(())
    }
}

/// The class of a file by the folder that holds it: `cats` for `pets/cats/1.jpg`.
pub fn class_of_path(path: &str) -> Option<&str> {
    let (folder, _) = path.rsplit_once(['/', '\\'])?;
    let name = folder.rsplit(['/', '\\']).next()?;
    (!name.is_empty() && name != "." && name != "..").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ground, Paint};

    const LOOK: Look = Look { side: 2, paint: Paint::Grey, ground: Ground::White };

    #[test]
    fn classes_are_sorted_however_pictures_come() {
        let mut set = PictureSet::new(LOOK).unwrap();
        set.add_drawing("dogs", &[1, 2, 3, 4]).unwrap();
        set.add("cats", &[9, 9, 9, 255], 1, 1).unwrap();
        set.add_drawing("dogs", &[5, 6, 7, 8]).unwrap();
        let class = |name: &str, rows| ClassSummary { name: name.into(), rows };
        assert_eq!(set.classes(), [class("cats", 1), class("dogs", 2)]);
        let pictures = set.finish().unwrap();
        assert_eq!(pictures.classes, ["cats", "dogs"]);
        assert_eq!(pictures.dataset.labels, [1, 0, 1]);
        assert_eq!(
            pictures.dataset.values,
            Values::Bytes(vec![1, 2, 3, 4, 9, 9, 9, 9, 5, 6, 7, 8])
        );
        assert_eq!(pictures.dataset.validate(), Ok(()));
    }

    #[test]
    fn a_drawing_fits_a_set_in_colour() {
        let look = Look { side: 1, paint: Paint::Colour, ..LOOK };
        let mut set = PictureSet::new(look).unwrap();
        set.add_drawing("a", &[7]).unwrap();
        set.add_drawing("b", &[8]).unwrap();
        assert_eq!(set.finish().unwrap().dataset.values, Values::Bytes(vec![7, 7, 7, 8, 8, 8]));
    }

    #[test]
    fn a_picture_made_small_elsewhere_is_the_same() {
        let look = Look { side: 1, paint: Paint::Colour, ..LOOK };
        let (mut here, mut elsewhere) =
            (PictureSet::new(look).unwrap(), PictureSet::new(look).unwrap());
        here.add("a", &[200, 100, 50, 255], 1, 1).unwrap();
        elsewhere.add_input("a", &look.input(&[200, 100, 50, 255], 1, 1).unwrap()).unwrap();
        assert_eq!(here, elsewhere);
        assert!(elsewhere.add_input("a", &[1]).is_err());
        assert_eq!(here, elsewhere);
    }

    #[test]
    fn what_is_wrong_leaves_the_set_as_it_was() {
        let mut set = PictureSet::new(LOOK).unwrap();
        assert!(set.add_drawing("a", &[1]).is_err());
        assert!(set.add("a", &[1], 1, 1).is_err());
        assert_eq!(set.add_drawing("", &[1; 4]), Err(PictureError::ClassName));
        assert_eq!(set.add_drawing(&"a".repeat(65), &[1; 4]), Err(PictureError::ClassName));
        assert!(set.is_empty() && set.classes().is_empty());
        set.add_drawing("a", &[1; 4]).unwrap();
        let problem = set.finish().unwrap_err().to_string();
        assert!(problem.starts_with("1 classes of pictures: two are needed"), "{problem}");
    }

    #[test]
    fn a_full_set_takes_no_more() {
        let look = Look { side: 256, ..LOOK };
        let mut set = PictureSet::new(look).unwrap();
        let picture = vec![0; 256 * 256];
        for _ in 0..VALUES_BYTES_MAX >> 16 {
            set.add_drawing("a", &picture).unwrap();
        }
        assert_eq!(set.add_drawing("a", &picture), Err(PictureError::Full { pictures: 2048 }));
        let mut set = PictureSet::new(LOOK).unwrap();
        for class in 0..NETWORK_CLASSES_MAX {
            set.add_drawing(&class.to_string(), &[0; 4]).unwrap();
        }
        assert!(matches!(set.add_drawing("more", &[0; 4]), Err(PictureError::Classes { .. })));
    }

    #[test]
    fn the_folder_names_the_class() {
        assert_eq!(class_of_path("cats/1.jpg"), Some("cats"));
        assert_eq!(class_of_path("pets\\small/dogs/a.b/2.png"), Some("a.b"));
        assert_eq!(class_of_path("1.jpg"), None);
        assert_eq!(class_of_path("/1.jpg"), None);
        assert_eq!(class_of_path("../1.jpg"), None);
    }
}
