//! Whether anything has changed since the release was built.

use crate::{failure::Failure, workspace::Workspace};
use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Everything that the release is made of.
const SOURCES: [&str; 10] = [
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
    "rust-toolchain.toml",
    "app",
    "crates",
    "frontend",
    "public",
    "server",
    "style",
];

/// The moment at which a build began: what changes after it is for the next build.
pub(crate) struct Stamp {
    file: PathBuf,
    unfinished: PathBuf,
}

impl Stamp {
    /// Notes the moment, by the clock of the file system.
    pub(crate) fn now(workspace: &Workspace) -> Result<Self, Failure> {
        let file = stamp_file(workspace);
        let unfinished = file.with_extension("unfinished");
        let folder = workspace.path("target/dist");
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(&unfinished, b""))
            .map_err(|error| Failure::io("Writing", &unfinished, &error))?;
        Ok(Self { file, unfinished })
    }

    /// The build is done.
    pub(crate) fn set(self) -> Result<(), Failure> {
        fs::rename(&self.unfinished, &self.file)
            .map_err(|error| Failure::io("Writing", &self.file, &error))
    }
}

/// Whether the release is there and nothing is newer.
pub(crate) fn is_fresh(workspace: &Workspace) -> bool {
    let built = modified(&stamp_file(workspace));
    let there = workspace.path("target/dist/peerceptron").is_file();
    let newest = SOURCES.iter().filter_map(|source| newest_within(&workspace.path(source))).max();
    there && built.is_some() && newest < built
}

fn stamp_file(workspace: &Workspace) -> PathBuf {
    workspace.path("target/dist/built.stamp")
}

/// The newest change of a file, or of anything in a folder; a folder changes when an entry comes or goes.
fn newest_within(path: &Path) -> Option<SystemTime> {
    let own = modified(path);
    let entries = fs::read_dir(path).into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(|entry| newest_within(&entry.path())).chain(own).max()
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}
