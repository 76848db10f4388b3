//! What is to be recorded: of each account its next orders.

use crate::{
    Chain, Refusal, economics,
    order::{Action, Order},
    rules,
};
use core::cmp::Reverse;
use protocol::signatures::{Keys, verify_all};
use std::collections::BTreeMap;
use units::{Credits, Hash, PeerId};

/// Orders of one account that wait: what one member can make all others keep.
const OF_ONE_MAX: usize = 64;

/// Orders that wait.
const ORDERS_MAX: usize = 4_096;

/// Bytes of all that waits.
const BYTES_MAX: usize = 8 * 1024 * 1024;

/// An order takes another one's place only if its fee is by one part in so many higher.
const PARTS_OF_RAISE: u64 = 10;

/// What is to be recorded.
#[derive(Default)]
pub struct Pool {
    orders: BTreeMap<PeerId, BTreeMap<u64, Order>>,
    /// Whose each of them is, its number, and the bytes that it takes.
    places: BTreeMap<Hash, (PeerId, u64, usize)>,
    bytes: usize,
    keys: Keys,
}

impl Pool {
    /// Orders that wait.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether an order waits.
    pub fn contains(&self, id: Hash) -> bool {
        self.places.contains_key(&id)
    }

    /// All that waits.
    pub fn iter(&self) -> impl Iterator<Item = &Order> {
        self.orders.values().flat_map(BTreeMap::values)
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

    /// Keeps an order that may be recorded. Gives whether it is new.
    ///
    /// # Errors
    /// [`Refusal`] says why it never will be, or that there is no room for it.
    pub fn add(&mut self, order: Order, chain: &Chain) -> Result<bool, Refusal> {
        order.validate()?;
        let id = order.id();
        if self.contains(id) {
            return Ok(false);
        }
        self.check(&order, chain)?;
        verify_all(&order.claims(chain.room()), &mut self.keys)?;
        let (sender, nonce, size_bytes) = (order.sender, order.nonce, order.encode().len());
        if let Some(replaced) = self.order_at(sender, nonce).map(Order::id) {
            self.forget(replaced);
        }
        self.places.insert(id, (sender, nonce, size_bytes));
        self.bytes += size_bytes;
        self.orders.entry(sender).or_default().insert(nonce, order);
        self.make_room(id).map(|()| true)
    }

    /// What the next block should record, the best paid for their length first, those of each account in their order. Of reports that
    /// pay as well, those of earlier rounds come first: a round is rewarded with one after it.
    pub fn wanted(&self) -> Vec<Order> {
        let mut accounts: Vec<_> = self.orders.values().map(BTreeMap::values).collect();
        let rank = |place: usize, order: &Order| {
            let round = match &order.action {
                Action::Report(report) => report.record.decision.round,
                _ => 0,
            };
            (fee_for_length(order), Reverse(round), order.sender, place)
        };
        let mut next = BTreeMap::new();
        for (place, orders) in accounts.iter_mut().enumerate() {
            next.extend(orders.next().map(|first| (rank(place, first), first)));
        }
        let mut wanted = Vec::new();
        while let Some(((.., place), order)) = next.pop_last() {
            wanted.push(order.clone());
            next.extend(accounts[place].next().map(|order| (rank(place, order), order)));
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
        gone.into_iter().for_each(|id| self.forget(id));
    }

    /// Whether an order that was refused with this may be recorded yet: its turn has not come, or what it is about waits here itself,
    /// as where a loan has given way together with its claim.
    pub fn waits(&self, refusal: &Refusal) -> bool {
        match refusal {
            Refusal::Nonce { nonce, next, .. } => nonce > next,
            Refusal::NoSuchOffer { offer: name } | Refusal::NoSuchLoan { loan: name } => {
                self.contains(*name)
            }
            _ => false,
        }
    }

    /// Lets go of orders that cannot be recorded, but for those that wait.
    pub fn drop_refused(&mut self, refused: &[(Hash, Refusal)]) {
        let gone = refused.iter().filter(|(_, refusal)| !self.waits(refusal));
        for id in gone.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.forget(id);
        }
    }

    /// Lets go of an order.
    pub fn forget(&mut self, id: Hash) {
        let Some((sender, nonce, size_bytes)) = self.places.remove(&id) else { return };
        self.bytes -= size_bytes;
        if let Some(orders) = self.orders.get_mut(&sender) {
            orders.remove(&nonce);
            if orders.is_empty() {
                self.orders.remove(&sender);
            }
        }
    }

    fn order_at(&self, sender: PeerId, nonce: u64) -> Option<&Order> {
        self.orders.get(&sender).and_then(|orders| orders.get(&nonce))
    }

    fn check(&self, order: &Order, chain: &Chain) -> Result<(), Refusal> {
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

    /// While there are too many orders, the cheapest for their length of those that come last go.
    fn make_room(&mut self, newest: Hash) -> Result<(), Refusal> {
        while self.places.len() > ORDERS_MAX || self.bytes > BYTES_MAX {
            let last = self.orders.values().filter_map(BTreeMap::last_key_value);
            let cheapest = last.min_by_key(|(_, order)| (fee_for_length(order), order.sender));
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

/// What an order offers for each [`economics::FEE_BYTES`] that it begins.
fn fee_for_length(order: &Order) -> Credits {
    order.fee.part(1, economics::lengths(order.encode().len()))
}
