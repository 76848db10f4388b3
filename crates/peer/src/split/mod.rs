//! Networks whose nodes are on several devices: what their owner decides, and what those who carry nodes do.
//!
//! Both are state machines of their own: they see [`Around`], are told what came, and leave [`Action`]s. What they must
//! keep to is in `docs/adr/0006-split-training.md`.

mod carrier;
mod flight;
mod healing;
mod host;
mod leasing;
mod loan;
mod owner;
mod part;
mod passing;
mod placement;
mod training;
mod view;
mod wiring;

pub(crate) use host::Hosting;
pub(crate) use leasing::{Chosen, Taken};
pub(crate) use owner::Split;
pub(crate) use placement::{Offer, place};
pub use training::{SplitPoint, SplitTraining};
pub use view::{
    CarriedView, HostingView, LoanStage, LoanView, PartPlace, SplitPartView, SplitProgress,
    SplitView,
};

use crate::{
    event::Event,
    job::{Answer, HostJob, JobError, JobId, SplitJob},
};
use protocol::split::{SplitId, SplitMessage};
use units::{ClusterId, Hash, Instant, PeerId};

/// What owner and host want done.
#[derive(Debug)]
pub(crate) enum Action {
    /// Send a message about a part.
    Send(PeerId, SplitId, u16, SplitMessage),
    /// Send a part.
    SendSlice(PeerId, SplitId, u16, Vec<u8>),
    /// Send a letter about a part that is on lease; a long one goes another way.
    Write(PeerId, SplitId, u16, Vec<u8>),
    /// Do work on a split cluster.
    Job(ClusterId, SplitJob, Purpose),
    /// Do work on nodes of others.
    Host(HostJob, Purpose),
    /// Order the loan of a part in the ledger.
    Borrow(u16, Box<ledger::Action>),
    /// Order what ends one, encoded.
    Order(Vec<u8>),
    /// Look for nodes to lease for a part: so many, that gather so many numbers.
    Seek(u16, [u32; 2]),
    /// What this device can claim as the lender of a loan by now: it is to survive a reload.
    Keep(Hash, Vec<u8>),
    /// Claim it.
    Claim(Hash, Vec<u8>),
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
    /// The state in which a part is to be lent.
    Root(u16),
    /// The loan of a part is taken up.
    Open(u16),
    /// Something else about loans of parts.
    Loan,
    /// Nothing hangs on its answer.
    Quiet,
    /// Whether the ledger has the loan of nodes of others.
    Look(u32),
    /// Whether the ledger has their loan still.
    Check(u32),
    /// Their borrower has written.
    Hear(u32),
    /// Their borrower wants them back.
    Finish(u32),
    /// Nodes on lease are gone: that ends this loan.
    Drop(Hash),
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
    /// Connected devices, by id.
    pub connected: &'a [PeerId],
}
