//! Commands that end later, and the events that end them.

use super::commands::FoundBlock;
use crate::HostError;
use books::News;
use futures::channel::{
    mpsc::{self, UnboundedReceiver, UnboundedSender},
    oneshot::{self, Receiver, Sender},
};
use peer::{Answer, CommandError, Event, JobError, JobId, LinkStage, LoanStage, LoanView};
use units::{Hash, PeerId, SortedMap};

/// What a command that waits comes to.
pub(super) type Outcome<T> = Result<T, HostError>;

/// All that waits. Dropping a waiter ends its command with [`HostError::Closed`].
#[derive(Default)]
pub(super) struct Waiters {
    jobs: SortedMap<JobId, Sender<Outcome<Answer>>>,
    connections: SortedMap<PeerId, Vec<Sender<Outcome<()>>>>,
    registrations: Vec<Sender<Outcome<()>>>,
    blocks: Vec<Sender<Outcome<FoundBlock>>>,
    /// By the offers that they are to come of.
    loans: SortedMap<Hash, Vec<Sender<Outcome<LoanView>>>>,
    /// Whoever listens to what the memory tells.
    memory: Vec<UnboundedSender<Vec<u8>>>,
    /// Ends of loans, by their names.
    ends: SortedMap<Hash, Vec<Sender<Outcome<LoanView>>>>,
}

/// Waiters for one peer, one loan, or the server: the memory that a page claims by asking over and over.
const ALIKE_MAX: usize = 64;

/// Loans that are waited for, and that are waited for to end.
const LOANS_MAX: usize = 256;

impl Waiters {
    /// Waits for a job's answer.
    pub(super) fn for_job(&mut self, job: JobId) -> Receiver<Outcome<Answer>> {
        let (sender, receiver) = oneshot::channel();
        self.jobs.insert(job, sender);
        receiver
    }

    /// How many jobs' answers are waited for.
    pub(super) fn jobs(&self) -> usize {
        self.jobs.len()
    }

    /// Waits until the channels to `peer` are open.
    pub(super) fn for_connection(&mut self, peer: PeerId) -> Receiver<Outcome<()>> {
        enlist(self.connections.entry(peer).or_default())
    }

    /// Waits until the signaling server has accepted this peer.
    pub(super) fn for_registration(&mut self) -> Receiver<Outcome<()>> {
        enlist(&mut self.registrations)
    }

    /// Waits for the next block of the room's ledger.
    pub(super) fn for_block(&mut self) -> Receiver<Outcome<FoundBlock>> {
        enlist(&mut self.blocks)
    }

    /// Waits until the ledger has the loan that an offer comes to.
    pub(super) fn for_loan(&mut self, offer: Hash) -> Receiver<Outcome<LoanView>> {
        enlist_by(&mut self.loans, offer)
    }

    /// Waits until a loan is over.
    pub(super) fn for_end(&mut self, loan: Hash) -> Receiver<Outcome<LoanView>> {
        enlist_by(&mut self.ends, loan)
    }

    /// All that the memory tells from here on, until the receiver is dropped.
    pub(super) fn for_memory(&mut self) -> UnboundedReceiver<Vec<u8>> {
        let (sender, receiver) = mpsc::unbounded();
        self.memory.retain(|listener| !listener.is_closed());
        if self.memory.len() < ALIKE_MAX {
            self.memory.push(sender);
        }
        receiver
    }

    fn observe_loan(&mut self, offer: Option<Hash>, loan: LoanView, reason: &str) {
        let came = match loan.stage {
            LoanStage::Open => Ok(loan),
            LoanStage::Over => {
                Err(HostError::Job(JobError::InvalidInput(format!("there is no loan: {reason}"))))
            }
            _ => return,
        };
        let waiting = offer.and_then(|offer| self.loans.remove(&offer));
        for waiter in waiting.into_iter().flatten() {
            // Nobody may wait any more.
            let _ = waiter.send(came.clone());
        }
        let ended = loan.loan.filter(|_| loan.stage == LoanStage::Over);
        for waiter in ended.and_then(|loan| self.ends.remove(&loan)).into_iter().flatten() {
            let _ = waiter.send(Ok(loan));
        }
    }

