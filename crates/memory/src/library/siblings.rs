//! Devices of one person keep the same capsules, whenever two of them meet.
//!
//! Each side pulls what it lacks. Names fall into [`BUCKETS`] by their first byte; both say what each bucket adds up to, and
//! lists are asked for only of those that differ: one that is in step says so with two kilobytes, however much it keeps. What
//! was forgotten on one device is forgotten on all. What is new is told at once to those that are connected.

use super::{Library, News, may_leave};
use crate::{
    capsule::{Capsule, Keyring, Privacy},
    limits,
    log::Entry,
    message::{Message, WANT_MAX},
};
use units::{Hash, PeerId, SortedMap, SortedSet};

/// By the first byte of a capsule's name.
pub(crate) const BUCKETS: usize = 256;

/// What this device is about to get from the others of its person.
#[derive(Default)]
pub(super) struct Siblings {
    devices: SortedSet<PeerId>,
    pulls: SortedMap<PeerId, Pull>,
}

/// What is still to be got from one of them.
#[derive(Default)]
struct Pull {
    buckets: Vec<u8>,
    wanted: Vec<Hash>,
    under_way: SortedSet<Hash>,
    /// Answers that could not be read, of those under way.
    unread: usize,
    asked_bucket: Option<u8>,
}

impl Library {
    /// These devices belong to the same person from now on.
    pub fn set_siblings(&mut self, devices: impl IntoIterator<Item = PeerId>) {
        let before = core::mem::take(&mut self.siblings.devices);
        self.siblings.devices = devices.into_iter().collect();
        let is_new = |peer: &PeerId| !before.contains(peer) && self.is_neighbour(*peer);
        let new: Vec<PeerId> = self.siblings.devices.iter().copied().filter(is_new).collect();
        self.siblings.pulls.retain(|peer, _| self.siblings.devices.contains(peer));
        new.into_iter().for_each(|peer| self.compare(peer));
    }

    pub(super) fn is_sibling(&self, peer: PeerId) -> bool {
        self.siblings.devices.contains(&peer)
    }

    /// Whether a capsule was made by this device, or by another of its person's.
    pub(super) fn is_ours(&self, owner: PeerId) -> bool {
        owner == self.me() || self.is_sibling(owner)
    }

    /// Says what there is, as sums.
    pub(super) fn compare(&mut self, peer: PeerId) {
        let sums = self.sums();
        self.say(peer, &Message::Compare { sums });
    }

    /// What each bucket adds up to: who is a sibling has no reason to make two sets look alike.
    fn sums(&self) -> Vec<u64> {
        let mut sums = vec![0u64; BUCKETS];
        let mut add = |id: &Hash, turn: u32| {
            let (first, rest) = id.as_bytes().split_first().expect("a hash has 32 bytes");
            let (part, _) = rest.split_first_chunk().expect("31 bytes are left");
            let sum = &mut sums[usize::from(*first)];
            *sum = sum.wrapping_add(u64::from_le_bytes(*part).rotate_left(turn));
        };
        self.keys.keys().for_each(|id| add(id, 0));
        self.forgotten.keys().for_each(|id| add(id, 17));
        sums
    }

    pub(super) fn sibling_left(&mut self, peer: PeerId) {
        self.siblings.pulls.remove(&peer);
    }

    /// A message that only devices of one person say to each other; it is not looked at from anybody else.
    pub(super) fn hear_sibling(&mut self, from: PeerId, message: Message) {
        if !self.is_sibling(from) {
            return;
        }
        match message {
            Message::Compare { sums } => {
                let own = self.sums();
                let differ = (0..=u8::MAX).filter(|at| {
                    let at = usize::from(*at);
                    sums.get(at) != own.get(at)
                });
                let pull = Pull { buckets: differ.collect(), ..Pull::default() };
                self.siblings.pulls.insert(from, pull);
                self.pull(from);
            }
            Message::List { bucket } => {
                let lists = self.names_in(bucket);
                lists.iter().for_each(|list| self.say(from, list));
            }
            Message::Listed { kept, gone } => self.take_list(from, kept, &gone),
            Message::Want(ids) => {
                for id in ids {
                    let sealed = self.capsule(id).map(|it| self.keyring.seal(it));
                    let answer = sealed.map_or(Message::NotHere(id), Message::Own);
                    self.say(from, &answer);
                }
            }
            Message::Own(sealed) => self.take_own(from, &sealed),
            _ => {}
        }
    }

    /// A sibling does not have what it was asked for any more.
    pub(super) fn sibling_has_not(&mut self, from: PeerId, id: Hash) {
        let is_pulled = |pull: &mut Pull| pull.under_way.remove(&id);
        if self.siblings.pulls.get_mut(&from).is_some_and(is_pulled) {
            self.pull(from);
        }
    }

    /// Everything in a bucket, in as many lists as it takes.
    fn names_in(&self, bucket: u8) -> Vec<Message> {
        let is_in = |id: &&Hash| id.as_bytes().first() == Some(&bucket);
        let kept: Vec<Hash> = self.keys.keys().filter(is_in).copied().collect();
        let gone: Vec<Hash> = self.forgotten.keys().filter(is_in).copied().collect();
        let kept = kept.chunks(limits::LISTED_MAX);
        let kept = kept.map(|kept| Message::Listed { kept: kept.to_vec(), gone: Vec::new() });
        let gone = gone.chunks(limits::LISTED_MAX);
        let gone = gone.map(|gone| Message::Listed { kept: Vec::new(), gone: gone.to_vec() });
        let lists: Vec<Message> = kept.chain(gone).collect();
        match lists.is_empty() {
            true => vec![Message::Listed { kept: Vec::new(), gone: Vec::new() }],
            false => lists,
        }
    }

