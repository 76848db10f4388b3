//! What an update costs a device's privacy is stored before the device says anything of it.

use super::World;
use crate::{byzantine::session_message, network::Life};
use protocol::message::SessionMessage;

impl World {
    /// An honest device says something: of an update that it has paid for, only when that cannot be forgotten any more.
    pub(crate) fn check_price(&self, life: Life, bytes: &[u8]) {
        let Some((_, SessionMessage::Commit(commitment))) = session_message(bytes) else { return };
        let Some(account) = self.observer.price_of(commitment.contribution.update) else { return };
        let stored = self.hosts[life.host.0].disk.durable("spent").unwrap_or_default();
        assert!(
            stored.windows(account.len()).any(|window| window == account),
            "{:?} promises an update before it is stored what that costs its privacy",
            life.host
        );
    }
}
