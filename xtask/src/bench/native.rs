//! What `cargo xtask bench neural`, `rooms`, `engine`, `ledger` and `memory` need: data, our network for this machine and for browsers,
//! and what to compare it with.

use crate::{
    browsers, data, dist,
    failure::Failure,
    workspace::{Workspace, execute},
};

pub(super) fn prepare(workspace: &Workspace) -> Result<(), Failure> {
    for set in data::SETS {
        data::fetch(workspace, set)?;
    }
    prepare_native(workspace)
}

/// Our own code, for this machine.
pub(super) fn prepare_native(workspace: &Workspace) -> Result<(), Failure> {
    let mut native = workspace.command("cargo");
    native.args(["build", "--release", "--package=bench"]);
    execute(&mut native, "Read the compiler's message above.")
}

/// What drives engines without browsers.
pub(crate) fn prepare_simulator(workspace: &Workspace) -> Result<(), Failure> {
    let mut native = workspace.command("cargo");
    native.args(["build", "--release", "--package=sim"]);
    execute(&mut native, "Read the compiler's message above.")
}

/// Our network and our cryptography in a browser, and the rivals.
pub(super) fn prepare_browser(workspace: &Workspace) -> Result<(), Failure> {
    dist::browser_module(workspace, "bench", "target/bench")?;
    browsers::npm_packages(workspace, "bench")
}
