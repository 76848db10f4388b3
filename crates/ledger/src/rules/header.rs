//! What can be seen from headers alone.

use crate::{
    Refusal,
    header::Header,
    work::{self, Pace},
};
use units::{Hash, UnixMillis};

/// How far a miner's clock may be ahead of ours: what clocks of phones are wrong by, and little enough that nobody gains by it.
const AHEAD_MAX_MS: u64 = 120_000;

/// A header stands one above its parent.
pub(crate) fn height_is_next(header: &Header, parent_height: u32) -> Result<(), Refusal> {
    let (height, after) = (header.height, parent_height);
    let is_next = after.checked_add(1) == Some(height);
    is_next.then_some(()).ok_or(Refusal::Height { height, after })
}

/// Time goes on from block to block, so that nobody makes work easy by setting it back.
pub(crate) fn time_goes_on(header: &Header, parent: UnixMillis) -> Result<(), Refusal> {
    let time = header.time;
    (time > parent).then_some(()).ok_or(Refusal::TimeGoesBack { time, parent })
}

/// No header is from the future, but for what clocks differ. It may be right later.
pub(crate) fn time_has_come(header: &Header, now: UnixMillis) -> Result<(), Refusal> {
    let ahead_ms = header.time.0.saturating_sub(now.0);
    (ahead_ms <= AHEAD_MAX_MS).then_some(()).ok_or(Refusal::FromTheFuture { ahead_ms })
}

/// Its hash shows the work that its miner has to do.
pub(crate) fn work_is_shown(header: &Header, name: Hash, pace: &Pace) -> Result<(), Refusal> {
    let hashes = pace.hashes_of(header.miner);
    work::shows(name, hashes).then_some(()).ok_or(Refusal::TooLittleWork { hashes })
}

/// It names all headers before it.
pub(crate) fn history_is_named(header: &Header, history: Hash) -> Result<(), Refusal> {
    let what = "history";
    (header.history == history).then_some(()).ok_or(Refusal::Root { what })
}
