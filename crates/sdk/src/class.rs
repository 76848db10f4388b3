//! The class: one method a command.

use crate::{
    argument::{Fields, grey_levels, is_missing, numbers, parsed, text, whole},
    booting::Booting,
    data,
    events::Handlers,
    failure::Failure,
    shapes::{self, to_js},
};
use browser::{Host, HostError, Options, Subscription};
use core::cell::{Cell, RefCell};
use js_sys::{Array, Float32Array};
use peer::{ConnectPolicy, LinkStage, SignalingState, View};
use protocol::{limits, session::SessionOptions};
use std::rc::Rc;
use units::{ClusterId, PeerId, RoomId, SessionId};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::spawn_local;

/// The device of a class that was given no name.
const DEVICE: &str = "default";

/// One peer of this page, and its share of a distributed neural network.
#[wasm_bindgen]
pub struct DistributedNeuralNetwork {
    booting: Booting,
    handlers: Handlers,
    /// Kept for as long as the class.
    subscription: Rc<RefCell<Option<Subscription>>>,
    is_closed: Rc<Cell<bool>>,
}

impl DistributedNeuralNetwork {
    /// The class around a peer that somebody else started, such as the application's own.
    pub fn around(booting: Booting) -> Self {
        let network = Self {
            booting,
            handlers: Handlers::default(),
            subscription: Rc::default(),
            is_closed: Rc::default(),
        };
        network.pass_events_on();
        network
    }

    fn pass_events_on(&self) {
        let (booting, handlers) = (self.booting.clone(), self.handlers.clone());
        let (subscription, is_closed) = (self.subscription.clone(), self.is_closed.clone());
        spawn_local(async move {
            match booting.host().await {
                Ok(host) if is_closed.get() => host.close(),
                Ok(host) => {
                    let passed_on = host.on_event(move |event| handlers.tell(event));
                    *subscription.borrow_mut() = Some(passed_on);
                }
                Err(error) => handlers.tell_error(&error.into()),
            }
        });
    }

    async fn host(&self) -> Result<Host, Failure> {
        if self.is_closed.get() {
            return Err(HostError::Closed.into());
        }
        Ok(self.booting.host().await?)
    }

    /// Where things stand, if the peer has started.
    fn view(&self) -> Option<View> {
        self.booting.started().map(|host| host.view())
    }
}

/// Set-up.
#[wasm_bindgen]
impl DistributedNeuralNetwork {
    /// A device of this browser, by name: its identity is made on the first visit and loaded from then on. Each name is a
    /// device of its own; one tab at a time can be it.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "string")] device_id: JsValue,
    ) -> Result<DistributedNeuralNetwork, Failure> {
        console_error_panic_hook::set_once();
        let device = if is_missing(&device_id) {
            DEVICE.to_owned()
        } else {
            text(&device_id, "a device's id")?
        };
        browser::check_device(&device)?;
        let device_name = device.clone();
        Ok(Self::around(Booting::new(Options { device_name, ..Options::new(&device) })))
    }

    /// Resolves to this peer's id once identity and records are loaded. Every other method waits for that by itself.
    pub async fn ready(&self) -> Result<String, Failure> {
        Ok(self.host().await?.me().to_string())
    }

    /// Uses another signaling server (`ws:` or `wss:`) from the next discovery on. Without this it is the one of the site
    /// that the module came from.
    pub async fn configure_signaling_server(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] url: JsValue,
    ) -> Result<(), Failure> {
        let url = text(&url, "a signaling server's address")?;
        Ok(self.host().await?.configure_signaling_server(&url)?)
    }

    /// Enters the room of an invitation link; without one, makes a room. The link holds the room's secret.
    #[wasm_bindgen(unchecked_return_type = "Room")]
    pub async fn join_room(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "string | null")] room: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "JoinOptions")] options: JsValue,
    ) -> Result<JsValue, Failure> {
        let invitation = if is_missing(&room) {
            None
        } else {
            Some(invitation(&text(&room, "an invitation link")?)?)
        };
        let options = JoinOptions::read(&options)?;
        let host = self.host().await?;
        options.apply(&host)?;
        match invitation {
            Some((room, secret)) => host.join_room(room, &secret)?,
            None => drop(host.create_room()?),
        }
        let room = host.view().room.ok_or(HostError::Closed)?;
        let invitation_link = absolute(&room.invitation_path);
        Ok(to_js(&shapes::Room { room_id: room.id, invitation_link }))
    }

    /// Leaves the room and closes all connections.
    pub async fn leave_room(&self) -> Result<(), Failure> {
        Ok(self.host().await?.leave_room()?)
    }
}

