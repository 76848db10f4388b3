//! The market as plain objects. Amounts are in credits, times in milliseconds since 1970-01-01 UTC.

use super::ledger::credits;
use books::view::{MarketView, OfferView};
use peer::{LoanStage, LoanView};
use serde::Serialize;
use units::{ClusterId, Hash, PeerId};

#[derive(Serialize)]
pub(crate) struct FreeNodes {
    node_id: Hash,
    owner_id: PeerId,
    nodes: u32,
    inputs_max: u32,
    price_per_hour: f64,
    price_per_thousand_events: f64,
    stake: f64,
    /// In percent of what the best has.
    reputation: u8,
    round_trip_ms: Option<f64>,
    until: f64,
}

#[derive(Serialize)]
pub(crate) struct NodeStats {
    offers: usize,
    nodes_for_lease: u32,
    cheapest_per_hour: Option<f64>,
    loans: usize,
    nodes_on_lease: u32,
    own_offers: Vec<Hash>,
    lent: Vec<Loan>,
    borrowed: Vec<Loan>,
}

#[derive(Serialize)]
struct Loan {
    borrowing_id: Hash,
    peer_id: PeerId,
    nodes: u32,
    deposit: f64,
    stake: f64,
    until: f64,
}

#[derive(Serialize)]
pub(crate) struct Borrowing {
    borrowing_id: Option<Hash>,
    owner_id: Option<PeerId>,
    stage: LoanStage,
    segments: u32,
    audits: u32,
    events: f64,
    owed: f64,
}

/// A loan that has come further.
#[derive(Serialize)]
pub(crate) struct BorrowingNews<'a> {
    pub(crate) cluster_id: &'a ClusterId,
    pub(crate) part: u16,
    pub(crate) node_id: Option<Hash>,
    #[serde(flatten)]
    pub(crate) loan: Borrowing,
    pub(crate) reason: &'a str,
}

impl FreeNodes {
    pub(crate) fn new(offer: OfferView, round_trip_ms: Option<f64>) -> Self {
        let OfferView { id, owner, terms, until, reputation_percent } = offer;
        Self {
            node_id: id,
            owner_id: owner,
            nodes: terms.nodes,
            inputs_max: terms.inputs_max,
            price_per_hour: credits(terms.price_per_hour),
            price_per_thousand_events: credits(terms.price_per_thousand_events),
            stake: credits(terms.stake),
            reputation: reputation_percent,
            round_trip_ms,
            until: until.0 as f64,
        }
    }
}

impl NodeStats {
    pub(crate) fn new(market: &MarketView, me: PeerId) -> Self {
        let MarketView { offers, loans, .. } = market;
        let of = |own: fn(&ledger::contracts::lending::Loan) -> (PeerId, PeerId)| {
            let mine = loans.iter().filter(move |(_, loan)| own(loan).0 == me);
            mine.map(move |(id, loan)| Loan {
                borrowing_id: *id,
                peer_id: own(loan).1,
                nodes: loan.terms.nodes,
                deposit: credits(loan.deposit),
                stake: credits(loan.terms.stake),
                until: loan.until.0 as f64,
            })
            .collect()
        };
        let own = offers.iter().filter(|offer| offer.owner == me);
        let cheapest = offers.iter().map(|offer| offer.terms.price_per_hour).min();
        Self {
            offers: offers.len(),
            nodes_for_lease: offers.iter().map(|offer| offer.terms.nodes).sum(),
            cheapest_per_hour: cheapest.map(credits),
            loans: loans.len(),
            nodes_on_lease: loans.iter().map(|(_, loan)| loan.terms.nodes).sum(),
            own_offers: own.map(|offer| offer.id).collect(),
            lent: of(|loan| (loan.lender, loan.borrower)),
            borrowed: of(|loan| (loan.borrower, loan.lender)),
        }
    }
}

impl From<LoanView> for Borrowing {
    fn from(view: LoanView) -> Self {
        let LoanView { loan, lender, stage, segments, events, owed, audits } = view;
        Self {
            borrowing_id: loan,
            owner_id: lender,
            stage,
            segments,
            audits,
            events: events as f64,
            owed: credits(owed),
        }
    }
}
