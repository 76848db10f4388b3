//! What has happened, for people to read.

use super::sentences::{Sentence, Tone};
use leptos::prelude::*;
use std::collections::VecDeque;
use units::SessionId;

/// Entries kept; older ones are dropped.
pub const ENTRIES_MAX: usize = 200;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Counts entries of this page.
    pub number: u64,
    /// When, by this device's clock: `hh:mm:ss`.
    pub time: String,
    /// Good, bad or neither.
    pub tone: Tone,
    /// What.
    pub text: String,
    /// How many times in a row.
    pub times: u32,
    /// Which rounds it is about, where it is about finished rounds.
    pub rounds: Option<Rounds>,
}

/// Rounds of one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounds {
    session: SessionId,
    /// The first of them that this page has seen.
    first: u32,
}

/// The newest entries, newest first.
#[derive(Clone, Copy, Default)]
pub struct Log {
    entries: RwSignal<VecDeque<Entry>>,
    count: RwSignal<u64>,
}

impl Log {
    /// The entries, newest first.
    pub fn entries(self) -> Vec<Entry> {
        self.entries.with(|entries| entries.iter().cloned().collect())
    }

    /// Whether nothing has happened yet.
    pub fn is_empty(self) -> bool {
        self.entries.with(VecDeque::is_empty)
    }

    /// Adds an entry, in the browser.
    pub fn add(self, sentence: Sentence) {
        let time = crate::dom::time_of_day();
        let number = self.count.get_untracked();
        self.count.set(number + 1);
        self.entries.update(|entries| add_to(entries, sentence, number, time));
    }
}

/// A server that stays away is one entry that counts, and the rounds of a session are one that grows: what people look for
/// among them, those who came and left, stays in sight.
fn add_to(entries: &mut VecDeque<Entry>, sentence: Sentence, number: u64, time: String) {
    let Sentence { tone, mut text, round } = sentence;
    let (mut times, mut rounds) = (1, None);
    if let Some((session, round)) = round {
        let earlier =
            entries.iter().position(|it| it.rounds.is_some_and(|it| it.session == session));
        let earlier = earlier.and_then(|at| entries.remove(at)).and_then(|entry| entry.rounds);
        let first = earlier.map_or(round, |earlier| earlier.first);
        if first < round {
            text = format!("Rounds {first} to {round} are finished.");
        }
        rounds = Some(Rounds { session, first });
    } else if entries.front().is_some_and(|newest| newest.text == text) {
        times += entries.pop_front().map_or(0, |newest| newest.times);
    }
    entries.push_front(Entry { number, time, tone, text, times, rounds });
    entries.truncate(ENTRIES_MAX);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Sentence {
        Sentence { tone: Tone::Plain, text: text.to_owned(), round: None }
    }

    fn finished(session: u8, round: u32) -> Sentence {
        let round = Some((SessionId::from_bytes([session; 16]), round));
        Sentence { round, ..said("A round is finished.") }
    }

    fn log_of(sentences: impl IntoIterator<Item = Sentence>) -> Vec<(String, u32)> {
        let mut entries = VecDeque::new();
        for (number, sentence) in (0..).zip(sentences) {
            add_to(&mut entries, sentence, number, String::new());
        }
        entries.into_iter().map(|entry| (entry.text, entry.times)).collect()
    }

    #[test]
    fn the_rounds_of_a_session_are_one_entry_and_leave_others_in_sight() {
        let rounds = (1..=60).map(|round| finished(1, round));
        let sentences =
            rounds.clone().take(30).chain([said("Ada is here.")]).chain(rounds.skip(30));
        let log = log_of(sentences.chain([finished(2, 7)]));
        let texts: Vec<&str> = log.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(texts, ["A round is finished.", "Rounds 1 to 60 are finished.", "Ada is here."]);
    }

    #[test]
    fn what_happens_again_is_counted() {
        let log = log_of([said("a"), said("b"), said("b")]);
        assert_eq!(log, [("b".to_owned(), 2), ("a".to_owned(), 1)]);
    }
}
