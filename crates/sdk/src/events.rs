//! `on` and `off`: events as plain objects, for whoever wants them.

use crate::{
    argument::text,
    failure::Failure,
    shapes::{Borrowing, BorrowingNews, credits, to_js},
};
use books::News;
use core::cell::RefCell;
use js_sys::Function;
use peer::{Event, LinkEnd};
use serde::Serialize;
use std::rc::Rc;
use units::{ClusterId, Hash, PeerId, SessionId, SortedMap};
use wasm_bindgen::{JsCast, JsValue};

/// The names that `on` takes.
const NAMES: [&str; 19] = [
    "peer_joined",
    "peer_left",
    "connected",
    "disconnected",
    "message",
    "delivered",
    "session",
    "round",
    "block",
    "credits",
    "capsule",
    "borrowing",
    "learning_called_for",
    "nodes_moved",
    "nodes_silent",
    "split",
    "pong",
    "probe",
    "error",
];

/// Handlers of one event: a page that adds one in a loop hears of it before its memory runs out.
const HANDLERS_MAX: usize = 100;

/// Who wants to hear of what.
#[derive(Clone, Default)]
pub(crate) struct Handlers(Rc<RefCell<SortedMap<&'static str, Vec<Function>>>>);

impl Handlers {
    /// Adds a handler; adding it again changes nothing.
    pub(crate) fn add(&self, event: &JsValue, handler: &JsValue) -> Result<(), Failure> {
        let (name, handler) = (name(event)?, function(handler)?);
        let mut all = self.0.borrow_mut();
        let handlers = all.entry(name).or_default();
        if handlers.contains(&handler) {
            return Ok(());
        }
        if handlers.len() >= HANDLERS_MAX {
            let problem = format!("`{name}` has {HANDLERS_MAX} handlers already: take some off");
            return Err(Failure::invalid(problem));
        }
        handlers.push(handler);
        Ok(())
    }

    /// Takes a handler off; taking off what is not there changes nothing.
    pub(crate) fn remove(&self, event: &JsValue, handler: &JsValue) -> Result<(), Failure> {
        let (name, handler) = (name(event)?, function(handler)?);
        if let Some(handlers) = self.0.borrow_mut().get_mut(name) {
            handlers.retain(|it| it != &handler);
        }
        Ok(())
    }

    /// Takes all handlers off.
    pub(crate) fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// Tells whoever wants to hear of `event`.
    pub(crate) fn tell(&self, event: &Event) {
        match event {
            Event::PeerJoined { peer } => self.call("peer_joined", &About { peer_id: *peer }),
            Event::PeerLeft { peer } => self.call("peer_left", &About { peer_id: *peer }),
            Event::Connected { peer } => self.call("connected", &About { peer_id: *peer }),
            Event::Disconnected { peer, end, reason } => {
                self.call("disconnected", &Disconnected { peer_id: *peer, end: *end, reason });
            }
            Event::Message { from, text } => {
                self.call("message", &Message { peer_id: *from, text });
            }
            Event::MessageDelivered { to, id } => {
                self.call("delivered", &Delivered { peer_id: *to, message_id: *id as f64 });
            }
            Event::SessionStarted { session } => {
                self.call(
                    "session",
                    &Session { session_id: *session, running: true, reason: None },
                );
            }
            Event::SessionEnded { session, reason } => {
                let reason = Some(reason.as_str());
                self.call("session", &Session { session_id: *session, running: false, reason });
            }
            Event::Round { session, round, model } => {
                self.call("round", &Round { session_id: *session, round: *round, model: *model });
            }
            Event::Ledger(News::Block { height, name, miner, transactions }) => {
                let (height, block_id, miner_id) = (*height, *name, *miner);
                let block = Block { height, block_id, miner_id, transactions: *transactions };
                self.call("block", &block);
            }
            Event::Ledger(News::Received { amount, height }) => {
                let received = Received { amount: credits(*amount), height: *height };
                self.call("credits", &received);
            }
            Event::Borrowing { cluster, part, offer, loan, reason } => {
                let (node_id, loan) = (*offer, Borrowing::from(*loan));
                let (cluster_id, part) = (cluster, *part);
                let news = BorrowingNews { cluster_id, part, node_id, loan, reason };
                self.call("borrowing", &news);
            }
            Event::LearningCalledFor { peer, cluster, urgency } => {
                let (peer_id, cluster_id) = (*peer, cluster);
                let called = LearningCalledFor { peer_id, cluster_id, urgency: *urgency };
                self.call("learning_called_for", &called);
            }
            Event::NodesMoved { cluster, layer, nodes, host, reason } => {
                let (cluster_id, peer_id) = (cluster, *host);
                let (layer, nodes) = (*layer, *nodes);
                let moved = NodesMoved { cluster_id, layer, nodes, peer_id, reason };
                self.call("nodes_moved", &moved);
            }
            Event::NodesSilent { cluster, nodes } => {
                let silent = NodesSilent { cluster_id: cluster, nodes: *nodes };
                self.call("nodes_silent", &silent);
            }
            Event::SplitTrained { cluster, .. } => {
                self.call("split", &Split { cluster_id: cluster, what: "trained" });
            }
            Event::SplitEnded { cluster } => {
                self.call("split", &Split { cluster_id: cluster, what: "gathered" });
            }
            Event::Pong { peer, round_trip_ms } => {
                self.call("pong", &Pong { peer_id: *peer, round_trip_ms: *round_trip_ms });
            }
            Event::Probe { peer, size_bytes } => {
                self.call("probe", &Probe { peer_id: *peer, size_bytes: *size_bytes });
            }
            other => self.tell_of_problem(other),
        }
    }

    /// Tells of something that failed.
    pub(crate) fn tell_error(&self, failure: &Failure) {
        self.call("error", &Problem { code: &failure.code, message: &failure.message });
    }

    fn tell_of_problem(&self, event: &Event) {
        let (code, message) = match event {
            Event::SignalingLost { reason } => ("signaling_unreachable", reason.clone()),
            Event::SignalingRefused { code, message } => (code.as_str(), message.clone()),
            Event::Refused { peer, reason } => {
                let from =
                    peer.map_or("the room".to_owned(), |peer| format!("peer {}", peer.short()));
                ("refused", format!("something from {from} was refused: {reason}"))
            }
            Event::RecordDamaged { key } => {
                ("record_damaged", format!("record `{key}` was damaged and has been dropped"))
            }
            Event::Problem { code, message } => (code.as_str(), message.clone()),
            _ => return,
        };
        self.tell_error(&Failure { code: code.to_owned(), message });
    }

    /// Whether anybody wants to hear of it.
    pub(crate) fn has(&self, name: &'static str) -> bool {
        self.0.borrow().get(name).is_some_and(|handlers| !handlers.is_empty())
    }

    fn call<T: Serialize>(&self, name: &'static str, detail: &T) {
        if !self.has(name) {
            return;
        }
        self.call_with(name, &to_js(detail));
    }

    /// Calls the handlers of an event with an object.
    pub(crate) fn call_with(&self, name: &'static str, detail: &JsValue) {
        // A handler may add or take off others.
        let handlers = self.0.borrow().get(name).cloned().unwrap_or_default();
        for handler in handlers {
            if let Err(thrown) = handler.call1(&JsValue::UNDEFINED, detail) {
                let what = format!("a handler of `{name}` threw");
                web_sys::console::error_2(&what.into(), &thrown);
            }
        }
    }
}

fn name(event: &JsValue) -> Result<&'static str, Failure> {
    let asked = text(event, "an event's name")?;
    NAMES.into_iter().find(|name| *name == asked).ok_or_else(|| {
        let asked: String = asked.chars().take(40).collect();
        Failure::invalid(format!("there is no event `{asked}`: `{}` are", NAMES.join("`, `")))
    })
}

