//! How similar rows can be at most, and which of them can be among the nearest by that.

/// Ends looked at together: nearly always, none of them is high enough.
const ENDS_AT_ONCE: usize = 16;
/// After so many ends, what they must reach is asked for anew.
const ENDS_PER_SLAB: usize = 512;

/// One for each place.
#[derive(Debug)]
pub(super) struct UpperEnds(Vec<f32>);

impl UpperEnds {
    pub(super) fn new(ends: Vec<f32>) -> Self {
        Self(ends)
    }

    #[cfg(test)]
    pub(super) fn all(&self) -> &[f32] {
        &self.0
    }

    /// Takes the places of the highest ends out, at most so many, the highest first.
    pub(super) fn take_highest(&mut self, most: usize) -> Vec<u32> {
        let mut highest: Vec<(f32, usize)> = Vec::with_capacity(most + 1);
        each_reaching(&self.0, f32::MIN, |place, end| {
            let at = highest.partition_point(|&(other, _)| other >= end);
            highest.insert(at, (end, place));
            highest.truncate(most);
            highest.get(most - 1).map_or(f32::MIN, |&(last, _)| last)
        });
        for &(_, place) in &highest {
            self.0[place] = f32::NEG_INFINITY;
        }
        highest.into_iter().map(|(_, place)| place as u32).collect()
    }

    /// Tells the places, in ascending order and some at a time, whose ends reach a threshold; `tell` gives the next one.
    pub(super) fn reaching(&self, mut threshold: f32, mut tell: impl FnMut(&mut Vec<u32>) -> f32) {
        let mut places = Vec::with_capacity(ENDS_PER_SLAB);
        for (slab, ends) in self.0.chunks(ENDS_PER_SLAB).enumerate() {
            places.clear();
            each_reaching(ends, threshold, |place, _| {
                places.push((slab * ENDS_PER_SLAB + place) as u32);
                threshold
            });
            threshold = tell(&mut places);
        }
    }
}

/// Tells which ends reach a threshold, which `tell` may raise.
#[inline(always)]
fn each_reaching(ends: &[f32], mut threshold: f32, mut tell: impl FnMut(usize, f32) -> f32) {
    for (some, ends) in ends.chunks(ENDS_AT_ONCE).enumerate() {
        if ends.iter().fold(false, |any, &end| any | (end >= threshold)) {
            for (number, &end) in ends.iter().enumerate() {
                if end >= threshold {
                    threshold = tell(some * ENDS_AT_ONCE + number, end);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_highest_come_first_and_then_those_that_reach_the_threshold(
            ends in prop::collection::vec(
                prop_oneof![(-50..50_i8).prop_map(f32::from), Just(f32::NEG_INFINITY)],
                0..1_500,
            ),
            most in 1..20_usize,
            threshold in -50..50_i8,
        ) {
            let there = |place: &u32| ends[*place as usize] > f32::NEG_INFINITY;
            let mut all: Vec<u32> = (0..ends.len() as u32).filter(there).collect();
            all.sort_by(|a, b| ends[*b as usize].total_cmp(&ends[*a as usize]));
            let mut upper_ends = UpperEnds::new(ends.clone());
            let highest = upper_ends.take_highest(most);
            let by_end = |places: &[u32]| -> Vec<f32> {
                places.iter().map(|&place| ends[place as usize]).collect()
            };
            prop_assert_eq!(by_end(&highest), by_end(&all[..most.min(all.len())]));

            let mut told = Vec::new();
            upper_ends.reaching(threshold.into(), |places| {
                told.append(places);
                threshold.into()
            });
            all.sort_unstable();
            all.retain(|place| {
                ends[*place as usize] >= threshold.into() && !highest.contains(place)
            });
            prop_assert_eq!(told, all);
        }
    }
}
