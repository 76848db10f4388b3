//! The room's books.

use super::clusters::unexpected;
use crate::{HostError, host::Host};
use peer::{Answer, BooksCall, BooksReply};

impl Host {
    /// Tells the room's books something, or asks them; gives what was asked for.
    ///
    /// # Errors
    /// [`HostError::Command`] without a room, [`HostError::Job`] says why something cannot be.
    pub async fn ask_books(&self, call: BooksCall) -> Result<Option<BooksReply>, HostError> {
        match self.job(|engine, now| engine.ask_books(now, call)).await? {
            Answer::Books(answer) => Ok(answer.reply),
            other => Err(unexpected(&other)),
        }
    }
}
