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
