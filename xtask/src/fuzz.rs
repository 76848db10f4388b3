//! `cargo xtask fuzz`: arbitrary bytes into every decoder.

use crate::{
    failure::Failure,
    workspace::{Workspace, execute, first_line},
};

/// Per target, if nobody says otherwise.
const SECONDS: u32 = 30;

/// Runs one target or all of them for some seconds each.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let targets = targets(workspace)?;
    let (chosen, seconds) = match arguments {
        [] => (targets, SECONDS),
        [target] => (vec![target_named(&targets, target)?], SECONDS),
        [target, seconds] => (vec![target_named(&targets, target)?], parse_seconds(seconds)?),
        _ => return Err(Failure::new("Two words at most: a target and its seconds.")),
    };
    toolchain(workspace)?;
    for target in chosen {
        let mut command = workspace.command("cargo");
        command.env_remove("RUSTUP_TOOLCHAIN").args(["+nightly", "fuzz", "run", &target, "--"]);
        command.arg(format!("-max_total_time={seconds}")).arg("-max_len=70000");
        execute(&mut command, "The input that did it is in fuzz/artifacts: make it a test.")?;
    }
    Ok(())
}

/// The files in fuzz/fuzz_targets, by name.
fn targets(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    let folder = workspace.path("fuzz/fuzz_targets");
    let entries =
        std::fs::read_dir(&folder).map_err(|error| Failure::io("Reading", &folder, &error))?;
    let stem = |path: std::path::PathBuf| Some(path.file_stem()?.to_str()?.to_owned());
    let mut names: Vec<_> =
        entries.filter_map(Result::ok).filter_map(|entry| stem(entry.path())).collect();
    names.sort();
    Ok(names)
}

fn target_named(targets: &[String], name: &str) -> Result<String, Failure> {
    targets.iter().find(|target| *target == name).cloned().ok_or_else(|| {
        Failure::new(format!("There is no target `{name}`: there are {}.", targets.join(", ")))
    })
}

fn parse_seconds(text: &str) -> Result<u32, Failure> {
    text.parse().map_err(|_| Failure::new(format!("`{text}` is not a number of seconds.")))
}

fn toolchain(workspace: &Workspace) -> Result<(), Failure> {
    let nightly = first_line(
        workspace.command("rustc").env_remove("RUSTUP_TOOLCHAIN").args(["+nightly", "--version"]),
    );
    if nightly.is_none() {
        return Err(Failure::new(
            "Fuzzing needs a nightly toolchain: run `rustup toolchain install nightly` first.",
        ));
    }
    if !workspace.has("cargo-fuzz") {
        return Err(Failure::new(
            "Fuzzing needs cargo-fuzz: run `cargo install cargo-fuzz` first.",
        ));
    }
    Ok(())
}
