//! What must be true of all honest devices together, whatever happens.

use crate::{
    byzantine,
    host::Host,
    masked::Shown,
    network::{HostId, Life},
    reference::Reference,
};
use core::time::Duration;
use peer::{Answer, ConnectionId, Event, Spent};
use protocol::{
    bulk::Incoming,
    cluster::NetworkSpec,
    limits,
    message::{BulkMessage, SessionMessage},
    session::{RecordName, RoundRecord, update_name},
};
use std::collections::{BTreeMap, BTreeSet};
use units::{Hash, Instant, PeerId, SessionId};

/// Remembers what devices have said, signed and promised.
#[derive(Debug)]
pub(crate) struct Observer {
    /// Of the cluster that every device makes.
    network: NetworkSpec,
    reference: Reference,
    all_keep_to_the_rules: bool,
    records: BTreeMap<Hash, RoundRecord>,
    signed: BTreeSet<(SessionId, Hash, HostId)>,
    /// Which record honest devices signed for a session and decision (which names round and parent).
    outcomes: BTreeMap<(SessionId, Hash), (Hash, HostId)>,
    /// Sender, receiver, number: texts that their senders were told are stored.
    delivered: BTreeSet<(HostId, HostId, u64)>,
    announced: BTreeMap<(HostId, HostId, String), u32>,
    /// Devices that have announced their cluster.
    created: BTreeSet<HostId>,
    composed: Vec<Composed>,
    /// What is to be stored before an update of that name is promised.
    prices: BTreeMap<Hash, Vec<u8>>,
    /// What is on each device's account with its newest training.
    newest_prices: BTreeMap<PeerId, Vec<u8>>,
    /// Updates that a workbench has put masks on.
    masked: BTreeSet<Hash>,
    /// Values on their way out of each connection.
    values: BTreeMap<(Life, ConnectionId), Incoming>,
    masked_values: u64,
}

/// By then a write has long been done.
const SURELY_STORED: Duration = Duration::from_secs(2);

/// A text that an engine accepted.
#[derive(Debug, Clone)]
pub(crate) struct Composed {
    pub(crate) from: HostId,
    pub(crate) to: HostId,
    pub(crate) text: String,
    pub(crate) at: Instant,
}

impl Composed {
    /// Whether its sender cannot have lost it in a crash.
    pub(crate) fn survives(&self, sender: &Host) -> bool {
        sender.first_crash_after(self.at).is_none_or(|crash| crash >= self.at + SURELY_STORED)
    }
}

impl Observer {
    /// Of a world whose devices train that network.
    pub(crate) fn new(network: NetworkSpec) -> Self {
        Self {
            reference: Reference::new(network.clone()),
            network,
            all_keep_to_the_rules: true,
            records: BTreeMap::new(),
            signed: BTreeSet::new(),
            outcomes: BTreeMap::new(),
            delivered: BTreeSet::new(),
            announced: BTreeMap::new(),
            created: BTreeSet::new(),
            composed: Vec::new(),
            prices: BTreeMap::new(),
            newest_prices: BTreeMap::new(),
            masked: BTreeSet::new(),
            values: BTreeMap::new(),
            masked_values: 0,
        }
    }

    /// An engine has accepted a text.
    pub(crate) fn compose(&mut self, composed: Composed) {
        self.composed.push(composed);
    }

    /// Every text that was accepted.
    pub(crate) fn composed(&self) -> &[Composed] {
        &self.composed
    }

    /// A device has left its room, and with it all texts.
    pub(crate) fn left(&mut self, id: HostId) {
        self.delivered.retain(|(_, to, _)| *to != id);
        self.announced.retain(|(to, _, _), _| *to != id);
        self.composed.retain(|composed| composed.to != id && composed.from != id);
    }

    /// An honest device has sent a message.
    pub(crate) fn sent(&mut self, life: Life, bytes: &[u8]) {
        let Some((session, message)) = byzantine::session_message(bytes) else {
            return;
        };
        match message {
            SessionMessage::Head(record) => {
                self.hold(life, session, &record);
                self.records.insert(record.hash(), record);
            }
            SessionMessage::CoSign { record, .. } => {
                self.signed.insert((session, record, life.host));
            }
            SessionMessage::Proposal(proposal) => return self.reference.proposed(&proposal),
            _ => return,
        }
        self.compare_signed();
    }

    /// A device has come to a record.
    pub(crate) fn came_to(&mut self, life: Life, session: SessionId, record: &RoundRecord) {
        self.hold(life, session, record);
        self.records.insert(record.hash(), record.clone());
        self.compare_signed();
    }

    /// A device tells of the record that it holds. Where a member keeps to no rule, records that nobody computed may be
    /// taken up with a model that fits them: there, no more is asked than that nobody goes back.
    fn hold(&mut self, life: Life, session: SessionId, record: &RoundRecord) {
        if !self.all_keep_to_the_rules {
            return;
        }
        if let Err(wrong) = self.reference.held(life, session, record) {
            panic!("{:?} holds a record that cannot be: {wrong}", life.host);
        }
    }

    /// A device's engine was told what it has learnt.
    pub(crate) fn made(&mut self, by: PeerId, update: &[u8], samples: u32, spent: Option<&Spent>) {
        self.reference.made(by, update, samples);
        if let Some(spent) = spent {
            self.newest_prices.insert(by, spent.account.clone());
            self.prices.insert(update_name(by, update), spent.account.clone());
        }
    }

