//! A member that wants the others to go on with a model of its own: it tells of a record that outweighs theirs by what it
//! claims, and hands out what it is asked for.

use super::{framed, session_message};
use crate::classroom;
use neural::{Compression, Model, Network, compress};
use peer::Channel;
use protocol::{
    identity::Identity,
    limits,
    message::{BulkMessage, ControlMessage, ModelPart, SessionMessage},
    pieces,
    session::{Contribution, Decision, Proposal, RecordName, RoundRecord, scores_name},
};
use std::collections::{BTreeMap, VecDeque};
use units::{Hash, PeerId, SessionId};

/// Rounds of which promises and records are remembered.
const ROUNDS_KEPT: usize = 4;

/// Members that are made up, where some are.
const MADE_UP: u8 = 12;

/// What is behind the record of a usurper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usurpation {
    /// Nothing: a record on a parent that nobody has, with the most that its rounds can hold behind it.
    Claim,
    /// Rounds of its own alone, as many as the session has left, on the newest record that all have.
    LoneRounds,
    /// The promises of all others for the newest round, in a decision that all of them are in, with a model of its own; and then
    /// rounds of its own alone.
    BorrowedPromises,
    /// Rounds of its own and of many keys that it has made up, from the session's first record on.
    MadeUpMembers,
    /// Nothing, as in a claim, but of another session on the same cluster, which it proposes.
    RivalSession,
}

/// The model that a usurper hands out: far from all that anybody has learnt.
///
/// # Panics
/// If the classroom's network is none.
pub fn usurpers_model() -> Model {
    let spec = classroom::network();
    let from = Network::new(&spec).expect("the classroom has a network");
    let to = from.parameters().iter().map(|parameter| 0.1 - parameter).collect();
    let to = from.with_parameters(to).expect("they are as many");
    let mut rest = vec![0.0; from.parameters().len()];
    let update = compress(&from, &to, &mut rest, Compression::Rows).expect("they are numbers");
    let mut model = Model::new(&spec).expect("the classroom has a network");
    model.aggregate(&[neural::Contribution { samples: 1, update }]).expect("it is one update");
    model
}

#[derive(Debug)]
pub(crate) struct Usurper {
    how: Usurpation,
    /// Whether it waits until the session is over.
    waits: bool,
    model: Model,
    /// Records that its engine came to, the newest last.
    seen: VecDeque<RoundRecord>,
    promises: BTreeMap<Hash, BTreeMap<PeerId, Contribution>>,
    /// What it tells of: successive records.
    forged: Vec<RoundRecord>,
}

impl Usurper {
    pub(super) fn new(how: Usurpation, waits: bool) -> Self {
        let (seen, promises, forged) = (VecDeque::new(), BTreeMap::new(), Vec::new());
        Self { how, waits, model: usurpers_model(), seen, promises, forged }
    }

    /// Its engine has come to a record.
    pub(super) fn see(&mut self, record: &RoundRecord) {
        if self.seen.back().is_none_or(|newest| newest.hash() != record.hash()) {
            if self.seen.len() == ROUNDS_KEPT {
                self.seen.pop_front();
            }
            self.seen.push_back(record.clone());
            self.forged.clear();
        }
    }

    pub(super) fn hear(&mut self, bytes: &[u8]) {
        if let Some((_, SessionMessage::Commit(commitment))) = session_message(bytes) {
            let (parent, promise) = (commitment.parent, commitment.contribution);
            self.promises.entry(parent).or_default().insert(promise.peer, promise);
        }
    }

    /// What goes on the channel in the place of `bytes`.
    pub(super) fn instead_of(
        &mut self,
        channel: Channel,
        bytes: Vec<u8>,
        key: Option<&Identity>,
        known: Option<(SessionId, &Proposal)>,
    ) -> Vec<(Channel, Vec<u8>)> {
        let (Some(key), Some((session, proposal))) = (key, known) else {
            return vec![(channel, bytes)];
        };
        let is_over =
            self.seen.back().is_some_and(|it| it.decision.round >= proposal.options.rounds);
        if self.waits && !is_over {
            return vec![(channel, bytes)];
        }
        let rival = self.rival(proposal);
        if self.forged.is_empty() {
            self.forged = self.forge(key, rival.as_ref().unwrap_or(proposal));
        }
        let Some(newest) = self.forged.last() else { return vec![(channel, bytes)] };
        let said = |session, message| {
            (Channel::Control, ControlMessage::Session { session, message }.encode())
        };
        let told = SessionMessage::Head(newest.clone());
        match (channel, rival) {
            // Its engine knows of no such session: it says all of it by itself, until it has been asked for.
            (Channel::Control, Some(rival)) => {
                let id = rival.session_id();
                let proposed = [said(id, SessionMessage::Proposal(rival)), said(id, told)];
                let parts = self.model_parts(id, newest.hash());
                [(channel, bytes)].into_iter().chain(proposed).chain(parts).collect()
            }
            (Channel::Control, None) => vec![(channel, bytes), said(session, told)],
            (Channel::Bulk, _) => self.instead_of_value(bytes),
        }
    }

