//! Real browsers, and the packages that drive them.

use crate::{
    failure::Failure,
    tools,
    workspace::{Workspace, execute},
};

/// Where browsers are looked for, first come first served; the end-to-end tests look at the same names.
const CHROMIUM: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const FIREFOX: [&str; 2] = ["firefox-esr", "firefox"];

/// Installs what is missing for end-to-end tests.
pub(crate) fn install(workspace: &Workspace) -> Result<(), Failure> {
    chromium(workspace)?;
    browser(workspace, "Firefox", &FIREFOX, "firefox-esr")?;
    packet_filter(workspace);
    npm_packages(workspace, "end2end")?;
    // Exported networks are tried in ONNX Runtime.
    npm_packages(workspace, "end2end/onnx")
}

/// Installs what is missing for benchmarks.
pub(crate) fn install_for_benchmarks(workspace: &Workspace) -> Result<(), Failure> {
    chromium(workspace)?;
    npm_packages(workspace, "end2end")
}

fn chromium(workspace: &Workspace) -> Result<(), Failure> {
    browser(workspace, "Chromium", &CHROMIUM, "chromium")
}

fn browser(
    workspace: &Workspace,
    name: &str,
    programs: &[&str],
    package: &str,
) -> Result<(), Failure> {
    if programs.iter().any(|program| workspace.has(program)) {
        return Ok(());
    }
    let advice = format!(
        "{name} is needed and none of {} was found: install it by your system's packages (Debian: `apt-get install \
         {package}` as root).",
        programs.join(", ")
    );
    if !workspace.has("apt-get") || !is_root(workspace) {
        return Err(Failure::new(advice));
    }
    println!("{name} is missing: installing the Debian package {package} (about a minute)");
    execute(workspace.command("apt-get").arg("update"), &advice)?;
    let mut install = workspace.command("apt-get");
    install.env("DEBIAN_FRONTEND", "noninteractive");
    execute(install.args(["install", "--yes", "--no-install-recommends", package]), &advice)
}

/// What makes a link lose packets. Where it cannot be had, the tests that need it say so and are left out.
fn packet_filter(workspace: &Workspace) {
    if workspace.has("nft") || !workspace.has("apt-get") || !is_root(workspace) {
        return;
    }
    println!("nft is missing: installing the Debian package nftables");
    let mut install = workspace.command("apt-get");
    install.env("DEBIAN_FRONTEND", "noninteractive");
    let install = install.args(["install", "--yes", "--no-install-recommends", "nftables"]);
    if execute(install, "").is_err() {
        println!("It could not be installed: tests of narrow links are left out.");
    }
}

fn is_root(workspace: &Workspace) -> bool {
    crate::workspace::first_line(workspace.command("id").arg("-u")).is_some_and(|id| id == "0")
}

/// Installs exactly what the lock file names, unless that has been done since the lock file changed.
pub(crate) fn npm_packages(workspace: &Workspace, folder: &str) -> Result<(), Failure> {
    tools::node(workspace)?;
    let changed =
        |path: String| std::fs::metadata(workspace.path(&path)).and_then(|m| m.modified());
    let installed = changed(format!("{folder}/node_modules/.package-lock.json"));
    let locked = changed(format!("{folder}/package-lock.json"));
    if let (Ok(installed), Ok(locked)) = (installed, locked)
        && installed >= locked
    {
        return Ok(());
    }
    let mut command = workspace.command("npm");
    command.args(["ci", "--no-audit", "--no-fund", "--prefix", folder]);
    execute(&mut command, "Check that npm reaches its registry.")
}
