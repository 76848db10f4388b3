//! What is compiled for this machine.

use crate::{
    failure::Failure,
    workspace::{Workspace, execute, first_line},
};

/// These live in browsers only; the other half of `test` looks at them.
const BROWSER_ONLY: [&str; 6] = ["browser", "sdk", "module", "worker", "recall", "frontend"];

/// `rustfmt` would change nothing.
pub(crate) fn format(workspace: &Workspace) -> Result<(), Failure> {
    component(workspace, "rustfmt")?;
    let mut command = workspace.command("cargo");
    execute(command.args(["fmt", "--all", "--check"]), "`cargo fmt --all` mends it.")
}

/// Clippy finds nothing to say.
pub(crate) fn lint(workspace: &Workspace) -> Result<(), Failure> {
    component(workspace, "clippy")?;
    let mut command = workspace.command("cargo");
    command.args(["clippy", "--workspace", "--all-targets", "--features=app/ssr"]);
    for package in BROWSER_ONLY {
        command.arg(format!("--exclude={package}"));
    }
    execute(command.args(["--", "-D", "warnings"]), "Mend what clippy names above.")
}

/// Unit, property and documentation tests: of the whole workspace, of one package, or those with a word in their names.
pub(crate) fn test(workspace: &Workspace, filter: Option<&str>) -> Result<(), Failure> {
    let mut command = workspace.command("cargo");
    command.args(["test", "--no-fail-fast"]);
    let is_package = |name: &&str| {
        let folders = [format!("crates/{name}"), (*name).to_owned()];
        folders.iter().any(|folder| workspace.path(folder).join("Cargo.toml").is_file())
    };
    match filter.filter(is_package) {
        Some(package) if BROWSER_ONLY.contains(&package) => {
            let advice = "`cargo xtask test e2e` shows what it does.";
            return Err(Failure::new(format!("`{package}` lives in browsers only. {advice}")));
        }
        Some(package) => {
            command.arg(format!("--package={package}"));
            if package == "app" {
                command.arg("--features=ssr");
            }
        }
        None => {
            command.args(["--workspace", "--features=app/ssr"]);
            for package in BROWSER_ONLY {
                command.arg(format!("--exclude={package}"));
            }
            command.args(filter);
        }
    }
    execute(&mut command, "Read the failed tests above.")
}

/// Installs a part of the toolchain if it is missing.
pub(crate) fn component(workspace: &Workspace, name: &str) -> Result<(), Failure> {
    let program = if name == "clippy" { "cargo-clippy" } else { name };
    if first_line(workspace.command(program).arg("--version")).is_some() {
        return Ok(());
    }
    let mut command = workspace.command("rustup");
    execute(
        command.args(["component", "add", name]),
        "Install rustup from https://rustup.rs, or this component by your system's packages.",
    )
}
