//! Drives [`peer::Engine`] in a browser.
//!
//! [`Host`] is one peer of this page: it carries out what the engine asks for (WebRTC connections, the WebSocket to the
//! signaling server, IndexedDB, a compute worker, one timer) and tells it what happened. It decides nothing itself:
//! whom to connect to, what to store and when a round ends is the engine's business, which the simulator tests.
//!
//! The page's main thread owns connections and storage, because workers have no `RTCPeerConnection`. One dedicated
//! worker, with WebAssembly of its own (the `worker` crate), owns the neural state, so that the page is small and never
//! stalls while it trains.
//!
//! ```no_run
//! # async fn example() -> Result<(), browser::HostError> {
//! let host = browser::Host::boot(browser::Options::new("site")).await?;
//! let secret = host.create_room()?;
//! host.discover().await?;
//! # Ok(())
//! # }
//! ```

mod clock;
mod connection;
mod error;
mod host;
mod js;
mod lock;
mod signaling;
mod storage;
mod timer;
mod worker;

pub use error::HostError;
pub use host::{FoundBlock, Host, LoadedRows, Offers, Options, Settings, check_device};
pub use js::module_url;
pub use worker::WorkerScript;
