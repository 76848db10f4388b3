//! The binary refuses settings that it cannot follow, in a sentence, and takes none from a variable that is empty.

use std::process::Command;

/// Runs the binary; gives its exit status and what it said.
fn run(arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_peerceptron"));
    let output = command.args(arguments).envs(environment.iter().copied()).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_level_that_does_not_exist_is_refused() {
    let (status, said) = run(&["--log", "banana"], &[]);
    assert_eq!(status, 2);
    assert!(said.contains("`banana` is no level") && said.contains("warn"), "{said}");
}

#[test]
fn a_folder_without_a_site_is_refused() {
    let (status, said) = run(&["--site-root", "/nowhere", "--listen", "127.0.0.1:0"], &[]);
    assert_eq!(status, 2);
    assert!(said.contains("`/nowhere`") && said.contains("pkg/peerceptron.js"), "{said}");
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    // Nobody listens on the discard port: the settings were taken, and the check was made.
    let check = ["--check-health", "--listen", "127.0.0.1:9"];
    let (status, said) = run(&check, &[("PORT", ""), ("PEERCEPTRON_PEERS_MAX", "")]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("not healthy"), "{said}");
}
