//! `cargo xtask run`: from nothing to a served page.

use crate::{dist, failure::Failure, workspace::Workspace};
use std::{ffi::OsString, fs, path::Path, process::Command};

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

/// Puts what `cargo xtask data` has fetched beside the site's own data; tells whether there is any.
fn place_data(workspace: &Workspace) -> Result<bool, Failure> {
    let (fetched, served) = (workspace.path("data"), workspace.path("target/site/data"));
    let names = file_names(&fetched);
    for name in &names {
        let (from, to) = (fetched.join(name), served.join(name));
        let size = |path: &Path| fs::metadata(path).map(|metadata| metadata.len()).ok();
        if size(&from) != size(&to) {
            fs::create_dir_all(&served)
                .and_then(|()| fs::copy(&from, &to))
                .map_err(|error| Failure::io("Writing", &to, &error))?;
        }
    }
    Ok(!names.is_empty())
}

fn file_names(folder: &Path) -> Vec<OsString> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.filter(|entry| entry.path().is_file()).map(|entry| entry.file_name()).collect()
}

/// Replaces this program, so that signals reach the server itself.
#[cfg(unix)]
fn become_program(command: &mut Command) -> Result<(), Failure> {
    let error = std::os::unix::process::CommandExt::exec(command);
    Err(Failure::new(format!("target/dist/peerceptron could not be started: {error}.")))
}

#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result<(), Failure> {
    crate::workspace::execute(command, "Read the server's message above.")
}
