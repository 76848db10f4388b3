//! One device of a person.

mod meeting;
mod visiting;

use crate::{
    limits,
    message::Message,
    outcome::{News, Outcome},
    pairing::{Offer, Visit},
    record::{Record, Setting, Version, is_name},
};
use protocol::identity::{Identity, Signature};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use units::{ClusterId, Hash, PeerId, UnixMillis};

/// What one device knows of its person, and does about it. It starts anew with what is [`Stored`].
pub struct Person {
    me: Identity,
    name: String,
    stored: Stored,
    /// Neighbours, and for those that belong, which models they hold.
    neighbours: BTreeMap<PeerId, BTreeMap<ClusterId, Hash>>,
    /// Models that neighbours were asked for, and whom.
    asked: BTreeMap<(ClusterId, Hash), PeerId>,
    /// What is set on this device, whether or not there are others.
    settings: BTreeMap<String, String>,
    offer: Option<Offer>,
    visit: Option<Visit>,
    drawn: u64,
    outcome: Outcome,
}

/// What survives a reload.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// `None` for a device that was never paired, or was taken out.
    pub record: Option<Record>,
    /// Keys of persons that this device does not belong to any more: what was sealed with them is still its own.
    pub old_secrets: Vec<[u8; 32]>,
    /// Models as they were here when the record was written: one that differs was trained since.
    pub held: BTreeMap<ClusterId, Hash>,
}

/// A device of this person, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Which.
    pub peer: PeerId,
    /// Its name.
    pub name: String,
    /// Since when it belongs.
    pub since: UnixMillis,
    /// When it was taken out, if it was.
    pub revoked: Option<UnixMillis>,
    /// That this device may revoke it on a ledger.
    pub permit: Option<Signature>,
    /// Whether it is this one.
    pub is_this: bool,
    /// Whether it is connected.
    pub is_near: bool,
}

/// What cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PersonError {
    /// The link of this device was opened on it.
    #[error("this link was made on this very device: open it on the other one")]
    OwnLink,
    /// A device cannot belong to two persons.
    #[error("this device belongs with {count} others already: take it out there first")]
    BelongsElsewhere {
        /// How many others.
        count: usize,
    },
    /// There is no room for another one.
    #[error(
        "{} devices are as many as one person can have: take one out first",
        limits::DEVICES_MAX
    )]
    Full,
    /// There were as many as can be.
    #[error(
        "{} devices were yours, which is as many as can be kept apart: take this one out on another of yours, and it begins anew",
        limits::MEMBERS_MAX
    )]
    TooManyEver,
    /// No number is shown.
    #[error("no pairing is under way: show a link on one device, and open it on the other")]
    NothingToConfirm,
    /// It does not belong.
    #[error("device {} is none of yours", peer.short())]
    NotYours {
        /// Which.
        peer: PeerId,
    },
}

impl Person {
    /// The device with this secret seed, as what is stored left it.
    pub fn new(me: Identity, name: &str, stored: Stored) -> Self {
        let name = if is_name(name) { name } else { "" }.to_owned();
        Self {
            me,
            name,
            stored,
            neighbours: BTreeMap::new(),
            asked: BTreeMap::new(),
            settings: BTreeMap::new(),
            offer: None,
            visit: None,
            drawn: 0,
            outcome: Outcome::default(),
        }
    }

    /// The device has another name; the others hear of it.
    pub fn rename(&mut self, name: &str) {
        let me = self.me.peer_id();
        if !is_name(name) || name.is_empty() {
            return;
        }
        self.name = name.to_owned();
        let member = self.stored.record.as_mut().and_then(|it| it.members.get_mut(&me));
        if let Some(member) = member.filter(|it| it.name != name) {
            member.name = name.to_owned();
            member.named = member.named.saturating_add(1);
            self.record_changed();
            self.outcome.news.push(News::Devices);
        }
    }

    /// What is to be stored.
    pub fn stored(&self) -> &Stored {
        &self.stored
    }

    /// What is to be done since the last call.
    pub fn take_outcome(&mut self) -> Outcome {
        core::mem::take(&mut self.outcome)
    }

    /// The key that capsules are sealed with from now on, and behind it all earlier ones that something may be sealed with.
    pub fn secrets(&self) -> Vec<[u8; 32]> {
        let epochs = self.stored.record.iter().flat_map(|it| it.epochs.iter().rev());
        let mut secrets: Vec<[u8; 32]> = epochs.map(|epoch| epoch.secret).collect();
        let own = self.own_secret();
        if self.stored.record.is_none() {
            secrets.push(own);
        }
        secrets.extend(self.stored.old_secrets.iter().rev());
        if !secrets.contains(&own) {
            secrets.push(own);
        }
        secrets
    }

