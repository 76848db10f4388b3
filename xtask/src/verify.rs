//! `cargo xtask verify-room` and `verify-proof`: the check of a room, a training record, or a proof, that a member has saved.

use crate::{
    failure::Failure,
    workspace::{Workspace, execute},
};

/// Builds the program that checks transcripts, and runs it on a file.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let [file] = arguments else {
        return Err(Failure::new(
            "Name one file: a room, as `export_room()` gives it, or a training record, as “Save the training record” or `export_training_record()` does.",
        ));
    };
    let mut command = workspace.command("cargo");
    command.args(["run", "--quiet", "--release", "--package=transcript", "--", file]);
    execute(&mut command, "The record does not show what it says: see above.")
}

/// Builds the program that checks proofs from a room's books, and runs it on a file.
pub(crate) fn run_proof(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let [file] = arguments else {
        return Err(Failure::new(
            "Name one file: a proof, as “Save the proof” in the room’s books gives it.",
        ));
    };
    let mut command = workspace.command("cargo");
    let program = ["--package=books", "--example=check_proof"];
    command.args(["run", "--quiet", "--release"]).args(program).args(["--", file]);
    execute(&mut command, "The proof does not show what it says: see above.")
}
