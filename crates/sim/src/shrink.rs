//! A smaller history that still fails.
//!
//! Whatever can be left out of a failing history is left out, as long as it still fails: scenes in ever smaller groups
//! (delta debugging, Zeller and Hildebrandt 2002), then devices, then rounds, and again until nothing more can go. Every
//! throw of the dice after a change comes out otherwise, so that a history that needs one scene less may fail by chance no
//! more: each is tried in a few kinds of weather.

use crate::scenario::{Cuts, Plan};

/// Kinds of weather in which each smaller history is tried.
const WEATHERS: u64 = 6;

/// What shrinking came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Shrunk {
    /// The smallest history that was found to fail.
    pub plan: Plan,
    /// Histories that were played for it.
    pub tries: usize,
}

/// Looks for a smaller history than `plan`, which fails, that fails as well, by playing at most `tries_max` histories.
pub fn shrink(plan: &Plan, tries_max: usize, fails: impl FnMut(&Plan) -> bool) -> Shrunk {
    let mut search = Search { best: plan.clone(), tries: 0, tries_max, fails };
    loop {
        let before = search.best.clone();
        search.fewer_scenes();
        search.fewer_devices();
        search.fewer_rounds();
        if search.best == before || search.is_over() {
            return Shrunk { plan: search.best, tries: search.tries };
        }
    }
}

struct Search<F> {
    best: Plan,
    tries: usize,
    tries_max: usize,
    fails: F,
}

impl<F: FnMut(&Plan) -> bool> Search<F> {
    fn is_over(&self) -> bool {
        self.tries >= self.tries_max
    }

    /// Takes a smaller history for the best one if it fails in some weather.
    fn attempt(&mut self, smaller: Plan) -> bool {
        let here = smaller.cuts.weather;
        let others = (0..WEATHERS).filter(|weather| *weather != here);
        for weather in core::iter::once(here).chain(others) {
            if self.is_over() {
                return false;
            }
            self.tries += 1;
            let candidate =
                Plan { cuts: Cuts { weather, ..smaller.cuts.clone() }, ..smaller.clone() };
            if (self.fails)(&candidate) {
                self.best = candidate;
                return true;
            }
        }
        false
    }

    fn fewer_scenes(&mut self) {
        let mut group = self.best.scenes().len();
        while group > 0 {
            let mut from = 0;
            while from < self.best.scenes().len() {
                let mut scenes = self.best.scenes();
                scenes.drain(from..scenes.len().min(from + group));
                let mut smaller = self.best.clone();
                smaller.cuts.scenes = Some(scenes);
                if !self.attempt(smaller) {
                    from += group;
                }
                if self.is_over() {
                    return;
                }
            }
            group /= 2;
        }
    }

    fn fewer_devices(&mut self) {
        while self.best.present() > 1 {
            let mut smaller = self.best.clone();
            smaller.cuts.present = Some(self.best.present() - 1);
            // Scenes about whoever is gone do not happen.
            smaller.cuts.scenes = Some(smaller.scenes());
            if !self.attempt(smaller) {
                return;
            }
        }
    }

    fn fewer_rounds(&mut self) {
        for fewer in [|rounds: u32| rounds / 2, |rounds: u32| rounds - 1] {
            while self.best.rounds > 1 {
                let smaller = Plan { rounds: fewer(self.best.rounds), ..self.best.clone() };
                if !self.attempt(smaller) {
                    break;
                }
            }
        }
    }
}

/// What kind of violation a sentence tells of: its words, less names and numbers.
pub fn kind_of(sentence: &str) -> String {
    let is_word = |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
    sentence.split([' ', ':', ',']).filter(is_word).take(6).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::Faults;

    fn plan() -> Plan {
        Plan::new(11, 5, Faults::ALL, 12)
    }

    #[test]
    fn only_what_the_failure_needs_is_left() {
        let needed = [2, 7];
        let all = plan().scenes().len();
        assert!(all > 10, "{all}");
        let shrunk = shrink(&plan(), 2_000, |plan| {
            let scenes = plan.scenes();
            needed.iter().all(|number| scenes.contains(number)) && plan.rounds >= 3
        });
        assert_eq!(shrunk.plan.scenes(), needed);
        assert_eq!(shrunk.plan.rounds, 3);
        assert!(shrunk.plan.present() < 5 || needed.len() == shrunk.plan.scenes().len());
    }

    #[test]
    fn a_failure_that_needs_other_weather_is_found_in_it() {
        let shrunk =
            shrink(&plan(), 2_000, |plan| plan.scenes().len() > 3 || plan.cuts.weather == 5);
        assert!(shrunk.plan.scenes().is_empty());
        assert_eq!(shrunk.plan.cuts.weather, 5);
    }

    #[test]
    fn the_search_ends_after_as_many_histories_as_it_may_play() {
        let mut played = 0;
        let shrunk = shrink(&plan(), 40, |_| {
            played += 1;
            false
        });
        assert_eq!((shrunk.tries, played), (40, 40));
        assert_eq!(shrunk.plan, plan());
    }

    #[test]
    fn violations_of_one_kind_differ_in_names_and_numbers_only() {
        let one = "no agreement after 600s: HostId(0) ended with (Hash(1c), Hash(16)), HostId(1)";
        let other = "no agreement after 600s: HostId(3) ended with (Hash(af), Hash(53)), HostId(2)";
        assert_eq!(kind_of(one), kind_of(other));
        assert_ne!(kind_of(one), kind_of("no agreement after 600s: HostId(0) is in round 0 of 3"));
    }
}
