//! Which offer to take.

use crate::limits;
use ledger::contracts::lending::Terms;
use units::Credits;

/// Events that busy nodes take in within an hour, in thousands: some 30 batches of 32 rows a second, of three events each.
pub const BUSY_THOUSANDS_PER_HOUR: u64 = 10_000;

/// Offers that cost nothing are not all alike: this is added to each price.
const PRICE_FLOOR: Credits = Credits::from_micros(1_000);

/// What a way of so many milliseconds costs: it halves what nodes get done within a second.
const WAY_THAT_HALVES_MS: u128 = 100;

/// What is known of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// What it costs.
    pub terms: Terms,
    /// Its owner's reputation, in percent of what the room's best has; 0 for a stranger.
    pub reputation_percent: u8,
    /// Round trip to its owner; `None` if it is not measured.
    pub round_trip_ms: Option<u16>,
}

/// What an hour of a candidate's nodes comes to when they are busy; less is better. A far owner gets less done for the same money,
/// and a stranger counts twice what the room's best counts: it is audited five times as often, and nobody vouches that it stays.
pub fn dearness(candidate: &Candidate) -> u128 {
    let Candidate { terms, reputation_percent, round_trip_ms } = candidate;
    let busy = terms.price_per_thousand_events.times(BUSY_THOUSANDS_PER_HOUR);
    let hour = busy.and_then(|busy| terms.price_per_hour.plus(busy)?.plus(PRICE_FLOOR));
    let hour = u128::from(hour.unwrap_or(Credits::MAX).as_micros());
    let way_ms = u128::from(round_trip_ms.unwrap_or(u16::MAX)) + WAY_THAT_HALVES_MS;
    let strangeness = 200 - u128::from((*reputation_percent).min(100));
    hour * way_ms * strangeness / u128::from(terms.nodes.clamp(1, limits::NODES_MAX as u32))
}

/// What is bound for so many busy hours; what is not used comes back.
pub fn deposit_for(terms: &Terms, hours: u32) -> Credits {
    let hour = terms.price_per_thousand_events.times(BUSY_THOUSANDS_PER_HOUR);
    let hour = hour.and_then(|busy| terms.price_per_hour.plus(busy)?.times(u64::from(hours)));
    hour.unwrap_or(Credits::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(hour: u64, reputation_percent: u8, round_trip_ms: Option<u16>) -> Candidate {
        let terms = Terms {
            nodes: 64,
            price_per_hour: Credits::whole(hour),
            price_per_thousand_events: Credits::ZERO,
            stake: Credits::whole(10),
            inputs_max: 64,
        };
        Candidate { terms, reputation_percent, round_trip_ms }
    }

    #[test]
    fn cheap_near_and_known_lenders_come_first() {
        let usual = dearness(&candidate(2, 50, Some(20)));
        assert!(dearness(&candidate(1, 50, Some(20))) < usual);
        assert!(dearness(&candidate(2, 90, Some(20))) < usual);
        assert!(dearness(&candidate(2, 50, Some(5))) < usual);
        assert!(dearness(&candidate(2, 50, None)) > usual);
        let mut twice = candidate(2, 50, Some(20));
        twice.terms.nodes = 128;
        assert!(dearness(&twice) < usual, "more nodes for the same money");
    }

    #[test]
    fn no_price_is_too_large_to_be_compared() {
        let mut dear = candidate(1, 0, None);
        dear.terms.price_per_hour = Credits::MAX;
        dear.terms.price_per_thousand_events = Credits::MAX;
        assert!(dearness(&dear) > dearness(&candidate(1, 0, None)));
        assert_eq!(deposit_for(&dear.terms, 24), Credits::MAX);
        assert_eq!(deposit_for(&candidate(2, 0, None).terms, 3), Credits::whole(6));
    }
}
