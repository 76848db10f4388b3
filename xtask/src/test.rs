//! `cargo xtask test`: everything that says whether the project works.

mod bits;
mod native;
mod onnx;
mod webassembly;

use crate::{
    browsers, dist,
    failure::Failure,
    step::Steps,
    tools,
    workspace::{Workspace, execute, execute_labelled},
};
use std::thread;

/// The parts, in the order in which they run: what fails fastest first.
const PARTS: [&str; 8] = ["format", "lint", "unit", "wasm", "onnx", "bits", "sim", "e2e"];

/// Runs all parts, or the one that is named; a filter goes to the part's own runner.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let (part, filter) = match arguments {
        [] => (None, None),
        [part] => (Some(part.as_str()), None),
        [part, filter] => (Some(part.as_str()), Some(filter.as_str())),
        _ => return Err(Failure::new("Two words at most: a part, and a filter for its tests.")),
    };
    if let Some(part) = part
        && !PARTS.contains(&part)
    {
        let parts = PARTS.join(", ");
        return Err(Failure::new(format!("There is no part `{part}`: there are {parts}.")));
    }
    let mut steps = Steps::default();
    match part {
        Some("e2e") => end_to_end(workspace, &mut steps, filter, || dist::build(workspace)),
        Some(part) => run_part(workspace, &mut steps, part, filter),
        None => everything(workspace, &mut steps),
    }
    steps.finish()
}

/// The release is built beside the tests: to link it keeps one processor busy for minutes.
fn everything(workspace: &Workspace, steps: &mut Steps) {
    if !steps.step("Tools", || shared_tools(workspace)) {
        return;
    }
    thread::scope(|scope| {
        let release = scope.spawn(|| release(workspace));
        for part in PARTS.into_iter().filter(|part| *part != "e2e") {
            run_part(workspace, steps, part, None);
        }
        let panicked = |_| Err(Failure::new("What builds the release has panicked."));
        end_to_end(workspace, steps, None, || release.join().unwrap_or_else(panicked));
    });
}

/// What both the release and the tests need, so that they do not install it at the same time.
fn shared_tools(workspace: &Workspace) -> Result<(), Failure> {
    tools::node(workspace)?;
    tools::wasm_target(workspace)?;
    tools::wasm_opt(workspace)?;
    tools::wasm_bindgen(workspace)
}

/// In a process of its own, whose lines can be told from those of the tests.
fn release(workspace: &Workspace) -> Result<(), Failure> {
    let not_started = |error| Failure::new(format!("xtask could not be started again: {error}."));
    let program = std::env::current_exe().map_err(not_started)?;
    let mut command = workspace.command(&program.to_string_lossy());
    execute_labelled("release", command.arg("dist"), "Read the lines of [release] above.")
}

/// A part that opens no page of the application.
fn run_part(workspace: &Workspace, steps: &mut Steps, part: &str, filter: Option<&str>) {
    match part {
        "format" => {
            steps.step("Format", || native::format(workspace));
        }
        "lint" => {
            steps.step("Lint, native", || native::lint(workspace));
            steps.step("Lint, WebAssembly", || webassembly::lint(workspace));
        }
        "unit" => {
            let title = "Unit, property and documentation tests";
            steps.step(title, || native::test(workspace, filter));
        }
        "wasm" => {
            let title = "The same kernels in WebAssembly";
            steps.step(title, || webassembly::test(workspace, filter));
        }
        "onnx" => {
            steps.step("Exported networks in ONNX Runtime", || onnx::test(workspace));
        }
        "bits" => {
            steps.step("The same bits in every build", || bits::native(workspace));
            steps.step("The same bits in Chromium and Firefox", || bits::browsers(workspace));
        }
        "sim" => {
            steps.step("The simulator's quick run", || simulate(workspace));
        }
        _ => unreachable!("`run` knows the parts"),
    }
}

fn simulate(workspace: &Workspace) -> Result<(), Failure> {
    let mut command = workspace.command("cargo");
    command.args(["run", "--quiet", "--package=sim", "--", "quick"]);
    execute(&mut command, "The command above replays it: `cargo xtask sim help`.")
}

/// The tests run against the very file that people get.
fn end_to_end(
    workspace: &Workspace,
    steps: &mut Steps,
    filter: Option<&str>,
    release: impl FnOnce() -> Result<(), Failure>,
) {
    let ready = steps.step("The release", release)
        & steps.step("Browsers", || browsers::install(workspace));
    if ready {
        steps.step("End to end, in Chromium and Firefox", || {
            tools::node(workspace)?;
            let mut command = workspace.command("npm");
            command.args(["test", "--silent", "--prefix", "end2end"]);
            if let Some(filter) = filter {
                command.args(["--", filter]);
            }
            let advice = "Pictures of the pages and the server's log are in end2end/results.";
            execute(&mut command, advice)
        });
    }
}
