//! What happened, for whoever looks for a fault.

use std::collections::VecDeque;
use units::Instant;

/// Lines kept for the report of a violation.
const LINES_KEPT: usize = 400;

/// The newest lines of a history, and a digest of all of them.
#[derive(Debug)]
pub(crate) struct Trace {
    lines: VecDeque<String>,
    digest: u64,
    count: u64,
    aloud: bool,
}

impl Trace {
    /// An empty trace; one that is `aloud` prints every line as it comes.
    pub(crate) fn new(aloud: bool) -> Self {
        // The offset basis of FNV-1a: a digest that tells histories apart needs no secrets.
        Self { lines: VecDeque::new(), digest: 0xcbf2_9ce4_8422_2325, count: 0, aloud }
    }

    /// Adds a line.
    pub(crate) fn line(&mut self, now: Instant, line: &str) {
        let micros = now.as_micros();
        let line = format!("{:>6}.{:06} {line}", micros / 1_000_000, micros % 1_000_000);
        for byte in line.bytes() {
            self.digest = (self.digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self.count += 1;
        if self.aloud {
            println!("{line}");
        }
        if self.lines.len() == LINES_KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    /// A digest of every line so far: two runs of one seed must agree on it.
    pub(crate) fn digest(&self) -> u64 {
        self.digest
    }

    /// How many lines there were.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The newest lines, oldest first.
    pub(crate) fn newest(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }
}
