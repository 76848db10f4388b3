//! What this device remembers.

use super::DistributedNeuralNetwork;
use crate::{
    failure::Failure,
    later::later,
    memory::{Ask, beginning},
};
use browser::Host;
use js_sys::Promise;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;

/// The memory.
#[wasm_bindgen(wasm_bindgen_futures = crate::promises)]
impl DistributedNeuralNetwork {
    /// Keeps a text, or a vector with what it is of, as a capsule on this device. Resolves to the capsule's id once it is stored.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn remember(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string | ArrayLike<number>")]
        text_or_vector: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "RememberOptions")] options: JsValue,
    ) -> Promise {
        self.recall(Ask::Remember(text_or_vector, options))
    }

    /// What others would see of a text once it is open, and what in it tells who somebody is.
    #[wasm_bindgen(unchecked_return_type = "Promise<MaskingPreview>")]
    pub fn preview_masking(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] text: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "string[]")] keep: JsValue,
    ) -> Promise {
        self.recall(Ask::Mask(text, keep))
    }

    /// Finds capsules that mean something like the query, here and with connected devices, the best first.
    #[wasm_bindgen(unchecked_return_type = "Promise<FoundMemory[]>")]
    pub fn semantic_memory_search(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string | ArrayLike<number>")] query: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "string[]")] context_tags: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] max_results: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "SearchOptions")] options: JsValue,
    ) -> Promise {
        self.recall(Ask::Search([query, context_tags, max_results, options]))
    }

    /// A capsule that is on this device.
    #[wasm_bindgen(unchecked_return_type = "Promise<MemoryRecord | undefined>")]
    pub fn get_memory_record(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] capsule_id: JsValue,
    ) -> Promise {
        self.recall(Ask::Record(capsule_id))
    }

    /// Forgets a capsule on this device; if it is this device's own, others are asked to forget it too.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn forget_memory(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] capsule_id: JsValue,
    ) -> Promise {
        self.recall(Ask::Forget(capsule_id))
    }

    /// Gives a capsule to a connected device. Resolves once the device has checked and stored it.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn share_memory_with_peer(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] peer_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] capsule_id: JsValue,
    ) -> Promise {
        self.recall(Ask::Share(peer_id, capsule_id))
    }

    /// Gets a capsule that a connected device has. Resolves once it is checked and stored here.
    #[wasm_bindgen(unchecked_return_type = "Promise<MemoryRecord>")]
    pub fn fetch_memory(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] peer_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] capsule_id: JsValue,
    ) -> Promise {
        self.recall(Ask::Fetch(peer_id, capsule_id))
    }

    /// How much is remembered, and how it is found.
    #[wasm_bindgen(unchecked_return_type = "Promise<VectorDatabaseStats>")]
    pub fn get_vector_database_stats(&self) -> Promise {
        self.recall(Ask::Stats)
    }

    /// Tidies the memory up: what says nothing that another capsule does not say goes into that, and what is weakest makes room
    /// where there is too much. It can be undone for a day.
    #[wasm_bindgen(unchecked_return_type = "Promise<Consolidation>")]
    pub fn consolidate_long_term_memory(&self) -> Promise {
        self.recall(Ask::Consolidate)
    }

    /// Takes the newest consolidation back. Resolves to how many capsules are back.
    #[wasm_bindgen(unchecked_return_type = "Promise<number>")]
    pub fn undo_consolidation(&self) -> Promise {
        self.recall(Ask::Undo)
    }

    /// Has texts on this device read by the whole language model as well (23 MB, once), or not any more. Resolves once it is here:
    /// texts are read while nothing else is to be done.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn use_whole_text_model(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "boolean")] is_wanted: JsValue,
    ) -> Promise {
        self.recall(Ask::UseWholeModel(is_wanted))
    }

    /// What the memory has been about lately.
    #[wasm_bindgen(unchecked_return_type = "Promise<MemoryTrends>")]
    pub fn get_memory_trends(&self) -> Promise {
        self.recall(Ask::Trends)
    }

    /// Keeps what the most important nodes of a cluster's layer have learnt as a capsule. Resolves to its id once it is stored.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn remember_skill(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "SkillOptions")] options: JsValue,
    ) -> Promise {
        self.recall(Ask::RememberSkill(cluster_id, options))
    }

    /// What this device's held-out rows would gain by a skill that is here. Nothing changes.
    #[wasm_bindgen(unchecked_return_type = "Promise<SkillTrial>")]
    pub fn try_skill(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] capsule_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
    ) -> Promise {
        self.recall(Ask::TrySkill(capsule_id, cluster_id))
    }

    /// Adds the nodes of a skill that is here to a cluster, which is stored before this resolves.
    #[wasm_bindgen(unchecked_return_type = "Promise<SkillGraft>")]
    pub fn graft_skill(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] capsule_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
    ) -> Promise {
        self.recall(Ask::GraftSkill(capsule_id, cluster_id))
    }

    /// Finds episodes and skills where a cluster's nodes fired as they do at a class, by its number from 0, or at one input.
    #[wasm_bindgen(unchecked_return_type = "Promise<FoundMemory[]>")]
    pub fn find_by_activity(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number | ArrayLike<number>")]
        class_or_input: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] max_results: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "ActivityOptions")] options: JsValue,
    ) -> Promise {
        let arguments = [cluster_id, class_or_input, max_results, options];
        self.recall(Ask::FindByActivity(arguments))
    }

    /// Orders that the room's ledger records a capsule of this device by its hash: proof that it is unaltered and whose it is.
    /// Resolves to the order's id.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn register_memory(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] capsule_id: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "string")] title: JsValue,
    ) -> Promise {
        self.recall(Ask::Register(capsule_id, title))
    }

    /// Says on the ledger what somebody's registered capsule has brought, from 0 to 100 percent, once and for all. Resolves to the
    /// order's id.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn rate_memory(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] capsule_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] percent: JsValue,
    ) -> Promise {
        self.recall(Ask::Rate(capsule_id, percent))
    }

    /// What the room's ledger says of a capsule; undefined if nobody has registered it.
    #[wasm_bindgen(unchecked_return_type = "Promise<MemoryProof | undefined>")]
    pub fn get_memory_proof(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] capsule_id: JsValue,
    ) -> Promise {
        self.recall(Ask::Proof(capsule_id))
    }

    /// All that this device has, identity, networks, rows, messages and memory, as one file that `passphrase` opens and nothing else.
    #[wasm_bindgen(unchecked_return_type = "Promise<Uint8Array>")]
    pub fn export_everything(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] passphrase: JsValue,
    ) -> Promise {
        self.recall(Ask::Export(passphrase))
    }

    /// Makes this device the one that a copy is of: what is here goes. This object is closed then; the next one that is made for
    /// this device is the other. A copy that does not open, or is damaged, changes nothing.
    pub async fn import_everything(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Uint8Array | Blob")] bytes: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] passphrase: JsValue,
    ) -> Result<(), Failure> {
        later_of(self.host().await?, Ask::Import(bytes, passphrase)).await?;
        self.close();
        Ok(())
    }

    /// A promise of what comes of it. All methods share this one, because each that waits by itself would be some hundred bytes
    /// of the page.
    fn recall(&self, ask: Ask) -> Promise {
        let host = self.host();
        future_to_promise(async move { Ok(later_of(host.await?, ask).await?) })
    }
}

async fn later_of(host: Host, ask: Ask) -> Result<JsValue, Failure> {
    later!(beginning(host, ask))
}
