//! Files from the site folder, for development and for servers whose files lie beside them.

use super::Content;
use sha2::{Digest, Sha256};
use std::{borrow::Cow, path::Path};

/// Reads and hashes a file. `path` must be plain (see [`super::names::is_plain`]).
pub(super) async fn read(root: &Path, path: &str) -> Option<Content> {
    let file = root.join(path);
    let read = move || {
        let bytes = std::fs::read(file).ok()?;
        let sha256 = Sha256::digest(&bytes).into();
        Some(Content { bytes: Cow::Owned(bytes), sha256 })
    };
    tokio::task::spawn_blocking(read).await.ok()?
}
