//! What happened, for whoever looks for a fault.

use crate::{network::HostId, story};
use core::fmt;
use peer::{Channel, ConnectionInput, ConnectionOutput, Event, Input, Output, SignalingInput};
use peer::{PathStats, SignalingOutput};
use std::collections::VecDeque;
use units::Instant;

/// Lines kept for the report of a violation.
const LINES_KEPT: usize = 400;

/// The newest lines of a history, and a digest of all that happened.
#[derive(Debug)]
pub(crate) struct Trace {
    lines: VecDeque<(Instant, Line)>,
    digest: Digest,
    count: u64,
    aloud: bool,
}

/// A line, or what it is made of once somebody wants to read it.
#[derive(Debug)]
enum Line {
    Text(String),
    Input(HostId, Input),
    Output(HostId, Output),
}

impl Trace {
    /// An empty trace; one that is `aloud` prints every line as it comes.
    pub(crate) fn new(aloud: bool) -> Self {
        Self { lines: VecDeque::new(), digest: Digest::new(), count: 0, aloud }
    }

    /// Adds a line.
    pub(crate) fn line(&mut self, now: Instant, line: &str) {
        self.digest.bytes(line.as_bytes());
        self.push(now, Line::Text(line.to_owned()));
    }

    /// Adds what an engine is told.
    pub(crate) fn input(&mut self, now: Instant, host: HostId, input: &Input) {
        self.digest.word(host.0 as u64);
        self.digest.input(input);
        // A copy of something large would be kept for nothing: its line says little of it.
        let large = matches!(
            input,
            Input::JobDone { .. }
                | Input::Connection(_, ConnectionInput::Message(Channel::Bulk, _))
        );
        self.push(
            now,
            match large {
                true => Line::Text(format!("host {} < {}", host.0, story::input(input))),
                false => Line::Input(host, input.clone()),
            },
        );
    }

    /// Adds what an engine asks for.
    pub(crate) fn output(&mut self, now: Instant, host: HostId, output: &Output) {
        self.digest.word(!(host.0 as u64));
        self.digest.output(output);
        let large = matches!(
            output,
            Output::Job(..)
                | Output::Store { .. }
                | Output::Connection(_, ConnectionOutput::Send(Channel::Bulk, _))
        );
        self.push(
            now,
            match large {
                true => Line::Text(format!("host {} > {}", host.0, story::output(output))),
                false => Line::Output(host, output.clone()),
            },
        );
    }

    fn push(&mut self, now: Instant, line: Line) {
        self.digest.word(now.as_micros());
        self.count += 1;
        if self.aloud {
            println!("{}", written(now, &line));
        }
        if self.lines.len() == LINES_KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back((now, line));
    }

    /// A digest of all that happened: two runs of one seed must agree on it.
    pub(crate) fn digest(&self) -> u64 {
        self.digest.0
    }

    /// How many lines there were.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The newest lines, oldest first.
    pub(crate) fn newest(&self) -> impl Iterator<Item = String> {
        self.lines.iter().map(|(now, line)| written(*now, line))
    }
}

fn written(now: Instant, line: &Line) -> String {
    let micros = now.as_micros();
    let line = match line {
        Line::Text(text) => text.clone(),
        Line::Input(host, input) => format!("host {} < {}", host.0, story::input(input)),
        Line::Output(host, output) => format!("host {} > {}", host.0, story::output(output)),
    };
    format!("{:>6}.{:06} {line}", micros / 1_000_000, micros % 1_000_000)
}

/// Tells histories apart; that needs no secrets, only speed.
#[derive(Debug)]
struct Digest(u64);

impl Digest {
    fn new() -> Self {
        // The offset basis of FNV-1a, as good as any number that is not 0.
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn word(&mut self, word: u64) {
        // A multiplication spreads bits upwards only, the rotation brings them down again.
        self.0 = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.word(u64::from_le_bytes(word.try_into().expect("a chunk has 8 bytes")));
        }
        let rest = words.remainder().iter().rev();
        self.word(rest.fold(0, |word, byte| word << 8 | u64::from(*byte)));
    }

