//! `cargo xtask screenshot`: the README's picture, of the real application at work.

use crate::{
    browsers, dist,
    failure::Failure,
    workspace::{Workspace, execute},
};

/// Builds the release, lets three browsers train, and photographs one of them.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    if let Some(unknown) = arguments.first() {
        return Err(Failure::new(format!("`{unknown}` means nothing here: there are no options.")));
    }
    dist::build(workspace)?;
    browsers::install_for_benchmarks(workspace)?;
    let mut command = workspace.command("node");
    execute(command.arg("end2end/screenshot.mjs"), "Read the message above.")
}
