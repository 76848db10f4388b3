//! The owner's part: where its nodes are, and what is on its way.

use super::{
    Action, Around, Offer, Purpose,
    carrier::Carrier,
    flight::Flights,
    part::{Part, Place},
    training::{SplitPoint, SplitTraining, Training, add_point},
};
use crate::{
    event::Event,
    job::{Answer, JobError, JobId, LoanJob, LoanNote, SplitJob},
};
use ::core::time::Duration;
use neural::nodes::Cut;
use protocol::{
    cluster::NetworkSpec,
    split::{Refusal, SplitId, SplitMessage},
};
use units::{ClusterId, Instant, PeerId};

/// How long a device that refused is not asked again.
pub(super) const REFUSED_PAUSE: Duration = Duration::from_secs(30);

/// How long a device that was too slow, or gone, is not asked again.
pub(super) const SLOW_PAUSE: Duration = Duration::from_secs(120);

/// Who sent what no nodes give is not asked again in any life of a split.
pub(super) const FOR_GOOD: Duration = Duration::from_secs(1 << 40);

/// Devices of which it is remembered how they did.
const CARRIERS_MAX: usize = 64;

/// A cluster of this device whose nodes are on several.
#[derive(Debug)]
pub(crate) struct Split {
    pub(crate) id: SplitId,
    pub(crate) cluster: ClusterId,
    /// Numbers that nodes of each layer gather.
    pub(super) inputs: Vec<u32>,
    pub(super) classes: u32,
    pub(super) parts: Vec<Part>,
    /// Parts that the network is to be cut into as well.
    pub(super) coming: Vec<Part>,
    /// What was sent to lenders, or came from them, since the workbench last heard of it.
    pub(super) notes: Vec<LoanNote>,
    pub(super) carriers: Vec<Carrier>,
    pub(super) flights: Flights,
    /// The question that was answered last, and who was asked.
    pub(super) newest_question: Option<(u64, Vec<(u16, PeerId)>)>,
    pub(super) training: Option<Training>,
    /// Batches that trainings before this one have sent up.
    pub(super) trained: u32,
    pub(super) curve: Vec<SplitPoint>,
    pub(super) gathering: bool,
    pub(super) is_ending: bool,
    pub(super) problem: Option<String>,
    pub(super) actions: Vec<Action>,
}

impl Split {
    /// Cuts a cluster into parts, and looks for those who were chosen to carry them.
    pub(crate) fn new(
        id: SplitId,
        cluster: ClusterId,
        network: &NetworkSpec,
        placed: Vec<(Cut, PeerId)>,
        now: Instant,
    ) -> Self {
        let cuts: Vec<Cut> = placed.iter().map(|(cut, _)| *cut).collect();
        let parts = placed.into_iter().map(|(cut, peer)| Part::new(cut, Some(peer), now)).collect();
        let widths = network.layers.iter().map(|layer| layer.nodes);
        let mut split = Self {
            id,
            cluster,
            inputs: [network.inputs].into_iter().chain(widths).collect(),
            classes: network.classes,
            parts,
            coming: Vec::new(),
            notes: Vec::new(),
            carriers: Vec::new(),
            flights: Flights::default(),
            newest_question: None,
            training: None,
            trained: 0,
            curve: Vec::new(),
            gathering: false,
            is_ending: false,
            problem: None,
            actions: Vec::new(),
        };
        if !cuts.is_empty() {
            split.work(SplitJob::Begin { cuts }, Purpose::Quiet);
        }
        split
    }

    /// What it wants done since it was last asked.
    pub(crate) fn take_actions(&mut self) -> Vec<Action> {
        ::core::mem::take(&mut self.actions)
    }

    /// Whether batches of training are on their way, or still to come.
    pub(crate) fn is_training(&self) -> bool {
        self.training.is_some()
    }

    /// Begins to train.
    pub(crate) fn train(&mut self, plan: SplitTraining, seed: u64, around: &Around<'_>) {
        self.problem = None;
        self.training = Some(Training::new(plan, seed, around.now));
        self.advance(around);
    }

