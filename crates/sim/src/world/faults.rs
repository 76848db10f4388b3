//! What goes wrong in the world.

use super::World;
use crate::{
    byzantine::{Byzantine, Usurpation},
    network::HostId,
    server::Malice,
};
use std::collections::BTreeMap;

impl World {
    /// Mends the network.
    pub fn heal_network(&mut self) {
        self.note("the network heals");
        self.env.network.heal(&mut self.env.dice);
    }

    /// Makes a path slow and lossy.
    pub fn degrade(&mut self, a: HostId, b: HostId) {
        self.env.network.degrade(a, b, &mut self.env.dice);
    }

    /// Splits the devices; see [`crate::network::Network::partition`].
    pub fn partition(&mut self, sides: BTreeMap<HostId, u32>) {
        self.note(&format!("partition {sides:?}"));
        self.env.network.partition(sides);
    }

    /// Kills the signaling server's process.
    pub fn kill_server(&mut self) {
        self.note("the server dies");
        self.server.kill(&mut self.env);
    }

    /// Starts the signaling server again, honest.
    pub fn restart_server(&mut self) {
        self.note("the server starts");
        self.server.restart();
        self.server.set_malice(Malice::default());
    }

    /// Makes the signaling server wicked, or honest again.
    pub fn set_malice(&mut self, malice: Malice) {
        self.note(&format!("{malice:?}"));
        self.server.set_malice(malice);
    }

    /// Makes a device a member that keeps to no rule, and adds a lie to so many of its messages, 0 to 1.
    pub fn make_byzantine(&mut self, host: HostId, zeal: f64) {
        self.observer.expect_noise();
        self.hosts[host.0].byzantine = Some(Byzantine::new(zeal));
    }

    /// Makes a device a member that tells of records that nobody computed, with more samples than all others.
    pub fn make_forger(&mut self, host: HostId) {
        self.observer.expect_noise();
        self.hosts[host.0].byzantine = Some(Byzantine::forger());
    }

    /// Makes a device a member that tells of a record with a model of its own, which is to take the place of the others'.
    pub fn make_usurper(&mut self, host: HostId, how: Usurpation) {
        self.observer.expect_noise();
        self.hosts[host.0].byzantine = Some(Byzantine::usurper(how, false));
    }

    /// Makes a device such a member that waits until the session is over.
    pub fn make_late_usurper(&mut self, host: HostId, how: Usurpation) {
        self.observer.expect_noise();
        self.hosts[host.0].byzantine = Some(Byzantine::usurper(how, true));
    }

    /// Makes a device a member that names groups of a masked round before those whose turn it is, with keys that nobody has.
    pub fn make_hurrier(&mut self, host: HostId) {
        self.observer.expect_noise();
        self.hosts[host.0].byzantine = Some(Byzantine::hurrier());
    }

    /// Makes a device a member that sends garbage for what nodes give that it carries for others.
    pub fn make_garbler(&mut self, host: HostId) {
        self.observer.expect_noise();
        self.hosts[host.0].byzantine = Some(Byzantine::garbler());
    }

    /// Makes a device a member that signs for nothing of what it borrows.
    pub fn make_silent_borrower(&mut self, host: HostId) {
        self.hosts[host.0].byzantine = Some(Byzantine::silent_borrower());
    }

    /// Makes a device a member that signs for lessons that its lent nodes have not learnt from, as long as its page is open.
    ///
    /// # Panics
    /// If its page is closed.
    pub fn make_lazy_lender(&mut self, host: HostId) {
        let page = self.hosts[host.0].page.as_mut();
        page.expect("its page is open").workbench.be_lazy();
    }

    /// Makes a device a member that floods its room with so many messages for each of its own.
    ///
    /// # Panics
    /// If it is in no room.
    pub fn make_flooder(&mut self, host: HostId, messages: u32) {
        let room = self.hosts[host.0].room.expect("it is in a room");
        self.hosts[host.0].byzantine = Some(Byzantine::flooder(room, messages));
    }

    /// Damages a record of a device whose page is closed.
    pub fn damage(&mut self, id: HostId) {
        let host = &mut self.hosts[id.0];
        assert!(host.page.is_none(), "only the storage of a closed page is damaged");
        if let Some(key) = host.disk.damage(&mut self.env.dice, |_| true) {
            host.storage_failed = true;
            self.note(&format!("host {}: record `{key}` is damaged", id.0));
        }
    }

    /// The part of a device's writes that storage refuses, 0 to 1.
    pub fn set_storage_failures(&mut self, id: HostId, part: f64) {
        self.hosts[id.0].storage_fails = part;
    }
}
