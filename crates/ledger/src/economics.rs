//! All numbers that decide who gets what, each with its reason.

use core::time::Duration;
use units::{AmountError, Credits};

/// All money of a room, for ever: rules move it, none makes or destroys any. Large enough that a share of a share of it is
/// still a number; small enough that no sum of a room's amounts overflows.
pub const SUPPLY: Credits = Credits::whole(1_000_000);

/// What the founder begins with: some loans' worth, so that a room can try everything on its first day.
pub const FOUNDERS_PART: Credits = Credits::whole(1_000);

/// What an invited member is welcomed with, once: enough to borrow a few hundred nodes for an hour.
pub const WELCOME: Credits = Credits::whole(100);

/// Welcomes that the treasury pays within [`WELCOMES_WINDOW`]: two classes that arrive together, and no more than 0.7 % of the
/// treasury a day for whoever opens a link again and again under other names. Beyond that, members vouch for newcomers.
pub const WELCOMES_MAX: u32 = 64;

/// See [`WELCOMES_MAX`].
pub const WELCOMES_WINDOW: Duration = Duration::from_secs(24 * 3_600);

/// What a member that is not the founder pays to the treasury beside the welcome that comes out of its own pocket: names that
/// somebody invents to count as many cost what an evening's honest work brings.
pub const VOUCHING_COST: Credits = Credits::whole(10);

/// The least fee of an order, for each [`FEE_BYTES`] that it begins: a day of full blocks costs some 4,400 credits, which is more than
/// anybody begins with, and a report of a round of eight members a two-hundredth of one.
pub const FEE_MIN: Credits = Credits::from_micros(1_000);

/// See [`FEE_MIN`]: all orders but reports of rounds and proofs of fraud are shorter.
pub const FEE_BYTES: usize = 512;

/// [`FEE_BYTES`] that something of that size begins.
pub fn lengths(size_bytes: usize) -> u64 {
    size_bytes.div_ceil(FEE_BYTES) as u64
}

/// The least fee of an order of that size.
///
/// # Errors
/// [`AmountError`] for a size that no order has.
pub fn fee_min(size_bytes: usize) -> Result<Credits, AmountError> {
    FEE_MIN.times(lengths(size_bytes))
}

/// Of what is in the treasury, one part in so many is shared out in each second between blocks: half of it in some eleven
/// weeks of blocks at full pace, so that late comers find most of it.
pub const PARTS_OF_TREASURY_A_SECOND: u64 = 10_000_000;

/// Longer between two blocks counts as this: a room that sleeps owes nobody for its sleep.
pub const SHARED_SECONDS_MAX: u64 = 60;

/// Of what is shared out, in hundredths, what goes to members whose updates others found useful: what a room is for.
pub const ROUNDS_PERCENT: u64 = 60;

/// To makers of capsules that were found useful.
pub const CAPSULES_PERCENT: u64 = 20;

/// A capsule's maker is paid for a rating from this one on: as many as have to judge an update, so that a second name pays nobody.
pub const RATERS_MIN: u32 = 3;

/// To those whose nodes others have paid for, beside what these have paid.
pub const HOSTING_PERCENT: u64 = 10;

/// One part in so many of what a borrower has paid is the most that its lender gets beside it: less than
/// [`PARTS_OF_PAYMENT`] takes, so that lending to oneself loses money all the same.
pub const PARTS_OF_PAYMENT_AS_BONUS: u64 = 100;

/// To who finds the block: books are kept although nobody has to.
pub const MINING_PERCENT: u64 = 10;

/// Of what a borrower pays, one part in so many goes to the treasury, rounded up: lending to oneself loses money.
pub const PARTS_OF_PAYMENT: u64 = 50;

/// How long after a claim it may be answered with a better one or with a proof of fraud: a phone that was asleep comes back
/// within it, and a lender does not wait long for its money.
pub const ANSWER_TIME: Duration = Duration::from_secs(600);

/// How long after the end of a loan its lender may claim what it is owed.
pub const GRACE: Duration = Duration::from_secs(600);

/// The longest loan: no money is bound for longer.
pub const LOAN_HOURS_MAX: u32 = 24;

/// How long a stake stays bound after it was given up: as long as what it stands for can still be disputed.
pub const UNSTAKING: Duration = Duration::from_secs(3_600);

/// The least stake of an offer: what a cheat loses must be more than what a cheat can gain before it is caught.
pub const STAKE_MIN: Credits = Credits::whole(10);

/// How long an offer stands: who made it may be gone, and its stake comes back to it.
pub const OFFER_STANDS: Duration = Duration::from_secs(7 * 24 * 3_600);

/// How long a round's record is in the state: the next rounds of its session refer to it.
pub const ROUND_KEPT: Duration = Duration::from_secs(3_600);

/// How long a proposal to exclude somebody stands.
pub const BALLOT_OPEN: Duration = Duration::from_secs(24 * 3_600);

/// From which score on, in hundredths of a nat, an update was useful: on the few rows that a judge holds out, an update of nothing but
/// noise is found this good now and then.
pub const USEFUL_SCORE_MIN: i16 = 10;

/// What updates bring together in a round that is paid in full, in hundredths of a nat a sample: half of what honest members bring at
/// first. Once little is left to learn, a little luck would else be paid what learning was.
pub const FULL_SCORE: u64 = 20;

/// Up to which score an update did harm: what honest members learn from rows like nobody else's was measured as low as -300, and
/// labels that were turned round from -800 on.
pub const HARMFUL_SCORE_MAX: i16 = -400;

/// After so much time between blocks, half of what members have found of each other counts no more: a week away costs nobody
/// its name, and last year's good deeds cover no harm.
pub const REGARD_HALVES: Duration = Duration::from_secs(14 * 24 * 3_600);

/// How many times a harm takes off what a good adds: who helps in two of three rounds and harms in the third is trusted by nobody.
pub const HARM_TIMES: u64 = 3;
