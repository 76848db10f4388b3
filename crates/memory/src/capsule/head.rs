//! What a capsule says of itself.

use crate::limits;
use protocol::{DecodeError, encoding::encode};
use serde::{Deserialize, Serialize};
use units::{Hash, PeerId, UnixMillis};

/// Everything about a capsule but its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Whose it is: the device that made it.
    pub owner: PeerId,
    /// What it is.
    pub kind: Kind,
    /// Who may have it.
    pub privacy: Privacy,
    /// When it was made, by its owner's clock.
    pub made_at: UnixMillis,
    /// Words to find it by: lower case, ascending, each once.
    pub tags: Vec<String>,
    /// Where it lies among others.
    pub embedding: Embedding,
    /// How much it mattered when it was made, of 100.
    pub importance: u8,
    /// How far it lay from all that its owner knew, of 100.
    pub novelty: u8,
    /// Capsules that it was made of.
    pub sources: Vec<Hash>,
    /// The content's hash.
    pub content: Hash,
}

/// What a capsule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Something that somebody wrote.
    Note,
    /// Something that happened to a network.
    Episode,
    /// Nodes of a network that have learnt something.
    Skill,
}

/// Who may have a capsule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Privacy {
    /// Its owner's devices and nobody else.
    Personal,
    /// Others too, but there is nothing in it that somebody has written.
    Behavioural,
    /// Whoever finds it.
    Open,
}

/// What made an embedding: only those of one space can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Space(pub u32);

impl Space {
    /// Set where people make the vectors themselves.
    const BY_HAND: u32 = 1 << 31;

    /// Set, beside [`Self::BY_HAND`], where vectors are of the activity of a network.
    const OF_ACTIVITY: u32 = 1 << 30;

    /// That of a model of texts, by its hash.
    pub fn of_texts(model: Hash) -> Self {
        let (first, _) = model.as_bytes().split_first_chunk().expect("a hash has 32 bytes");
        Self(u32::from_le_bytes(*first) & !Self::BY_HAND)
    }

    /// That of vectors with so many numbers that people make themselves.
    pub fn by_hand(dimensions: usize) -> Self {
        Self(Self::BY_HAND | dimensions as u32)
    }

    /// That of the activity of networks of one description, by its name (`neural::Network::activity_name`).
    pub fn of_activity(network: Hash) -> Self {
        let (first, _) = network.as_bytes().split_first_chunk().expect("a hash has 32 bytes");
        Self(u32::from_le_bytes(*first) | Self::BY_HAND | Self::OF_ACTIVITY)
    }

    /// Whether texts lie in it, so that another model can make an embedding of them anew.
    pub fn is_of_texts(self) -> bool {
        self.0 & Self::BY_HAND == 0
    }
}

/// A direction: numbers of which only the proportions count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Embedding {
    /// What made it.
    pub space: Space,
    /// The numbers, the largest as 127 or -127; none where there is nothing to compare.
    #[serde(with = "serde_bytes")]
    values: Vec<u8>,
}

impl Head {
    /// The capsule's name.
    pub fn id(&self) -> Hash {
        Self::name(&encode(self))
    }

    /// The name of the capsule of a head that is encoded so.
    pub(super) fn name(encoded: &[u8]) -> Hash {
        Hash::of_parts(&[b"peerceptron capsule", encoded])
    }

    /// Checks that lists are short and in order.
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] says which rule is broken.
    pub fn validate(&self) -> Result<(), DecodeError> {
        let invalid = |problem| Err(DecodeError::Invalid { what: "capsule", problem });
        if self.tags.len() > limits::TAGS_MAX || self.sources.len() > limits::SOURCES_MAX {
            return invalid(format!("{} tags, {} sources", self.tags.len(), self.sources.len()));
        }
        if !self.tags.is_sorted_by(|a, b| a < b) {
            return invalid("tags out of order, or one twice".to_owned());
        }
        if let Some(tag) = self.tags.iter().find(|tag| !is_tag(tag)) {
            return invalid(format!("the tag `{}`", tag.chars().take(40).collect::<String>()));
        }
        if self.embedding.dimensions() > limits::DIMENSIONS_MAX {
            return invalid(format!("{} dimensions", self.embedding.dimensions()));
        }
        if self.importance > 100 || self.novelty > 100 {
            return invalid(format!("{} and {} of 100", self.importance, self.novelty));
        }
        Ok(())
    }
}

/// Whether a text can be a tag: few characters in lower case, without spaces at its ends and signs that nobody sees.
pub(super) fn is_tag(text: &str) -> bool {
    let chars = text.chars().count();
    (1..=limits::TAG_CHARS_MAX).contains(&chars)
        && text.trim() == text
        && !text.chars().any(char::is_control)
        && text.to_lowercase() == text
}

impl Embedding {
    /// Of nothing that could be compared.
    pub const fn none(space: Space) -> Self {
        Self { space, values: Vec::new() }
    }

    /// Of numbers, by their proportions. `None` if one of them is none, or there are too many.
    pub fn of(space: Space, values: &[f32]) -> Option<Self> {
        let largest = values.iter().fold(0f32, |largest, value| largest.max(value.abs()));
        if values.len() > limits::DIMENSIONS_MAX || values.iter().any(|it| !it.is_finite()) {
            return None;
        }
        if largest == 0.0 {
            return Some(Self::none(space));
        }
        let byte = |value: &f32| (value / largest * 127.0).round() as i8 as u8;
        Some(Self { space, values: values.iter().map(byte).collect() })
    }

    /// How many numbers.
    pub fn dimensions(&self) -> usize {
        self.values.len()
    }

    /// The numbers.
    pub fn numbers(&self) -> impl ExactSizeIterator<Item = i8> + Clone + '_ {
        self.values.iter().map(|byte| *byte as i8)
    }

    /// The direction as a vector of length 1; `None` where there is none.
    pub fn to_unit(&self) -> Option<Vec<f32>> {
        let values = self.numbers().map(i32::from);
        let squares: i32 = values.clone().map(|value| value * value).sum();
        // Exact in IEEE 754, so the same everywhere.
        let length = (squares as f32).sqrt();
        (squares > 0).then(|| values.map(|value| value as f32 / length).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_embedding_keeps_its_direction() {
        let embedding = Embedding::of(Space(1), &[3.0, 4.0, 0.0]).expect("numbers");
        let unit = embedding.to_unit().expect("there is a direction");
        for (value, expected) in unit.iter().zip([0.6, 0.8, 0.0]) {
            assert!((value - expected).abs() < 0.005, "{value}, {expected}");
        }
        assert!(Embedding::of(Space(1), &[f32::NAN]).is_none());
        let nothing = Embedding::of(Space(1), &[0.0; 8]).expect("numbers");
        assert_eq!(nothing.to_unit(), None);
    }
}
