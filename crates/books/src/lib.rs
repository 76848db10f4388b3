//! A room's books: its [`ledger`] on one device, kept in line with other devices', in storage, and for its owner.
//!
//! [`Books`] is a state machine without input or output of its own: it is told what happened, with the time, and says in an
//! [`Outcome`] what is to be sent, stored and told. It does everything that a ledger costs, so it belongs where nobody waits
//! for a frame: on the workbench.
//!
//! ```
//! use books::Books;
//! use protocol::{identity::Identity, room::RoomSecret};
//! use units::{PeerId, UnixMillis};
//!
//! let founder = Identity::from_seed([1; 32]);
//! let room = RoomSecret::founded(founder.peer_id(), [7; 16]);
//! let judge = |_, _: &_, _: &[u8]| Err("there are no loans".to_owned());
//! let (mut books, outcome) = Books::open(room, founder, judge, Vec::new(), UnixMillis(1));
//! assert!(outcome.mines == false, "there is nothing to record yet");
//!
//! let newcomer = PeerId::from_bytes([2; 32]);
//! books.connected(newcomer, UnixMillis(2));
//! assert!(books.take_outcome().mines, "the founder welcomes whoever comes");
//! while !books.mine(100_000, UnixMillis(3)) {}
//! assert_eq!(books.standing().unwrap().height, 1);
//! ```
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

mod account;
mod message;
mod mining;
mod outcome;
mod reports;
mod storage;
mod sync;
pub mod view;

use ledger::{Chain, Genesis, Judge, Moved, Pool, reputation};
use message::Message;
use mining::Mining;
pub use outcome::{MessageBytes, News, Outcome, Standing};
use protocol::{identity::Identity, room::RoomSecret};
use sync::Neighbour;
use units::{PeerId, SortedMap, UnixMillis};

/// Neighbours that are told of: as many as a device has connections.
const NEIGHBOURS_MAX: usize = 64;

/// A room's ledger on one device, with all that is done about it.
pub struct Books {
    room: RoomSecret,
    identity: Identity,
    judge: Judge,
    /// Nothing before the room's founder is known.
    chain: Option<Chain>,
    pool: Pool,
    neighbours: SortedMap<PeerId, Neighbour>,
    /// Whether the room has neighbours of neighbours, to whom what is heard is passed on.
    passes_on: bool,
    own_time: UnixMillis,
    /// See [`Books::set_time`].
    room_time: UnixMillis,
    mining: Mining,
    account: account::Own,
    reports: reports::Reports,
    told: Option<Standing>,
    /// Members whom the ledger speaks against, as was told last.
    distrusted: Vec<PeerId>,
    outcome: Outcome,
}

impl Books {
    /// The books of a room as its records left them, or from the beginning. The outcome tells where they stand.
    pub fn open(
        room: RoomSecret,
        identity: Identity,
        judge: Judge,
        records: Vec<(String, Vec<u8>)>,
        now: UnixMillis,
    ) -> (Self, Outcome) {
        let me = identity.peer_id();
        let mut books = Self {
            room,
            identity,
            judge,
            chain: None,
            pool: Pool::default(),
            neighbours: SortedMap::new(),
            passes_on: false,
            own_time: now,
            room_time: now,
            mining: Mining::default(),
            account: account::Own::default(),
            reports: reports::Reports::new(),
            told: None,
            distrusted: Vec::new(),
            outcome: Outcome::default(),
        };
        books.restore(records);
        if books.chain.is_none() && room.is_founded_by(me) {
            // Nobody else can at first, and whoever makes a room wants it to have books.
            books.mining.keeps = true;
            books.begin(me);
        }
        books.tell_distrusted();
        let outcome = books.take_outcome();
        (books, outcome)
    }

    /// This device.
    fn me(&self) -> PeerId {
        self.identity.peer_id()
    }

    fn begin(&mut self, founder: PeerId) {
        let genesis = Genesis { room: self.room.room_id(), founder };
        let mut chain = Chain::new(genesis, self.judge);
        chain.watch(self.me());
        self.chain = Some(chain);
        self.store_setting();
    }

    /// The ledger; `None` before the room's founder is known.
    pub fn chain(&self) -> Option<&Chain> {
        self.chain.as_ref()
    }

    /// What waits to be recorded.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Where the ledger stands; `None` before the room's founder is known.
    pub fn standing(&self) -> Option<Standing> {
        let chain = self.chain.as_ref()?;
        let account = chain.account(self.me());
        Some(Standing {
            height: chain.height(),
            tip: chain.tip(),
            waiting: self.pool.len() as u32,
            balance: account.balance,
            member: account.is_member(),
            keeps: self.mining.keeps,
        })
    }

