//! What this device remembers.

use super::DistributedNeuralNetwork;
use crate::{
    failure::Failure,
    later::later,
    memory::{Ask, beginning},
};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// The memory.
#[wasm_bindgen(wasm_bindgen_futures = crate::promises)]
impl DistributedNeuralNetwork {
    /// Keeps a text, or a vector with what it is of, as a capsule on this device. Resolves to the capsule's id once it is stored.
    #[wasm_bindgen(unchecked_return_type = "string")]
    pub async fn remember(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string | ArrayLike<number>")]
        text_or_vector: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "RememberOptions")] options: JsValue,
    ) -> Result<JsValue, Failure> {
        self.recall(Ask::Remember(text_or_vector, options)).await
    }

    /// What others would see of a text once it is open, and what in it tells who somebody is.
    #[wasm_bindgen(unchecked_return_type = "MaskingPreview")]
    pub async fn preview_masking(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] text: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "string[]")] keep: JsValue,
    ) -> Result<JsValue, Failure> {
        self.recall(Ask::Mask(text, keep)).await
    }

    /// Finds capsules that mean something like the query, here and with connected devices, the best first.
    #[wasm_bindgen(unchecked_return_type = "FoundMemory[]")]
    pub async fn semantic_memory_search(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string | ArrayLike<number>")] query: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "string[]")] context_tags: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] max_results: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "SearchOptions")] options: JsValue,
    ) -> Result<JsValue, Failure> {
        self.recall(Ask::Search([query, context_tags, max_results, options])).await
    }

    /// A capsule that is on this device.
    #[wasm_bindgen(unchecked_return_type = "MemoryRecord | undefined")]
    pub async fn get_memory_record(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] capsule_id: JsValue,
    ) -> Result<JsValue, Failure> {
        self.recall(Ask::Record(capsule_id)).await
    }

    /// Forgets a capsule on this device; if it is this device's own, others are asked to forget it too.
    pub async fn forget_memory(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] capsule_id: JsValue,
    ) -> Result<(), Failure> {
        self.recall(Ask::Forget(capsule_id)).await.map(drop)
    }

    /// Gives a capsule to a connected device. Resolves once the device has checked and stored it.
    pub async fn share_memory_with_peer(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] peer_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] capsule_id: JsValue,
    ) -> Result<(), Failure> {
        self.recall(Ask::Share(peer_id, capsule_id)).await.map(drop)
    }

    /// Gets a capsule that a connected device has. Resolves once it is checked and stored here.
    #[wasm_bindgen(unchecked_return_type = "MemoryRecord")]
    pub async fn fetch_memory(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] peer_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] capsule_id: JsValue,
    ) -> Result<JsValue, Failure> {
        self.recall(Ask::Fetch(peer_id, capsule_id)).await
    }

    /// How much is remembered, and how it is found.
    #[wasm_bindgen(unchecked_return_type = "VectorDatabaseStats")]
    pub async fn get_vector_database_stats(&self) -> Result<JsValue, Failure> {
        self.recall(Ask::Stats).await
    }

    /// Tidies the memory up: what says nothing that another capsule does not say goes into that, and what is weakest makes room
    /// where there is too much. It can be undone for a day.
    #[wasm_bindgen(unchecked_return_type = "Consolidation")]
    pub async fn consolidate_long_term_memory(&self) -> Result<JsValue, Failure> {
        self.recall(Ask::Consolidate).await
    }

    /// Takes the newest consolidation back. Resolves to how many capsules are back.
    #[wasm_bindgen(unchecked_return_type = "number")]
    pub async fn undo_consolidation(&self) -> Result<JsValue, Failure> {
        self.recall(Ask::Undo).await
    }

    /// What the memory has been about lately.
    #[wasm_bindgen(unchecked_return_type = "MemoryTrends")]
    pub async fn get_memory_trends(&self) -> Result<JsValue, Failure> {
        self.recall(Ask::Trends).await
    }

    /// Keeps what the most important nodes of a cluster's layer have learnt as a capsule. Resolves to its id once it is stored.
    #[wasm_bindgen(unchecked_return_type = "string")]
    pub async fn remember_skill(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "SkillOptions")] options: JsValue,
    ) -> Result<JsValue, Failure> {
        self.recall(Ask::RememberSkill(cluster_id, options)).await
    }

    /// What this device's held-out rows would gain by a skill that is here. Nothing changes.
    #[wasm_bindgen(unchecked_return_type = "SkillTrial")]
    pub async fn try_skill(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] capsule_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
    ) -> Result<JsValue, Failure> {
        self.recall(Ask::TrySkill(capsule_id, cluster_id)).await
    }

    /// Adds the nodes of a skill that is here to a cluster, which is stored before this resolves.
    #[wasm_bindgen(unchecked_return_type = "SkillGraft")]
    pub async fn graft_skill(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] capsule_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
    ) -> Result<JsValue, Failure> {
        self.recall(Ask::GraftSkill(capsule_id, cluster_id)).await
    }

    /// Finds episodes and skills where a cluster's nodes fired as they do at a class, by its number from 0, or at one input.
    #[wasm_bindgen(unchecked_return_type = "FoundMemory[]")]
    pub async fn find_by_activity(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number | ArrayLike<number>")]
        class_or_input: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] max_results: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "ActivityOptions")] options: JsValue,
    ) -> Result<JsValue, Failure> {
        let arguments = [cluster_id, class_or_input, max_results, options];
        self.recall(Ask::FindByActivity(arguments)).await
    }

    /// Orders that the room's ledger records a capsule of this device by its hash: proof that it is unaltered and whose it is.
    /// Resolves to the order's id.
    #[wasm_bindgen(unchecked_return_type = "string")]
    pub async fn register_memory(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] capsule_id: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "string")] title: JsValue,
    ) -> Result<JsValue, Failure> {
        self.recall(Ask::Register(capsule_id, title)).await
    }

    /// Says on the ledger what somebody's registered capsule has brought, from 0 to 100 percent, once and for all. Resolves to the
    /// order's id.
    #[wasm_bindgen(unchecked_return_type = "string")]
    pub async fn rate_memory(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] capsule_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] percent: JsValue,
    ) -> Result<JsValue, Failure> {
        self.recall(Ask::Rate(capsule_id, percent)).await
    }

    /// What the room's ledger says of a capsule; undefined if nobody has registered it.
    #[wasm_bindgen(unchecked_return_type = "MemoryProof | undefined")]
    pub async fn get_memory_proof(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] capsule_id: JsValue,
    ) -> Result<JsValue, Failure> {
        self.recall(Ask::Proof(capsule_id)).await
    }

    /// All that this device has, identity, networks, rows, messages and memory, as one file that `passphrase` opens and nothing else.
    #[wasm_bindgen(unchecked_return_type = "Uint8Array")]
    pub async fn export_everything(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] passphrase: JsValue,
    ) -> Result<JsValue, Failure> {
        self.recall(Ask::Export(passphrase)).await
    }

    /// Makes this device the one that a copy is of: what is here goes. This object is closed then; the next one that is made for
    /// this device is the other. A copy that does not open, or is damaged, changes nothing.
    pub async fn import_everything(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Uint8Array | Blob")] bytes: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] passphrase: JsValue,
    ) -> Result<(), Failure> {
        self.recall(Ask::Import(bytes, passphrase)).await?;
        self.close();
        Ok(())
    }

    async fn recall(&self, ask: Ask) -> Result<JsValue, Failure> {
        let host = self.host().await?;
        later!(beginning(host, ask))
    }
}
