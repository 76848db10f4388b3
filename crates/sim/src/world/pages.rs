//! Pages open, close, stand still and go on.

use super::{EPOCH_MS, World};
use crate::{host::Page, network::HostId, recording::Recording, server::SERVER_URL};
use core::time::Duration;
use memory::keeper::Keeper;
use peer::{Config, Engine, Input, Workbench};
use protocol::signaling::Capability;
use units::{Instant, UnixMillis};

impl World {
    /// Opens the page on a device, with whatever its storage holds.
    pub fn boot(&mut self, id: HostId) {
        let now = self.now();
        let entropy = self.env.dice.bytes();
        let host = &mut self.hosts[id.0];
        assert!(host.page.is_none(), "{id:?} has an open page");
        host.lives += 1;
        host.booted_at = now;
        host.settled = false;
        let records = host.disk.records();
        let has_identity = records.iter().any(|record| record.key == "identity");
        let config = Config {
            entropy,
            started_at: UnixMillis(EPOCH_MS + host.skew_ms + now.as_micros() / 1_000),
            capability: Capability {
                device_name: format!("device {}", id.0),
                logical_cores: 2,
                samples_per_second: 0,
                nodes_for_others: 0,
            },
            signaling_url: Some(SERVER_URL.to_owned()),
            connect: host.connect,
            ledger: self.config.ledger,
            records,
            limits: self.config.limits,
        };
        let recording = self.records_engines.then(|| Recording::new(config.clone()));
        let engine = Engine::new(config, Instant::ZERO);
        let peer = engine.me();
        assert!(
            !has_identity || host.storage_failed || host.peer == Some(peer),
            "{id:?} came back as somebody else"
        );
        host.peer = Some(peer);
        host.page = Some(Page {
            engine,
            workbench: Workbench::new(),
            memory: Keeper::new(host.memory.clone()),
            busy_until: now,
            deadline: None,
            deadline_token: 0,
            suspended: None,
            timer_grain: Duration::ZERO,
            timeouts: (0, now),
            recording,
        });
        let life = host.lives;
        self.note(&format!("host {} boots as {}, life {life}", id.0, peer.short()));
        self.drain(id);
        self.observer.booted(&self.hosts, id);
    }

    /// Writes down what the engines of pages that are opened from here on are told.
    pub fn record_engines(&mut self) {
        self.records_engines = true;
    }

    /// What the engines of open pages have been told since [`Self::record_engines`].
    pub fn take_recordings(&mut self) -> Vec<Recording> {
        let pages = self.hosts.iter_mut().filter_map(|host| host.page.as_mut());
        pages.filter_map(|page| page.recording.take()).collect()
    }

    /// The page on a device is gone, with or without a goodbye to others.
    pub fn crash(&mut self, id: HostId, goodbye: bool) {
        self.note(&format!("host {} crashes", id.0));
        let now = self.now();
        let life = self.life(id);
        let host = &mut self.hosts[id.0];
        host.page = None;
        host.crashes.push(now);
        host.disk.crash(&mut self.env.dice);
        self.fabric.crash(&mut self.env, life, goodbye);
        self.server.crash(&mut self.env, life);
    }

    /// The page is hidden: from its next deadline on, its timers fire at whole multiples of `timer_grain` only, as browsers
    /// make them. What others send arrives as before.
    pub fn hide(&mut self, id: HostId, timer_grain: Duration) {
        self.note(&format!("host {} is hidden, timers every {timer_grain:?}", id.0));
        if let Some(page) = &mut self.hosts[id.0].page {
            page.timer_grain = timer_grain;
        }
    }

    /// The tab's timers and inputs stop.
    pub fn suspend(&mut self, id: HostId) {
        self.note(&format!("host {} is suspended", id.0));
        if let Some(page) = &mut self.hosts[id.0].page {
            page.suspended.get_or_insert_default();
        }
    }

    /// The tab goes on: all that waited arrives.
    pub fn resume(&mut self, id: HostId) {
        let page = self.hosts[id.0].page.as_mut();
        let Some(inputs) = page.and_then(|page| page.suspended.take()) else {
            return;
        };
        self.note(&format!("host {} goes on", id.0));
        for input in inputs {
            self.feed(id, input);
        }
        self.feed(id, Input::Timeout);
    }

    /// Whether a tab is suspended.
    pub fn is_suspended(&self, id: HostId) -> bool {
        self.hosts[id.0].page.as_ref().is_some_and(|page| page.suspended.is_some())
    }

    /// Does something with a device's engine; `None` if its page is closed or its tab suspended.
    pub fn command<R>(
        &mut self,
        id: HostId,
        command: impl FnOnce(&mut Engine, Instant) -> R,
    ) -> Option<R> {
        let now = self.local_now(id);
        let page = self.hosts[id.0].page.as_mut()?;
        if page.suspended.is_some() {
            return None;
        }
        let result = command(&mut page.engine, now);
        self.drain(id);
        Some(result)
    }

    pub(super) fn arrive(&mut self, id: HostId, input: Input) {
        match &mut self.hosts[id.0].page {
            Some(Page { suspended: Some(waiting), .. }) => waiting.push(input),
            Some(_) => self.feed(id, input),
            None => {}
        }
    }
}
