//! What is kept, from the log and into it.

use super::{
    Consolidation, Kept, Library, News, Outcome, consolidation::Aside, exchange::Exchange,
    siblings::Siblings, words::Words,
};
use crate::{
    capsule::{Capsule, Content, Draft, Embedding, Event, InvalidCapsule, Keyring, Privacy, Space},
    limits,
    log::{self, Entry, HEADER, InvalidLog},
};
use protocol::identity::Identity;
use std::collections::{BTreeMap, btree_map};
use units::{Hash, PeerId, SortedMap, UnixMillis};

/// A log is written anew when it would be half as long, and is long enough for that to matter.
const REWRITE_BYTES_MIN: u64 = 1 << 20;

/// What a log takes to say that a capsule was forgotten.
const FORGOTTEN_BYTES: usize = 48;

/// What a log had to say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Opened {
    /// Capsules that are kept.
    pub capsules: u32,
    /// Entries that could not be read, and are left out.
    pub damaged: u32,
    /// What is whole of the log: whatever stands behind is to be cut off before anything is written.
    pub whole_bytes: u64,
}

/// Why a capsule is not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeepError {
    /// It is not what it says.
    #[error(transparent)]
    Invalid(#[from] InvalidCapsule),
    /// It was taken away here.
    #[error("capsule {} was forgotten on this device", capsule.short())]
    Forgotten {
        /// Which.
        capsule: Hash,
    },
    /// There is no room.
    #[error(
        "{} capsules, or {} MiB of them, are as many as a device keeps: forget some first",
        limits::CAPSULES_MAX, limits::KEPT_BYTES_MAX >> 20
    )]
    Full,
    /// There is no room for more of one device's.
    #[error("{} capsules are as many as a device keeps for {}", limits::CAPSULES_OF_ANOTHER_MAX, peer.short())]
    FullOf {
        /// Whose.
        peer: PeerId,
    },
    /// It is somebody's for themselves.
    #[error("capsule {} is personal: it stays on its owner's devices", capsule.short())]
    Personal {
        /// Which.
        capsule: Hash,
    },
    /// Nothing of that name is kept.
    #[error("this device has no capsule {}", capsule.short())]
    Unknown {
        /// The name.
        capsule: Hash,
    },
}

impl Library {
    /// The library of a device as its log left it; an empty log is a new one.
    ///
    /// # Errors
    /// [`InvalidLog`]: such a file must not be written to.
    pub fn open(
        owner: Identity,
        keyring: impl Into<Keyring>,
        bytes: &[u8],
    ) -> Result<(Self, Opened), InvalidLog> {
        Ok(Self::of_log(owner, keyring.into(), log::read(bytes)?))
    }

    /// The same of a log that was read.
    pub(crate) fn of_log(owner: Identity, keyring: Keyring, read: log::Read<'_>) -> (Self, Opened) {
        let words = Words::new(keyring.newest().secret_number(b"words"));
        let mut library = Self {
            owner,
            keyring,
            kept: Vec::with_capacity(read.entries.len()),
            keys: BTreeMap::new(),
            forgotten: BTreeMap::new(),
            places: SortedMap::new(),
            words,
            model: None,
            whole: None,
            given: SortedMap::new(),
            exchange: Exchange::default(),
            siblings: Siblings::default(),
            person: None,
            consolidation: None,
            log_bytes: read.whole_bytes as u64,
            live_bytes: HEADER.len() as u64,
            outcome: Outcome::default(),
        };
        let mut damaged = read.damaged;
        for entry in read.entries {
            damaged += u32::from(!library.take_up(entry));
        }
        if read.whole_bytes == 0 {
            library.outcome.append = HEADER.to_vec();
            library.log_bytes = HEADER.len() as u64;
        }
        let capsules = library.keys.len() as u32;
        let opened = Opened { capsules, damaged, whole_bytes: read.whole_bytes as u64 };
        (library, opened)
    }

