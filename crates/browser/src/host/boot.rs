//! From nothing to a running peer.

use super::{Dispatch, Host, Inner, Notifier, Waiters, device_name};
use crate::{
    HostError, WorkerScript,
    clock::{self, window},
    connection::{self, Connections},
    js::{Listener, module_url},
    lock::IdentityLock,
    signaling::Socket,
    storage::Storage,
    timer::Timer,
    worker::{Compute, Task},
};
use core::cell::{Cell, RefCell};
use peer::{Config, ConnectPolicy, Engine, Input, Limits};
use protocol::{limits::DEVICE_NAME_CHARS_MAX, signaling::Capability};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{PageTransitionEvent, Url};

/// What a peer is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which of this browser's devices to be: each has its own identity and records. 1 to 32 characters.
    pub device: String,
    /// What others see, on the first visit.
    pub device_name: String,
    /// The signaling server, unless an earlier life knew another; `None` for the one beside the JavaScript module.
    pub signaling_url: Option<String>,
    /// Whom to connect to without being told.
    pub connect: ConnectPolicy,
    /// Where the compute worker's script comes from.
    pub worker: WorkerScript,
    /// How many workers share the work, 1 or 2, to the same bits; `None` for as many as the device's cores are good for.
    pub workers: Option<u8>,
}

impl Options {
    /// The usual options for a device of this name.
    pub fn new(device: &str) -> Self {
        Self {
            device: device.to_owned(),
            device_name: String::new(),
            signaling_url: None,
            connect: ConnectPolicy::Everyone,
            worker: WorkerScript::default(),
            workers: None,
        }
    }
}

impl Host {
    /// Starts a peer: takes hold of its identity, loads its records and lets the engine go on where it was.
    ///
    /// # Errors
    /// [`HostError::SecondTab`] if another tab is this device, before any record is touched;
    /// [`HostError::Unsupported`] if the browser has no WebRTC; [`HostError::InvalidDevice`].
    pub async fn boot(options: Options) -> Result<Self, HostError> {
        check_device(&options.device)?;
        if !connection::is_supported() {
            return Err(HostError::Unsupported("WebRTC"));
        }
        let entropy = entropy()?;
        let lock = IdentityLock::acquire(&options.device).await?;
        let mut problems = Vec::new();
        if lock.is_none() {
            problems.push(("no_locks", NO_LOCKS.to_owned()));
        }
        let (storage, mut records) = match Storage::open(&options.device).await {
            Ok(opened) => opened,
            Err(reason) => {
                problems.push(("storage_unavailable", no_storage(&reason)));
                (Storage::Nowhere, Vec::new())
            }
        };
        let device_name = device_name::take(&mut records).unwrap_or(options.device_name);
        let config = Config {
            entropy,
            started_at: clock::unix(),
            capability: capability(&device_name),
            signaling_url: options.signaling_url.or_else(default_signaling_url),
            connect: options.connect,
            ledger: true,
            records,
            limits: Limits::default(),
        };
        let workers = options.workers.unwrap_or_else(|| u8::from(clock::logical_cores() > 1) + 1);
        let worker = |dispatch: &Dispatch, task| {
            Compute::new(dispatch.clone(), options.worker.clone(), task)
        };
        let workers = |dispatch: &Dispatch| {
            let recall = worker(dispatch, Task::Recall(options.device.clone()));
            (worker(dispatch, Task::Compute(workers)), recall)
        };
        let inner = assemble(config, storage, lock, workers);
        for (code, message) in problems {
            inner.dispatch.problem(code, message);
        }
        inner.drain();
        inner.notifier.started();
        *inner.alive.borrow_mut() = Some(inner.clone());
        Ok(Self(inner))
    }
}

const NO_LOCKS: &str = "this page is not served securely, so it cannot notice if a second tab of this browser opens the \
    same device: keep to one tab, or serve the site over https";

fn no_storage(reason: &str) -> String {
    format!(
        "this browser gives the site no storage ({reason}): identity, room and training are lost when this page closes; \
         a window that is not private keeps them"
    )
}

fn assemble(
    config: Config,
    storage: Storage,
    lock: Option<IdentityLock>,
    workers: impl FnOnce(&Dispatch) -> (Compute, Compute),
) -> Rc<Inner> {
    Rc::new_cyclic(|weak| {
        let dispatch = Dispatch::new(weak.clone());
        let deadline = dispatch.clone();
        let (compute, recall) = workers(&dispatch);
        let bulk_window_bytes = config.limits.bulk_window_bytes;
        Inner {
            engine: RefCell::new(Engine::new(config, clock::now())),
            inputs: RefCell::default(),
            is_draining: Cell::new(false),
            is_closed: Cell::new(false),
            socket: Socket::new(dispatch.clone()),
            connections: Connections::new(dispatch.clone(), bulk_window_bytes),
            storage,
            compute,
            recall,
            timer: Timer::new(move || deadline.deadline_passed()),
            waiters: RefCell::new(Waiters::default()),
            notifier: Notifier::new(dispatch.clone()),
            page_listeners: RefCell::new(page_listeners(&dispatch)),
            dispatch,
            lock: RefCell::new(lock),
            alive: RefCell::default(),
        }
    })
}

/// A device that slept has missed its deadlines, and its path may be another one. A page that goes says so to the others,
/// who would else wait for it.
fn page_listeners(dispatch: &Dispatch) -> Vec<Listener> {
    let wake_up = |target: &web_sys::EventTarget, event| {
        let dispatch = dispatch.clone();
        Listener::new(target, event, move |_| dispatch.input(Input::Timeout))
    };
    let mut listeners = vec![wake_up(&window(), "online"), wake_up(&window(), "pageshow")];
    // The browser may let nothing run in a page that has long been hidden (Page Lifecycle): `resume` ends that.
    for event in ["visibilitychange", "resume"] {
        listeners.extend(window().document().map(|it| wake_up(&it, event)));
    }
    let dispatch = dispatch.clone();
    listeners.push(Listener::new(&window(), "pagehide", move |event| {
        // A page that the browser keeps may come back.
        if !event.unchecked_ref::<PageTransitionEvent>().persisted() {
            dispatch.page_ended();
        }
    }));
    listeners
}

/// Checks that `device` can name a device.
///
/// # Errors
/// [`HostError::InvalidDevice`].
pub fn check_device(device: &str) -> Result<(), HostError> {
    let chars = device.chars().count();
    if (1..=DEVICE_NAME_CHARS_MAX).contains(&chars) && !device.chars().any(char::is_control) {
        Ok(())
    } else {
        Err(HostError::InvalidDevice(device.chars().take(2 * DEVICE_NAME_CHARS_MAX).collect()))
    }
}

fn entropy() -> Result<[u8; 32], HostError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| HostError::Unsupported("secure random numbers"))?;
    Ok(bytes)
}

fn capability(device_name: &str) -> Capability {
    Capability {
        device_name: device_name.chars().take(DEVICE_NAME_CHARS_MAX).collect(),
        logical_cores: clock::logical_cores(),
        samples_per_second: 0,
        nodes_for_others: 0,
    }
}

/// `/signal` on the site that the JavaScript module came from.
fn default_signaling_url() -> Option<String> {
    let url = Url::new_with_base("/signal", &module_url()).ok()?;
    match url.protocol().as_str() {
        "https:" => url.set_protocol("wss:"),
        "http:" => url.set_protocol("ws:"),
        _ => return None,
    }
    Some(url.href())
}
