//! Commands to the peer, and what came of the last one: where it was given, a person sees why it was refused.

use super::{
    port::{PeerPort, Problem, Reply},
    slot::port,
};
use leptos::{prelude::*, task::spawn_local};
use std::rc::Rc;

/// One place where commands are given, such as a button or a form.
#[derive(Clone, Copy, Default)]
pub struct Command {
    pending: RwSignal<bool>,
    problem: RwSignal<Option<Problem>>,
}

impl Command {
    /// Whether an answer is awaited.
    pub fn is_pending(self) -> bool {
        self.pending.get()
    }

    /// Why the last command was refused.
    pub fn problem(self) -> Option<Problem> {
        self.problem.get()
    }

    /// Shows a problem that was found before the peer was asked.
    pub fn refuse(self, code: &str, message: impl Into<String>) {
        self.problem.set(Some(Problem { code: code.to_owned(), message: message.into() }));
    }

    /// Forgets the last problem.
    pub fn clear(self) {
        self.problem.set(None);
    }

    /// Gives a command and, where it is carried out, goes on with its answer.
    pub fn run<T: 'static>(
        self,
        command: impl FnOnce(Rc<dyn PeerPort>) -> Reply<T>,
        then: impl FnOnce(T) + 'static,
    ) {
        let Some(port) = port() else {
            return self
                .refuse("not_started", "this device's peer has not started yet: wait a moment");
        };
        self.problem.set(None);
        self.pending.set(true);
        let reply = command(port);
        // The place may be gone from the page when the answer comes.
        spawn_local(async move {
            let answer = reply.await;
            let _ = self.pending.try_set(false);
            match answer {
                Ok(value) => then(value),
                Err(problem) => {
                    let _ = self.problem.try_set(Some(problem));
                }
            }
        });
    }
}
