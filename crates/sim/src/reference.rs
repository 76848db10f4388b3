//! What a session looks like from outside, if all is well: a model of it that is small enough to be obviously right.
//!
//! It hears what devices have made and which records they hold, and knows nothing of how they come to agree. Of every
//! record that an honest device holds it asks: does it follow the record that it names as its parent, by one round, by the
//! samples of its updates and by the verdicts on its parent? Was each of its updates made by the device under whose name it stands, of as many samples?
//! Does bringing those updates together, once more and here, give the model that the record names? And no device ever goes
//! from a heavier record to a lighter one within one life, unless it begins with the session anew, or others hold the lighter
//! one: of two chains, that which more hold goes on.
//!
//! A record whose parent, updates or model nobody has shown is not judged: devices may come to it while nobody listens.

use crate::network::{HostId, Life};
use neural::{Contribution, Model, Update};
use protocol::{
    cluster::NetworkSpec,
    session::{Proposal, RoundRecord, SessionOptions, sum_name, update_name},
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use transcript::sums::{Counting, aggregate};
use units::{Hash, PeerId, SessionId};

/// Models and updates that are remembered: a few hundred rounds of a small room.
const KEPT_MAX: usize = 4_096;

/// What is known of sessions.
#[derive(Debug)]
pub(crate) struct Reference {
    spec: NetworkSpec,
    models: Kept<Model>,
    updates: Kept<Made>,
    masked: Kept<Masked>,
    sums: Kept<Vec<u8>>,
    options: BTreeMap<SessionId, SessionOptions>,
    records: BTreeMap<Hash, RoundRecord>,
    heads: BTreeMap<(Life, SessionId), (u64, u32, Hash)>,
    holders: BTreeMap<Hash, BTreeSet<HostId>>,
    judged: u64,
    not_judged: u64,
}

/// An update: its bytes, and who made it of how many samples. Those who mimic others make the same bytes.
#[derive(Debug)]
struct Made {
    bytes: Vec<u8>,
    by: BTreeSet<(PeerId, u32)>,
}

/// An update under masks: who made it, and what is under them, if it is honest.
#[derive(Debug)]
struct Masked {
    by: PeerId,
    change: Option<Vec<f32>>,
}

/// How far a sum's mean may be from that of the changes under masks: rounding of the changes as they are watched.
const MEAN_TOLERANCE: f32 = 1e-3;

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong(String);

impl core::fmt::Display for Wrong {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Reference {
    /// Of sessions about that network.
    pub(crate) fn new(spec: NetworkSpec) -> Self {
        let mut models = Kept::default();
        if let Ok(first) = Model::new(&spec) {
            models.insert(first.hash(), first);
        }
        Self {
            spec,
            models,
            updates: Kept::default(),
            masked: Kept::default(),
            sums: Kept::default(),
            options: BTreeMap::new(),
            records: BTreeMap::new(),
            heads: BTreeMap::new(),
            holders: BTreeMap::new(),
            judged: 0,
            not_judged: 0,
        }
    }

    /// Records that were found to be right, and those about which too little is known.
    pub(crate) fn judged(&self) -> (u64, u64) {
        (self.judged, self.not_judged)
    }

    /// A device has made an update.
    pub(crate) fn made(&mut self, by: PeerId, update: &[u8], samples: u32) {
        let hash = update_name(by, update);
        if self.updates.get(hash).is_none() {
            self.updates.insert(hash, Made { bytes: update.to_vec(), by: BTreeSet::new() });
        }
        if let Some(made) = self.updates.get_mut(hash) {
            made.by.insert((by, samples));
        }
    }

    /// A device has put masks on a change.
    pub(crate) fn masked(&mut self, by: PeerId, update: &[u8], change: Option<Vec<f32>>) {
        self.masked.insert(update_name(by, update), Masked { by, change });
    }

    /// A device has taken masks off a sum.
    pub(crate) fn sum(&mut self, sum: &[u8]) {
        self.sums.insert(sum_name(sum), sum.to_vec());
    }

    /// Whether only sums are seen in a session.
    pub(crate) fn is_masked(&self, session: SessionId) -> bool {
        self.options.get(&session).is_some_and(|options| options.masks.is_some())
    }

    /// Somebody has proposed a session.
    pub(crate) fn proposed(&mut self, proposal: &Proposal) {
        self.options.insert(proposal.session_id(), proposal.options);
        let genesis = proposal.genesis_record();
        self.records.entry(genesis.hash()).or_insert(genesis);
    }

    /// A device takes part in a session, from its first record on: what it held of it before, it has given up.
    pub(crate) fn began(&mut self, life: Life, session: SessionId) {
        self.heads.remove(&(life, session));
    }

    /// A device holds a record as its newest.
    pub(crate) fn held(
        &mut self,
        life: Life,
        session: SessionId,
        record: &RoundRecord,
    ) -> Result<(), Wrong> {
        let (weight, hash) = (record.weight(), record.hash());
        let holders = self.holders.entry(hash).or_default();
        let others_hold_it = holders.iter().any(|host| *host != life.host);
        holders.insert(life.host);
        let before = self.heads.insert((life, session), weight);
        if let Some(before) = before.filter(|before| !others_hold_it && *before > weight) {
            return Err(Wrong(format!(
                "went from a record of {} samples and round {} to one of {} and round {}",
                before.0, before.1, weight.0, weight.1
            )));
        }
        if record.decision.round == 0 || self.records.contains_key(&hash) {
            return Ok(());
        }
        let masks = self.options.get(&session).filter(|options| options.masks.is_some());
        match self.judge(record, masks)? {
            Some(model) => {
                self.judged += 1;
                self.models.insert(record.model, model);
            }
            None => self.not_judged += 1,
        }
        self.records.insert(hash, record.clone());
        Ok(())
    }

    /// The model that a record's updates come to, if all that it takes is known.
    fn judge(
        &self,
        record: &RoundRecord,
        masks: Option<&SessionOptions>,
    ) -> Result<Option<Model>, Wrong> {
        let wrong = |what: String| Err(Wrong(format!("round {}: {what}", record.decision.round)));
        let Some(parent) = self.records.get(&record.decision.parent) else { return Ok(None) };
        let (round, samples) = (parent.decision.round, parent.cumulative_samples);
        if record.decision.round != round + 1 {
            return wrong(format!("its parent is of round {round}"));
        }
        let of_round = record.decision.samples();
        if record.cumulative_samples != samples + of_round {
            let told = record.cumulative_samples;
            return wrong(format!("{told} samples, where {samples} and {of_round} are behind it"));
        }
        if let Some(options) = masks {
            return self.judge_sums(parent, record, options);
        }
        let mut contributions = Vec::new();
        for part in &record.decision.contributions {
            let Some(made) = self.updates.get(part.update) else { return Ok(None) };
            if !made.by.contains(&(part.peer, part.samples)) {
                let (peer, update) = (part.peer.short(), part.update.short());
                return wrong(format!("{peer} has not made {update} of {} samples", part.samples));
            }
            // Bytes that are no update count for nothing.
            if let Ok(update) = Update::decode(&made.bytes, &self.spec) {
                contributions.push(Contribution { samples: part.samples, update });
            }
        }
        if RoundRecord::following(parent, record.decision.clone(), record.model) != *record {
            return wrong("its standings do not follow from the verdicts on its parent".to_owned());
        }
        let Some(mut model) = self.models.get(parent.model).cloned() else { return Ok(None) };
        if let Err(error) = model.aggregate(&contributions) {
            return wrong(error.to_string());
        }
        let (told, found) = (record.model, model.hash());
        if told != found {
            return wrong(format!(
                "its updates come to model {}, not {}",
                found.short(),
                told.short()
            ));
        }
        Ok(Some(model))
    }
}

impl Reference {
    /// The model that a record's sums come to: each must be that of the changes which its members have put masks on.
    fn judge_sums(
        &self,
        parent: &RoundRecord,
        record: &RoundRecord,
        options: &SessionOptions,
    ) -> Result<Option<Model>, Wrong> {
        let decision = &record.decision;
        let wrong = |what: String| Err(Wrong(format!("round {}: {what}", decision.round)));
        let Some(mut model) = self.models.get(parent.model).cloned() else { return Ok(None) };
        let counting = Counting::new(model.network(), options.reach());
        let mut sums = Vec::new();
        for group in &decision.groups {
            let Some(bytes) = self.sums.get(group.sum) else { return Ok(None) };
            let Some(sum) = counting.read(bytes) else { return wrong("a sum that is none".into()) };
            let mut changes = Vec::new();
            for part in group.places().filter_map(|place| decision.contributions.get(place)) {
                let Some(masked) = self.masked.get(part.update) else { return Ok(None) };
                if masked.by != part.peer {
                    return wrong(format!("{} has not made its update", part.peer.short()));
                }
                changes.push(masked.change.as_ref());
            }
            if sum.members() != changes.len() {
                return wrong(format!("a sum of {} members", sum.members()));
            }
            let count = changes.len() as f32;
            if let Some(changes) = changes.into_iter().collect::<Option<Vec<_>>>() {
                let mean = sum.mean(counting.grid(), counting.tensors());
                let of = |at: usize| changes.iter().map(|change| change[at]).sum::<f32>() / count;
                let far = mean
                    .iter()
                    .enumerate()
                    .find(|(at, it)| (**it - of(*at)).abs() > MEAN_TOLERANCE);
                if let Some((at, mean)) = far {
                    return wrong(format!("parameter {at} of a mean is {mean}, not {}", of(at)));
                }
            }
            sums.push((decision.samples_of(group), &bytes[..]));
        }
        if RoundRecord::following(parent, decision.clone(), record.model) != *record {
            return wrong("its standings do not follow from the verdicts on its parent".to_owned());
        }
        aggregate(&mut model, options.reach(), &sums);
        let (told, found) = (record.model, model.hash());
        if told != found {
            return wrong(format!(
                "its sums come to model {}, not {}",
                found.short(),
                told.short()
            ));
        }
        Ok(Some(model))
    }
}

/// The newest values by hash.
#[derive(Debug)]
struct Kept<T> {
    values: BTreeMap<Hash, T>,
    order: VecDeque<Hash>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { values: BTreeMap::new(), order: VecDeque::new() }
    }
}

impl<T> Kept<T> {
    fn get(&self, hash: Hash) -> Option<&T> {
        self.values.get(&hash)
    }

    fn get_mut(&mut self, hash: Hash) -> Option<&mut T> {
        self.values.get_mut(&hash)
    }

    fn insert(&mut self, hash: Hash, value: T) {
        if self.values.insert(hash, value).is_none() {
            self.order.push_back(hash);
        }
        if self.order.len() > KEPT_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.values.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classroom;
    use neural::{Compression, Network, compress};
    use protocol::{identity::Identity, session::Decision};

    const LIFE: Life = Life { host: HostId(0), number: 1 };
    const SAMPLES: u32 = 16;

    struct Case {
        reference: Reference,
        session: SessionId,
        record: RoundRecord,
    }

    /// A session with one update in its first round, and the record of it.
    fn case() -> Case {
        let spec = classroom::network();
        let mut reference = Reference::new(spec.clone());
        let identity = Identity::from_seed([7; 32]);
        let peer = identity.peer_id();
        let mut model = Model::new(&spec).unwrap();
        let proposal = Proposal {
            cluster: classroom::cluster(),
            network: spec.clone(),
            recipe: Vec::new(),
            task: "three classes".to_owned(),
            options: classroom::options(4),
            founder: peer,
            invited: None,
            first_model: model.hash(),
            draw: u32::MAX,
            nonce: [1; 16],
        };
        reference.proposed(&proposal);
        let from = Network::new(&spec).unwrap();
        let to = from.parameters().iter().map(|parameter| parameter + 0.01).collect();
        let to = from.with_parameters(to).unwrap();
        let mut rest = vec![0.0; from.parameters().len()];
        let update = compress(&from, &to, &mut rest, Compression::Rows).unwrap();
        let bytes = update.encode();
        reference.made(peer, &bytes, SAMPLES);
        model.aggregate(&[Contribution { samples: SAMPLES, update }]).unwrap();
        let genesis = proposal.genesis_record();
        let (parent, name) = (genesis.hash(), update_name(peer, &bytes));
        let place = (proposal.session_id(), parent);
        let scores = protocol::session::scores_name(&[]);
        let part =
            protocol::session::Contribution::sign(&identity, place, scores, name, SAMPLES, 1);
        let (contributions, verdicts) = (vec![part], Vec::new());
        let decision = Decision {
            round: 1,
            parent,
            contributions,
            verdicts,
            committed: 1,
            groups: Vec::new(),
        };
        let record = RoundRecord::following(&genesis, decision, model.hash());
        Case { reference, session: proposal.session_id(), record }
    }

    fn what_is_wrong(change: impl FnOnce(&mut RoundRecord)) -> String {
        let Case { mut reference, session, mut record } = case();
        change(&mut record);
        reference.held(LIFE, session, &record).map_err(|wrong| wrong.to_string()).unwrap_err()
    }

    #[test]
    fn a_record_that_is_right_is_found_right_once() {
        let Case { mut reference, session, record } = case();
        for _ in 0..2 {
            assert_eq!(reference.held(LIFE, session, &record), Ok(()));
        }
        assert_eq!(reference.judged(), (1, 0));
    }

    #[test]
    fn a_record_is_wrong_by_its_model_its_samples_its_round_or_somebody_elses_update() {
        let nobody = Hash::of(b"another model");
        assert!(what_is_wrong(|record| record.model = nobody).contains("come to model"));
        assert!(what_is_wrong(|record| record.cumulative_samples += 1).contains("17 samples"));
        assert!(what_is_wrong(|record| record.decision.round = 2).contains("its parent"));
        let other = Identity::from_seed([8; 32]).peer_id();
        let stolen = what_is_wrong(|record| record.decision.contributions[0].peer = other);
        assert!(stolen.contains("has not made"), "{stolen}");
    }

    #[test]
    fn a_record_whose_updates_nobody_has_shown_is_not_judged() {
        let Case { mut reference, session, mut record } = case();
        record.decision.contributions[0].update = Hash::of(b"an update of somewhere");
        assert_eq!(reference.held(LIFE, session, &record), Ok(()));
        assert_eq!(reference.judged(), (0, 1));
    }

    #[test]
    fn a_device_does_not_go_back_to_a_lighter_record_but_in_another_life() {
        let Case { mut reference, session, record } = case();
        reference.held(LIFE, session, &record).unwrap();
        let mut lighter = record.clone();
        lighter.decision.contributions[0].samples = 1;
        lighter.cumulative_samples = 1;
        assert!(reference.held(LIFE, session, &lighter).unwrap_err().0.contains("of 1 and round"));
        let next = Life { number: 2, ..LIFE };
        reference.records.insert(lighter.hash(), lighter.clone());
        assert_eq!(reference.held(next, session, &lighter), Ok(()));
    }
}
