//! Records on this device: what survives a reload.
//!
//! Every record is framed as `PCR1`, the SHA-256 of the rest, the rest: a record that a crash or a full disk has damaged
//! is noticed, reported and dropped, and never taken for the truth.

use crate::{
    clusters::Origin,
    config::StoredRecord,
    view::{EarlierRound, LineageLeft, MessageView},
};
use neural::Dataset;
use protocol::{
    cluster::NetworkSpec,
    envelope::Instance,
    room::RoomSecret,
    session::{Equivocation, Proposal, RoundRecord},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use units::{ClusterId, Hash, PeerId, SessionId, SortedMap};

pub(crate) const IDENTITY: &str = "identity";
pub(crate) const ROOM: &str = "room";
pub(crate) const LEFT: &str = "left";
pub(crate) const SPENT: &str = "spent";
pub(crate) const CONNECT_BY_HAND: &str = "connect_by_hand";
/// How many nodes of others somebody has agreed to carry.
pub(crate) const HOSTING: &str = "hosting";
/// What this device can claim of loans, by their names.
pub(crate) const LOANS_PREFIX: &str = "loans/";
/// The other devices of this person.
pub(crate) const SIBLINGS: &str = "siblings";
const CLUSTER_PREFIX: &str = "cluster/";
const DATASET_PREFIX: &str = "dataset/";
const MESSAGES_PREFIX: &str = "messages/";
const BOOKS_PREFIX: &str = "books/";
const MAGIC: &[u8; 4] = b"PCR1";

/// The device's key and its newest life.
#[derive(Serialize, Deserialize)]
pub(crate) struct IdentityRecord {
    pub seed: [u8; 32],
    pub instance: Instance,
}

/// The room that this device was in.
#[derive(Serialize, Deserialize)]
pub(crate) struct RoomRecord {
    pub secret: RoomSecret,
    pub signaling_url: Option<String>,
}

/// A cluster, and the session that trains it: one record, so that the model and the round it belongs to never part.
#[derive(Serialize, Deserialize)]
pub(crate) struct ClusterRecord {
    pub network: NetworkSpec,
    #[serde(with = "serde_bytes")]
    pub recipe: Vec<u8>,
    #[serde(with = "serde_bytes")]
    pub checkpoint: Vec<u8>,
    /// A [`SessionRecord`] as it seals itself; empty if there is none. Whatever is wrong with it, the cluster stays.
    #[serde(with = "serde_bytes")]
    pub session: Vec<u8>,
}

/// Where a session stood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SessionRecord {
    pub id: SessionId,
    pub proposal: Proposal,
    pub head: RoundRecord,
    pub running: bool,
    pub stopped: bool,
    /// Why it ended here.
    pub ended_because: Option<String>,
    /// Whether that is because nobody had any privacy budget left.
    pub used_up: bool,
    /// The rounds that were seen, oldest first.
    pub rounds: Vec<EarlierRound>,
    /// Lineages that were left for others', oldest first.
    pub lineages_left: Vec<LineageLeft>,
    /// That members promised two updates for one round.
    pub accused: Vec<Equivocation>,
}

impl SessionRecord {
    /// As bytes that say which version of the protocol they are of.
    pub(crate) fn seal(&self) -> Vec<u8> {
        postcard::to_allocvec(&(protocol::VERSION, self)).expect("records have an encoding")
    }

    /// Reads one of this version; sessions of another one cannot be gone on with.
    pub(crate) fn open(bytes: &[u8]) -> Option<Self> {
        let (version, rest): (u16, _) = postcard::take_from_bytes(bytes).ok()?;
        (version == protocol::VERSION).then(|| postcard::from_bytes(rest).ok()).flatten()
    }
}

/// The sessions that somebody at this device has left, oldest first.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct LeftRecord {
    pub sessions: Vec<SessionId>,
}

/// A cluster's rows: in full, or by where they come from.
#[derive(Serialize, Deserialize)]
pub(crate) struct DatasetRecord {
    pub origin: Origin,
    pub held_out_percent: u8,
    pub dataset: Option<Dataset>,
}

/// The texts of a room, and the newest number heard from every sender.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct MessagesRecord {
    pub messages: Vec<MessageView>,
    pub newest_heard: Vec<(PeerId, u64)>,
}

pub(crate) fn cluster_key(cluster: &ClusterId) -> String {
    format!("{CLUSTER_PREFIX}{cluster}")
}

