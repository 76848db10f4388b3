//! Updates and models that other members ask for.

use super::{Session, SessionAction, SessionJob, Surroundings};
use crate::job::Job;
use ::core::time::Duration;
use protocol::{
    message::{BulkMessage, MODEL_PIECES_MAX, ModelPart, SessionMessage},
    pieces,
};
use std::collections::VecDeque;
use units::{Hash, Instant, PeerId, SortedMap};

/// How soon the same value or piece is sent to the same peer again.
const INTERVAL: Duration = Duration::from_secs(3);

/// Models that are kept for those who fetch them, while the session goes on: slow ones finish with what they began.
const MODELS_MAX: usize = 2;

/// How long one is kept that nobody asks for.
const KEPT: Duration = Duration::from_secs(60);

/// Peers that wait for a model to be read out.
const WAITING_MAX: usize = 32;

/// What is handed out, and who has been given what.
#[derive(Default)]
pub(super) struct HandOut {
    /// When which peer was last sent which value or piece.
    sent: SortedMap<(PeerId, Hash), Instant>,
    models: VecDeque<Readout>,
    /// Who asked for what of the newest model before it was read out.
    waiting: SortedMap<PeerId, Vec<u32>>,
}

/// A model as bytes.
struct Readout {
    record: Hash,
    bytes: Vec<u8>,
    names: Vec<Hash>,
    used_at: Instant,
}

impl HandOut {
    /// Whether a large value may go to a peer that asks for it: an honest one does not ask again at once.
    pub(super) fn may_go(&mut self, to: PeerId, value: Hash, now: Instant) -> bool {
        let may = self.sent.get(&(to, value)).is_none_or(|at| now >= *at + INTERVAL);
        if may {
            self.sent.insert((to, value), now);
        }
        may
    }

    /// A peer is gone.
    pub(super) fn forget(&mut self, peer: PeerId) {
        self.sent.retain(|(to, _), _| *to != peer);
        self.waiting.remove(&peer);
    }
}

impl Session {
    pub(super) fn hand_out_update(&mut self, to: PeerId, update: Hash, s: &Surroundings<'_>) {
        let Some((owner, bytes)) = self.stash.update_by_name(update) else { return };
        if self.hand_out.may_go(to, update, s.now) {
            let (session, update) = (self.id, bytes.clone());
            let message = BulkMessage::Update { session, owner, update };
            self.actions.push(SessionAction::SendBulk(to, message));
        }
    }

    /// Somebody asks for pieces of a model, or for the list of them and the first ones.
    pub(super) fn hand_out_model(
        &mut self,
        to: PeerId,
        record: Hash,
        wanted: Vec<u32>,
        s: &Surroundings<'_>,
    ) {
        self.note_on_ours(to, record);
        if self.hand_out.models.iter().any(|model| model.record == record) {
            return self.send_model(to, record, &wanted, s);
        }
        if record != self.head_hash {
            self.send_part(to, record, ModelPart::Gone);
            return self.send(to, SessionMessage::Head(self.head.clone()));
        }
        let waiting = &mut self.hand_out.waiting;
        let can = self.model_here && !self.round.is_aggregating();
        if !can || waiting.len() >= WAITING_MAX {
            return;
        }
        if waiting.insert(to, wanted).is_none() && waiting.len() == 1 {
            let job = Job::ExportModel { cluster: self.proposal.cluster.clone() };
            self.actions.push(SessionAction::Job(job, SessionJob::Export { record }));
        }
    }

    /// The newest model has been read out.
    pub(super) fn model_is_read_out(&mut self, record: Hash, bytes: Vec<u8>, s: &Surroundings<'_>) {
        let names = pieces::piece_names(&bytes);
        let models = &mut self.hand_out.models;
        if models.len() >= MODELS_MAX {
            models.pop_front();
        }
        models.push_back(Readout { record, bytes, names, used_at: s.now });
        for (to, wanted) in core::mem::take(&mut self.hand_out.waiting) {
            self.send_model(to, record, &wanted, s);
        }
    }

    /// Another round has begun: whoever waits for the model before waits in vain.
    pub(super) fn begin_handing_out(&mut self, before: Hash, s: &Surroundings<'_>) {
        self.hand_out.sent.retain(|_, at| s.now < *at + INTERVAL);
        self.hand_out.models.retain(|model| s.now < model.used_at + KEPT);
        self.model_is_not_read_out(before);
    }

    /// A model that others wait for could not be read out.
    pub(super) fn model_is_not_read_out(&mut self, record: Hash) {
        for (to, _) in core::mem::take(&mut self.hand_out.waiting) {
            self.send_part(to, record, ModelPart::Gone);
        }
    }

    fn send_model(&mut self, to: PeerId, record: Hash, wanted: &[u32], s: &Surroundings<'_>) {
        let Some(place) = self.hand_out.models.iter().position(|it| it.record == record) else {
            return;
        };
        self.hand_out.models[place].used_at = s.now;
        let count = self.hand_out.models[place].names.len() as u32;
        let first: Vec<u32> = (0..count.min(MODEL_PIECES_MAX as u32)).collect();
        let pieces = if wanted.is_empty() { &first[..] } else { wanted };
        if wanted.is_empty() && self.hand_out.may_go(to, record, s.now) {
            let names = self.hand_out.models[place].names.clone();
            self.send_part(to, record, ModelPart::List { names });
        }
        for piece in pieces.iter().copied().filter(|piece| *piece < count) {
            let name = self.hand_out.models[place].names[piece as usize];
            if self.hand_out.may_go(to, name, s.now) {
                let value = &self.hand_out.models[place].bytes;
                let bytes = value[pieces::place(piece as usize, value.len())].to_vec();
                self.send_part(to, record, ModelPart::Piece { piece, bytes });
            }
        }
    }

    fn send_part(&mut self, to: PeerId, record: Hash, part: ModelPart) {
        let message = BulkMessage::Model { session: self.id, record, part };
        self.actions.push(SessionAction::SendBulk(to, message));
    }
}
