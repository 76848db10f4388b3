//! Who is in which room, and how a message gets from one member to another.
//!
//! Everything the server knows of rooms goes through [`RoomTable`], so that many servers can share their rooms over a
//! message bus by another implementation of it. [`LocalRooms`] is the one of a single server.

use super::outbox::{Cut, Outbox, Outgoing};
use crate::metrics::Metrics;
use protocol::{
    envelope::Envelope,
    limits::ROOM_PEERS_MAX,
    signaling::{Capability, LeaveReason, PeerCard, ServerMessage},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use units::{PeerId, RoomId};

/// Rooms and the connections in them. Answers and news go into the members' [`Outbox`]es.
pub trait RoomTable: Send + Sync + 'static {
    /// Seats a peer in a room and tells the others of it. A connection of the same peer that is in the room already is
    /// replaced: it is cut off, and the others hear of the peer's new life only.
    ///
    /// # Errors
    /// [`RoomFull`] if the room has [`ROOM_PEERS_MAX`] other peers.
    fn enter(&self, room: RoomId, card: PeerCard, outbox: Outbox) -> Result<Seat, RoomFull>;

    /// Gives up a seat and tells the others, unless a newer connection of the same peer holds it by now.
    fn leave(&self, seat: Seat, reason: LeaveReason);

    /// Answers with everyone else in the room.
    fn discover(&self, seat: &Seat);

    /// Changes what the room knows of a member's device, and tells the others.
    fn announce(&self, seat: &Seat, capability: Capability);

    /// Passes a sealed handshake on.
    ///
    /// # Errors
    /// [`UnknownPeer`] if nobody of that name is in the room.
    fn signal(&self, seat: &Seat, to: PeerId, envelope: Envelope) -> Result<(), UnknownPeer>;
}

/// A connection's place in a room; only [`RoomTable::enter`] makes one.
#[derive(Debug)]
pub struct Seat {
    room: RoomId,
    peer: PeerId,
    number: u64,
}

/// A room takes no more peers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the room has {ROOM_PEERS_MAX} peers already")]
pub struct RoomFull;

/// The receiver is not in the room.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no other peer {} is in the room", .0.short())]
pub struct UnknownPeer(pub PeerId);

/// The rooms of one server, in its memory.
pub struct LocalRooms {
    table: Mutex<Table>,
    metrics: Arc<Metrics>,
}

#[derive(Default)]
struct Table {
    rooms: BTreeMap<RoomId, BTreeMap<PeerId, Member>>,
    seats_given: u64,
}

struct Member {
    seat_number: u64,
    card: PeerCard,
    outbox: Outbox,
}

impl LocalRooms {
    /// No rooms yet. Their number and that of their peers is shown by `metrics`.
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self { table: Mutex::default(), metrics }
    }

    /// No operation leaves the table half changed, so a poisoned lock can be taken over.
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RoomTable for LocalRooms {
    fn enter(&self, room: RoomId, card: PeerCard, outbox: Outbox) -> Result<Seat, RoomFull> {
        let peer = card.peer;
        let mut table = self.table();
        let number = table.seats_given;
        let members = table.rooms.get(&room);
        let others = members.map_or(0, |m| m.len() - usize::from(m.contains_key(&peer)));
        if others >= ROOM_PEERS_MAX {
            return Err(RoomFull);
        }
        table.seats_given += 1;
        let members = table.rooms.entry(room).or_default();
        let first = members.is_empty();
        tell_others(members, peer, &ServerMessage::PeerJoined { peer: card.clone() });
        match members.insert(peer, Member { seat_number: number, card, outbox }) {
            Some(replaced) => replaced.outbox.cut(Cut::Replaced),
            None => self.metrics.peer_entered(first),
        }
        Ok(Seat { room, peer, number })
    }

    fn leave(&self, seat: Seat, reason: LeaveReason) {
        let mut table = self.table();
        let Some(members) = table.rooms.get_mut(&seat.room) else { return };
        if members.get(&seat.peer).is_none_or(|member| member.seat_number != seat.number) {
            return;
        }
        members.remove(&seat.peer);
        let last = members.is_empty();
        tell_others(members, seat.peer, &ServerMessage::PeerLeft { peer: seat.peer, reason });
        if last {
            table.rooms.remove(&seat.room);
        }
        self.metrics.peer_left(last);
    }

    fn discover(&self, seat: &Seat) {
        let table = self.table();
        let Some(members) = table.rooms.get(&seat.room) else { return };
        let Some(asking) = seat.member(members) else { return };
        let others = members.values().filter(|member| member.card.peer != seat.peer);
        let peers = others.map(|member| member.card.clone()).collect();
        asking.outbox.send(Outgoing::from(&ServerMessage::Peers { peers }));
    }

    fn announce(&self, seat: &Seat, capability: Capability) {
        let mut table = self.table();
        let Some(members) = table.rooms.get_mut(&seat.room) else { return };
        let Some(member) = members.get_mut(&seat.peer) else { return };
        if member.seat_number != seat.number {
            return;
        }
        member.card.capability = capability;
        let news = ServerMessage::PeerJoined { peer: member.card.clone() };
        tell_others(members, seat.peer, &news);
    }

    fn signal(&self, seat: &Seat, to: PeerId, envelope: Envelope) -> Result<(), UnknownPeer> {
        let table = self.table();
        let members = table.rooms.get(&seat.room).ok_or(UnknownPeer(to))?;
        if seat.member(members).is_none() {
            return Ok(());
        }
        let receiver = members.get(&to).filter(|_| to != seat.peer).ok_or(UnknownPeer(to))?;
        let message = ServerMessage::Signal { from: seat.peer, envelope };
        receiver.outbox.send(Outgoing::from(&message));
        Ok(())
    }
}

impl Seat {
    /// The member that holds this seat, if it has not been replaced.
    fn member<'a>(&self, members: &'a BTreeMap<PeerId, Member>) -> Option<&'a Member> {
        members.get(&self.peer).filter(|member| member.seat_number == self.number)
    }
}

fn tell_others(members: &BTreeMap<PeerId, Member>, about: PeerId, news: &ServerMessage) {
    let news = Outgoing::from(news);
    for (_, member) in members.iter().filter(|(peer, _)| **peer != about) {
        member.outbox.send(news.clone());
    }
}
