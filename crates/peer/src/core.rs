//! What every part of the engine shares: identity, randomness, the outbox, and storage that answers.

use crate::{
    config::Limits,
    event::Event,
    io::{ConnectionId, ConnectionOutput, Output, SignalingOutput},
    job::{Job, JobId},
    records,
};
use ::core::time::Duration;
use protocol::{envelope::Instance, identity::Identity, signaling::Capability};
use rand_chacha::ChaCha20Rng;
use rand_core::Rng;
use serde::Serialize;
use std::collections::VecDeque;
use units::{Instant, PeerId, SessionId, SortedMap, UnixMillis};

/// The longest sentence that holds words of others: what a person reads, and little in a log.
const WORDS_CHARS_MAX: usize = 300;

/// A sentence with words of others, short and on one line, for a person to read.
pub(crate) fn printable(words: &str) -> String {
    words.chars().filter(|c| !c.is_control()).take(WORDS_CHARS_MAX).collect()
}

pub(crate) struct Core {
    pub identity: Identity,
    pub me: PeerId,
    pub instance: Instance,
    pub capability: Capability,
    pub limits: Limits,
    pub rng: ChaCha20Rng,
    outbox: VecDeque<Output>,
    waiting_for_storage: SortedMap<String, VecDeque<Vec<OnStored>>>,
    next_job: u64,
    next_connection: u64,
    signal_sequence: u64,
    /// Bytes of rumours that neighbours were sent.
    pub rumour_bytes: u64,
    rumour_sequence: u64,
    /// The newest text's number. Receivers take a lower one for a repeat, so it grows from one room to the next, and
    /// from one life to the next, because lives do.
    pub newest_text: u64,
    started_at: UnixMillis,
    clock_origin: Instant,
}

/// What is done once a write has been answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum OnStored {
    /// Announce it.
    Announce(Event),
    /// Tell the sender of a text that it is stored.
    AcknowledgeText { from: PeerId, id: u64 },
    /// Let a session go on with an update whose price is stored.
    PromiseUpdate { session: SessionId, number: u64 },
}

impl OnStored {
    /// Whether it must wait for a write that succeeds, because it says that a text is stored.
    pub(crate) fn is_promise(&self) -> bool {
        matches!(self, Self::AcknowledgeText { .. } | Self::Announce(Event::Message { .. }))
    }
}

impl Core {
    pub(crate) fn new(
        identity: Identity,
        instance: Instance,
        capability: Capability,
        limits: Limits,
        rng: ChaCha20Rng,
        started_at: UnixMillis,
        clock_origin: Instant,
    ) -> Self {
        Self {
            me: identity.peer_id(),
            identity,
            instance,
            capability,
            limits,
            rng,
            outbox: VecDeque::new(),
            waiting_for_storage: SortedMap::new(),
            next_job: 0,
            next_connection: 0,
            signal_sequence: 0,
            rumour_bytes: 0,
            rumour_sequence: 0,
            newest_text: instance.0.saturating_mul(1_000),
            started_at,
            clock_origin,
        }
    }

    pub(crate) fn pop_output(&mut self) -> Option<Output> {
        self.outbox.pop_front()
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.outbox.push_back(Output::Event(event));
    }

    pub(crate) fn problem(&mut self, code: &str, message: String) {
        self.event(Event::Problem { code: code.to_owned(), message });
    }

    /// Grows from one start of a session to the next, and from one life of the peer to the next, because instances start at
    /// the wall clock.
    pub(crate) fn session_life(&self, now: Instant) -> u64 {
        let since_start = now.saturating_duration_since(self.clock_origin).as_millis();
        self.instance.0.saturating_add(u64::try_from(since_start).unwrap_or(u64::MAX))
    }

    pub(crate) fn signaling(&mut self, output: SignalingOutput) {
        self.outbox.push_back(Output::Signaling(output));
    }

    pub(crate) fn connection(&mut self, id: ConnectionId, output: ConnectionOutput) {
        self.outbox.push_back(Output::Connection(id, output));
    }

    pub(crate) fn job(&mut self, job: Job) -> JobId {
        let id = JobId(self.next_job);
        self.next_job += 1;
        self.outbox.push_back(Output::Job(id, job));
        id
    }

    /// Writes a record; `then` happens once storage has answered.
    pub(crate) fn store<T: Serialize>(&mut self, key: String, content: &T, then: Vec<OnStored>) {
        self.waiting_for_storage.entry(key.clone()).or_default().push_back(then);
        self.outbox.push_back(Output::Store { key, value: Some(records::seal(content)) });
    }

    pub(crate) fn forget(&mut self, key: String) {
        self.waiting_for_storage.entry(key.clone()).or_default().push_back(Vec::new());
        self.outbox.push_back(Output::Store { key, value: None });
    }

    /// What was waiting for the oldest unanswered write to `key`.
    pub(crate) fn stored(&mut self, key: &str) -> Vec<OnStored> {
        let Some(writes) = self.waiting_for_storage.get_mut(key) else { return Vec::new() };
        let then = writes.pop_front().unwrap_or_default();
        if writes.is_empty() {
            self.waiting_for_storage.remove(key);
        }
        then
    }

    pub(crate) fn next_connection(&mut self) -> ConnectionId {
        self.next_connection += 1;
        ConnectionId(self.next_connection)
    }

    pub(crate) fn next_signal_sequence(&mut self) -> u64 {
        self.signal_sequence += 1;
        self.signal_sequence
    }

    pub(crate) fn next_rumour_sequence(&mut self) -> u64 {
        self.rumour_sequence += 1;
        self.rumour_sequence
    }

    /// The number of a new text.
    pub(crate) fn next_text(&mut self) -> u64 {
        self.newest_text += 1;
        self.newest_text
    }

    pub(crate) fn random_bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }

    pub(crate) fn random_u64(&mut self) -> u64 {
        self.rng.next_u64()
    }

    /// The wait before try number `failures + 1`: doubled with each failure, up to a quarter longer by chance so that
    /// a room does not come back all at once.
    pub(crate) fn backoff(&mut self, failures: u32) -> Duration {
        let doubled = self.limits.retry_min.saturating_mul(1 << failures.min(10));
        let wait = doubled.min(self.limits.retry_max);
        wait + wait.mul_f64((self.random_u64() % 256) as f64 / 1024.0)
    }

    pub(crate) fn wall_clock(&self, now: Instant) -> UnixMillis {
        let since = now.saturating_duration_since(self.clock_origin).as_millis() as u64;
        UnixMillis(self.started_at.0 + since)
    }
}
