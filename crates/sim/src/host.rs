//! A device: its page while one is open, and what outlives the page.

use crate::memory_file::MemoryFile;
use crate::{
    byzantine::{Byzantine, Deceit},
    disk::Disk,
    network::HostId,
    recording::Recording,
    strategy::Strategy,
};
use core::time::Duration;
use memory::keeper::Keeper;
use peer::{ConnectPolicy, Engine, Event, Input, Workbench};
use protocol::room::RoomSecret;
use units::{Instant, PeerId};

/// A device.
pub(crate) struct Host {
    pub(crate) id: HostId,
    pub(crate) lives: u32,
    pub(crate) page: Option<Page>,
    pub(crate) disk: Disk,
    /// What it remembers.
    pub(crate) memory: MemoryFile,
    /// How slowly it computes: milliseconds of a small job.
    pub(crate) slowness_ms: u64,
    /// How far its wall clock is from the world's.
    pub(crate) skew_ms: u64,
    /// Whom its engine connects to without being told.
    pub(crate) connect: ConnectPolicy,
    pub(crate) byzantine: Option<Byzantine>,
    /// What it does against the room's learning.
    pub(crate) strategy: Option<Strategy>,
    pub(crate) deceit: Deceit,
    /// The room that its owner wants to be in.
    pub(crate) room: Option<RoomSecret>,
    /// Who it is, since its first life.
    pub(crate) peer: Option<PeerId>,
    /// Whether storage has damaged or refused something: what is stored may be gone.
    pub(crate) storage_failed: bool,
    /// The part of its writes that storage refuses, 0 to 1.
    pub(crate) storage_fails: f64,
    /// When its newest life began.
    pub(crate) booted_at: Instant,
    /// When its lives ended.
    pub(crate) crashes: Vec<Instant>,
    /// Whether its owner has left the room, and with it the session.
    pub(crate) left_session: bool,
    /// Whether its owner has seen that the page has all that it needs; in a crowd nobody looks again.
    pub(crate) settled: bool,
    /// Sent on its channels in all its lives.
    pub(crate) sent_bytes: u64,
    /// Every event of every life.
    pub(crate) events: Vec<(Instant, Event)>,
}

/// An open page.
pub(crate) struct Page {
    pub(crate) engine: Engine,
    pub(crate) workbench: Workbench,
    pub(crate) memory: Keeper<MemoryFile>,
    /// When the jobs given so far are done.
    pub(crate) busy_until: Instant,
    /// The deadline that is waited for.
    pub(crate) deadline: Option<Instant>,
    /// Tells the newest deadline from older ones.
    pub(crate) deadline_token: u64,
    /// What waits while the tab is suspended; `None` while it is not.
    pub(crate) suspended: Option<Vec<Input>>,
    /// Its timers only fire at whole multiples of this.
    pub(crate) timer_grain: Duration,
    /// Timeouts in the running second, and when it began.
    pub(crate) timeouts: (u32, Instant),
    /// What its engine is told, if somebody wants to know.
    pub(crate) recording: Option<Recording>,
}

impl Host {
    pub(crate) fn is_honest(&self) -> bool {
        self.byzantine.is_none() && self.strategy.is_none()
    }

    /// When the life that ran at `at` ended.
    pub(crate) fn first_crash_after(&self, at: Instant) -> Option<Instant> {
        self.crashes.iter().copied().find(|crash| *crash >= at)
    }
}
