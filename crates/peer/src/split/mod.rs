//! Networks whose nodes are on several devices: what their owner decides, and what those who carry nodes do.
//!
//! Both are state machines of their own: they see [`Around`], are told what came, and leave [`Action`]s. What they must
//! keep to is in `docs/adr/0006-split-training.md`.

mod carrier;
mod flight;
mod healing;
mod host;
mod owner;
mod part;
mod passing;
mod placement;
mod training;
mod view;
mod wiring;

pub(crate) use host::Hosting;
pub(crate) use owner::Split;
pub(crate) use placement::{Offer, place};
pub use training::{SplitPoint, SplitTraining};
pub use view::{CarriedView, HostingView, PartPlace, SplitPartView, SplitProgress, SplitView};

use crate::{
    event::Event,
    job::{Answer, Job, JobError, JobId},
};
use protocol::split::{SplitId, SplitMessage};
use units::{Hash, Instant, PeerId};

/// What owner and host want done.
#[derive(Debug)]
pub(crate) enum Action {
    /// Send a message about a part.
    Send(PeerId, SplitId, u16, SplitMessage),
    /// Send a part.
    SendSlice(PeerId, SplitId, u16, Vec<u8>),
    /// Do work.
    Job(Job, Purpose),
    /// Somebody sent something that no honest peer sends.
    Refuse(PeerId, String),
    /// Tell the application.
    Event(Event),
    /// Answer whoever asked.
    Answer(JobId, Result<Answer, JobError>),
    /// The cluster's shared network is another one.
    Moved(Hash),
    /// All nodes are at home.
    Ended,
}

/// Why work was asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Purpose {
    /// A part is written down for somebody.
    Lend(u16, PeerId),
    /// A newer state of a part, from whoever carries it.
    Keep(u16, PeerId),
    /// A batch goes on.
    Batch(u64),
    /// A lesson on the newest question.
    Lesson(JobId),
    /// What is known comes together.
    Settle,
    /// Nothing hangs on its answer.
    Quiet,
    /// Nodes of others, by the host's number: they come.
    Take(u32),
    /// They fire.
    Fire(u32, u64),
    /// They learn.
    Teach(u32),
    /// They are written down.
    Write(u32),
}

/// What owner and host see of the engine.
pub(crate) struct Around<'a> {
    pub now: Instant,
    /// Connected devices that carry nodes of others, by id.
    pub offers: &'a [Offer],
}
