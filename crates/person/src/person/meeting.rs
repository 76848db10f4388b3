//! Devices that belong meet, and agree.

use super::Person;
use crate::{limits, message::Message, outcome::News, record::Record};
use units::{ClusterId, Hash, PeerId, UnixMillis};

impl Person {
    /// A neighbour has connected.
    pub fn connected(&mut self, peer: PeerId, now: UnixMillis) {
        self.neighbours.entry(peer).or_default();
        if self.is_sibling(peer) {
            self.tell_state(peer);
        } else if let Some(record) = &self.stored.record
            && record.revoked.contains_key(&peer)
        {
            let person = record.person;
            self.say(peer, &Message::TakenOut { person });
        }
        self.knock_if_due(peer, now);
    }

    /// A neighbour has gone.
    pub fn disconnected(&mut self, peer: PeerId) {
        self.neighbours.remove(&peer);
        self.asked.retain(|_, of| *of != peer);
        self.pairing_interrupted(peer);
    }

    /// A neighbour's message.
    pub fn hear(&mut self, from: PeerId, bytes: &[u8], now: UnixMillis) {
        let message = match Message::decode(bytes) {
            Ok(message) => message,
            Err(problem) => return self.refuse(from, problem),
        };
        match message {
            Message::State { record, holds } => self.hear_state(from, record, holds, now),
            Message::WantModel(cluster) => {
                if self.is_sibling(from) && self.stored.held.contains_key(&cluster) {
                    self.outcome.gives.push((from, cluster));
                }
            }
            Message::TakenOut { person } => self.hear_taken_out(from, person),
            message => self.hear_of_pairing(from, message, now),
        }
    }

    fn hear_state(
        &mut self,
        from: PeerId,
        record: Record,
        holds: Vec<(ClusterId, Hash)>,
        now: UnixMillis,
    ) {
        if self.is_welcome_awaited(from) {
            return self.welcomed(from, record);
        }
        // Who was taken out may not know it yet.
        if !self.is_sibling(from) {
            return;
        }
        let Some(ours) = self.stored.record.clone() else { return };
        let mut joined = ours.clone();
        if record.person != joined.person {
            return self.refuse(from, "a record of another person's devices");
        }
        if let Err(problem) = record.validate() {
            return self.refuse(from, problem);
        }
        if record.revoked.contains_key(&from) {
            // It would choose the key that is made without it.
            return self.refuse(from, "a record of its own being taken out");
        }
        self.neighbours.insert(from, holds.into_iter().collect());
        joined.join(&record);
        if let Err(problem) = joined.validate() {
            // Both are in order and do not fit together: nobody has done wrong. Whoever was taken out is out all the same.
            let reason = format!("{problem}: take devices out until there are fewer");
            self.outcome.news.push(News::NotPaired { reason });
            joined.clone_from(&ours);
            joined.join_revoked(&record);
        }
        if joined.revoked.contains_key(&self.me.peer_id()) {
            return self.leave_person();
        }
        if joined.wants_renewal() {
            joined.renew(self.draw(now));
            joined.trim();
        }
        joined.permit_all(&self.me);
        if ours != joined {
            let devices_differ = ours.devices().ne(joined.devices());
            self.stored.record = Some(joined);
            self.take_settings();
            self.record_changed();
            if devices_differ {
                self.outcome.news.push(News::Devices);
            }
        }
        self.ask_for_models();
    }

    /// What other devices have set is set here.
    pub(super) fn take_settings(&mut self) {
        let Some(record) = &self.stored.record else { return };
        for (name, setting) in &record.settings {
            if self.settings.get(name) != Some(&setting.value) {
                self.settings.insert(name.clone(), setting.value.clone());
                let (name, value) = (name.clone(), setting.value.clone());
                self.outcome.news.push(News::Setting { name, value });
            }
        }
    }

    /// Asks those that hold them for models that are newer than those here.
    fn ask_for_models(&mut self) {
        let Some(record) = &self.stored.record else { return };
        let newest = |cluster: &ClusterId| record.models.get(cluster).map(|it| it.model);
        self.asked.retain(|(cluster, model), _| newest(cluster) == Some(*model));
        let mut wants = Vec::new();
        for (cluster, version) in &record.models {
            let wanted = (cluster.clone(), version.model);
            if self.stored.held.get(cluster) == Some(&version.model)
                || self.asked.contains_key(&wanted)
            {
                continue;
            }
            let holder = self.neighbours.iter().find(|(peer, holds)| {
                record.belongs(**peer) && holds.get(cluster) == Some(&version.model)
            });
            if let Some((peer, _)) = holder {
                wants.push((*peer, wanted));
            }
        }
        for (peer, (cluster, model)) in wants {
            self.say(peer, &Message::WantModel(cluster.clone()));
            self.outcome.wants.push((peer, cluster.clone()));
            self.asked.insert((cluster, model), peer);
        }
    }

    fn hear_taken_out(&mut self, from: PeerId, person: [u8; 16]) {
        let is_ours = self.stored.record.as_ref().is_some_and(|it| it.person == person);
        if is_ours && self.is_sibling(from) {
            self.leave_person();
        }
    }

    /// This device is by itself again. What it has stays with it.
    fn leave_person(&mut self) {
        let Some(record) = self.stored.record.take() else { return };
        self.keep_secrets_of(record);
        self.outcome.changed = true;
        self.outcome.news.extend([News::TakenOut, News::Devices]);
    }

    /// What was sealed among others stays readable here.
    pub(super) fn keep_secrets_of(&mut self, record: Record) {
        let old = &mut self.stored.old_secrets;
        old.extend(record.epochs.into_iter().map(|epoch| epoch.secret));
        // The newest ones are those that most was sealed with.
        let surplus = old.len().saturating_sub(limits::EPOCHS_MAX);
        old.drain(..surplus);
    }

    /// What all agree on has changed here: it is stored, and told to those that belong.
    pub(super) fn record_changed(&mut self) {
        self.outcome.changed = true;
        let near: Vec<PeerId> = self.neighbours.keys().copied().collect();
        for peer in near {
            if self.is_sibling(peer) {
                self.tell_state(peer);
            }
        }
    }

    pub(super) fn tell_state(&mut self, peer: PeerId) {
        let Some(record) = self.stored.record.clone() else { return };
        let holds = self.stored.held.iter().map(|(cluster, model)| (cluster.clone(), *model));
        let holds = holds.collect();
        self.say(peer, &Message::State { record, holds });
    }
}
