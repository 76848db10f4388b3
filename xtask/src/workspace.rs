//! Where things lie, and commands that find the tools which the chores have installed.

use crate::failure::Failure;
use std::{
    env,
    ffi::{OsStr, OsString},
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The repository.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    root: PathBuf,
    /// Where the tools are that take minutes to compile: clones of the repository share them.
    tools: PathBuf,
    path_variable: OsString,
}

/// Of this person's caches, ours.
fn cache() -> Option<PathBuf> {
    let named = |variable: &str| env::var_os(variable).filter(|value| !value.is_empty());
    let home = || Some(PathBuf::from(named("HOME")?).join(".cache"));
    let folder = named("XDG_CACHE_HOME").or_else(|| named("LOCALAPPDATA")).map(PathBuf::from);
    Some(folder.or_else(home)?.join("peerceptron"))
}

impl Workspace {
    /// Finds the repository that cargo runs this program in, or else the one that it was compiled from: a repository that
    /// was moved or copied with its `target` is not taken for the old one.
    ///
    /// # Errors
    /// [`Failure`] if `PATH` cannot be extended.
    pub(crate) fn find() -> Result<Self, Failure> {
        let compiled_in = || env!("CARGO_MANIFEST_DIR").into();
        let package = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(compiled_in);
        let root = Path::new(&package)
            .parent()
            .ok_or_else(|| Failure::new("The folder of xtask has no parent folder."))?
            .to_path_buf();
        let own = root.join(".tools");
        let tools = cache().unwrap_or_else(|| own.clone());
        let first = [tools.join("bin"), own.join("bin"), own.join("node_modules/.bin")];
        let inherited = env::var_os("PATH").unwrap_or_default();
        let path_variable = env::join_paths(first.into_iter().chain(env::split_paths(&inherited)))
            .map_err(|error| Failure::new(format!("PATH cannot be extended: {error}.")))?;
        Ok(Self { root, tools, path_variable })
    }

    /// A path inside the repository.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Where tools are installed that other clones of the repository use as well.
    pub(crate) fn tools(&self) -> &Path {
        &self.tools
    }

    /// A command that runs in the repository's root and finds our tools before others.
    ///
    /// What cargo told this program about itself is taken away: it would make build scripts of the command run again.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.locate(program));
        command.current_dir(&self.root).env("PATH", &self.path_variable);
        for (name, _) in env::vars_os() {
            let ours = name.to_str().is_some_and(|name| {
                ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"]
                    .iter()
                    .any(|prefix| name.starts_with(prefix))
            });
            if ours {
                command.env_remove(name);
            }
        }
        command
    }

    /// Whether `program` can be found.
    pub(crate) fn has(&self, program: &str) -> bool {
        self.find_program(program).is_some()
    }

    /// The program's path; its bare name if it is nowhere, so that running it says so.
    fn locate(&self, program: &str) -> OsString {
        self.find_program(program).map_or_else(|| program.into(), PathBuf::into_os_string)
    }

    fn find_program(&self, program: &str) -> Option<PathBuf> {
        let names = [program.to_owned(), format!("{program}.exe"), format!("{program}.cmd")];
        env::split_paths(&self.path_variable)
            .flat_map(|folder| names.iter().map(move |name| folder.join(name)).collect::<Vec<_>>())
            .find(|candidate| candidate.is_file())
    }
}

/// Runs a command whose output goes straight to the person, and fails with `advice` if it fails.
pub(crate) fn execute(command: &mut Command, advice: &str) -> Result<(), Failure> {
    println!("$ {}", shown(command));
    execute_quietly(command, advice)
}

/// Runs a command without saying so first.
pub(crate) fn execute_quietly(command: &mut Command, advice: &str) -> Result<(), Failure> {
    let line = shown(command);
    let status = command.status().map_err(|error| {
        Failure::new(format!("`{line}` could not be started: {error}. {advice}"))
    })?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{line}` failed. {advice}"))) }
}

/// Runs a command that is heard only if it fails.
pub(crate) fn execute_silently(command: &mut Command, advice: &str) -> Result<(), Failure> {
    let line = shown(command);
    let output = command.output().map_err(|error| {
        Failure::new(format!("`{line}` could not be started: {error}. {advice}"))
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("`{line}` failed. {advice}\n{said}")))
}

/// Runs a command beside others: each line of its output starts with `label`.
pub(crate) fn execute_labelled(
    label: &str,
    command: &mut Command,
    advice: &str,
) -> Result<(), Failure> {
    let line = shown(command);
    println!("[{label}] $ {line}");
    let not_started =
        |error| Failure::new(format!("`{line}` could not be started: {error}. {advice}"));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(not_started)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    std::thread::scope(|scope| {
        if let Some(stdout) = stdout {
            scope.spawn(move || print_lines(label, stdout));
        }
        if let Some(stderr) = stderr {
            scope.spawn(move || print_lines(label, stderr));
        }
    });
    let status = child.wait().map_err(not_started)?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{line}` failed. {advice}"))) }
}

/// The first line that a command prints, or nothing if it fails or is not there.
pub(crate) fn first_line(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.lines().next().unwrap_or_default().to_owned())
}

fn print_lines(label: &str, stream: impl std::io::Read) {
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        println!("[{label}] {line}");
    }
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_owned();
    let words = std::iter::once(program.as_os_str()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
