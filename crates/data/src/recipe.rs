//! How a person's data becomes the inputs of a network, whatever kind of data it is.

use crate::{Look, Preparation, picture_set::CLASS_CHARS_MAX};
use base64ct::{Base64, Encoding};
use protocol::limits::NETWORK_CLASSES_MAX;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Bytes of an encoded recipe on a device and in a model's file. What a session's proposal can carry along is less: see
/// `protocol::limits::PROPOSAL_RECIPE_BYTES_MAX`.
pub const RECIPE_BYTES_MAX: usize = 256 << 10;

/// How inputs are made, and what classes are called. It belongs to the model: rows that are prepared by another recipe mean
/// something else to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Recipe {
    /// Rows of a table.
    Table(Preparation),
    /// Pictures.
    Pictures {
        /// How they are made small.
        look: Look,
        /// The names of the classes; a label is a place in it.
        classes: Vec<String>,
    },
}

/// What goes along with a model's file: names for people, and all of the recipe for us. As Base64, because numbers in JSON
/// need not come back bit for bit, and a device whose inputs differ in the last bit cannot train with the others.
#[derive(Serialize, Deserialize)]
struct Carried<'a> {
    classes: Vec<String>,
    recipe: Cow<'a, str>,
}

/// What is no recipe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// Beyond what may travel with a model.
    #[error(
        "{size_bytes} bytes say how inputs are made, where {RECIPE_BYTES_MAX} are possible: use fewer columns or classes"
    )]
    Size {
        /// How many.
        size_bytes: usize,
    },
    /// Something else, or a recipe with impossible numbers.
    #[error("how inputs are made cannot be read: load the data again")]
    Damaged,
}

impl Recipe {
    /// The names of the classes; a label is a place in it.
    pub fn classes(&self) -> &[String] {
        match self {
            Self::Table(preparation) => preparation.classes(),
            Self::Pictures { classes, .. } => classes,
        }
    }

    /// Values in one input.
    pub fn inputs(&self) -> u32 {
        match self {
            Self::Table(preparation) => preparation.inputs(),
            Self::Pictures { look, .. } => look.inputs(),
        }
    }

    /// Writes everything in a compact form.
    ///
    /// # Errors
    /// [`RecipeError::Size`].
    pub fn encode(&self) -> Result<Vec<u8>, RecipeError> {
        let bytes = postcard::to_allocvec(self).map_err(|_| RecipeError::Damaged)?;
        check_size(bytes.len())?;
        Ok(bytes)
    }

    /// Reads what [`Self::encode`] wrote, and checks it.
    ///
    /// # Errors
    /// [`RecipeError`] says what is wrong.
    pub fn decode(bytes: &[u8]) -> Result<Self, RecipeError> {
        check_size(bytes.len())?;
        let (recipe, rest): (Self, _) =
            postcard::take_from_bytes(bytes).map_err(|_| RecipeError::Damaged)?;
        let is_sound = rest.is_empty() && recipe.is_sound();
        is_sound.then_some(recipe).ok_or(RecipeError::Damaged)
    }

    /// Reads the text that came with a model's file.
    ///
    /// # Errors
    /// [`RecipeError`] says what is wrong.
    pub fn from_json(text: &str) -> Result<Self, RecipeError> {
        let carried: Carried<'_> = serde_json::from_str(text).map_err(|_| RecipeError::Damaged)?;
        let bytes = Base64::decode_vec(&carried.recipe).map_err(|_| RecipeError::Damaged)?;
        Self::decode(&bytes)
    }

    /// The text that goes along with a model's file.
    ///
    /// # Errors
    /// [`RecipeError::Size`].
    pub fn to_json(&self) -> Result<String, RecipeError> {
        let recipe = Base64::encode_string(&self.encode()?).into();
        let carried = Carried { classes: self.classes().to_vec(), recipe };
        serde_json::to_string(&carried).map_err(|_| RecipeError::Damaged)
    }

    /// Preparations check themselves when they are read.
    fn is_sound(&self) -> bool {
        match self {
            Self::Table(_) => true,
            Self::Pictures { look, classes } => {
                let is_name =
                    |name: &String| !name.is_empty() && name.chars().count() <= CLASS_CHARS_MAX;
                look.validate().is_ok()
                    && (1..=NETWORK_CLASSES_MAX).contains(&classes.len())
                    && classes.iter().all(is_name)
                    && classes.is_sorted_by(|a, b| a < b)
            }
        }
    }
}

fn check_size(size_bytes: usize) -> Result<(), RecipeError> {
    if size_bytes > RECIPE_BYTES_MAX { Err(RecipeError::Size { size_bytes }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ground, Paint, Reading, Sheet, Table, Wishes};
    use proptest::prelude::*;

    fn pictures(classes: &[&str]) -> Recipe {
        let look = Look { side: 28, paint: Paint::Grey, ground: Ground::White };
        Recipe::Pictures { look, classes: classes.iter().map(|name| (*name).to_owned()).collect() }
    }

    #[test]
    fn a_recipe_reads_back_from_bytes_and_from_text() {
        let recipe = pictures(&["cats", "dogs"]);
        assert_eq!(Recipe::decode(&recipe.encode().unwrap()), Ok(recipe.clone()));
        assert_eq!(Recipe::from_json(&recipe.to_json().unwrap()), Ok(recipe));
    }

    #[test]
    fn classes_out_of_order_or_without_names_are_refused() {
        for classes in [&["dogs", "cats"][..], &["", "cats"], &["cats", "cats"], &[]] {
            let bytes = pictures(classes).encode().unwrap();
            assert_eq!(Recipe::decode(&bytes), Err(RecipeError::Damaged), "{classes:?}");
        }
        assert_eq!(Recipe::from_json("{}"), Err(RecipeError::Damaged));
    }

    proptest! {
        /// Else a device that has a model from a file could not train with one that has it from the room.
        #[test]
        fn every_number_of_a_recipe_comes_back_from_text(numbers in prop::collection::vec(-1e9f64..1e9, 4..20)) {
            let rows = numbers.iter().zip(["a", "b"].iter().cycle());
            let file: String = rows.map(|(number, label)| format!("{number};{label}\n")).collect();
            let sheet = Sheet::read(format!("size;kind\n{file}").as_bytes(), &Reading::default()).unwrap();
            let table = Table::new(sheet, &Wishes::default()).unwrap();
            let rows: Vec<u32> = (0..numbers.len() as u32).collect();
            let recipe = Recipe::Table(Preparation::learn(&table, &rows).unwrap());
            prop_assert_eq!(Recipe::from_json(&recipe.to_json().unwrap()), Ok(recipe));
        }

        #[test]
        fn any_bytes_are_answered_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(recipe) = Recipe::decode(&bytes) {
                prop_assert!(recipe.classes().len() <= NETWORK_CLASSES_MAX);
            }
        }
    }
}
