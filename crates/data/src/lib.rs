//! People's own data becomes rows that a network can learn from.
//!
//! A file of separated values is read as a [`Sheet`] of cells; a [`Table`] says what its columns mean, which of them is
//! the label and what is left out and why, so that a person can look before anything is learnt. A [`Preparation`] is
//! learnt on the training rows alone, belongs to the model, and turns this table, later ones, or one question into the
//! same inputs.
//!
//! Pictures come as red, green, blue and opacity, as a browser decodes them, and are gathered one by one in a
//! [`PictureSet`], drawings too. [`suggest_network`] sizes a network for rows of either kind and says why.
//!
//! The crate guesses what can be seen (separators, headers, kinds of columns, the label) and each guess can be overruled.
//! It refuses to guess dates, and it knows of classes only: a quantity as a label is an error that says the way out.
//! Numbers are summed up in `f64` in the order of the rows: the same file gives the same bits everywhere.
//!
//! ```
//! use data::{Preparation, Reading, Sheet, Table, Wishes};
//! use neural::Shares;
//!
//! let file = b"height;colour;kind\n1,5;red;rose\n0,3;blue;violet\n1,7;;rose\n0,2;blue;violet\n1,6;red;rose\n";
//! let table = Table::new(Sheet::read(file, &Reading::default())?, &Wishes::default())?;
//! assert_eq!(table.summary().label, "kind");
//! assert_eq!(table.summary().classes[0].name, "rose");
//!
//! let split = table.split(&Shares { held_out_percent: 20, ..Shares::default() })?;
//! let preparation = Preparation::learn(&table, &split.train)?;
//! let dataset = preparation.dataset(table.sheet())?;
//! assert_eq!((dataset.rows(), dataset.inputs), (5, preparation.inputs()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

mod advice;
mod cell;
mod columns;
mod label;
mod picture;
mod picture_set;
mod preparation;
mod recipe;
mod sheet;
mod sizing;
mod summary;
mod table;

pub use advice::{Advice, advice};
pub use picture::{Ground, Look, Paint, PictureError};
pub use picture_set::{PictureSet, Pictures, class_of_path};
pub use preparation::{Field, FieldKind, Preparation, PreparationError, Question, Value};
pub use recipe::{RECIPE_BYTES_MAX, Recipe, RecipeError};
pub use sheet::{FILE_BYTES_MAX, Reading, Separator, Sheet, SheetError};
pub use sizing::{Shape, SizingError, Suggestion, layer_of, suggest_network};
pub use summary::{ClassSummary, ColumnKind, ColumnSummary, Ignored, Summary};
pub use table::{Table, TableError, Wish, Wishes};
