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
            (ClientMessage::Discover {}, Some((room, card))) => {
                let peers = self.others(room, card.peer);
                self.send(env, id, &ServerMessage::Peers { peers });
            }
            (ClientMessage::Signal { to, envelope }, Some((room, card))) => {
                self.forward(env, id, Carried { room, from: card.peer, to, envelope });
            }
            (ClientMessage::AnnounceCapability { capability }, Some((room, card))) => {
                let card = PeerCard { capability, ..card };
                if let Some(socket) = self.sockets.get_mut(&id) {
                    socket.registered = Some((room, card.clone()));
                }
                self.tell_room(env, room, card.peer, &ServerMessage::PeerJoined { peer: card });
            }
            (ClientMessage::Heartbeat {}, Some(_)) => {}
        }
    }

    /// Takes a socket out of its room and tells the others.
    pub(super) fn leave_room(&mut self, env: &mut Environment, id: SocketId, reason: LeaveReason) {
        let registered = self.sockets.get_mut(&id).and_then(|socket| socket.registered.take());
        if let Some((room, PeerCard { peer, .. })) = registered {
            self.tell_room(env, room, peer, &ServerMessage::PeerLeft { peer, reason });
        }
    }

    pub(super) fn member(&self, room: RoomId, peer: PeerId) -> Option<SocketId> {
        let is_it =
            |registered: &(RoomId, PeerCard)| registered.0 == room && registered.1.peer == peer;
        let mut all = self.sockets.iter();
        all.find(|(_, socket)| socket.registered.as_ref().is_some_and(is_it)).map(|(id, _)| *id)
    }

    pub(super) fn members(&self, room: RoomId) -> Vec<PeerId> {
        let registered = self.sockets.values().filter_map(|socket| socket.registered.as_ref());
        registered.filter(|(of, _)| *of == room).map(|(_, card)| card.peer).collect()
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
        if self.members(room).len() >= limits::ROOM_PEERS_MAX {
            return self.refuse(env, id, ErrorCode::Full, "the room is full");
        }
        let card = PeerCard { peer, instance, capability };
        if let Some(socket) = self.sockets.get_mut(&id) {
            socket.registered = Some((room, card.clone()));
        }
        let heartbeat_interval_ms = HEARTBEAT_INTERVAL.as_millis() as u32;
        let answer = ServerMessage::Registered { heartbeat_interval_ms, ice_servers: Vec::new() };
        self.send(env, id, &answer);
        self.tell_room(env, room, peer, &ServerMessage::PeerJoined { peer: card });
        self.lie(env, id);
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

    fn others(&self, room: RoomId, me: PeerId) -> Vec<PeerCard> {
        let registered = self.sockets.values().filter_map(|socket| socket.registered.as_ref());
        let others = registered.filter(|(of, card)| *of == room && card.peer != me);
        others.map(|(_, card)| card.clone()).collect()
    }

    fn tell_room(
        &mut self,
        env: &mut Environment,
        room: RoomId,
        but: PeerId,
        news: &ServerMessage,
    ) {
        for peer in self.members(room) {
            if peer != but
                && let Some(socket) = self.member(room, peer)
            {
                self.send(env, socket, news);
            }
        }
    }
}
