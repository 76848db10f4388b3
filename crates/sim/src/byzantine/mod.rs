//! What a member of the room that keeps to no rule puts on its channels.

mod deceit;
mod garbler;
mod masks;
mod usurper;

pub(crate) use deceit::Deceit;
pub use usurper::{Usurpation, usurpers_model};

use crate::dice::Dice;
use peer::Channel;
use protocol::{
    envelope::Instance,
    identity::Identity,
    limits,
    message::{BulkMessage, ControlMessage, SessionMessage},
    room::RoomSecret,
    session::{
        Commitment, Contribution, Decision, Equivocation, Proposal, RecordName, RoundRecord,
        Verdict, scores_name,
    },
    signaling::{Capability, PeerCard},
    split::SplitMessage,
};
use std::collections::VecDeque;
use units::{Hash, PeerId, SessionId};

/// Messages that a wicked member remembers, to send them again where they do not belong.
const HEARD_MAX: usize = 64;

/// A session's name has 16 bytes, and two more say that there is one: shorter messages, most of all, are about none.
const SESSION_MESSAGE_BYTES_MIN: usize = 18;

/// What a message on `control` says of a session, if it does.
pub(crate) fn session_message(bytes: &[u8]) -> Option<(SessionId, SessionMessage)> {
    if bytes.len() < SESSION_MESSAGE_BYTES_MIN {
        return None;
    }
    match ControlMessage::decode(bytes) {
        Ok(ControlMessage::Session { session, message }) => Some((session, message)),
        _ => None,
    }
}

/// The key of a device whose engine stores this, if it is that.
pub(crate) fn stored_key(name: &str, record: Option<&[u8]>) -> Option<Identity> {
    // Behind the magic and the digest of the frame.
    let seed = record.filter(|_| name == "identity")?.get(36..68)?;
    Some(Identity::from_seed(seed.try_into().ok()?))
}

/// A member of the room that keeps to no rule.
#[derive(Debug, Default)]
pub(crate) struct Byzantine {
    heard: VecDeque<(Channel, Vec<u8>)>,
    sessions: Vec<(SessionId, Option<Proposal>)>,
    /// The newest record that somebody told of.
    head: Option<RoundRecord>,
    /// Whether all it does is to tell of records that nobody computed.
    forger: bool,
    /// Its key, once its engine has stored it: what it says of itself it can sign.
    identity: Option<Identity>,
    /// The room that it floods, if it does: with so many messages for each of its own.
    floods: Option<(RoomSecret, u32)>,
    /// Whether all it does is to send garbage for what nodes give that it carries for others.
    garbles: bool,
    writes_no_letters: bool,
    /// Who took part in the last groups that somebody named, if all it does is to name wrong ones in a hurry.
    hurries: Option<Vec<PeerId>>,
    /// What it does, if all it does is to tell of a record with a model of its own.
    usurper: Option<usurper::Usurper>,
    /// How often it says what is not so besides what its engine says, 0 to 1 a message.
    zeal: f64,
}

impl Byzantine {
    /// A member that adds a lie to so many of its messages, 0 to 1.
    pub(crate) fn new(zeal: f64) -> Self {
        Self { zeal, ..Self::default() }
    }

    /// A member that behaves, but tells of a record that nobody computed with each of its messages.
    pub(crate) fn forger() -> Self {
        Self { forger: true, ..Self::default() }
    }

    /// This is its key.
    pub(crate) fn learn_key(&mut self, key: &Identity) {
        self.identity = Some(key.clone());
    }

    /// A member that behaves, but sends so many messages besides each of its own that are to be passed on in the room.
    pub(crate) fn flooder(room: RoomSecret, messages: u32) -> Self {
        Self { floods: Some((room, messages)), ..Self::default() }
    }

    /// A member that behaves, but sends garbage for what nodes give that it carries for others.
    pub(crate) fn garbler() -> Self {
        Self { garbles: true, ..Self::default() }
    }

    /// A member that behaves, but never writes about the loans that it has: it signs for nothing.
    pub(crate) fn silent_borrower() -> Self {
        Self { writes_no_letters: true, ..Self::default() }
    }

    /// A member that behaves, but names groups with keys that nobody has as soon as it shows its own.
    pub(crate) fn hurrier() -> Self {
        Self { hurries: Some(Vec::new()), ..Self::default() }
    }

    /// A member that behaves, but wants the others to go on with a model of its own; `waits` says whether until the session is
    /// over.
    pub(crate) fn usurper(how: Usurpation, waits: bool) -> Self {
        Self { usurper: Some(usurper::Usurper::new(how, waits)), ..Self::default() }
    }

