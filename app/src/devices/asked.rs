//! Questions about this person's devices, and how a pairing goes on.

use crate::{
    compact::follow,
    memories::asked::ask,
    state::{command::Command, page::use_page},
};
use ledger::Action;
use leptos::prelude::*;
use memory::call::{Call, Reply};
use peer::BooksCall;
use person::{Device, News};
use protocol::identity::Signature;
use units::PeerId;

/// How far a pairing has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Stage {
    /// None is under way.
    #[default]
    Rest,
    /// A link is shown: what it holds.
    Offered(String),
    /// A link was followed, and the device that shows it is not here yet.
    Knocking,
    /// Both devices show this number.
    Compare {
        /// The other one's name.
        name: String,
        /// Below a million.
        number: u32,
        /// Whether somebody has said here that it is the same.
        said_yes: bool,
    },
    /// It is done.
    Paired {
        /// The other one's name.
        name: String,
    },
    /// It did not come about.
    Failed {
        /// Why, with the way out.
        reason: String,
    },
    /// Another device has taken this one out.
    TakenOut,
}

/// What all parts of the panel share.
#[derive(Clone, Copy)]
pub struct Desk {
    /// All that belong, and those that were taken out.
    pub devices: RwSignal<Vec<Device>>,
    /// How far a pairing has come.
    pub stage: RwSignal<Stage>,
    /// Refusals of what the pairing asks.
    pub command: Command,
    /// Devices that this room's books were told of, in this life of the page.
    pub ordered: RwSignal<Vec<PeerId>>,
    changes: RwSignal<u32>,
}

impl Desk {
    pub(super) fn new() -> Self {
        let desk = Self {
            devices: RwSignal::default(),
            stage: RwSignal::default(),
            command: Command::default(),
            ordered: RwSignal::default(),
            changes: RwSignal::new(0),
        };
        let page = use_page();
        follow(move || {
            if page.device_news.with(Vec::is_empty) {
                return;
            }
            let mut news = Vec::new();
            // Not noticed by this closure itself, or it would come again.
            page.device_news.update_untracked(|unread| {
                news = unread.drain(..).filter_map(|it| News::decode_all(&it).ok()).collect();
            });
            news.into_iter().flatten().for_each(|it| desk.take(it));
        });
        // Who is near has changed, or who belongs.
        let peers = page.peers;
        follow(move || {
            let _ = (desk.changes.get(), peers.with(|peers| peers.len()));
            let taken = move |reply| {
                if let Reply::Devices(devices) = reply {
                    let _ = desk.devices.try_set(devices);
                }
            };
            ask(Command::default(), Call::Devices, taken);
        });
        desk
    }

    fn take(self, news: News) {
        match news {
            News::Number { name, number, .. } => {
                self.stage.set(Stage::Compare { name, number, said_yes: false });
            }
            News::Paired { name, .. } => self.stage.set(Stage::Paired { name }),
            News::NotPaired { reason } => self.stage.set(Stage::Failed { reason }),
            News::TakenOut => self.stage.set(Stage::TakenOut),
            News::Devices => self.changes.update(|changes| *changes += 1),
            News::TheyAgree | News::Setting { .. } => {}
        }
    }

    /// Has the room's books say that a device is lost.
    pub fn revoke(self, command: Command, device: PeerId, permit: Signature) {
        let call = BooksCall::Order(Box::new(Action::Revoke { device, permit }));
        let ordered = move |_| {
            let _ = self.ordered.try_update(|ordered| ordered.push(device));
        };
        command.run(move |port| port.ask_books(call), ordered);
    }

    /// Takes a device out, and revokes it in the books of this room, if it has some.
    pub fn take_out(self, command: Command, peer: PeerId, has_books: bool) {
        ask(command, Call::TakeOut(peer), move |reply| {
            let Reply::Devices(devices) = reply else { return };
            let permit = devices.iter().find(|it| it.peer == peer).and_then(|it| it.permit);
            let _ = (self.devices.try_set(devices), self.stage.try_set(Stage::Rest));
            if has_books && let Some(permit) = permit {
                self.revoke(command, peer, permit);
            }
        });
    }
}
