//! `cargo xtask bench`: measures in a real browser and compares with the targets.

use crate::{
    browsers, dist,
    failure::Failure,
    workspace::{Workspace, execute},
};

const BENCHMARKS: [&str; 3] = ["page", "channel", "session"];

/// Builds the release and measures it.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
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
    dist::build(workspace)?;
    browsers::install_for_benchmarks(workspace)?;
    for name in names {
        let mut command = workspace.command("node");
        command.arg(format!("bench/{name}.mjs")).args(&options);
        execute(&mut command, "Read the message above.")?;
    }
    Ok(())
}
