//! What a device's memory has been about lately.

use super::{Library, ranking::strength};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use units::{Hash, UnixMillis};

const DAY_MS: u64 = 24 * 3_600_000;

/// Days that are told of.
const DAYS: u64 = 30;

/// What is new: since how many days.
const NEW_DAYS: u64 = 7;

/// Tags and capsules that are named.
const NAMED: usize = 10;

/// What a device's memory has been about lately.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trends {
    /// Of each of the last 30 days, the newest last: how many capsules were made, here or elsewhere.
    pub made_per_day: Vec<u32>,
    /// Tags with how many capsules of the last seven days have each, and how many older ones: the commonest of late first.
    pub tags: Vec<(String, u32, u32)>,
    /// The capsules that count most now, each with its strength from 0 to 1.
    pub strongest: Vec<(Hash, f32)>,
    /// The mean novelty of what was made in the last seven days, of 100; `None` if nothing was.
    pub novelty: Option<u8>,
}

impl Library {
    /// What it has been about lately.
    pub fn trends(&self, now: UnixMillis) -> Trends {
        let found = || self.kept.iter().flatten().filter(|kept| kept.can_be_found());
        let days_ago = |made_at: UnixMillis| now.0.saturating_sub(made_at.0) / DAY_MS;
        let mut made_per_day = vec![0; DAYS as usize];
        let mut tags: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
        let mut strongest: Vec<(Hash, f32)> = Vec::new();
        let (mut novelties, mut new) = (0u64, 0u64);
        for kept in found() {
            let head = kept.capsule.head();
            let ago = days_ago(head.made_at);
            if let Some(day) = (DAYS - 1).checked_sub(ago) {
                made_per_day[day as usize] += 1;
            }
            for tag in &head.tags {
                let (late, early) = tags.entry(tag).or_default();
                *(if ago < NEW_DAYS { late } else { early }) += 1;
            }
            if ago < NEW_DAYS {
                new += 1;
                novelties += u64::from(head.novelty);
            }
            let strength = strength(head.importance, kept.uses, kept.used_at, now);
            strongest.push((kept.capsule.id(), strength));
        }
        strongest.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        strongest.truncate(NAMED);
        let mut tags: Vec<(String, u32, u32)> =
            tags.into_iter().map(|(tag, (late, early))| (tag.to_owned(), late, early)).collect();
        tags.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| b.2.cmp(&a.2)).then_with(|| a.0.cmp(&b.0)));
        tags.truncate(NAMED);
        Trends {
            made_per_day,
            tags,
            strongest,
            novelty: novelties.checked_div(new).map(|it| it as u8),
        }
    }
}
