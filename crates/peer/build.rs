//! Names the sources that jobs, answers and learning are made of, so that a page and its compute worker can tell
//! whether they are of one build.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    let mut crates = BTreeSet::new();
    find_crates(Path::new("../peer"), &mut crates)?;
    let mut hash = Fnv::default();
    for folder in crates {
        let sources = folder.join("src");
        println!("cargo:rerun-if-changed={}", sources.display());
        let mut files = Vec::new();
        collect(&sources, &mut files)?;
        // Folders list their entries in any order.
        files.sort();
        for file in files {
            hash.take(file.to_string_lossy().replace('\\', "/").as_bytes());
            hash.take(&fs::read(file)?);
        }
    }
    println!("cargo:rustc-env=PEER_SOURCES={:016x}", hash.0);
    Ok(())
}

/// A crate and all of ours that it is built on, which lie beside each other.
fn find_crates(folder: &Path, found: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    let manifest = folder.join("Cargo.toml");
    if !manifest.is_file() || !found.insert(folder.to_owned()) {
        return Ok(());
    }
    println!("cargo:rerun-if-changed={}", manifest.display());
    for line in fs::read_to_string(&manifest)?.lines() {
        if let Some((name, _)) = line.split_once(".workspace = true") {
            find_crates(&Path::new("..").join(name), found)?;
        }
    }
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// FNV-1a with 64 bits: enough to tell builds apart, which is no question of security.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
