//! What is to be recorded: of each account its next orders, and rounds that are over.

use crate::{
    Chain, Refusal,
    block::BLOCK_BYTES_MAX,
    rules,
    transaction::{Action, Order, RoundReport, Transaction},
};
use protocol::signatures::{Keys, verify_all};
use std::collections::BTreeMap;
use units::{Credits, Hash, PeerId};

/// Orders of one account that wait: what one member can make all others keep.
const OF_ONE_MAX: usize = 64;

/// Orders that wait.
const ORDERS_MAX: usize = 4_096;

/// Rounds that wait: a quarter of an hour of a quick room.
const ROUNDS_MAX: usize = 1_024;

/// Bytes of all that waits.
const BYTES_MAX: usize = 8 * 1024 * 1024;

/// An order takes another one's place only if its fee is by one part in so many higher.
const PARTS_OF_RAISE: u64 = 10;

/// What is to be recorded.
#[derive(Default)]
pub struct Pool {
    orders: BTreeMap<PeerId, BTreeMap<u64, Order>>,
    /// By number, so that those that others build on come first.
    rounds: BTreeMap<(u32, Hash), RoundReport>,
    /// Where each of them is, and the bytes that it takes.
    places: BTreeMap<Hash, (Place, usize)>,
    bytes: usize,
    keys: Keys,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    Order(PeerId, u64),
    Round(u32),
}

impl Pool {
    /// Transactions that wait.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a transaction waits.
    pub fn contains(&self, id: Hash) -> bool {
        self.places.contains_key(&id)
    }

