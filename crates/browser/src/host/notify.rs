//! Who wants to know what happens.
//!
//! Events are handed out when the stack is empty, and changes at most once an animation frame: a handler may give any
//! command without meeting the engine in the middle of another.

use super::Dispatch;
use crate::clock::window;
use core::cell::{Cell, RefCell};
use peer::Event;
use std::{collections::VecDeque, rc::Rc};
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::spawn_local;

/// Hidden pages have no animation frames, and a page may be hidden while it waits for one.
const WITHOUT_FRAMES_MS: i32 = 250;

/// Events of the start that are kept for those who subscribe right after it.
const FIRST_EVENTS_MAX: usize = 64;

type OnChange = RefCell<dyn FnMut()>;
type OnEvent = RefCell<dyn FnMut(&Event)>;

pub(super) struct Notifier {
    change_handlers: RefCell<Vec<Rc<OnChange>>>,
    event_handlers: RefCell<Vec<Rc<OnEvent>>>,
    first_events: RefCell<Vec<Event>>,
    is_starting: Cell<bool>,
    events: RefCell<VecDeque<Event>>,
    dispatch: Dispatch,
    frame: Closure<dyn FnMut()>,
    scheduled: Cell<Option<Scheduled>>,
}

/// Whichever comes first counts.
#[derive(Clone, Copy)]
struct Scheduled {
    frame: i32,
    timeout: i32,
}

impl Notifier {
    pub(super) fn new(dispatch: Dispatch) -> Self {
        let due = dispatch.clone();
        Self {
            change_handlers: RefCell::default(),
            event_handlers: RefCell::default(),
            first_events: RefCell::default(),
            is_starting: Cell::new(true),
            events: RefCell::default(),
            dispatch,
            frame: Closure::new(move || due.notify(Self::tell_of_changes)),
            scheduled: Cell::new(None),
        }
    }

    /// From here on events are no longer kept for those who subscribe late.
    pub(super) fn started(&self) {
        self.is_starting.set(false);
    }

    pub(super) fn on_change(&self, handler: impl FnMut() + 'static) {
        self.change_handlers.borrow_mut().push(Rc::new(RefCell::new(handler)));
        self.changed();
    }

    pub(super) fn on_event(&self, handler: impl FnMut(&Event) + 'static) {
        let handler: Rc<OnEvent> = Rc::new(RefCell::new(handler));
        let first = self.first_events.borrow().clone();
        self.event_handlers.borrow_mut().push(handler.clone());
        spawn_local(async move {
            for event in first {
                (handler.borrow_mut())(&event);
            }
        });
    }

    /// An event for all handlers, as soon as the stack is empty.
    pub(super) fn event(&self, event: Event) {
        if self.is_starting.get() {
            let mut first = self.first_events.borrow_mut();
            if first.len() < FIRST_EVENTS_MAX {
                first.push(event);
            }
            return;
        }
        self.events.borrow_mut().push_back(event);
        if self.events.borrow().len() == 1 {
            let dispatch = self.dispatch.clone();
            spawn_local(async move { dispatch.notify(Self::hand_out_events) });
        }
    }

    /// Tells of a change at the next animation frame.
    pub(super) fn changed(&self) {
        if self.scheduled.get().is_some() || self.change_handlers.borrow().is_empty() {
            return;
        }
        let callback = self.frame.as_ref().unchecked_ref();
        let frame = window().request_animation_frame(callback);
        let timeout = window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(callback, WITHOUT_FRAMES_MS);
        if let (Ok(frame), Ok(timeout)) = (frame, timeout) {
            self.scheduled.set(Some(Scheduled { frame, timeout }));
        }
    }

    /// No handler is called any more.
    pub(super) fn close(&self) {
        self.unschedule();
        self.change_handlers.borrow_mut().clear();
        self.event_handlers.borrow_mut().clear();
        self.events.borrow_mut().clear();
    }

    fn unschedule(&self) {
        if let Some(Scheduled { frame, timeout }) = self.scheduled.take() {
            // Cancelling what has happened is nothing.
            let _ = window().cancel_animation_frame(frame);
            window().clear_timeout_with_handle(timeout);
        }
    }

    fn tell_of_changes(&self) {
        self.unschedule();
        // A handler may add others.
        let handlers = self.change_handlers.borrow().clone();
        for handler in handlers {
            (handler.borrow_mut())();
        }
    }

    fn hand_out_events(&self) {
        // A handler may cause further events: they follow, in order.
        loop {
            let Some(event) = self.events.borrow().front().cloned() else { return };
            let handlers = self.event_handlers.borrow().clone();
            for handler in handlers {
                (handler.borrow_mut())(&event);
            }
            self.events.borrow_mut().pop_front();
        }
    }
}
