//! A peer that may still be starting: the class is made at once, its identity is loaded meanwhile.

use browser::{Host, HostError, Options};
use core::cell::RefCell;
use futures::{FutureExt, future::LocalBoxFuture, future::Shared};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// The start of a peer. Clones wait for the same one.
#[derive(Clone)]
pub struct Booting {
    outcome: Shared<LocalBoxFuture<'static, Result<Host, HostError>>>,
    started: Rc<RefCell<Option<Host>>>,
}

impl Booting {
    /// Starts a peer; it goes on whether or not somebody waits.
    pub fn new(options: Options) -> Self {
        let started = Rc::<RefCell<Option<Host>>>::default();
        let keep = started.clone();
        let outcome = async move {
            let host = Host::boot(options).await?;
            *keep.borrow_mut() = Some(host.clone());
            Ok(host)
        };
        let outcome = outcome.boxed_local().shared();
        let driven = outcome.clone();
        spawn_local(async move {
            let _ = driven.await;
        });
        Self { outcome, started }
    }

    /// The peer, once it has started.
    ///
    /// # Errors
    /// Those of [`Host::boot`].
    pub async fn host(&self) -> Result<Host, HostError> {
        self.outcome.clone().await
    }

    /// The peer, if it has started already.
    pub fn started(&self) -> Option<Host> {
        self.started.borrow().clone()
    }
}
