//! The release as one file: `target/dist/peerceptron`.

mod freshness;
mod modules;
mod site;

pub(crate) use modules::{browser_module, for_development as sdk_for_development};

use crate::{
    embedding,
    failure::Failure,
    step::step,
    tools,
    workspace::{Workspace, execute, execute_labelled},
};
use std::{fs, process::Command, thread};

const COMPILE_ADVICE: &str = "Read the compiler's message above.";

/// `cargo xtask dist`.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    if let Some(unknown) = arguments.first() {
        return Err(Failure::new(format!(
            "`{unknown}` means nothing here: `dist` takes no options."
        )));
    }
    build(workspace)?;
    println!("The server is target/dist/peerceptron: one file, nothing else is needed beside it.");
    Ok(())
}

/// Builds what has changed since the last time.
pub(crate) fn build(workspace: &Workspace) -> Result<(), Failure> {
    tools::node(workspace)?;
    if freshness::is_fresh(workspace) {
        println!("target/dist/peerceptron is newer than all sources.");
        return Ok(());
    }
    let stamp = freshness::Stamp::now(workspace)?;
    step("Tools, and all that is compiled", || tools_and_compile(workspace))?;
    step("The site", || site::build(workspace))?;
    step("The server, with the site inside", || server(workspace))?;
    stamp.set()
}

/// Two lanes run at once, because much of either keeps one processor busy and no more.
fn tools_and_compile(workspace: &Workspace) -> Result<(), Failure> {
    tools::wasm_target(workspace)?;
    thread::scope(|scope| {
        let beside = scope.spawn(|| {
            tools::from_npm(workspace)?;
            tools::wasm_split(workspace)?;
            tools::wasm_bindgen(workspace)?;
            embedding::make_both(workspace)
        });
        let compiled = modules::compile(workspace).and_then(|()| compile_for_server(workspace));
        let beside = beside.join().unwrap_or_else(|_| Err(Failure::new("A lane panicked.")));
        compiled.and(beside)
    })
}

/// All that the server is made of: with its last features, so that only its own crate is compiled again once the site
/// is there to be taken in. On a machine that has built before, there is nothing to be gained by it.
fn compile_for_server(workspace: &Workspace) -> Result<(), Failure> {
    if workspace.path("target/release/peerceptron").is_file() {
        return Ok(());
    }
    let site = workspace.path("target/site");
    fs::create_dir_all(&site).map_err(|error| Failure::io("Making", &site, &error))?;
    execute_labelled("server", &mut server_build(workspace), COMPILE_ADVICE)
}

fn server_build(workspace: &Workspace) -> Command {
    let mut command = workspace.command("cargo");
    command.args(["build", "--release", "--package=server", "--features=embed"]);
    command
}

fn server(workspace: &Workspace) -> Result<(), Failure> {
    execute(&mut server_build(workspace), COMPILE_ADVICE)?;
    let (built, placed) =
        (workspace.path("target/release/peerceptron"), workspace.path("target/dist/peerceptron"));
    fs::create_dir_all(workspace.path("target/dist"))
        .and_then(|()| match fs::remove_file(&placed) {
            // Away with it first: a running server's file cannot be written to, but it can be replaced.
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => fs::copy(&built, &placed),
        })
        .map(drop)
        .map_err(|error| Failure::io("Writing", &placed, &error))
}
