//! A part of a split network, and where it is.

use super::leasing::Leasing;
use ::core::time::Duration;
use neural::nodes::Cut;
use units::{Instant, PeerId};

/// Between two snapshots of a part at least.
const SNAPSHOT_INTERVAL_MIN: Duration = Duration::from_secs(5);

/// What snapshots of a part may take of a network, in bytes a second.
const SNAPSHOT_BYTES_PER_SECOND: u64 = 100_000;

/// Batches that must have taught a part before a snapshot of it is worth its bytes.
const SNAPSHOT_LESSONS_MIN: u32 = 16;

/// How long a yes or a no may take.
const ANSWER_WAIT: Duration = Duration::from_secs(5);

/// What a slow uplink carries at least, in bytes a second: how long a part may travel.
const UPLINK_BYTES_PER_SECOND_MIN: u64 = 50_000;

/// A part that can be elsewhere.
#[derive(Debug)]
pub(super) struct Part {
    pub cut: Cut,
    pub place: Place,
    /// Since when it is in that place.
    pub since: Instant,
    /// Who is asked first to carry it.
    pub preferred: Option<PeerId>,
    /// When somebody is looked for who carries it, while it is at home.
    pub seek_at: Instant,
    /// Lessons that it was sent since its newest state here.
    pub lessons: u32,
    /// When its newest state came.
    pub kept_at: Instant,
    /// When it was last asked for its state, until that is here.
    pub asked_at: Option<Instant>,
    /// Bytes of its encoding, which are the same for every state; 0 before the first.
    pub size_bytes: usize,
    /// A state of it has come and is being looked at.
    pub is_keeping: bool,
    /// Whether it is to be on lease, and how far that has come.
    pub leasing: Option<Leasing>,
}

/// Where a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Home,
    /// At home; somebody was asked to carry it.
    Asking(PeerId),
    /// At home; it is on its way to somebody.
    Lending(PeerId),
    Away(PeerId),
    /// Away; it was asked to come home.
    Returning(PeerId),
}

impl Part {
    pub(super) fn new(cut: Cut, preferred: Option<PeerId>, now: Instant) -> Self {
        Self {
            cut,
            place: Place::Home,
            since: now,
            preferred,
            seek_at: now,
            lessons: 0,
            kept_at: now,
            asked_at: None,
            size_bytes: 0,
            is_keeping: false,
            leasing: None,
        }
    }

    pub(super) fn put(&mut self, place: Place, now: Instant) {
        (self.place, self.since, self.asked_at) = (place, now, None);
    }

    /// Who has to do with it.
    pub(super) fn peer(&self) -> Option<PeerId> {
        match self.place {
            Place::Home => None,
            Place::Asking(peer)
            | Place::Lending(peer)
            | Place::Away(peer)
            | Place::Returning(peer) => Some(peer),
        }
    }

    /// Who carries it.
    pub(super) fn host(&self) -> Option<PeerId> {
        match self.place {
            Place::Away(peer) | Place::Returning(peer) => Some(peer),
            Place::Home | Place::Asking(_) | Place::Lending(_) => None,
        }
    }

    /// How long it may travel.
    fn travel(&self) -> Duration {
        Duration::from_millis(self.size_bytes as u64 * 1_000 / UPLINK_BYTES_PER_SECOND_MIN)
    }

    /// When its place is given up; `None` while it may stay.
    pub(super) fn gives_up_at(&self) -> Option<Instant> {
        if self.is_keeping {
            return None;
        }
        match self.place {
            Place::Asking(_) => Some(self.since + ANSWER_WAIT),
            Place::Lending(_) | Place::Returning(_) => {
                Some(self.since + ANSWER_WAIT + self.travel())
            }
            Place::Away(_) => self.asked_at.map(|at| at + ANSWER_WAIT + self.travel()),
            Place::Home => None,
        }
    }

    /// When its state is asked for next; `None` while that is not worth it.
    pub(super) fn snapshot_at(&self) -> Option<Instant> {
        let is_worth_it = self.lessons >= SNAPSHOT_LESSONS_MIN && self.asked_at.is_none();
        let pace = self.size_bytes as u64 * 1_000 / SNAPSHOT_BYTES_PER_SECOND;
        let interval = SNAPSHOT_INTERVAL_MIN.max(Duration::from_millis(pace));
        let is_away = matches!(self.place, Place::Away(_));
        (is_worth_it && is_away).then_some(self.kept_at + interval)
    }

    /// A state of it is here.
    pub(super) fn kept(&mut self, now: Instant) {
        (self.lessons, self.kept_at, self.asked_at, self.is_keeping) = (0, now, None, false);
    }
}