    /// All that waits.
    pub fn iter(&self) -> impl Iterator<Item = Transaction> + '_ {
        let rounds = self.rounds.values();
        let rounds = rounds.map(|it| Transaction::Round(Box::new(it.clone())));
        let orders = self.orders.values().flat_map(BTreeMap::values);
        rounds.chain(orders.cloned().map(Transaction::Order))
    }

    /// Orders of an account that wait, in their order.
    pub fn orders_of(&self, sender: PeerId) -> impl Iterator<Item = &Order> {
        self.orders.get(&sender).into_iter().flat_map(BTreeMap::values)
    }

    /// The number that the next order of an account has to have, those that wait counted.
    pub fn next_nonce(&self, sender: PeerId, chain: &Chain) -> u64 {
        let first = chain.account(sender).nonce;
        let Some(waiting) = self.orders.get(&sender) else { return first };
        (first..).find(|nonce| !waiting.contains_key(nonce)).expect("there are few of them")
    }

    /// Keeps a transaction that may be recorded. Gives whether it is new.
    ///
    /// # Errors
    /// [`Refusal`] says why it never will be, or that there is no room for it.
    pub fn add(&mut self, transaction: Transaction, chain: &Chain) -> Result<bool, Refusal> {
        transaction.validate()?;
        match &transaction {
            _ if self.contains(transaction.id()) => return Ok(false),
            Transaction::Order(order) => self.check_order(order, chain)?,
            Transaction::Round(report) => self.check_round(report, chain)?,
        }
        verify_all(&transaction.claims(chain.room()), &mut self.keys)?;
        let (id, size_bytes) = (transaction.id(), transaction.encode().len());
        match transaction {
            Transaction::Round(report) => {
                self.make_room_for_round(&report)?;
                let place = Place::Round(report.record.decision.round);
                self.note(id, place, size_bytes);
                self.rounds.insert(place_of(&report), *report);
                Ok(true)
            }
            Transaction::Order(order) => {
                let place = (order.sender, order.nonce);
                if let Some(replaced) = self.order_at(place).map(Order::id) {
                    self.forget(replaced);
                }
                self.note(id, Place::Order(place.0, place.1), size_bytes);
                self.orders.entry(place.0).or_default().insert(place.1, order);
                self.make_room(id).map(|()| true)
            }
        }
    }

    /// What the next block should record, the most worthwhile first: rounds in their order, which are free and therefore have no
    /// more than half of a block, then orders by fee, those of each account in their order.
    pub fn wanted(&self) -> Vec<Transaction> {
        let rounds = self.rounds.values().map(|it| Transaction::Round(Box::new(it.clone())));
        let (mut wanted, mut size_bytes) = (Vec::new(), 0);
        for round in rounds {
            size_bytes += round.encode().len();
            if size_bytes > BLOCK_BYTES_MAX / 2 {
                break;
            }
            wanted.push(round);
        }
        let mut next: BTreeMap<PeerId, _> = BTreeMap::new();
        let mut by_fee: BTreeMap<(Credits, PeerId), Order> = BTreeMap::new();
        for (sender, orders) in &self.orders {
            let mut orders = orders.values();
            if let Some(first) = orders.next() {
                by_fee.insert((first.fee, *sender), first.clone());
            }
            next.insert(*sender, orders);
        }
        while let Some(((_, sender), order)) = by_fee.pop_last() {
            wanted.push(Transaction::Order(order));
            if let Some(order) = next.get_mut(&sender).and_then(Iterator::next) {
                by_fee.insert((order.fee, sender), order.clone());
            }
        }
        wanted
    }

    /// Lets go of what the chain has recorded by now.
    pub fn settle(&mut self, chain: &Chain) {
        let mut gone = Vec::new();
        for (sender, orders) in &self.orders {
            let recorded = orders.range(..chain.account(*sender).nonce);
            gone.extend(recorded.map(|(_, order)| order.id()));
        }
        let recorded = self.rounds.keys().map(|(_, name)| *name);
        gone.extend(recorded.filter(|name| chain.has_round(*name)));
        gone.into_iter().for_each(|id| self.forget(id));
    }

    /// Lets go of transactions that cannot be recorded, but for orders whose turn has not come.
    pub fn drop_refused(&mut self, refused: &[(Hash, Refusal)]) {
        let waits = |refusal: &Refusal| matches!(refusal, Refusal::Nonce { nonce, next, .. } if nonce > next);
        for (id, _) in refused.iter().filter(|(_, refusal)| !waits(refusal)) {
            self.forget(*id);
        }
    }

    fn note(&mut self, id: Hash, place: Place, size_bytes: usize) {
        self.places.insert(id, (place, size_bytes));
        self.bytes += size_bytes;
    }

    /// Lets go of a transaction.
    pub fn forget(&mut self, id: Hash) {
        let Some((place, size_bytes)) = self.places.remove(&id) else { return };
        self.bytes -= size_bytes;
        match place {
            Place::Round(round) => {
                self.rounds.remove(&(round, id));
            }
            Place::Order(sender, nonce) => {
                if let Some(orders) = self.orders.get_mut(&sender) {
                    orders.remove(&nonce);
                    if orders.is_empty() {
                        self.orders.remove(&sender);
                    }
                }
            }
        }
    }

    fn order_at(&self, (sender, nonce): (PeerId, u64)) -> Option<&Order> {
        self.orders.get(&sender).and_then(|orders| orders.get(&nonce))
    }

    fn check_order(&self, order: &Order, chain: &Chain) -> Result<(), Refusal> {
        rules::order::fee_is_enough(order)?;
        let Order { sender, nonce, fee, .. } = *order;
        let account = chain.account(sender);
        if !(account.nonce..account.nonce.saturating_add(OF_ONE_MAX as u64)).contains(&nonce) {
            return Err(Refusal::Nonce { sender, nonce, next: account.nonce });
        }
        let waiting = self.orders.get(&sender);
        if let Some(known) = waiting.and_then(|orders| orders.get(&nonce)) {
            let least = known.fee.plus(known.fee.part(1, PARTS_OF_RAISE))?;
            if fee <= known.fee || fee < least {
                return Err(Refusal::FeeTooSmall { fee, least });
            }
        }
        let others = waiting.into_iter().flat_map(BTreeMap::values);
        let others = others.filter(|other| other.nonce != nonce).map(|other| other.fee);
        // Who cannot pay the fees of all that it sends sends them for nothing.
        account.balance.minus(Credits::sum(others.chain([fee]))?)?;
        match &order.action {
            // To see that a proof is none takes time, and pays no fee: whoever sends it is asked here, and nobody again.
            Action::Dispute { loan, proof } => chain.check_fraud(*loan, proof),
            _ => Ok(()),
        }
    }

    fn check_round(&self, report: &RoundReport, chain: &Chain) -> Result<(), Refusal> {
        let round = report.record.decision.round;
        if chain.has_round(report.record.hash()) {
            return Err(Refusal::RoundKnown { round });
        }
        let parts = &report.record.decision.contributions;
        if !parts.iter().any(|part| chain.account(part.peer).is_member()) {
            return Err(Refusal::RoundOfNobody { round });
        }
        Ok(())
    }

    /// If there are too many rounds, one of the fewest members goes: what somebody invents alone keeps out nothing that many signed.
    fn make_room_for_round(&mut self, newest: &RoundReport) -> Result<(), Refusal> {
        if self.rounds.len() < ROUNDS_MAX && self.bytes < BYTES_MAX {
            return Ok(());
        }
        let members = |report: &RoundReport| report.record.decision.contributions.len();
        let least = self.rounds.iter().min_by_key(|(_, report)| members(report));
        let least = least.filter(|(_, report)| members(report) < members(newest));
        let Some(((_, name), _)) = least else {
            return Err(Refusal::Full { what: "rounds to record", limit: ROUNDS_MAX });
        };
        self.forget(*name);
        Ok(())
    }

    /// While there are too many orders, the cheapest for their length of those that come last go.
    fn make_room(&mut self, newest: Hash) -> Result<(), Refusal> {
        while self.places.len() - self.rounds.len() > ORDERS_MAX || self.bytes > BYTES_MAX {
            let last = self.orders.values().filter_map(BTreeMap::last_key_value);
            let per_byte = |order: &Order| {
                u128::from(order.fee.as_micros()) * BYTES_MAX as u128 / order.size_bytes() as u128
            };
            let cheapest = last.min_by_key(|(_, order)| (per_byte(order), order.sender));
            let Some((_, cheapest)) = cheapest else { break };
            let cheapest = cheapest.id();
            self.forget(cheapest);
            if cheapest == newest {
                return Err(Refusal::Full { what: "orders to record", limit: ORDERS_MAX });
            }
        }
        Ok(())
    }
}

fn place_of(report: &RoundReport) -> (u32, Hash) {
    (report.record.decision.round, report.record.hash())
}
