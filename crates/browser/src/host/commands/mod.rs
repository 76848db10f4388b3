//! What an application can ask of a peer. The engine decides; here commands get the time, and those that end later wait.

mod books;
mod clusters;
mod copies;
mod desk;
mod learning;
mod memory;
mod network;
mod skills;
mod splits;

use super::{Host, waiters::Outcome};
use crate::{HostError, clock};
use futures::{channel::oneshot::Receiver, future::LocalBoxFuture};
use peer::{Answer, CommandError, Engine, JobId};
use units::Instant;

pub use books::FoundBlock;
pub use clusters::LoadedRows;
pub use copies::Settings;
pub use splits::Offers;

/// Jobs that an application may wait for: fewer than the worker takes, so that training never finds it full.
const JOBS_MAX: usize = 128;

impl Host {
    fn command<T>(
        &self,
        command: impl FnOnce(&mut Engine, Instant) -> Result<T, CommandError>,
    ) -> Result<T, HostError> {
        self.command_then(command, |_, value| value)
    }

    /// Gives a command; `then` runs before its outputs are carried out, so that no answer can come too early.
    fn command_then<T, U>(
        &self,
        command: impl FnOnce(&mut Engine, Instant) -> Result<T, CommandError>,
        then: impl FnOnce(&Self, T) -> U,
    ) -> Result<U, HostError> {
        if self.0.is_closed.get() {
            return Err(HostError::Closed);
        }
        let result = command(&mut self.0.engine.borrow_mut(), clock::now());
        let result = result.map(|value| then(self, value));
        // A refused command may have something to say, too.
        self.0.drain();
        Ok(result?)
    }

    /// Gives a command that leads to a job, and waits for its answer. The command is given at once.
    fn job(
        &self,
        command: impl FnOnce(&mut Engine, Instant) -> Result<JobId, CommandError>,
    ) -> LocalBoxFuture<'static, Result<Answer, HostError>> {
        let waiting = self.0.waiters.borrow().jobs();
        if waiting >= JOBS_MAX {
            let problem = format!("{waiting} answers are awaited: wait for some of them");
            return Box::pin(async { Err(CommandError::InvalidInput(problem).into()) });
        }
        let answer =
            self.command_then(command, |host, job| host.0.waiters.borrow_mut().for_job(job));
        Box::pin(async move { answer?.await.unwrap_or(Err(HostError::Closed)) })
    }
}

async fn wait(outcome: Option<Receiver<Outcome<()>>>) -> Result<(), HostError> {
    match outcome {
        None => Ok(()),
        Some(outcome) => outcome.await.unwrap_or(Err(HostError::Closed)),
    }
}
