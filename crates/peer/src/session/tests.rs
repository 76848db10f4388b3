//! What a member makes of what others send, message by message.

use super::{Session, SessionAction, SessionJob, Surroundings};
use crate::{
    config::Limits,
    job::{Answer, Job},
};
use ::core::time::Duration;
use protocol::{
    cluster::{LayerSpec, NetworkSpec},
    identity::Identity,
    message::{BulkMessage, SessionMessage},
    session::{
        Commitment, Contribution, Decision, Equivocation, Proposal, RoundRecord, SessionOptions,
        Verdict, leaders, update_name,
    },
};
use std::collections::{BTreeMap, BTreeSet};
use units::{Hash, Instant, PeerId};

/// A member of a session with two others, all of whom have rows; both lead the first round before it does.
struct Member {
    session: Session,
    identity: Identity,
    limits: Limits,
    connected: BTreeSet<PeerId>,
    /// The keys of all three.
    keys: BTreeMap<PeerId, Identity>,
    now: Instant,
}

const SAMPLES: u32 = 16;

fn network() -> NetworkSpec {
    let layers = vec![LayerSpec::new(4, 4)];
    NetworkSpec { inputs: 3, steps: 1, layers, classes: 2, seed: 7 }
}

fn first_model() -> Hash {
    neural::Model::new(&network()).unwrap().hash()
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
            nonce: [0; 16],
        };
        let session = Session::new(proposal, None, false, 1, Instant::ZERO);
        let leads_last = |identity: &Identity| {
            let all = [connected[0], connected[1], identity.peer_id()];
            leaders(session.id, session.head_hash, &all)[2] == identity.peer_id()
        };
        let mut identities = (4..).map(|n| Identity::from_seed([n; 32]));
        let identity = identities.find(leads_last).unwrap();
        let keys =
            [2, 3].map(|n| Identity::from_seed([n; 32])).into_iter().chain([identity.clone()]);
        let keys = keys.map(|key| (key.peer_id(), key)).collect();
        let connected = connected.into_iter().collect();
        Self { session, identity, limits: Limits::default(), connected, keys, now: Instant::ZERO }
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

    fn does(&mut self, act: impl FnOnce(&mut Session, &Surroundings<'_>)) -> Vec<SessionAction> {
        let surroundings = Surroundings {
            now: self.now,
            me: self.identity.peer_id(),
            identity: &self.identity,
            limits: &self.limits,
            connected: &self.connected,
            is_partial: false,
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
        let (parent, since) = (self.session.head_hash, self.now);
        let purpose = SessionJob::Train { parent, since };
        let answer = Answer::Trained { update, samples: SAMPLES, loss: 1.0 };
        self.does(|session, s| session.handle_job(purpose, Ok(answer), s))
    }

    /// What a member promises in the running round, within a life of its own.
    fn promise(&self, peer: PeerId, update: &[u8], samples: u32, life: u64) -> Contribution {
        let round = (self.session.id, self.session.head_hash);
        Contribution::sign(&self.keys[&peer], round, update_name(peer, update), samples, life)
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
        Decision { round, parent, contributions, verdicts: Vec::new(), committed }
    }

    /// A record of so many samples that follows from what a member promises on another one.
    fn record(&self, parent: Hash, round: u32, part: (PeerId, u32), samples: u64) -> RoundRecord {
        let name = update_name(part.0, &update(2));
        let promise =
            Contribution::sign(&self.keys[&part.0], (self.session.id, parent), name, part.1, 1);
        let contributions = vec![promise];
        let decision =
            Decision { round, parent, contributions, verdicts: Vec::new(), committed: 1 };
        let (model, standings) = (Hash::of(b"theirs"), Vec::new());
        RoundRecord { decision, model, cumulative_samples: samples, standings, draw: u32::MAX }
    }

    /// The other members in the order in which they lead.
    fn others(&self) -> Vec<PeerId> {
        let all: Vec<_> = self.connected.iter().copied().collect();
        leaders(self.session.id, self.session.head_hash, &all)
    }
}

fn refusals(actions: &[SessionAction]) -> usize {
    actions.iter().filter(|action| matches!(action, SessionAction::Refuse(..))).count()
}

fn aggregates(actions: &[SessionAction]) -> bool {
    actions.iter().any(|action| matches!(action, SessionAction::Job(Job::Aggregate { .. }, _)))
}

#[test]
fn nobody_shuts_others_out_by_deciding_early_and_nobody_waits_for_ever() {
    let mut member = Member::in_round_one();
    member.is_trained(update(1));
    let hasty = *member.others().last().unwrap();
    member.hears(hasty, SessionMessage::Commit(member.commitment(hasty, &update(2))));
    member.gets_update(hasty, update(2));
    let decision = member.decision(&[(hasty, &update(2), SAMPLES)]);
    let actions = member.hears(hasty, SessionMessage::Decide(decision));
    assert!(!aggregates(&actions), "it was not its turn");
    let followed = (0..60).any(|_| aggregates(&member.waits(Duration::from_secs(1))));
    assert!(followed, "in the end somebody's word counts");
}

#[test]
fn a_decision_that_leaves_nobody_out_counts_whoever_tells_of_it() {
    let mut member = Member::in_round_one();
    member.is_trained(update(1));
    let others = member.others();
    let (first, last) = (others[0], others[1]);
    for (peer, number) in [(first, 2), (last, 3)] {
        member.hears(peer, SessionMessage::Commit(member.commitment(peer, &update(number))));
        member.gets_update(peer, update(number));
    }
    let me = member.identity.peer_id();
    let parts: [(PeerId, &[u8], u32); 3] =
        [(me, &update(1), SAMPLES), (first, &update(2), SAMPLES), (last, &update(3), SAMPLES)];
    let decision = member.decision(&parts);
    assert!(aggregates(&member.hears(last, SessionMessage::Decide(decision))));
}

#[test]
fn nobody_claims_more_samples_than_a_round_has_or_none() {
    let mut member = Member::in_round_one();
    let peer = member.others()[0];
    for samples in [0, SAMPLES + 1, u32::MAX] {
        let decision = member.decision(&[(peer, &update(2), samples)]);
        let actions = member.hears(peer, SessionMessage::Decide(decision.clone()));
        assert_eq!(refusals(&actions), 1, "{samples} samples");
        let record = RoundRecord::following(&member.session.head, decision, Hash::of(b"m"));
        assert_eq!(refusals(&member.hears(peer, SessionMessage::Head(record))), 1);
    }
}

#[test]
fn a_record_weighs_no_more_than_rounds_and_members_can_have_made() {
    let mut member = Member::in_round_one();
    let peer = member.others()[0];
    let decision = member.decision(&[(peer, &update(2), SAMPLES)]);
    let record = RoundRecord::following(&member.session.head, decision, Hash::of(b"m"));
    let more = RoundRecord { cumulative_samples: u64::from(SAMPLES) + 1, ..record.clone() };
    let less = RoundRecord { cumulative_samples: u64::from(SAMPLES) - 1, ..record.clone() };
    assert_eq!(refusals(&member.hears(peer, SessionMessage::Head(more))), 1);
    assert_eq!(refusals(&member.hears(peer, SessionMessage::Head(less))), 1);
    assert_eq!(refusals(&member.hears(peer, SessionMessage::Head(record))), 0);
}

#[test]
fn a_leader_cannot_give_an_update_another_weight_than_its_maker_did() {
    let mut member = Member::in_round_one();
    member.is_trained(update(1));
    let others = member.others();
    for (peer, number) in [(others[0], 2), (others[1], 3)] {
        member.hears(peer, SessionMessage::Commit(member.commitment(peer, &update(number))));
        member.gets_update(peer, update(number));
    }
    let me = member.identity.peer_id();
    let mut decision = member.decision(&[
        (me, &update(1), SAMPLES),
        (others[0], &update(2), SAMPLES),
        (others[1], &update(3), SAMPLES),
    ]);
    decision.contributions[1].samples = 1;
    let actions = member.hears(others[0], SessionMessage::Decide(decision));
    assert_eq!((aggregates(&actions), refusals(&actions)), (false, 1));
}

#[test]
fn nobody_takes_part_with_the_update_of_another() {
    let mut member = Member::in_round_one();
    let others = member.others();
    let (maker, copier) = (others[0], others[1]);
    let promise = member.commitment(maker, &update(2));
    member.hears(maker, SessionMessage::Commit(promise));
    let name = promise.contribution.update;
    let round = (member.session.id, member.session.head_hash);
    let contribution = Contribution::sign(&member.keys[&copier], round, name, SAMPLES, 1);
    member.hears(copier, SessionMessage::Commit(Commitment { contribution, ..promise }));
    member.gets_update(copier, update(2));
    assert!(member.session.stash.update(copier, name).is_none());
    member.gets_update(maker, update(2));
    assert!(member.session.stash.update(maker, name).is_some());
}

#[test]
fn who_promises_two_updates_for_one_round_contributes_no_longer_and_all_are_told() {
    let mut member = Member::in_round_one();
    let others = member.others();
    let (liar, honest) = (others[0], others[1]);
    member.hears(liar, SessionMessage::Commit(member.commitment(liar, &update(2))));
    let listed = vec![member.promise(liar, &update(3), SAMPLES, 1)];
    let close = SessionMessage::Close { parent: member.session.head_hash, contributions: listed };
    let actions = member.hears(honest, close);
    let accused = |action: &SessionAction| match action {
        SessionAction::Send(_, SessionMessage::Accuse(proof)) => proof.holds(member.session.id),
        _ => false,
    };
    assert_eq!(actions.iter().filter(|action| accused(action)).count(), 2, "{actions:?}");
    member.does(|session, s| assert!(!session.contributors(s).contains(&liar)));
}

#[test]
fn who_comes_back_after_a_crash_may_promise_anew_and_is_no_liar() {
    let mut member = Member::in_round_one();
    let (peer, friend) = (member.others()[0], member.others()[1]);
    member.hears(peer, SessionMessage::Commit(member.commitment(peer, &update(2))));
    let anew = member.promise(peer, &update(3), SAMPLES, 2);
    let commitment = Commitment { contribution: anew, ..member.commitment(peer, &update(3)) };
    member.hears(peer, SessionMessage::Commit(commitment));
    let parent = member.session.head_hash;
    let known = member.session.stash.commitment(peer, parent).map(|known| known.contribution);
    assert_eq!(known, Some(anew));
    let one = member.promise(peer, &update(2), SAMPLES, 1);
    let proof = Equivocation { parent, one, other: anew };
    assert_eq!(refusals(&member.hears(friend, SessionMessage::Accuse(proof))), 1);
    assert!(member.session.accused.is_empty());
}

/// The first round is over for all three, who have judged it.
fn in_round_two() -> (Member, Vec<PeerId>) {
    let mut member = Member::in_round_one();
    member.is_trained(update(1));
    let (me, others) = (member.identity.peer_id(), member.others());
    for (peer, number) in [(others[0], 2), (others[1], 3)] {
        member.hears(peer, SessionMessage::Commit(member.commitment(peer, &update(number))));
        member.gets_update(peer, update(number));
    }
    let parts: [(PeerId, &[u8], u32); 3] = [
        (me, &update(1), SAMPLES),
        (others[0], &update(2), SAMPLES),
        (others[1], &update(3), SAMPLES),
    ];
    member.hears(others[0], SessionMessage::Decide(member.decision(&parts)));
    let (parent, model) = (member.session.head_hash, Hash::of(b"second"));
    let scores = vec![1, 2, 3];
    let answer = Answer::Aggregated { model, together: None, alone: None, scores };
    let actions = member.does(|session, s| {
        session.handle_job(SessionJob::Aggregate { parent }, Ok(answer), s);
    });
    let signs = |action: &SessionAction| {
        matches!(action, SessionAction::Send(_, SessionMessage::CoSign { .. }))
    };
    assert_eq!(actions.iter().filter(|action| signs(action)).count(), 2);
    (member, others)
}

#[test]
fn a_verdict_counts_when_its_judge_signed_it_and_contributed() {
    let (mut member, others) = in_round_two();
    let record = member.session.head_hash;
    let verdict = |member: &Member, scores| Verdict::sign(&member.keys[&others[0]], record, scores);
    let said = verdict(&member, vec![4, 5, 6]);
    let by_another = Verdict { judge: others[1], ..said.clone() };
    let kinder = Verdict { scores: vec![9, 9, 9], ..said.clone() };
    let short = verdict(&member, vec![4]);
    for (from, verdict) in [(others[0], by_another), (others[0], kinder), (others[0], short)] {
        let actions = member.hears(from, SessionMessage::CoSign { record, verdict });
        assert_eq!(refusals(&actions), 1);
    }
    let mut decision = member.decision(&[(others[0], &update(4), SAMPLES)]);
    decision.verdicts = vec![Verdict { scores: vec![7, 7, 7], ..said.clone() }];
    assert_eq!(refusals(&member.hears(others[1], SessionMessage::Decide(decision))), 1);
    member.hears(others[0], SessionMessage::CoSign { record, verdict: said.clone() });
    assert!(member.session.verdicts.list().contains(&said));
}

#[test]
fn who_signed_an_unknown_record_is_told_of_ours_after_a_while() {
    let (mut member, others) = in_round_two();
    let record = Hash::of(b"of another leader");
    let verdict = Verdict::sign(&member.keys[&others[0]], record, Vec::new());
    member.hears(others[0], SessionMessage::CoSign { record, verdict });
    let tells = |actions: Vec<SessionAction>| {
        let head = |action: &SessionAction| matches!(action, SessionAction::Send(to, SessionMessage::Head(_)) if *to == others[0]);
        actions.iter().any(head)
    };
    assert!(!tells(member.waits(Duration::from_secs(1))), "it may be here in a moment");
    assert!(tells(member.waits(Duration::from_secs(1))));
    assert!(!tells(member.waits(Duration::from_secs(9))), "once");
}

#[test]
fn another_outcome_of_the_same_updates_is_not_taken_up() {
    let mut member = Member::in_round_one();
    member.is_trained(update(1));
    let (me, peer) = (member.identity.peer_id(), member.others()[0]);
    member.connected.clear();
    let mut actions = member.waits(Duration::from_secs(120));
    actions.extend(member.waits(Duration::from_secs(120)));
    assert!(aggregates(&actions), "alone, it is its own leader");
    let decision = member.decision(&[(me, &update(1), SAMPLES)]);
    let purpose = SessionJob::Aggregate { parent: member.session.head_hash };
    let answer = Answer::Aggregated {
        model: Hash::of(b"mine"),
        together: None,
        alone: None,
        scores: Vec::new(),
    };
    member.does(|session, s| session.handle_job(purpose, Ok(answer), s));
    assert_eq!(member.session.head.decision, decision);
    member.connected.insert(peer);
    for other in 0..8u8 {
        let model = Hash::of(&[other]);
        let record = RoundRecord {
            decision: decision.clone(),
            model,
            cumulative_samples: SAMPLES.into(),
            standings: Vec::new(),
            draw: u32::MAX,
        };
        let actions = member.hears(peer, SessionMessage::Head(record));
        let asks = |action: &SessionAction| {
            matches!(action, SessionAction::Send(_, SessionMessage::RequestModel { .. }))
        };
        assert!(!actions.iter().any(asks));
    }
}

#[test]
fn a_finished_member_goes_on_with_a_heavier_lineage_that_is_not_done() {
    let mut member = Member::in_round_one();
    let peer = member.others()[0];
    let taken_up = |member: &mut Member, round: u32, samples: u64| {
        let parent = Hash::of(&samples.to_le_bytes());
        let record = member.record(parent, round, (peer, SAMPLES), samples);
        let model = record.model;
        let name = record.hash();
        member.hears(peer, SessionMessage::Head(record));
        let bulk =
            BulkMessage::Model { session: member.session.id, record: name, model: Vec::new() };
        member.does(|session, s| session.handle_bulk(peer, bulk, s));
        let answer = Answer::Adopted { model, together: None };
        let purpose = SessionJob::Adopt { record: name };
        member.does(|session, s| session.handle_job(purpose, Ok(answer), s));
    };
    taken_up(&mut member, 9, 100);
    assert!(!member.session.running, "all nine rounds are done");
    taken_up(&mut member, 8, 200);
    assert!(member.session.running);
    assert_eq!(member.session.head.decision.round, 8);
}

#[test]
fn a_record_without_its_model_does_not_hold_the_round_up() {
    let mut member = Member::in_round_one();
    member.is_trained(update(1));
    let others = member.others();
    // Of three rounds of this session's members.
    let claim = member.record(Hash::of(b"elsewhere"), 3, (others[0], SAMPLES), 900);
    member.hears(others[0], SessionMessage::Head(claim));
    for (peer, number) in [(others[0], 2), (others[1], 3)] {
        member.hears(peer, SessionMessage::Commit(member.commitment(peer, &update(number))));
        member.gets_update(peer, update(number));
    }
    let me = member.identity.peer_id();
    let parts: [(PeerId, &[u8], u32); 3] = [
        (me, &update(1), SAMPLES),
        (others[0], &update(2), SAMPLES),
        (others[1], &update(3), SAMPLES),
    ];
    let decision = member.decision(&parts);
    assert!(aggregates(&member.hears(others[1], SessionMessage::Decide(decision))));
}

#[test]
fn who_asks_for_a_model_again_and_again_gets_it_once() {
    let mut member = Member::in_round_one();
    let peer = member.others()[0];
    let record = member.session.head_hash;
    let exports = |actions: Vec<SessionAction>| {
        let export = |action: &SessionAction| {
            matches!(action, SessionAction::Job(Job::ExportModel { .. }, _))
        };
        actions.iter().filter(|action| export(action)).count()
    };
    let asked =
        (0..50).map(|_| exports(member.hears(peer, SessionMessage::RequestModel { record })));
    assert_eq!(asked.sum::<usize>(), 1);
    member.waits(Duration::from_secs(10));
    assert_eq!(exports(member.hears(peer, SessionMessage::RequestModel { record })), 1);
}

#[test]
fn a_session_whose_model_nobody_has_ends_and_says_so() {
    let mut member = Member::new(Hash::of(b"a model that is lost"));
    member.does(|session, s| session.cluster_ready(first_model(), 10, s));
    assert_eq!(member.session.deadline(), Some(Instant::ZERO + Duration::from_secs(60)));
    member.waits(Duration::from_secs(59));
    assert!(member.session.running);
    let actions = member.waits(Duration::from_secs(1));
    let said = actions.iter().find_map(|action| match action {
        SessionAction::Ended(reason) => Some(reason.as_str()),
        _ => None,
    });
    assert!(said.is_some_and(|said| said.contains("nobody in the room could hand out the model")));
    assert_eq!(member.session.deadline(), None);
}

/// A member whose round is being made, and who is about to take up a record of `samples` samples from elsewhere.
fn torn_member(samples: u64) -> (Member, Hash, Vec<SessionAction>) {
    let mut member = Member::in_round_one();
    member.is_trained(update(1));
    let others = member.others();
    let record = member.record(Hash::of(b"elsewhere"), 3, (others[0], SAMPLES), samples);
    let name = record.hash();
    member.hears(others[0], SessionMessage::Head(record));
    for (peer, number) in [(others[0], 2), (others[1], 3)] {
        member.hears(peer, SessionMessage::Commit(member.commitment(peer, &update(number))));
        member.gets_update(peer, update(number));
    }
    let me = member.identity.peer_id();
    let parts: [(PeerId, &[u8], u32); 3] = [
        (me, &update(1), SAMPLES),
        (others[0], &update(2), SAMPLES),
        (others[1], &update(3), SAMPLES),
    ];
    let decision = member.decision(&parts);
    assert!(aggregates(&member.hears(others[1], SessionMessage::Decide(decision))));
    let model = BulkMessage::Model { session: member.session.id, record: name, model: Vec::new() };
    let mut actions = member.does(|session, s| session.handle_bulk(others[0], model, s));
    assert!(!adopts(&actions), "the round comes first");
    let purpose = SessionJob::Aggregate { parent: member.session.head_hash };
    let (model, scores) = (Hash::of(b"ours"), Vec::new());
    let answer = Answer::Aggregated { model, together: None, alone: None, scores };
    actions.extend(member.does(|session, s| session.handle_job(purpose, Ok(answer), s)));
    (member, name, actions)
}

fn adopts(actions: &[SessionAction]) -> bool {
    actions.iter().any(|action| matches!(action, SessionAction::Job(Job::AdoptModel { .. }, _)))
}

#[test]
fn a_model_that_comes_while_a_round_is_made_takes_its_place_only_if_it_is_heavier() {
    let (member, _, actions) = torn_member(3 * u64::from(SAMPLES) - 1);
    assert!(!adopts(&actions), "three updates of this round weigh more");
    assert_eq!(member.session.head.model, Hash::of(b"ours"));
    let (mut member, name, actions) = torn_member(3 * u64::from(SAMPLES) + 1);
    assert!(adopts(&actions));
    let answer = Answer::Adopted { model: Hash::of(b"theirs"), together: None };
    let purpose = SessionJob::Adopt { record: name };
    member.does(|session, s| session.handle_job(purpose, Ok(answer), s));
    assert_eq!(member.session.head_hash, name);
}

#[test]
fn a_record_whose_updates_are_lost_is_taken_up_by_its_model() {
    let mut member = Member::in_round_one();
    member.is_trained(update(1));
    let peer = member.others()[0];
    // It has made the round with others, and has been reloaded since.
    let decision = member.decision(&[(peer, &update(2), SAMPLES)]);
    let record = RoundRecord::following(&member.session.head, decision, Hash::of(b"theirs"));
    let mut actions = member.hears(peer, SessionMessage::Head(record.clone()));
    actions.extend((0..60).flat_map(|_| member.waits(Duration::from_secs(1))));
    let wanted = record.hash();
    let asks = |action: &SessionAction| {
        let message = |m: &SessionMessage| matches!(m, SessionMessage::RequestModel { record } if *record == wanted);
        matches!(action, SessionAction::Send(to, m) if *to == peer && message(m))
    };
    assert!(actions.iter().any(asks));
}

#[test]
fn what_a_doubted_peer_said_is_taken_up_once_it_is_believed_again() {
    let mut member = Member::in_round_one();
    member.is_trained(update(1));
    let peer = member.others()[0];
    let record = |samples| member.record(Hash::of(b"elsewhere"), 3, (peer, SAMPLES), samples);
    let (first, second) = (record(900), record(950));
    let asks_for = |actions: &[SessionAction], wanted: &RoundRecord| {
        let wanted = wanted.hash();
        let asks = |action: &SessionAction| {
            matches!(action, SessionAction::Send(to, SessionMessage::RequestModel { record })
                if *to == peer && *record == wanted)
        };
        actions.iter().any(asks)
    };
    assert!(asks_for(&member.hears(peer, SessionMessage::Head(first.clone())), &first));
    // This device was asleep, or the path was: the model does not come in time.
    assert!(refusals(&member.waits(Duration::from_secs(12))) > 0);
    let actions = member.hears(peer, SessionMessage::Head(second.clone()));
    assert!(!asks_for(&actions, &second), "it is not believed");
    let again = member.session.deadline().expect("there is something to wait for");
    assert!(again <= member.now + Duration::from_secs(20));
    assert!(asks_for(&member.waits(Duration::from_secs(20)), &second));
}

#[test]
fn who_waited_for_a_model_of_somebody_who_is_gone_asks_the_others_where_they_stand() {
    let mut member = Member::in_round_one();
    let others = member.others();
    let record = member.record(Hash::of(b"elsewhere"), 3, (others[0], SAMPLES), 900);
    member.hears(others[0], SessionMessage::Head(record));
    member.connected.remove(&others[0]);
    let actions = member.does(|session, s| session.peer_disconnected(others[0], s));
    let tells = |action: &SessionAction| matches!(action, SessionAction::Send(to, SessionMessage::Head(_)) if *to == others[1]);
    assert!(actions.iter().any(tells));
}
