//! Devices that are lost: another one of the same person revokes them.
//!
//! ```text
//!             an order of a device that it has let do so
//! any standing ───────────────────────────────────────► revoked
//! ```
//! What a revoked device owns stays where it is, for good: whoever has found or stolen it cannot spend it, and gains nothing by
//! revoking the others first but that theirs rests, too.

use super::money::{Standing, must_be_member};
use crate::{Refusal, state::Changes};
use units::PeerId;

/// Who revokes is a member, so that there is always one left.
pub(super) fn revoke(changes: &mut Changes<'_>, by: PeerId, device: PeerId) -> Result<(), Refusal> {
    must_be_member(changes, by)?;
    if by == device {
        return Err(Refusal::ToItself);
    }
    let mut account = changes.account(device);
    if account.standing == Standing::Revoked {
        return Err(Refusal::Revoked { peer: device });
    }
    let (was_member, has_house) = (account.is_member(), account.house.is_some());
    account.standing = Standing::Revoked;
    changes.put(device, account);
    if was_member {
        let mut treasury = changes.treasury();
        treasury.members = treasury.members.saturating_sub(1);
        treasury.houses = treasury.houses.saturating_sub((!has_house).into());
        changes.put((), treasury);
    }
    Ok(())
}

/// Whoever has a revoked device has no say.
pub(super) fn must_not_be_revoked(changes: &Changes<'_>, peer: PeerId) -> Result<(), Refusal> {
    match changes.account(peer).standing {
        Standing::Revoked => Err(Refusal::Revoked { peer }),
        _ => Ok(()),
    }
}
