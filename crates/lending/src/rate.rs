//! When to audit: at random, by a draw that the lender cannot know before it has signed, and more often where less is at stake.
//!
//! Of a lender with a part `w` of wrong segments, an audit of a part `p` finds one in each segment with probability `w p`, so it
//! is caught within `n` segments with probability `1 - (1 - w p)^n`. For 0.99 at `w` = 1 %, `n = ln 0.01 / ln(1 - 0.01 p)`:
//!
//! | `p` | segments |
//! |---|---|
//! | 5 % | 9,209 |
//! | 10 % | 4,603 |
//! | 23.1 % | 1,992 |
//! | 25 % | 1,840 |
//!
//! A lender that nobody knows, or whose stake is thin, is thus caught within 2,000 segments; one that the room knows, within 9,209,
//! and then has a reputation to lose besides.

use crate::statement::Statement;
use protocol::encoding::encode;
use units::{Credits, Hash};

/// A part of all segments, in ten-thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuditRate(u16);

/// Of all: what a rate counts.
const WHOLE: u64 = 10_000;

/// What a known lender is audited: more would cost a tenth of all work.
pub const RATE_MIN: AuditRate = AuditRate(500);

/// What a stranger is audited: caught within 2,000 segments at one wrong in a hundred.
pub const RATE_MAX: AuditRate = AuditRate(2_500);

/// A stake that is this many times the price of a segment deters from the start: a wrong segment gains its price at most, and is
/// found one time in twenty.
const STAKE_IN_SEGMENTS: u64 = 1_000;

/// What is known of a lender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// What it loses if it cheats.
    pub stake: Credits,
    /// What a segment costs.
    pub segment_price: Credits,
    /// Its reputation in the room, in percent of what the best has; 0 for a stranger.
    pub reputation_percent: u8,
}

/// Which part of a lender's segments to audit: 5 % of one that the room knows and whose stake is large, 25 % of a stranger, or
/// of one whose stake is small, and in between by the lesser of the two.
pub fn audit_rate(known: Known) -> AuditRate {
    let reputation = u64::from(known.reputation_percent.min(100));
    let wanted = known.segment_price.times(STAKE_IN_SEGMENTS).unwrap_or(Credits::MAX);
    let stake = match wanted.as_micros() {
        0 => 100,
        wanted => {
            let percent = u128::from(known.stake.as_micros()) * 100 / u128::from(wanted);
            u64::try_from(percent).unwrap_or(100).min(100)
        }
    };
    let (low, high) = (u64::from(RATE_MIN.0), u64::from(RATE_MAX.0));
    let rate = high - (high - low) * reputation.min(stake) / 100;
    AuditRate(u16::try_from(rate).expect("between the two"))
}

impl AuditRate {
    /// Of ten thousand segments.
    pub fn of_ten_thousand(self) -> u16 {
        self.0
    }

    /// Whether a stated segment is drawn. `secret` is the borrower's, of 32 random bytes that it has told nobody; the same secret
    /// draws the same, so that nobody can say that a borrower has chosen.
    pub fn draws(self, secret: &[u8; 32], statement: &Statement) -> bool {
        let drawn = Hash::of_parts(&[b"audit", secret, &encode(statement)]);
        let [first, ..] = drawn.as_bytes().as_chunks::<8>().0 else { return true };
        // Of 2^64 draws, all numbers below 10,000 come as often but for one in 10^15.
        u64::from_le_bytes(*first) % WHOLE < u64::from(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::Digests;
    use protocol::identity::Signature;

    fn known(stake: u64, reputation_percent: u8) -> AuditRate {
        let segment_price = Credits::from_micros(10_000);
        audit_rate(Known { stake: Credits::whole(stake), segment_price, reputation_percent })
    }

    #[test]
    fn strangers_and_thin_stakes_are_audited_most() {
        assert_eq!([known(10, 100), known(1_000, 255)], [RATE_MIN; 2]);
        assert_eq!([known(10, 0), known(0, 100), known(0, 0)], [RATE_MAX; 3]);
        assert_eq!(known(10, 50), AuditRate(1_500));
        assert_eq!(known(1, 100), AuditRate(2_300));
        let free =
            Known { stake: Credits::ZERO, segment_price: Credits::ZERO, reputation_percent: 100 };
        assert_eq!(audit_rate(free), RATE_MIN);
        let dear = Known { segment_price: Credits::MAX, ..free };
        assert_eq!(audit_rate(dear), RATE_MAX);
    }

    fn statement(loan: u32, segment: u32) -> Statement {
        let zero = Hash::of(&[]);
        let loan = Hash::of(&loan.to_le_bytes());
        let (before, inputs, outputs, portions, after) = (zero, zero, zero, 0, zero);
        let digests = Digests { segment, before, inputs, outputs, portions, after };
        let signature = Signature::from_bytes([0; 64]);
        Statement { room: zero, loan, groups: 1, digests, signature }
    }

    /// In which segment a cheat is caught that gets one segment in a hundred wrong, at random.
    fn caught_at(cheat: u32, rate: AuditRate) -> u32 {
        let secret = *Hash::of(&cheat.to_le_bytes()).as_bytes();
        let is_wrong = |segment: u32| {
            let drawn = Hash::of_parts(&[b"cheat", &cheat.to_le_bytes(), &segment.to_le_bytes()]);
            let [first, second, ..] = drawn.as_bytes();
            u16::from_le_bytes([*first, *second]) < 655
        };
        let mut wrong = (0..).filter(|segment| is_wrong(*segment));
        wrong.find(|segment| rate.draws(&secret, &statement(cheat, *segment))).unwrap()
    }

    /// Of a thousand cheats, how many are caught within so many segments.
    fn caught_within(rate: AuditRate, segments: u32) -> usize {
        (0..1_000).filter(|cheat| caught_at(*cheat, rate) < segments).count()
    }

    #[test]
    fn of_a_thousand_cheats_990_are_caught_within_the_bounds() {
        // 990 are expected of each with a standard deviation of 3; these seeds are as likely as any others.
        let [known, strangers] = [caught_within(RATE_MIN, 9_209), caught_within(RATE_MAX, 2_000)];
        println!("caught: {known} at 5 % within 9,209 segments, {strangers} at 25 % within 2,000");
        assert!((981..=999).contains(&known), "{known}");
        assert!((984..=1_000).contains(&strangers), "{strangers}");
    }

    #[test]
    fn draws_come_as_often_as_the_rate_says() {
        let drawn = |rate: AuditRate| {
            (0..20_000).filter(|segment| rate.draws(&[7; 32], &statement(1, *segment))).count()
        };
        assert!((900..=1_100).contains(&drawn(RATE_MIN)));
        assert!((4_800..=5_200).contains(&drawn(RATE_MAX)));
    }
}
