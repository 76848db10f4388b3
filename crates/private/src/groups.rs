//! Who is in a group with whom: decided by a hash that nobody can choose, anew in each round.

use units::{Hash, PeerId, sort_by_key};

/// Members of a group, at least: with two, each could take its own update off the sum and read the other's.
pub const GROUP_MEMBERS_MIN: usize = 3;

/// Members of a group, at most: what a member computes and sends grows with the square of it.
pub const GROUP_MEMBERS_MAX: usize = 16;

/// Deals members out to groups of about `size`, each by ascending peer. Sizes differ by one at most, and none is below
/// `size` unless there are fewer members.
///
/// The order of members is that of SHA-256(`peerceptron private group` ‖ seed ‖ peer). Groups are as good as their seed: nobody
/// may be able to choose it, or to know it before members are known.
///
/// # Panics
/// If `size` is 0.
pub fn groups(seed: Hash, members: &[PeerId], size: usize) -> Vec<Vec<PeerId>> {
    assert!(size > 0, "groups have members");
    // Sorted as peers sort everything: the page has this code already.
    let place = |peer: &PeerId| {
        let name: &[u8] = b"peerceptron private group";
        (Hash::of_parts(&[name, seed.as_bytes(), peer.as_bytes()]), *peer)
    };
    let mut placed: Vec<(Hash, PeerId)> = members.iter().map(place).collect();
    sort_by_key(&mut placed, |place| *place);
    placed.dedup();
    let order: Vec<PeerId> = placed.into_iter().map(|(_, peer)| peer).collect();
    let count = (order.len() / size).max(1);
    let (least, larger) = (order.len() / count, order.len() % count);
    let mut rest = order.as_slice();
    let mut groups = Vec::with_capacity(count);
    for number in 0..count {
        let (group, others) = rest.split_at(least + usize::from(number < larger));
        rest = others;
        let mut group = group.to_vec();
        sort_by_key(&mut group, |peer| *peer);
        groups.push(group);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(count: u8) -> Vec<PeerId> {
        (0..count).map(|n| PeerId::from_bytes([n; 32])).collect()
    }

    #[test]
    fn everybody_is_in_one_group_of_about_the_size() {
        for (count, size, expected) in [
            (12, 4, vec![4, 4, 4]),
            (8, 3, vec![4, 4]),
            (11, 3, vec![4, 4, 3]),
            (2, 3, vec![2]),
            (32, 5, vec![6, 6, 5, 5, 5, 5]),
        ] {
            let found = groups(Hash::of(b"seed"), &members(count), size);
            assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), expected);
            let mut all = found.concat();
            all.sort_unstable();
            assert_eq!(all, members(count));
        }
    }

    #[test]
    fn companions_change_from_round_to_round_and_not_with_the_order_of_names() {
        let mut reversed = members(12);
        reversed.reverse();
        reversed.push(members(1)[0]);
        let of = |seed: &[u8], members: &[PeerId]| groups(Hash::of(seed), members, 4);
        assert_eq!(of(b"a", &members(12)), of(b"a", &reversed));
        assert_ne!(of(b"a", &members(12)), of(b"b", &members(12)));
    }
}
