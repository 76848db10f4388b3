//! What one account is paid with each block: for whoever looks at the books, and no part of what devices agree on.

use super::Chain;
use crate::payment::Payment;
use units::PeerId;

impl Chain {
    /// Keeps what that account is paid from here on, see [`Self::payments`].
    pub fn watch(&mut self, account: PeerId) {
        self.watched = Some(account);
    }

    /// What the watched account was paid with the block at that height, the largest first; nothing of blocks that cannot be
    /// undone any more.
    pub fn payments(&self, height: u32) -> &[Payment] {
        let above = self.height().checked_sub(height).map(|blocks| blocks as usize);
        let place = above.and_then(|above| self.steps.len().checked_sub(above + 1));
        let step = place.and_then(|place| self.steps.get(place));
        step.map_or(&[], |step| step.payments.as_slice())
    }
}
