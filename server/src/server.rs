//! One server: what all its requests share.

use crate::{
    metrics::Metrics,
    signaling::{
        SignalingConfig,
        places::Places,
        rooms::{LocalRooms, RoomTable},
    },
};
use std::sync::Arc;
use tokio::sync::watch;

/// One server's state. Everything in it is behind its own lock; nothing is global.
pub struct Server {
    /// What the operator decided.
    pub config: SignalingConfig,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Who is where.
    pub rooms: Box<dyn RoomTable>,
    /// Who may open a socket.
    pub places: Arc<Places>,
    /// Whether it lives.
    pub lifecycle: Lifecycle,
}

/// Whether the server is up.
#[derive(Default)]
pub struct Lifecycle {
    stopping: watch::Sender<bool>,
}

impl Server {
    /// A server with rooms in its own memory.
    pub fn new(config: SignalingConfig) -> Arc<Self> {
        let metrics = Arc::new(Metrics::new());
        let rooms = Box::new(LocalRooms::new(config.room_peers_max, metrics.clone()));
        let places =
            Places::new(config.sockets_max, config.sockets_per_address_max, metrics.clone());
        Arc::new(Self { config, metrics, rooms, places, lifecycle: Lifecycle::default() })
    }
}

impl Lifecycle {
    /// Says to all that the server is going: `/readyz` turns 503 and every socket is told and closed.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Whether [`Lifecycle::stop`] was called.
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// A watch that turns true when the server is going.
    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }
}
