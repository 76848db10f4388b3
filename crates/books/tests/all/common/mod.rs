//! A few books that talk to each other.
#![allow(dead_code)]

use books::{Books, News, Outcome};
use ledger::{Action, contracts::lending::Loan};
use protocol::{identity::Identity, room::RoomSecret};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use units::{Credits, Hash, PeerId, UnixMillis};

/// Nonces that a device tries in a millisecond.
const NONCES_PER_MS: u64 = 200;

pub(crate) struct Device {
    pub(crate) identity: Identity,
    pub(crate) books: Books,
    pub(crate) records: BTreeMap<String, Vec<u8>>,
    pub(crate) news: Vec<News>,
    pub(crate) refused: Vec<(PeerId, String)>,
    /// By how much its clock is ahead.
    pub(crate) ahead_ms: i64,
}

/// Devices in one room, the founder first.
pub(crate) struct Room {
    pub(crate) secret: RoomSecret,
    pub(crate) devices: Vec<Device>,
    pub(crate) now: UnixMillis,
    /// Pairs that cannot reach each other.
    pub(crate) cut: BTreeSet<(usize, usize)>,
    on_the_way: VecDeque<(usize, usize, Piece)>,
}

enum Piece {
    Message(Vec<u8>),
    Block(Vec<u8>),
    Order(Vec<u8>),
}

fn no_judge(_: Hash, _: &Loan, _: &[u8]) -> Result<(), String> {
    Err("nothing is lent here".to_owned())
}

pub(crate) fn identity(number: u8) -> Identity {
    Identity::from_seed([number; 32])
}

impl Room {
    /// A founder and others, all connected.
    pub(crate) fn of(count: u8) -> Self {
        let secret = RoomSecret::founded(identity(1).peer_id(), [7; 16]);
        let (cut, on_the_way) = (BTreeSet::new(), VecDeque::new());
        let now = UnixMillis(1_700_000_000_000);
        let mut room = Self { secret, devices: Vec::new(), now, cut, on_the_way };
        (1..=count).for_each(|number| room.comes(number));
        room
    }

    /// Another device comes.
    pub(crate) fn comes(&mut self, number: u8) {
        self.comes_ahead(number, 0);
    }

    /// Another device comes, whose clock is ahead.
    pub(crate) fn comes_ahead(&mut self, number: u8, ahead_ms: i64) {
        self.starts(identity(number), BTreeMap::new());
        let newest = self.devices.len() - 1;
        self.devices[newest].ahead_ms = ahead_ms;
        (0..newest).for_each(|other| self.connect(newest, other));
        self.settle();
    }

    fn starts(&mut self, identity: Identity, records: BTreeMap<String, Vec<u8>>) {
        let stored = records.clone().into_iter().collect();
        let (books, outcome) =
            Books::open(self.secret, identity.clone(), no_judge, stored, self.now);
        let (news, refused) = (Vec::new(), Vec::new());
        let ahead_ms = 0;
        self.devices.push(Device { identity, books, records, news, refused, ahead_ms });
        let at = self.devices.len() - 1;
        self.carry_out(at, outcome);
    }

    /// A device is started again with what it has stored.
    pub(crate) fn reloads(&mut self, at: usize) {
        for other in 0..self.devices.len() {
            let peer = self.peer(at);
            self.devices[other].books.disconnected(peer, self.now);
        }
        let Device { identity, records, .. } = self.devices.remove(at);
        self.starts(identity, records);
        let device = self.devices.pop().unwrap();
        self.devices.insert(at, device);
        for other in (0..self.devices.len()).filter(|other| *other != at) {
            self.connect(at, other);
        }
        self.settle();
    }

    pub(crate) fn connect(&mut self, a: usize, b: usize) {
        if self.reaches(a, b) {
            for (one, other) in [(a, b), (b, a)] {
                let peer = self.peer(other);
                self.tells(one, |books, now| books.connected(peer, now));
            }
        }
    }

    fn reaches(&self, a: usize, b: usize) -> bool {
        !self.cut.contains(&(a.min(b), a.max(b)))
    }

    /// Cuts those before a place off from those from it on.
    pub(crate) fn cut_at(&mut self, place: usize) {
        for a in 0..place {
            for b in place..self.devices.len() {
                self.cut.insert((a, b));
                let (one, other) = (self.peer(a), self.peer(b));
                self.devices[a].books.disconnected(other, self.now);
                self.devices[b].books.disconnected(one, self.now);
            }
        }
    }

