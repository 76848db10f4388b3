//! What can be seen from headers alone.

use crate::{
    Refusal,
    header::Header,
    work::{self, Pace},
};
use units::{Hash, UnixMillis};

/// How far a miner's clock may be ahead of ours: what clocks of phones are wrong by, and little enough that nobody gains by it.
const AHEAD_MAX_MS: u64 = 120_000;

/// How far a block may be after its parent whatever clocks say. A room's clocks can fall: of two members' the later counts, and
/// with a third the middle one. Its ledger goes on meanwhile, and as such blocks stand close, each makes the next one harder:
/// nobody gains by making time run.
const STEP_MAX_MS: u64 = 1_000;

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

/// No header is from the future, but for what clocks differ, and for a step from its parent. It may be right later.
pub(crate) fn time_has_come(
    header: &Header,
    parent: UnixMillis,
    now: UnixMillis,
) -> Result<(), Refusal> {
    let ahead_ms = header.time.0.saturating_sub(now.0);
    let step_ms = header.time.0.saturating_sub(parent.0);
    let has_come = ahead_ms <= AHEAD_MAX_MS || step_ms <= STEP_MAX_MS;
    has_come.then_some(()).ok_or(Refusal::FromTheFuture { ahead_ms })
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

#[cfg(test)]
mod tests {
    use super::*;
    use units::PeerId;

    fn header() -> Header {
        let hash = |n| Hash::from_bytes([n; 32]);
        Header {
            parent: hash(1),
            transactions: hash(2),
            state: hash(3),
            history: hash(4),
            miner: PeerId::from_bytes([5; 32]),
            height: 6,
            time: UnixMillis(1_000),
            nonce: 0,
        }
    }

    #[test]
    fn a_height_is_one_more_than_its_parents_and_there_is_a_last_one() {
        let check = |height, after| height_is_next(&Header { height, ..header() }, after);
        assert_eq!(check(6, 5), Ok(()));
        for (height, after) in [(5, 5), (7, 5), (0, 0), (0, u32::MAX), (u32::MAX, u32::MAX)] {
            assert_eq!(check(height, after), Err(Refusal::Height { height, after }));
        }
        assert_eq!(check(u32::MAX, u32::MAX - 1), Ok(()));
    }

    #[test]
    fn a_time_is_later_than_its_parents() {
        let check = |time, parent| {
            let time = UnixMillis(time);
            time_goes_on(&Header { time, ..header() }, UnixMillis(parent)).is_ok()
        };
        assert!(check(1_000, 999) && check(u64::MAX, 0));
        assert!(!check(1_000, 1_000) && !check(0, 0) && !check(u64::MAX, u64::MAX));
    }

    #[test]
    fn a_time_is_ahead_by_no_more_than_clocks_differ() {
        let check = |time, now| {
            let time = UnixMillis(time);
            time_has_come(&Header { time, ..header() }, UnixMillis(0), UnixMillis(now))
        };
        assert_eq!(check(AHEAD_MAX_MS, 0), Ok(()));
        let ahead_ms = AHEAD_MAX_MS + 1;
        assert_eq!(check(ahead_ms, 0), Err(Refusal::FromTheFuture { ahead_ms }));
        assert_eq!(check(u64::MAX, 0), Err(Refusal::FromTheFuture { ahead_ms: u64::MAX }));
        assert_eq!(check(0, u64::MAX), Ok(()), "an old block is as good as any");
    }

    #[test]
    fn a_block_may_follow_its_parent_although_the_clock_has_fallen_behind_it() {
        let parent = UnixMillis(AHEAD_MAX_MS * 9);
        let check = |step_ms| {
            let time = UnixMillis(parent.0 + step_ms);
            time_has_come(&Header { time, ..header() }, parent, UnixMillis(0)).is_ok()
        };
        assert!(check(1) && check(STEP_MAX_MS) && !check(STEP_MAX_MS + 1));
    }

    #[test]
    fn a_hash_shows_the_work_of_its_miner() {
        let name = |first| {
            let mut name = [0xff; 32];
            name[0] = first;
            Hash::from_bytes(name)
        };
        let miner = header().miner;
        let pace = |recent| Pace::new(16, recent);
        let check = |first, recent| work_is_shown(&header(), name(first), &pace(recent));
        assert_eq!(check(0x0f, Vec::new()), Ok(()));
        assert_eq!(check(0x10, Vec::new()), Err(Refusal::TooLittleWork { hashes: 16 }));
        assert_eq!(check(0x0f, vec![miner]), Err(Refusal::TooLittleWork { hashes: 32 }));
        assert_eq!(check(0x07, vec![miner]), Ok(()));
    }

    #[test]
    fn a_header_names_the_history_that_it_has() {
        let header = header();
        assert_eq!(history_is_named(&header, header.history), Ok(()));
        let what = "history";
        assert_eq!(history_is_named(&header, Hash::of(b"other")), Err(Refusal::Root { what }));
    }
}
