//! Capsules: whose they are, and what they have brought to others.
//!
//! ```text
//!          register                rate, once a house
//! nothing ──────────► registered ────────────────────► registered, more useful
//! ```
//! The first ratings are not paid for: two names that praise each other's capsules bring each other nothing.

use super::{
    Surroundings,
    money::{house, must_be_member},
    regard::{self, Deed, FACT},
    treasury::Merits,
};
use crate::{Refusal, economics, state::Changes};
use serde::{Deserialize, Serialize};
use units::{Hash, PeerId, UnixMillis};

/// A capsule that somebody has claimed first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capsule {
    /// Who.
    pub owner: PeerId,
    /// What it is about.
    pub title: String,
    /// When it was claimed.
    pub registered: UnixMillis,
    /// Members that have said what it brought them.
    pub ratings: u32,
    /// What they have said, added up, in percent.
    pub use_percent_sum: u64,
}

/// What a member has said of a capsule, for all names of its house: once and for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// What it has brought, in percent of what it could have.
    pub use_percent: u8,
}

pub(super) fn register(
    changes: &mut Changes<'_>,
    owner: PeerId,
    capsule: Hash,
    title: &str,
    s: &Surroundings,
) -> Result<(), Refusal> {
    must_be_member(changes, owner)?;
    if let Some(known) = changes.get::<Capsule>(capsule) {
        return Err(Refusal::CapsuleTaken { owner: known.owner });
    }
    let title = title.to_owned();
    let registered = Capsule { owner, title, registered: s.now, ratings: 0, use_percent_sum: 0 };
    changes.put(capsule, registered);
    Ok(())
}

pub(super) fn rate(
    changes: &mut Changes<'_>,
    merits: &mut Merits,
    by: PeerId,
    (capsule, use_percent): (Hash, u8),
    s: &Surroundings,
) -> Result<(), Refusal> {
    must_be_member(changes, by)?;
    let mut rated =
        changes.get::<Capsule>(capsule).cloned().ok_or(Refusal::NoSuchCapsule { capsule })?;
    let rater = house(changes, by);
    if rater == house(changes, rated.owner) {
        return Err(Refusal::ToItself);
    }
    if changes.get::<Rating>((capsule, rater)).is_some() {
        return Err(Refusal::RatedBefore { peer: by });
    }
    changes.put((capsule, rater), Rating { use_percent });
    rated.ratings = rated.ratings.saturating_add(1);
    rated.use_percent_sum = rated.use_percent_sum.saturating_add(use_percent.into());
    let owner = rated.owner;
    if rated.ratings >= economics::RATERS_MIN {
        merits.count_rating(rater, owner, use_percent);
    }
    changes.put(capsule, rated);
    let parts = u32::from(use_percent) * FACT / 100;
    regard::well(changes, (by, owner), Deed::Capsule, parts, s.now);
    Ok(())
}
