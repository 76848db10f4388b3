//! Where the room's books meet the engine.
//!
//! The books are on the workbench, and do all that a ledger costs there. The engine tells them what happens, and carries out what
//! they want done.

use crate::{
    core::Core,
    engine::Engine,
    error::CommandError,
    event::Event,
    job::{Answer, BooksAnswer, BooksCall, BooksJob, BooksReply, Job, JobError, JobId, LedgerView},
    loans::{BorrowPlan, offers_of},
    records::{self, Records},
    split::Hosting,
};
use ::core::time::Duration;
use books::{News, Outcome};
use protocol::{
    message::{BulkMessage, ControlMessage},
    room::RoomSecret,
    session::RoundRecord,
};
use units::{ClusterId, Credits, Hash, Instant, PeerId, SessionId, SortedMap, SortedSet};

/// How often the books are told that time has passed.
const TICK: Duration = Duration::from_secs(10);

/// Nonces that are tried at a time: other work waits for some hundredths of a second at most.
const NONCES: u32 = 1 << 17;

/// The rest between two such tries, some ten times as long as a try on a computer: where every round is recorded there is always
/// something to write, and training, batteries and fans come first. Difficulty follows.
const MINING_REST: Duration = Duration::from_millis(150);

/// Messages of one neighbour that wait for the books: the memory, and the place before the worker, that it can claim.
const HEARD_MAX: usize = 24;

/// The books of the room, as the engine knows them.
#[derive(Default)]
pub(crate) struct Ledger {
    is_open: bool,
    standing: Option<LedgerView>,
    jobs: SortedMap<JobId, Purpose>,
    /// Names of records that storage holds of them.
    records: SortedSet<String>,
    tick_at: Option<Instant>,
    /// When the next nonces are tried, while none are being.
    mine_at: Option<Instant>,
    is_mining: bool,
    /// Members whom the ledger speaks against.
    pub(crate) distrusted: SortedSet<PeerId>,
    /// Orders that are to begin loans of nodes to this device.
    pub(crate) borrowed: SortedSet<Hash>,
    /// What loans have brought and is to be ordered: of an earlier life, or what could not be recorded when it was ordered.
    pub(crate) claims: Vec<(Hash, Vec<u8>)>,
    /// What was ordered of that, by the order: should its page give way, it may have to be again. Until it is recorded, storage has it.
    pub(crate) claimed: SortedMap<Hash, (Hash, Vec<u8>)>,
}

/// What a job about the books is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Something that happened.
    Told,
    /// Something that a neighbour said.
    Heard(PeerId),
    /// Nonces.
    Mine,
    /// Something that the application waits for.
    Asked,
    /// Nodes for a cluster.
    Borrow(Box<(ClusterId, BorrowPlan)>),
    /// So many nodes, that gather so many numbers, for a part.
    Seek(u16, [u32; 2]),
    /// The order that begins the loan of a part.
    Loan(u16),
    /// What a loan of this device has brought, and the order that claims it.
    Claim(Hash, Vec<u8>),
}

impl Ledger {
    pub(crate) fn view(&self) -> Option<LedgerView> {
        self.standing
    }

    pub(crate) fn balance(&self) -> Credits {
        self.standing.map_or(Credits::ZERO, |standing| standing.balance)
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.tick_at.into_iter().chain(self.mine_at).min()
    }

    fn heard(&self, from: PeerId) -> usize {
        self.jobs.values().filter(|purpose| **purpose == Purpose::Heard(from)).count()
    }
}

impl Engine {
    /// Opens the books of the room that was entered.
    pub(crate) fn open_books(&mut self, now: Instant, room: RoomSecret, stored: &mut Records) {
        if !self.keeps_ledgers {
            return;
        }
        let prefix = records::books_prefix(room.room_id());
        let records = stored.take_all::<Vec<u8>>(&prefix);
        self.ledger = Ledger { is_open: true, tick_at: Some(now + TICK), ..Ledger::default() };
        let claims = stored.take_all::<serde_bytes::ByteBuf>(records::LOANS_PREFIX).into_iter();
        let claims =
            claims.filter_map(|(name, claim)| Some((name.parse().ok()?, claim.into_vec())));
        self.ledger.claims = claims.collect();
        self.hosting.remember_loans(self.ledger.claims.iter().map(|(loan, _)| *loan));
        let known = records.iter().map(|(name, _)| name.clone());
        self.ledger.records = known.collect();
        let seed = self.core.identity.seed();
        self.tell_books(now, BooksCall::Open { room, seed, records }, Purpose::Told);
        let connected: Vec<PeerId> = self.roster.connected().collect();
        for peer in connected {
            self.tell_books(now, BooksCall::Connected(peer), Purpose::Told);
        }
    }

