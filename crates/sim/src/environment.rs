//! What all models of the world share: time, chance, the network and the trace.

use crate::{
    dice::Dice,
    fabric::FabricEvent,
    network::{Life, Network},
    schedule::Schedule,
    server::ServerEvent,
    trace::Trace,
};
use core::time::Duration;
use peer::Input;
use units::Instant;

/// Something that will happen in the world.
#[derive(Debug)]
pub(crate) enum Happening {
    /// An input reaches a peer.
    Input(Life, Input),
    /// The deadline that a peer's engine named; `token` tells it from older ones.
    Deadline {
        /// Whose.
        life: Life,
        /// Which.
        token: u64,
    },
    /// A write reaches the disk.
    Written {
        /// Whose.
        life: Life,
        /// Which.
        write: u64,
    },
    /// In the model of peer connections.
    Fabric(FabricEvent),
    /// In the model of the signaling server.
    Server(ServerEvent),
}

/// Time, chance, the network and the trace.
#[derive(Debug)]
pub(crate) struct Environment {
    /// What will happen.
    pub(crate) schedule: Schedule<Happening>,
    /// Chance.
    pub(crate) dice: Dice,
    /// Who reaches whom.
    pub(crate) network: Network,
    /// What happened.
    pub(crate) trace: Trace,
}

impl Environment {
    /// The time.
    pub(crate) fn now(&self) -> Instant {
        self.schedule.now()
    }

    /// Enters something after `delay`.
    pub(crate) fn after(&mut self, delay: Duration, what: Happening) {
        self.schedule.after(delay, what);
    }
}
