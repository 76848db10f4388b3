//! `cargo xtask embedding`: the static table of the model of texts, distilled on this machine.

use crate::{
    failure::Failure,
    tools,
    workspace::{Workspace, execute},
};
use std::fs;

/// What the table's header must say: every machine distils the same bits, so that peers can compare their vectors.
const HASH: &str = "9db4efc49eb8f2b7fae0244c7063e896bcdd7fa5afdeb007f9725f7d35542273";

/// Where the table is.
pub(crate) const TABLE: &str = "data/embedding/table.bin";

/// Makes `data/embedding/table.bin`, unless it is there.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    if !arguments.is_empty() {
        return Err(Failure::new("`cargo xtask embedding` has no options."));
    }
    make(workspace)
}

/// Makes it, unless it is there.
pub(crate) fn make(workspace: &Workspace) -> Result<(), Failure> {
    if hash(workspace).as_deref() == Some(HASH) {
        println!("{TABLE} is there already.");
        return Ok(());
    }
    tools::node(workspace)?;
    let mut fetch = workspace.command("node");
    execute(fetch.arg("xtask/scripts/embedding.mjs"), "Check that npm can fetch its packages.")?;
    // Of its own folder, for its own flags: wider vectors halve the time, and change no bit.
    let mut build = workspace.command("cargo");
    build.args(["build", "--release", "--package=distill", "--target-dir=target/distill"]);
    build.env("RUSTFLAGS", "-Ctarget-cpu=native");
    execute(&mut build, "Read the compiler's message above.")?;
    let mut distill = workspace.command("target/distill/release/distill");
    execute(distill.arg("data/embedding"), "Delete data/embedding and try again.")?;
    match hash(workspace) {
        Some(hash) if hash == HASH => Ok(()),
        found => Err(Failure::new(format!(
            "The table's hash is {} and should be {HASH}: whoever changed how it is made sets it in xtask/src/embedding.rs.",
            found.unwrap_or_default()
        ))),
    }
}

/// What stands in the table's header: four letters, a version, and the hash.
fn hash(workspace: &Workspace) -> Option<String> {
    let bytes = fs::read(workspace.path(TABLE)).ok()?;
    Some(bytes.get(6..38)?.iter().map(|byte| format!("{byte:02x}")).collect())
}
