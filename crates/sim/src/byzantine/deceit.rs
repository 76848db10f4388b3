//! What goes on the channels of a member that says one thing here and another there, or half of what it should.

use super::session_message;
use crate::strategy::Strategy;
use peer::{Channel, ConnectionId};
use protocol::{
    bulk::{Incoming, Outgoing},
    identity::Identity,
    limits,
    message::{BulkMessage, ControlMessage, SessionMessage},
    session::{Contribution, update_name},
};
use std::collections::{BTreeMap, VecDeque};
use units::{Hash, SessionId};

/// Rounds whose second faces are remembered.
const FACES_KEPT: usize = 4;

/// What a deceiver needs to know of what its engine has said.
#[derive(Debug, Default)]
pub(crate) struct Deceit {
    /// With it, it signs what half of the room is told.
    key: Option<Identity>,
    /// An update's name, and what half of the room is shown in its place.
    faces: VecDeque<(Hash, Vec<u8>)>,
    /// Values on their way out, of which a part has been held back.
    outgoing: BTreeMap<ConnectionId, Incoming>,
}

impl Deceit {
    /// This is its key.
    pub(crate) fn learn_key(&mut self, key: Identity) {
        self.key = Some(key);
    }

    /// Half of the room will be shown `other` in the place of `update`.
    pub(crate) fn show(&mut self, update: &[u8], other: Vec<u8>) {
        let Some(key) = &self.key else { return };
        let name = update_name(key.peer_id(), update);
        if self.faces.len() == FACES_KEPT {
            self.faces.pop_front();
        }
        self.faces.push_back((name, other));
    }

    /// What goes on the channel in the place of `bytes`.
    pub(crate) fn instead_of(
        &mut self,
        strategy: Strategy,
        connection: ConnectionId,
        channel: Channel,
        bytes: Vec<u8>,
    ) -> Vec<(Channel, Vec<u8>)> {
        let silent = strategy == Strategy::Silent;
        let second_face = strategy == Strategy::Equivocate && connection.0.is_multiple_of(2);
        if !silent && !second_face {
            return vec![(channel, bytes)];
        }
        match channel {
            Channel::Control => {
                let instead = self.instead_of_control(silent, bytes);
                instead.map(|bytes| (channel, bytes)).into_iter().collect()
            }
            Channel::Bulk => {
                let value = self.outgoing.entry(connection).or_default();
                let Ok(Some(value)) = value.accept(&bytes, limits::BULK_VALUE_BYTES_MAX) else {
                    return Vec::new();
                };
                let frames = self.instead_of_value(silent, value).into_iter().flat_map(frames);
                frames.map(|frame| (channel, frame)).collect()
            }
        }
    }

    fn instead_of_control(&self, silent: bool, bytes: Vec<u8>) -> Option<Vec<u8>> {
        let Some((session, message)) = session_message(&bytes) else { return Some(bytes) };
        let message = match message {
            SessionMessage::Close { .. }
            | SessionMessage::Decide(_)
            | SessionMessage::Groups { .. }
            | SessionMessage::Survivors(_)
                if silent =>
            {
                return None;
            }
            SessionMessage::Commit(mut commitment) => {
                let place = (session, commitment.parent);
                commitment.contribution = self.face(place, commitment.contribution);
                SessionMessage::Commit(commitment)
            }
            SessionMessage::Close { parent, mut contributions } => {
                contributions.iter_mut().for_each(|it| *it = self.face((session, parent), *it));
                SessionMessage::Close { parent, contributions }
            }
            _ => return Some(bytes),
        };
        Some(ControlMessage::Session { session, message }.encode())
    }

    fn instead_of_value(&self, silent: bool, value: Vec<u8>) -> Option<Vec<u8>> {
        match BulkMessage::decode(&value) {
            Ok(BulkMessage::Update { .. }) if silent => None,
            Ok(BulkMessage::Update { session, owner, update }) => {
                let other = self.other(update_name(owner, &update)).cloned();
                let update = other.unwrap_or(update);
                Some(BulkMessage::Update { session, owner, update }.encode())
            }
            _ => Some(value),
        }
    }

    /// What half of the room is told of a promise of its own.
    fn face(&self, place: (SessionId, Hash), said: Contribution) -> Contribution {
        let (Some(key), Some(other)) = (&self.key, self.other(said.update)) else { return said };
        let name = update_name(key.peer_id(), other);
        Contribution::sign(key, place, said.scores, name, said.samples, said.life)
    }

    fn other(&self, update: Hash) -> Option<&Vec<u8>> {
        self.faces.iter().find(|(known, _)| *known == update).map(|(_, other)| other)
    }
}

fn frames(value: Vec<u8>) -> Vec<Vec<u8>> {
    let mut outgoing = Outgoing::new(value).expect("an engine has sent as large a value");
    core::iter::from_fn(|| outgoing.next_frame()).collect()
}
