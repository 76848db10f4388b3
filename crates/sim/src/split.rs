//! What networks over several devices learn.

use core::time::Duration;
use serde_json::json;
use sim::{SplitOutcome, SplitRoom};

/// Prints three networks over three devices, each with what it learns on one, as JSON.
pub(crate) fn measure(seed: u64) {
    let room = |layers, carry| SplitRoom { seed, network_seed: seed, layers, carry, loss: 0.1 };
    print("64-48", &room(&[64, 48], &[64, 64]).play(), None);
    print("64-48-32", &room(&[64, 48, 32], &[48, 48]).play(), None);
    let (outcome, healed_within) = room(&[64, 48], &[64, 0, 64]).play_with_a_death();
    print("64-48, one device dies", &outcome, Some(healed_within));
}

fn print(network: &str, outcome: &SplitOutcome, healed_within: Option<Duration>) {
    let line = json!({
        "network": network,
        "percent": 100.0 * outcome.accuracy,
        "whole_percent": 100.0 * outcome.whole,
        "silent_percent": 100.0 * outcome.silent_part(),
        "seconds": outcome.took.as_secs_f64(),
        "healed_seconds": healed_within.map(|it| it.as_secs_f64()),
    });
    println!("{line}");
}
