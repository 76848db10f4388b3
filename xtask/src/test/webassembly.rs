//! What is compiled for browsers.

use super::native::component;
use crate::{
    failure::Failure,
    tools,
    workspace::{Workspace, execute},
};

const TARGET: &str = "--target=wasm32-unknown-unknown";

/// Clippy finds nothing to say about what runs in browsers.
pub(crate) fn lint(workspace: &Workspace) -> Result<(), Failure> {
    component(workspace, "clippy")?;
    tools::wasm_target(workspace)?;
    let mut command = workspace.command("cargo");
    command.args(["clippy", TARGET, "--features=app/hydrate"]);
    command.args(["--package=browser", "--package=sdk", "--package=frontend", "--package=app"]);
    command.args(["--package=module", "--package=worker", "--package=recall"]);
    command.args(["--package=bits", "--package=bench"]);
    execute(command.args(["--", "-D", "warnings"]), "Mend what clippy names above.")
}

/// The tests of the numeric kernels give the same bits in WebAssembly, under Node.
pub(crate) fn test(workspace: &Workspace, filter: Option<&str>) -> Result<(), Failure> {
    tools::node(workspace)?;
    tools::wasm_target(workspace)?;
    tools::wasm_bindgen(workspace)?;
    let mut command = workspace.command("cargo");
    command
        .args(["test", "--package=neural", "--package=bits", "--package=bench", "--tests", TARGET])
        .args(filter);
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner");
    execute(&mut command, "Read the failed tests above.")
}
