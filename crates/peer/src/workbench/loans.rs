//! Parts of this device's networks that others have on lease: what they were sent and gave is noted, checked and signed for.

use super::{Workbench, invalid};
use crate::job::{Answer, JobError, LoanAnswer, LoanJob, LoanNote};
use ::ledger::reputation::percent_of_best;
use lending::{Breach, Leased, Message, root_of};
use neural::nodes::Slice;
use protocol::{encoding::encode, identity::Identity};
use units::{ClusterId, Hash, SortedMap, UnixMillis};

impl Workbench {
    pub(super) fn run_loans(
        &mut self,
        cluster: &ClusterId,
        now: UnixMillis,
        job: LoanJob,
    ) -> Result<Answer, JobError> {
        if let LoanJob::Open { part, loan, secret } = job {
            return self.open_loan(cluster, now, (part, loan), secret);
        }
        let books = self.books.as_ref();
        let books = books.ok_or_else(|| invalid("there is no ledger on this device"))?;
        let known = self.clusters.get_mut(cluster);
        let known = known.ok_or_else(|| JobError::UnknownCluster(cluster.clone()))?;
        let Some(split) = &mut known.split else { return Ok(Answer::Loans(Vec::new())) };
        let (loans, identity) = (&mut split.loans, books.identity());
        let answers = match job {
            LoanJob::Open { .. } => Vec::new(),
            LoanJob::Note(notes) => note(loans, notes),
            LoanJob::Hear { part, letter } => match loans.get_mut(&part) {
                Some(leased) => vec![(part, hear(leased, &letter, identity, now))],
                None => Vec::new(),
            },
            LoanJob::Finish { part } => {
                if let Some(leased) = loans.get_mut(&part) {
                    leased.finish();
                }
                Vec::new()
            }
            LoanJob::GiveBack { part } => {
                let given = loans.remove(&part).map(|leased| LoanAnswer {
                    order: Some(encode(&leased.give_back())),
                    is_over: true,
                    ..LoanAnswer::default()
                });
                given.into_iter().map(|answer| (part, answer)).collect()
            }
        };
        for (part, answer) in &answers {
            if answer.is_over || answer.breach.is_some() {
                loans.remove(part);
            }
        }
        Ok(Answer::Loans(answers))
    }

    fn open_loan(
        &mut self,
        cluster: &ClusterId,
        now: UnixMillis,
        (part, name): (u16, Hash),
        secret: [u8; 32],
    ) -> Result<Answer, JobError> {
        let loan = self.loan(name, now);
        let (room, loan, hours) =
            loan.ok_or_else(|| invalid(format_args!("the ledger has no loan {name}")))?;
        let chain = self.books.as_ref().and_then(|books| books.chain());
        let reputations = chain.map(|chain| chain.reputations()).unwrap_or_default();
        let reputation_percent = percent_of_best(&reputations, loan.lender);
        let lasts = Some(hours.whole());
        let split = self.get_mut(cluster)?.split.as_mut();
        let split =
            split.ok_or_else(|| invalid(format_args!("cluster `{cluster}` is not split")))?;
        let slice = split.slice(part)?;
        let leased = Leased::new((room, name), loan, hours, &slice, secret, reputation_percent);
        split.loans.insert(part, leased.map_err(invalid)?);
        Ok(Answer::Loans(vec![(part, LoanAnswer { lasts, ..LoanAnswer::default() })]))
    }
}

/// The root of a part's state, which a loan of it has to name.
pub(super) fn root(slice: &Slice) -> Result<Answer, JobError> {
    root_of(slice).map(Answer::Root).map_err(invalid)
}

/// A part has come back. `None` if it was not on lease.
pub(super) fn returned(
    loans: &mut SortedMap<u16, Leased>,
    part: u16,
    slice: &Slice,
    identity: &Identity,
    now: UnixMillis,
) -> Option<(u16, LoanAnswer)> {
    let leased = loans.get_mut(&part)?;
    let said = leased.returned(slice, identity, now);
    let answer = answer(leased, said);
    if answer.is_over || answer.breach.is_some() {
        loans.remove(&part);
    }
    Some((part, answer))
}

fn note(loans: &mut SortedMap<u16, Leased>, notes: Vec<LoanNote>) -> Vec<(u16, LoanAnswer)> {
    let mut breaches = Vec::new();
    for note in notes {
        match note {
            LoanNote::Fire { parts, batch, below } => {
                for part in parts {
                    if let Some(leased) = loans.get_mut(&part) {
                        leased.fire(batch, &below);
                    }
                }
            }
            LoanNote::Fired { part, batch, events } => {
                let Some(leased) = loans.get_mut(&part) else { continue };
                if let Err(breach) = leased.fired(batch, events) {
                    breaches.push((part, broken(leased, breach)));
                }
            }
            LoanNote::Teach { parts, batch, rate, errors } => {
                for part in parts {
                    let Some(leased) = loans.get_mut(&part) else { continue };
                    leased.teach(batch, rate, errors.clone());
                    if leased.is_stuck() {
                        breaches.push((part, broken(leased, leased.stuck())));
                    }
                }
            }
        }
        for (part, _) in &breaches {
            loans.remove(part);
        }
    }
    breaches
}

fn hear(leased: &mut Leased, letter: &[u8], identity: &Identity, now: UnixMillis) -> LoanAnswer {
    match Message::decode(letter) {
        Ok(message) => {
            let said = leased.hear(message, identity, now);
            answer(leased, said)
        }
        Err(error) => {
            let breach = Breach {
                reason: format!("it has sent {error}"),
                order: Box::new(leased.give_back()),
            };
            broken(leased, breach)
        }
    }
}

fn answer(leased: &Leased, said: Result<Option<Message>, Breach>) -> LoanAnswer {
    match said {
        Ok(message) => LoanAnswer {
            letter: message.map(|message| message.encode()),
            progress: Some(leased.progress().into()),
            is_over: leased.is_over(),
            ..LoanAnswer::default()
        },
        Err(breach) => broken(leased, breach),
    }
}

fn broken(leased: &Leased, breach: Breach) -> LoanAnswer {
    LoanAnswer {
        order: Some(encode(&breach.order)),
        progress: Some(leased.progress().into()),
        breach: Some(breach.reason),
        ..LoanAnswer::default()
    }
}
