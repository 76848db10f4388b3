//! What a member makes of what others send, message by message.

mod away;
mod fetches;
mod lineages;
mod masks;
mod merging;
mod privacy;
mod promises;
mod rounds;
mod standing;

use super::{HISTORY_MAX, Session, SessionAction, SessionJob, Surroundings};
use crate::{
    config::Limits,
    job::{Answer, Job},
    view::EarlierRound,
};
use ::core::time::Duration;
use protocol::{
    cluster::{LayerSpec, NetworkSpec},
    identity::Identity,
    message::{BulkMessage, MODEL_PIECES_MAX, ModelPart, SessionMessage},
    pieces,
    session::{
        Commitment, Contribution, Decision, Equivocation, Proposal, RecordName, RoundRecord,
        SessionOptions, Verdict, leaders, scores_name, update_name,
    },
};
use std::collections::BTreeMap;
use units::{Hash, Instant, PeerId, SortedSet};

/// A member of a session with two others, all of whom have rows; both lead the first round before it does.
struct Member {
    session: Session,
    identity: Identity,
    limits: Limits,
    connected: SortedSet<PeerId>,
    /// Whom it cannot be connected with.
    out_of_reach: SortedSet<PeerId>,
    /// Of whom it hears nothing for now.
    silent: SortedSet<PeerId>,
    /// The keys of all three.
    keys: BTreeMap<PeerId, Identity>,
    /// Whether there are more in the room than it is connected with.
    is_in_a_crowd: bool,
    /// Whom the room's ledger speaks against.
    distrusted: SortedSet<PeerId>,
    now: Instant,
}

const SAMPLES: u32 = 16;

fn network() -> NetworkSpec {
    let layers = vec![LayerSpec::new(4, 4)];
    NetworkSpec { inputs: 3, steps: 1, layers, classes: 2, seed: 7 }
}

fn first_model() -> Hash {
    pieces::name(&model_bytes())
}

fn model_bytes() -> Vec<u8> {
    neural::Model::new(&network()).unwrap().encode()
}

/// Asks for the list of a model's pieces, and the first ones.
fn ask(record: Hash) -> SessionMessage {
    SessionMessage::RequestModel { record, pieces: Vec::new() }
}

/// An update that no other number gives.
fn update(number: u8) -> Vec<u8> {
    let from = neural::Network::new(&network()).unwrap();
    let by = f32::from(number) / 100.0;
    let to = from.parameters().iter().map(|parameter| parameter + by).collect();
    let to = from.with_parameters(to).unwrap();
    let mut residual = vec![0.0; from.parameters().len()];
    neural::compress(&from, &to, &mut residual, neural::Compression::Rows).unwrap().encode()
}

impl Member {
    fn new(first_model: Hash) -> Self {
        let connected = [2, 3].map(|n| Identity::from_seed([n; 32]).peer_id());
        let options = SessionOptions {
            rounds: 9,
            local_steps: 4,
            batch_rows: 4,
            learning_rate_millionths: 1,
            privacy: None,
            masks: None,
        };
        let proposal = Proposal {
            recipe: Vec::new(),
            cluster: "digits".parse().unwrap(),
            network: network(),
            task: "digits".to_owned(),
            options,
            founder: connected[0],
            invited: None,
            first_model,
            draw: u32::MAX,
            nonce: [0; 16],
        };
        let session = Session::new(proposal, None, false, 1, Instant::ZERO);
        let leads_last = |identity: &Identity| {
            let all = [connected[0], connected[1], identity.peer_id()];
            leaders(session.id, 1, &all)[2] == identity.peer_id()
        };
        let mut identities = (4..).map(|n| Identity::from_seed([n; 32]));
        let identity = identities.find(leads_last).unwrap();
        let keys =
            [2, 3].map(|n| Identity::from_seed([n; 32])).into_iter().chain([identity.clone()]);
        let keys = keys.map(|key| (key.peer_id(), key)).collect();
        let connected = connected.into_iter().collect();
        let (limits, is_in_a_crowd, now) = (Limits::default(), false, Instant::ZERO);
        let [distrusted, out_of_reach, silent] = [const { SortedSet::new() }; 3];
        Self {
            session,
            identity,
            limits,
            connected,
            out_of_reach,
            silent,
            keys,
            is_in_a_crowd,
            distrusted,
            now,
        }
    }

    /// With its model on the workbench, and told that the others take part.
    fn in_round_one() -> Self {
        let mut member = Self::new(first_model());
        member.does(|session, s| session.cluster_ready(first_model(), 10, s));
        for peer in member.connected.clone() {
            member.hears(peer, SessionMessage::Join { rows: 10 });
        }
        member
    }

    /// The same with updates 1, 2 and 3: its own, and what the others have promised and shown, in the order in which they lead.
    fn with_all_shown() -> Self {
        let mut member = Self::in_round_one();
        member.is_trained(update(1));
        for (peer, number) in member.others().into_iter().zip(2..) {
            member.hears(peer, SessionMessage::Commit(member.commitment(peer, &update(number))));
            member.gets_update(peer, update(number));
        }
        member
    }

