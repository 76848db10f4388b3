//! Which rumours have been heard, and which are kept for those who ask.

use crate::{
    overlay::budget::{Budget, Rate},
    replay::{Freshness, ReplayWindow},
};
use ::core::time::Duration;
use protocol::{limits, overlay::Rumour};
use std::collections::VecDeque;
use units::{Hash, Instant, PeerId, SortedMap, SortedSet};

/// Origins whose windows are remembered: everyone in the largest room.
const ORIGINS_MAX: usize = limits::ROOM_PEERS_MAX;
/// Names that are remembered: as many as others may still announce.
const HEARD_MAX: usize = 2_048;
/// Rumours that are kept whole.
const KEPT_MAX: usize = 256;
/// Bytes of all rumours that are kept.
const KEPT_BYTES_MAX: usize = 2 * 1024 * 1024;
/// How long a rumour is kept: for longer than a lost connection takes to be replaced.
const KEPT_FOR: Duration = Duration::from_secs(60);
/// Rumours of one origin that are passed on: people write slower, and programs must.
const COUNT_RATE: Rate = Rate { burst: 40, per_second: 4.0 };
/// Bytes of one origin's rumours that are passed on.
const BYTES_RATE: Rate = Rate { burst: 512 * 1024, per_second: 16.0 * 1024.0 };

#[derive(Debug, Default)]
pub(super) struct Memory {
    origins: SortedMap<PeerId, Origin>,
    heard: SortedSet<Hash>,
    /// Oldest first.
    heard_order: VecDeque<Hash>,
    kept: SortedMap<Hash, Kept>,
    /// Oldest first.
    kept_order: VecDeque<Hash>,
    kept_bytes: usize,
}

#[derive(Debug)]
struct Origin {
    window: ReplayWindow,
    count: Budget,
    bytes: Budget,
    heard_at: Instant,
    /// Whether it was heard more than once.
    is_familiar: bool,
}

#[derive(Debug)]
struct Kept {
    rumour: Rumour,
    hops: u8,
    at: Instant,
}

/// What became of a rumour that was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Novelty {
    /// It is to be passed on.
    New,
    /// Its origin says more than one device may.
    TooMany,
}

impl Memory {
    /// Whether nothing was ever heard of an origin.
    pub(super) fn is_stranger(&self, origin: PeerId) -> bool {
        !self.origins.contains_key(&origin)
    }

    /// Whether a rumour has not been heard before.
    pub(super) fn is_news(&self, rumour: &Rumour) -> bool {
        let Some(origin) = self.origins.get(&rumour.origin) else { return true };
        let mut window = origin.window;
        let freshness = window.accept(rumour.instance, rumour.sequence);
        matches!(freshness, Freshness::Fresh | Freshness::NewLife)
    }

    /// Takes note of a rumour whose signature holds.
    pub(super) fn note(&mut self, now: Instant, rumour: &Rumour) -> Novelty {
        if self.origins.len() >= ORIGINS_MAX && !self.origins.contains_key(&rumour.origin) {
            // Those who were made up to be heard once make room for each other.
            let order = |origin: &Origin| (origin.is_familiar, origin.heard_at);
            let oldest = self.origins.iter().min_by_key(|(_, origin)| order(origin));
            if let Some(oldest) = oldest.map(|(peer, _)| *peer) {
                self.origins.remove(&oldest);
            }
        }
        let is_familiar = self.origins.contains_key(&rumour.origin);
        let origin = self.origins.entry(rumour.origin).or_insert_with(|| Origin {
            window: ReplayWindow::new(),
            count: Budget::new(COUNT_RATE, now),
            bytes: Budget::new(BYTES_RATE, now),
            heard_at: now,
            is_familiar,
        });
        origin.is_familiar = is_familiar;
        origin.window.accept(rumour.instance, rumour.sequence);
        origin.heard_at = now;
        let within_rates = origin.count.spend(COUNT_RATE, now, 1)
            && origin.bytes.spend(BYTES_RATE, now, rumour.payload.len());
        self.hear(rumour.id());
        if within_rates { Novelty::New } else { Novelty::TooMany }
    }

    /// Remembers a name.
    pub(super) fn hear(&mut self, id: Hash) {
        if self.heard.len() >= HEARD_MAX
            && let Some(oldest) = self.heard_order.pop_front()
        {
            self.heard.remove(&oldest);
        }
        if self.heard.insert(id) {
            self.heard_order.push_back(id);
        }
    }

    /// Whether a rumour of this name was heard lately.
    pub(super) fn has_heard(&self, id: Hash) -> bool {
        self.heard.contains(&id)
    }

    /// Keeps a rumour for those who ask, in the place of the oldest where there are too many.
    pub(super) fn keep(&mut self, now: Instant, id: Hash, hops: u8, rumour: Rumour) {
        if self.kept.contains_key(&id) {
            return;
        }
        self.kept_bytes += rumour.payload.len();
        self.kept.insert(id, Kept { rumour, hops, at: now });
        self.kept_order.push_back(id);
        while self.kept_order.len() > KEPT_MAX
            || self.kept_bytes > KEPT_BYTES_MAX
            || self.oldest_kept_at().is_some_and(|at| now >= at + KEPT_FOR)
        {
            let oldest = self.kept_order.pop_front().and_then(|id| self.kept.remove(&id));
            self.kept_bytes -= oldest.map_or(0, |kept| kept.rumour.payload.len());
        }
    }

    fn oldest_kept_at(&self) -> Option<Instant> {
        let oldest = self.kept_order.front()?;
        self.kept.get(oldest).map(|kept| kept.at)
    }

    /// A rumour that is kept, and how far it had come.
    pub(super) fn get(&self, id: Hash) -> Option<(u8, Rumour)> {
        self.kept.get(&id).map(|kept| (kept.hops, kept.rumour.clone()))
    }

    /// What is kept, oldest first.
    pub(super) fn kept(&self, now: Instant) -> impl Iterator<Item = Hash> {
        let recent =
            move |id: &&Hash| self.kept.get(*id).is_some_and(|kept| now < kept.at + KEPT_FOR);
        self.kept_order.iter().filter(recent).copied()
    }

    pub(super) fn check_invariants(&self) {
        assert!(self.origins.len() <= ORIGINS_MAX, "more origins than the limit");
        assert!(self.heard.len() <= HEARD_MAX, "more names than the limit");
        assert!(self.kept.len() <= KEPT_MAX, "more rumours are kept than the limit");
        assert!(self.kept_bytes <= KEPT_BYTES_MAX, "rumours take more bytes than the limit");
    }
}
