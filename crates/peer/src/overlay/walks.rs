//! Which walks have passed this device, so that what is sent along them finds its way, for a while.

use super::budget::{Budget, Rate};
use ::core::time::Duration;
use protocol::overlay::{Towards, WalkId};
use units::{Instant, PeerId, SortedMap};

/// Walks that are remembered: in a quiet room of any size a device sees some 30 in [`REMEMBERED_FOR`].
const WALKS_MAX: usize = 256;
/// Walks that one neighbour may have brought: whoever floods forgets nobody else's.
const WALKS_OF_ONE_MAX: usize = 48;
/// How long a walk is remembered: as long as those whom it brought news of are kept in mind.
const REMEMBERED_FOR: Duration = Duration::from_secs(120);
/// Handshakes that one walk carries: several, with trickled candidates.
const RELAYS_OF_ONE_MAX: u32 = 200;
/// Walks of one neighbour. An honest one passes on one in five seconds, and more only while the room heals.
const WALK_RATE: Rate = Rate { burst: 20, per_second: 1.0 };
/// Bytes of handshakes along walks, of one neighbour: several attempts with trickled candidates.
const RELAY_BYTES_RATE: Rate = Rate { burst: 256 * 1024, per_second: 16.0 * 1024.0 };

/// A walk as this device has seen it.
#[derive(Debug, Clone, Copy)]
struct Passed {
    /// Who brought it; `None` if it began here.
    before: Option<PeerId>,
    /// Whom it was passed on to; `None` if it ended here.
    after: Option<PeerId>,
    relays: u32,
    at: Instant,
}

/// The walks that are remembered.
#[derive(Debug, Default)]
pub(crate) struct Walks {
    passed: SortedMap<WalkId, Passed>,
    budgets: SortedMap<PeerId, (Budget, Budget)>,
}

/// Where something goes that travels along a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// To this neighbour.
    Neighbour(PeerId),
    /// It is here, at the end of its way.
    Here,
}

impl Walks {
    /// Counts a walk that a neighbour brings; `false` if there were too many.
    pub(crate) fn may_walk(&mut self, now: Instant, neighbour: PeerId) -> bool {
        self.budgets(now, neighbour).0.spend(WALK_RATE, now, 1)
    }

    fn budgets(&mut self, now: Instant, neighbour: PeerId) -> &mut (Budget, Budget) {
        let full = (Budget::new(WALK_RATE, now), Budget::new(RELAY_BYTES_RATE, now));
        self.budgets.entry(neighbour).or_insert(full)
    }

    /// A neighbour is none any more.
    pub(crate) fn neighbour_down(&mut self, neighbour: PeerId) {
        self.budgets.remove(&neighbour);
        self.passed.retain(|_, p| p.before != Some(neighbour) && p.after != Some(neighbour));
    }

    /// Remembers a walk. One that comes by again keeps where it came from, so that its way has no loop.
    pub(crate) fn pass(
        &mut self,
        now: Instant,
        walk: WalkId,
        before: Option<PeerId>,
        after: Option<PeerId>,
    ) {
        if let Some(known) = self.passed.get_mut(&walk) {
            (known.after, known.at) = (after, now);
            return;
        }
        self.passed.retain(|_, passed| now < passed.at + REMEMBERED_FOR);
        if self.passed.values().filter(|passed| passed.before == before).count() >= WALKS_OF_ONE_MAX
        {
            self.forget_oldest(|passed| passed.before == before);
        }
        if self.passed.len() >= WALKS_MAX {
            self.forget_oldest(|_| true);
        }
        self.passed.insert(walk, Passed { before, after, relays: 0, at: now });
    }

    fn forget_oldest(&mut self, of: impl Fn(&Passed) -> bool) {
        let of_these = self.passed.iter().filter(|(_, passed)| of(passed));
        let oldest = of_these.min_by_key(|(_, passed)| passed.at).map(|(walk, _)| *walk);
        self.passed.retain(|walk, _| Some(*walk) != oldest);
    }

