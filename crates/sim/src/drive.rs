//! The loop around an engine: one input, then everything it asks for.

use crate::{
    byzantine::stored_key,
    environment::Happening,
    masked,
    network::{HostId, Life},
    world::World,
};
use core::time::Duration;
use peer::{
    Answer, Channel, ConnectionId, ConnectionOutput, Event, Input, Job, JobError, JobId, Output,
};
use units::{Instant, SessionId};

/// What one input may lead to: a resumed round sends every update it holds to every member.
const OUTPUTS_PER_INPUT_MAX: usize = 3_000;
const BYTES_PER_INPUT_MAX: usize = 64 * 1024 * 1024;
/// A busy engine has a few dozen deadlines a second; one that never sleeps has thousands.
const TIMEOUTS_PER_SECOND_MAX: u32 = 300;

impl World {
    /// Gives an engine an input and does what it asks for.
    pub(crate) fn feed(&mut self, id: HostId, mut input: Input) {
        if let Input::Connection(connection, input) = &mut input {
            self.fabric.refresh(self.life(id), *connection, input);
        }
        if let Input::Connection(_, peer::ConnectionInput::Message(channel, bytes)) = &input
            && let Some(byzantine) = &mut self.hosts[id.0].byzantine
        {
            byzantine.hear(*channel, bytes);
        }
        let input = self.instead_of_answer(id, input);
        self.env.trace.input(self.env.now(), id, &input);
        if matches!(input, Input::Timeout) {
            self.count_timeout(id);
        }
        let now = self.local_now(id);
        if let Some(page) = &mut self.hosts[id.0].page {
            if let Some(recording) = &mut page.recording {
                recording.input(now, &input);
            }
            page.engine.handle_input(now, input);
        }
        self.drain(id);
    }

    /// Does everything that an engine asks for.
    pub(crate) fn drain(&mut self, id: HostId) {
        let (mut outputs, mut bytes) = (0, 0);
        let mut errands = Vec::new();
        loop {
            let Some(page) = &mut self.hosts[id.0].page else {
                return;
            };
            let output = page.engine.poll_output();
            if let Output::Timeout(deadline) = output {
                self.set_deadline(id, deadline);
                break;
            }
            if let Some(recording) = &mut page.recording {
                recording.outputs += 1;
            }
            outputs += 1;
            bytes += size_bytes(&output);
            assert!(
                outputs <= OUTPUTS_PER_INPUT_MAX && bytes <= BYTES_PER_INPUT_MAX,
                "host {} answered one input with more than {outputs} outputs and {bytes} bytes",
                id.0
            );
            self.env.trace.output(self.env.now(), id, &output);
            if let Output::Event(Event::DatasetWanted { cluster, .. }) = &output {
                errands.push(cluster.clone());
            }
            self.carry_out(id, output);
        }
        if let Some(page) = &self.hosts[id.0].page {
            page.engine.check_invariants();
        }
        for cluster in errands {
            self.load_rows(id, &cluster);
        }
    }

    fn carry_out(&mut self, id: HostId, output: Output) {
        let life = self.life(id);
        match output {
            Output::Signaling(output) => self.server.handle_output(&mut self.env, life, output),
            Output::Connection(connection, ConnectionOutput::Send(channel, bytes)) => {
                self.send(life, connection, channel, bytes);
            }
            Output::Connection(connection, output) => {
                self.fabric.handle_output(&mut self.env, life, connection, output);
            }
            Output::Store { key, value } => self.store(life, key, value),
            Output::Job(job, work) => self.work(life, job, work),
            // Nobody asks for these, and there are more of them than of all others.
            Output::Event(Event::Pong { .. }) => {}
            Output::Event(event) => {
                self.observer.event(&self.hosts, id, &event);
                if let Event::Round { session, .. } = &event {
                    self.note_record(life, *session);
                }
                let now = self.now();
                self.hosts[id.0].events.push((now, event));
            }
            Output::Timeout(_) => {}
        }
    }

    fn note_record(&mut self, life: Life, session: SessionId) {
        let host = &self.hosts[life.host.0];
        let record = host.page.as_ref().and_then(|page| page.engine.newest_record(session));
        // The engine of one with a strategy keeps to the rules, as below.
        if let Some(record) = record.filter(|_| host.byzantine.is_none()) {
            self.observer.came_to(life, session, record);
        }
    }

