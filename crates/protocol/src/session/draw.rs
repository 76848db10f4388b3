//! Who contributes to a round where there are more members than a round needs.

use crate::limits;
use units::{Hash, PeerId, SessionId};

/// Members that a round is made for: more bring little to a mean, and all of their updates go to everyone.
const DRAWN_WANTED: u32 = 10;
/// While so many commit, the draw stays as it is: their number differs by chance.
const DRAWN_MIN: u32 = 6;
const DRAWN_MAX: u32 = 15;
/// How much the draw can grow or shrink from one round to the next: a leader may lie about how many have committed.
const GROWTH_MAX: u64 = 4;
const SHRINKAGE_MAX: u64 = 16;

/// A member's number in the draw for the round after `parent`, which nobody can choose. Whoever has a low one contributes.
pub fn ticket(session: SessionId, parent: Hash, peer: PeerId) -> u32 {
    let drawn = Hash::of_parts(&[b"draw", session.as_bytes(), parent.as_bytes(), peer.as_bytes()]);
    let [a, b, c, d, ..] = *drawn.as_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// The highest ticket that contributes to the first round in a room of about so many: all of them, unless they are many.
/// Whoever counted may lie, and too low a draw costs waits until it has doubled often enough: no room has more than
/// [`limits::ROOM_PEERS_MAX`].
pub fn first_draw(members: usize) -> u32 {
    let members = members.min(limits::ROOM_PEERS_MAX) as u64;
    let wanted = u64::from(u32::MAX) * u64::from(DRAWN_WANTED) / members.max(1);
    if members <= u64::from(DRAWN_MAX) { u32::MAX } else { wanted.max(1) as u32 }
}

/// The highest ticket that contributes to the round after one to which so many members have committed.
pub(super) fn after(draw: u32, committed: u32) -> u32 {
    // None at all is what somebody made up: nobody would ever be drawn.
    let draw = draw.max(1);
    if (DRAWN_MIN..=DRAWN_MAX).contains(&committed) {
        return draw;
    }
    let scaled = u64::from(draw) * u64::from(DRAWN_WANTED) / u64::from(committed.max(1));
    let most = (u64::from(draw) * GROWTH_MAX).min(u64::from(u32::MAX));
    let least = (u64::from(draw) / SHRINKAGE_MAX).max(1);
    u32::try_from(scaled.clamp(least, most)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of `members` a draw lets contribute, on average.
    fn expected(draw: u32, members: u32) -> f64 {
        f64::from(members) * f64::from(draw) / f64::from(u32::MAX)
    }

    #[test]
    fn of_a_thousand_members_ten_are_drawn_and_of_ten_most() {
        let mut draw = u32::MAX;
        for _ in 0..2 {
            draw = after(draw, expected(draw, 1_000).round() as u32);
        }
        assert!((9.0..11.0).contains(&expected(draw, 1_000)));
        for _ in 0..20 {
            draw = after(draw, expected(draw, 10).round() as u32);
        }
        assert!(expected(draw, 10) > 5.5);
        assert_eq!(after(u32::MAX, 12), u32::MAX, "a full mesh draws everyone");
    }

    #[test]
    fn a_draw_that_somebody_made_up_leads_to_one_of_somebody() {
        for draw in [0, 1, 2, 15, 16, 17, u32::MAX / 4, u32::MAX] {
            for committed in [0, 1, 5, 6, 15, 16, 32, u32::MAX] {
                assert!(after(draw, committed) >= 1, "{draw} {committed}");
            }
        }
    }

    #[test]
    fn the_first_round_is_drawn_as_well() {
        assert_eq!([0, 1, 12, 15].map(first_draw), [u32::MAX; 4]);
        assert!((9.9..10.1).contains(&expected(first_draw(1_000), 1_000)));
        assert_eq!(first_draw(usize::MAX), first_draw(limits::ROOM_PEERS_MAX));
        assert!(expected(first_draw(usize::MAX), 2_048) > 9.9);
    }

    #[test]
    fn a_lie_about_who_has_committed_changes_the_draw_by_little() {
        assert_eq!(after(1_000, 0), 4_000);
        assert_eq!(after(1_600, u32::MAX), 100);
        assert_eq!(after(1, u32::MAX), 1);
        assert_eq!(after(u32::MAX, 0), u32::MAX);
    }

    #[test]
    fn tickets_are_even() {
        let session = SessionId::from_bytes([1; 16]);
        let low = (0..=255u8).filter(|n| {
            ticket(session, Hash::of(b"parent"), PeerId::from_bytes([*n; 32])) < 1 << 30
        });
        assert!((40..90).contains(&low.count()));
    }
}
