//! `cargo xtask run`: from nothing to a served page.

use crate::{dist, failure::Failure, workspace::Workspace};

/// Builds what is missing or old, and becomes the server.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    dist::build(workspace)?;
    let options = arguments.strip_prefix(&["--".to_owned()]).unwrap_or(arguments);
    println!("\nServing. Ctrl-C ends it; `cargo xtask run -- --help` lists the server's options.");
    let server = workspace.path("target/dist/peerceptron");
    let mut command = workspace.command(&server.to_string_lossy());
    become_program(command.args(options))
}

/// Replaces this program, so that signals reach the server itself.
#[cfg(unix)]
fn become_program(command: &mut std::process::Command) -> Result<(), Failure> {
    let error = std::os::unix::process::CommandExt::exec(command);
    Err(Failure::new(format!("target/dist/peerceptron could not be started: {error}.")))
}

#[cfg(not(unix))]
fn become_program(command: &mut std::process::Command) -> Result<(), Failure> {
    crate::workspace::execute(command, "Read the server's message above.")
}
