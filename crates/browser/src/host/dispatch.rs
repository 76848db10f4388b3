//! The way back to the host, for everything that it owns.

use super::Inner;
use peer::{Event, Input};
use std::rc::Weak;

/// Reaches the host for as long as it lives.
#[derive(Clone)]
pub(crate) struct Dispatch(Weak<Inner>);

impl Dispatch {
    pub(crate) fn new(inner: Weak<Inner>) -> Self {
        Self(inner)
    }

    /// Tells the engine what happened.
    pub(crate) fn input(&self, input: Input) {
        if let Some(inner) = self.0.upgrade() {
            inner.input(input);
        }
    }

    /// Tells the engine that its deadline has passed.
    pub(crate) fn deadline_passed(&self) {
        if let Some(inner) = self.0.upgrade() {
            inner.timer.disarm();
            inner.input(Input::Timeout);
        }
    }

    /// Closes the connections of a page that is going away; nothing else has time to happen.
    pub(super) fn page_ended(&self) {
        if let Some(inner) = self.0.upgrade() {
            inner.connections.close();
        }
    }

    /// Tells the application of something that the engine has no part in.
    pub(crate) fn problem(&self, code: &str, message: String) {
        self.event(Event::Problem { code: code.to_owned(), message });
    }

    /// Tells the application, and commands that wait for it, what a worker has told by itself.
    pub(crate) fn event(&self, event: Event) {
        if let Some(inner) = self.0.upgrade() {
            inner.waiters.borrow_mut().observe(&event);
            inner.notifier.event(event);
        }
    }

    /// Runs the handlers of events, and of changes, that are due.
    pub(super) fn notify(&self, which: impl FnOnce(&super::Notifier)) {
        if let Some(inner) = self.0.upgrade() {
            which(&inner.notifier);
        }
    }
}
