//! What this device remembers.

use super::clusters::unexpected;
use crate::{HostError, host::Host};
use futures::channel::mpsc::UnboundedReceiver;
use peer::Answer;

impl Host {
    /// Asks this device's memory for something: a `memory::call::Call`, encoded. Gives a `memory::call::Reply`, encoded, once what
    /// it leads to is stored.
    ///
    /// # Errors
    /// [`HostError::Job`] if the memory cannot be read or written.
    pub async fn ask_memory(&self, call: Vec<u8>) -> Result<Vec<u8>, HostError> {
        match self.job(|engine, now| Ok(engine.ask_memory(now, call))).await? {
            Answer::Memory(answer) => Ok(answer.reply),
            other => Err(unexpected(&other)),
        }
    }

    /// What the memory tells from here on: `memory::library::News`, encoded. It ends at once where too many listen.
    pub fn memory_news(&self) -> UnboundedReceiver<Vec<u8>> {
        self.0.waiters.borrow_mut().for_memory()
    }
}
