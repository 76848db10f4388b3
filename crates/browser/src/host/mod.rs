//! One peer of this page: the engine, and everything that carries out what it asks for.

mod boot;
mod commands;
mod device_name;
mod dispatch;
mod notify;
mod waiters;

use crate::{
    clock, connection::Connections, js::Listener, lock::IdentityLock, signaling::Socket,
    storage::Storage, timer::Timer, worker::Compute,
};
use core::cell::{Cell, RefCell};
use notify::Notifier;
use peer::{Engine, Input, Job, Output, View};
use std::{collections::VecDeque, rc::Rc};
use units::PeerId;
use waiters::Waiters;
use wasm_bindgen_futures::spawn_local;

pub use boot::{Options, check_device};
pub use commands::{FoundBlock, LoadedRows, Offers, Settings};
pub(crate) use dispatch::Dispatch;

/// A peer of this page. Clones are the same peer. It lives until it is closed, or the page is, even if nobody holds it:
/// whoever only listens to its events would lose it to a garbage collector.
#[derive(Clone)]
pub struct Host(Rc<Inner>);

pub(crate) struct Inner {
    engine: RefCell<Engine>,
    /// Inputs that came while the engine's outputs were being carried out.
    inputs: RefCell<VecDeque<Input>>,
    is_draining: Cell<bool>,
    is_closed: Cell<bool>,
    socket: Socket,
    connections: Connections,
    storage: Storage,
    compute: Compute,
    recall: Compute,
    timer: Timer,
    waiters: RefCell<Waiters>,
    notifier: Notifier,
    dispatch: Dispatch,
    page_listeners: RefCell<Vec<Listener>>,
    lock: RefCell<Option<IdentityLock>>,
    /// Itself, until it is closed.
    alive: RefCell<Option<Rc<Inner>>>,
}

impl Host {
    /// This peer's id.
    pub fn me(&self) -> PeerId {
        self.0.engine.borrow().me()
    }

    /// Where things stand.
    pub fn view(&self) -> View {
        self.0.engine.borrow().view()
    }

    /// Calls `handler` after changes, at most once an animation frame, until the peer is closed. Hidden pages have no
    /// animation frames; there it is called a few times a second.
    pub fn on_change(&self, handler: impl FnMut() + 'static) {
        self.0.notifier.on_change(handler);
    }

    /// Calls `handler` for every event from the start of the peer on, until it is closed. Never called from within a
    /// command.
    pub fn on_event(&self, handler: impl FnMut(&peer::Event) + 'static) {
        self.0.notifier.on_event(handler);
    }

    /// Tells all who listen to events of something that failed outside the engine.
    pub fn report_problem(&self, code: &str, message: String) {
        self.0.dispatch.problem(code, message);
    }

    /// Loads and starts the compute worker, so that the first data do not wait for it, and need no server that has gone
    /// meanwhile.
    pub fn prepare_worker(&self) {
        self.0.compute.prepare();
    }

    /// Ends the peer: its connections, its worker, its timer and its hold on the identity. Commands that wait, and all
    /// that come later, end with [`crate::HostError::Closed`].
    pub fn close(&self) {
        if self.0.is_closed.replace(true) {
            return;
        }
        self.0.page_listeners.borrow_mut().clear();
        self.0.timer.disarm();
        self.0.socket.close();
        self.0.connections.close();
        self.0.compute.close();
        self.0.recall.close();
        self.0.storage.close();
        *self.0.waiters.borrow_mut() = Waiters::default();
        self.0.notifier.close();
        self.0.lock.borrow_mut().take();
        self.0.alive.borrow_mut().take();
    }
}

impl Inner {
    /// Tells the engine what happened, and does what it asks.
    pub(crate) fn input(&self, input: Input) {
        self.inputs.borrow_mut().push_back(input);
        self.drain();
    }

    /// Carries out everything the engine asks for. What fails at once comes back as an input while this runs: it waits
    /// its turn, so that the engine is never entered twice.
    fn drain(&self) {
        if self.is_closed.get() || self.is_draining.replace(true) {
            return;
        }
        loop {
            self.carry_out_outputs();
            let Some(input) = self.inputs.borrow_mut().pop_front() else { break };
            self.engine.borrow_mut().handle_input(clock::now(), input);
        }
        self.is_draining.set(false);
        self.notifier.changed();
    }

    fn carry_out_outputs(&self) {
        loop {
            let output = self.engine.borrow_mut().poll_output();
            match output {
                Output::Signaling(output) => self.socket.carry_out(output),
                Output::Connection(id, output) => self.connections.carry_out(id, output),
                Output::Store { key, value } => self.store(key, value),
                Output::Job(id, job @ Job::Memory(_)) => self.recall.submit(id, &job),
                Output::Job(id, job) => self.compute.submit(id, &job),
                Output::Event(event) => {
                    self.waiters.borrow_mut().observe(&event);
                    self.notifier.event(event);
                }
                Output::Timeout(deadline) => {
                    self.timer.arm(deadline);
                    return self.connections.end_batch();
                }
            }
        }
    }

    fn store(&self, key: String, value: Option<Vec<u8>>) {
        let written = self.storage.write(&key, value);
        let dispatch = self.dispatch.clone();
        spawn_local(async move {
            let result = written.await;
            dispatch.input(Input::Stored { key, result });
        });
    }
}
