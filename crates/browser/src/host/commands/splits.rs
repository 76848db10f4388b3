//! Networks whose nodes are on several devices.

use super::clusters::unexpected;
use crate::{HostError, host::Host};
use books::view::OfferView;
use peer::{Answer, BooksCall, BooksReply, BorrowPlan, LoanView, SplitTraining};
use units::{ClusterId, Hash};

/// Nodes for lease.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offers {
    /// Those that this device can take, the best first.
    pub free: Vec<OfferView>,
    /// Its own.
    pub own: Vec<OfferView>,
}

impl Host {
    /// Carries so many nodes of other devices' networks, from 0, which is none.
    ///
    /// # Errors
    /// [`HostError::Command`] if that is too many.
    pub fn carry_nodes(&self, nodes: u32) -> Result<(), HostError> {
        self.command(|engine, now| engine.carry_nodes(now, nodes))
    }

    /// Gives nodes of a cluster to connected devices that carry nodes of others.
    ///
    /// # Errors
    /// [`HostError::Command`] says what is missing.
    pub fn split_cluster(&self, cluster: ClusterId) -> Result<(), HostError> {
        self.command(|engine, now| engine.split_cluster(now, cluster))
    }

    /// Trains a split cluster on this device's rows, wherever its nodes are.
    ///
    /// # Errors
    /// [`HostError::Command`] says what is missing.
    pub fn train_split(
        &self,
        cluster: ClusterId,
        training: SplitTraining,
    ) -> Result<(), HostError> {
        self.command(|engine, now| engine.train_split(now, cluster, training))
    }

    /// Nodes for lease: those that this device can take, the best first, and its own.
    ///
    /// # Errors
    /// [`HostError::Command`] without a room.
    pub async fn find_offers(&self) -> Result<Offers, HostError> {
        let Some(BooksReply::Offers(all)) = self.ask_books(BooksCall::Offers).await? else {
            return Ok(Offers::default());
        };
        let (own, others) = all.into_iter().partition(|offer| offer.owner == self.me());
        let free = self.command(|engine, now| Ok(engine.rank_offers(now, others)))?;
        Ok(Offers { free, own })
    }

    /// Takes nodes on lease for a cluster. Events tell how far each loan has come.
    ///
    /// # Errors
    /// [`HostError::Command`] and [`HostError::Job`] say why that cannot be.
    pub async fn borrow_nodes(
        &self,
        cluster: ClusterId,
        plan: BorrowPlan,
    ) -> Result<(), HostError> {
        match self.job(|engine, now| engine.borrow_nodes(now, cluster, plan)).await? {
            Answer::Done => Ok(()),
            other => Err(unexpected(&other)),
        }
    }

    /// The same for one offer, until the ledger has its loan.
    ///
    /// # Errors
    /// As [`Self::borrow_nodes`], and [`HostError::Job`] says why there is no loan after all.
    pub async fn borrow_offer(
        &self,
        cluster: ClusterId,
        offer: Hash,
        plan: BorrowPlan,
    ) -> Result<LoanView, HostError> {
        let waiting = self.0.waiters.borrow_mut().for_loan(offer);
        self.borrow_nodes(cluster, BorrowPlan { offers: vec![offer], ..plan }).await?;
        waiting.await.unwrap_or(Err(HostError::Closed))
    }

    /// Ends a loan of this device, as its borrower or its lender.
    ///
    /// # Errors
    /// [`HostError::Command`] without a room.
    pub fn end_borrowing(&self, loan: Hash) -> Result<(), HostError> {
        self.command(|engine, now| engine.end_borrowing(now, loan))
    }

    /// The same, until it is over, if this device is its borrower; gives what has come of it.
    ///
    /// # Errors
    /// As [`Self::end_borrowing`].
    pub async fn complete_borrowing(&self, loan: Hash) -> Result<Option<LoanView>, HostError> {
        let parts = self.view().split.map(|split| split.parts).unwrap_or_default();
        let is_ours = parts.iter().any(|part| part.loan.is_some_and(|it| it.loan == Some(loan)));
        let waiting = is_ours.then(|| self.0.waiters.borrow_mut().for_end(loan));
        self.end_borrowing(loan)?;
        match waiting {
            Some(waiting) => waiting.await.unwrap_or(Err(HostError::Closed)).map(Some),
            None => Ok(None),
        }
    }

    /// Sends no more batches of training up.
    ///
    /// # Errors
    /// [`HostError::Command`] if the cluster is not split.
    pub fn stop_split_training(&self, cluster: &ClusterId) -> Result<(), HostError> {
        self.command(|engine, now| engine.stop_split_training(now, cluster))
    }

    /// Brings all nodes of a cluster home, with what they have learnt.
    ///
    /// # Errors
    /// [`HostError::Command`] if the cluster is not split.
    pub fn gather_cluster(&self, cluster: &ClusterId) -> Result<(), HostError> {
        self.command(|engine, now| engine.gather_cluster(now, cluster))
    }
}
