//! Discovery, connections, messages.

use super::DistributedNeuralNetwork;
use crate::{
    argument::{self, parsed, text},
    failure::Failure,
    shapes::{self, to_js},
};
use peer::{LinkStage, SignalingState};
use protocol::limits;
use units::PeerId;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// Discovery.
#[wasm_bindgen(wasm_bindgen_futures = crate::promises)]
impl DistributedNeuralNetwork {
    /// Connects to the signaling server and registers; resolves once that is done. Peers then arrive as events.
    pub async fn start_peer_discovery(&self) -> Result<(), Failure> {
        Ok(self.host().await?.discover().await?)
    }

    /// Everyone else known in the room.
    #[wasm_bindgen(unchecked_return_type = "DiscoveredPeer[]")]
    pub fn get_discovered_peers(&self) -> JsValue {
        let peers = self.view().map(|view| view.peers).unwrap_or_default();
        to_js(&peers.into_iter().map(shapes::DiscoveredPeer::from).collect::<Vec<_>>())
    }

    /// Whether the signaling server has accepted this peer and is in reach.
    pub fn is_connected_to_signaling_server(&self) -> bool {
        self.view().is_some_and(|view| view.signaling == SignalingState::Registered)
    }
}

/// Connections.
#[wasm_bindgen(wasm_bindgen_futures = crate::promises)]
impl DistributedNeuralNetwork {
    /// Connects to a peer; resolves when the data channels are open.
    pub async fn initiate_webrtc_connection(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] peer_id: JsValue,
    ) -> Result<(), Failure> {
        let peer = parsed::<PeerId>(&peer_id, "a peer's id")?;
        Ok(self.host().await?.connect(peer).await?)
    }

    /// Whether the data channels to a peer are open.
    pub fn is_peer_connected_webrtc(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] peer_id: JsValue,
    ) -> Result<bool, Failure> {
        let peer = parsed::<PeerId>(&peer_id, "a peer's id")?;
        let peers = self.view().map(|view| view.peers).unwrap_or_default();
        Ok(peers.iter().any(|it| it.peer == peer && it.stage == LinkStage::Open))
    }

    /// State, path and counters of every peer in the room.
    #[wasm_bindgen(unchecked_return_type = "ConnectionStats[]")]
    pub fn get_webrtc_stats(&self) -> JsValue {
        let peers = self.view().map(|view| view.peers).unwrap_or_default();
        to_js(&peers.into_iter().map(shapes::ConnectionStats::from).collect::<Vec<_>>())
    }

    /// Closes the connection with a peer.
    pub async fn close_webrtc_connection(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] peer_id: JsValue,
    ) -> Result<(), Failure> {
        let peer = parsed::<PeerId>(&peer_id, "a peer's id")?;
        Ok(self.host().await?.disconnect(peer)?)
    }

    /// Sends a ping on the `control` channel; the event `pong` tells how long it took.
    pub async fn ping_webrtc_connection(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] peer_id: JsValue,
    ) -> Result<(), Failure> {
        let peer = parsed::<PeerId>(&peer_id, "a peer's id")?;
        Ok(self.host().await?.ping(peer)?)
    }

    /// Sends bytes on the `bulk` channel that measure it; the other side's event `probe` tells of their arrival.
    /// Resolves to `false`, and sends nothing, if the queue is full: try again later.
    pub async fn probe_webrtc_connection(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] peer_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Uint8Array")] bytes: JsValue,
    ) -> Result<bool, Failure> {
        let peer = parsed::<PeerId>(&peer_id, "a peer's id")?;
        let bytes = argument::bytes(&bytes, "what is sent", limits::BULK_VALUE_BYTES_MAX as u32)?;
        Ok(self.host().await?.send_probe(peer, bytes)?)
    }
}

/// Messages.
#[wasm_bindgen(wasm_bindgen_futures = crate::promises)]
impl DistributedNeuralNetwork {
    /// `(text)` sends to everyone in the room, `(peer_id, text)` to one; resolves to how many it went from here.
    pub async fn send_direct_message(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] text_or_peer_id: JsValue,
        #[wasm_bindgen(js_name = "text", unchecked_optional_param_type = "string")] to_one: JsValue,
    ) -> Result<u32, Failure> {
        // A text that is `null` is a mistake: what was meant for one must not go to all.
        let (to, said) = if to_one.is_undefined() {
            (None, text(&text_or_peer_id, "a message")?)
        } else {
            let peer = parsed::<PeerId>(&text_or_peer_id, "a peer's id")?;
            (Some(peer), text(&to_one, "a message")?)
        };
        Ok(self.host().await?.send_text(to, &said)?)
    }
}