    /// What is to be done since the last call.
    pub fn take_outcome(&mut self) -> Outcome {
        let standing = self.standing();
        if standing != self.told {
            self.told = standing;
            self.outcome.news.extend(standing.map(News::Standing));
        }
        self.outcome.mines = self.wants_to_mine();
        core::mem::take(&mut self.outcome)
    }

    /// A neighbour has connected.
    pub fn connected(&mut self, peer: PeerId, now: UnixMillis) {
        self.set_time(now);
        if self.neighbours.len() < NEIGHBOURS_MAX {
            self.neighbours.entry(peer).or_default();
            self.tell_tip(Some(peer));
            self.welcome(peer);
            self.repeat_own_orders(Some(peer));
        }
        self.sync();
    }

    /// A neighbour has gone.
    pub fn disconnected(&mut self, peer: PeerId, now: UnixMillis) {
        self.neighbours.remove(&peer);
        self.set_time(now);
        self.sync();
    }

    /// A neighbour says something about the ledger. `passes_on` where not everyone is connected with everyone.
    pub fn hear(&mut self, from: PeerId, bytes: &[u8], passes_on: bool, now: UnixMillis) {
        self.passes_on = passes_on;
        self.set_time(now);
        self.heard(from, bytes);
    }

    /// A neighbour's block.
    pub fn hear_block(&mut self, from: PeerId, bytes: &[u8], now: UnixMillis) {
        self.set_time(now);
        self.heard_block(from, bytes);
    }

    /// A neighbour's order, which was too long for a message.
    pub fn hear_order(&mut self, from: PeerId, bytes: &[u8], now: UnixMillis) {
        self.set_time(now);
        self.heard_transaction(from, bytes);
    }

    /// What the room's clocks say in the middle when this device's says `now`.
    pub fn room_time(&self, now: UnixMillis) -> UnixMillis {
        let behind_ms = now.0.saturating_sub(self.own_time.0);
        UnixMillis(self.room_time.0.saturating_add(behind_ms))
    }

    /// This device.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Time has passed: who has not answered is given up, what was not recorded is told again, and rounds that
    /// nobody has reported are reported.
    pub fn tick(&mut self, now: UnixMillis) {
        self.set_time(now);
        self.drop_impossible();
        self.repeat_own_orders_after_a_while();
        self.report_rounds();
        self.sync();
    }

    /// Notes what counts by now, stores it, and takes up again what counts no longer.
    fn note_moved(&mut self, moved: &Moved) {
        self.store_moved(moved);
        self.mining.start_anew();
        let Some(chain) = &self.chain else { return };
        if !moved.undone.is_empty() {
            self.outcome.news.push(News::Undone { blocks: moved.undone.len() as u32 });
        }
        for name in &moved.undone {
            for transaction in chain.transactions(name).unwrap_or_default() {
                // What the other chain has recorded as well is refused here.
                let _ = self.pool.add(transaction.clone(), chain);
            }
        }
        self.pool.settle(chain);
        for name in &moved.done {
            let (Some(header), Some(transactions)) = (chain.header(name), chain.transactions(name))
            else {
                continue;
            };
            let (height, miner) = (header.height, header.miner);
            let transactions = transactions.len() as u32;
            let name = *name;
            self.outcome.news.push(News::Block { height, name, miner, transactions });
        }
        self.note_own(moved);
        self.tell_distrusted();
    }

    fn tell_distrusted(&mut self) {
        let Some(chain) = &self.chain else { return };
        let distrusted = reputation::distrusted(&chain.reputations());
        if distrusted != self.distrusted {
            self.distrusted.clone_from(&distrusted);
            self.outcome.news.push(News::Distrusted(distrusted));
        }
    }

    fn refuse(&mut self, from: PeerId, reason: String) {
        self.outcome.refused.push((from, reason));
    }

    fn send(&mut self, to: PeerId, message: &Message) {
        self.outcome.messages.push((to, MessageBytes(message.encode())));
    }

    fn send_to_all(&mut self, message: &Message, but: Option<PeerId>) {
        let bytes = message.encode();
        let to = self.neighbours.keys().filter(|peer| Some(**peer) != but);
        self.outcome.messages.extend(to.map(|peer| (*peer, MessageBytes(bytes.clone()))));
    }
}
