//! Where the other devices of this person meet the engine: their models and their settings are the same as this one's.
//!
//! Who belongs, and which model is the newest, is for the crate `person` to say, which lives where the memory is. The engine tells
//! it which models are here and what was set, sends a cluster to a device that belongs and wants it, and takes one up that it
//! has asked for.

use crate::{
    clusters::Blueprint,
    config::ConnectPolicy,
    engine::Engine,
    event::Event,
    job::{MemoryAnswer, MemoryCall},
    records,
};
use neural::Model;
use protocol::message::BulkMessage;
use units::{ClusterId, Hash, Instant, PeerId, SortedMap, SortedSet};

/// The setting of [`ConnectPolicy`].
const CONNECT_BY_HAND: &str = "connect by hand";

/// Values of settings, and their names.
const SETTING_BYTES_MAX: usize = person::limits::SETTING_BYTES_MAX;

/// The other devices of this person, as the engine knows them.
#[derive(Default)]
pub(crate) struct Siblings {
    devices: SortedSet<PeerId>,
    settings: SortedMap<String, String>,
    /// What was told of the models here.
    models: Vec<(ClusterId, Hash)>,
    /// Clusters that are on their way here.
    wanted: SortedSet<(PeerId, ClusterId)>,
}

impl Siblings {
    pub(crate) fn new(devices: Vec<PeerId>) -> Self {
        Self { devices: devices.into_iter().collect(), ..Self::default() }
    }

    pub(crate) fn contains(&self, peer: PeerId) -> bool {
        self.devices.contains(&peer)
    }

    /// What a peer may send at once: a whole model, if it was asked for one.
    pub(crate) fn bulk_limit_bytes(&self, of: PeerId) -> usize {
        let is_asked = self.wanted.iter().any(|(peer, _)| *peer == of);
        if is_asked { protocol::limits::BULK_VALUE_BYTES_MAX } else { 0 }
    }

    /// What a peer was asked for does not come any more, or is not wanted of it.
    pub(crate) fn expect_nothing_of(&mut self, peer: PeerId) {
        self.wanted.retain(|(from, _)| *from != peer);
    }
}

impl Engine {
    /// Something is set on this device that is the same on all devices of its person; [`Event::Setting`] says what others set.
    /// What is longer than a setting can be stays on this device.
    pub fn share_setting(&mut self, now: Instant, name: &str, value: &str) {
        let settings = &mut self.siblings.settings;
        let has_room = settings.len() < person::limits::SETTINGS_MAX || settings.contains_key(name);
        if name.len() > SETTING_BYTES_MAX || value.len() > SETTING_BYTES_MAX || !has_room {
            return;
        }
        let (name, value) = (name.to_owned(), value.to_owned());
        let before = self.siblings.settings.insert(name.clone(), value.clone());
        if before.as_ref() == Some(&value) {
            return;
        }
        // Whoever is near is told at once, and everybody else when they are met.
        if self.roster.connected().any(|peer| self.siblings.contains(peer)) {
            self.open_memory(now);
        }
        self.tell_open_memory(now, MemoryCall::Set(name, value));
    }

    pub(crate) fn share_connect_policy(&mut self, now: Instant) {
        let by_hand = self.connect == ConnectPolicy::ByHand;
        self.share_setting(now, CONNECT_BY_HAND, if by_hand { "yes" } else { "no" });
    }

    /// The memory has just been opened: it knows nothing yet of what is set and which models are here.
    pub(crate) fn tell_person(&mut self, now: Instant) {
        let settings = self.siblings.settings.iter();
        let settings: Vec<_> = settings.map(|(name, it)| (name.clone(), it.clone())).collect();
        for (name, value) in settings {
            self.tell_open_memory(now, MemoryCall::Set(name, value));
        }
        self.siblings.models.clear();
        self.tell_models(now);
    }

    /// Models that rest have changed, or may have: of one that trains in a session, others hear when that ends.
    pub(crate) fn tell_models(&mut self, now: Instant) {
        if !self.memory_is_open() {
            return;
        }
        let mut models = Vec::new();
        for (id, cluster) in self.clusters.clusters.iter() {
            let told = || self.siblings.models.iter().find(|(it, _)| it == id).map(|(_, it)| *it);
            let model = if self.is_in_motion(id) { told() } else { cluster.model };
            models.extend(model.map(|model| (id.clone(), model)));
        }
        if models != self.siblings.models {
            self.siblings.models = models.clone();
            self.tell_open_memory(now, MemoryCall::Models(models));
        }
    }

