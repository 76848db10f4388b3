//! Rounds of a learning session, and the records they leave.
//!
//! A round: every member trains from the newest record, *commits* to its update by a signed [`Contribution`], *reveals* the
//! update once commitments are closed, and aggregates the updates that the round's leader *decides* on. All aggregate the
//! same updates in the same order with the same kernels, so all arrive at the same [`RoundRecord`]. Who contributed says so,
//! with what each contribution brings on its own rows: a [`Verdict`], which its promise for the next round signs. The next
//! decision keeps these verdicts, and the [`Standing`] of every contributor follows from them. Whoever holds a record can be asked for its model; the record's
//! hash chain says which model that must be.
//!
//! Where two chains meet, [`RoundRecord::weight`] says which one everybody goes on with.

mod contribution;
mod draw;
mod masks;
mod privacy;
mod proposal;
mod record;
mod standing;

pub use contribution::{Commitment, Contribution, Equivocation, scores_name, update_name};
pub use draw::{first_draw, ticket};
pub use masks::{
    GROUP_MEMBERS_MIN, GROUPED_MEMBERS_MIN, GroupRecord, Masks, groups_seed, sum_name,
};
pub use privacy::{DELTA, EPSILON_THOUSANDTHS_MAX, EPSILON_THOUSANDTHS_MIN, Privacy};
pub use proposal::{Proposal, SessionOptions};
pub use record::{Decision, RecordName, RoundRecord, SCORE_MAX, Verdict, leaders};
pub use standing::{Standing, median_score};
