//! The header's JSON, read with a limit on everything that it can repeat.

use super::{DIMENSIONS_MAX, ENTRIES_MAX};
use core::fmt;
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use std::collections::BTreeMap;

const METADATA: &str = "__metadata__";

/// What a header says.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) tensors: BTreeMap<String, Entry>,
}

/// What a header says of one tensor.
#[derive(Debug, Deserialize)]
pub(super) struct Entry {
    pub(super) dtype: String,
    pub(super) shape: Shape,
    /// Where it begins and ends, counted from the end of the header.
    pub(super) data_offsets: (usize, usize),
}

#[derive(Debug)]
pub(super) struct Shape(pub(super) Vec<usize>);

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeaderVisitor)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tensors by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
        let mut header = Header::default();
        let mut has_metadata = false;
        while let Some(name) = map.next_key::<String>()? {
            if name == METADATA {
                if core::mem::replace(&mut has_metadata, true) {
                    return Err(A::Error::custom("metadata given twice"));
                }
                header.metadata = map.next_value::<Texts>()?.0;
            } else {
                insert(&mut header.tensors, name, map.next_value()?)?;
            }
        }
        Ok(header)
    }
}

/// Texts by name.
struct Texts(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TextsVisitor).map(Self)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = BTreeMap<String, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("texts by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut texts = BTreeMap::new();
        while let Some((name, text)) = map.next_entry()? {
            insert(&mut texts, name, text)?;
        }
        Ok(texts)
    }
}

/// Adds what has a name of its own, while there is room.
fn insert<T, E: Error>(map: &mut BTreeMap<String, T>, name: String, value: T) -> Result<(), E> {
    if map.len() == ENTRIES_MAX {
        return Err(E::custom(format_args!("more than {ENTRIES_MAX} names")));
    }
    if map.contains_key(&name) {
        let name = crate::error::shortened(&name);
        return Err(E::custom(format_args!("`{name}` given twice")));
    }
    map.insert(name, value);
    Ok(())
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {DIMENSIONS_MAX} sizes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sizes: A) -> Result<Shape, A::Error> {
        let mut shape = Vec::new();
        while let Some(size) = sizes.next_element()? {
            if shape.len() == DIMENSIONS_MAX {
                return Err(A::Error::invalid_length(DIMENSIONS_MAX + 1, &self));
            }
            shape.push(size);
        }
        Ok(Shape(shape))
    }
}
