//! Whom to connect to in a partial mesh, and whom to part from.
//!
//! Every other choice goes to the nearest device, the rest to chance. Near neighbours make exchanges quick; random ones
//! make the room small: with half of the links to anywhere, the number of steps between two devices grows with the
//! logarithm of their number (Watts, Strogatz: "Collective dynamics of small-world networks", Nature 393, 1998). Where
//! chance decides, it offers two and the one that can do more is taken, so that strong devices have more neighbours (power
//! of two choices; Mitzenmacher, 2001).

use super::DEGREE;
use rand_core::Rng;
use units::{PeerId, sort_by_key};

/// A device that one could connect to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    pub peer: PeerId,
    /// The round trip that is expected: measured earlier, or by the neighbour that tells of it. `None` if nobody knows.
    pub distance_ms: Option<u32>,
    /// How much it can do, in any unit.
    pub strength: u64,
}

/// A neighbour.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub peer: PeerId,
    /// The measured round trip; `None` if there is none yet.
    pub distance_ms: Option<u32>,
    /// Its connections, as far as it has told.
    pub degree: usize,
    /// Neighbours that are connected to it as well.
    pub in_common: usize,
}

/// Nearest neighbours that are never parted from.
const NEAR_KEPT: usize = DEGREE / 2;

/// Neighbours that lead elsewhere.
const ELSEWHERE_MIN: usize = DEGREE / 4;

/// Picks one of `candidates`; see the [module](self).
pub(crate) fn choose(candidates: &[Candidate], chance: &mut impl Rng) -> Option<PeerId> {
    if candidates.is_empty() {
        return None;
    }
    let near = candidates.iter().filter(|candidate| candidate.distance_ms.is_some());
    let nearest = near.min_by_key(|candidate| (candidate.distance_ms, candidate.peer));
    if let Some(nearest) = nearest.filter(|_| chance.next_u32().is_multiple_of(2)) {
        return Some(nearest.peer);
    }
    let mut any = || &candidates[chance.next_u64() as usize % candidates.len()];
    let (one, other) = (any(), any());
    Some(if other.strength > one.strength { other.peer } else { one.peer })
}

/// Picks the nearest of `candidates`, if it is at least twice as near as most neighbours: a connection costs more than a
/// little time is worth. Without this, a room would stay as it has come together.
pub(crate) fn nearer(candidates: &[Candidate], neighbours: &[Standing]) -> Option<PeerId> {
    let mut distances: Vec<u32> = neighbours.iter().filter_map(|n| n.distance_ms).collect();
    sort_by_key(&mut distances, |distance_ms| *distance_ms);
    let near = *distances.get(NEAR_KEPT - 1)?;
    let known = candidates.iter().filter_map(|c| Some((c.distance_ms?, c.peer)));
    known.filter(|(distance_ms, _)| 2 * distance_ms <= near).min().map(|(_, peer)| peer)
}

/// Whether too few neighbours lead elsewhere, to devices that no other neighbour is connected to: such a circle would fall
/// out of the room with a few of its members.
pub(crate) fn is_closed_circle(neighbours: &[Standing]) -> bool {
    neighbours.iter().filter(|neighbour| neighbour.in_common == 0).count() < ELSEWHERE_MIN
}

/// Picks the neighbour that is missed least: one that has connections to spare itself and is none of the nearest, and of
/// those the one with the most neighbours in common, then the farthest. `None` if all are needed.
pub(crate) fn spare(neighbours: &[Standing]) -> Option<PeerId> {
    let mut by_distance: Vec<&Standing> = neighbours.iter().collect();
    sort_by_key(&mut by_distance, |n| (n.distance_ms.unwrap_or(u32::MAX), n.peer));
    let far = by_distance.into_iter().skip(NEAR_KEPT);
    let spare = far.filter(|n| n.degree > DEGREE && n.in_common > 0);
    spare.max_by_key(|n| (n.in_common, n.distance_ms, n.peer)).map(|n| n.peer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    fn peer(number: u8) -> PeerId {
        PeerId::from_bytes([number; 32])
    }

    #[test]
    fn half_of_the_choices_are_near_and_the_rest_are_anywhere_and_stronger() {
        let candidates: Vec<Candidate> = (0..20)
            .map(|n| Candidate {
                peer: peer(n),
                distance_ms: (n < 10).then_some(10 + u32::from(n)),
                strength: u64::from(n),
            })
            .collect();
        let mut chance = ChaCha20Rng::from_seed([1; 32]);
        let mut counts = [0; 20];
        for _ in 0..4_000 {
            let chosen = choose(&candidates, &mut chance).unwrap();
            counts[usize::from(chosen.as_bytes()[0])] += 1;
        }
        assert!((1_900..2_200).contains(&counts[0]), "the nearest: {counts:?}");
        assert!(counts[1..].iter().all(|count| *count > 0), "anywhere: {counts:?}");
        let (weak, strong): (i32, i32) = (counts[1..10].iter().sum(), counts[10..].iter().sum());
        assert!(strong > 2 * weak, "{weak} weak, {strong} strong: {counts:?}");
        assert_eq!(choose(&[], &mut chance), None);
    }

    #[test]
    fn a_circle_is_closed_if_fewer_than_two_neighbours_lead_elsewhere() {
        let neighbour =
            |in_common| Standing { peer: peer(0), distance_ms: None, degree: 9, in_common };
        assert!(is_closed_circle(&[3, 1, 0, 5].map(neighbour)));
        assert!(!is_closed_circle(&[3, 0, 0, 5].map(neighbour)));
    }

    #[test]
    fn only_who_is_much_nearer_than_the_near_neighbours_is_worth_a_connection() {
        let neighbours: Vec<Standing> = [10, 20, 30, 40, 200, 300]
            .map(|ms| Standing { peer: peer(0), distance_ms: Some(ms), degree: 9, in_common: 1 })
            .to_vec();
        let candidate = |n, distance_ms| Candidate { peer: peer(n), distance_ms, strength: 0 };
        let far = [candidate(1, Some(21)), candidate(2, None)];
        assert_eq!(nearer(&far, &neighbours), None);
        let near = [&far[..], &[candidate(3, Some(20)), candidate(4, Some(15))]].concat();
        assert_eq!(nearer(&near, &neighbours), Some(peer(4)));
        assert_eq!(nearer(&near, &neighbours[..3]), None, "the first ones are taken as they come");
    }

    #[test]
    fn who_has_no_connection_to_spare_or_is_near_or_is_the_only_way_somewhere_is_kept() {
        let standing = |n: u8, degree, in_common| Standing {
            peer: peer(n),
            distance_ms: Some(u32::from(n)),
            degree,
            in_common,
        };
        let near: Vec<Standing> = (0..4).map(|n| standing(n, 12, 9)).collect();
        let far = [standing(5, 8, 9), standing(6, 12, 0), standing(7, 12, 2), standing(8, 12, 5)];
        assert_eq!(spare(&[&near[..], &far].concat()), Some(peer(8)));
        assert_eq!(spare(&[&near[..], &far[..2]].concat()), None);
        assert_eq!(spare(&near), None);
    }
}