    /// Ends what `event` ends.
    pub(super) fn observe(&mut self, event: &Event) {
        match event {
            Event::Answered { job, result } => self.answer(*job, result.clone()),
            Event::Borrowing { offer, loan, reason, .. } => {
                self.observe_loan(*offer, *loan, reason);
            }
            Event::Memory(news) => {
                self.memory.retain(|listener| listener.unbounded_send(news.clone()).is_ok());
            }
            Event::Connected { peer } => self.settle(*peer, &Ok(())),
            Event::Disconnected { peer, reason, .. } => self.fail(*peer, reason.clone()),
            Event::Link { peer, stage: LinkStage::Discovered, detail } => {
                self.fail(*peer, detail.clone());
            }
            Event::PeerLeft { peer } => self.fail(*peer, "the peer has left the room".to_owned()),
            Event::SignalingRegistered => self.settle_registrations(&Ok(())),
            Event::Ledger(News::Block { height, name, miner, transactions }) => {
                let (height, name, miner) = (*height, *name, *miner);
                let found = FoundBlock { height, name, miner, transactions: *transactions };
                for waiter in self.blocks.drain(..) {
                    let _ = waiter.send(Ok(found));
                }
            }
            Event::SignalingLost { reason } => {
                self.settle_registrations(&Err(HostError::SignalingUnreachable(reason.clone())));
            }
            Event::SignalingRefused { code, message } => {
                let (code, message) = (code.clone(), message.clone());
                self.settle_registrations(&Err(HostError::SignalingRefused { code, message }));
            }
            _ => {}
        }
    }

    fn answer(&mut self, job: JobId, result: Result<Answer, JobError>) {
        if let Some(waiter) = self.jobs.remove(&job) {
            // Whoever asked may have gone.
            let _ = waiter.send(result.map_err(HostError::from));
        }
    }

    fn fail(&mut self, peer: PeerId, reason: String) {
        self.settle(peer, &Err(HostError::ConnectionFailed { peer, reason }));
    }

    fn settle(&mut self, peer: PeerId, outcome: &Outcome<()>) {
        for waiter in self.connections.remove(&peer).unwrap_or_default() {
            let _ = waiter.send(outcome.clone());
        }
    }

    fn settle_registrations(&mut self, outcome: &Outcome<()>) {
        for waiter in self.registrations.drain(..) {
            let _ = waiter.send(outcome.clone());
        }
    }
}

fn enlist<T>(waiters: &mut Vec<Sender<Outcome<T>>>) -> Receiver<Outcome<T>> {
    // Whose command has failed meanwhile waits no longer.
    waiters.retain(|waiter| !waiter.is_canceled());
    let (sender, receiver) = oneshot::channel();
    if waiters.len() < ALIKE_MAX {
        waiters.push(sender);
    } else {
        refuse(sender, format!("{ALIKE_MAX} commands wait for the same already"));
    }
    receiver
}

fn enlist_by<T>(
    waiters: &mut SortedMap<Hash, Vec<Sender<Outcome<T>>>>,
    name: Hash,
) -> Receiver<Outcome<T>> {
    waiters.retain(|_, alike| alike.iter().any(|waiter| !waiter.is_canceled()));
    if waiters.len() < LOANS_MAX || waiters.contains_key(&name) {
        return enlist(waiters.entry(name).or_default());
    }
    let (sender, receiver) = oneshot::channel();
    refuse(sender, format!("{LOANS_MAX} loans are waited for already: end some first"));
    receiver
}

fn refuse<T>(waiter: Sender<Outcome<T>>, problem: String) {
    let _ = waiter.send(Err(CommandError::InvalidInput(problem).into()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[test]
    fn whoever_waits_no_longer_takes_no_place_and_too_many_are_told_so() {
        let mut waiters = Waiters::default();
        for number in 0..10_000_u32 {
            drop(waiters.for_loan(Hash::of(&number.to_le_bytes())));
        }
        assert!(waiters.loans.len() <= 1, "{}", waiters.loans.len());
        let offer = |number: usize| Hash::of(&number.to_le_bytes());
        let mut waiting: Vec<_> = (0..LOANS_MAX).map(|it| waiters.for_loan(offer(it))).collect();
        assert!(waiting.iter_mut().all(|it| it.now_or_never().is_none()));
        let one_more = waiters.for_loan(offer(LOANS_MAX)).now_or_never();
        assert!(matches!(one_more, Some(Ok(Err(_)))));
        assert!(waiters.for_loan(offer(0)).now_or_never().is_none(), "the same as another");
    }
}