    /// The session of whose records it wants to know.
    pub(crate) fn watches(&self) -> Option<SessionId> {
        self.usurper.as_ref()?;
        self.sessions.last().map(|(session, _)| *session)
    }

    /// Its engine has come to a record of that session.
    pub(crate) fn see(&mut self, record: &RoundRecord) {
        self.usurper.iter_mut().for_each(|usurper| usurper.see(record));
    }

    /// Remembers a message that it has sent or received.
    pub(crate) fn hear(&mut self, channel: Channel, bytes: &[u8]) {
        self.usurper.iter_mut().for_each(|usurper| usurper.hear(bytes));
        if let Some((session, message)) = session_message(bytes) {
            if !self.sessions.iter().any(|(known, _)| *known == session) {
                self.sessions.push((session, None));
            }
            if let SessionMessage::Head(record) = message {
                self.head = Some(record);
            } else if let SessionMessage::Groups { members, .. } = message {
                self.hurries.iter_mut().for_each(|known| {
                    *known = members.iter().map(|(peer, _)| *peer).collect();
                });
            } else if let SessionMessage::Proposal(proposal) = message {
                let mut known = self.sessions.iter_mut();
                if let Some(known) = known.find(|(known, _)| *known == session) {
                    known.1 = Some(proposal);
                }
            }
        }
        if self.heard.len() == HEARD_MAX {
            self.heard.pop_front();
        }
        self.heard.push_back((channel, bytes.to_vec()));
    }

    /// What goes on the channel in the place of `bytes`.
    pub(crate) fn instead_of(
        &mut self,
        channel: Channel,
        bytes: Vec<u8>,
        dice: &mut Dice,
    ) -> Vec<(Channel, Vec<u8>)> {
        self.hear(channel, &bytes);
        if self.writes_no_letters {
            let is_said = !is_letter(channel, &bytes);
            return is_said.then_some((channel, bytes)).into_iter().collect();
        }
        if self.garbles {
            return vec![garbler::instead_of(channel, bytes, dice)];
        }
        if let Some(usurper) = &mut self.usurper {
            let known = self.sessions.last();
            let known = known.and_then(|(id, proposal)| Some((*id, proposal.as_ref()?)));
            return usurper.instead_of(channel, bytes, self.identity.as_ref(), known);
        }
        if let Some(peers) = &self.hurries {
            let hurried = masks::hurried(&bytes, peers, dice).map(|bytes| (channel, bytes));
            return [(channel, bytes)].into_iter().chain(hurried).collect();
        }
        if let Some((room, messages)) = self.floods {
            let flood = (0..messages)
                .map(|_| (Channel::Control, crate::flood::drop_of(&room, dice).encode()))
                .collect();
            return [vec![(channel, bytes)], flood].concat();
        }
        if self.forger {
            let known = self.sessions.iter().rev().find_map(|(session, proposal)| {
                let (proposal, liar) = (proposal.as_ref()?, self.identity.as_ref()?);
                let message = match &self.head {
                    Some(head) if dice.chance(0.5) => next_head(liar, proposal, head, dice),
                    _ => plausible_head(liar, proposal, dice),
                };
                Some((*session, message))
            });
            let forged = known.map(|(session, message)| {
                (Channel::Control, ControlMessage::Session { session, message }.encode())
            });
            return [Some((channel, bytes)), forged].into_iter().flatten().collect();
        }
        let mut messages = self.disturbed(channel, bytes, dice);
        if dice.chance(self.zeal) {
            messages.push(self.forged(dice));
        }
        messages
    }

    fn disturbed(
        &self,
        channel: Channel,
        bytes: Vec<u8>,
        dice: &mut Dice,
    ) -> Vec<(Channel, Vec<u8>)> {
        match dice.below(40) {
            0 => vec![(channel, mutated(bytes, dice))],
            1 => Vec::new(),
            2 => vec![(channel, bytes.clone()), (channel, bytes)],
            3 => {
                let length = dice.between(1, 300) as usize;
                vec![(channel, bytes), (channel, dice.garbage(length))]
            }
            4..=6 => {
                let heard = dice.below(self.heard.len());
                let (elsewhere, old) = self.heard[heard].clone();
                vec![(channel, bytes), (elsewhere, old)]
            }
            _ => vec![(channel, bytes)],
        }
    }

