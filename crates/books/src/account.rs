//! What this device has ordered, and what comes of it.

use crate::{Books, News, sync::after};
use core::time::Duration;
use ledger::{Action, Moved, Order, Refusal, contracts::lending::Phase, economics};
use protocol::encoding::encode;
use units::{AmountError, Credits, Hash, PeerId, SortedMap, UnixMillis};

/// What an order offers for being recorded, in times of the least, so that a flood of the cheapest does not delay it.
const FEE_TIMES: u64 = 2;

/// How often orders that are not recorded yet are told again: a miner may have come, or lost them.
const REPEATED: Duration = Duration::from_secs(30);

/// This device's orders.
#[derive(Debug, Default)]
pub(crate) struct Own {
    /// Those that are not recorded yet.
    waiting: SortedMap<Hash, Order>,
    /// What orders offered that cannot be recorded, by number: those that take their places have to offer more.
    dropped: SortedMap<u64, Credits>,
    repeated_at: UnixMillis,
    balance: Option<Credits>,
}

impl Own {
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Order> {
        self.waiting.values()
    }
}

/// Why an order was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// Nobody of the room's ledger has been met.
    #[error("the room's ledger is not here yet: connect to somebody in the room first")]
    NoLedger,
    /// It breaks a rule.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl Books {
    /// Orders something in this device's name. Gives the order's name; [`News`] say when it is recorded, or why not.
    ///
    /// # Errors
    /// [`OrderError`] if it cannot be recorded as things stand.
    pub fn order(&mut self, action: Action) -> Result<Hash, OrderError> {
        let me = self.me();
        let chain = self.chain.as_mut().ok_or(OrderError::NoLedger)?;
        let nonce = self.pool.next_nonce(me, chain);
        let dropped = self.account.dropped.get(&nonce).copied();
        let more = dropped.map(|fee| fee.plus(fee.part(1, 10))?.plus(Credits::from_micros(1)));
        let more = more.transpose().map_err(Refusal::from)?.unwrap_or(Credits::ZERO);
        let fee = usual_fee(&action).map_err(Refusal::from)?.max(more);
        let order = Order::sign(&self.identity, chain.room(), nonce, fee, action);
        chain.check(&order, &self.pool)?;
        self.pool.add(order.clone(), chain)?;
        let id = order.id();
        self.spread(order.encode(), None);
        self.account.waiting.insert(id, order);
        self.store_orders();
        Ok(id)
    }

    /// Whether a loan goes on: it is recorded, or was and will be again where other blocks count by now, and nobody has begun to
    /// end it, as far as this device knows.
    pub fn is_open(&self, loan: Hash) -> bool {
        let Some(chain) = &self.chain else { return false };
        let is_ours = |order: &Order| ended_by(&order.action) == Some(loan);
        let is_open = match chain.loan(loan) {
            Some(known) => known.phase == Phase::Open,
            None => self.pool.contains(loan),
        };
        is_open && !self.account.waiting().any(is_ours)
    }

    /// Whether there is nothing that an action could end: no loan, and none that is to be recorded.
    pub fn is_pointless(&self, action: &Action) -> bool {
        let known = |loan| {
            let chain = self.chain.as_ref();
            chain.is_none_or(|it| it.loan(loan).is_some()) || self.pool.contains(loan)
        };
        ended_by(action).is_some_and(|loan| !known(loan))
    }

    /// The founder welcomes whoever is new.
    pub(crate) fn welcome(&mut self, peer: PeerId) {
        let Some(chain) = &self.chain else { return };
        let is_new = chain.account(peer).standing == ledger::contracts::money::Standing::Stranger;
        let is_welcomed =
            |order: &Order| matches!(order.action, Action::Welcome { member } if member == peer);
        let founder = chain.genesis().founder;
        if is_new && founder == self.me() && !self.account.waiting().any(is_welcomed) {
            // Too many at a time: it is welcomed when it comes again.
            let _ = self.order(Action::Welcome { member: peer });
        }
    }

    /// Orders of this device that cannot be recorded, and with them those that come after.
    pub(crate) fn drop_own(&mut self, refused: &[(Hash, Refusal)]) {
        let own = |(id, refusal): &(Hash, Refusal)| {
            Some((self.account.waiting.get(id)?.nonce, refusal.to_string()))
        };
        let gone = refused.iter().filter(|(_, refusal)| !self.pool.waits(refusal));
        let refused = gone.filter_map(own);
        let Some((first, reason)) = refused.min() else { return };
        let after = self.account.waiting.iter().filter(|(_, order)| order.nonce >= first);
        let after: Vec<(Hash, u64, Credits, bool)> =
            after.map(|(id, order)| (*id, order.nonce, order.fee, is_news(order))).collect();
        for (order, nonce, fee, is_news) in after {
            self.account.waiting.remove(&order);
            self.account.dropped.insert(nonce, fee);
            self.pool.forget(order);
            let reason = match nonce == first {
                true => reason.clone(),
                false => format!("an order before it cannot be recorded: {reason}"),
            };
            if is_news {
                self.outcome.news.push(News::Refused { order, reason });
            }
        }
        self.store_orders();
    }

    /// What has become impossible waits for nothing: whoever looks for blocks drops it without a word.
    pub(crate) fn drop_impossible(&mut self) {
        let (me, now) = (self.me(), self.room_time);
        let Some(chain) = &mut self.chain else { return };
        if self.pool.is_empty() {
            return;
        }
        if let Ok((_, refused)) = chain.draft(self.pool.wanted(), me, now) {
            self.pool.drop_refused(&refused);
            self.drop_own(&refused);
        }
    }

    /// Takes up orders of an earlier life.
    pub(crate) fn restore_orders(&mut self, orders: Vec<Order>) {
        let Some(chain) = &self.chain else { return };
        for order in orders {
            if self.pool.add(order.clone(), chain).is_ok() {
                self.account.waiting.insert(order.id(), order);
            }
        }
    }

    /// Tells those of this device's orders that are not recorded, to one neighbour or to all.
    pub(crate) fn repeat_own_orders(&mut self, to: Option<PeerId>) {
        let orders: Vec<_> = self.account.waiting().cloned().collect();
        for order in orders {
            let transaction = order.encode();
            match to {
                Some(to) => self.tell_order(to, transaction),
                None => self.spread(transaction, None),
            }
        }
    }

    pub(crate) fn repeat_own_orders_after_a_while(&mut self) {
        let now = self.own_time;
        if now >= after(self.account.repeated_at, REPEATED) {
            self.account.repeated_at = now;
            self.repeat_own_orders(None);
        }
    }

    /// What other blocks than before mean for this device.
    pub(crate) fn note_own(&mut self, moved: &Moved) {
        let me = self.me();
        let Some(chain) = &self.chain else { return };
        let mut recorded = false;
        for name in &moved.done {
            let height = chain.header(name).map_or(0, |header| header.height);
            for transaction in chain.transactions(name).unwrap_or_default() {
                let order = transaction.id();
                if let Some(own) = self.account.waiting.remove(&order) {
                    recorded = true;
                    self.account.dropped.remove(&own.nonce);
                    if is_news(&own) {
                        self.outcome.news.push(News::Recorded { order, height });
                    }
                }
            }
        }
        // What was undone with this device's orders waits again.
        for name in &moved.undone {
            for order in chain.transactions(name).unwrap_or_default() {
                if order.sender == me && self.pool.contains(order.id()) {
                    recorded = true;
                    self.account.waiting.insert(order.id(), order.clone());
                }
            }
        }
        let (balance, height) = (chain.account(me).balance, chain.height());
        let before = self.account.balance.replace(balance);
        if let Some(amount) = before.and_then(|before| balance.minus(before).ok())
            && !amount.is_zero()
        {
            self.outcome.news.push(News::Received { amount, height });
        }
        if recorded {
            self.store_orders();
        }
    }
}

/// The loan that an action of one of its sides ends.
fn ended_by(action: &Action) -> Option<Hash> {
    match action {
        Action::Claim(receipt) => Some(receipt.loan),
        Action::Return { loan, .. } => Some(*loan),
        _ => None,
    }
}

/// What an order of that action offers, whatever its other parts are.
fn usual_fee(action: &Action) -> Result<Credits, AmountError> {
    // A sender, a signature, and two numbers of ten bytes at most.
    const REST_BYTES: usize = 32 + 1 + 64 + 2 * 10;
    economics::fee_min(encode(action).len() + REST_BYTES)?.times(FEE_TIMES)
}

/// Whether people hear what comes of an order: reports of rounds go about their business in silence.
fn is_news(order: &Order) -> bool {
    !matches!(order.action, Action::Report(_))
}

/// Orders as a record.
pub(crate) fn encode_orders<'a>(orders: impl Iterator<Item = &'a Order>) -> Vec<u8> {
    encode(&orders.collect::<Vec<_>>())
}