    /// The session that it proposes besides that one, if it does.
    fn rival(&self, proposal: &Proposal) -> Option<Proposal> {
        let is_rival = self.how == Usurpation::RivalSession;
        is_rival.then(|| Proposal { nonce: [0xee; 16], ..proposal.clone() })
    }

    /// Its model, piece by piece.
    fn model_parts(&self, session: SessionId, record: Hash) -> Vec<(Channel, Vec<u8>)> {
        let bytes = self.model.encode();
        let list = ModelPart::List { names: pieces::piece_names(&bytes) };
        let parts = bytes.chunks(pieces::PIECE_BYTES).zip(0..);
        let parts = parts.map(|(part, piece)| ModelPart::Piece { piece, bytes: part.to_vec() });
        let value = |part| framed(&BulkMessage::Model { session, record, part });
        [list].into_iter().chain(parts).map(|part| (Channel::Bulk, value(part))).collect()
    }

    /// Its engine has no such record, and says so.
    fn instead_of_value(&self, frame: Vec<u8>) -> Vec<(Channel, Vec<u8>)> {
        let whole =
            protocol::bulk::Incoming::default().accept(&frame, limits::BULK_VALUE_BYTES_MAX);
        let value = whole.ok().flatten().and_then(|value| BulkMessage::decode(&value).ok());
        let is_forged = |record: &Hash| self.forged.last().is_some_and(|it| it.hash() == *record);
        match value {
            Some(BulkMessage::Model { session, record, .. }) if is_forged(&record) => {
                self.model_parts(session, record)
            }
            _ => vec![(Channel::Bulk, frame)],
        }
    }

    fn forge(&self, key: &Identity, proposal: &Proposal) -> Vec<RoundRecord> {
        let genesis = proposal.genesis_record();
        let newest = self.seen.back().unwrap_or(&genesis);
        match self.how {
            Usurpation::Claim | Usurpation::RivalSession => vec![self.claimed(key, proposal)],
            Usurpation::LoneRounds => self.lone_rounds(key, proposal, newest, Vec::new()),
            Usurpation::MadeUpMembers => self.lone_rounds(key, proposal, &genesis, Vec::new()),
            Usurpation::BorrowedPromises => {
                let Some(parent) = self.seen.iter().rev().nth(1) else { return Vec::new() };
                let others = self.promises.get(&parent.hash()).into_iter().flatten();
                let others = others.map(|(_, promise)| *promise);
                let others = others.filter(|promise| promise.peer != key.peer_id()).collect();
                self.lone_rounds(key, proposal, parent, others)
            }
        }
    }

    /// Rounds by itself up to the session's last, in the first of which `others` have a part.
    fn lone_rounds(
        &self,
        key: &Identity,
        proposal: &Proposal,
        parent: &RoundRecord,
        mut others: Vec<Contribution>,
    ) -> Vec<RoundRecord> {
        let mut records: Vec<RoundRecord> = Vec::new();
        for round in parent.decision.round + 1..=proposal.options.rounds {
            let before = records.last().unwrap_or(parent);
            let mut contributions = core::mem::take(&mut others);
            contributions.push(promise(key, proposal, before.hash()));
            if self.how == Usurpation::MadeUpMembers {
                let made_up = (0..MADE_UP).map(|n| Identity::from_seed([200 + n; 32]));
                contributions.extend(made_up.map(|key| promise(&key, proposal, before.hash())));
            }
            let decision = decision(round, before.hash(), contributions);
            records.push(RoundRecord::following(before, decision, self.model.hash()));
        }
        records
    }

    /// A record of the session's last round but one, of all samples that there can be.
    fn claimed(&self, key: &Identity, proposal: &Proposal) -> RoundRecord {
        let (round, parent) = (proposal.options.rounds.max(2) - 1, Hash::of(b"nobody has it"));
        let decision = decision(round, parent, vec![promise(key, proposal, parent)]);
        let members_max = limits::ROUND_MEMBERS_MAX;
        let rounds = u64::from(round - 1);
        let cumulative_samples =
            decision.samples() + rounds * proposal.options.samples_max() * members_max as u64;
        let (model, standings) = (self.model.hash(), Vec::new());
        let (draw, name) = (u32::MAX, RecordName::default());
        RoundRecord { decision, model, cumulative_samples, standings, draw, name }
    }
}

fn promise(key: &Identity, proposal: &Proposal, parent: Hash) -> Contribution {
    let samples = proposal.options.local_steps * proposal.options.batch_rows;
    let place = (proposal.session_id(), parent);
    let (scores, update) = (scores_name(&[]), Hash::of(b"nobody has it"));
    Contribution::sign(key, place, scores, update, samples, u64::MAX)
}

fn decision(round: u32, parent: Hash, mut contributions: Vec<Contribution>) -> Decision {
    contributions.sort_unstable_by_key(|part| part.peer);
    let (verdicts, groups) = (Vec::new(), Vec::new());
    let committed = contributions.len() as u32;
    Decision { round, parent, contributions, verdicts, committed, groups }
}