    /// A well-formed message that says what is not so.
    fn forged(&self, dice: &mut Dice) -> (Channel, Vec<u8>) {
        let (session, proposal) = match self.sessions.len() {
            0 => (SessionId::from_bytes([1; 16]), None),
            count => self.sessions[dice.below(count)].clone(),
        };
        let garbage = |dice: &mut Dice| Identity::from_seed(dice.bytes());
        let liar = self.identity.clone().unwrap_or_else(|| garbage(dice));
        if dice.chance(0.2) {
            let (owner, update) = (liar.peer_id(), dice.garbage(200));
            return (Channel::Bulk, framed(&BulkMessage::Update { session, owner, update }));
        }
        let message = if dice.chance(0.3) {
            stray(dice)
        } else if let Some(message) = self.twisted(session, proposal.as_ref(), dice) {
            ControlMessage::Session { session, message }
        } else if let Some(proposal) = proposal.filter(|_| dice.chance(0.2)) {
            ControlMessage::Session { session, message: plausible_head(&liar, &proposal, dice) }
        } else {
            let message = lie(&liar, session, self.head.as_ref(), dice);
            ControlMessage::Session { session, message }
        };
        (Channel::Control, message.encode())
    }

    /// In a session of masked sums, at times, one of its messages that were heard, with a lie in it.
    fn twisted(
        &self,
        session: SessionId,
        proposal: Option<&Proposal>,
        dice: &mut Dice,
    ) -> Option<SessionMessage> {
        proposal.filter(|it| it.options.masks.is_some() && dice.chance(0.7))?;
        let heard = self.heard.iter().filter_map(|(_, bytes)| session_message(bytes));
        let heard = heard.filter(|(of, message)| *of == session && masks::is_of_masks(message));
        let mut heard: Vec<SessionMessage> = heard.map(|(_, message)| message).collect();
        (!heard.is_empty())
            .then(|| heard.swap_remove(dice.below(heard.len())))
            .map(|message| masks::twisted(message, self.head.as_ref(), dice))
    }
}

fn stray(dice: &mut Dice) -> ControlMessage {
    match dice.below(5) {
        0 => ControlMessage::Pong { nonce: dice.word() },
        1 => ControlMessage::TextReceived { id: dice.word() },
        2 => ControlMessage::Text { id: u64::MAX, text: "\u{202e}".repeat(100) },
        3 => ControlMessage::Neighbours {
            peers: (0..limits::KNOWN_PEERS_MAX)
                .map(|_| PeerCard {
                    peer: PeerId::from_bytes(dice.bytes()),
                    instance: Instance(dice.word()),
                    capability: Capability::default(),
                })
                .collect(),
            round_trips_ms: Vec::new(),
        },
        _ => ControlMessage::Ping { nonce: dice.word() },
    }
}

/// Something that is not so, of the running round or of none.
fn lie(
    liar: &Identity,
    session: SessionId,
    head: Option<&RoundRecord>,
    dice: &mut Dice,
) -> SessionMessage {
    let head = head.filter(|_| dice.chance(0.7));
    let round = match head {
        Some(head) => head.decision.round + 1,
        None if dice.chance(0.3) => u32::MAX,
        None => dice.between(0, 12) as u32,
    };
    // An update that everybody has, if somebody has ever told of one.
    let known =
        head.and_then(|head| head.decision.contributions.first()).filter(|_| dice.chance(0.5));
    let parent = head.map_or_else(|| Hash::from_bytes(dice.bytes()), RoundRecord::hash);
    let samples = *dice.pick(&[0, 1, u32::MAX]);
    let update = known.map_or_else(|| Hash::from_bytes(dice.bytes()), |known| known.update);
    let scores = scores_name(&vec![samples as i16; 3][..dice.below(4)]);
    let place = (session, parent);
    let signed = Contribution::sign(liar, place, scores, update, samples, dice.word());
    let contribution = match known {
        Some(known) if dice.chance(0.5) => Contribution { samples, ..*known },
        _ => signed,
    };
    let contributions = vec![contribution];
    match dice.below(10) {
        0 => SessionMessage::Join { rows: u32::MAX },
        1 => SessionMessage::Stop,
        2 => SessionMessage::Decide(Decision {
            round,
            parent,
            contributions,
            verdicts: vec![verdict(liar, parent, vec![samples as i16; 3], dice)],
            committed: *dice.pick(&[0, 1, u32::MAX]),
            groups: Vec::new(),
        }),
        3 => SessionMessage::Close { parent, contributions },
        4 => SessionMessage::RequestUpdate { update: parent },
        5 => SessionMessage::RequestModel { record: parent, pieces: vec![0, 7, u32::MAX] },
        6 => forged_head(dice),
        7 => {
            let scores = vec![dice.between(0, 1_000) as i16; dice.below(9)];
            SessionMessage::CoSign { record: parent, verdict: verdict(liar, parent, scores, dice) }
        }
        8 => SessionMessage::Accuse(Equivocation { parent, one: contribution, other: signed }),
        _ => SessionMessage::Commit(Commitment { parent, contribution, train_ms: u32::MAX }),
    }
}

