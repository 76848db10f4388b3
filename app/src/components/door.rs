//! The door to what few people open: only the door is part of the page that people wait for; see [`crate::lazy`].

use crate::{
    compact::{Shown, follow, live, on},
    lazy::{self, Coming},
};
use core::{future::Future, pin::Pin};
use leptos::{prelude::*, task::spawn_local};

/// A door, and what is behind it.
pub struct Door {
    /// The title's id, by which the panel is named.
    pub id: &'static str,
    /// What is behind it.
    pub title: &'static str,
    /// What the button says that opens it.
    pub button: &'static str,
    /// How things stand, for those who do not open it.
    pub standing: Box<dyn Fn() -> String + Send + Sync>,
    /// Whether there is anything behind it.
    pub can_open: fn() -> bool,
    /// Brings what is behind it.
    pub(crate) open: fn() -> Coming,
    /// Brings its module before anybody asks for it, because the server that has it may go.
    pub prepare: fn() -> Pin<Box<dyn Future<Output = ()>>>,
    /// Whether it is open without that somebody opens it.
    pub opens_itself: Option<fn() -> bool>,
}

impl Door {
    /// Its view, to be put into a panel.
    pub fn view(self) -> AnyView {
        let Self { id, title, button, standing, can_open, open, prepare, opens_itself } = self;
        let is_open = RwSignal::new(false);
        // It is asked within what the page provides.
        let can_open = Memo::new(move |_| can_open());
        follow(move || {
            if can_open.get() {
                spawn_local(prepare());
            }
        });
        if let Some(opens_itself) = opens_itself {
            let opens = Memo::new(move |_| can_open.get() && opens_itself());
            follow(move || {
                if opens.get() {
                    is_open.set(true);
                }
            });
        }
        view! {
            <h2 id=id>{title}</h2>
            <p class="door-standing">{live(standing)}</p>
            <Shown when=move || !is_open.get()>
                <p>
                    <button
                        type="button"
                        class="button button-quiet"
                        disabled=live(move || !can_open.get())
                        on:click=on(move |_| is_open.set(true))
                    >
                        {button}
                    </button>
                </p>
            </Shown>
            {live(move || is_open.get().then(|| lazy::place(open())))}
        }
        .into_any()
    }
}

/// Whether the room's ledger is here.
pub fn has_ledger() -> bool {
    let page = crate::state::page::use_page();
    page.is_ready() && page.select(|view| view.ledger.is_some()).get()
}
