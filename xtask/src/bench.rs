//! `cargo xtask bench`: measures in a real browser and compares with the targets.

mod native;

pub(crate) use native::prepare_simulator;

use crate::{
    browsers, data, dist,
    failure::Failure,
    workspace::{Workspace, execute_quietly},
};

const BENCHMARKS: [&str; 10] = [
    "page", "channel", "session", "neural", "rooms", "private", "engine", "faults", "ledger",
    "memory",
];
/// What this program says to itself.
const PREPARE: &str = "--prepare";

/// Builds the release and measures it.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    if let Some((PREPARE, names)) = arguments.split_first().map(|(word, names)| (&**word, names)) {
        return prepare(workspace, &names.iter().collect::<Vec<_>>(), false);
    }
    let (options, names): (Vec<_>, Vec<_>) =
        arguments.iter().partition(|argument| argument.starts_with("--"));
    let known = |name: &&&String| BENCHMARKS.contains(&name.as_str());
    if names.is_empty() || names.iter().filter(known).count() < names.len() {
        let list = BENCHMARKS.join(", ");
        return Err(Failure::new(format!("Name what to measure: {list}; `--json` for machines.")));
    }
    if let Some(unknown) = options.iter().find(|option| option.as_str() != "--json") {
        return Err(Failure::new(format!("`{unknown}` is not an option: there is `--json`.")));
    }
    prepare(workspace, &names, !options.is_empty())?;
    for name in names {
        let mut command = workspace.command("node");
        command.arg(format!("bench/{name}.mjs")).args(&options);
        execute_quietly(&mut command, "Read the message above.")?;
    }
    Ok(())
}

/// What the named benchmarks need. With `--json`, standard output holds results and nothing else: there the work is done
/// by a process of its own, whose words go to standard error.
fn prepare(workspace: &Workspace, names: &[&String], is_json: bool) -> Result<(), Failure> {
    if !is_json {
        let asks_for = |some: &[&str]| names.iter().any(|name| some.contains(&name.as_str()));
        if asks_for(&["neural", "rooms", "private"]) {
            native::prepare(workspace)?;
        }
        if asks_for(&["rooms", "engine", "faults"]) {
            native::prepare_simulator(workspace)?;
        }
        if asks_for(&["ledger", "memory"]) {
            native::prepare_native(workspace)?;
        }
        if asks_for(&["neural", "ledger", "memory"]) {
            native::prepare_browser(workspace)?;
        }
        if asks_for(&["memory"]) {
            data::fetch(workspace, "mnist")?;
            browsers::npm_packages(workspace, "bench/memory")?;
        }
        if asks_for(&["page", "channel", "session", "memory"]) {
            dist::build(workspace)?;
        }
        if asks_for(&["page", "channel", "session", "neural", "ledger", "memory"]) {
            browsers::install_for_benchmarks(workspace)?;
        }
        return Ok(());
    }
    let not_started = |error| Failure::new(format!("xtask could not be started again: {error}."));
    let program = std::env::current_exe().map_err(not_started)?;
    let mut command = workspace.command(&program.to_string_lossy());
    command.args(["bench", PREPARE]).args(names).stdout(std::io::stderr());
    match command.status().map_err(not_started)?.success() {
        true => Ok(()),
        false => Err(Failure::new("The benchmark could not be prepared: read the message above.")),
    }
}
