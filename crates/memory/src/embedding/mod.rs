//! Texts as vectors, so that what means the same lies near.
#![allow(missing_docs)]
use crate::capsule::Space;
#[derive(Clone)]
pub struct Model {
    space: Space,
}
impl Model {
    pub fn for_tests() -> Self {
        Self { space: Space(1) }
    }
    pub fn space(&self) -> Space {
        self.space
    }
    pub fn dimensions(&self) -> usize {
        64
    }
    pub fn embed(&self, text: &str) -> Vec<f32> {
        let mut out = vec![0.0; 64];
        for word in text.split_whitespace() {
            for (i, o) in out.iter_mut().enumerate() {
                let h = units::Hash::of_parts(&[word.to_lowercase().as_bytes()]);
                *o += f32::from(h.as_bytes()[i % 32] as i8);
            }
        }
        out
    }
}
