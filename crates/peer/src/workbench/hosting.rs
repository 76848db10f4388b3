//! Nodes that this device carries for others, for nothing or on lease. What they do is a function of what they are and what they
//! are given, with the same bits on every device.

use super::{Workbench, invalid};
use crate::job::{Answer, HostJob, JobError, LoanAnswer, LoanProgress};
use ::ledger::contracts::lending::Loan;
use lending::{Lent, Message, Span, Stop};
use neural::{
    Plan,
    nodes::{Slice, SliceError, Target, wire},
};
use protocol::{encoding::encode, identity::Identity, limits};
use units::{Hash, UnixMillis};

/// Nodes of others.
pub(super) enum Carried {
    Free(Slice),
    Lent(Box<Lent>),
}

impl Workbench {
    pub(super) fn run_host(&mut self, now: UnixMillis, job: HostJob) -> Result<Answer, JobError> {
        match job {
            HostJob::Look { loan, borrower, shape } => {
                let (_, known, hours) = self.own_loan(loan, now)?;
                let [nodes, inputs] = shape;
                let fits = nodes <= known.terms.nodes && inputs <= known.terms.inputs_max;
                if known.borrower != borrower || !fits {
                    return Err(invalid(format_args!("the loan {loan} is of other nodes")));
                }
                let answer = LoanAnswer { lasts: Some(hours.whole()), ..LoanAnswer::default() };
                Ok(Answer::Loans(vec![(0, answer)]))
            }
            HostJob::Check { slice } => {
                let name = self.lent(slice)?.0.loan();
                let lasts = self.books.as_ref().is_some_and(|books| books.is_open(name));
                let done = if lasts { Ok((None, None)) } else { Err(Stop::Closing) };
                Ok(answer(self.lent(slice)?.0, done))
            }
            HostJob::Take { slice, shape, bytes, loan } => {
                if self.carried.len() >= limits::SPLIT_PARTS_MAX {
                    return Err(invalid("this device carries as many parts as it can"));
                }
                let taken = Slice::decode(&bytes).map_err(invalid)?;
                let found = [taken.ids().len() as u32, taken.inputs(), taken.classes()];
                if found != shape {
                    return Err(invalid(format_args!(
                        "nodes, inputs and classes of {found:?}, where {shape:?} were agreed on"
                    )));
                }
                let carried = match loan {
                    None => Carried::Free(taken),
                    Some(name) => {
                        let (room, loan, hours) = self.own_loan(name, now)?;
                        let lent = Lent::new((room, name), loan, hours, taken).map_err(invalid)?;
                        Carried::Lent(Box::new(lent))
                    }
                };
                self.carried.insert(slice, carried);
                Ok(Answer::Done)
            }
            HostJob::Fire { slice, batch, below } => match self.carried(slice)? {
                (Carried::Free(slice), _) => {
                    let below = wire::decode(&below, slice.inputs()).map_err(invalid)?;
                    let events = slice.forward(batch, &below).map_err(invalid)?;
                    Ok(Answer::Bytes(wire::encode(&events)))
                }
                (Carried::Lent(lent), identity) => {
                    let done = lent.fire(batch, below, identity?, now);
                    Ok(answer(lent, done.map(|done| (done.fired, done.message))))
                }
            },
            #[cfg(feature = "cheats")]
            HostJob::Teach { slice, batch, rate, errors }
                if self.is_lazy && matches!(self.carried.get(&slice), Some(Carried::Lent(_))) =>
            {
                let (lent, identity) = self.lent(slice)?;
                let done = lent.skip_lesson(batch, rate, errors, identity);
                Ok(answer(lent, Ok((done.fired, done.message))))
            }
            HostJob::Teach { slice, batch, rate, errors } => match self.carried(slice)? {
                (Carried::Free(slice), _) => {
                    let errors = wire::decode_errors(&errors).map_err(invalid)?;
                    let plan = Plan { learning_rate: rate, ..Plan::default() };
                    match slice.teach(batch, Target::Errors(&errors), &plan, 0) {
                        Ok(()) | Err(SliceError::Stale { .. }) => Ok(Answer::Done),
                        Err(error) => Err(invalid(error)),
                    }
                }
                (Carried::Lent(lent), identity) => {
                    let done = lent.teach(batch, rate, errors, identity?, now);
                    Ok(answer(lent, done.map(|done| (done.fired, done.message))))
                }
            },
            HostJob::Hear { slice, letter } => {
                let (lent, _) = self.lent(slice)?;
                let heard = Message::decode(&letter).map_err(invalid)?;
                let is_receipt = matches!(heard, Message::Receipt(_));
                let said = lent.hear(heard, now);
                let Answer::Loans(mut answers) = answer(lent, said.map(|it| (None, it))) else {
                    return Ok(Answer::Done);
                };
                if is_receipt && let Some((_, answer)) = answers.first_mut() {
                    answer.claim = Some(encode(&lent.claim()));
                    answer.is_over |= lent.receipt().is_some_and(|receipt| receipt.last);
                }
                Ok(Answer::Loans(answers))
            }
            HostJob::Finish { slice } => {
                let (lent, identity) = self.lent(slice)?;
                let said = lent.finish(identity);
                Ok(answer(lent, Ok((None, said))))
            }
            HostJob::Write { slice } => Ok(Answer::Bytes(match self.carried(slice)?.0 {
                Carried::Free(slice) => slice.encode(),
                Carried::Lent(lent) => lent.slice().encode(),
            })),
            HostJob::Drop { slice } => Ok(match self.carried.remove(&slice) {
                Some(Carried::Lent(lent)) => {
                    let order = Some(encode(&lent.claim()));
                    let answer = LoanAnswer { order, is_over: true, ..LoanAnswer::default() };
                    Answer::Loans(vec![(0, answer)])
                }
                _ => Answer::Done,
            }),
        }
    }

