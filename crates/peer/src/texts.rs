//! Direct messages: stored before they are acknowledged, sent again until they are.

use crate::{
    core::{Core, OnStored},
    event::Event,
    records::{MessagesRecord, messages_key},
    view::MessageView,
};
use std::collections::BTreeMap;
use units::{Instant, PeerId, RoomId};

/// Senders whose newest number is remembered.
const SENDERS_MAX: usize = 256;

/// The texts of one room.
pub(crate) struct Texts {
    room: RoomId,
    messages: Vec<MessageView>,
    newest_heard: BTreeMap<PeerId, u64>,
    newest_sent: u64,
    /// What waits for a write that succeeds, after one that failed.
    promises: Vec<OnStored>,
    write_again_at: Option<Instant>,
}

impl Texts {
    pub(crate) fn new(room: RoomId, record: MessagesRecord, core: &Core) -> Self {
        Self {
            room,
            messages: record.messages,
            newest_heard: record.newest_heard.into_iter().collect(),
            // Numbers grow from one life to the next, because lives do.
            newest_sent: core.instance.0.saturating_mul(1_000),
            promises: Vec::new(),
            write_again_at: None,
        }
    }

    /// The name of the record.
    pub(crate) fn key(&self) -> String {
        messages_key(self.room)
    }

    /// A write has failed: what it was to promise is kept for a later one. Promises beyond two for every text that is
    /// kept are dropped, and made when the sender repeats its text.
    pub(crate) fn keep(&mut self, now: Instant, promises: Vec<OnStored>, core: &Core) {
        if !promises.is_empty() {
            self.promises.extend(promises);
            self.promises.truncate(2 * core.limits.messages);
            self.write_again_at = Some(now + core.limits.retry_max);
        }
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.write_again_at
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, core: &mut Core) {
        if self.write_again_at.is_some_and(|at| now >= at) {
            self.save(Vec::new(), core);
        }
    }

    pub(crate) fn messages(&self) -> &[MessageView] {
        &self.messages
    }

    /// Notes a text to `to`; returns its number.
    pub(crate) fn compose(&mut self, now: Instant, to: PeerId, text: &str, core: &mut Core) -> u64 {
        self.newest_sent += 1;
        let (id, from, at) = (self.newest_sent, core.me, core.wall_clock(now));
        let text = text.to_owned();
        self.push(MessageView { id, from, to, text, at, delivered: false }, core);
        self.save(Vec::new(), core);
        id
    }

    /// Texts to `to` that it has not acknowledged, oldest first.
    pub(crate) fn undelivered(&self, core: &Core, to: PeerId) -> Vec<(u64, String)> {
        let mine = |m: &&MessageView| m.from == core.me && m.to == to && !m.delivered;
        self.messages.iter().filter(mine).map(|m| (m.id, m.text.clone())).collect()
    }

    /// A text has arrived. It is announced and acknowledged once it is stored; a repeat is only acknowledged.
    pub(crate) fn receive(
        &mut self,
        now: Instant,
        from: PeerId,
        id: u64,
        text: String,
        core: &mut Core,
    ) {
        let newest = self.newest_heard.get(&from).copied().unwrap_or(0);
        let mut then = vec![OnStored::AcknowledgeText { from, id }];
        if id > newest {
            if self.newest_heard.len() >= SENDERS_MAX && !self.newest_heard.contains_key(&from) {
                self.newest_heard.pop_first();
            }
            self.newest_heard.insert(from, id);
            then.insert(0, OnStored::Announce(Event::Message { from, text: text.clone() }));
            let (to, at) = (core.me, core.wall_clock(now));
            self.push(MessageView { id, from, to, text, at, delivered: true }, core);
        }
        self.save(then, core);
    }

    /// The receiver has stored a text. `true` if that is news.
    pub(crate) fn delivered(&mut self, to: PeerId, id: u64, core: &mut Core) -> bool {
        let mine = |m: &&mut MessageView| m.to == to && m.id == id && !m.delivered;
        let me = core.me;
        let Some(message) = self.messages.iter_mut().filter(|m| m.from == me).find(mine) else {
            return false;
        };
        message.delivered = true;
        self.save(Vec::new(), core);
        true
    }

    fn push(&mut self, message: MessageView, core: &Core) {
        if self.messages.len() >= core.limits.messages {
            self.messages.remove(0);
        }
        self.messages.push(message);
    }

    fn save(&mut self, then: Vec<OnStored>, core: &mut Core) {
        self.write_again_at = None;
        let mut promises = std::mem::take(&mut self.promises);
        promises.extend(then);
        let newest_heard = self.newest_heard.iter().map(|(peer, id)| (*peer, *id)).collect();
        let record = MessagesRecord { messages: self.messages.clone(), newest_heard };
        core.store(self.key(), &record, promises);
    }
}
