//! How devices bring their ledgers into line: headers first, then the blocks of the heaviest.

use crate::{
    Books,
    message::{BLOCKS_MAX, HEADERS_MAX, KNOWN_MAX, Message},
    outcome::MessageBytes,
};
use core::{cmp::Reverse, time::Duration};
use ledger::{Block, Header, Moved, Refusal};
use protocol::limits;
use units::{Hash, PeerId, SortedSet, UnixMillis};

/// How long a peer has to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a peer that did not answer is not asked again; doubles each time, up to 64 times.
const DOUBT: Duration = Duration::from_secs(30);

/// An order that a message has room for.
const SHORT_ORDER_BYTES: usize = limits::LEDGER_MESSAGE_BYTES_MAX - 64;

/// What is known of a neighbour.
#[derive(Debug, Default)]
pub(crate) struct Neighbour {
    /// Its newest block, and what its chain is said to weigh.
    tip: Option<(Hash, u128)>,
    /// Until when what it was asked for is waited for.
    asked_until: Option<UnixMillis>,
    /// Blocks that it was asked for.
    asked_for: Vec<Hash>,
    /// The newest header that it has told of when it was asked.
    headers_to: Option<Hash>,
    silences: u32,
    /// How far its clock is ahead of ours, by its own word.
    ahead_ms: Option<i64>,
    doubted_until: UnixMillis,
}

impl Neighbour {
    /// Who has not answered in time is not asked for a while.
    fn give_up_waiting(&mut self, now: UnixMillis) {
        if self.asked_until.is_some_and(|until| now >= until) {
            self.asked_until = None;
            self.asked_for.clear();
            self.doubted_until = after(now, DOUBT.saturating_mul(1 << self.silences.min(6)));
            self.silences += 1;
        }
    }

    /// Its newest block, if its chain is said to come before ours, by weight and name, and it can be asked.
    fn tip_to_ask_for(&self, ours: (u128, Reverse<Hash>), now: UnixMillis) -> Option<Hash> {
        let is_free = self.asked_until.is_none() && now >= self.doubted_until;
        let comes_before = |tip: &(Hash, u128)| (tip.1, Reverse(tip.0)) > ours;
        self.tip.filter(|tip| is_free && comes_before(tip)).map(|(tip, _)| tip)
    }
}

impl Books {
    /// A neighbour's message.
    pub(crate) fn heard(&mut self, from: PeerId, bytes: &[u8]) {
        let message = match Message::decode(bytes) {
            Ok(message) => message,
            Err(error) => return self.refuse(from, error.to_string()),
        };
        if !self.neighbours.contains_key(&from) {
            return;
        }
        match message {
            Message::Tip { founder, header, work, clock } => {
                self.note_clock(from, clock);
                self.heard_tip(from, founder, &header, work);
            }
            Message::RequestHeaders { known } => self.hand_out_headers(from, &known),
            Message::Headers { headers } => self.heard_headers(from, &headers),
            Message::RequestBlocks { names } => {
                for name in names {
                    if let Some(block) = self.chain.as_ref().and_then(|chain| chain.block(&name)) {
                        self.outcome.blocks.push((from, MessageBytes(block.encode())));
                    }
                }
            }
            Message::Transaction { transaction } => self.heard_transaction(from, &transaction),
        }
        self.sync();
    }

    fn heard_tip(&mut self, from: PeerId, founder: PeerId, header: &[u8], work: u128) {
        if !self.room.is_founded_by(founder) {
            return self.refuse(from, "a ledger of another founder".to_owned());
        }
        if self.chain.is_none() {
            self.begin(founder);
        }
        let Some(chain) = &mut self.chain else { return };
        // Nothing at the beginning; what is there was decoded already.
        let Ok(header) = Header::decode(header) else { return };
        // One after another that is known need not be asked for.
        match chain.add_header(header, self.room_time) {
            Ok(_) | Err(Refusal::UnknownParent { .. } | Refusal::FromTheFuture { .. }) => {}
            Err(refusal) => return self.refuse(from, refusal.to_string()),
        }
        if let Some(neighbour) = self.neighbours.get_mut(&from) {
            neighbour.tip = Some((header.hash(), work));
        }
    }