    /// Closes them for good: who leaves a room keeps nothing of it.
    pub(crate) fn close_books(&mut self, now: Instant, room: RoomSecret) {
        if !self.ledger.is_open {
            return;
        }
        self.tell_books(now, BooksCall::Close, Purpose::Told);
        let ledger = core::mem::take(&mut self.ledger);
        let prefix = records::books_prefix(room.room_id());
        for name in ledger.records.iter() {
            self.core.forget(format!("{prefix}{name}"));
        }
    }

    pub(crate) fn tell_books(
        &mut self,
        now: Instant,
        call: BooksCall,
        purpose: Purpose,
    ) -> Option<JobId> {
        if !self.ledger.is_open {
            return None;
        }
        let job = BooksJob { now: self.core.wall_clock(now), call };
        let job = self.core.job(Job::Books(Box::new(job)));
        self.ledger.jobs.insert(job, purpose);
        Some(job)
    }

    /// Asks the books for something; [`Event::Answered`] comes with what they say.
    ///
    /// # Errors
    /// [`CommandError::NoRoom`].
    pub fn ask_books(&mut self, now: Instant, call: BooksCall) -> Result<JobId, CommandError> {
        self.tell_books(now, call, Purpose::Asked).ok_or(CommandError::NoRoom)
    }

    pub(crate) fn books_neighbour(&mut self, now: Instant, peer: PeerId, is_there: bool) {
        let call =
            if is_there { BooksCall::Connected(peer) } else { BooksCall::Disconnected(peer) };
        self.tell_books(now, call, Purpose::Told);
    }

    pub(crate) fn books_message(&mut self, now: Instant, from: PeerId, bytes: Vec<u8>) {
        // What is not heard is said again.
        if self.ledger.heard(from) < HEARD_MAX {
            let passes_on = self.roster.is_partial;
            let call = BooksCall::Hear { from, bytes, passes_on };
            self.tell_books(now, call, Purpose::Heard(from));
        }
    }

    pub(crate) fn books_block(&mut self, now: Instant, from: PeerId, bytes: Vec<u8>) {
        if self.ledger.heard(from) < HEARD_MAX {
            self.tell_books(now, BooksCall::HearBlock { from, bytes }, Purpose::Heard(from));
        }
    }

    pub(crate) fn books_order(&mut self, now: Instant, from: PeerId, bytes: Vec<u8>) {
        if self.ledger.heard(from) < HEARD_MAX {
            self.tell_books(now, BooksCall::HearOrder { from, bytes }, Purpose::Heard(from));
        }
    }

    /// A round of this device's session has ended. Who decided on it reports it; the others do if that comes to nothing.
    pub(crate) fn books_round(&mut self, now: Instant, session: SessionId, record: RoundRecord) {
        let decided = self.session.as_ref().is_some_and(|it| it.has_led(self.core.me));
        let report = Box::new(ledger::RoundReport { session, record });
        let call = BooksCall::Round { report, decided };
        self.tell_books(now, call, Purpose::Told);
    }

    pub(crate) fn books_timeout(&mut self, now: Instant) {
        if self.ledger.tick_at.is_some_and(|at| now >= at) {
            self.ledger.tick_at = Some(now + TICK);
            self.tell_books(now, BooksCall::Tick, Purpose::Told);
        }
        if self.ledger.mine_at.is_some_and(|at| now >= at) {
            self.ledger.mine_at = None;
            self.ledger.is_mining = true;
            self.tell_books(now, BooksCall::Mine(NONCES), Purpose::Mine);
        }
    }

