//! Where this device's memory meets the engine.
//!
//! What is remembered, and whatever is said about it, is the crate `memory`'s business, in a place of its own with a file of its
//! own. The engine tells it who is connected and what they say, and sends what it wants sent.

use crate::{
    engine::Engine,
    event::Event,
    job::{Activity, Answer, Job, JobError, JobId, MemoryAnswer, MemoryCall, MemoryJob},
};
use memory::capsule::Event as Episode;
use protocol::message::ControlMessage;
use units::{Instant, PeerId, SortedMap};

/// Messages of one neighbour that wait: the memory, and the place before the worker, that it can claim.
const HEARD_MAX: usize = 24;

/// The same of another device of this person: what is not heard of one comes only when they meet again.
const HEARD_OF_OWN_MAX: usize = 8 * HEARD_MAX;

/// This device's memory, as the engine knows it.
#[derive(Default)]
pub(crate) struct Memories {
    is_open: bool,
    /// What was told, and who said it or whether the application waits.
    jobs: SortedMap<JobId, Purpose>,
    /// How many capsules there are.
    capsules: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Told,
    Heard(PeerId),
    Asked,
}

impl Memories {
    pub(crate) fn capsules(&self) -> Option<u32> {
        self.capsules
    }

    fn heard(&self, from: PeerId) -> usize {
        self.jobs.values().filter(|purpose| **purpose == Purpose::Heard(from)).count()
    }
}

impl Engine {
    /// Asks this device's memory for something: a call of the crate `memory`, encoded. [`Event::Answered`] comes once what it
    /// leads to is stored.
    pub fn ask_memory(&mut self, now: Instant, call: Vec<u8>) -> JobId {
        self.open_memory(now);
        self.tell_memory(now, MemoryCall::Ask(call), Purpose::Asked)
    }

    pub(crate) fn memory_message(&mut self, now: Instant, from: PeerId, bytes: Vec<u8>) {
        // Whoever is not heard may ask again; what was given comes back as not taken, by its silence.
        let most = if self.siblings.contains(from) { HEARD_OF_OWN_MAX } else { HEARD_MAX };
        if self.memories.heard(from) < most {
            self.open_memory(now);
            self.tell_memory(now, MemoryCall::Hear { from, bytes }, Purpose::Heard(from));
        }
    }

    pub(crate) fn memory_neighbour(&mut self, now: Instant, peer: PeerId, is_there: bool) {
        if is_there && self.siblings.contains(peer) {
            // What one of them has learnt or remembered meanwhile is to be here.
            self.open_memory(now);
        }
        if !is_there {
            self.siblings.expect_nothing_of(peer);
        }
        if self.memories.is_open {
            let call =
                if is_there { MemoryCall::Connected(peer) } else { MemoryCall::Disconnected(peer) };
            self.tell_memory(now, call, Purpose::Told);
        }
    }

    /// A session has ended: what came of it is worth remembering, if anything did.
    pub(crate) fn remember_session(&mut self) {
        let Some(session) = &self.session else { return };
        let Some((together, alone)) = session.newest_accuracies() else { return };
        let per_mille = |accuracy: f64| (accuracy * 1_000.0) as u16;
        let rounds = session.head.decision.round;
        let event = match session.is_alone() {
            true => Episode::AloneEnded { rounds, right_per_mille: per_mille(together) },
            false => Episode::SessionEnded {
                rounds,
                alone_per_mille: per_mille(alone),
                together_per_mille: per_mille(together),
            },
        };
        let cluster = session.proposal.cluster.clone();
        self.clusters.notice(&cluster, event, &mut self.core);
    }

    /// Something has happened to a cluster.
    pub(crate) fn remember_event(
        &mut self,
        now: Instant,
        event: Episode,
        surprise: u8,
        activity: Option<Activity>,
    ) {
        self.open_memory(now);
        let call = MemoryCall::Happened { event, surprise, activity };
        self.tell_memory(now, call, Purpose::Told);
    }

    pub(crate) fn memory_is_open(&self) -> bool {
        self.memories.is_open
    }

    pub(crate) fn open_memory(&mut self, now: Instant) {
        if core::mem::replace(&mut self.memories.is_open, true) {
            return;
        }
        let seed = self.core.identity.seed();
        let name = self.core.capability.device_name.clone();
        self.tell_memory(now, MemoryCall::Open { seed, name }, Purpose::Told);
        self.tell_person(now);
        for peer in self.roster.connected().collect::<Vec<_>>() {
            self.tell_memory(now, MemoryCall::Connected(peer), Purpose::Told);
        }
    }

    pub(crate) fn tell_open_memory(&mut self, now: Instant, call: MemoryCall) {
        if self.memories.is_open {
            self.tell_memory(now, call, Purpose::Told);
        }
    }

    fn tell_memory(&mut self, now: Instant, call: MemoryCall, purpose: Purpose) -> JobId {
        let job = MemoryJob { now: self.core.wall_clock(now), call };
        let job = self.core.job(Job::Memory(Box::new(job)));
        self.memories.jobs.insert(job, purpose);
        job
    }

    /// Takes what comes of a job about memories; gives back what is none.
    pub(crate) fn handle_memory_job(
        &mut self,
        now: Instant,
        job: JobId,
        result: Result<Answer, JobError>,
    ) -> Option<Result<Answer, JobError>> {
        let Some(purpose) = self.memories.jobs.remove(&job) else { return Some(result) };
        let said = match result {
            Ok(Answer::Memory(mut answer)) => {
                let reply = core::mem::take(&mut answer.reply);
                self.carry_out_memory(now, *answer);
                Ok(Answer::Memory(Box::new(MemoryAnswer { reply, ..MemoryAnswer::default() })))
            }
            Ok(other) => Ok(other),
            Err(error) => {
                // It is opened again by whoever needs it next.
                self.memories.is_open &= !matches!(error, JobError::WorkerLost(_));
                if purpose != Purpose::Asked {
                    self.core.problem(error.code(), error.to_string());
                }
                Err(error)
            }
        };
        if purpose == Purpose::Asked {
            self.core.event(Event::Answered { job, result: said });
        }
        None
    }

    fn carry_out_memory(&mut self, now: Instant, mut answer: MemoryAnswer) {
        self.follow_person(now, &mut answer);
        self.memories.capsules = Some(answer.capsules);
        for (to, bytes) in answer.messages {
            let bytes = bytes.into_vec();
            self.send_control(now, to, &ControlMessage::Memory { bytes });
        }
        for (from, reason) in answer.refused {
            self.refuse(Some(from), reason);
        }
        if !answer.person_news.is_empty() {
            self.core.event(Event::Devices(answer.person_news));
        }
        if !answer.news.is_empty() {
            self.core.event(Event::Memory(answer.news));
        }
    }
}
