//! What a room's ledger begins with.

use crate::{
    contracts::{
        money::{Account, Standing},
        treasury::Treasury,
    },
    economics,
    state::{Entry, Key, State},
};
use units::{Credits, Hash, PeerId, RoomId, UnixMillis};

/// The beginning of a room's ledger: all of it follows from the room and who founded it, so that nothing has to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Genesis {
    /// The room.
    pub room: RoomId,
    /// Who founded it.
    pub founder: PeerId,
}

impl Genesis {
    /// What stands for the parent of the first block, and what every order for this ledger is signed for.
    pub fn name(&self) -> Hash {
        Hash::of_parts(&[b"peerceptron ledger", self.room.as_bytes(), self.founder.as_bytes()])
    }

    /// The state before the first block: a founder, and a treasury of all that is not its own.
    pub fn state(&self) -> State {
        let account = Account {
            balance: economics::FOUNDERS_PART,
            standing: Standing::Member,
            ..Account::default()
        };
        let credits = economics::SUPPLY.less(economics::FOUNDERS_PART);
        let zero = UnixMillis(0);
        let treasury = Treasury {
            credits,
            shared_until: zero,
            members: 1,
            houses: 1,
            welcoming_since: zero,
            welcomed: 0,
        };
        debug_assert_eq!(credits.plus(account.balance), Ok::<Credits, _>(economics::SUPPLY));
        State::of([
            (Key::Treasury, Entry::Treasury(treasury)),
            (Key::Account(self.founder), Entry::Account(account)),
        ])
    }
}
