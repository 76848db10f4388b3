//! `cargo xtask run`: from nothing to a served page.

use crate::{dist, failure::Failure, workspace::Workspace};
use std::{fs, path::Path, process::Command};

/// Builds what is missing or old, and becomes the server.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    dist::build(workspace)?;
    let options = arguments.strip_prefix(&["--".to_owned()]).unwrap_or(arguments);
    let server = workspace.path("target/dist/peerceptron");
    let mut command = workspace.command(&server.to_string_lossy());
    if place_data(workspace)? {
        // Fetched data sets are too large for the binary: with them, the site is served from its folder.
        command.arg("--site-root").arg(workspace.path("target/site"));
    }
    println!("\nServing. Ctrl-C ends it; `cargo xtask run -- --help` lists the server's options.");
    become_program(command.args(options))
}

/// What the application offers once `cargo xtask data mnist` has fetched it.
const FETCHED: [&str; 2] = ["mnist.bin", "mnist.bin.br"];

/// Puts it beside the site's own data; tells whether it is there.
fn place_data(workspace: &Workspace) -> Result<bool, Failure> {
    let (fetched, served) = (workspace.path("data"), workspace.path("target/site/data"));
    let size = |path: &Path| fs::metadata(path).map(|metadata| metadata.len()).ok();
    let mut there = false;
    for name in FETCHED {
        let (from, to) = (fetched.join(name), served.join(name));
        there |= from.is_file();
        if from.is_file() && size(&from) != size(&to) {
            fs::create_dir_all(&served)
                .and_then(|()| fs::copy(&from, &to))
                .map_err(|error| Failure::io("Writing", &to, &error))?;
        }
    }
    Ok(there)
}

/// Replaces this program, so that signals reach the server itself.
#[cfg(unix)]
pub(crate) fn become_program(command: &mut Command) -> Result<(), Failure> {
    let error = std::os::unix::process::CommandExt::exec(command);
    let program = command.get_program().to_string_lossy();
    Err(Failure::new(format!("{program} could not be started: {error}.")))
}

#[cfg(not(unix))]
pub(crate) fn become_program(command: &mut Command) -> Result<(), Failure> {
    crate::workspace::execute(command, "Read its message above.")
}