    /// Whether a walk is remembered.
    pub(crate) fn knows(&self, now: Instant, walk: WalkId) -> bool {
        self.passed.get(&walk).is_some_and(|passed| now < passed.at + REMEMBERED_FOR)
    }

    /// Where something goes next along a walk; `None` if the walk is forgotten.
    pub(crate) fn next(&self, now: Instant, walk: WalkId, towards: Towards) -> Option<Next> {
        let passed = self.passed.get(&walk).filter(|p| now < p.at + REMEMBERED_FOR)?;
        let next = match towards {
            Towards::Origin => passed.before,
            Towards::End => passed.after,
        };
        Some(next.map_or(Next::Here, Next::Neighbour))
    }

    /// Counts a handshake that `from` sends along a walk; `false` if that were too many, of one or the other.
    pub(crate) fn may_relay(
        &mut self,
        now: Instant,
        walk: WalkId,
        from: PeerId,
        size_bytes: usize,
    ) -> bool {
        let within_rate = self.budgets(now, from).1.spend(RELAY_BYTES_RATE, now, size_bytes);
        let Some(passed) = self.passed.get_mut(&walk) else { return within_rate };
        passed.relays += 1;
        within_rate && passed.relays <= RELAYS_OF_ONE_MAX
    }

    pub(crate) fn check_invariants(&self) {
        assert!(self.passed.len() <= WALKS_MAX, "more walks than the limit");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(number: u8) -> PeerId {
        PeerId::from_bytes([number; 32])
    }

    #[test]
    fn both_ways_lead_along_a_walk_until_it_is_forgotten() {
        let mut walks = Walks::default();
        let (walk, now) = (WalkId(1), Instant::ZERO);
        walks.pass(now, walk, Some(peer(1)), Some(peer(2)));
        assert_eq!(walks.next(now, walk, Towards::Origin), Some(Next::Neighbour(peer(1))));
        assert_eq!(walks.next(now, walk, Towards::End), Some(Next::Neighbour(peer(2))));
        assert_eq!(walks.next(now + REMEMBERED_FOR, walk, Towards::End), None);
        walks.neighbour_down(peer(2));
        assert_eq!(walks.next(now, walk, Towards::Origin), None);
    }

    #[test]
    fn a_walk_that_comes_by_again_has_no_loop() {
        let mut walks = Walks::default();
        let (walk, now) = (WalkId(1), Instant::ZERO);
        walks.pass(now, walk, Some(peer(1)), Some(peer(2)));
        walks.pass(now, walk, Some(peer(3)), None);
        assert_eq!(walks.next(now, walk, Towards::Origin), Some(Next::Neighbour(peer(1))));
        assert_eq!(walks.next(now, walk, Towards::End), Some(Next::Here));
    }

    #[test]
    fn who_floods_walks_is_heard_no_more_than_the_rate_and_makes_nobody_elses_forgotten() {
        let mut walks = Walks::default();
        let now = Instant::ZERO;
        walks.pass(now, WalkId(0), Some(peer(1)), None);
        let heard = (0..1_000).filter(|_| walks.may_walk(now, peer(9))).count();
        assert_eq!(heard, 20);
        for walk in 1..1_000 {
            walks.pass(now, WalkId(walk), Some(peer(9)), None);
        }
        assert!(walks.knows(now, WalkId(0)));
        assert_eq!(walks.passed.len(), 1 + WALKS_OF_ONE_MAX);
        for walk in 1..1_000 {
            walks.pass(now, WalkId(1_000 + walk), Some(peer((walk % 200) as u8)), None);
            walks.check_invariants();
        }
    }

    #[test]
    fn one_walk_carries_a_handshake_and_not_a_conversation() {
        let mut walks = Walks::default();
        let mut now = Instant::ZERO;
        walks.pass(now, WalkId(0), Some(peer(1)), None);
        let mut carried = 0;
        for _ in 0..119 {
            now = now + Duration::from_secs(1);
            carried += (0..100).filter(|_| walks.may_relay(now, WalkId(0), peer(1), 500)).count();
        }
        assert_eq!(carried, RELAYS_OF_ONE_MAX as usize);
    }
}
