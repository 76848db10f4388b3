//! A round outlives half of its members.

use core::time::Duration;
use peer::RoundPhase;
use sim::delay_after_half_die;

#[test]
fn half_of_the_members_die_while_updates_travel_and_the_round_ends_within_five_seconds() {
    for seed in 50..56 {
        let delay = delay_after_half_die(seed, RoundPhase::Revealing);
        assert!(delay <= Duration::from_secs(5), "seed {seed}: {delay:?}");
    }
}

#[test]
fn half_of_the_members_die_at_another_moment_and_the_round_ends() {
    for phase in [RoundPhase::Training, RoundPhase::Committed, RoundPhase::Aggregating] {
        delay_after_half_die(70, phase);
    }
}