    /// The answer to a job, if it is one about the books.
    pub(crate) fn handle_books_job(
        &mut self,
        now: Instant,
        job: JobId,
        result: Result<Answer, JobError>,
    ) -> Option<Result<Answer, JobError>> {
        let Some(purpose) = self.ledger.jobs.remove(&job) else { return Some(result) };
        self.ledger.is_mining &= purpose != Purpose::Mine;
        match result {
            Ok(Answer::Books(answer)) => {
                let BooksAnswer { outcome, reply } = *answer;
                self.carry_out_books(now, outcome);
                self.books_said(now, job, purpose, Ok(reply));
            }
            Ok(_) => {}
            Err(error) => {
                let is_lost = matches!(error, JobError::WorkerLost(_));
                self.books_said(now, job, purpose, Err(error));
                if is_lost {
                    self.ledger = Ledger::default();
                }
            }
        }
        None
    }

    /// What the books say to something, to whoever waits for it.
    fn books_said(
        &mut self,
        now: Instant,
        job: JobId,
        purpose: Purpose,
        said: Result<Option<BooksReply>, JobError>,
    ) {
        match purpose {
            Purpose::Told | Purpose::Heard(_) | Purpose::Mine => {}
            Purpose::Asked => {
                let answer = |reply| BooksAnswer { outcome: Outcome::default(), reply };
                let result = said.map(|reply| Answer::Books(Box::new(answer(reply))));
                self.core.event(Event::Answered { job, result });
            }
            Purpose::Borrow(plan) => self.borrow_from(now, job, *plan, offers_of(said)),
            Purpose::Seek(part, shape) => {
                self.choose_offer(now, part, shape, offers_of(said).unwrap_or_default());
            }
            Purpose::Loan(part) => self.loan_ordered(now, part, said),
            Purpose::Claim(loan, claim) => self.claim_ordered(loan, claim, said),
        }
    }

    fn carry_out_books(&mut self, now: Instant, outcome: Outcome) {
        let Some(room) = self.room else { return };
        for (to, bytes) in outcome.messages {
            self.send_control(now, to, &ControlMessage::Ledger { bytes: bytes.0 });
        }
        for (to, block) in outcome.blocks {
            let link = self.roster.get_mut(to).and_then(|member| member.link.as_mut());
            if let Some(link) = link.filter(|link| link.is_open()) {
                link.send_bulk(&BulkMessage::Block { block: block.0 }, &mut self.core);
            }
        }
        for (to, order) in outcome.orders {
            let link = self.roster.get_mut(to).and_then(|member| member.link.as_mut());
            if let Some(link) = link.filter(|link| link.is_open()) {
                link.send_bulk(&BulkMessage::Order { order: order.0 }, &mut self.core);
            }
        }
        let prefix = records::books_prefix(room.room_id());
        for (name, bytes) in outcome.records {
            store(&mut self.core, &mut self.ledger.records, &prefix, name, bytes.map(|it| it.0));
        }
        for (from, reason) in outcome.refused {
            self.refuse(Some(from), reason);
        }
        if outcome.news.iter().any(|news| matches!(news, News::Block { .. })) {
            self.with_hosting(now, Hosting::ledger_moved);
        }
        for news in outcome.news {
            if let News::Standing(it) = &news {
                let books::Standing { height, tip, waiting, balance, member, keeps } = *it;
                let view = LedgerView { height, tip, waiting, balance, member, keeps };
                self.ledger.standing = Some(view);
                self.claim_left_loans(now);
            }
            match &news {
                News::Distrusted(peers) => {
                    self.ledger.distrusted = peers.iter().copied().collect();
                }
                News::Recorded { order, .. } => self.order_settled(now, *order, Ok(())),
                News::Refused { order, reason } => {
                    self.order_settled(now, *order, Err(reason.clone()));
                }
                _ => {}
            }
            self.core.event(Event::Ledger(news));
        }
        if !outcome.mines {
            self.ledger.mine_at = None;
        } else if !self.ledger.is_mining {
            self.ledger.mine_at.get_or_insert(now + MINING_REST);
        }
    }
}

fn store(
    core: &mut Core,
    known: &mut SortedSet<String>,
    prefix: &str,
    name: String,
    bytes: Option<Vec<u8>>,
) {
    let key = format!("{prefix}{name}");
    match bytes {
        Some(bytes) => {
            known.insert(name);
            core.store(key, &bytes, Vec::new());
        }
        None => {
            known.remove(&name);
            core.forget(key);
        }
    }
}