/// Discovery.
#[wasm_bindgen]
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
#[wasm_bindgen]
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
        let bytes = grey_levels(&bytes)
            .ok_or_else(|| Failure::invalid("what is sent must be a Uint8Array"))?;
        Ok(self.host().await?.send_probe(peer, bytes)?)
    }
}

/// Messages.
#[wasm_bindgen]
impl DistributedNeuralNetwork {
    /// `(text)` sends to all that are connected, `(peer_id, text)` to one; resolves to how many it went.
    pub async fn send_direct_message(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] text_or_peer_id: JsValue,
        #[wasm_bindgen(js_name = "text", unchecked_optional_param_type = "string")] to_one: JsValue,
    ) -> Result<u32, Failure> {
        let (to, said) = if is_missing(&to_one) {
            (None, text(&text_or_peer_id, "a message")?)
        } else {
            let peer = parsed::<PeerId>(&text_or_peer_id, "a peer's id")?;
            (Some(peer), text(&to_one, "a message")?)
        };
        Ok(self.host().await?.send_text(to, &said)?)
    }
}

/// Clusters and data.
#[wasm_bindgen]
impl DistributedNeuralNetwork {
    /// Makes a cluster of threshold-gated nodes. A number alone is that many nodes in two layers for the handwritten digits
    /// that ship with the site (8 x 8 pixels, 10 classes).
    #[wasm_bindgen(unchecked_return_type = "CreatedCluster")]
    pub async fn create_cluster(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number | NetworkSpec")] spec: JsValue,
    ) -> Result<JsValue, Failure> {
        let cluster_id = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        let network = data::network(&spec)?;
        let (nodes, parameters) = (network.nodes() as f64, network.parameters() as f64);
        let model = self.host().await?.create_cluster(cluster_id.clone(), network).await?;
        Ok(to_js(&shapes::CreatedCluster { cluster_id, model, nodes, parameters }))
    }

    /// One forward pass: the probability of each class.
    #[wasm_bindgen(unchecked_return_type = "Float32Array")]
    pub async fn process_input(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Numbers")] input: JsValue,
    ) -> Result<Float32Array, Failure> {
        let cluster = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        let input = numbers(&input, "an input")?;
        Ok(shapes::outputs(&self.host().await?.predict(cluster, input).await?))
    }

    /// Classes by falling probability.
    #[wasm_bindgen(unchecked_return_type = "Prediction[]")]
    pub async fn predict(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Numbers")] input: JsValue,
    ) -> Result<JsValue, Failure> {
        let cluster = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        let input = numbers(&input, "an input")?;
        let classes = self.host().await?.predict(cluster, input).await?;
        Ok(to_js(&classes.into_iter().map(shapes::Prediction::from).collect::<Vec<_>>()))
    }

    /// One local learning step on the newest input: `error` is predicted less wanted probability, one value a class.
    pub async fn update_error_signal(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Numbers")] error: JsValue,
    ) -> Result<(), Failure> {
        let cluster = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        let error = numbers(&error, "an error signal")?;
        Ok(self.host().await?.learn_from_error(cluster, error).await?)
    }

    /// Thresholds, firing rates, operations saved.
    #[wasm_bindgen(unchecked_return_type = "ClusterState")]
    pub async fn get_cluster_state(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
    ) -> Result<JsValue, Failure> {
        let cluster = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        let host = self.host().await?;
        let state = host.cluster_state(cluster.clone()).await?;
        let view = host.view().clusters.into_iter().find(|it| it.id == cluster);
        let view = view.ok_or(HostError::Command(peer::CommandError::UnknownCluster(cluster)))?;
        Ok(shapes::cluster_state(&view, &state))
    }