    /// Takes up what the log says; `false` if it makes no sense.
    fn take_up(&mut self, entry: Entry<'_>) -> bool {
        let log_bytes = |capsule: &[u8]| capsule.len() as u32;
        match entry {
            Entry::Kept { capsule: bytes, from } => {
                let Ok((id, capsule)) = Capsule::decode_own(&bytes) else { return false };
                self.shelve(id, capsule, from, log_bytes(&bytes));
            }
            Entry::Sealed(bytes) => {
                let opened = self.keyring.open(&bytes).ok();
                let read = opened.and_then(|it| Capsule::decode_own(&it).ok());
                let Some((id, capsule)) = read else { return false };
                self.shelve(id, capsule, None, log_bytes(&bytes));
            }
            Entry::Forgotten { capsule, asks_others } => {
                self.unshelve(capsule);
                self.forgotten.insert(capsule, asks_others);
            }
            Entry::Used { capsule, at } => self.note_use(capsule, at),
            Entry::Aside { capsule, at, into } => self.set_aside(capsule, Some(Aside { at, into })),
            Entry::Restored(capsule) => self.set_aside(capsule, None),
            Entry::Consolidated { at } => {
                self.consolidation = Some(Consolidation { at, ..Consolidation::default() });
            }
            Entry::Person(bytes) => self.person = Some(bytes.into_owned()),
        }
        true
    }

    /// Makes a capsule and keeps it. What is there already is used once more.
    ///
    /// # Errors
    /// [`KeepError::Full`].
    pub fn remember(&mut self, draft: Draft, now: UnixMillis) -> Result<Hash, KeepError> {
        let space = self.model.as_ref().map_or(Space(0), super::space_of);
        let embedding = self.embed_content(draft.content());
        let embedding = embedding.unwrap_or(Embedding::none(space));
        self.remember_at(draft, embedding, now)
    }

    /// The same for what has an embedding of its own.
    ///
    /// # Errors
    /// [`KeepError::Full`].
    pub fn remember_at(
        &mut self,
        draft: Draft,
        embedding: Embedding,
        now: UnixMillis,
    ) -> Result<Hash, KeepError> {
        if !self.has_room() {
            return Err(KeepError::Full);
        }
        let novelty = self.novelty(&embedding);
        let capsule = draft.seal(&self.owner, embedding, novelty, now);
        let id = capsule.id();
        self.keep(capsule, None);
        Ok(id)
    }

    /// How far something lies from all that is known, of 100.
    fn novelty(&self, embedding: &Embedding) -> u8 {
        let places = self.places.get(&embedding.space);
        let nearest =
            places.and_then(|places| places.near(embedding, 1, |_| true).into_iter().next());
        let similarity = nearest.map_or(0.0, |near| near.similarity.clamp(0.0, 1.0));
        ((1.0 - similarity) * 100.0) as u8
    }

    /// Keeps a capsule that another device has given; says its name, and whether it is new here.
    ///
    /// # Errors
    /// [`KeepError`].
    pub fn receive(&mut self, from: PeerId, bytes: &[u8]) -> Result<(Hash, bool), KeepError> {
        let capsule = Capsule::decode(bytes)?;
        let id = capsule.id();
        if self.keys.contains_key(&id) {
            return Ok((id, false));
        }
        if capsule.head().privacy == Privacy::Personal {
            return Err(KeepError::Personal { capsule: id });
        }
        if self.forgotten.contains_key(&id) {
            return Err(KeepError::Forgotten { capsule: id });
        }
        if !self.has_room() {
            return Err(KeepError::Full);
        }
        let given = self.given.get(&from).copied().unwrap_or_default();
        if given as usize >= limits::CAPSULES_OF_ANOTHER_MAX {
            return Err(KeepError::FullOf { peer: from });
        }
        self.keep(capsule, Some(from));
        Ok((id, true))
    }

    /// Whether another capsule may be kept.
    pub(super) fn has_room(&self) -> bool {
        self.keys.len() < limits::CAPSULES_MAX && self.live_bytes < limits::KEPT_BYTES_MAX
    }

