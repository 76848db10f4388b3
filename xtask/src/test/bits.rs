//! The same bits everywhere: seeded trainings in every kind of build and in every browser.

use crate::{
    browsers, dist,
    failure::Failure,
    tools,
    workspace::{Workspace, execute},
};

const ADVICE: &str = "Something depends on the machine: see bench/bits.";

/// Without any optimisation, with it, and with the widest registers that this machine has.
pub(crate) fn native(workspace: &Workspace) -> Result<(), Failure> {
    let unoptimised = "profile.dev.package.neural.opt-level=0";
    build(workspace, "debug", &["--config", unoptimised], None)?;
    build(workspace, "release", &["--release"], None)?;
    if has_wide_registers() {
        let features = "-C target-feature=+avx2,+fma";
        return build(workspace, "release with AVX2 and FMA", &["--release"], Some(features));
    }
    println!("This machine has no AVX2: the build for it is left out.");
    Ok(())
}

fn build(
    workspace: &Workspace,
    name: &str,
    options: &[&str],
    flags: Option<&str>,
) -> Result<(), Failure> {
    println!("Native, {name}");
    let mut command = workspace.command("cargo");
    command.args(["run", "--quiet", "--package=bits", "--target-dir=target/bits"]).args(options);
    if let Some(flags) = flags {
        command.env("RUSTFLAGS", flags);
    }
    execute(&mut command, ADVICE)
}

#[cfg(target_arch = "x86_64")]
fn has_wide_registers() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}

#[cfg(not(target_arch = "x86_64"))]
fn has_wide_registers() -> bool {
    false
}

/// In Chromium and Firefox.
pub(crate) fn browsers(workspace: &Workspace) -> Result<(), Failure> {
    tools::node(workspace)?;
    browsers::install(workspace)?;
    dist::browser_module(workspace, "bits", "target/bench")?;
    let mut command = workspace.command("node");
    execute(command.arg("bench/bits.mjs"), ADVICE)
}
