//! What a person's devices agree on.

use crate::limits;
use protocol::{
    DecodeError,
    identity::{Identity, Signature, verify},
    permit::{check_permit, sign_permit},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use units::{ClusterId, Hash, PeerId, UnixMillis};

const ADMISSION_DOMAIN: &str = "admit a device";

/// What all devices of one person agree on once they have met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Drawn when the first two were paired.
    pub person: [u8; 16],
    /// Everybody who was ever admitted.
    pub members: BTreeMap<PeerId, Member>,
    /// Everybody who was taken out: for good.
    pub revoked: BTreeMap<PeerId, Revocation>,
    /// The keys of what is for these devices alone; the last one counts for what is new.
    pub epochs: BTreeSet<Epoch>,
    /// What is the same on all of them.
    pub settings: BTreeMap<String, Setting>,
    /// The newest model of each cluster.
    pub models: BTreeMap<ClusterId, Version>,
    /// By device and by another one: the first lets the second revoke it on any ledger.
    pub permits: BTreeMap<(PeerId, PeerId), Signature>,
}

/// A device that belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// What its person calls it.
    pub name: String,
    /// How often it was named since it was admitted; only the device itself does that.
    pub named: u32,
    /// Since when.
    pub since: UnixMillis,
    /// Who admitted it; the first device admitted itself.
    pub by: PeerId,
    /// That device's.
    pub signature: Signature,
}

/// That a device was taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// When, by the clock of who did it.
    pub at: UnixMillis,
    /// Who did it.
    pub by: PeerId,
    /// Those that it had admitted and that stay: whomever it admits later, or admits secretly, does not belong.
    pub keeps: BTreeSet<PeerId>,
}

/// A key, and since when it counts. A device that is to be taken out may have added keys; but none of them has as high a number as
/// the one that is made without it, for it was still among those that belong.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Epoch {
    /// How many had been taken out when it was made.
    pub number: u32,
    /// 32 secret bytes.
    pub secret: [u8; 32],
}

impl core::fmt::Debug for Epoch {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Epoch({})", self.number)
    }
}

/// A value that was written last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Setting {
    /// Greater than every stamp that its writer had seen (Lamport, 1978).
    pub stamp: u64,
    /// Who wrote it: of two that knew nothing of each other, the greater one counts.
    pub device: PeerId,
    /// What.
    pub value: String,
}

/// A state of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version {
    /// As for [`Setting::stamp`].
    pub stamp: u64,
    /// Who trained it.
    pub device: PeerId,
    /// Its model.
    pub model: Hash,
}

impl Record {
    /// That of a person whose first device this is. `secret` is what its capsules were sealed with until now.
    pub(crate) fn founded(
        me: &Identity,
        name: String,
        person: [u8; 16],
        secret: [u8; 32],
        now: UnixMillis,
    ) -> Self {
        let mut record = Self {
            person,
            members: BTreeMap::new(),
            revoked: BTreeMap::new(),
            epochs: BTreeSet::from([Epoch { number: 0, secret }]),
            settings: BTreeMap::new(),
            models: BTreeMap::new(),
            permits: BTreeMap::new(),
        };
        record.admit(me, me.peer_id(), name, now);
        record
    }

    /// Who belongs.
    pub fn devices(&self) -> impl Iterator<Item = PeerId> {
        self.members.keys().copied().filter(|peer| self.belongs(*peer))
    }

    /// Whether a device belongs: it was admitted, and neither it nor whoever admitted it unknown to the others was taken out.
    pub fn belongs(&self, peer: PeerId) -> bool {
        let mut at = peer;
        // Each step leads to who was there before, and there are not more than members.
        for _ in 0..=self.members.len() {
            let Some(member) = self.members.get(&at) else { return false };
            if self.revoked.contains_key(&at) && at == peer {
                return false;
            }
            if member.by == at {
                return true;
            }
            if let Some(revocation) = self.revoked.get(&member.by) {
                return revocation.keeps.contains(&at);
            }
            at = member.by;
        }
        false
    }

    /// The key that counts.
    pub fn secret(&self) -> [u8; 32] {
        self.epochs.last().map_or([0; 32], |epoch| epoch.secret)
    }

    /// Greater than every stamp, unless there is none greater.
    pub(crate) fn next_stamp(&self) -> u64 {
        let settings = self.settings.values().map(|it| it.stamp);
        settings.chain(self.models.values().map(|it| it.stamp)).max().unwrap_or(0).saturating_add(1)
    }

    pub(crate) fn admit(&mut self, by: &Identity, peer: PeerId, name: String, now: UnixMillis) {
        let signature = by.sign(ADMISSION_DOMAIN, &self.admission(peer));
        let member = Member { name, named: 0, since: now, by: by.peer_id(), signature };
        self.members.insert(peer, member);
    }

    fn admission(&self, peer: PeerId) -> Vec<u8> {
        [&self.person[..], peer.as_bytes()].concat()
    }

