//! Workers: jobs go in, answers come back, and the page never stalls.
//!
//! One trains, the other remembers, so that a search waits for no training. Each has a WebAssembly module of its own, which this page does not hold. Where the device has
//! more than one core, two share the work of one workbench; jobs go to the first of them.

mod copier;
mod script;

use crate::{
    HostError,
    host::Dispatch,
    js::{Listener, describe},
};
use core::{cell::RefCell, time::Duration};
use gloo_timers::callback::Timeout;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use peer::{
    Answer, Event, Input, Job, JobError, JobId,
    handover::{
        FIRST_LANE, GREETING, SECOND_LANE, decode_answer, decode_memory_answer, encode_job,
        encode_memory_job, is_of_another_build,
    },
};
use std::rc::Rc;
use units::SortedSet;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, MessageChannel, MessageEvent, MessagePort, Worker};

pub(crate) use copier::Copier;
pub use script::WorkerScript;

/// Jobs that wait for the worker: the memory that a page can claim by asking faster than the worker answers.
const JOBS_MAX: usize = 256;

/// Loading the module takes a fraction of a second; a worker that is silent for this long will not come.
const START_MAX: Duration = Duration::from_secs(30);

const OTHER_BUILD: &str = "it is of another build than this page";

/// As many workers as work can be divided among.
const WORKERS_MAX: u8 = 2;

/// What a worker is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Task {
    /// All jobs but those about memories, by so many workers: 1 to [`WORKERS_MAX`].
    Compute(u8),
    /// What the device of this name remembers.
    Recall(String),
}

/// A worker of a host, started when it is prepared or the first job comes.
pub(crate) struct Compute {
    dispatch: Dispatch,
    script: WorkerScript,
    task: Task,
    state: Rc<RefCell<State>>,
}

#[derive(Default)]
struct State {
    running: Option<Running>,
    waiting: SortedSet<JobId>,
    /// Why there is no worker any more.
    lost: Option<String>,
}

struct Running {
    /// The first one takes the jobs.
    workers: Vec<Worker>,
    /// How many have not said that they have started.
    starting: usize,
    /// Fires unless all say so.
    start: Option<Timeout>,
    _listeners: Vec<Listener>,
}

impl Running {
    fn end(&self) {
        self.workers.iter().for_each(Worker::terminate);
    }
}

impl Compute {
    pub(crate) fn new(dispatch: Dispatch, script: WorkerScript, task: Task) -> Self {
        Self { dispatch, script, task, state: Rc::default() }
    }

    /// Hands a job over. Every job is answered once: by the worker, or with the reason why it cannot be.
    pub(crate) fn submit(&self, id: JobId, job: &Job) {
        if let Err(error) = self.try_submit(id, job) {
            self.dispatch.input(Input::JobDone { job: id, result: Err(error) });
        }
    }

    /// Starts the worker before there is anything to do. If that fails, the first job tries again, and tells why not.
    pub(crate) fn prepare(&self) {
        let _ = self.worker();
    }

    /// Another worker for the same device: one that writes and reads copies of it.
    pub(crate) fn copier(&self) -> Result<Copier, HostError> {
        Copier::start(&self.script, self.device().ok_or(HostError::Closed)?)
    }

    /// Whose memory this worker has.
    pub(crate) fn device(&self) -> Option<&str> {
        match &self.task {
            Task::Compute(_) => None,
            Task::Recall(device) => Some(device),
        }
    }

    /// Ends the worker; jobs that wait are not answered any more.
    pub(crate) fn close(&self) {
        let mut state = self.state.borrow_mut();
        state.waiting.clear();
        state.lost = Some("this network is closed".to_owned());
        if let Some(running) = state.running.take() {
            running.end();
        }
    }

    fn try_submit(&self, id: JobId, job: &Job) -> Result<(), JobError> {
        let waiting = self.state.borrow().waiting.len();
        if waiting >= JOBS_MAX {
            return Err(JobError::InvalidInput(format!(
                "{waiting} jobs are waiting for the compute worker: wait for some of them"
            )));
        }
        let worker = self.worker().map_err(JobError::WorkerLost)?;
        let bytes = match job {
            Job::Memory(job) => encode_memory_job(id, job),
            job => encode_job(id, job),
        };
        let buffer = Uint8Array::from(&bytes[..]).buffer();
        worker.post_message_with_transfer(&buffer, &Array::of1(&buffer)).map_err(|thrown| {
            JobError::WorkerLost(format!("a job could not be sent: {}", describe(&thrown)))
        })?;
        self.state.borrow_mut().waiting.insert(id);
        Ok(())
    }