    /// Puts labelled rows on a cluster, in place of earlier ones. They stay on this device.
    #[wasm_bindgen(unchecked_return_type = "LoadedRows")]
    pub async fn load_dataset(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "DatasetToLoad")] dataset: JsValue,
    ) -> Result<JsValue, Failure> {
        let cluster = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        let host = self.host().await?;
        let (rows, held_out) = data::rows_to_load(&dataset, classes_of(&host, &cluster))?;
        let loaded = host.load_dataset(cluster, rows, held_out, None).await?;
        Ok(to_js(&shapes::Rows::from(loaded)))
    }

    /// Evaluates a cluster on the given rows, or on those held out on this device.
    #[wasm_bindgen(unchecked_return_type = "Evaluation")]
    pub async fn evaluate(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cluster_id: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "LabelledRows")] rows: JsValue,
    ) -> Result<JsValue, Failure> {
        let cluster = parsed::<ClusterId>(&cluster_id, "a cluster's id")?;
        let host = self.host().await?;
        let rows = if is_missing(&rows) {
            None
        } else {
            Some(data::rows(&rows, classes_of(&host, &cluster))?)
        };
        Ok(to_js(&shapes::Evaluated::from(host.evaluate(cluster, rows).await?)))
    }
}

/// Learning.
#[wasm_bindgen]
impl DistributedNeuralNetwork {
    /// Starts to train together with the peers of the list; `"everyone"`, or no list, invites the whole room, and an empty
    /// list trains alone. Resolves to the session's id.
    pub async fn start_collaborative_learning(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string[] | \"everyone\" | null")] peers: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] task: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "LearningOptions")] options: JsValue,
    ) -> Result<String, Failure> {
        let invited = invited(&peers)?;
        let task = text(&task, "a task")?;
        let (cluster, options) = learning_options(&options)?;
        let host = self.host().await?;
        let cluster = match cluster {
            Some(cluster) => cluster,
            None => only_cluster(&host, &task)?,
        };
        Ok(host.start_session(cluster, task, options, invited)?.to_string())
    }

    /// Stops taking part; stops the session for all if this device started it.
    pub async fn stop_collaborative_learning(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] session_id: JsValue,
    ) -> Result<(), Failure> {
        let session = parsed::<SessionId>(&session_id, "a session's id")?;
        Ok(self.host().await?.stop_session(session)?)
    }

    /// A session's rounds, members, accuracy alone and together, bytes sent; the running one, or the last, if no id is given.
    /// `null` if there is none.
    #[wasm_bindgen(unchecked_return_type = "LearningSession | null")]
    pub fn get_session(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "string")] session_id: JsValue,
    ) -> Result<JsValue, Failure> {
        let session = self.view().and_then(|view| view.session);
        if is_missing(&session_id) {
            return Ok(to_js(&session.map(shapes::Session::from)));
        }
        let asked = parsed::<SessionId>(&session_id, "a session's id")?;
        match session.filter(|session| session.id == asked) {
            Some(session) => Ok(to_js(&shapes::Session::from(session))),
            None => Err(HostError::Command(peer::CommandError::UnknownSession(asked)).into()),
        }
    }
}

/// Events and life.
#[wasm_bindgen]
impl DistributedNeuralNetwork {
    /// Calls `handler` with every event of that name.
    #[wasm_bindgen(skip_typescript)]
    pub fn on(&self, event: JsValue, handler: JsValue) -> Result<(), Failure> {
        self.handlers.add(&event, &handler)
    }

    /// Calls `handler` no longer.
    #[wasm_bindgen(skip_typescript)]
    pub fn off(&self, event: JsValue, handler: JsValue) -> Result<(), Failure> {
        self.handlers.remove(&event, &handler)
    }

    /// Ends this peer: its connections, its worker and its hold on the identity. Whatever waits is rejected with the code
    /// `closed`.
    pub fn close(&self) {
        self.is_closed.set(true);
        self.subscription.borrow_mut().take();
        self.handlers.clear();
        if let Some(host) = self.booting.started() {
            host.close();
        }
    }
}

struct JoinOptions {
    device_name: Option<String>,
    connect: Option<ConnectPolicy>,
}