    fn is_in_motion(&self, cluster: &ClusterId) -> bool {
        let session = self.session.as_ref().filter(|it| it.running);
        session.is_some_and(|it| it.proposal.cluster == *cluster)
            || self.clusters.get(cluster).is_some_and(|it| it.is_growing)
            || self.moving_session(cluster).is_some()
            || self.is_split(cluster)
    }

    /// Carries out what the devices of this person have agreed on.
    pub(crate) fn follow_person(&mut self, now: Instant, answer: &mut MemoryAnswer) {
        let devices: SortedSet<PeerId> = answer.siblings.iter().copied().collect();
        if devices != self.siblings.devices {
            self.siblings.wanted.retain(|(from, _)| devices.contains(from));
            self.siblings.devices = devices;
            self.core.store(records::SIBLINGS.to_owned(), &answer.siblings, Vec::new());
        }
        for (name, value) in answer.settings.drain(..) {
            self.siblings.settings.insert(name.clone(), value.clone());
            if name == CONNECT_BY_HAND {
                let policy =
                    if value == "yes" { ConnectPolicy::ByHand } else { ConnectPolicy::Everyone };
                self.set_connect_policy(now, policy);
            }
            self.core.event(Event::Setting { name, value });
        }
        for (to, cluster) in answer.gives.drain(..) {
            // What is in motion is told of, and asked for, when it rests.
            if self.clusters.get(&cluster).is_some() && !self.is_in_motion(&cluster) {
                self.clusters.export_for(&cluster, to, &mut self.core);
            }
        }
        for (from, cluster) in answer.wants.drain(..) {
            if self.siblings.wanted.len() < person::limits::MODELS_MAX {
                self.siblings.wanted.insert((from, cluster));
            }
        }
    }

    /// A cluster was read out for another device of this person.
    pub(crate) fn send_cluster(&mut self, to: PeerId, cluster: ClusterId, model: Vec<u8>) {
        // It may have been taken out since.
        if !self.siblings.contains(to) {
            return;
        }
        let Some(recipe) = self.clusters.get(&cluster).map(|it| it.recipe.clone()) else { return };
        if let Some(link) = self.roster.get_mut(to).and_then(|member| member.link.as_mut())
            && link.is_open()
        {
            link.send_bulk(&BulkMessage::Cluster { cluster, recipe, model }, &mut self.core);
        }
    }

    /// Another device of this person has sent a cluster. What nobody asked for is not looked at.
    pub(crate) fn take_cluster(
        &mut self,
        now: Instant,
        from: PeerId,
        cluster: ClusterId,
        recipe: Vec<u8>,
        model: Vec<u8>,
    ) {
        if !self.siblings.wanted.remove(&(from, cluster.clone())) {
            return;
        }
        let decoded = match Model::decode(&model) {
            Ok(decoded) => decoded,
            Err(problem) => return self.refuse(Some(from), problem.to_string()),
        };
        if self.is_in_motion(&cluster) {
            return;
        }
        let network = decoded.network().spec().clone();
        match self.clusters.get(&cluster) {
            Some(known) if known.network == network && known.recipe == recipe => {
                self.clusters.adopt(&cluster, model, decoded.hash(), &mut self.core);
            }
            Some(known)
                if known.recipe == recipe
                    && (known.network.inputs, known.network.classes)
                        == (network.inputs, network.classes) =>
            {
                self.clusters.replace(&cluster, model, &mut self.core);
            }
            Some(_) => {
                let message = format!(
                    "another device of yours has a cluster `{cluster}` of another kind: this one stays as it is"
                );
                self.core.problem("cluster_exists", message);
            }
            None => {
                let blueprint = Blueprint { network, recipe, model: Some(model) };
                if let Err(problem) = self.create_cluster(now, cluster, blueprint) {
                    self.core.problem(problem.code(), problem.to_string());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_taken_from_whom_it_was_asked_of_and_from_nobody_else() {
        let [asked, other] = [1, 2].map(|it| PeerId::from_bytes([it; 32]));
        let mut siblings = Siblings::new(vec![asked, other]);
        let cluster: ClusterId = "digits".parse().expect("a name");
        siblings.wanted.insert((asked, cluster));
        let limits = |siblings: &Siblings| [asked, other].map(|it| siblings.bulk_limit_bytes(it));
        assert_eq!(limits(&siblings), [protocol::limits::BULK_VALUE_BYTES_MAX, 0]);
        siblings.expect_nothing_of(asked);
        assert_eq!(limits(&siblings), [0, 0], "it is gone, or was taken out");
    }
}
