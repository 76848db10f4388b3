//! The class: one method a command.

pub(crate) mod clusters;
pub(crate) mod data;
pub(crate) mod learning;
mod ledger;
mod market;
mod memory;
pub(crate) mod models;
mod network;
mod splits;

use crate::{
    argument::{Fields, is_missing, text},
    booting::Booting,
    brought::{Ask, beginning},
    events::Handlers,
    failure::Failure,
    later::{later, prepare},
    shapes::{self, to_js},
};
use browser::{Host, HostError, Options, WorkerScript};
use core::cell::{Cell, RefCell};
use peer::{ConnectPolicy, Event, View};
use std::rc::Rc;
use units::RoomId;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::spawn_local;

pub(crate) use ledger::amount;

/// As many workers as the work can be divided among.
const WORKERS_MAX: u32 = 2;

/// The device of a class that was given no name.
const DEVICE: &str = "default";

thread_local! {
    static WORKER: RefCell<WorkerScript> = RefCell::default();
}

/// Devices that are made from here on find their compute worker there, and not beside the module that the class is in.
pub fn find_worker_at(script: WorkerScript) {
    WORKER.set(script);
}

/// One peer of this page, and its share of a distributed neural network.
#[wasm_bindgen]
pub struct DistributedNeuralNetwork {
    booting: Booting,
    handlers: Handlers,
    is_closed: Rc<Cell<bool>>,
}

impl DistributedNeuralNetwork {
    /// The class around a peer that somebody else started, such as the application's own.
    pub fn around(booting: Booting) -> Self {
        let network = Self { booting, handlers: Handlers::default(), is_closed: Rc::default() };
        network.pass_events_on();
        network
    }

    fn pass_events_on(&self) {
        let (booting, handlers) = (self.booting.clone(), self.handlers.clone());
        let is_closed = self.is_closed.clone();
        spawn_local(async move {
            match booting.host().await {
                Ok(host) if is_closed.get() => host.close(),
                Ok(host) => {
                    let peer = host.clone();
                    host.on_event(move |event| {
                        match event {
                            Event::SignalingRegistered => prepare(),
                            // What it says is read by a part that comes later.
                            Event::Memory(news) if handlers.has("capsule") => {
                                tell_of_capsules(peer.clone(), handlers.clone(), news.clone());
                            }
                            _ => {}
                        }
                        handlers.tell(event);
                    });
                }
                Err(error) => handlers.tell_error(&error.into()),
            }
        });
    }

    /// The peer, once it has started. What comes of it holds on to nothing of the object.
    fn host(&self) -> impl Future<Output = Result<Host, Failure>> + use<> {
        let (booting, is_closed) = (self.booting.clone(), self.is_closed.clone());
        async move {
            if is_closed.get() {
                return Err(HostError::Closed.into());
            }
            let host = booting.host().await?;
            host.restored().await;
            Ok(host)
        }
    }

    async fn bring(&self, ask: Ask) -> Result<JsValue, Failure> {
        let host = self.host().await?;
        later!(beginning(host, ask))
    }

    /// Where things stand, if the peer has started.
    fn view(&self) -> Option<View> {
        self.booting.started().map(|host| host.view())
    }
}

fn tell_of_capsules(host: Host, handlers: Handlers, news: Vec<u8>) {
    spawn_local(async move {
        let told = async {
            later!(crate::memory::beginning(host, crate::memory::Ask::Tell(handlers, news)))
        };
        // A part that does not come is told of where somebody asks for it.
        let _: Result<JsValue, Failure> = told.await;
    });
}

/// Set-up.
#[wasm_bindgen(wasm_bindgen_futures = crate::promises)]
impl DistributedNeuralNetwork {
    /// A device of this browser, by name: its identity is made on the first visit and loaded from then on. Each name is a
    /// device of its own; one tab at a time can be it.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "string")] device_id: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "DeviceOptions")] options: JsValue,
    ) -> Result<DistributedNeuralNetwork, Failure> {
        console_error_panic_hook::set_once();
        let device = if is_missing(&device_id) {
            DEVICE.to_owned()
        } else {
            text(&device_id, "a device's id")?
        };
        browser::check_device(&device)?;
        let options = Fields::new(&options, "the options object", &["workers"])?;
        let workers = options.whole("workers", 1, WORKERS_MAX)?.map(|workers| workers as u8);
        let (device_name, worker) = (device.clone(), WORKER.with_borrow(Clone::clone));
        let options = Options { device_name, worker, workers, ..Options::new(&device) };
        Ok(Self::around(Booting::new(options)))
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

/// Events and life.
#[wasm_bindgen(wasm_bindgen_futures = crate::promises)]
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
        let fields = Fields::new(options, "the options object", &["device_name", "connect"])?;
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