/// Scores that the liar signs, or says that it will.
fn verdict(liar: &Identity, record: Hash, scores: Vec<i16>, dice: &mut Dice) -> Verdict {
    match dice.chance(0.5) {
        true => Verdict::sign(liar, record, scores),
        false => Verdict::to_be_promised(liar.peer_id(), scores),
    }
}

/// A record that nobody computed, with more samples behind it than any other.
fn forged_head(dice: &mut Dice) -> SessionMessage {
    let parent = Hash::from_bytes(dice.bytes());
    let decision = Decision {
        round: 5,
        parent,
        contributions: Vec::new(),
        verdicts: Vec::new(),
        committed: 0,
        groups: Vec::new(),
    };
    let (model, standings) = (Hash::from_bytes(dice.bytes()), Vec::new());
    SessionMessage::Head(RoundRecord {
        decision,
        model,
        cumulative_samples: u64::MAX,
        standings,
        draw: 0,
        name: RecordName::default(),
    })
}

/// A decision on an update of the liar's that nobody has.
fn decision(
    liar: &Identity,
    proposal: &Proposal,
    parent: Hash,
    round: u32,
    dice: &mut Dice,
) -> Decision {
    let samples = proposal.options.local_steps * proposal.options.batch_rows;
    let update = Hash::from_bytes(dice.bytes());
    let place = (proposal.session_id(), parent);
    let (scores, life) = (scores_name(&[]), dice.word());
    let contributions = vec![Contribution::sign(liar, place, scores, update, samples, life)];
    Decision {
        round,
        parent,
        contributions,
        verdicts: Vec::new(),
        committed: 1,
        groups: Vec::new(),
    }
}

/// A record that nobody computed, with as many samples behind it as there can be.
fn plausible_head(liar: &Identity, proposal: &Proposal, dice: &mut Dice) -> SessionMessage {
    let round = dice.between(1, proposal.options.rounds.into()) as u32;
    let parent = Hash::from_bytes(dice.bytes());
    let decision = decision(liar, proposal, parent, round, dice);
    let samples = decision.samples();
    let cumulative_samples = u64::from(round) * samples * dice.between(1, 64);
    let (model, standings) = (Hash::from_bytes(dice.bytes()), Vec::new());
    SessionMessage::Head(RoundRecord {
        decision,
        model,
        cumulative_samples,
        standings,
        draw: u32::MAX,
        name: RecordName::default(),
    })
}

/// A round on the newest record whose updates nobody has.
fn next_head(
    liar: &Identity,
    proposal: &Proposal,
    head: &RoundRecord,
    dice: &mut Dice,
) -> SessionMessage {
    let decision = decision(liar, proposal, head.hash(), head.decision.round + 1, dice);
    if dice.chance(0.5) {
        return SessionMessage::Decide(decision);
    }
    let model = Hash::from_bytes(dice.bytes());
    SessionMessage::Head(RoundRecord::following(head, decision, model))
}

fn framed(message: &BulkMessage) -> Vec<u8> {
    let mut outgoing = protocol::bulk::Outgoing::new(message.encode()).expect("the value is small");
    outgoing.next_frame().expect("the value is not empty")
}

fn mutated(mut bytes: Vec<u8>, dice: &mut Dice) -> Vec<u8> {
    for _ in 0..dice.between(1, 4) {
        let at = dice.below(bytes.len());
        match dice.below(3) {
            0 => bytes[at] ^= 1 << dice.below(8),
            1 => bytes[at] = 0xff,
            _ => bytes.truncate(at.max(1)),
        }
    }
    bytes
}

fn is_letter(channel: Channel, bytes: &[u8]) -> bool {
    let message = ControlMessage::decode(bytes);
    let is_letter =
        |message| matches!(message, ControlMessage::Split { message: SplitMessage::Letter(_), .. });
    channel == Channel::Control && message.is_ok_and(is_letter)
}