/// Whether a record is a cluster's.
pub(crate) fn is_cluster(key: &str) -> bool {
    key.starts_with(CLUSTER_PREFIX)
}

pub(crate) fn dataset_key(cluster: &ClusterId) -> String {
    format!("{DATASET_PREFIX}{cluster}")
}

pub(crate) fn messages_key(room: units::RoomId) -> String {
    format!("{MESSAGES_PREFIX}{room}")
}

/// What begins the names of all records of a room's books.
pub(crate) fn books_prefix(room: units::RoomId) -> String {
    format!("{BOOKS_PREFIX}{room}/")
}

/// Puts a record's content into its frame.
pub(crate) fn seal<T: Serialize>(content: &T) -> Vec<u8> {
    let body = postcard::to_allocvec(content).expect("records have an encoding");
    [&MAGIC[..], Hash::of(&body).as_bytes(), &body].concat()
}

fn open<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let body = bytes.strip_prefix(MAGIC)?;
    let (digest, body) = body.split_first_chunk::<32>()?;
    (Hash::of(body).as_bytes() == digest).then(|| postcard::from_bytes(body).ok()).flatten()
}

/// The records of an earlier life.
pub(crate) struct Records {
    records: SortedMap<String, Vec<u8>>,
    /// Names of records that could not be read.
    pub damaged: Vec<String>,
}

impl Records {
    pub(crate) fn new(records: Vec<StoredRecord>) -> Self {
        let records = records.into_iter().map(|record| (record.key, record.value)).collect();
        Self { records, damaged: Vec::new() }
    }

    /// Takes a record out; `None` if there is none, or if it is damaged, which is noted.
    pub(crate) fn take<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        let bytes = self.records.remove(key)?;
        let content = open(&bytes);
        if content.is_none() {
            self.damaged.push(key.to_owned());
        }
        content
    }

    /// Takes all records out whose names begin so, by the rest of their names; damaged ones are noted.
    pub(crate) fn take_all<T: DeserializeOwned>(&mut self, prefix: &str) -> Vec<(String, T)> {
        let names: Vec<String> =
            self.records.keys().filter(|key| key.starts_with(prefix)).cloned().collect();
        let take = |name: String| Some((name[prefix.len()..].to_owned(), self.take(&name)?));
        names.into_iter().filter_map(take).collect()
    }

    /// The clusters that have a record, damaged or not.
    pub(crate) fn clusters(&self) -> Vec<ClusterId> {
        let names = self.records.keys().filter_map(|key| key.strip_prefix(CLUSTER_PREFIX));
        names.filter_map(|name| name.parse().ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(value: Vec<u8>) -> Records {
        Records::new(vec![StoredRecord { key: IDENTITY.into(), value }])
    }

    #[test]
    fn a_record_reads_back_what_was_sealed() {
        let sealed = seal(&IdentityRecord { seed: [7; 32], instance: Instance(3) });
        let record: IdentityRecord = records(sealed).take(IDENTITY).unwrap();
        assert_eq!((record.seed, record.instance), ([7; 32], Instance(3)));
    }

    /// Before sessions had a version, they stood where their sealed bytes are.
    #[derive(Serialize)]
    struct ClusterRecordBefore {
        network: NetworkSpec,
        #[serde(with = "serde_bytes")]
        recipe: Vec<u8>,
        #[serde(with = "serde_bytes")]
        checkpoint: Vec<u8>,
        session: Option<([u8; 16], u64)>,
    }

    #[test]
    fn a_cluster_outlives_a_session_of_another_version() {
        let layers = vec![protocol::cluster::LayerSpec::new(4, 4)];
        let network = NetworkSpec { inputs: 3, steps: 1, layers, classes: 2, seed: 7 };
        for session in [None, Some(([7; 16], 3))] {
            let (network, checkpoint) = (network.clone(), vec![1, 2, 3]);
            let before = ClusterRecordBefore { network, recipe: Vec::new(), checkpoint, session };
            let record: ClusterRecord = records(seal(&before)).take(IDENTITY).unwrap();
            assert_eq!(record.checkpoint, [1, 2, 3]);
            assert!(SessionRecord::open(&record.session).is_none());
        }
    }

    #[test]
    fn every_single_damaged_byte_is_noticed() {
        let sealed = seal(&IdentityRecord { seed: [7; 32], instance: Instance(3) });
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            let mut records = records(damaged);
            assert!(records.take::<IdentityRecord>(IDENTITY).is_none(), "byte {at}");
            assert_eq!(records.damaged, [IDENTITY]);
        }
    }
}
