//! What this device was paid.

use ledger::{Chain, Payment};
use serde::{Deserialize, Serialize};
use units::UnixMillis;

/// Blocks of one answer.
const RECEIVED_MAX: usize = 12;

/// Blocks that are looked at for it: hours of a busy room.
const LOOKED_AT_MAX: usize = 4_096;

/// What one block has paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedView {
    /// Its height.
    pub height: u32,
    /// When it was found.
    pub time: UnixMillis,
    /// What it paid, the largest first; at most [`ledger::PAYMENTS_MAX`].
    pub payments: Vec<Payment>,
}

pub(super) fn view(chain: &Chain) -> Vec<ReceivedView> {
    let heights = (1..=chain.height()).rev().take(LOOKED_AT_MAX);
    let received = heights.filter_map(|height| {
        let payments = chain.payments(height);
        let time = chain.header(&chain.name_at(height)?)?.time;
        (!payments.is_empty()).then(|| ReceivedView { height, time, payments: payments.to_vec() })
    });
    received.take(RECEIVED_MAX).collect()
}
