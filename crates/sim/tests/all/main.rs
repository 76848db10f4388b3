//! One program of all tests of this crate: each of its own would be linked with everything it tests.
#![allow(clippy::unwrap_used)]

mod call_for_learning;
mod crash_and_return;
mod devices;
mod endings;
mod half_dies;
mod handshake;
mod hidden_and_asleep;
mod large_room;
mod late_joiner;
mod leader_dies;
mod leaving;
mod ledger;
mod lending;
mod liars;
mod masks;
mod memory;
mod message_delivery;
mod missing_links;
mod names;
mod one_seed_one_history;
mod overlay;
mod partition_and_merge;
mod privacy;
mod recording;
mod shrinking;
mod silent_members;
mod split;
mod stopping;
mod training_together;
mod transcript;
mod usurpers;
mod watching;
mod wicked_member;
mod wicked_server;
mod without_the_server;
