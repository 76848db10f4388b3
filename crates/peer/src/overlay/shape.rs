//! Whether a room is small enough for everyone to be connected with everyone.

use ::core::time::Duration;
use units::Instant;

/// Others in the largest room that is a full mesh: 12 peers have 66 connections, 13 would have 78 and so on.
pub(crate) const FULL_MESH_OTHERS_MAX: usize = 11;

/// How long a room must have been small until it is a full mesh again. A room that wavers between 12 and 13 peers stays a
/// partial mesh, in which no connection is closed that a full mesh would open again.
const SMALL_FOR: Duration = Duration::from_secs(20);

/// Full mesh or partial mesh.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    partial: bool,
    /// Since when a room with a partial mesh has been small.
    small_since: Option<Instant>,
}

impl Shape {
    pub(crate) fn is_partial(&self) -> bool {
        self.partial
    }

    /// Takes note of how many others are there. `vouched` are those whom more stands for than one neighbour's word: only
    /// they make a room large, or else a neighbour could by making some up. `known` are all: a room is small only if
    /// nobody says otherwise. `true` if the mesh has changed.
    pub(crate) fn observe(&mut self, now: Instant, vouched: usize, known: usize) -> bool {
        let before = self.partial;
        if !self.partial {
            self.partial = vouched > FULL_MESH_OTHERS_MAX;
            self.small_since = None;
        } else if known > FULL_MESH_OTHERS_MAX {
            self.small_since = None;
        } else {
            let since = *self.small_since.get_or_insert(now);
            self.partial = now < since + SMALL_FOR;
        }
        self.partial != before
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.small_since.filter(|_| self.partial).map(|since| since + SMALL_FOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_thirteenth_peer_makes_a_partial_mesh() {
        let mut shape = Shape::default();
        assert!(!shape.observe(Instant::ZERO, 11, 11) && !shape.is_partial());
        assert!(shape.observe(Instant::ZERO, 12, 12) && shape.is_partial());
    }

    #[test]
    fn hearsay_makes_no_room_large() {
        let mut shape = Shape::default();
        assert!(!shape.observe(Instant::ZERO, 4, 15));
    }

    #[test]
    fn a_room_that_wavers_does_not_flap() {
        let mut shape = Shape::default();
        let mut now = Instant::ZERO;
        let mut changes = 0;
        for _ in 0..100 {
            for others in [12, 11] {
                now = now + SECOND * 10;
                changes += u32::from(shape.observe(now, others, others));
            }
        }
        assert_eq!(changes, 1);
        now = shape.deadline().unwrap();
        assert!(shape.observe(now, 11, 11) && !shape.is_partial());
    }
}