    pub(crate) fn heal(&mut self) {
        for (a, b) in core::mem::take(&mut self.cut) {
            self.connect(a, b);
        }
        self.settle();
    }

    pub(crate) fn peer(&self, at: usize) -> PeerId {
        self.devices[at].identity.peer_id()
    }

    pub(crate) fn books(&self, at: usize) -> &Books {
        &self.devices[at].books
    }

    pub(crate) fn balance(&self, at: usize, of: usize) -> Credits {
        self.books(at).chain().unwrap().account(self.peer(of)).balance
    }

    pub(crate) fn tells(&mut self, at: usize, act: impl FnOnce(&mut Books, UnixMillis)) {
        let now = UnixMillis(self.now.0.saturating_add_signed(self.devices[at].ahead_ms));
        let books = &mut self.devices[at].books;
        act(books, now);
        let outcome = books.take_outcome();
        self.carry_out(at, outcome);
    }

    pub(crate) fn orders(&mut self, at: usize, action: Action) -> Hash {
        let mut order = None;
        self.tells(at, |books, _| order = Some(books.order(action).unwrap()));
        self.settle();
        order.unwrap()
    }

    pub(crate) fn keeps(&mut self, at: usize, keeps: bool) {
        self.tells(at, |books, _| books.keep(keeps));
    }

    fn carry_out(&mut self, from: usize, outcome: Outcome) {
        let at = |devices: &[Device], peer: &PeerId| {
            devices.iter().position(|device| device.identity.peer_id() == *peer)
        };
        for (to, bytes) in outcome.messages {
            let to = at(&self.devices, &to).unwrap();
            self.on_the_way.push_back((from, to, Piece::Message(bytes.0)));
        }
        for (to, bytes) in outcome.blocks {
            let to = at(&self.devices, &to).unwrap();
            self.on_the_way.push_back((from, to, Piece::Block(bytes.0)));
        }
        for (to, bytes) in outcome.orders {
            let to = at(&self.devices, &to).unwrap();
            self.on_the_way.push_back((from, to, Piece::Order(bytes.0)));
        }
        let device = &mut self.devices[from];
        for (name, bytes) in outcome.records {
            match bytes {
                Some(bytes) => device.records.insert(name, bytes.0),
                None => device.records.remove(&name),
            };
        }
        device.news.extend(outcome.news);
        device.refused.extend(outcome.refused);
    }

    /// Everything that is on its way arrives, and what follows from it.
    pub(crate) fn settle(&mut self) {
        while let Some((from, to, piece)) = self.on_the_way.pop_front() {
            if !self.reaches(from, to) {
                continue;
            }
            let sender = self.peer(from);
            self.tells(to, |books, now| match piece {
                Piece::Message(bytes) => books.hear(sender, &bytes, false, now),
                Piece::Block(bytes) => books.hear_block(sender, &bytes, now),
                Piece::Order(bytes) => books.hear_order(sender, &bytes, now),
            });
        }
    }

    /// So much time passes; whoever keeps the books looks for blocks meanwhile.
    pub(crate) fn passes(&mut self, ms: u64) {
        for _ in 0..ms.div_ceil(100) {
            self.now = UnixMillis(self.now.0 + 100);
            for at in 0..self.devices.len() {
                self.tells(at, |books, now| {
                    books.tick(now);
                    books.mine((100 * NONCES_PER_MS) as u32, now);
                });
            }
            self.settle();
        }
    }

    /// So much time passes in which nobody looks for a block.
    pub(crate) fn skips(&mut self, ms: u64) {
        self.now = UnixMillis(self.now.0 + ms);
    }

    /// Passes time until nothing waits anywhere.
    pub(crate) fn records_everything(&mut self) {
        for _ in 0..3_000 {
            if self.devices.iter().all(|device| device.books.pool().is_empty()) {
                return;
            }
            self.passes(100);
        }
        panic!("something is never recorded");
    }

    pub(crate) fn all_agree(&self) -> bool {
        let tips: BTreeSet<Hash> =
            self.devices.iter().map(|device| device.books.chain().unwrap().tip()).collect();
        tips.len() == 1
    }

    pub(crate) fn check_nobody_misbehaved(&self) {
        for (at, device) in self.devices.iter().enumerate() {
            assert!(device.refused.is_empty(), "device {at}: {:?}", device.refused);
        }
    }
}
