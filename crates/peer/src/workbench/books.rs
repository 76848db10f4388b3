//! The room's books on the workbench.

use super::Workbench;
use crate::job::{Answer, BooksAnswer, BooksCall, BooksJob, BooksReply, JobError};
use books::{Books, view::Question};
use ledger::Genesis;
use protocol::{encoding::decode, identity::Identity};
use serde_bytes::ByteBuf;
use transcript::RoomFile;

impl Workbench {
    pub(super) fn run_books(&mut self, job: BooksJob) -> Result<Answer, JobError> {
        let BooksJob { now, call } = job;
        let answer = match call {
            BooksCall::Open { room, seed, records } => {
                let identity = Identity::from_seed(seed);
                let (books, outcome) = Books::open(room, identity, lending::judge, records, now);
                self.books = Some(Box::new(books));
                BooksAnswer { outcome, reply: None }
            }
            BooksCall::Close => {
                self.books = None;
                BooksAnswer::default()
            }
            call => {
                let books = self.books.as_mut().ok_or_else(|| {
                    JobError::InvalidInput("this device is in no room: enter one first".to_owned())
                })?;
                let reply = tell(books, call, now)?;
                BooksAnswer { outcome: books.take_outcome(), reply }
            }
        };
        Ok(Answer::Books(Box::new(answer)))
    }
}

fn tell(
    books: &mut Books,
    call: BooksCall,
    now: units::UnixMillis,
) -> Result<Option<BooksReply>, JobError> {
    match call {
        BooksCall::Open { .. } | BooksCall::Close => {}
        BooksCall::Connected(peer) => books.connected(peer, now),
        BooksCall::Disconnected(peer) => books.disconnected(peer, now),
        BooksCall::Hear { from, bytes, passes_on } => books.hear(from, &bytes, passes_on, now),
        BooksCall::HearBlock { from, bytes } => books.hear_block(from, &bytes, now),
        BooksCall::HearOrder { from, bytes } => books.hear_order(from, &bytes, now),
        BooksCall::Round { report, decided } => books.note_round(*report, decided, now),
        BooksCall::Tick => books.tick(now),
        BooksCall::Mine(nonces) => {
            books.mine(nonces, now);
        }
        BooksCall::Keep(keeps) => books.keep(keeps),
        BooksCall::MineOnce(wanted) => books.mine_once(wanted),
        BooksCall::Order(action) => {
            let order = books.order(*action);
            let order = order.map_err(|error| JobError::NotRecorded(error.to_string()))?;
            return Ok(Some(BooksReply::Ordered(order)));
        }
        BooksCall::OrderBytes(bytes) => {
            let action = decode("order", &bytes, ledger::DISPUTE_BYTES_MAX);
            let action = action.map_err(|error| JobError::NotRecorded(error.to_string()))?;
            if books.is_pointless(&action) {
                return Ok(None);
            }
            return tell(books, BooksCall::Order(Box::new(action)), now);
        }
        BooksCall::Export(transcripts) => return export(books, transcripts).map(Some),
        BooksCall::Offers => return Ok(Some(BooksReply::Offers(books.offers()))),
        BooksCall::Look(question) => {
            let view = Question::decode(&question).and_then(|asked| books.look(&asked, now));
            let nothing = "the ledger has nothing of the kind, or is not here yet".to_owned();
            let view = view.ok_or(JobError::InvalidInput(nothing))?;
            return Ok(Some(BooksReply::View(view.encode())));
        }
    }
    Ok(None)
}

/// The room as a file that anybody can check.
fn export(books: &Books, transcripts: Vec<ByteBuf>) -> Result<BooksReply, JobError> {
    let nothing = || JobError::InvalidInput("the ledger is not here yet".to_owned());
    let chain = books.chain().ok_or_else(nothing)?;
    let block = |height| chain.block(&chain.name_at(height)?);
    let blocks = (1..=chain.height()).map(|height| {
        let gone =
            || JobError::InvalidInput(format!("page {height} is not on this device any more"));
        Ok(ByteBuf::from(block(height).ok_or_else(gone)?.encode()))
    });
    let Genesis { room, founder } = chain.genesis();
    let file = RoomFile { room, founder, blocks: blocks.collect::<Result<_, _>>()?, transcripts };
    Ok(BooksReply::File(file.encode()))
}