    fn send(&mut self, life: Life, connection: ConnectionId, channel: Channel, bytes: Vec<u8>) {
        if channel == Channel::Control && self.hosts[life.host.0].is_honest() {
            self.check_price(life, &bytes);
        }
        if channel == Channel::Bulk && self.hosts[life.host.0].is_honest() {
            self.observer.sent_value(life, connection, &bytes);
        }
        let host = &mut self.hosts[life.host.0];
        if let (Some(byzantine), Some(page)) = (&mut host.byzantine, &host.page)
            && let Some(record) =
                byzantine.watches().and_then(|session| page.engine.newest_record(session))
        {
            byzantine.see(record);
        }
        let messages = match (&mut host.byzantine, host.strategy) {
            (Some(byzantine), _) => byzantine.instead_of(channel, bytes, &mut self.env.dice),
            (None, Some(strategy)) => {
                // Its engine keeps to the rules, so what it says of records counts.
                if channel == Channel::Control {
                    self.observer.sent(life, &bytes);
                }
                host.deceit.instead_of(strategy, connection, channel, bytes)
            }
            (None, None) => {
                self.fabric.check_send(life, connection, channel, &bytes);
                if channel == Channel::Control {
                    self.observer.sent(life, &bytes);
                }
                vec![(channel, bytes)]
            }
        };
        for (channel, bytes) in messages {
            self.hosts[life.host.0].sent_bytes += bytes.len() as u64;
            let output = ConnectionOutput::Send(channel, bytes);
            self.fabric.handle_output(&mut self.env, life, connection, output);
        }
    }

    fn store(&mut self, life: Life, key: String, value: Option<Vec<u8>>) {
        let now = self.now();
        let host = &mut self.hosts[life.host.0];
        if let Some(identity) = stored_key(&key, value.as_deref()) {
            if let Some(byzantine) = &mut host.byzantine {
                byzantine.learn_key(&identity);
            }
            host.deceit.learn_key(identity);
        }
        let fails = self.env.dice.chance(host.storage_fails);
        host.storage_failed |= fails;
        let (write, due) = host.disk.write(now, key, value, fails, &mut self.env.dice);
        self.env.schedule.at(due, Happening::Written { life, write });
    }

    /// The work is done at once; its answer comes when the device would have been done with it.
    fn work(&mut self, life: Life, job: JobId, work: Job) {
        let now = self.now();
        let host = &mut self.hosts[life.host.0];
        let slowness_ms = match &work {
            Job::Train { training, .. }
            | Job::TrainPrivately { training, .. }
            | Job::TrainMasked { training, .. } => {
                host.slowness_ms * 12 * u64::from(training.steps)
            }
            _ => host.slowness_ms,
        };
        let Some(page) = &mut host.page else {
            return;
        };
        if let Job::Memory(work) = work {
            let result = page.memory.run(work.call, work.now).map_err(JobError::Storage);
            let result = result.map(|answer| Answer::Memory(Box::new(answer)));
            // In a worker of its own, beside the other.
            let done_at = now + Duration::from_millis(5);
            let input = Input::JobDone { job, result };
            return self.env.schedule.at(done_at, Happening::Input(life, input));
        }
        let result = masked::run(&mut page.workbench, work, host.strategy, &mut self.env.dice);
        if let (Some(peer), Ok(shown)) = (host.peer, &result) {
            self.observer.shown(peer, shown);
        }
        let result = result.map(|shown| shown.answer);
        let takes = self.env.dice.duration_ms(slowness_ms / 2, slowness_ms);
        page.busy_until = page.busy_until.max(now) + takes;
        let done_at = page.busy_until;
        if let Ok(answer) = &result {
            self.note_learnt(life.host, answer);
        }
        let input = Input::JobDone { job, result };
        self.env.schedule.at(done_at, Happening::Input(life, input));
    }

    fn set_deadline(&mut self, id: HostId, deadline: Option<Instant>) {
        let life = self.life(id);
        let now = self.local_now(id);
        let Some(page) = &mut self.hosts[id.0].page else {
            return;
        };
        if page.deadline == deadline {
            return;
        }
        page.deadline = deadline;
        page.deadline_token += 1;
        if let Some(deadline) = deadline {
            // Timers of a browser are late by a little.
            let late = self.env.dice.duration_ms(0, 4);
            let delay = deadline.saturating_duration_since(now) + late;
            let (token, grain) = (page.deadline_token, page.timer_grain);
            let due = self.env.now() + delay;
            let due = if grain.is_zero() { due } else { next_multiple(due, grain) };
            self.env.schedule.at(due, Happening::Deadline { life, token });
        }
    }

    fn count_timeout(&mut self, id: HostId) {
        let now = self.now();
        let Some(page) = &mut self.hosts[id.0].page else {
            return;
        };
        let (count, since) = &mut page.timeouts;
        if now.saturating_duration_since(*since) >= Duration::from_secs(1) {
            (*count, *since) = (0, now);
        }
        *count += 1;
        assert!(
            *count <= TIMEOUTS_PER_SECOND_MAX,
            "host {} does not sleep: {count} deadlines within a second",
            id.0
        );
    }
}

/// The first whole multiple of `grain` that is no earlier.
fn next_multiple(at: Instant, grain: Duration) -> Instant {
    let grain = grain.as_micros() as u64;
    Instant::from_micros(at.as_micros().next_multiple_of(grain))
}

fn size_bytes(output: &Output) -> usize {
    match output {
        Output::Connection(_, ConnectionOutput::Send(_, bytes)) => bytes.len(),
        Output::Store { value: Some(bytes), .. } => bytes.len(),
        _ => 0,
    }
}
