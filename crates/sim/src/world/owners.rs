//! What the owners of devices want.

use super::World;
use crate::{network::HostId, observer::Composed, strategy::Strategy};
use protocol::room::RoomSecret;

impl World {
    /// Makes a room on a device, for all devices: their owners will enter it.
    pub fn create_room(&mut self, id: HostId) {
        let room = self.command(id, |engine, now| engine.create_room(now));
        for host in &mut self.hosts {
            host.room = room;
        }
    }

    /// Takes a device out of its room, with no wish to come back.
    pub fn leave_room(&mut self, id: HostId) -> Option<RoomSecret> {
        self.command(id, |engine, now| engine.leave_room(now))?;
        self.observer.left(id);
        let host = &mut self.hosts[id.0];
        host.left_session = true;
        host.room.take()
    }

    /// Lets a device's owner wish to be in a room; see [`Self::settle_in`].
    pub fn invite(&mut self, id: HostId, room: RoomSecret) {
        self.hosts[id.0].room = Some(room);
    }

    /// The room that a device's owner wants to be in.
    pub fn room_of(&self, id: HostId) -> Option<RoomSecret> {
        self.hosts[id.0].room
    }

    /// Sends a text that nobody else sends; `false` if the engine refuses.
    pub fn send_text(&mut self, from: HostId, to: HostId, text: &str) -> bool {
        let Some(peer) = self.hosts[to.0].peer else {
            return false;
        };
        let sent = self.command(from, |engine, now| engine.send_text(now, Some(peer), text));
        let accepted = matches!(sent, Some(Ok(_)));
        if accepted {
            let at = self.now();
            self.observer.compose(Composed { from, to, text: text.to_owned(), at });
        }
        accepted
    }

    /// Rounds whose records were computed once more and found right, and those of which too little was seen to do so.
    pub fn judged_records(&self) -> (u64, u64) {
        self.observer.judged_records()
    }

    /// Updates under masks that honest devices have sent.
    pub fn masked_updates(&self) -> u64 {
        self.observer.masked_values()
    }

    /// From here on, a device does that in a session, or what its engine says.
    pub fn set_strategy(&mut self, id: HostId, strategy: Option<Strategy>) {
        self.hosts[id.0].strategy = strategy;
    }

    /// Whom a device's engine connects to without being told.
    pub fn set_connect_policy(&mut self, id: HostId, policy: peer::ConnectPolicy) {
        self.hosts[id.0].connect = policy;
        self.command(id, |engine, now| engine.set_connect_policy(now, policy));
    }
}
