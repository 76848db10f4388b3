//! Where loans of nodes meet the room's books: offers are found there, and loans begin and end there.

use crate::{
    engine::Engine,
    error::CommandError,
    event::Event,
    job::{Answer, BooksCall, BooksReply, JobError, JobId},
    ledger::Purpose,
    records,
    split::{Chosen, Split, Taken},
};
use books::view::OfferView;
use ledger::{Action, economics};
use lending::{Candidate, dearness, deposit_for};
use neural::nodes::Cut;
use protocol::{cluster::NetworkSpec, limits, split::SplitId};
use serde::{Deserialize, Serialize};
use units::{ClusterId, Credits, Hash, Instant, PeerId, sort_by_key};

/// Loans that one command asks for.
const OFFERS_MAX: usize = 32;

/// Parameters of one part: its state is a value that travels whole.
const PART_PARAMETERS_MAX: u64 = 300_000;

/// Nodes that a cluster is to have on lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BorrowPlan {
    /// The orders that offered them; of none, those that are best, as many as the cluster has nodes for.
    pub offers: Vec<Hash>,
    /// For how long, from 1 to 24 hours. What fails within it is looked for again elsewhere.
    pub hours: u32,
    /// What is bound for paying each lender; `None` for what busy nodes cost.
    pub deposit: Option<Credits>,
    /// So many nodes of the lowest layer stay here, and the rest of it may be lent too: lenders then see the inputs of all rows,
    /// though no labels. `None` keeps all of it here, and rows with it.
    pub keep_lowest: Option<u32>,
}

