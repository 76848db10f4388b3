//! Prices, as a person reads them.

use crate::{books::credits, format::count};
use ledger::contracts::lending::Terms;
use lending::deposit_for;
use units::Credits;

/// What nodes cost, and what that comes to while they are busy.
pub(crate) fn words(terms: &Terms) -> String {
    match terms.price_per_thousand_events.is_zero() {
        true => rates(terms),
        false => {
            let busy = credits(deposit_for(terms, 1));
            format!("{}: some {busy} in a busy hour", rates(terms))
        }
    }
}

/// What nodes cost.
pub(crate) fn rates(terms: &Terms) -> String {
    let hour = terms.price_per_hour;
    let events = terms.price_per_thousand_events;
    match (hour.is_zero(), events.is_zero()) {
        (true, true) => "nothing".to_owned(),
        (false, true) => format!("{} an hour", exact(hour)),
        (true, false) => format!("{} for a thousand events", exact(events)),
        (false, false) => {
            format!("{} an hour and {} for a thousand events", exact(hour), exact(events))
        }
    }
}

/// An amount with all of its decimals.
pub(crate) fn exact(amount: Credits) -> String {
    let (whole, part) = (amount.as_micros() / 1_000_000, amount.as_micros() % 1_000_000);
    let part = format!("{part:06}");
    match (whole, part.trim_end_matches('0')) {
        (1, "") => "1 credit".to_owned(),
        (whole, "") => format!("{} credits", count(whole)),
        (whole, part) => format!("{}.{part} credits", count(whole)),
    }
}

#[cfg(test)]
mod tests {
    use super::{exact, words};
    use ledger::{contracts::lending::Terms, economics::STAKE_MIN};
    use units::Credits;

    #[test]
    fn a_price_is_said_with_what_a_busy_hour_comes_to() {
        let said = |hour, events| {
            words(&Terms {
                nodes: 8,
                price_per_hour: Credits::from_micros(hour),
                price_per_thousand_events: Credits::from_micros(events),
                stake: STAKE_MIN,
                inputs_max: 64,
            })
        };
        assert_eq!(said(0, 0), "nothing");
        assert_eq!(said(2_500_000, 0), "2.5 credits an hour");
        assert_eq!(
            said(1_000_000, 1_000),
            "1 credit an hour and 0.001 credits for a thousand events: some 11 credits in a busy hour"
        );
        assert_eq!(
            said(0, 1),
            "0.000001 credits for a thousand events: some 0.01 credits in a busy hour"
        );
    }

    #[test]
    fn amounts_have_all_of_their_decimals() {
        assert_eq!(exact(Credits::whole(1)), "1 credit");
        assert_eq!(exact(Credits::whole(1_000)), "1,000 credits");
        assert_eq!(exact(Credits::from_micros(1_000_001)), "1.000001 credits");
    }
}
