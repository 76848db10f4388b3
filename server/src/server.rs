//! One server: what all its requests share.

use crate::{
    metrics::Metrics,
    signaling::{
        SignalingConfig,
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
    /// Whether it lives, and how many connections it has.
    pub lifecycle: Lifecycle,
}

/// Whether the server is up, and the signaling sockets that are open.
pub struct Lifecycle {
    stopping: watch::Sender<bool>,
    sockets: watch::Sender<usize>,
    sockets_max: usize,
    metrics: Arc<Metrics>,
}

/// A socket's place among those that the server takes; given up when dropped.
pub(crate) struct Place {
    sockets: watch::Sender<usize>,
    metrics: Arc<Metrics>,
    /// The server is full: the socket is only told so.
    pub(crate) surplus: bool,
}

/// So many sockets beyond the limit are opened only to be told, in words that a browser's page can read, that the
/// server is full. Beyond those the answer is a bare 503.
const SURPLUS_SOCKETS_MAX: usize = 64;

impl Server {
    /// A server with rooms in its own memory.
    pub fn new(config: SignalingConfig) -> Arc<Self> {
        let metrics = Arc::new(Metrics::new());
        let rooms = Box::new(LocalRooms::new(metrics.clone()));
        let lifecycle = Lifecycle {
            stopping: watch::Sender::new(false),
            sockets: watch::Sender::new(0),
            sockets_max: config.sockets_max,
            metrics: metrics.clone(),
        };
        Arc::new(Self { config, metrics, rooms, lifecycle })
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

    /// Waits until no signaling socket is open.
    pub async fn all_sockets_closed(&self) {
        let mut sockets = self.sockets.subscribe();
        let _ = sockets.wait_for(|open| *open == 0).await;
    }

    /// A place for one more socket; none if the server is going or far beyond its limit.
    pub(crate) fn take_place(&self) -> Option<Place> {
        if self.is_stopping() {
            return None;
        }
        let mut open_before = 0;
        let taken = self.sockets.send_if_modified(|open| {
            open_before = *open;
            let fits = *open < self.sockets_max + SURPLUS_SOCKETS_MAX;
            *open += usize::from(fits);
            self.metrics.sockets(*open);
            fits
        });
        taken.then(|| {
            let surplus = open_before >= self.sockets_max;
            Place { sockets: self.sockets.clone(), metrics: self.metrics.clone(), surplus }
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.sockets.send_modify(|open| {
            *open -= 1;
            self.metrics.sockets(*open);
        });
    }
}