    /// A loan of which this device is the lender, and the name of its room's ledger.
    fn own_loan(&self, name: Hash, now: UnixMillis) -> Result<(Hash, Loan, Span), JobError> {
        let unknown = || invalid(format_args!("the ledger has no loan {name} of this device's"));
        let (room, loan, hours) = self.loan(name, now).ok_or_else(unknown)?;
        let books = self.books.as_ref().ok_or_else(unknown)?;
        let is_ours = loan.lender == books.identity().peer_id() && books.is_open(name);
        (is_ours && hours.until > now).then_some((room, loan, hours)).ok_or_else(unknown)
    }

    /// A loan as it stands in the ledger, with the name of its room's, and what is left of its time.
    pub(super) fn loan(&self, name: Hash, now: UnixMillis) -> Option<(Hash, Loan, Span)> {
        let books = self.books.as_ref()?;
        let chain = books.chain()?;
        let loan = chain.loan(name)?.clone();
        let hours = Span::of(&loan, now, books.room_time(now));
        Some((chain.room(), loan, hours))
    }

    fn carried(
        &mut self,
        slice: u32,
    ) -> Result<(&mut Carried, Result<&Identity, JobError>), JobError> {
        let carried = self.carried.get_mut(&slice);
        let carried =
            carried.ok_or_else(|| invalid(format_args!("slice {slice} is not carried here")))?;
        let books = self.books.as_ref();
        let identity = books.map(|books| books.identity());
        Ok((carried, identity.ok_or_else(|| invalid("there is no ledger on this device"))))
    }

    fn lent(&mut self, slice: u32) -> Result<(&mut Lent, &Identity), JobError> {
        match self.carried(slice)? {
            (Carried::Lent(lent), identity) => Ok((lent, identity?)),
            _ => Err(invalid(format_args!("slice {slice} is not on lease"))),
        }
    }
}

/// What comes of something that a lender was told.
fn answer(lent: &Lent, done: Result<(Option<Vec<u8>>, Option<Message>), Stop>) -> Answer {
    let progress = Some(LoanProgress::from(lent.progress()));
    let answer = match done {
        Ok((fired, message)) => {
            let letter = message.map(|message| message.encode());
            LoanAnswer { fired, letter, progress, ..LoanAnswer::default() }
        }
        Err(stop) => {
            let breach = Some(stop.to_string());
            LoanAnswer { breach, progress, ..LoanAnswer::default() }
        }
    };
    Answer::Loans(vec![(0, answer)])
}

impl From<lending::Progress> for LoanProgress {
    fn from(progress: lending::Progress) -> Self {
        let lending::Progress { segments, events, owed, audits } = progress;
        Self { segments, events, owed, audits }
    }
}
