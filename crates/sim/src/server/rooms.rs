//! What the server makes of a message.

use super::{Frame, HEARTBEAT_INTERVAL, Server, SocketId, malice::Carried};
use crate::environment::Environment;
use protocol::{
    VERSION, limits,
    signaling::{
        ClientMessage, ErrorCode, LeaveReason, PeerCard, Registration, ServerMessage, decode_client,
    },
};
use units::{PeerId, RoomId};

impl Server {
    pub(super) fn handle_text(&mut self, env: &mut Environment, id: SocketId, text: &str) {
        let now = env.now();
        let Some(socket) = self.sockets.get_mut(&id) else {
            return;
        };
        socket.heard = now;
        let registered = socket.registered.clone();
        let message = match decode_client(text) {
            Ok(message) => message,
            Err(error) => return self.refuse(env, id, ErrorCode::NotSignaling, &error.to_string()),
        };
        match (message, registered) {
            (ClientMessage::Register(_), Some(_)) => {
                self.refuse(env, id, ErrorCode::AlreadyRegistered, "registered twice");
            }
            (ClientMessage::Register(registration), None) => self.register(env, id, registration),
            (_, None) => self.refuse(env, id, ErrorCode::NotRegistered, "register first"),
            (ClientMessage::Discover {}, Some((room, _))) => {
                let others = self.others(room, id);
                let count = others.len() as u32;
                let peers = some(others, env);
                self.send(env, id, &ServerMessage::Peers { peers, others: count });
            }
            (ClientMessage::Signal { to, envelope }, Some((room, card))) => {
                self.forward(env, id, Carried { room, from: card.peer, to, envelope });
            }
            (ClientMessage::AnnounceCapability { capability }, Some((room, card))) => {
                let card = PeerCard { capability, ..card };
                self.enrol(id, room, card.clone());
                let others = self.other_sockets(room, id).len() as u32;
                self.tell_room(env, room, id, &ServerMessage::PeerJoined { peer: card, others });
            }
            (ClientMessage::Heartbeat {}, Some(_)) => {}
        }
    }

    /// Takes a socket out of its room and tells the others.
    pub(super) fn leave_room(&mut self, env: &mut Environment, id: SocketId, reason: LeaveReason) {
        if let Some((room, PeerCard { peer, .. })) = self.unregister(id) {
            self.tell_room(env, room, id, &ServerMessage::PeerLeft { peer, reason });
        }
    }

    pub(super) fn unregister(&mut self, id: SocketId) -> Option<(RoomId, PeerCard)> {
        let registered = self.sockets.get_mut(&id)?.registered.take()?;
        self.registered.remove(&(registered.0, registered.1.peer));
        Some(registered)
    }

    pub(super) fn member(&self, room: RoomId, peer: PeerId) -> Option<SocketId> {
        self.registered.get(&(room, peer)).copied()
    }

    pub(super) fn members(&self, room: RoomId) -> Vec<PeerId> {
        self.sockets_in(room).map(|(peer, _)| peer).collect()
    }

    fn sockets_in(&self, room: RoomId) -> impl Iterator<Item = (PeerId, SocketId)> {
        let from = (room, PeerId::from_bytes([0; 32]));
        let in_room = self.registered.range(from..).take_while(move |((of, _), _)| *of == room);
        in_room.map(|((_, peer), socket)| (*peer, *socket))
    }

    /// All in a room but the one behind a socket.
    fn other_sockets(&self, room: RoomId, id: SocketId) -> Vec<SocketId> {
        self.sockets_in(room).map(|(_, other)| other).filter(|other| *other != id).collect()
    }

    fn register(&mut self, env: &mut Environment, id: SocketId, registration: Registration) {
        let Some(challenge) = self.sockets.get(&id).and_then(|socket| socket.challenge) else {
            return;
        };
        if registration.version != VERSION {
            return self.refuse(env, id, ErrorCode::WrongVersion, "another version");
        }
        if registration.verify(&challenge).is_err() {
            return self.refuse(env, id, ErrorCode::BadSignature, "the signature is wrong");
        }
        let Registration { room, peer, instance, capability, .. } = registration;
        if let Some(before) = self.member(room, peer) {
            self.leave_room(env, before, LeaveReason::Replaced);
            self.hang_up(env, before, "registered again elsewhere");
        }
        if self.other_sockets(room, id).len() >= limits::ROOM_PEERS_MAX {
            return self.refuse(env, id, ErrorCode::Full, "the room is full");
        }
        let card = PeerCard { peer, instance, capability };
        self.enrol(id, room, card.clone());
        let heartbeat_interval_ms = HEARTBEAT_INTERVAL.as_millis() as u32;
        let answer = ServerMessage::Registered { heartbeat_interval_ms, ice_servers: Vec::new() };
        self.send(env, id, &answer);
        let others = self.other_sockets(room, id).len() as u32;
        self.tell_room(env, room, id, &ServerMessage::PeerJoined { peer: card, others });
        self.lie(env, id);
    }

    fn enrol(&mut self, id: SocketId, room: RoomId, card: PeerCard) {
        self.registered.insert((room, card.peer), id);
        if let Some(socket) = self.sockets.get_mut(&id) {
            socket.registered = Some((room, card));
        }
    }

    /// Gives an envelope to its receiver; `Err` if there is none.
    pub(super) fn deliver(&mut self, env: &mut Environment, carried: Carried) -> Result<(), ()> {
        let Carried { room, from, to, envelope } = carried;
        let receiver = self.member(room, to).ok_or(())?;
        self.send(env, receiver, &ServerMessage::Signal { from, envelope });
        Ok(())
    }

    pub(super) fn refuse(
        &mut self,
        env: &mut Environment,
        id: SocketId,
        code: ErrorCode,
        why: &str,
    ) {
        let error = ServerMessage::Error { code, message: why.to_owned() };
        self.push(env, id, false, Frame::Text(error.to_json()));
    }

    fn others(&self, room: RoomId, id: SocketId) -> Vec<PeerCard> {
        let registered = |other: SocketId| self.sockets.get(&other)?.registered.as_ref();
        let others = self.other_sockets(room, id).into_iter().filter_map(registered);
        others.map(|(_, card)| card.clone()).collect()
    }

    /// Tells others in the room than the one behind a socket.
    fn tell_room(
        &mut self,
        env: &mut Environment,
        room: RoomId,
        id: SocketId,
        news: &ServerMessage,
    ) {
        for other in some(self.other_sockets(room, id), env) {
            self.send(env, other, news);
        }
    }
}

/// All of them, or as many as one answer holds, by chance.
fn some<T>(mut all: Vec<T>, env: &mut Environment) -> Vec<T> {
    while all.len() > limits::KNOWN_PEERS_MAX {
        all.swap_remove(env.dice.below(all.len()));
    }
    all
}
