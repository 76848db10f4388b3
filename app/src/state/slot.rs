//! Where the browser's entry point and the drawn page meet.
//!
//! A page has one peer and one thread, so both sides meet in a thread-local. On the server nothing ever touches it.

use super::{
    page::{Page, Status},
    port::{PeerPort, PortState},
    sentences::sentence,
    settings,
};
use leptos::prelude::*;
use peer::Event;
use std::{cell::RefCell, rc::Rc};

#[derive(Default)]
struct Slot {
    state: PortState,
    page: Option<Page>,
}

thread_local! {
    static SLOT: RefCell<Slot> = RefCell::default();
}

/// Puts a peer behind the page, or says why there is none. May be called before or after hydration; the newest counts.
pub fn connect_peer(state: PortState) {
    SLOT.with_borrow_mut(|slot| slot.state = state.clone());
    if let PortState::Ready(port) = &state {
        listen(port);
    }
    if let Some(page) = current_page() {
        apply(page, &state);
    }
}

/// The peer behind the page, once it has started.
pub fn port() -> Option<Rc<dyn PeerPort>> {
    SLOT.with_borrow(|slot| match &slot.state {
        PortState::Ready(port) => Some(port.clone()),
        _ => None,
    })
}

pub(super) fn mount_page(page: Page) {
    let state = SLOT.with_borrow_mut(|slot| {
        slot.page = Some(page);
        slot.state.clone()
    });
    apply(page, &state);
}

pub(super) fn unmount_page() {
    SLOT.with_borrow_mut(|slot| slot.page = None);
}

fn current_page() -> Option<Page> {
    SLOT.with_borrow(|slot| slot.page)
}

fn apply(page: Page, state: &PortState) {
    let status = match state {
        PortState::Starting => Status::Starting,
        PortState::Failed(problem) => Status::Failed(problem.clone()),
        PortState::Ready(port) => {
            page.set_view(port.view());
            settings::share_all(&**port);
            Status::Ready
        }
    };
    page.status.set(status);
}

fn listen(port: &Rc<dyn PeerPort>) {
    let source = Rc::downgrade(port);
    // A peer that another has replaced is no longer listened to.
    let current = move || source.upgrade().filter(port_is).zip(current_page());
    let on_change = current.clone();
    port.on_change(Box::new(move || {
        if let Some((port, page)) = on_change() {
            page.set_view(port.view());
        }
    }));
    port.on_event(Box::new(move |event| {
        if let Some((_, page)) = current() {
            note(page, event);
        }
    }));
}

fn port_is(candidate: &Rc<dyn PeerPort>) -> bool {
    port().is_some_and(|port| Rc::ptr_eq(&port, candidate))
}

/// News of one kind that wait for somebody to read them.
const UNREAD_MAX: usize = 256;

fn note(page: Page, event: &Event) {
    if matches!(event, Event::Round { .. }) {
        page.rounds_finished.update(|rounds| *rounds += 1);
    }
    let news = match event {
        Event::Memory(news) => Some((page.memory_news, news)),
        Event::Devices(news) => Some((page.device_news, news)),
        _ => None,
    };
    if let Some((unread, news)) = news {
        unread.update(|unread| {
            // Nobody may be there to read them.
            unread.truncate(UNREAD_MAX - 1);
            unread.push(news.clone());
        });
    }
    if let Event::Setting { name, value } = event {
        settings::take(page, name, value);
    }
    if let Some(sentence) = sentence(event, |peer| page.name_now(peer)) {
        page.log.add(sentence);
    }
}
