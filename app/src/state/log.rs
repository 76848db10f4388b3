//! What has happened, for people to read.

use super::sentences::{Sentence, Tone};
use leptos::prelude::*;
use std::collections::VecDeque;

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
    pub fn add(self, Sentence { tone, text }: Sentence) {
        let time = crate::dom::time_of_day();
        let number = self.count.get_untracked();
        self.count.set(number + 1);
        self.entries.update(|entries| {
            // A server that stays away is one entry that counts, not a page of them.
            let again = entries.front().filter(|newest| newest.text == text).map(|e| e.times);
            if again.is_some() {
                entries.pop_front();
            }
            let times = again.unwrap_or(0) + 1;
            entries.push_front(Entry { number, time, tone, text, times });
            entries.truncate(ENTRIES_MAX);
        });
    }
}