    /// Takes a device out, with a new key for the others.
    pub(crate) fn revoke(&mut self, peer: PeerId, by: PeerId, secret: [u8; 32], now: UnixMillis) {
        let was_admitted_by = |(it, member): (&PeerId, &Member)| (member.by == peer).then_some(*it);
        let keeps = self.members.iter().filter_map(was_admitted_by);
        let keeps = keeps.filter(|it| self.belongs(*it)).collect();
        self.revoked.insert(peer, Revocation { at: now, by, keeps });
        self.renew(secret);
        self.trim();
    }

    /// A new key, which nobody who was taken out gets.
    pub(crate) fn renew(&mut self, secret: [u8; 32]) {
        let number = self.revoked.len() as u32;
        self.epochs.insert(Epoch { number, secret });
    }

    /// Leaves out what there is too much of, the oldest first: whatever two records hold, they can be joined. What is left is the
    /// same in whatever order that happens.
    pub(crate) fn trim(&mut self) {
        while self.epochs.len() > limits::EPOCHS_MAX {
            self.epochs.pop_first();
        }
        keep_newest(&mut self.settings, limits::SETTINGS_MAX);
        keep_newest(&mut self.models, limits::MODELS_MAX);
        // Who does not belong has nothing to permit with.
        let devices: BTreeSet<PeerId> = self.devices().collect();
        let members = &self.members;
        self.permits.retain(|(device, by), _| members.contains_key(device) && devices.contains(by));
    }

    /// Whether somebody who was taken out may have the newest key.
    pub(crate) fn wants_renewal(&self) -> bool {
        self.epochs.last().is_none_or(|epoch| epoch.number as usize != self.revoked.len())
    }

    /// This device lets all the others revoke it.
    pub(crate) fn permit_all(&mut self, me: &Identity) -> bool {
        let mine = me.peer_id();
        let missing = |by: &PeerId| *by != mine && !self.permits.contains_key(&(mine, *by));
        let others: Vec<PeerId> = self.devices().filter(missing).collect();
        for by in &others {
            self.permits.insert((mine, *by), sign_permit(me, *by));
        }
        !others.is_empty()
    }

    /// Checks every size and every signature.
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] says which rule is broken.
    pub fn validate(&self) -> Result<(), DecodeError> {
        let invalid = |problem| Err(DecodeError::Invalid { what: "record of devices", problem });
        let most = |what: &str, count: usize, most: usize| match count > most {
            true => invalid(format!("{count} {what} ({most} are possible)")),
            false => Ok(()),
        };
        most("devices", self.devices().count(), limits::DEVICES_MAX)?;
        most("devices that ever were", self.members.len(), limits::MEMBERS_MAX)?;
        most("keys", self.epochs.len(), limits::EPOCHS_MAX)?;
        most("settings", self.settings.len(), limits::SETTINGS_MAX)?;
        most("models", self.models.len(), limits::MODELS_MAX)?;
        most("permits", self.permits.len(), limits::PERMITS_MAX)?;
        for (peer, revocation) in &self.revoked {
            if !self.members.contains_key(peer) {
                return invalid(format!("device {} was taken out and never in", peer.short()));
            }
            most("devices that stay", revocation.keeps.len(), limits::DEVICES_MAX)?;
        }
        let newest = self.epochs.last().map(|epoch| epoch.number as usize);
        if newest.is_none_or(|number| number > self.revoked.len()) {
            let count = self.revoked.len();
            return invalid(format!("a newest key {newest:?}, where {count} were taken out"));
        }
        let long = |text: &str| text.len() > limits::SETTING_BYTES_MAX;
        if self.settings.iter().any(|(name, it)| long(name) || long(&it.value)) {
            return invalid("a setting that is too long".to_owned());
        }
        for (peer, member) in &self.members {
            if !is_name(&member.name) {
                return invalid(format!("a name of {} bytes", member.name.len()));
            }
            if verify(member.by, ADMISSION_DOMAIN, &self.admission(*peer), &member.signature)
                .is_err()
            {
                return invalid(format!("device {} was not admitted", peer.short()));
            }
        }
        let is_forged = |((device, by), it): (&(PeerId, PeerId), &Signature)| {
            check_permit(*device, *by, it).is_err()
        };
        match self.permits.iter().any(is_forged) {
            true => invalid("a permit that its device has not signed".to_owned()),
            false => Ok(()),
        }
    }
}

fn keep_newest<K: Ord + Clone, V: Ord>(of: &mut BTreeMap<K, V>, most: usize) {
    while of.len() > most
        && let Some((oldest, _)) = of.iter().min_by_key(|(key, value)| (*value, *key))
    {
        let oldest = oldest.clone();
        of.remove(&oldest);
    }
}

/// Whether a text can be a device's name.
pub(crate) fn is_name(text: &str) -> bool {
    text.len() <= limits::NAME_BYTES_MAX && !text.chars().any(char::is_control)
}