    /// What a device seals with until it is paired: whoever has its identity can read that.
    fn own_secret(&self) -> [u8; 32] {
        *Hash::of_parts(&[b"peerceptron personal key", &self.me.seed()]).as_bytes()
    }

    /// Other devices that belong.
    pub fn siblings(&self) -> Vec<PeerId> {
        let me = self.me.peer_id();
        let devices = self.stored.record.iter().flat_map(Record::devices);
        devices.filter(|peer| *peer != me).collect()
    }

    /// Whether another device belongs.
    pub fn is_sibling(&self, peer: PeerId) -> bool {
        peer != self.me.peer_id() && self.stored.record.as_ref().is_some_and(|it| it.belongs(peer))
    }

    /// All that belong, and those that were taken out; the oldest first.
    pub fn devices(&self) -> Vec<Device> {
        let Some(record) = &self.stored.record else { return Vec::new() };
        let me = self.me.peer_id();
        let mut devices: Vec<Device> = record
            .members
            .iter()
            .filter(|(peer, _)| record.belongs(**peer) || record.revoked.contains_key(*peer))
            .map(|(peer, member)| Device {
                peer: *peer,
                name: member.name.clone(),
                since: member.since,
                revoked: record.revoked.get(peer).map(|it| it.at),
                permit: record.permits.get(&(*peer, me)).copied(),
                is_this: *peer == me,
                is_near: self.neighbours.contains_key(peer),
            })
            .collect();
        devices.sort_by_key(|it| (it.revoked.is_some(), it.since, it.peer));
        devices
    }

    /// This device is set so, by its person; others follow.
    pub fn set(&mut self, name: &str, value: &str) {
        let fits = |text: &str| text.len() <= limits::SETTING_BYTES_MAX;
        let has_room =
            self.settings.len() < limits::SETTINGS_MAX || self.settings.contains_key(name);
        if !fits(name) || !fits(value) || !has_room {
            return;
        }
        self.settings.insert(name.to_owned(), value.to_owned());
        if self.note_setting(name, value) {
            self.record_changed();
        }
    }

    fn note_setting(&mut self, name: &str, value: &str) -> bool {
        let device = self.me.peer_id();
        let Some(record) = &mut self.stored.record else { return false };
        if record.settings.get(name).is_some_and(|it| it.value == value) {
            return false;
        }
        let stamp = record.next_stamp();
        let setting = Setting { stamp, device, value: value.to_owned() };
        record.settings.insert(name.to_owned(), setting);
        record.trim();
        true
    }

    /// The models that are on this device now.
    pub fn models(&mut self, models: impl IntoIterator<Item = (ClusterId, Hash)>) {
        let device = self.me.peer_id();
        let here: BTreeMap<_, _> = models.into_iter().take(limits::MODELS_MAX).collect();
        if here == self.stored.held {
            return;
        }
        if let Some(record) = &mut self.stored.record {
            for (cluster, model) in &here {
                let is_known = record.models.get(cluster).is_some_and(|it| it.model == *model);
                let is_as_before = self.stored.held.get(cluster) == Some(model);
                if !is_known && !is_as_before {
                    let version = Version { stamp: record.next_stamp(), device, model: *model };
                    record.models.insert(cluster.clone(), version);
                }
            }
            record.trim();
        }
        self.stored.held = here;
        self.record_changed();
    }

    /// Takes a device out: it gets no keys any more, and none of what is kept from now on.
    ///
    /// # Errors
    /// [`PersonError::NotYours`].
    pub fn take_out(&mut self, peer: PeerId, now: UnixMillis) -> Result<(), PersonError> {
        if !self.is_sibling(peer) {
            return Err(PersonError::NotYours { peer });
        }
        let secret = self.draw(now);
        let me = self.me.peer_id();
        let Some(record) = &mut self.stored.record else { return Ok(()) };
        record.revoke(peer, me, secret, now);
        let person = record.person;
        if self.neighbours.contains_key(&peer) {
            self.say(peer, &Message::TakenOut { person });
        }
        self.record_changed();
        self.outcome.news.push(News::Devices);
        Ok(())
    }

    /// Bytes that nobody else can know: drawn from the secret seed, and never the same twice.
    fn draw(&mut self, now: UnixMillis) -> [u8; 32] {
        self.drawn += 1;
        let (now, drawn) = (now.0.to_le_bytes(), self.drawn.to_le_bytes());
        *Hash::of_parts(&[b"peerceptron drawn", &self.me.seed(), &now, &drawn]).as_bytes()
    }

    fn say(&mut self, to: PeerId, message: &Message) {
        self.outcome.messages.push((to, message.encode()));
    }

    fn refuse(&mut self, peer: PeerId, reason: impl core::fmt::Display) {
        self.outcome.refused.push((peer, reason.to_string()));
    }
}
