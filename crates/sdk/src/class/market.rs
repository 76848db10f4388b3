//! The room's market: nodes for lease, and on lease.

use super::DistributedNeuralNetwork;
use crate::{
    failure::Failure,
    later::later,
    ledger_views::Wanted,
    market::{Ask, beginning},
};
use books::view::Question;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// The market.
#[wasm_bindgen(wasm_bindgen_futures = crate::promises)]
impl DistributedNeuralNetwork {
    /// Offers nodes on lease. Resolves to the offer's id; others see it as soon as it is recorded.
    #[wasm_bindgen(unchecked_return_type = "string")]
    pub async fn offer_nodes(
        &self,
        #[wasm_bindgen(unchecked_param_type = "NodeOffer")] spec: JsValue,
    ) -> Result<JsValue, Failure> {
        self.trade(Ask::Offer(spec)).await
    }

    /// Takes an offer back that nobody has taken.
    pub async fn withdraw_nodes(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] node_id: JsValue,
    ) -> Result<(), Failure> {
        self.trade(Ask::Withdraw(node_id)).await.map(drop)
    }

    /// Nodes for lease of connected devices, the best first: cheap before dear, near before far, known before strange.
    #[wasm_bindgen(unchecked_return_type = "FreeNodes[]")]
    pub async fn find_free_nodes(&self) -> Result<JsValue, Failure> {
        self.trade(Ask::Find).await
    }

    /// How many nodes are for lease and on lease in the room, and at what price.
    #[wasm_bindgen(unchecked_return_type = "NodeStats")]
    pub async fn get_node_availability_stats(&self) -> Result<JsValue, Failure> {
        let me = self.host().await?.me();
        self.look(Question::Market, Wanted::Nodes(me)).await
    }

    /// Takes an offer for a cluster, whose nodes go there. Resolves to the loan's id, once it is recorded.
    #[wasm_bindgen(unchecked_return_type = "string")]
    pub async fn request_node_borrowing(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] owner_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] node_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] duration_hours: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "BorrowingOptions")] options: JsValue,
    ) -> Result<JsValue, Failure> {
        self.trade(Ask::Borrow([owner_id, node_id, duration_hours, options])).await
    }

    /// Ends a loan: its nodes come home, the last receipt is signed, and its lender claims what is owed. Resolves to what has come of
    /// it; as its lender, when its borrower was asked to end it.
    #[wasm_bindgen(unchecked_return_type = "Borrowing | undefined")]
    pub async fn complete_node_borrowing(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] borrowing_id: JsValue,
    ) -> Result<JsValue, Failure> {
        self.trade(Ask::Complete(borrowing_id)).await
    }
}

impl DistributedNeuralNetwork {
    async fn trade(&self, ask: Ask) -> Result<JsValue, Failure> {
        let host = self.host().await?;
        later!(beginning(host, ask))
    }
}
