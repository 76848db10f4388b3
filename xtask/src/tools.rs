//! The tools that a build needs, in the versions that are known to work together.
//!
//! Whatever is there in the right version is used. What has to be compiled goes to this person's cache, for all clones of the
//! repository; the rest to `.tools/`, which git ignores.

use crate::{
    failure::Failure,
    workspace::{Workspace, execute_labelled, first_line},
};
use std::process::Command;

const CARGO_LEPTOS: &str = "0.3.10";
/// The same as `wasm-bindgen` in the root manifest: the two speak a private format to each other.
const WASM_BINDGEN: &str = "0.2.130";
/// The same as `wasm_split_helpers` in the root manifest.
const WASM_SPLIT: &str = "0.2.3";
/// npm's version of the package that brings `wasm-opt`.
const BINARYEN: &str = "132.0.0";
const ESBUILD: &str = "0.28.2";

/// Settings that compile a tool quickly rather than a quick tool: it runs for seconds, and compiles for minutes.
const QUICK_COMPILE: [(&str, &str); 5] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
    ("CARGO_PROFILE_RELEASE_STRIP", "symbols"),
];

/// The standard library for WebAssembly.
pub(crate) fn wasm_target(workspace: &Workspace) -> Result<(), Failure> {
    let target = "wasm32-unknown-unknown";
    let folder = first_line(workspace.command("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        target,
    ]));
    if folder.is_some_and(|folder| std::path::Path::new(&folder).is_dir()) {
        return Ok(());
    }
    println!("[tools] the target {target} is missing: installing it (some seconds)");
    execute_labelled(
        "tools",
        workspace.command("rustup").args(["target", "add", target]),
        "Install rustup from https://rustup.rs, or this target by your system's packages.",
    )
}

/// `cargo leptos`, which rebuilds and reloads while somebody develops. A release does without: it takes longer to compile than
/// all else together.
pub(crate) fn cargo_leptos(workspace: &Workspace) -> Result<(), Failure> {
    let there = first_line(workspace.command("cargo-leptos").arg("--version"));
    if there.is_some_and(|line| line.ends_with(CARGO_LEPTOS)) {
        return Ok(());
    }
    println!("[cargo-leptos] {CARGO_LEPTOS} is missing: installing it (about 10 minutes, once)");
    if binstall(workspace, "cargo-leptos", CARGO_LEPTOS) {
        return Ok(());
    }
    install(workspace, "cargo-leptos", CARGO_LEPTOS, |command| {
        command.args(["--locked", "--features", "no_downloads"]);
    })
}

/// `wasm-bindgen` and `wasm-bindgen-test-runner`.
pub(crate) fn wasm_bindgen(workspace: &Workspace) -> Result<(), Failure> {
    let is_there = |program: &str| {
        first_line(workspace.command(program).arg("--version"))
            .is_some_and(|line| line.ends_with(WASM_BINDGEN))
    };
    if is_there("wasm-bindgen") && is_there("wasm-bindgen-test-runner") {
        return Ok(());
    }
    println!("[wasm-bindgen] {WASM_BINDGEN} is missing: installing it (about 1 minute, once)");
    if binstall(workspace, "wasm-bindgen-cli", WASM_BINDGEN) {
        return Ok(());
    }
    install(workspace, "wasm-bindgen-cli", WASM_BINDGEN, |command| {
        command.env("CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS", "fallback");
    })
}

/// `wasm-split-cli`.
pub(crate) fn wasm_split(workspace: &Workspace) -> Result<(), Failure> {
    let package = "wasm_split_cli_support";
    // It does not tell its version; cargo's own list does.
    let list = std::fs::read_to_string(workspace.tools().join(".crates.toml")).unwrap_or_default();
    if list.contains(&format!("\"{package} {WASM_SPLIT} ")) && workspace.has("wasm-split-cli") {
        return Ok(());
    }
    println!("[wasm-split] {WASM_SPLIT} is missing: installing it (about 1 minute, once)");
    install(workspace, package, WASM_SPLIT, |command| {
        command.args(["--features", "build-binary"]);
        command.env("CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS", "fallback");
    })
}

/// `wasm-opt` and `esbuild`.
pub(crate) fn from_npm(workspace: &Workspace) -> Result<(), Failure> {
    node(workspace)?;
    let is_there = |program: &str, version: &str| {
        let there = first_line(workspace.command(program).arg("--version"));
        there.is_some_and(|line| line.split(' ').any(|word| word == version))
    };
    let major = BINARYEN.split('.').next().unwrap_or_default();
    if is_there("wasm-opt", major) && is_there("esbuild", ESBUILD) {
        return Ok(());
    }
    println!(
        "[npm] wasm-opt {BINARYEN} or esbuild {ESBUILD} is missing: installing both (some seconds, once)"
    );
    let mut command = workspace.command("npm");
    command.args(["install", "--no-save", "--no-audit", "--no-fund", "--prefix", ".tools"]);
    command.args([format!("binaryen@{BINARYEN}"), format!("esbuild@{ESBUILD}")]);
    execute_labelled("npm", &mut command, "Check that npm reaches its registry.")
}

/// Node, which compresses the site and drives browsers; it is not ours to install.
pub(crate) fn node(workspace: &Workspace) -> Result<(), Failure> {
    let version = first_line(workspace.command("node").arg("--version"));
    let major =
        version.as_deref().and_then(|v| v.strip_prefix('v')?.split('.').next()?.parse().ok());
    match major {
        Some(20u32..) if workspace.has("npm") => Ok(()),
        _ => Err(Failure::new(format!(
            "Node 20 or newer with npm is needed, and {} was found: install it from https://nodejs.org or by your \
             system's packages.",
            version.unwrap_or_else(|| "none".to_owned())
        ))),
    }
}

/// A build that somebody else has made, if this machine can fetch such; false if it cannot.
fn binstall(workspace: &Workspace, package: &str, version: &str) -> bool {
    if !workspace.has("cargo-binstall") {
        return false;
    }
    let mut command = workspace.command("cargo");
    command.args(["binstall", "--no-confirm", "--root"]).arg(workspace.tools());
    command.arg(format!("{package}@{version}"));
    match execute_labelled(package, &mut command, "Compiling it instead.") {
        Ok(()) => true,
        Err(failure) => {
            println!("[{package}] {failure}");
            false
        }
    }
}

fn install(
    workspace: &Workspace,
    package: &str,
    version: &str,
    adapt: impl FnOnce(&mut Command),
) -> Result<(), Failure> {
    let mut command = workspace.command("cargo");
    command.args(["install", package, "--version", version, "--root"]);
    command.arg(workspace.tools());
    // A folder that stays, so that an interrupted installation goes on where it was.
    let target = workspace.path(".tools/build").join(package);
    command.env("CARGO_TARGET_DIR", &target).envs(QUICK_COMPILE);
    adapt(&mut command);
    execute_labelled(
        package,
        &mut command,
        "Check that cargo reaches its registry, and try again.",
    )?;
    // Best effort: what is left over costs disk space only.
    let _ = std::fs::remove_dir_all(target);
    Ok(())
}