    pub(super) fn keep(&mut self, capsule: Capsule, from: Option<PeerId>) {
        let entry = match capsule.head().privacy {
            Privacy::Personal => Entry::Sealed(self.keyring.seal(&capsule).into()),
            _ => Entry::Kept { capsule: capsule.encode().into(), from },
        };
        let log_bytes = self.write(&entry);
        let id = capsule.id();
        self.shelve(id, capsule, from, log_bytes);
        self.outcome.news.push(News::Kept { capsule: id, from });
        self.tell_siblings(vec![id], Vec::new());
    }

    /// Forgets a capsule on this device. If it was this device's own and others may have it, they are asked to forget it too.
    ///
    /// # Errors
    /// [`KeepError::Unknown`].
    pub fn forget(&mut self, id: Hash) -> Result<(), KeepError> {
        match self.forget_all(&[id]) {
            0 => Err(KeepError::Unknown { capsule: id }),
            _ => Ok(()),
        }
    }

    /// The same for several at once; says how many of them were there.
    pub(super) fn forget_all(&mut self, ids: &[Hash]) -> u32 {
        let mut forgotten = Vec::new();
        for id in ids {
            let Some(kept) = self.get(*id) else { continue };
            let head = kept.capsule.head();
            let asks_others = head.owner == self.me() && super::may_leave(head.privacy);
            self.drop_from_shelf(*id, asks_others);
            if asks_others {
                self.ask_to_forget(*id);
            }
            forgotten.push(*id);
        }
        if !forgotten.is_empty() {
            // What was forgotten is not to lie about in a file.
            self.rewrite();
        }
        for gone in forgotten.chunks(limits::LISTED_MAX) {
            self.tell_siblings(Vec::new(), gone.to_vec());
        }
        forgotten.len() as u32
    }

    pub(super) fn drop_for_good(&mut self, id: Hash, asks_others: bool) {
        self.drop_from_shelf(id, asks_others);
        // As there.
        self.rewrite();
        self.tell_siblings(Vec::new(), vec![id]);
    }

    fn drop_from_shelf(&mut self, id: Hash, asks_others: bool) {
        // Whoever gives and takes back without end does not fill this device with names.
        if asks_others || self.forgotten.len() < limits::FORGOTTEN_MAX {
            self.write(&Entry::Forgotten { capsule: id, asks_others });
            self.forgotten.insert(id, asks_others);
        }
        self.unshelve(id);
        self.outcome.news.push(News::Forgotten { capsule: id });
    }

    /// Somebody has made use of a capsule.
    pub fn use_capsule(&mut self, id: Hash, now: UnixMillis) {
        if self.keys.contains_key(&id) {
            self.write(&Entry::Used { capsule: id, at: now });
            self.note_use(id, now);
            self.rewrite_if_long();
        }
    }

    fn note_use(&mut self, id: Hash, at: UnixMillis) {
        let Some(key) = self.keys.get(&id) else { return };
        if let Some(Some(kept)) = self.kept.get_mut(*key as usize) {
            kept.uses = kept.uses.saturating_add(1);
            kept.used_at = kept.used_at.max(at);
        }
    }

    fn shelve(&mut self, id: Hash, capsule: Capsule, from: Option<PeerId>, log_bytes: u32) {
        let key = self.kept.len() as u32;
        let btree_map::Entry::Vacant(free) = self.keys.entry(id) else { return };
        free.insert(key);
        self.words.add(key, texts_to_find_by(&capsule));
        if let Some(from) = from {
            *self.given.entry(from).or_default() += 1;
        }
        self.live_bytes += u64::from(log_bytes);
        let used_at = capsule.head().made_at;
        self.kept.push(Some(Kept { capsule, from, used_at, uses: 0, aside: None, log_bytes }));
        self.place(key);
    }

    pub(super) fn unshelve(&mut self, id: Hash) {
        let Some(key) = self.keys.remove(&id) else { return };
        let Some(kept) = self.kept.get_mut(key as usize).and_then(Option::take) else { return };
        self.live_bytes -= u64::from(kept.log_bytes);
        self.places.values_mut().for_each(|places| places.remove(key));
        self.forget_what_was_read(key);
        if let Some(given) = kept.from.and_then(|from| self.given.get_mut(&from)) {
            *given -= 1;
        }
    }

