//! A seeded world: many [`peer::Engine`]s on a faulty network, deterministic to the bit.
//!
//! A [`World`] holds devices with storage that a crash may catch half-way, peer connections as browsers have them, a
//! signaling server that can be slow, dead or wicked, and a clock that only moves when something happens. Everything
//! that happens by chance is thrown from one seed, so a seed replays a history; a violation panics with a sentence and
//! prints seed, newest history, and the command that plays it again.
//!
//! A [`Plan`] is a history in two phases: faults, in which nothing may become wrong; then none, in which all honest
//! members must come to agree. [`shrink`] makes one that fails smaller. Tests write their own stories with [`World`].
//!
//! The crate refuses to know how an engine works: it sees inputs, outputs, [`peer::View`] and what is on the wire.
//!
//! ```
//! use sim::{Faults, Plan};
//! let plan = Plan::new(1, 2, Faults::NONE, 2);
//! assert_eq!(plan.play(), plan.play());
//! ```
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

/// Hundreds of engines pass messages to each other: the system's allocator takes a sixth of their time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod byzantine;
mod classroom;
mod convergence;
mod course;
mod crowd;
mod dice;
mod disk;
mod drive;
mod environment;
mod fabric;
mod faults;
mod flood;
mod halved;
mod host;
mod masked;
mod memory_file;
mod network;
mod observer;
mod recording;
mod reference;
mod scenario;
mod schedule;
mod server;
mod shrink;
mod split_room;
mod story;
mod strategy;
mod trace;
mod world;

pub use byzantine::{Usurpation, usurpers_model};
pub use classroom::{cluster, network, options, rows};
pub use course::{Course, Moment, RoundCourse, Spread};
pub use dice::Dice;
pub use faults::{Faults, UnknownFault};
pub use halved::delay_after_half_die;
pub use network::{HostId, Network, Path};
pub use recording::{Playback, Recording};
pub use scenario::{Cuts, Outcome, Plan, Watched};
pub use server::Malice;
pub use shrink::{Shrunk, kind_of, shrink};
pub use split_room::{SplitOutcome, SplitRoom};
pub use strategy::{Strategy, UnknownStrategy};
pub use world::{World, WorldConfig};
