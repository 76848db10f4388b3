//! Making room: what counts least goes, once somebody has seen what that is.

use super::{Library, ranking::strength};
use serde::{Deserialize, Serialize};
use units::{Hash, UnixMillis};

/// Texts that are shown of what would go.
const EXAMPLES: usize = 12;

/// Characters of each.
const EXAMPLE_CHARS: usize = 120;

/// What counts least.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeastImportant {
    /// When that was so: by it the same are forgotten.
    pub at: UnixMillis,
    /// How many.
    pub capsules: u32,
    /// Those of them that others have given.
    pub of_others: u32,
    /// Bytes of storage that they take.
    pub bytes: u64,
    /// How some of them begin, the least important first.
    pub examples: Vec<String>,
}

impl Library {
    /// What would go so that `bytes` of storage are free, or all that there is: first what others have given, then what has faded most.
    pub fn least_important(&self, bytes: u64, now: UnixMillis) -> LeastImportant {
        let mut least = LeastImportant { at: now, ..LeastImportant::default() };
        for id in self.weakest(bytes, now) {
            let Some(kept) = self.get(id) else { continue };
            least.capsules += 1;
            least.of_others += u32::from(kept.from.is_some());
            least.bytes += u64::from(kept.log_bytes);
            if let Some(text) = kept.capsule.content.text()
                && least.examples.len() < EXAMPLES
            {
                let end = text.char_indices().nth(EXAMPLE_CHARS).map_or(text.len(), |it| it.0);
                least.examples.push(text[..end].to_owned());
            }
        }
        least
    }

    /// Forgets it: what [`Self::least_important`] has told of for the same `bytes` at the time `at`, unless something has changed since.
    /// Says how many capsules that were. The log is written anew once.
    pub fn forget_least_important(&mut self, bytes: u64, at: UnixMillis) -> u32 {
        let weakest = self.weakest(bytes, at);
        self.forget_all(&weakest)
    }

    fn weakest(&self, bytes: u64, at: UnixMillis) -> Vec<Hash> {
        let mut all: Vec<(bool, f32, Hash, u32)> = self
            .kept
            .iter()
            .flatten()
            .map(|kept| {
                let importance = kept.capsule.head().importance;
                let strength = strength(importance, kept.uses, kept.used_at, at);
                (kept.from.is_none(), strength, kept.capsule.id(), kept.log_bytes)
            })
            .collect();
        all.sort_by(|a, b| {
            a.0.cmp(&b.0).then_with(|| a.1.total_cmp(&b.1)).then_with(|| a.2.cmp(&b.2))
        });
        let mut freed = 0;
        let is_needed = |(_, _, _, its): &(bool, f32, Hash, u32)| {
            let is_needed = freed < bytes;
            freed += u64::from(*its);
            is_needed
        };
        all.into_iter().take_while(is_needed).map(|(_, _, id, _)| id).collect()
    }
}
