//! Some of a group's members, by their places in its roster.

use crate::groups::GROUP_MEMBERS_MAX;
use core::fmt;

/// A set of places, 0 to 15.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Places(u16);

const _: () = assert!(GROUP_MEMBERS_MAX == u16::BITS as usize);

impl Places {
    /// The first so many.
    pub fn first(count: usize) -> Self {
        (0..count).collect()
    }

    /// From one bit a place, the lowest first.
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// One bit a place, the lowest first.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// How many there are.
    pub fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether a place is among them.
    pub fn contains(self, place: usize) -> bool {
        place < GROUP_MEMBERS_MAX && self.0 >> place & 1 == 1
    }

    /// Whether all of them are among others.
    pub fn is_within(self, others: Self) -> bool {
        self.0 & !others.0 == 0
    }

    /// All of them, ascending.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..GROUP_MEMBERS_MAX).filter(move |place| self.contains(*place))
    }
}

/// # Panics
/// If a place is not below 16.
impl FromIterator<usize> for Places {
    fn from_iter<I: IntoIterator<Item = usize>>(places: I) -> Self {
        Self(places.into_iter().fold(0, |bits, place| {
            assert!(place < GROUP_MEMBERS_MAX, "place {place} in a group");
            bits | 1 << place
        }))
    }
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_kept_in_order_and_once() {
        let places: Places = [7, 0, 15, 7].into_iter().collect();
        assert_eq!(places.iter().collect::<Vec<_>>(), [0, 7, 15]);
        assert_eq!(Places::from_bits(places.bits()), places);
        assert_eq!((places.count(), places.contains(3), places.contains(99)), (3, false, false));
        assert!(Places::first(8).is_within(Places::first(16)));
        assert!(!places.is_within(Places::first(8)));
    }
}
