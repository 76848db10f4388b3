//! `cargo xtask watch`: every change as it is saved.

use crate::{failure::Failure, run::become_program, tools, workspace::Workspace};

/// Installs what is missing, and becomes `cargo leptos watch`.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    tools::wasm_target(workspace)?;
    tools::wasm_bindgen(workspace)?;
    tools::cargo_leptos(workspace)?;
    println!(
        "\nOnce it serves, `cargo xtask sdk` in another terminal puts the workers and the class beside the pages."
    );
    become_program(workspace.command("cargo").args(["leptos", "watch"]).args(arguments))
}