    /// Training goes no further than what is on its way.
    pub(crate) fn stop_training(&mut self, around: &Around<'_>) {
        if let Some(training) = &mut self.training {
            training.plan.steps = training.started;
        }
        self.advance(around);
    }

    /// Ends it: all nodes come home with what they have learnt.
    pub(crate) fn gather(&mut self, around: &Around<'_>) {
        self.gathering = true;
        for number in 0..self.parts.len() {
            if self.parts[number].host().is_none() {
                self.bring_home(number as u16, "", around.now);
            }
        }
        self.stop_training(around);
    }

    /// What is due by now. Called after everything that happens.
    pub(crate) fn advance(&mut self, around: &Around<'_>) {
        self.heal(around);
        self.land_due(around.now);
        self.take_parts_in();
        self.advance_loans(around);
        self.seek(around);
        self.ask_for_news(around.now);
        self.start_batches(around.now);
        self.settle_or_end(around.now);
    }

    /// When something is due that no input brings about.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let settles_at = self.training.as_ref().and_then(Training::settles_at);
        let parts = self.parts.iter().flat_map(|part| {
            let leasing = part.leasing.as_ref();
            let is_sought = part.place == Place::Home
                && !self.gathering
                && leasing.is_none_or(|leasing| leasing.is_to_be_asked());
            let seek_at = is_sought.then_some(part.seek_at);
            let loan_at = leasing.and_then(|leasing| leasing.deadline(part.place, part.since));
            [part.gives_up_at(), part.snapshot_at(), seek_at, loan_at]
        });
        let carriers = self.carriers.iter().map(Carrier::gone_at);
        let all = parts.chain(carriers).chain([self.flights.deadline(), settles_at]);
        all.flatten().min()
    }

    /// This device was asleep: what others have sent meanwhile is still on its way in.
    pub(crate) fn wake(&mut self) {
        self.carriers.iter_mut().for_each(Carrier::heard);
    }

    /// Somebody has connected, or carries more nodes than before.
    pub(crate) fn offers_changed(&mut self, around: &Around<'_>) {
        self.parts.iter_mut().for_each(|part| part.seek_at = part.seek_at.min(around.now));
        self.advance(around);
    }

    /// A device is gone, with whatever it carried since its newest snapshots.
    pub(crate) fn peer_disconnected(&mut self, peer: PeerId, around: &Around<'_>) {
        self.bring_home_from(peer, "its device is gone", around.now);
        self.advance(around);
    }

    /// A message about one part.
    pub(crate) fn handle_message(
        &mut self,
        from: PeerId,
        number: u16,
        message: SplitMessage,
        around: &Around<'_>,
    ) {
        let carrier = self.carriers.iter_mut().find(|carrier| carrier.peer == from);
        let part = self.parts.get_mut(usize::from(number));
        let (Some(carrier), Some(part)) = (carrier, part) else {
            return self.send(from, number, SplitMessage::Release);
        };
        carrier.heard();
        let (now, place) = (around.now, part.place);
        match message {
            SplitMessage::Agree if place == Place::Asking(from) => {
                part.put(Place::Lending(from), now);
                self.work(SplitJob::Lend { part: number }, Purpose::Lend(number, from));
            }
            SplitMessage::Hold if place == Place::Lending(from) => {
                part.put(Place::Away(from), now);
                (part.lessons, part.kept_at) = (0, now);
                if let Some(leasing) = &mut part.leasing {
                    leasing.unanswered = 0;
                }
                self.work(SplitJob::Place { part: number, here: false }, Purpose::Quiet);
                self.moved(number, Some(from), String::new());
            }
            SplitMessage::Refuse(Refusal::Loan)
                if place == Place::Asking(from) && part.leasing.is_some() =>
            {
                self.ask_again(number, now);
            }
            SplitMessage::Refuse(why) if part.peer() == Some(from) => {
                let reason = refusal(why);
                self.carrier(from).shun(now + REFUSED_PAUSE);
                self.bring_home(number, &reason, now);
            }
            SplitMessage::Fired { batch, events } => self.fired(from, number, batch, events, now),
            SplitMessage::Withdraw if place == Place::Away(from) => {
                self.carrier(from).shun(now + REFUSED_PAUSE);
                self.call_home(number, from, now);
            }
            // Whoever carries what is elsewhere by now may forget it.
            _ if part.peer() != Some(from) => self.send(from, number, SplitMessage::Release),
            _ => {}
        }
        self.advance(around);
    }

    /// Whether a part on `bulk` is one of ours, from who carries it.
    pub(crate) fn awaits(&self, from: PeerId, split: SplitId, number: u16) -> bool {
        let part = self.parts.get(usize::from(number));
        split == self.id && part.is_some_and(|part| part.host() == Some(from))
    }

    /// A part has come as it is by now.
    pub(crate) fn handle_slice(
        &mut self,
        from: PeerId,
        number: u16,
        slice: Vec<u8>,
        around: &Around<'_>,
    ) {
        let carrier = self.carrier(from);
        carrier.heard();
        carrier.received_bytes += slice.len() as u64;
        let part = &mut self.parts[usize::from(number)];
        let is_wanted = part.asked_at.is_some() || matches!(part.place, Place::Returning(_));
        if slice.len() != part.size_bytes || !is_wanted || part.is_keeping {
            let reason = format!("{} bytes of nodes that it was not asked for", slice.len());
            self.drop_liar(from, reason, around.now);
        } else {
            part.is_keeping = true;
            self.work(SplitJob::Keep { part: number, slice }, Purpose::Keep(number, from));
        }
        self.advance(around);
    }

    /// The largest value on `bulk` that others may have to send.
    pub(crate) fn bulk_limit_bytes(&self) -> usize {
        let parts = self.parts.iter().map(|part| part.size_bytes + 64).max().unwrap_or(0);
        parts.max(self.letter_bytes_max())
    }

    /// A job has ended.
    pub(crate) fn handle_job(
        &mut self,
        purpose: Purpose,
        result: Result<Answer, JobError>,
        around: &Around<'_>,
    ) {
        let now = around.now;
        match (purpose, result) {
            (Purpose::Batch(batch), result) => self.handle_passage(batch, result, now),
            (Purpose::Lend(number, to), Ok(Answer::Bytes(slice))) => {
                let part = &mut self.parts[usize::from(number)];
                part.size_bytes = slice.len();
                if part.place == Place::Lending(to) {
                    part.since = now;
                    self.carrier(to).sent_bytes += slice.len() as u64;
                    self.actions.push(Action::SendSlice(to, self.id, number, slice));
                }
            }
            (Purpose::Root(number), Ok(Answer::Root(root))) => self.root_known(number, root, now),
            (Purpose::Loan | Purpose::Open(_), Ok(Answer::Loans(answers))) => {
                self.loan_answers(answers, around);
            }
            (Purpose::Root(number) | Purpose::Open(number), Err(error)) => {
                self.not_opened(number, &error.to_string(), now);
            }
            (Purpose::Keep(number, from), Ok(answer)) => {
                if let Answer::Loans(answers) = answer {
                    self.loan_answers(answers, around);
                }
                let part = &mut self.parts[usize::from(number)];
                let is_from = part.host() == Some(from);
                part.kept(now);
                if let Some(training) = self.training.as_mut().filter(|it| it.is_over()) {
                    training.has_news();
                }
                if is_from && matches!(part.place, Place::Returning(_)) {
                    self.bring_home(number, "", now);
                }
            }
            (Purpose::Keep(number, from), Err(error)) => {
                self.parts[usize::from(number)].is_keeping = false;
                self.drop_liar(from, format!("nodes that are none: {error}"), now);
            }
            (Purpose::Lesson(job), Ok(Answer::Lesson { batch, rate, errors })) => {
                let newest = self.newest_question.take().filter(|(of, _)| *of == batch);
                let asked = newest.map(|(_, asked)| asked).unwrap_or_default();
                let peers = self.teach(batch, rate, &errors, &asked);
                self.actions.push(Action::Answer(job, Ok(Answer::Taught { peers })));
            }
            (Purpose::Lesson(job), result) => self.actions.push(Action::Answer(job, result)),
            (Purpose::Settle, Ok(Answer::Adopted { model, together })) => {
                let batches = self.batches();
                if let Some(evaluation) = together {
                    add_point(&mut self.curve, SplitPoint { batches, evaluation });
                }
                self.actions.push(Action::Moved(model));
                self.settled(now);
            }
            (_, Err(error)) => {
                self.problem = Some(error.to_string());
                self.training = None;
                if purpose == Purpose::Settle {
                    self.settled(now);
                }
            }
            _ => {}
        }
        self.advance(around);
    }

    /// A question that is on its way up as the next batch.
    pub(crate) fn ask(&mut self, job: JobId, around: &Around<'_>) {
        self.flights.start(around.now, Some(job));
    }

    /// The number of the next batch.
    pub(crate) fn next_batch(&self) -> u64 {
        self.flights.next_batch()
    }

    /// How many questions are on their way.
    pub(crate) fn questions(&self) -> usize {
        self.flights.flights.iter().filter(|flight| flight.question.is_some()).count()
    }

    /// Batches of all trainings so far.
    pub(super) fn batches(&self) -> u32 {
        self.trained + self.training.as_ref().map_or(0, |training| training.ended)
    }

    pub(super) fn carrier(&mut self, peer: PeerId) -> &mut Carrier {
        let known = self.carriers.iter().position(|carrier| carrier.peer == peer);
        let place = known.unwrap_or_else(|| {
            if self.carriers.len() >= CARRIERS_MAX {
                let is_free = |it: &Carrier| self.parts.iter().all(|p| p.peer() != Some(it.peer));
                let oldest = self.carriers.iter().position(is_free);
                self.carriers.remove(oldest.unwrap_or(0));
            }
            self.carriers.push(Carrier::new(peer));
            self.carriers.len() - 1
        });
        &mut self.carriers[place]
    }

    pub(super) fn work(&mut self, job: SplitJob, purpose: Purpose) {
        let mut work = |job, purpose| {
            self.actions.push(Action::Job(self.cluster.clone(), job, purpose));
        };
        if !self.notes.is_empty() {
            let notes = LoanJob::Note(::core::mem::take(&mut self.notes));
            work(SplitJob::Loan(notes), Purpose::Loan);
        }
        work(job, purpose);
    }

    pub(super) fn send(&mut self, to: PeerId, part: u16, message: SplitMessage) {
        self.actions.push(Action::Send(to, self.id, part, message));
    }

    /// Tells of a part that is elsewhere, or at home again.
    pub(super) fn moved(&mut self, number: u16, host: Option<PeerId>, reason: String) {
        let Cut { layer, nodes, .. } = self.parts[usize::from(number)].cut;
        let cluster = self.cluster.clone();
        self.actions.push(Action::Event(Event::NodesMoved { cluster, layer, nodes, host, reason }));
    }

    /// Somebody sent what no nodes give: it is named, and carries nothing of this cluster any more.
    pub(super) fn drop_liar(&mut self, peer: PeerId, reason: String, now: Instant) {
        self.actions.push(Action::Refuse(peer, reason));
        self.carrier(peer).shun(now + FOR_GOOD);
        self.bring_home_from(peer, "its device sent what no nodes give", now);
    }

    /// Free nodes of an offer, less what its device carries of ours or is about to.
    pub(super) fn free_nodes(&self, offer: &Offer) -> u32 {
        let ours = self.parts.iter().filter(|part| part.peer() == Some(offer.peer));
        offer.nodes.saturating_sub(ours.map(|part| part.cut.nodes).sum())
    }
}

fn refusal(why: Refusal) -> String {
    match why {
        Refusal::Nodes(left) => format!("its device carries {left} more nodes"),
        Refusal::Memory => "its device has no memory for them".to_owned(),
        Refusal::Parts => "its device carries as many parts as it can".to_owned(),
        Refusal::Unknown => "its device knows nothing of them".to_owned(),
        Refusal::Damaged => "its device could not use them".to_owned(),
        Refusal::Loan => "its device has ended the loan".to_owned(),
    }
}