    /// Writes an entry; says how many bytes it takes.
    pub(super) fn write(&mut self, entry: &Entry<'_>) -> u32 {
        let frame = log::frame(entry);
        let bytes = frame.len() as u32;
        self.log_bytes += u64::from(bytes);
        match &mut self.outcome.rewrite {
            Some(log) => log.extend(frame),
            None => self.outcome.append.extend(frame),
        }
        bytes
    }

    pub(super) fn rewrite_if_long(&mut self) {
        let forgotten_bytes = self.forgotten.len() * FORGOTTEN_BYTES;
        let person_bytes = self.person.as_ref().map_or(0, Vec::len);
        let counts_bytes = self.live_bytes + (forgotten_bytes + person_bytes) as u64;
        if self.log_bytes > REWRITE_BYTES_MIN && self.log_bytes > 2 * counts_bytes {
            self.rewrite();
        }
    }

    /// Writes the log anew, with what counts and nothing else.
    pub(super) fn rewrite(&mut self) {
        let mut bytes = HEADER.to_vec();
        if let Some(person) = &self.person {
            bytes.extend(log::frame(&Entry::Person(person.into())));
        }
        for (id, asks_others) in self.forgotten.iter() {
            let entry = Entry::Forgotten { capsule: *id, asks_others: *asks_others };
            bytes.extend(log::frame(&entry));
        }
        for kept in self.kept.iter().flatten() {
            let entry = match kept.capsule.head().privacy {
                Privacy::Personal => Entry::Sealed(self.keyring.seal(&kept.capsule).into()),
                _ => Entry::Kept { capsule: kept.capsule.encode().into(), from: kept.from },
            };
            bytes.extend(log::frame(&entry));
            let used = Entry::Used { capsule: kept.capsule.id(), at: kept.used_at };
            (0..kept.uses.min(USES_KEPT)).for_each(|_| bytes.extend(log::frame(&used)));
            if let Some(Aside { at, into }) = kept.aside {
                let capsule = kept.capsule.id();
                bytes.extend(log::frame(&Entry::Aside { capsule, at, into }));
            }
        }
        if let Some(Consolidation { at, .. }) = self.consolidation {
            bytes.extend(log::frame(&Entry::Consolidated { at }));
        }
        self.log_bytes = bytes.len() as u64;
        self.outcome.append.clear();
        self.outcome.rewrite = Some(bytes);
    }
}

/// What a capsule is found by the words of: its text, or what it is where nobody has written one, and its tags.
pub(super) fn texts_to_find_by(capsule: &Capsule) -> impl Iterator<Item = &str> {
    let text = match &capsule.content {
        Content::Note(text) => text,
        Content::Episode(Event::SessionEnded { .. } | Event::AloneEnded { .. }) => {
            "session episode"
        }
        Content::Episode(_) => "episode",
        Content::Skill(_) => "skill nodes",
    };
    core::iter::once(text).chain(capsule.head().tags.iter().map(String::as_str))
}

/// Uses that a log written anew still tells of: more say no more.
const USES_KEPT: u32 = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capsule::PersonalKey;

    #[test]
    fn nobody_fills_a_log_until_it_cannot_be_read_any_more() {
        let open = |number: u8| {
            let owner = Identity::from_seed([number; 32]);
            let key = PersonalKey::from_bytes([number; 32]);
            Library::open(owner, key, &[]).expect("a new one").0
        };
        let (mut ours, mut theirs) = (open(1), open(2));
        let draft = || {
            let open = crate::masking::mask("bees sleep").expect("it is short");
            Draft::open(&open, []).expect("a note")
        };
        let id = theirs.remember(draft(), UnixMillis(1)).expect("there is room");
        let capsule = theirs.capsule(id).expect("it is kept").encode();
        ours.live_bytes = limits::KEPT_BYTES_MAX;
        assert_eq!(ours.receive(theirs.me(), &capsule), Err(KeepError::Full));
        assert_eq!(ours.remember(draft(), UnixMillis(1)), Err(KeepError::Full));
        ours.live_bytes -= 1;
        assert!(ours.receive(theirs.me(), &capsule).is_ok());
    }
}
