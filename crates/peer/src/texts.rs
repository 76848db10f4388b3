//! Direct messages: stored before they are acknowledged, sent again until they are.

use crate::{
    core::{Core, OnStored},
    event::Event,
    records::{MessagesRecord, messages_key},
    view::MessageView,
};
use units::{Instant, PeerId, RoomId, SortedMap};

/// Senders whose newest number is remembered.
const SENDERS_MAX: usize = 256;

/// The texts of one room.
pub(crate) struct Texts {
    room: RoomId,
    messages: Vec<MessageView>,
    newest_heard: SortedMap<PeerId, u64>,
    /// What waits for a write that succeeds, after one that failed or while one is under way.
    promises: Vec<OnStored>,
    write_again_at: Option<Instant>,
    writes_under_way: u32,
    /// Whether something has changed that no write holds yet.
    changed: bool,
}

impl Texts {
    pub(crate) fn new(room: RoomId, record: MessagesRecord, core: &mut Core) -> Self {
        let mine = record.messages.iter().filter(|message| message.from == core.me);
        core.newest_text = mine.map(|message| message.id).fold(core.newest_text, u64::max);
        Self {
            room,
            messages: record.messages,
            newest_heard: record.newest_heard.into_iter().collect(),
            promises: Vec::new(),
            write_again_at: None,
            writes_under_way: 0,
            changed: false,
        }
    }

    /// The name of the record.
    pub(crate) fn key(&self) -> String {
        messages_key(self.room)
    }

    /// A write has been answered. If it failed, what it was to promise is kept for a later one.
    pub(crate) fn written(
        &mut self,
        now: Instant,
        stored: bool,
        promises: Vec<OnStored>,
        core: &mut Core,
    ) {
        self.writes_under_way = self.writes_under_way.saturating_sub(1);
        if !stored {
            self.promise(promises, core);
            self.write_again_at = Some(now + core.limits.retry_max);
        } else if self.changed && self.writes_under_way == 0 && self.write_again_at.is_none() {
            self.write(core);
        }
    }

    /// Promises beyond two for every text that is kept are dropped, and made when the sender repeats its text.
    fn promise(&mut self, promises: Vec<OnStored>, core: &Core) {
        self.promises.extend(promises);
        self.promises.truncate(2 * core.limits.messages);
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.write_again_at
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, core: &mut Core) {
        if self.write_again_at.is_some_and(|at| now >= at) {
            self.write(core);
        }
    }

    pub(crate) fn messages(&self) -> &[MessageView] {
        &self.messages
    }

    /// Notes a text to `to`, which is called `name`; returns its number.
    pub(crate) fn compose(
        &mut self,
        now: Instant,
        to: PeerId,
        name: String,
        text: &str,
        core: &mut Core,
    ) -> u64 {
        let id = core.next_text();
        self.note_own(now, id, Some(to), name, text, core);
        id
    }

    /// Notes a text to everyone in a room that is no full mesh.
    pub(crate) fn compose_for_all(&mut self, now: Instant, id: u64, text: &str, core: &mut Core) {
        self.note_own(now, id, None, String::new(), text, core);
    }

    fn note_own(
        &mut self,
        now: Instant,
        id: u64,
        to: Option<PeerId>,
        name: String,
        text: &str,
        core: &mut Core,
    ) {
        let (from, at, text) = (core.me, core.wall_clock(now), text.to_owned());
        self.push(MessageView { id, from, to, name, text, at, delivered: false }, core);
        self.write(core);
    }

    /// Texts to `to` that it has not acknowledged, oldest first.
    pub(crate) fn undelivered(&self, core: &Core, to: PeerId) -> Vec<(u64, String)> {
        let mine = |m: &&MessageView| m.from == core.me && m.to == Some(to) && !m.delivered;
        self.messages.iter().filter(mine).map(|m| (m.id, m.text.clone())).collect()
    }

