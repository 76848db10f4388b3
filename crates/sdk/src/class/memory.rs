//! What this device remembers.

use super::DistributedNeuralNetwork;
use crate::{
    failure::Failure,
    later::later,
    memory::{Ask, beginning},
};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// The memory.
#[wasm_bindgen]
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
