//! The order in which members lead, remembered for as long as nothing that it depends on changes: it is asked for several
//! times an input, and takes a hash a member.

use core::cell::RefCell;
use protocol::session::leaders;
use units::{PeerId, SessionId};

/// The newest order, and what it follows from.
#[derive(Default)]
pub(super) struct Leading(RefCell<Option<Order>>);

struct Order {
    round: u32,
    members: Vec<PeerId>,
    leaders: Vec<PeerId>,
}

impl Leading {
    /// What [`leaders`] says. A session asks about itself only.
    pub(super) fn of(&self, session: SessionId, round: u32, members: Vec<PeerId>) -> Vec<PeerId> {
        let mut newest = self.0.borrow_mut();
        if let Some(order) = &*newest
            && order.round == round
            && order.members == members
        {
            return order.leaders.clone();
        }
        let leaders = leaders(session, round, &members);
        *newest = Some(Order { round, members, leaders: leaders.clone() });
        leaders
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_what_would_be_found_anew() {
        let leading = Leading::default();
        let session = SessionId::from_bytes([1; 16]);
        let members: Vec<PeerId> = (0..5).map(|n| PeerId::from_bytes([n; 32])).collect();
        for (round, count) in [(1, 5), (1, 5), (2, 5), (2, 4), (1, 5)] {
            let members = members[..count].to_vec();
            let found = leaders(session, round, &members);
            assert_eq!(leading.of(session, round, members), found);
        }
    }
}