fn function(handler: &JsValue) -> Result<Function, Failure> {
    handler
        .dyn_ref::<Function>()
        .cloned()
        .ok_or_else(|| Failure::invalid("a handler must be a function"))
}

#[derive(Serialize)]
struct About {
    peer_id: PeerId,
}

#[derive(Serialize)]
struct Disconnected<'a> {
    peer_id: PeerId,
    end: LinkEnd,
    reason: &'a str,
}

#[derive(Serialize)]
struct Message<'a> {
    peer_id: PeerId,
    text: &'a str,
}

#[derive(Serialize)]
struct Delivered {
    peer_id: PeerId,
    message_id: f64,
}

#[derive(Serialize)]
struct Session<'a> {
    session_id: SessionId,
    running: bool,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct Round {
    session_id: SessionId,
    round: u32,
    model: Hash,
}

#[derive(Serialize)]
struct Block {
    height: u32,
    block_id: Hash,
    miner_id: PeerId,
    transactions: u32,
}

#[derive(Serialize)]
struct Received {
    amount: f64,
    height: u32,
}

#[derive(Serialize)]
struct LearningCalledFor<'a> {
    peer_id: PeerId,
    cluster_id: &'a ClusterId,
    urgency: f32,
}

#[derive(Serialize)]
struct NodesMoved<'a> {
    cluster_id: &'a ClusterId,
    layer: u32,
    nodes: u32,
    peer_id: Option<PeerId>,
    reason: &'a str,
}

#[derive(Serialize)]
struct NodesSilent<'a> {
    cluster_id: &'a ClusterId,
    nodes: u32,
}

#[derive(Serialize)]
struct Split<'a> {
    cluster_id: &'a ClusterId,
    what: &'a str,
}

#[derive(Serialize)]
struct Pong {
    peer_id: PeerId,
    round_trip_ms: f64,
}

#[derive(Serialize)]
struct Probe {
    peer_id: PeerId,
    size_bytes: u32,
}

#[derive(Serialize)]
struct Problem<'a> {
    code: &'a str,
    message: &'a str,
}
