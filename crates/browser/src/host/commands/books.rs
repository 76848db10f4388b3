//! The room's books.

use super::clusters::unexpected;
use crate::{HostError, host::Host};
use core::time::Duration;
use futures::future::{Either, select};
use gloo_timers::future::sleep;
use peer::{Answer, BooksCall, BooksReply};

/// How long one block is looked for: as long as somebody waits for it.
const MINING_MAX: Duration = Duration::from_secs(120);

/// A block that this device has found, or somebody else while it looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundBlock {
    /// Its height.
    pub height: u32,
    /// Its name.
    pub name: units::Hash,
    /// Who found it.
    pub miner: units::PeerId,
    /// What it records.
    pub transactions: u32,
}

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

    /// The room as a file that anybody can check.
    ///
    /// # Errors
    /// [`HostError::Command`] without a room, [`HostError::Job`] if a part of the ledger is not here.
    pub async fn write_room(&self) -> Result<Vec<u8>, HostError> {
        match self.job(|engine, now| engine.write_room(now)).await? {
            Answer::Books(answer) => match answer.reply {
                Some(BooksReply::File(bytes)) => Ok(bytes),
                _ => Ok(Vec::new()),
            },
            other => Err(unexpected(&other)),
        }
    }

    /// Looks for one block, and gives it once it is found.
    ///
    /// # Errors
    /// [`HostError::NoBlock`] says why there is none: nothing waits, this device is no member, somebody else was quicker, or it
    /// took too long.
    pub async fn mine_block(&self) -> Result<FoundBlock, HostError> {
        let no_block = |reason: &str| Err(HostError::NoBlock(reason.to_owned()));
        match self.view().ledger {
            None => return no_block("the room's ledger is not here yet"),
            Some(ledger) if !ledger.member => {
                return no_block("this device is no member of the room's economy yet");
            }
            Some(ledger) if ledger.waiting == 0 => return no_block("nothing waits to be recorded"),
            Some(_) => {}
        }
        let found = self.0.waiters.borrow_mut().for_block();
        self.ask_books(BooksCall::MineOnce(true)).await?;
        let too_late = core::pin::pin!(sleep(MINING_MAX));
        let ended = select(found, too_late).await;
        if !matches!(&ended, Either::Left((Ok(Ok(block)), _)) if block.miner == self.me()) {
            self.ask_books(BooksCall::MineOnce(false)).await?;
        }
        match ended {
            Either::Left((found, _)) => match found.unwrap_or(Err(HostError::Closed))? {
                block if block.miner == self.me() => Ok(block),
                _ => no_block("somebody else was quicker"),
            },
            Either::Right(_) => no_block("none was found in two minutes"),
        }
    }
}
