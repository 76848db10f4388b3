//! The whole peer as one state machine.
//!
//! [`Engine`] decides everything a peer does: whom to connect to, what to sign, when a round ends, what to store. It
//! has no socket, no clock, no thread and no generator of its own. Whoever drives it (a browser, the simulator, a
//! test) does so in one loop:
//!
//! 1. tell it what happened: [`Engine::handle_input`], or a command such as [`Engine::connect`];
//! 2. do what it asks: [`Engine::poll_output`] until it answers [`Output::Timeout`], which always comes last;
//! 3. wait for the next input or for that deadline, whichever is first.
//!
//! Heavy work leaves as a [`Job`] and comes back as an input; a [`Workbench`] does it, in a worker or on the spot.
//! Bytes from other peers are never an error to the caller: they are an [`Event`], and where needed the end of that
//! connection. Nothing is announced as durable before storage has answered.
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

mod calls;
mod capability;
mod clock;
mod clusters;
mod commands;
mod config;
mod core;
mod engine;
mod error;
mod event;
pub mod handover;
mod io;
mod job;
mod learning;
mod ledger;
mod left_sessions;
mod link;
mod loans;
mod memories;
mod network;
mod other_sessions;
mod overlay;
pub mod places;
mod records;
mod replay;
mod roster;
mod server;
mod session;
mod siblings;
mod spendings;
mod split;
mod texts;
mod view;
mod workbench;

pub use clock::WakefulClock;
pub use clusters::{Blueprint, Origin};
pub use config::{Config, ConnectPolicy, Limits, StoredRecord};
pub use engine::Engine;
pub use error::CommandError;
pub use event::Event;
pub use io::{
    Channel, ConnectionId, ConnectionInput, ConnectionOutput, ConnectionState, DescriptionKind,
    Input, Output, PathKind, PathStats, SignalingInput, SignalingOutput,
};
pub use job::{
    Activity, ActivityOf, Answer, BooksAnswer, BooksCall, BooksJob, BooksReply, Class,
    ClusterState, DeskJob, Evaluation, GroupSum, HostJob, Job, JobError, JobId, LayerState,
    LedgerView, LoanAnswer, LoanJob, LoanNote, LoanProgress, LocalTraining, MaskBytes, MaskGroup,
    MaskJob, MaskedSum, MemoryAnswer, MemoryCall, MemoryJob, ModelFile, ModelFormat, Next,
    NodeMemory, Passage, Prediction, Prepared, RowBudget, SkillAnswer, SkillJob, Spent, SplitJob,
    Suggested, TableFile, Trial, WeightedUpdate,
};
pub use loans::BorrowPlan;
pub use split::{
    CarriedView, HostingView, LoanStage, LoanView, PartPlace, SplitPartView, SplitPoint,
    SplitProgress, SplitTraining, SplitView,
};
pub use view::{
    ClusterView, EarlierRound, Ended, ExcludedView, Exclusion, LeftSessionView, LineageLeft,
    LinkEnd, LinkStage, MasksView, MemberView, MessageView, PartView, PeerView, PrivacyView,
    RoomView, RoundPhase, RoundView, SessionView, SignalingState, View,
};
pub use workbench::{Begun, FirstLane, SecondAnswer, SecondLane, SecondPart, Workbench};
