//! Files in the binary itself: `target/site` as it was when the binary was built.

use super::Content;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../target/site"]
struct Files;

pub(super) fn read(path: &str) -> Option<Content> {
    let file = Files::get(path)?;
    Some(Content { sha256: file.metadata.sha256_hash(), bytes: file.data })
}

pub(super) fn has(path: &str) -> bool {
    Files::get(path).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets::names::is_plain;

    #[test]
    fn every_embedded_file_can_be_asked_for() {
        for name in Files::iter() {
            assert!(is_plain(&name), "{name}");
            assert!(read(&name).is_some(), "{name}");
        }
    }
}