    /// A device's workbench has put masks on what it has learnt, or taken masks off a sum.
    pub(crate) fn shown(&mut self, by: PeerId, shown: &Shown) {
        match &shown.answer {
            Answer::Masked(update) => {
                let name = update_name(by, update);
                self.masked.insert(name);
                if let Some(price) = self.newest_prices.get(&by) {
                    self.prices.insert(name, price.clone());
                }
                self.reference.masked(by, update, shown.change.clone());
            }
            Answer::Sum(sum) => self.reference.sum(sum),
            _ => {}
        }
    }

    /// An honest device has sent a part of a value: where only sums are seen, updates are what its workbench has masked, or
    /// nothing.
    pub(crate) fn sent_value(&mut self, life: Life, connection: ConnectionId, frame: &[u8]) {
        let value = self.values.entry((life, connection)).or_default();
        let Ok(Some(value)) = value.accept(frame, limits::BULK_VALUE_BYTES_MAX) else { return };
        let Ok(BulkMessage::Update { session, owner, update }) = BulkMessage::decode(&value) else {
            return;
        };
        let is_open = !self.reference.is_masked(session);
        let is_masked = update.is_empty() || self.masked.contains(&update_name(owner, &update));
        assert!(is_open || is_masked, "{:?} shows an update that has no mask", life.host);
        self.masked_values += u64::from(!is_open && !update.is_empty());
    }

    /// Updates under masks that were sent.
    pub(crate) fn masked_values(&self) -> u64 {
        self.masked_values
    }

    /// The account that has an update's price on it.
    pub(crate) fn price_of(&self, update: Hash) -> Option<&[u8]> {
        self.prices.get(&update).map(Vec::as_slice)
    }

    /// Records that were computed again and found right, and records of which too little was seen.
    pub(crate) fn judged_records(&self) -> (u64, u64) {
        self.reference.judged()
    }

    /// From here on, a member sends what its engine has not said.
    pub(crate) fn expect_noise(&mut self) {
        self.all_keep_to_the_rules = false;
    }

    /// A device has announced an event.
    pub(crate) fn event(&mut self, hosts: &[Host], id: HostId, event: &Event) {
        // Of liars as well: their engines keep to the protocol, and their records are judged.
        if let Event::SessionStarted { session } = event {
            let life = Life { host: id, number: hosts[id.0].lives };
            self.reference.began(life, *session);
        }
        if !hosts[id.0].is_honest() {
            return;
        }
        match event {
            Event::Message { from, text } => {
                if let Some(from) = host_of(hosts, *from).filter(|from| hosts[from.0].is_honest()) {
                    let count = self.announced.entry((id, from, text.clone())).or_default();
                    *count += 1;
                    assert!(
                        *count == 1 || hosts[id.0].storage_failed,
                        "{id:?} announced `{text}` {count} times"
                    );
                }
            }
            Event::MessageDelivered { to, id: number } => {
                if let Some(to) = host_of(hosts, *to) {
                    self.delivered.insert((id, to, *number));
                }
            }
            Event::Answered { result: Ok(peer::Answer::Created { network, .. }), .. }
                if *network == self.network =>
            {
                // An owner makes a cluster only if it is not there.
                let is_new = self.created.insert(id);
                assert!(
                    is_new || hosts[id.0].storage_failed,
                    "{id:?} lost its cluster, which it had announced"
                );
            }
            _ => {}
        }
    }

    /// A device has come back: what it promised before must be there.
    pub(crate) fn booted(&self, hosts: &[Host], id: HostId) {
        self.check_texts(hosts, id);
    }

    /// Every text that its sender was told is stored must be there, once.
    pub(crate) fn check_texts(&self, hosts: &[Host], id: HostId) {
        let host = &hosts[id.0];
        let Some(page) = host.page.as_ref().filter(|_| host.is_honest() && !host.storage_failed)
        else {
            return;
        };
        let view = page.engine.view();
        if view.room.is_none() {
            return;
        }
        for (from, _, number) in self.delivered.iter().filter(|(_, to, _)| *to == id) {
            let sender = hosts[from.0].peer;
            let held = view.messages.iter().filter(|m| Some(m.from) == sender && m.id == *number);
            let count = held.count();
            assert!(
                count == 1 || hosts[from.0].storage_failed,
                "{id:?} holds text {number} of {from:?} {count} times, which it had acknowledged"
            );
        }
    }

    /// No two honest devices may sign different records for one session, round, parent and decision.
    fn compare_signed(&mut self) {
        let Self { records, signed, outcomes, .. } = self;
        signed.retain(|(session, hash, host)| {
            let Some(record) = records.get(hash) else {
                return true;
            };
            let nameless = RoundRecord {
                decision: record.decision.clone(),
                model: Hash::from_bytes([0; 32]),
                cumulative_samples: 0,
                standings: Vec::new(),
                draw: 0,
                name: RecordName::default(),
            };
            let outcome = outcomes.entry((*session, nameless.hash())).or_insert((*hash, *host));
            assert!(
                outcome.0 == *hash,
                "{host:?} signed record {} and {:?} record {} for round {} with one decision",
                hash.short(),
                outcome.1,
                outcome.0.short(),
                record.decision.round
            );
            false
        });
    }
}

/// The device behind a peer.
pub(crate) fn host_of(hosts: &[Host], peer: units::PeerId) -> Option<HostId> {
    hosts.iter().find(|host| host.peer == Some(peer)).map(|host| host.id)
}