    fn does(&mut self, act: impl FnOnce(&mut Session, &Surroundings<'_>)) -> Vec<SessionAction> {
        let surroundings = Surroundings {
            now: self.now,
            me: self.identity.peer_id(),
            identity: &self.identity,
            limits: &self.limits,
            connected: &self.connected,
            out_of_reach: &self.out_of_reach,
            silent: &self.silent,
            is_partial: self.is_in_a_crowd,
            distrusted: &self.distrusted,
        };
        act(&mut self.session, &surroundings);
        self.session.check_invariants();
        self.session.take_actions()
    }

    fn hears(&mut self, from: PeerId, message: SessionMessage) -> Vec<SessionAction> {
        self.does(|session, s| session.handle_message(from, message, s))
    }

    fn waits(&mut self, duration: Duration) -> Vec<SessionAction> {
        self.now = self.now + duration;
        self.does(|session, s| session.advance(s))
    }

    fn gets_update(&mut self, from: PeerId, update: Vec<u8>) -> Vec<SessionAction> {
        let message = BulkMessage::Update { session: self.session.id, owner: from, update };
        self.does(|session, s| session.handle_bulk(from, message, s))
    }

    fn is_trained(&mut self, update: Vec<u8>) -> Vec<SessionAction> {
        let (parent, since) = (self.session.head_hash, self.session.awake_for(self.now));
        let purpose = SessionJob::Train { parent, since };
        let answer = Answer::Trained { update, samples: SAMPLES, loss: 1.0, spent: None };
        self.does(|session, s| session.handle_job(purpose, Ok(answer), s))
    }

    /// What a member promises in the running round, within a life of its own.
    fn promise(&self, peer: PeerId, update: &[u8], samples: u32, life: u64) -> Contribution {
        let (scores, name) = (scores_name(&[]), update_name(peer, update));
        let round = (self.session.id, self.session.head_hash);
        Contribution::sign(&self.keys[&peer], round, scores, name, samples, life)
    }

    fn commitment(&self, peer: PeerId, update: &[u8]) -> Commitment {
        let contribution = self.promise(peer, update, SAMPLES, 1);
        Commitment { parent: self.session.head_hash, contribution, train_ms: 10 }
    }

    fn decision(&self, parts: &[(PeerId, &[u8], u32)]) -> Decision {
        let part = |(peer, update, samples): &(PeerId, &[u8], u32)| {
            self.promise(*peer, update, *samples, 1)
        };
        let mut contributions: Vec<_> = parts.iter().map(part).collect();
        contributions.sort_unstable_by_key(|part| part.peer);
        let round = self.session.head.decision.round + 1;
        let (parent, committed) = (self.session.head_hash, contributions.len() as u32);
        Decision {
            round,
            parent,
            contributions,
            verdicts: Vec::new(),
            committed,
            groups: Vec::new(),
        }
    }

    /// A record of so many samples that follows from what a member promises on another one.
    fn record(&self, parent: Hash, round: u32, part: (PeerId, u32), samples: u64) -> RoundRecord {
        let name = update_name(part.0, &update(2));
        let (place, scores) = ((self.session.id, parent), scores_name(&[]));
        let promise = Contribution::sign(&self.keys[&part.0], place, scores, name, part.1, 1);
        let contributions = vec![promise];
        let decision = Decision {
            round,
            parent,
            contributions,
            verdicts: Vec::new(),
            committed: 1,
            groups: Vec::new(),
        };
        RoundRecord {
            decision,
            model: Hash::of(b"theirs"),
            cumulative_samples: samples,
            standings: Vec::new(),
            draw: u32::MAX,
            name: RecordName::default(),
        }
    }

    /// The same with a model that can be handed out.
    fn record_of_model(
        &self,
        parent: Hash,
        round: u32,
        part: (PeerId, u32),
        samples: u64,
    ) -> RoundRecord {
        RoundRecord { model: first_model(), ..self.record(parent, round, part, samples) }
    }

    /// The model of that record arrives, all of it.
    fn gets_model(&mut self, from: PeerId, record: Hash) -> Vec<SessionAction> {
        let bytes = model_bytes();
        let list = ModelPart::List { names: pieces::piece_names(&bytes) };
        let parts = bytes.chunks(pieces::PIECE_BYTES).zip(0..);
        let parts = parts.map(|(bytes, piece)| ModelPart::Piece { piece, bytes: bytes.to_vec() });
        let parts: Vec<_> = [list].into_iter().chain(parts).collect();
        let hear = |session: &mut Session, s: &Surroundings<'_>| {
            for part in parts {
                session.handle_bulk(
                    from,
                    BulkMessage::Model { session: session.id, record, part },
                    s,
                );
            }
        };
        self.does(hear)
    }

    /// The other members in the order in which they lead.
    fn others(&self) -> Vec<PeerId> {
        let all: Vec<_> = self.connected.iter().copied().collect();
        leaders(self.session.id, self.session.head.decision.round + 1, &all)
    }
}

fn refusals(actions: &[SessionAction]) -> usize {
    actions.iter().filter(|action| matches!(action, SessionAction::Refuse(..))).count()
}

fn aggregates(actions: &[SessionAction]) -> bool {
    actions.iter().any(|action| matches!(action, SessionAction::Job(Job::Aggregate { .. }, _)))
}