    /// Something that is told often enough as it reads.
    fn debug(&mut self, value: &impl fmt::Debug) {
        let written = fmt::Write::write_fmt(self, format_args!("{value:?}"));
        written.expect("the digest takes everything");
    }

    fn stats(&mut self, stats: &PathStats) {
        self.word(stats.sent_bytes);
        self.word(stats.received_bytes);
        self.word(
            u64::from(stats.bulk_buffered_bytes) << 32 | u64::from(stats.control_buffered_bytes),
        );
        self.word(stats.round_trip_ms.map_or(0, f64::to_bits));
    }

    fn input(&mut self, input: &Input) {
        match input {
            Input::Timeout => self.word(1),
            Input::Signaling(SignalingInput::Text(text)) => self.bytes(text.as_bytes()),
            Input::Signaling(other) => self.debug(other),
            Input::Stored { key, result } => {
                self.bytes(key.as_bytes());
                self.word(u64::from(result.is_ok()));
            }
            Input::JobDone { job, result } => {
                self.word(job.0);
                self.word(u64::from(result.is_ok()));
            }
            Input::Connection(id, input) => {
                self.word(id.0);
                match input {
                    ConnectionInput::Message(channel, bytes) => {
                        self.word(*channel as u64);
                        self.bytes(bytes);
                    }
                    ConnectionInput::Stats(stats) => self.stats(stats),
                    ConnectionInput::BulkDrained { buffered_bytes } => {
                        self.word(*buffered_bytes as u64);
                    }
                    other => self.debug(other),
                }
            }
        }
    }

    fn output(&mut self, output: &Output) {
        match output {
            Output::Signaling(SignalingOutput::Send(text)) => self.bytes(text.as_bytes()),
            Output::Signaling(other) => self.debug(other),
            Output::Connection(id, output) => {
                self.word(id.0);
                match output {
                    ConnectionOutput::Send(channel, bytes) => {
                        self.word(*channel as u64);
                        self.bytes(bytes);
                    }
                    ConnectionOutput::ReadStats => self.word(2),
                    other => self.debug(other),
                }
            }
            Output::Store { key, value } => {
                self.bytes(key.as_bytes());
                self.bytes(value.as_deref().unwrap_or_default());
            }
            Output::Job(job, _) => self.word(job.0),
            Output::Event(Event::Pong { round_trip_ms, .. }) => self.word(round_trip_ms.to_bits()),
            Output::Event(event) => self.debug(event),
            Output::Timeout(_) => self.word(3),
        }
    }
}

impl fmt::Write for Digest {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histories_that_differ_by_one_byte_have_different_digests() {
        let digest = |bytes: &[u8]| {
            let mut trace = Trace::new(false);
            let message = ConnectionInput::Message(Channel::Control, bytes.to_vec());
            let input = Input::Connection(peer::ConnectionId(1), message);
            trace.input(Instant::ZERO, HostId(0), &input);
            trace.digest()
        };
        assert_eq!(digest(b"twelve bytes"), digest(b"twelve bytes"));
        for other in [&b"twelve byteS"[..], b"Twelve bytes", b"twelve byte", b"twelve bytes\0", b""]
        {
            assert_ne!(digest(b"twelve bytes"), digest(other));
        }
    }

    #[test]
    fn a_kept_line_reads_as_it_would_have_when_it_came() {
        let mut trace = Trace::new(false);
        trace.input(Instant::ZERO, HostId(3), &Input::Timeout);
        trace.line(Instant::ZERO, "something else");
        let lines: Vec<String> = trace.newest().collect();
        assert_eq!(lines, ["     0.000000 host 3 < timeout", "     0.000000 something else"]);
    }
}