impl Engine {
    /// Gives nodes of a cluster to devices that offer theirs on the room's market. The lowest layer, rows and labels stay here.
    /// [`Event::Answered`] says whether offers were found; [`Event::Borrowing`] how far each loan has come.
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`], [`CommandError::SessionRunning`], [`CommandError::ClusterSplit`] if another one is
    /// split; [`CommandError::InvalidInput`] for a plan that cannot be; [`CommandError::NoRoom`].
    pub fn borrow_nodes(
        &mut self,
        now: Instant,
        cluster: ClusterId,
        plan: BorrowPlan,
    ) -> Result<JobId, CommandError> {
        let invalid = |problem: String| Err(CommandError::InvalidInput(problem));
        let (hours, count) = (plan.hours, plan.offers.len());
        if !(1..=economics::LOAN_HOURS_MAX).contains(&hours) {
            let most = economics::LOAN_HOURS_MAX;
            return invalid(format!("a loan of {hours} hours: 1 to {most} are possible"));
        }
        if count > OFFERS_MAX {
            return invalid(format!("{count} offers at a time: {OFFERS_MAX} are possible"));
        }
        if !self.is_split(&cluster) {
            self.splittable(&cluster, plan.keep_lowest.is_some())?;
        }
        let purpose = Purpose::Borrow(Box::new((cluster, plan)));
        self.tell_books(now, BooksCall::Offers, purpose).ok_or(CommandError::NoRoom)
    }

    /// Ends a loan. Its borrower's nodes come home, the last receipt is signed, and what is owed is paid; its lender asks for that.
    /// A loan of an earlier life of this device is ended in the ledger at once.
    ///
    /// # Errors
    /// [`CommandError::NoRoom`].
    pub fn end_borrowing(&mut self, now: Instant, loan: Hash) -> Result<(), CommandError> {
        if self.split.as_ref().is_some_and(|split| split.has_loan(loan)) {
            self.with_split(now, |split, around| split.give_up(loan, around));
        } else if self.hosting.has_loan(loan) {
            self.with_hosting(now, |hosting| hosting.withdraw(loan, now));
        } else {
            let order = Action::Return { loan, owed: Credits::ZERO };
            self.ask_books(now, BooksCall::Order(Box::new(order)))?;
        }
        Ok(())
    }

    /// The market is known: takes what was planned.
    pub(crate) fn borrow_from(
        &mut self,
        now: Instant,
        job: JobId,
        (cluster, plan): (ClusterId, BorrowPlan),
        result: Result<Vec<OfferView>, JobError>,
    ) {
        let taken = result.and_then(|offers| self.take_offers(now, cluster, &plan, offers));
        let result = taken.map(|()| Answer::Done);
        self.core.event(Event::Answered { job, result });
    }

    fn take_offers(
        &mut self,
        now: Instant,
        cluster: ClusterId,
        plan: &BorrowPlan,
        offers: Vec<OfferView>,
    ) -> Result<(), JobError> {
        let invalid = |problem: String| JobError::InvalidInput(problem);
        if let Some(other) = self.split.as_ref().filter(|split| split.cluster != cluster) {
            return Err(invalid(format!("cluster `{}` is split: one is at a time", other.cluster)));
        }
        let known = self.clusters.get(&cluster).filter(|known| known.model.is_some());
        let network = known.map(|known| known.network.clone());
        let network = network.ok_or_else(|| JobError::UnknownCluster(cluster.clone()))?;
        for name in &plan.offers {
            let offer = offers.iter().find(|offer| offer.id == *name);
            let owner = offer.map(|offer| offer.owner);
            let problem = match owner {
                None => "is taken, or was withdrawn: look at the market again",
                Some(owner) if owner == self.core.me => "is this device's own",
                Some(owner) if !self.is_connected(owner) => "is of a device that is not connected",
                Some(_) => continue,
            };
            return Err(invalid(format!("the offer {name} {problem}")));
        }
        let mut offers = self.rank_offers(now, offers);
        if !plan.offers.is_empty() {
            offers.retain(|offer| plan.offers.contains(&offer.id));
        }
        let cuts = self.split.as_ref().map(Split::cuts).unwrap_or_default();
        let chosen = cut(&network, plan.keep_lowest, &cuts, &offers);
        if chosen.is_empty() {
            let problem = match (offers.is_empty(), plan.offers.is_empty()) {
                (true, _) => "no connected device offers nodes: one has to offer some first",
                (_, true) => "no offer has nodes that gather as many numbers as this cluster's",
                _ => "these offers have no nodes for what this cluster still has at home",
            };
            return Err(invalid(problem.to_owned()));
        }
        let each = chosen.len() as u64;
        let balance = self.ledger.balance().as_micros();
        let spare = Credits::from_micros((balance - balance / 10) / each);
        let only = !plan.offers.is_empty();
        let taken = chosen.into_iter().map(|(cut, offer)| {
            let usual = deposit_for(&offer.terms, plan.hours).min(spare);
            let deposit = plan.deposit.unwrap_or(usual);
            let chosen = Chosen { offer: offer.id, lender: offer.owner, deposit };
            Taken { cut, chosen, hours: plan.hours, only }
        });
        let taken = taken.collect();
        if self.split.is_none() {
            let id = SplitId(self.core.random_u64());
            self.split = Some(Split::new(id, cluster, &network, Vec::new(), now));
        }
        self.with_split(now, |split, around| split.lease(taken, around));
        Ok(())
    }

    /// Offers that this device can take, those of connected devices, the best first: cheap before dear, near before far, known before
    /// strange.
    pub fn rank_offers(&self, now: Instant, offers: Vec<OfferView>) -> Vec<OfferView> {
        let is_there = |offer: &OfferView| {
            let is_shunned =
                self.split.as_ref().is_some_and(|split| split.is_shunned(offer.owner, now));
            offer.owner != self.core.me && self.is_connected(offer.owner) && !is_shunned
        };
        let mut offers: Vec<OfferView> = offers.into_iter().filter(is_there).collect();
        sort_by_key(&mut offers, |offer| {
            let round_trip_ms = self.roster.get(offer.owner).map_or(0, |it| it.round_trip_ms());
            let candidate = Candidate {
                terms: offer.terms,
                reputation_percent: offer.reputation_percent,
                round_trip_ms: (round_trip_ms > 0).then_some(round_trip_ms),
            };
            (dearness(&candidate), offer.id)
        });
        offers
    }

    fn is_connected(&self, peer: PeerId) -> bool {
        self.roster.connected().any(|connected| connected == peer)
    }

    /// Looks for an offer that could carry a part.
    pub(crate) fn seek_nodes(&mut self, now: Instant, part: u16, shape: [u32; 2]) {
        if self.tell_books(now, BooksCall::Offers, Purpose::Seek(part, shape)).is_none() {
            self.with_split(now, |split, around| split.found(part, None, around));
        }
    }

    /// The market is known: chooses for a part.
    pub(crate) fn choose_offer(
        &mut self,
        now: Instant,
        part: u16,
        [nodes, inputs]: [u32; 2],
        offers: Vec<OfferView>,
    ) {
        let offers = self.rank_offers(now, offers);
        let fits = |it: &&OfferView| it.terms.nodes >= nodes && it.terms.inputs_max >= inputs;
        let balance = self.ledger.balance();
        let spare = Credits::from_micros(balance.as_micros() / 2);
        let hours = self.split.as_ref().map_or(1, |split| split.hours(part, now));
        let chosen = offers.iter().find(fits).map(|offer| {
            // No loan begins with less.
            let least = offer.terms.price_per_hour.times(hours.into()).unwrap_or(Credits::MAX);
            let deposit = deposit_for(&offer.terms, hours).min(spare).max(least);
            Chosen { offer: offer.id, lender: offer.owner, deposit }
        });
        self.with_split(now, |split, around| split.found(part, chosen, around));
    }

    /// Orders what ends a loan.
    pub(crate) fn end_loan(&mut self, now: Instant, order: Vec<u8>) {
        self.tell_books(now, BooksCall::OrderBytes(order), Purpose::Told);
    }

    /// Orders what begins the loan of a part.
    pub(crate) fn order_loan(&mut self, now: Instant, part: u16, order: Box<Action>) {
        if self.tell_books(now, BooksCall::Order(order), Purpose::Loan(part)).is_none() {
            let problem = Err("this device is in no room".to_owned());
            self.with_split(now, |split, around| split.ordered(part, problem, around));
        }
    }

    /// The books have taken the order that begins a loan, or not.
    pub(crate) fn loan_ordered(
        &mut self,
        now: Instant,
        part: u16,
        result: Result<Option<BooksReply>, JobError>,
    ) {
        let result = match result {
            Ok(Some(BooksReply::Ordered(order))) => {
                self.ledger.borrowed.insert(order);
                Ok(order)
            }
            Ok(_) => Err("the books have said nothing".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        self.with_split(now, |split, around| split.ordered(part, result, around));
    }

    /// The books have recorded an order of this device, or refused it.
    pub(crate) fn order_settled(&mut self, now: Instant, order: Hash, result: Result<(), String>) {
        if let Some((loan, claim)) = self.ledger.claimed.get(&order).cloned() {
            if result.is_ok() {
                self.forget_claim(loan);
            } else {
                // Perhaps for an order before it, or because its page has given way.
                self.ledger.claimed.remove(&order);
                self.keep_claim(loan, claim.clone());
                self.ledger.claims.push((loan, claim));
            }
            return;
        }
        if !self.ledger.borrowed.remove(&order) {
            return;
        }
        if self.split.as_ref().is_some_and(|split| split.awaits_order(order)) {
            let secret = self.core.random_bytes();
            self.with_split(now, |it, around| it.recorded(order, result, secret, around));
        } else if result.is_ok() {
            // Nobody wants it any more.
            let order = Action::Return { loan: order, owed: Credits::ZERO };
            self.tell_books(now, BooksCall::Order(Box::new(order)), Purpose::Told);
        }
    }

    /// Stores what this device can claim of a loan: whatever happens to it, it is paid.
    pub(crate) fn keep_claim(&mut self, loan: Hash, claim: Vec<u8>) {
        let key = format!("{}{loan}", records::LOANS_PREFIX);
        self.core.store(key, &serde_bytes::ByteBuf::from(claim), Vec::new());
    }

    /// Claims what a loan has brought.
    pub(crate) fn claim_loan(&mut self, now: Instant, loan: Hash, claim: Vec<u8>) {
        let purpose = Purpose::Claim(loan, claim.clone());
        self.tell_books(now, BooksCall::OrderBytes(claim), purpose);
    }

    /// The books have taken a claim, have nothing that it could be of, or cannot record it by now: it is tried again.
    pub(crate) fn claim_ordered(
        &mut self,
        loan: Hash,
        claim: Vec<u8>,
        said: Result<Option<BooksReply>, JobError>,
    ) {
        match said {
            Ok(Some(BooksReply::Ordered(order))) => {
                self.ledger.claimed.insert(order, (loan, claim));
            }
            Ok(_) => self.forget_claim(loan),
            Err(_) => self.ledger.claims.push((loan, claim)),
        }
    }

    fn forget_claim(&mut self, loan: Hash) {
        self.core.forget(format!("{}{loan}", records::LOANS_PREFIX));
    }

    /// Claims what loans have brought and is not claimed yet.
    pub(crate) fn claim_left_loans(&mut self, now: Instant) {
        for (loan, claim) in ::core::mem::take(&mut self.ledger.claims) {
            self.claim_loan(now, loan, claim);
        }
    }
}

/// Deals nodes that no cut has yet to offers, in their order, the widest layer first; of the lowest layer those after the first
/// `keep_lowest`.
fn cut(
    network: &NetworkSpec,
    keep_lowest: Option<u32>,
    cuts: &[Cut],
    offers: &[OfferView],
) -> Vec<(Cut, OfferView)> {
    let lowest = u32::from(keep_lowest.is_none());
    let mut layers: Vec<u32> = (lowest..network.layers.len() as u32).collect();
    sort_by_key(&mut layers, |layer| u32::MAX - network.layers[*layer as usize].nodes);
    let mut left: Vec<&OfferView> = offers.iter().collect();
    let mut taken: Vec<(Cut, OfferView)> = Vec::new();
    let room = limits::SPLIT_PARTS_MAX.saturating_sub(cuts.len());
    for layer in layers {
        let inputs = match layer.checked_sub(1) {
            Some(below) => network.layers[below as usize].nodes,
            None => network.inputs,
        };
        let limits = (lending::limits::INPUTS_MAX, lending::limits::CLASSES_MAX);
        if inputs > limits.0 || network.classes > limits.1 {
            // What is larger cannot be checked.
            continue;
        }
        let node = u64::from(inputs) + 2 + u64::from(network.classes);
        let most = (PART_PARAMETERS_MAX / node).clamp(1, lending::limits::NODES_MAX as u64) as u32;
        let in_cuts = cuts.iter().filter(|cut| cut.layer == layer);
        let kept = if layer == 0 { keep_lowest.unwrap_or_default() } else { 0 };
        let mut first = in_cuts.map(|cut| cut.first + cut.nodes).max().unwrap_or(kept);
        let nodes = network.layers[layer as usize].nodes;
        left.retain(|offer| {
            let fits = offer.terms.inputs_max >= inputs;
            if first >= nodes || !fits || taken.len() >= room {
                return true;
            }
            let part = offer.terms.nodes.min(most).min(nodes - first);
            taken.push((Cut { layer, first, nodes: part }, (*offer).clone()));
            first += part;
            false
        });
    }
    taken
}

/// What the books have said of nodes for lease.
pub(crate) fn offers_of(
    said: Result<Option<BooksReply>, JobError>,
) -> Result<Vec<OfferView>, JobError> {
    match said? {
        Some(BooksReply::Offers(offers)) => Ok(offers),
        _ => Err(JobError::InvalidInput("the books have said nothing of offers".to_owned())),
    }
}
