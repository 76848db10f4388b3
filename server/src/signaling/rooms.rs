//! Who is in which room, and how a message gets from one member to another.
//!
//! Everything the server knows of rooms goes through [`RoomTable`], so that many servers can share their rooms over a
//! message bus by another implementation of it. [`LocalRooms`] is the one of a single server.

use super::outbox::{Cut, Outbox, Outgoing};
use crate::metrics::Metrics;
use protocol::{
    envelope::Envelope,
    limits::KNOWN_PEERS_MAX,
    signaling::{Capability, LeaveReason, PeerCard, ServerMessage},
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use units::{PeerId, RoomId};

/// Rooms and the connections in them. Answers and news go into the members' [`Outbox`]es.
pub trait RoomTable: Send + Sync + 'static {
    /// Seats a peer in a room and tells others of it. A connection of the same peer that is in the room already is
    /// replaced: it is cut off, and others hear of the peer's new life only.
    ///
    /// # Errors
    /// [`RoomFull`] if the room has as many other peers as are allowed.
    fn enter(&self, room: RoomId, card: PeerCard, outbox: Outbox) -> Result<Seat, RoomFull>;

    /// Gives up a seat and tells those who were told of the peer, unless a newer connection of the same peer holds it by now.
    fn leave(&self, seat: Seat, reason: LeaveReason);

    /// Answers with everyone else in the room, or with [`KNOWN_PEERS_MAX`] of them by chance.
    fn discover(&self, seat: &Seat);

    /// Changes what the room knows of a member's device, and tells those who were told of it.
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
#[error("the room has {0} peers already")]
pub struct RoomFull(pub usize);

/// The receiver is not in the room.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no other peer {} is in the room", .0.short())]
pub struct UnknownPeer(pub PeerId);

/// The rooms of one server, in its memory.
pub struct LocalRooms {
    table: Mutex<Table>,
    room_peers_max: usize,
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
    /// Who was told of this member, oldest first: in a large room, only they hear what becomes of it, so that its traffic
    /// grows with its members and not with their square.
    told: VecDeque<PeerId>,
}

/// How many are remembered to know of a member: the room's memory, and what one message to the server sets off. Twice as
/// many as one member is told of, because some come and ask after it has entered.
const TOLD_MAX: usize = 2 * KNOWN_PEERS_MAX;

impl LocalRooms {
    /// No rooms yet. Each will take `room_peers_max` peers; their number and that of their peers is shown by `metrics`.
    pub fn new(room_peers_max: usize, metrics: Arc<Metrics>) -> Self {
        Self { table: Mutex::default(), room_peers_max, metrics }
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
        if others >= self.room_peers_max {
            return Err(RoomFull(self.room_peers_max));
        }
        table.seats_given += 1;
        let members = table.rooms.entry(room).or_default();
        let first = members.is_empty();
        let before = members.remove(&peer);
        let mut told = before.as_ref().map(|member| member.told.clone()).unwrap_or_default();
        told.extend(some_others(members, peer));
        let news = ServerMessage::PeerJoined { peer: card.clone(), others: count(members) };
        tell(members, audience(members, &told, peer), &news);
        while told.len() > TOLD_MAX {
            told.pop_front();
        }
        members.insert(peer, Member { seat_number: number, card, outbox, told });
        match before {
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
        let Some(gone) = members.remove(&seat.peer) else { return };
        let last = members.is_empty();
        let news = ServerMessage::PeerLeft { peer: seat.peer, reason };
        tell(members, audience(members, &gone.told, seat.peer), &news);
        if last {
            table.rooms.remove(&seat.room);
        }
        self.metrics.peer_left(last);
    }

    fn discover(&self, seat: &Seat) {
        let mut table = self.table();
        let Some(members) = table.rooms.get_mut(&seat.room) else { return };
        let Some(outbox) = seat.member(members).map(|asking| asking.outbox.clone()) else { return };
        let mut peers = Vec::new();
        for peer in some_others(members, seat.peer) {
            if let Some(member) = members.get_mut(&peer) {
                member.remember_told(seat.peer);
                peers.push(member.card.clone());
            }
        }
        outbox.send(Outgoing::from(&ServerMessage::Peers { peers, others: count(members) - 1 }));
    }

    fn announce(&self, seat: &Seat, capability: Capability) {
        let mut table = self.table();
        let Some(members) = table.rooms.get_mut(&seat.room) else { return };
        let Some(member) = members.get_mut(&seat.peer) else { return };
        if member.seat_number != seat.number {
            return;
        }
        member.card.capability = capability;
        let (peer, told) = (member.card.clone(), member.told.clone());
        let news = ServerMessage::PeerJoined { peer, others: count(members) - 1 };
        tell(members, audience(members, &told, seat.peer), &news);
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

impl Member {
    fn remember_told(&mut self, peer: PeerId) {
        if !self.told.contains(&peer) {
            self.told.push_back(peer);
            if self.told.len() > TOLD_MAX {
                self.told.pop_front();
            }
        }
    }
}

/// Who hears what becomes of `about`: everyone else in a small room, those who were told of it in a large one.
fn audience(
    members: &BTreeMap<PeerId, Member>,
    told: &VecDeque<PeerId>,
    about: PeerId,
) -> Vec<PeerId> {
    if members.len() <= KNOWN_PEERS_MAX {
        return members.keys().copied().filter(|peer| *peer != about).collect();
    }
    let mut told: Vec<PeerId> = told.iter().copied().filter(|peer| *peer != about).collect();
    told.sort_unstable();
    told.dedup();
    told
}

fn count(members: &BTreeMap<PeerId, Member>) -> u32 {
    u32::try_from(members.len()).unwrap_or(u32::MAX)
}

/// Everyone else in a room, or [`KNOWN_PEERS_MAX`] of them by chance.
fn some_others(members: &BTreeMap<PeerId, Member>, but: PeerId) -> Vec<PeerId> {
    let mut others: Vec<PeerId> = members.keys().copied().filter(|peer| *peer != but).collect();
    if others.len() <= KNOWN_PEERS_MAX {
        return others;
    }
    let mut chance = [[0; 8]; KNOWN_PEERS_MAX];
    getrandom::fill(chance.as_flattened_mut())
        .expect("the operating system has a source of randomness");
    // The first steps of a Fisher-Yates shuffle.
    for (place, bytes) in chance.into_iter().enumerate() {
        let left = (others.len() - place) as u64;
        others.swap(place, place + (u64::from_le_bytes(bytes) % left) as usize);
    }
    others.truncate(KNOWN_PEERS_MAX);
    others
}

fn tell(members: &BTreeMap<PeerId, Member>, audience: Vec<PeerId>, news: &ServerMessage) {
    let news = Outgoing::from(news);
    for member in audience.iter().filter_map(|peer| members.get(peer)) {
        member.outbox.send(news.clone());
    }
}
