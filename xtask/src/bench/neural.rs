//! What `cargo xtask bench neural` needs: data, our network for this machine and for browsers, and what to compare it with.

use crate::{
    browsers, data, dist,
    failure::Failure,
    tools,
    workspace::{Workspace, execute},
};

const ADVICE: &str = "Read the compiler's message above.";

pub(super) fn prepare(workspace: &Workspace) -> Result<(), Failure> {
    for set in data::SETS {
        data::fetch(workspace, set)?;
    }
    tools::wasm_target(workspace)?;
    tools::wasm_opt(workspace)?;
    tools::wasm_bindgen(workspace)?;
    let mut native = workspace.command("cargo");
    execute(native.args(["build", "--release", "--package=bench"]), ADVICE)?;
    let mut browser = workspace.command("cargo");
    browser.args(["build", "--package=bench", "--lib"]);
    browser.arg(format!("--target-dir={}", workspace.path("target/front").display()));
    browser.arg(format!("--target={}", dist::WASM_TARGET));
    browser.arg(format!("--profile={}", dist::WASM_PROFILE));
    execute(&mut browser, ADVICE)?;
    dist::bind(workspace, "bench", "bench", "target/bench")?;
    browsers::npm_packages(workspace, "bench")
}
