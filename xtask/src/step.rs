//! Steps that are announced, timed and counted.

use crate::failure::Failure;
use std::time::{Duration, Instant};

/// Does `work` under a heading, and says how long it took.
#[expect(clippy::disallowed_methods, reason = "a chore may look at the clock")]
pub(crate) fn step<T>(
    title: &str,
    work: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    println!("\n==> {title}");
    let start = Instant::now();
    let outcome = work();
    let verdict = if outcome.is_ok() { "done" } else { "failed" };
    println!("<== {title}: {verdict} in {}", seconds(start.elapsed()));
    outcome
}

/// Steps that go on after a failure, so that one run shows everything that is wrong.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    passed: usize,
    failed: Vec<(String, Failure)>,
}

impl Steps {
    /// Does a step and remembers how it went; tells whether it went well.
    pub(crate) fn step(&mut self, title: &str, work: impl FnOnce() -> Result<(), Failure>) -> bool {
        match step(title, work) {
            Ok(()) => {
                self.passed += 1;
                true
            }
            Err(failure) => {
                println!("{failure}");
                self.failed.push((title.to_owned(), failure));
                false
            }
        }
    }

    /// Prints what failed and the closing line.
    ///
    /// # Errors
    /// [`Failure`] if any step failed.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        println!();
        for (title, failure) in &self.failed {
            println!("failed: {title}: {failure}");
        }
        println!("{} passed, {} failed", self.passed, self.failed.len());
        if self.failed.is_empty() {
            Ok(())
        } else {
            Err(Failure::new("Some steps failed: see the lines that start with `failed:`."))
        }
    }
}

fn seconds(duration: Duration) -> String {
    let total = duration.as_secs_f64();
    if total < 60.0 {
        format!("{total:.1} s")
    } else {
        format!("{} min {} s", duration.as_secs() / 60, duration.as_secs() % 60)
    }
}