    /// A text has arrived. It is announced and acknowledged once it is stored; a repeat is only acknowledged.
    pub(crate) fn receive(
        &mut self,
        now: Instant,
        from: PeerId,
        name: String,
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
            let (to, at) = (Some(core.me), core.wall_clock(now));
            let message = MessageView { id, from, to, name, text, at, delivered: true };
            then.insert(0, self.note_others(message, core));
        }
        self.save(then, core);
    }

    /// A text to everyone has arrived. Rumours overtake each other, so that its number says nothing of a repeat; after a
    /// reload the texts that are kept do.
    pub(crate) fn receive_for_all(
        &mut self,
        now: Instant,
        from: PeerId,
        name: String,
        id: u64,
        text: String,
        core: &mut Core,
    ) {
        let mut then = vec![OnStored::AcknowledgeText { from, id }];
        if !self.messages.iter().any(|known| known.from == from && known.id == id) {
            let at = core.wall_clock(now);
            let message = MessageView { id, from, to: None, name, text, at, delivered: true };
            then.insert(0, self.note_others(message, core));
        }
        self.save(then, core);
    }

    fn note_others(&mut self, message: MessageView, core: &Core) -> OnStored {
        let (from, text) = (message.from, message.text.clone());
        self.push(message, core);
        OnStored::Announce(Event::Message { from, text })
    }

    /// The receiver has stored a text. `true` if that is news.
    pub(crate) fn delivered(&mut self, to: PeerId, id: u64, core: &mut Core) -> bool {
        let mine = |m: &&mut MessageView| {
            m.to.is_none_or(|receiver| receiver == to) && m.id == id && !m.delivered
        };
        let me = core.me;
        let Some(message) = self.messages.iter_mut().filter(|m| m.from == me).find(mine) else {
            return false;
        };
        message.delivered = true;
        self.save(Vec::new(), core);
        true
    }

    /// Adds a text. In a full list, the oldest goes of the peer that there are most texts with, and of those one that was
    /// delivered: whoever floods this device pushes nobody else's texts out.
    fn push(&mut self, message: MessageView, core: &Core) {
        if self.messages.len() >= core.limits.messages {
            // What is said to everyone counts as one peer: it may be said by any number of them.
            let other =
                |m: &MessageView| m.to.map(|to| if m.from == core.me { to } else { m.from });
            let mut counts: SortedMap<Option<PeerId>, usize> = SortedMap::new();
            for known in &self.messages {
                *counts.entry(other(known)).or_default() += 1;
            }
            let most = counts.into_iter().max_by_key(|(_, count)| *count).map(|(peer, _)| peer);
            let of_most = |m: &MessageView| Some(other(m)) == most;
            let delivered = self.messages.iter().position(|m| of_most(m) && m.delivered);
            let oldest = delivered.or_else(|| self.messages.iter().position(of_most));
            self.messages.remove(oldest.unwrap_or(0));
        }
        self.messages.push(message);
    }

    /// What others send is written when the write before it has been answered, many texts at once if there are many.
    fn save(&mut self, then: Vec<OnStored>, core: &mut Core) {
        self.promise(then, core);
        self.changed = true;
        if self.writes_under_way == 0 {
            self.write(core);
        }
    }

    fn write(&mut self, core: &mut Core) {
        self.write_again_at = None;
        self.changed = false;
        self.writes_under_way += 1;
        let promises = std::mem::take(&mut self.promises);
        let newest_heard = self.newest_heard.iter().map(|(peer, id)| (*peer, *id)).collect();
        let record = MessagesRecord { messages: self.messages.clone(), newest_heard };
        core.store(self.key(), &record, promises);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Limits, io::Output};
    use protocol::{envelope::Instance, identity::Identity, signaling::Capability};
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;
    use units::UnixMillis;

    fn core(messages: usize) -> Core {
        let limits = Limits { messages, ..Limits::default() };
        let rng = ChaCha20Rng::from_seed([3; 32]);
        let (started_at, now) = (UnixMillis(5_000), Instant::ZERO);
        let me = Identity::from_seed([1; 32]);
        Core::new(me, Instance(5_000), Capability::default(), limits, rng, started_at, now)
    }

    fn texts(core: &mut Core) -> Texts {
        Texts::new(RoomId::from_bytes([1; 16]), MessagesRecord::default(), core)
    }

    fn peer(number: u8) -> PeerId {
        PeerId::from_bytes([number; 32])
    }

    fn writes(core: &mut Core) -> usize {
        let outputs = core::iter::from_fn(|| core.pop_output());
        outputs.filter(|output| matches!(output, Output::Store { .. })).count()
    }

    #[test]
    fn who_floods_this_device_pushes_nobody_elses_texts_out() {
        let mut core = core(10);
        let mut texts = texts(&mut core);
        texts.receive(
            Instant::ZERO,
            peer(2),
            String::new(),
            1,
            "from a friend".to_owned(),
            &mut core,
        );
        texts.compose(Instant::ZERO, peer(3), String::new(), "to a friend", &mut core);
        texts.compose(Instant::ZERO, peer(9), String::new(), "to the flood", &mut core);
        for id in 1..100 {
            texts.receive(Instant::ZERO, peer(9), String::new(), id, "flood".to_owned(), &mut core);
        }
        let kept: Vec<&str> = texts.messages().iter().map(|m| m.text.as_str()).collect();
        assert_eq!(kept[..3], ["from a friend", "to a friend", "to the flood"]);
        assert_eq!(kept.len(), 10);
    }

    #[test]
    fn texts_that_come_while_one_is_written_are_written_together() {
        let mut core = core(200);
        let mut texts = texts(&mut core);
        for id in 1..100 {
            texts.receive(Instant::ZERO, peer(9), String::new(), id, "flood".to_owned(), &mut core);
        }
        assert_eq!(writes(&mut core), 1);
        let promised = core.stored(&texts.key()).len();
        texts.written(Instant::ZERO, true, Vec::new(), &mut core);
        assert_eq!(writes(&mut core), 1);
        assert_eq!(promised + core.stored(&texts.key()).len(), 2 * 99, "announced, acknowledged");
        texts.written(Instant::ZERO, true, Vec::new(), &mut core);
        assert_eq!(writes(&mut core), 0);
    }

    #[test]
    fn numbers_grow_even_if_the_clock_was_set_back() {
        let mut core = core(200);
        let mut earlier = texts(&mut core);
        let last = (0..2_000)
            .map(|_| earlier.compose(Instant::ZERO, peer(2), String::new(), "a", &mut core))
            .last();
        let record = MessagesRecord { messages: earlier.messages, newest_heard: Vec::new() };
        let mut core = self::core(200);
        let mut later = Texts::new(RoomId::from_bytes([1; 16]), record, &mut core);
        assert!(Some(later.compose(Instant::ZERO, peer(2), String::new(), "b", &mut core)) > last);
    }

    #[test]
    fn numbers_grow_from_one_stay_in_a_room_to_the_next() {
        let mut core = core(200);
        let first = texts(&mut core).compose(Instant::ZERO, peer(2), String::new(), "a", &mut core);
        let second =
            texts(&mut core).compose(Instant::ZERO, peer(2), String::new(), "b", &mut core);
        assert!(second > first);
    }
}
