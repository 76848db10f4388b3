//! The compute worker: jobs go in, answers come back, and the page never stalls.

mod bench;
mod message;

use crate::{
    clock::window,
    host::Dispatch,
    js::{Listener, describe, module_url},
};
use core::{cell::RefCell, time::Duration};
use gloo_timers::callback::Timeout;
use js_sys::{Array, ArrayBuffer};
use peer::{Answer, Input, Job, JobError, JobId};
use std::{collections::BTreeSet, rc::Rc};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, BlobPropertyBag, ErrorEvent, MessageEvent, Url, Worker, WorkerOptions, WorkerType,
};

pub use bench::worker_main;

/// Jobs that wait for the worker: the memory that a page can claim by asking faster than the worker answers.
const JOBS_MAX: usize = 256;

/// Loading the module takes a fraction of a second; a worker that is silent for this long will not come.
const START_MAX: Duration = Duration::from_secs(30);

/// The script of a worker on pages of other sites, which cannot be loaded from there.
const SCRIPT: &str = include_str!("../../../../public/sdk/worker.js");

/// Where the worker's script comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum WorkerScript {
    /// `worker.js` beside the JavaScript module; a copy of its own on pages of another site than the module's.
    #[default]
    BesideModule,
    /// This address, on the page's own site.
    At(String),
}

/// The one worker of a host, started when the first job comes.
pub(crate) struct Compute {
    dispatch: Dispatch,
    script: WorkerScript,
    state: Rc<RefCell<State>>,
}

#[derive(Default)]
struct State {
    running: Option<Running>,
    waiting: BTreeSet<JobId>,
    /// Why there is no worker any more.
    lost: Option<String>,
}

struct Running {
    worker: Worker,
    /// Fires unless the worker says that it has started.
    start: Option<Timeout>,
    _listeners: Vec<Listener>,
}

impl Compute {
    pub(crate) fn new(dispatch: Dispatch, script: WorkerScript) -> Self {
        Self { dispatch, script, state: Rc::default() }
    }

    /// Hands a job over. Every job is answered once: by the worker, or with the reason why it cannot be.
    pub(crate) fn submit(&self, id: JobId, job: &Job) {
        if let Err(error) = self.try_submit(id, job) {
            self.dispatch.input(Input::JobDone { job: id, result: Err(error) });
        }
    }

    /// Ends the worker; jobs that wait are not answered any more.
    pub(crate) fn close(&self) {
        let mut state = self.state.borrow_mut();
        state.waiting.clear();
        state.lost = Some("this network is closed".to_owned());
        if let Some(running) = state.running.take() {
            running.worker.terminate();
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
        let buffer = message::encode(&(id, job));
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
            return Ok(running.worker.clone());
        }
        let worker = start(&self.script).map_err(|thrown| describe(&thrown))?;
        let listeners = vec![self.listen_for_answers(&worker), self.listen_for_errors(&worker)];
        let late = self.loser();
        let start = Timeout::new(START_MAX.as_millis() as u32, move || {
            late(format!("it did not start within {} s", START_MAX.as_secs()));
        });
        self.state.borrow_mut().running =
            Some(Running { worker: worker.clone(), start: Some(start), _listeners: listeners });
        Ok(worker)
    }

    fn listen_for_answers(&self, worker: &Worker) -> Listener {
        let (state, dispatch) = (self.state.clone(), self.dispatch.clone());
        let lose = self.loser();
        Listener::new(worker, "message", move |event| {
            let data = event.unchecked_ref::<MessageEvent>().data();
            if let Some(buffer) = data.dyn_ref::<ArrayBuffer>() {
                match message::decode::<(JobId, Result<Answer, JobError>)>(buffer) {
                    Ok((job, result)) => {
                        if state.borrow_mut().waiting.remove(&job) {
                            dispatch.input(Input::JobDone { job, result });
                        }
                    }
                    Err(error) => lose(format!("its answer cannot be read: {error}")),
                }
            } else if data == message::STARTED {
                if let Some(running) = &mut state.borrow_mut().running {
                    running.start.take();
                }
            } else {
                lose(data.as_string().unwrap_or_else(|| "it said something else".to_owned()));
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

    /// What ends a worker that has failed: every waiting job is answered.
    fn loser(&self) -> impl Fn(String) + 'static {
        let (state, dispatch) = (self.state.clone(), self.dispatch.clone());
        move |reason: String| {
            let waiting = {
                let mut state = state.borrow_mut();
                if state.lost.is_some() {
                    return;
                }
                state.lost = Some(reason.clone());
                if let Some(running) = state.running.take() {
                    running.worker.terminate();
                    // Its listeners may be what is running now.
                    wasm_bindgen_futures::spawn_local(async move { drop(running) });
                }
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

/// Starts the script and hands it the wasm that this page has compiled already.
fn start(script: &WorkerScript) -> Result<Worker, JsValue> {
    let module = module_url();
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    options.set_name(&module);
    let worker = match script_url(script, &module)? {
        Some(url) => Worker::new_with_options(&url, &options)?,
        None => start_copy(&options)?,
    };
    worker.post_message(&wasm_bindgen::module())?;
    Ok(worker)
}

/// `None` if the module is another site's: then so would be its worker, which no browser starts.
fn script_url(script: &WorkerScript, module: &str) -> Result<Option<String>, JsValue> {
    if let WorkerScript::At(url) = script {
        return Ok(Some(url.clone()));
    }
    let url = Url::new_with_base("worker.js", module)?;
    let same_site = url.origin() == window().location().origin()?;
    Ok(same_site.then(|| url.href()))
}

fn start_copy(options: &WorkerOptions) -> Result<Worker, JsValue> {
    let properties = BlobPropertyBag::new();
    properties.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&SCRIPT.into()), &properties)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let worker = Worker::new_with_options(&url, options);
    Url::revoke_object_url(&url)?;
    worker
}
