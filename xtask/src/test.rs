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
use std::{env, thread};

/// The parts, in the order in which they run: what fails fastest first.
const PARTS: [&str; 9] =
    ["format", "lint", "unit", "sim", "wasm", "onnx", "lint-wasm", "bits", "e2e"];

/// Those of them that run beside the end-to-end tests where all run: there, browsers wait for each other half of the time. Not
/// the simulator, which takes every core for as long as it runs.
const BESIDE: [&str; 2] = ["lint-wasm", "bits"];

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
    let wanted = |name| part.is_none_or(|part| part == name);
    let alone = |name| part == Some(name);
    let mut steps = Steps::default();
    if wanted("format") {
        steps.step("Format", || native::format(workspace));
    }
    if wanted("lint") {
        steps.step("Lint, native", || native::lint(workspace));
    }
    if wanted("unit") {
        steps.step("Unit, property and documentation tests", || native::test(workspace, filter));
    }
    if wanted("sim") {
        steps.step("The simulator's quick run", || simulate(workspace));
    }
    if wanted("wasm") {
        steps.step("The same kernels in WebAssembly", || webassembly::test(workspace, filter));
    }
    if wanted("onnx") {
        steps.step("Exported networks in ONNX Runtime", || onnx::test(workspace));
    }
    if alone("lint-wasm") {
        steps.step("Lint, WebAssembly", || webassembly::lint(workspace));
    }
    if alone("bits") {
        steps.step("The same bits in every build", || bits::native(workspace));
        steps.step("The same bits in Chromium and Firefox", || bits::browsers(workspace));
    }
    if wanted("e2e") {
        let beside: &[&str] = if alone("e2e") { &[] } else { &BESIDE };
        end_to_end(workspace, &mut steps, filter, beside);
    }
    steps.finish()
}

fn simulate(workspace: &Workspace) -> Result<(), Failure> {
    let mut command = workspace.command("cargo");
    command.args(["run", "--quiet", "--package=sim", "--", "quick"]);
    execute(&mut command, "The command above replays it: `cargo xtask sim help`.")
}

/// The tests run against the very file that people get, and other parts beside them.
fn end_to_end(workspace: &Workspace, steps: &mut Steps, filter: Option<&str>, beside: &[&str]) {
    let ready = steps.step("The release", || dist::build(workspace))
        & steps.step("Browsers", || browsers::install(workspace));
    thread::scope(|scope| {
        let others = scope.spawn(|| {
            let run = |part: &&str| (format!("Beside them: {part}"), run_beside(workspace, part));
            beside.iter().map(run).collect::<Vec<_>>()
        });
        if ready {
            steps.step("End to end, in Chromium and Firefox", || in_browsers(workspace, filter));
        }
        for (title, outcome) in others.join().expect("no part panics") {
            steps.step(&title, || outcome);
        }
    });
}

fn in_browsers(workspace: &Workspace, filter: Option<&str>) -> Result<(), Failure> {
    tools::node(workspace)?;
    let mut command = workspace.command("npm");
    command.args(["test", "--silent", "--prefix", "end2end"]);
    if let Some(filter) = filter {
        command.args(["--", filter]);
    }
    let advice = "Pictures of the pages and the server's log are in end2end/results.";
    execute(&mut command, advice)
}

/// Runs a part as a program of its own, which waits wherever another wants the processor.
fn run_beside(workspace: &Workspace, part: &str) -> Result<(), Failure> {
    let not_found = |error| Failure::new(format!("This program cannot be found: {error}."));
    let this = env::current_exe().map_err(not_found)?;
    let this = this.to_string_lossy();
    let mut command = match workspace.has("nice") {
        true => workspace.command("nice"),
        false => workspace.command(&this),
    };
    if workspace.has("nice") {
        command.args(["-n", "19", &*this]);
    }
    command.args(["test", part]);
    execute_labelled(part, &mut command, "Its lines say what failed.")
}
