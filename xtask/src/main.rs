//! Every chore of the project, as `cargo xtask <chore>`.
//!
//! Each chore says what it does, skips what is there already, and ends with a sentence that says what to do if it
//! cannot go on. This crate has no dependencies, because a fresh machine compiles it before anything else can happen.
//! Standard output and the clock are what it is made of, so the bans of the pure crates do not hold here.

mod bench;
mod browsers;
mod data;
mod dist;
mod embedding;
mod failure;
mod fuzz;
mod run;
mod screenshot;
mod sections;
mod sim;
mod step;
mod test;
mod tools;
mod verify;
mod watch;
mod workspace;

use failure::Failure;
use std::process::ExitCode;
use workspace::Workspace;

const HELP: &str = "\
cargo xtask <chore>

  run [-- server options]      install what is missing, build the release, serve it at http://127.0.0.1:3000
  test [part] [filter]         install what tests need and run everything, or one part:
                               format, lint, unit, wasm, onnx, lint-wasm, bits, sim, e2e
  watch                        install what is missing, and `cargo leptos watch`: rebuild and reload on every change
  sdk                          put the compute worker and the JavaScript class beside what `cargo leptos` serves
  dist                         build the release into target/dist/peerceptron, one file
  bench page|channel|session|neural|rooms|private|engine|faults|ledger
                               measure, and compare with the targets; --json for one object a line
  sim [--peers 1000 --seed 7 --faults crash,loss --liars scaled:2 --rounds 20 --plot target/sim]
                               let simulated peers learn together and draw how that went; `sim help` tells of more
  data mnist | fashion         fetch 70,000 pictures; the site serves MNIST from then on
  embedding                    distil the table that makes texts into vectors: data/embedding/table.bin, in a minute or two
  verify-room FILE             compute a saved room again from its first page, or a training record, and check every signature
  verify-proof FILE            check a proof that an entry is on a page of a room's books
  fuzz [target] [seconds]      fuzz the decoders (needs a nightly toolchain and cargo-fuzz)
  screenshot                   take docs/screenshot.png of the real application
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match chore(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}

fn chore(arguments: &[String]) -> Result<(), Failure> {
    let workspace = Workspace::find()?;
    let Some((chore, rest)) = arguments.split_first() else {
        print!("{HELP}");
        return Ok(());
    };
    match chore.as_str() {
        "run" => run::run(&workspace, rest),
        "test" => test::run(&workspace, rest),
        "watch" => watch::run(&workspace, rest),
        "sdk" => dist::sdk_for_development(&workspace, rest),
        "dist" => dist::run(&workspace, rest),
        "bench" => bench::run(&workspace, rest),
        "sim" => sim::run(&workspace, rest),
        "data" => data::run(&workspace, rest),
        "embedding" => embedding::run(&workspace, rest),
        "verify-room" => verify::run(&workspace, rest),
        "verify-proof" => verify::run_proof(&workspace, rest),
        "fuzz" => fuzz::run(&workspace, rest),
        "screenshot" => screenshot::run(&workspace, rest),
        "help" | "-h" | "--help" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(Failure::new(format!(
            "There is no chore `{other}`: run `cargo xtask help` for the list."
        ))),
    }
}
