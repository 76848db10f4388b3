//! The room's market: nodes for lease, and on lease.

use super::{DistributedNeuralNetwork, ledger::amount};
use crate::{
    argument::{Fields, is_missing, parsed, whole},
    failure::Failure,
    ledger_views::Wanted,
    shapes::{self, to_js},
};
use books::view::Question;
use ledger::{Action, contracts::lending::Terms, economics};
use peer::BorrowPlan;
use units::{ClusterId, Credits, Hash, PeerId};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// Nodes of one offer, and numbers that each gathers: what can be checked.
const NODES_MAX: u32 = 512;
const INPUTS_MAX: u32 = 4_096;

/// The market.
#[wasm_bindgen]
impl DistributedNeuralNetwork {
    /// Offers nodes on lease. Resolves to the offer's id; others see it as soon as it is recorded.
    pub async fn offer_nodes(
        &self,
        #[wasm_bindgen(unchecked_param_type = "NodeOffer")] spec: JsValue,
    ) -> Result<String, Failure> {
        let known = ["nodes", "price_per_hour", "price_per_thousand_events", "stake", "inputs_max"];
        let fields = Fields::new(&spec, "the offer", &known)?;
        let price = |name| fields.get(name).map_or(Ok(Credits::ZERO), |it| price(&it));
        let terms = Terms {
            nodes: whole(&fields.require("nodes")?, "`nodes`", 1, NODES_MAX)?,
            price_per_hour: price("price_per_hour")?,
            price_per_thousand_events: price("price_per_thousand_events")?,
            stake: match fields.get("stake") {
                Some(stake) => amount(&stake)?,
                None => economics::STAKE_MIN,
            },
            inputs_max: fields.whole("inputs_max", 1, INPUTS_MAX)?.unwrap_or(INPUTS_MAX),
        };
        Ok(self.order(Action::Offer(terms)).await?.to_string())
    }

    /// Takes an offer back that nobody has taken.
    pub async fn withdraw_nodes(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] node_id: JsValue,
    ) -> Result<(), Failure> {
        let offer = parsed::<Hash>(&node_id, "an offer's id")?;
        self.order(Action::Withdraw { offer }).await?;
        Ok(())
    }

    /// Nodes for lease of connected devices, the best first: cheap before dear, near before far, known before strange.
    #[wasm_bindgen(unchecked_return_type = "FreeNodes[]")]
    pub async fn find_free_nodes(&self) -> Result<JsValue, Failure> {
        let offers = self.host().await?.find_offers().await?.free;
        let peers = self.view().map(|view| view.peers).unwrap_or_default();
        let offers = offers.into_iter().map(|offer| {
            let peer = peers.iter().find(|peer| peer.peer == offer.owner);
            shapes::FreeNodes::new(offer, peer.and_then(|peer| peer.ping_ms))
        });
        Ok(to_js(&offers.collect::<Vec<_>>()))
    }

    /// How many nodes are for lease and on lease in the room, and at what price.
    #[wasm_bindgen(unchecked_return_type = "NodeStats")]
    pub async fn get_node_availability_stats(&self) -> Result<JsValue, Failure> {
        let me = self.host().await?.me();
        self.look(Question::Market, Wanted::Nodes(me)).await
    }

    /// Takes an offer for a cluster, whose nodes go there. Resolves to the loan's id, once it is recorded.
    pub async fn request_node_borrowing(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] owner_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] node_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] duration_hours: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "BorrowingOptions")] options: JsValue,
    ) -> Result<String, Failure> {
        let owner = parsed::<PeerId>(&owner_id, "an owner's id")?;
        let offer = parsed::<Hash>(&node_id, "an offer's id")?;
        let hours = whole(&duration_hours, "hours", 1, economics::LOAN_HOURS_MAX)?;
        let known = ["cluster_id", "keep_lowest", "deposit"];
        let fields = Fields::new(&options, "the options object", &known)?;
        let cluster = match fields.get("cluster_id") {
            Some(cluster) => parsed::<ClusterId>(&cluster, "a cluster's id")?,
            None => self.only_cluster()?,
        };
        let deposit = fields.get("deposit").map(|it| amount(&it)).transpose()?;
        let keep_lowest = fields.whole("keep_lowest", 0, u32::MAX)?;
        let host = self.host().await?;
        let offers = host.find_offers().await?.free;
        if !offers.iter().any(|it| it.id == offer && it.owner == owner) {
            let problem = format!(
                "{} offers no nodes {} to this device: see `find_free_nodes()`",
                owner.short(),
                offer.short()
            );
            return Err(Failure::invalid(problem));
        }
        let plan = BorrowPlan { offers: Vec::new(), hours, deposit, keep_lowest };
        let loan = host.borrow_offer(cluster, offer, plan).await?;
        Ok(loan.loan.map(|loan| loan.to_string()).unwrap_or_default())
    }

    /// Ends a loan: its nodes come home, the last receipt is signed, and its lender claims what is owed. Resolves to what has come of
    /// it; as its lender, when its borrower was asked to end it.
    #[wasm_bindgen(unchecked_return_type = "Borrowing | undefined")]
    pub async fn complete_node_borrowing(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] borrowing_id: JsValue,
    ) -> Result<JsValue, Failure> {
        let loan = parsed::<Hash>(&borrowing_id, "a loan's id")?;
        let ended = self.host().await?.complete_borrowing(loan).await?;
        Ok(ended.map_or(JsValue::UNDEFINED, |loan| to_js(&shapes::Borrowing::from(loan))))
    }
}

impl DistributedNeuralNetwork {
    /// The cluster that is meant where none is named.
    fn only_cluster(&self) -> Result<ClusterId, Failure> {
        let view = self.view();
        let split = view.as_ref().and_then(|view| view.split.as_ref());
        if let Some(split) = split {
            return Ok(split.cluster.clone());
        }
        match view.map(|view| view.clusters).unwrap_or_default().as_slice() {
            [only] => Ok(only.id.clone()),
            clusters => Err(Failure::invalid(format!(
                "there are {} clusters: name one as `cluster_id`",
                clusters.len()
            ))),
        }
    }
}

/// An amount that may be nothing.
fn price(credits: &JsValue) -> Result<Credits, Failure> {
    if is_missing(credits) || credits.as_f64() == Some(0.0) {
        return Ok(Credits::ZERO);
    }
    amount(credits)
}