    fn worker(&self) -> Result<Worker, String> {
        if let Some(reason) = &self.state.borrow().lost {
            return Err(reason.clone());
        }
        if let Some(running) = &self.state.borrow().running {
            return Ok(running.workers[0].clone());
        }
        let workers = self.start().map_err(|thrown| describe(&thrown))?;
        let (first, starting) = (workers[0].clone(), workers.len());
        let listen = |worker| [self.listen_for_answers(worker), self.listen_for_errors(worker)];
        let _listeners = workers.iter().flat_map(listen).collect();
        let late = self.loser();
        let start = Some(Timeout::new(START_MAX.as_millis() as u32, move || {
            late(format!("it did not start within {} s", START_MAX.as_secs()));
        }));
        self.state.borrow_mut().running = Some(Running { workers, starting, start, _listeners });
        Ok(first)
    }

    fn start(&self) -> Result<Vec<Worker>, JsValue> {
        let workers = match &self.task {
            Task::Compute(workers) => *workers,
            Task::Recall(device) => {
                let worker = self.script.start(script::RECALL)?;
                worker.post_message(&device.into())?;
                return Ok(vec![worker]);
            }
        };
        let first = self.script.start(script::COMPUTE)?;
        if workers < WORKERS_MAX {
            return Ok(vec![first]);
        }
        let second = self.script.start(script::COMPUTE)?;
        let channel = MessageChannel::new()?;
        make_lane(&first, FIRST_LANE, &channel.port1())?;
        make_lane(&second, SECOND_LANE, &channel.port2())?;
        Ok(vec![first, second])
    }

    fn listen_for_answers(&self, worker: &Worker) -> Listener {
        let (state, dispatch) = (self.state.clone(), self.dispatch.clone());
        let lose = self.loser();
        let decode = match self.task {
            Task::Compute(_) => decode_answer,
            Task::Recall(_) => |bytes: &[u8]| {
                let (job, result) = decode_memory_answer(bytes)?;
                Ok((job, result.map(|answer| Answer::Memory(Box::new(answer)))))
            },
        };
        Listener::new(worker, "message", move |event| {
            let data = event.unchecked_ref::<MessageEvent>().data();
            if let Some(buffer) = data.dyn_ref::<ArrayBuffer>() {
                match decode(&Uint8Array::new(buffer).to_vec()) {
                    Ok((job, result)) => {
                        if state.borrow_mut().waiting.remove(&job) {
                            dispatch.input(Input::JobDone { job, result });
                        }
                    }
                    Err(error) => lose(format!("an answer of {error}")),
                }
                return;
            }
            if let Some(news) = data.dyn_ref::<Uint8Array>() {
                return dispatch.event(Event::Memory(news.to_vec()));
            }
            match data.as_string() {
                Some(text) if text == GREETING => {
                    if let Some(running) = &mut state.borrow_mut().running {
                        running.starting = running.starting.saturating_sub(1);
                        if running.starting == 0 {
                            running.start.take();
                        }
                    }
                }
                Some(text) if is_of_another_build(&text) => lose(OTHER_BUILD.to_owned()),
                Some(reason) => lose(reason),
                None => lose("it said something else".to_owned()),
            }
        })
    }

    fn listen_for_errors(&self, worker: &Worker) -> Listener {
        let lose = self.loser();
        Listener::new(worker, "error", move |event| {
            let said = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message);
            // An event without a message is a script that could not be loaded.
            lose(said.filter(|text| !text.is_empty()).unwrap_or("its script did not load".into()));
        })
    }

    /// What ends a worker that has failed: every waiting job is answered. One that did not even start, and that nobody
    /// has asked for anything, may be started again.
    fn loser(&self) -> impl Fn(String) + 'static {
        let (state, dispatch) = (self.state.clone(), self.dispatch.clone());
        move |reason: String| {
            let waiting = {
                let mut state = state.borrow_mut();
                if state.lost.is_some() {
                    return;
                }
                let mut is_needed = true;
                if let Some(running) = state.running.take() {
                    is_needed = running.start.is_none() || !state.waiting.is_empty();
                    running.end();
                    // Its listeners may be what is running now.
                    wasm_bindgen_futures::spawn_local(async move { drop(running) });
                }
                if !is_needed {
                    return;
                }
                state.lost = Some(reason.clone());
                core::mem::take(&mut state.waiting)
            };
            let error = JobError::WorkerLost(reason);
            // Whoever waits tells the user; nobody else would.
            if waiting.is_empty() {
                dispatch.problem(error.code(), error.to_string());
            }
            for job in waiting {
                dispatch.input(Input::JobDone { job, result: Err(error.clone()) });
            }
        }
    }
}

fn make_lane(worker: &Worker, lane: &str, port: &MessagePort) -> Result<(), JsValue> {
    let message = Array::of2(&lane.into(), port);
    worker.post_message_with_transfer(&message, &Array::of1(port))
}
