//! Exported networks in another program.

use crate::{
    browsers,
    failure::Failure,
    workspace::{Workspace, execute},
};

/// Where the exported networks go.
const FOLDER: &str = "target/onnx";

/// ONNX Runtime finds the same labels and probabilities as the networks themselves.
pub(crate) fn test(workspace: &Workspace) -> Result<(), Failure> {
    browsers::npm_packages(workspace, "end2end/onnx")?;
    // A network that is exported no longer would otherwise be compared for ever; nothing is there on a fresh machine.
    let _ = std::fs::remove_dir_all(workspace.path(FOLDER));
    let mut command = workspace.command("cargo");
    command.args(["run", "--quiet", "--package=formats", "--example=onnx", "--", FOLDER]);
    execute(&mut command, "Read the error above: the example is crates/formats/examples/onnx.rs.")?;
    let mut command = workspace.command("node");
    command.args(["end2end/onnx/compare.mjs", FOLDER]);
    execute(&mut command, "The row that differs is named above.")
}
