//! `cargo xtask sim`: rooms of many peers on a faulty virtual network.

use crate::{
    bench::prepare_simulator,
    failure::Failure,
    workspace::{Workspace, execute},
};

/// Builds the simulator and passes everything on to it. Options alone are a room that is watched.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    prepare_simulator(workspace)?;
    let simulator = workspace.path("target/release/sim");
    let mut command = workspace.command(&simulator.to_string_lossy());
    if arguments.first().is_none_or(|first| first.starts_with('-')) {
        command.arg("room");
    }
    execute(
        command.args(arguments),
        "Read what it says above; `cargo xtask sim help` lists options.",
    )
}
