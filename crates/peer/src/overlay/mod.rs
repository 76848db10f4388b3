//! A room with more members than a full mesh holds, decided without a clock, a generator or a connection of its own.
//!
//! * [`shape`]: when a room stops being a full mesh, and when it is one again;
//! * [`choice`]: whom to connect to, and whom to part from;
//! * [`walks`]: which walks have passed here, and how a handshake finds its way along them;
//! * [`gossip`]: how a rumour reaches everyone, once.
//!
//! `network` does what is decided here.

mod budget;
pub(crate) mod choice;
pub(crate) mod gossip;
pub(crate) mod shape;
pub(crate) mod walks;

use ::core::time::Duration;
use gossip::Gossip;
use protocol::signatures::Keys;
use shape::Shape;
use units::Instant;
use walks::Walks;

/// Connections that a device looks for in a partial mesh. A random graph of this degree stays in one piece when a half of
/// its devices fall out at once, and a thousand devices are four steps apart.
pub(crate) const DEGREE: usize = 8;
/// More connections than this are parted from, one after the other, so that newcomers find room. The hard bound is
/// [`crate::Limits::links`].
pub(crate) const DEGREE_COMFORTABLE: usize = 10;

/// Between two walks that only look around.
const NEWS_INTERVAL: Duration = Duration::from_secs(30);
/// Between two walks that look for a connection.
const WISH_INTERVAL: Duration = Duration::from_secs(2);
/// Between two partings, and from a change of the mesh to the first one: connections are dear, and rooms change.
const PART_INTERVAL: Duration = Duration::from_secs(20);

/// Between two looks for a neighbour that is much nearer.
const NEARER_INTERVAL: Duration = Duration::from_secs(30);

/// What a peer remembers for the sake of the room as a whole.
#[derive(Default)]
pub(crate) struct Overlay {
    pub shape: Shape,
    pub walks: Walks,
    pub gossip: Gossip,
    /// Keys of those whose rumours came last.
    pub origins: Keys,
    /// When the newest walk began.
    pub walked_at: Option<Instant>,
    /// When this device last parted from a neighbour, or the mesh last changed.
    pub parted_at: Option<Instant>,
    /// When a nearer neighbour was looked for last.
    pub nearer_at: Option<Instant>,
    /// When somebody far away called for learning last; those who are known are counted one by one.
    pub stranger_called_at: Option<Instant>,
}

impl Overlay {
    /// When a walk that looks for a connection, or only around, may begin.
    pub(crate) fn walk_due(&self, wishes: bool) -> Instant {
        let interval = if wishes { WISH_INTERVAL } else { NEWS_INTERVAL };
        self.walked_at.map_or(Instant::ZERO, |at| at + interval)
    }

    /// When a neighbour too many may be parted from.
    pub(crate) fn part_due(&self) -> Instant {
        self.parted_at.map_or(Instant::ZERO, |at| at + PART_INTERVAL)
    }

    /// When a nearer neighbour may be looked for.
    pub(crate) fn nearer_due(&self) -> Instant {
        self.nearer_at.map_or(Instant::ZERO, |at| at + NEARER_INTERVAL)
    }

    /// When something must be done, whatever happens.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        [self.shape.deadline(), self.gossip.deadline()].into_iter().flatten().min()
    }

    /// See [`crate::Engine::check_invariants`].
    pub(crate) fn check_invariants(&self) {
        self.walks.check_invariants();
        self.gossip.check_invariants();
    }
}