impl JoinOptions {
    fn read(options: &JsValue) -> Result<Self, Failure> {
        let fields = Fields::new(options, "the options", &["device_name", "connect"])?;
        let device_name =
            fields.get("device_name").map(|name| text(&name, "`device_name`")).transpose()?;
        let connect = fields.get("connect").map(|policy| match policy.as_string().as_deref() {
            Some("everyone") => Ok(ConnectPolicy::Everyone),
            Some("by_hand") => Ok(ConnectPolicy::ByHand),
            _ => Err(Failure::invalid("`connect` must be \"everyone\" or \"by_hand\"")),
        });
        Ok(Self { device_name, connect: connect.transpose()? })
    }

    fn apply(self, host: &Host) -> Result<(), HostError> {
        if let Some(name) = self.device_name {
            host.set_device_name(name)?;
        }
        if let Some(policy) = self.connect {
            host.set_connect_policy(policy)?;
        }
        Ok(())
    }
}

/// `https://anywhere/room/<id>#<secret>`, or any ending of it that still has both.
fn invitation(link: &str) -> Result<(RoomId, String), Failure> {
    let Some((before, secret)) = link.trim().split_once('#') else {
        return Err(Failure::invalid(
            "an invitation link has a part behind `#`, which holds the room's secret: copy the whole link",
        ));
    };
    let room = before.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    Ok((room.parse()?, secret.to_owned()))
}

/// On the site that the module came from.
fn absolute(path: &str) -> String {
    web_sys::Url::new_with_base(path, &browser::module_url())
        .map_or_else(|_| path.to_owned(), |url| url.href())
}

fn classes_of(host: &Host, cluster: &ClusterId) -> Option<u32> {
    let clusters = host.view().clusters;
    clusters.iter().find(|it| it.id == *cluster).map(|it| it.network.classes)
}

fn invited(peers: &JsValue) -> Result<Option<Vec<PeerId>>, Failure> {
    if is_missing(peers) || peers.as_string().as_deref() == Some("everyone") {
        return Ok(None);
    }
    let Some(list) = peers.dyn_ref::<Array>() else {
        return Err(Failure::invalid("the peers must be an array of ids, or \"everyone\""));
    };
    if list.length() as usize > limits::ROUND_MEMBERS_MAX {
        let problem = format!("{} peers are invited: {} are possible", list.length(), limits::ROUND_MEMBERS_MAX);
        return Err(Failure::invalid(problem));
    }
    list.iter().map(|peer| parsed(&peer, "a peer's id")).collect::<Result<_, _>>().map(Some)
}

fn learning_options(options: &JsValue) -> Result<(Option<ClusterId>, SessionOptions), Failure> {
    let known = ["cluster_id", "rounds", "local_steps", "batch_rows", "learning_rate"];
    let fields = Fields::new(options, "the options", &known)?;
    let cluster = fields.get("cluster_id").map(|id| parsed(&id, "`cluster_id`")).transpose()?;
    let mut options = SessionOptions::default();
    if let Some(rounds) = fields.whole("rounds", 1, limits::SESSION_ROUNDS_MAX)? {
        options.rounds = rounds;
    }
    if let Some(steps) = fields.whole("local_steps", 1, limits::LOCAL_STEPS_MAX)? {
        options.local_steps = steps;
    }
    if let Some(rows) = fields.whole("batch_rows", 1, 4_096)? {
        options.batch_rows = rows;
    }
    if let Some(rate) = fields.get("learning_rate") {
        let millionths = rate.as_f64().map(|rate| JsValue::from((rate * 1e6).round()));
        let millionths = millionths.unwrap_or(JsValue::UNDEFINED);
        options.learning_rate_millionths =
            whole(&millionths, "`learning_rate` in millionths", 1, 1_000_000)?;
    }
    Ok((cluster, options))
}

/// The cluster that the task names, or the only one.
fn only_cluster(host: &Host, task: &str) -> Result<ClusterId, Failure> {
    let clusters = host.view().clusters;
    let named = clusters.iter().find(|cluster| cluster.id.as_str() == task);
    match (named, &clusters[..]) {
        (Some(cluster), _) | (None, [cluster]) => Ok(cluster.id.clone()),
        (None, []) => Err(Failure::invalid("there is no cluster to train: create one first")),
        (None, _) => Err(Failure::invalid("there are several clusters: name one as `cluster_id`")),
    }
}