    fn note_clock(&mut self, from: PeerId, clock: UnixMillis) {
        let ahead_ms = i64::try_from(i128::from(clock.0) - i128::from(self.own_time.0));
        if let Some(neighbour) = self.neighbours.get_mut(&from) {
            neighbour.ahead_ms = ahead_ms.ok();
        }
        self.set_time(self.own_time);
    }

    /// What the room's clocks say in the middle, ours among them; of two, the later. A device whose own clock is wrong would else
    /// refuse every block, or find none that others take.
    pub(crate) fn set_time(&mut self, now: UnixMillis) {
        let others = self.neighbours.values().filter_map(|neighbour| neighbour.ahead_ms);
        let mut ahead_ms: Vec<i64> = others.chain([0]).collect();
        ahead_ms.sort_unstable();
        self.own_time = now;
        self.room_time = UnixMillis(now.0.saturating_add_signed(ahead_ms[ahead_ms.len() / 2]));
    }

    fn hand_out_headers(&mut self, to: PeerId, known: &[Hash]) {
        let Some(chain) = &self.chain else { return };
        let height = |name: &Hash| match chain.header(name) {
            Some(header) => Some(header.height),
            None => (*name == chain.room()).then_some(0),
        };
        let counts =
            |name: &&Hash| height(name).is_some_and(|it| chain.name_at(it) == Some(**name));
        let Some(from) = known.iter().find(counts).and_then(height) else { return };
        let names = (from.saturating_add(1)..).map_while(|height| chain.name_at(height));
        let headers = names.take(HEADERS_MAX).filter_map(|name| chain.header(&name));
        let headers: Vec<u8> = headers.flat_map(Header::encode).collect();
        self.send(to, &Message::Headers { headers });
    }

    fn heard_headers(&mut self, from: PeerId, headers: &[u8]) {
        self.has_answered(from);
        let Some(chain) = &mut self.chain else { return };
        let mut newest = None;
        for header in headers.chunks(Header::SIZE_BYTES) {
            let header = Header::decode(header).map_err(Refusal::from);
            match header.and_then(|header| chain.add_header(header, self.room_time)) {
                Ok(name) => newest = Some(name),
                Err(Refusal::FromTheFuture { .. }) => break,
                Err(refusal) => return self.refuse(from, refusal.to_string()),
            }
        }
        let Some(neighbour) = self.neighbours.get_mut(&from) else { return };
        if newest.is_none() || newest == neighbour.headers_to {
            // Nothing that leads on to its tip: that may have changed since.
            neighbour.tip = None;
        }
        neighbour.headers_to = newest;
    }

    /// A neighbour's block.
    pub(crate) fn heard_block(&mut self, from: PeerId, bytes: &[u8]) {
        if let Some(neighbour) = self.neighbours.get_mut(&from) {
            let header = bytes.get(..Header::SIZE_BYTES).unwrap_or_default();
            let name = Hash::of(header);
            neighbour.asked_for.retain(|asked| *asked != name);
            if neighbour.asked_for.is_empty() {
                self.has_answered(from);
            }
        }
        let Some(chain) = &mut self.chain else { return };
        let block = Block::decode(bytes).map_err(Refusal::from);
        match block.and_then(|block| chain.add_block(block, self.room_time)) {
            Ok(moved) => self.moved(&moved),
            Err(Refusal::FromTheFuture { .. }) => {}
            Err(refusal) => self.refuse(from, refusal.to_string()),
        }
        self.sync();
    }

    fn has_answered(&mut self, from: PeerId) {
        if let Some(neighbour) = self.neighbours.get_mut(&from) {
            (neighbour.asked_until, neighbour.silences) = (None, 0);
            neighbour.asked_for.clear();
        }
    }