    fn take_list(&mut self, from: PeerId, kept: Vec<Hash>, gone: &[Hash]) {
        self.forget_what_they_have(gone);
        let has_room = self.has_room();
        let is_wanted =
            |id: &Hash| has_room && !self.keys.contains_key(id) && !self.forgotten.contains_key(id);
        let wanted: Vec<Hash> = kept.into_iter().filter(is_wanted).collect();
        let pull = self.siblings.pulls.entry(from).or_default();
        pull.asked_bucket = None;
        if pull.wanted.len() < limits::CAPSULES_MAX {
            pull.wanted.extend(wanted);
        }
        self.pull(from);
    }

    /// Asks for what comes next.
    fn pull(&mut self, from: PeerId) {
        let Some(pull) = self.siblings.pulls.get_mut(&from) else { return };
        if pull.under_way.len() > pull.unread {
            return;
        }
        pull.under_way.clear();
        pull.unread = 0;
        let mut ask = Vec::new();
        while ask.len() < WANT_MAX
            && let Some(id) = pull.wanted.pop()
        {
            if !self.keys.contains_key(&id) && pull.under_way.insert(id) {
                ask.push(id);
            }
        }
        if !ask.is_empty() {
            return self.say(from, &Message::Want(ask));
        }
        if pull.asked_bucket.is_none()
            && let Some(bucket) = pull.buckets.pop()
        {
            pull.asked_bucket = Some(bucket);
            self.say(from, &Message::List { bucket });
        }
    }

    fn take_own(&mut self, from: PeerId, sealed: &[u8]) {
        let opened = self.keyring.open(sealed);
        let capsule = opened.ok().and_then(|bytes| Capsule::decode(&bytes).ok());
        let Some(capsule) = capsule else {
            // It was sealed with a key that is not here: they compare again when they meet again.
            return self.skip_unread(from);
        };
        let id = capsule.id();
        let is_asked = |pull: &mut Pull| pull.under_way.remove(&id);
        if !self.siblings.pulls.get_mut(&from).is_some_and(is_asked) {
            return;
        }
        let is_new = !self.keys.contains_key(&id) && !self.forgotten.contains_key(&id);
        if is_new && self.has_room() {
            let owner = capsule.head().owner;
            let is_personal = capsule.head().privacy == Privacy::Personal;
            let from = (!is_personal && !self.is_ours(owner)).then_some(owner);
            self.keep(capsule, from);
        }
        self.pull(from);
    }

    /// What cannot be read holds up nothing else.
    fn skip_unread(&mut self, from: PeerId) {
        let Some(pull) = self.siblings.pulls.get_mut(&from) else { return };
        pull.unread += 1;
        self.pull(from);
    }

    /// What was forgotten on one device is forgotten here; who made it asks others, too.
    fn forget_what_they_have(&mut self, ids: &[Hash]) {
        let mut is_changed = false;
        let mut new = Vec::new();
        for id in ids {
            if self.forgotten.contains_key(id) {
                continue;
            }
            let kept = self.get(*id).map(|it| it.capsule.head());
            let asks_others =
                kept.is_some_and(|head| head.owner == self.me() && may_leave(head.privacy));
            let was_kept = kept.is_some();
            if !was_kept && self.forgotten.len() >= limits::FORGOTTEN_MAX {
                continue;
            }
            new.push(*id);
            self.write(&Entry::Forgotten { capsule: *id, asks_others });
            self.unshelve(*id);
            self.forgotten.insert(*id, asks_others);
            if was_kept {
                is_changed = true;
                self.outcome.news.push(News::Forgotten { capsule: *id });
            }
            if asks_others {
                self.ask_to_forget(*id);
            }
        }
        if is_changed {
            self.rewrite();
        }
        self.tell_siblings(Vec::new(), new);
    }

    /// Tells the other devices what is new here, or gone.
    pub(super) fn tell_siblings(&mut self, kept: Vec<Hash>, gone: Vec<Hash>) {
        if kept.is_empty() && gone.is_empty() {
            return;
        }
        let near = self.siblings.devices.iter().copied();
        let near: Vec<PeerId> = near.filter(|peer| self.is_neighbour(*peer)).collect();
        let listed = Message::Listed { kept, gone };
        near.into_iter().for_each(|peer| self.say(peer, &listed));
    }

    /// What the keeper wants kept beside the capsules, and with which keys they are sealed from now on.
    pub fn keep_person(&mut self, person: Vec<u8>, keyring: Keyring) {
        self.write(&Entry::Person((&person).into()));
        self.person = Some(person);
        let is_same = self.keyring.newest() == keyring.newest();
        self.keyring = keyring;
        match is_same {
            true => self.rewrite_if_long(),
            // What is kept does not depend on old keys, of which not all are kept.
            false => self.rewrite(),
        }
    }
}