    pub(crate) fn heard_transaction(&mut self, from: PeerId, bytes: &[u8]) {
        let Some(chain) = &self.chain else { return };
        let order = match ledger::Order::decode(bytes) {
            Ok(order) => order,
            Err(error) => return self.refuse(from, error.to_string()),
        };
        match self.pool.add(order, chain) {
            Ok(true) if self.passes_on => self.spread(bytes.to_vec(), Some(from)),
            // Whoever is behind, or ahead, of us may be right about what is to be recorded.
            Ok(_) | Err(_) => {}
        }
    }

    /// Asks for what is missing of heavier ledgers than ours, one request a neighbour at a time.
    pub(crate) fn sync(&mut self) {
        let now = self.own_time;
        let Some(chain) = &self.chain else { return };
        let ours = (chain.work().as_hashes(), Reverse(chain.tip()));
        let mut requests = Vec::new();
        let mut coming: SortedSet<Hash> = SortedSet::new();
        for neighbour in self.neighbours.values_mut() {
            neighbour.give_up_waiting(now);
            coming.extend(neighbour.asked_for.iter().copied());
        }
        for (peer, neighbour) in self.neighbours.iter_mut() {
            let Some(tip) = neighbour.tip_to_ask_for(ours, now) else { continue };
            let request = match chain.missing_up_to(tip, BLOCKS_MAX) {
                None => {
                    let known = neighbour.headers_to.into_iter().chain(chain.locator());
                    Message::RequestHeaders { known: known.take(KNOWN_MAX).collect() }
                }
                // All of it is here, and it weighs less than was said, or is wrong.
                Some(names) if names.is_empty() => {
                    neighbour.tip = None;
                    continue;
                }
                Some(mut names) => {
                    names.retain(|name| !coming.contains(name));
                    if names.is_empty() {
                        continue;
                    }
                    coming.extend(names.iter().copied());
                    neighbour.asked_for.clone_from(&names);
                    Message::RequestBlocks { names }
                }
            };
            neighbour.asked_until = Some(after(now, PATIENCE));
            requests.push((*peer, request));
        }
        for (peer, request) in requests {
            self.send(peer, &request);
        }
    }

    /// Tells a neighbour, or all of them, where our ledger stands.
    pub(crate) fn tell_tip(&mut self, to: Option<PeerId>) {
        let Some(chain) = &self.chain else { return };
        let header = chain.header(&chain.tip()).map_or_else(Vec::new, |it| it.encode().to_vec());
        let (founder, work) = (chain.genesis().founder, chain.work().as_hashes());
        let tip = Message::Tip { founder, header, work, clock: self.own_time };
        match to {
            Some(to) => self.send(to, &tip),
            None => self.send_to_all(&tip, None),
        }
    }

    /// Sends an order to all neighbours but one.
    pub(crate) fn spread(&mut self, transaction: Vec<u8>, but: Option<PeerId>) {
        if transaction.len() <= SHORT_ORDER_BYTES {
            return self.send_to_all(&Message::Transaction { transaction }, but);
        }
        let to: Vec<PeerId> =
            self.neighbours.keys().copied().filter(|it| Some(*it) != but).collect();
        for to in to {
            self.tell_order(to, transaction.clone());
        }
    }

    /// Sends an order to one neighbour.
    pub(crate) fn tell_order(&mut self, to: PeerId, transaction: Vec<u8>) {
        if transaction.len() <= SHORT_ORDER_BYTES {
            self.send(to, &Message::Transaction { transaction });
        } else {
            self.outcome.orders.push((to, MessageBytes(transaction)));
        }
    }

    /// What follows when other blocks count than before.
    pub(crate) fn moved(&mut self, moved: &Moved) {
        if moved.done.is_empty() && moved.undone.is_empty() {
            return;
        }
        self.note_moved(moved);
        self.tell_tip(None);
    }
}

pub(crate) fn after(now: UnixMillis, wait: Duration) -> UnixMillis {
    UnixMillis(now.0.saturating_add(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)))
}
