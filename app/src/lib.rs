//! What people see: the pages of the application, drawn by the server first and brought to life by the browser.
//!
//! Components draw a [`peer::View`] and call a [`PeerPort`]; they decide nothing about peers, connections or learning.
//! The browser's entry point puts the real peer behind the port with [`connect_peer`]. On the server there is no peer,
//! and pages are drawn as they are before it has started.
//!
//! Nothing here writes a `style` attribute or an inline script: the content security policy refuses both. Geometry is
//! drawn with SVG attributes and on canvases.

pub mod books;
pub mod compact;
pub mod components;
pub mod devices;
mod dom;
mod dropped;
mod files;
pub mod format;
mod lazy;
pub mod market;
pub mod memories;
pub mod pages;
pub mod picked;
pub mod pixels;
pub mod shown;
pub mod sketch;
pub mod state;

pub use state::{
    builtin::{AvailableSets, BuiltinPart, set_file},
    port::{Market, PeerPort, PortState, Problem, Reply, Settings},
    slot::connect_peer,
};

use crate::compact::Erase;
use components::{notice::PortFailure, theme_toggle::ThemeToggle};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::{Meta, MetaTags, Stylesheet, Title, provide_meta_context};
use leptos_router::{
    ParamSegment, StaticSegment,
    components::{A, Route, Router, Routes},
};
use pages::{landing::LandingPage, memory::MemoryPage, not_found::NotFoundPage, room::RoomPage};
use state::page::provide_page;

/// The document around the application, as the server sends it. The [`AvailableSets`] of the site come as a context.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let sets = use_context::<AvailableSets>().map(|sets| sets.names()).unwrap_or_default();
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name=AvailableSets::META content=sets />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="icon" href="/favicon.ico" sizes="32x32" />
                <link rel="apple-touch-icon" href="/icon-192.png" />
                <link rel="manifest" href="/peerceptron.webmanifest" />
                // Before the first paint, so that a remembered theme does not flash.
                <script src="/theme.js" nonce=use_nonce()></script>
                <script src="/unstarted.js" nonce=use_nonce()></script>
                <AutoReload options=options.clone() />
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
                <noscript>
                    <p class="panic">
                        "This page is an application: it needs JavaScript and WebAssembly."
                    </p>
                </noscript>
            </body>
        </html>
    }
}

/// The application.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_page();

    view! {
        <Stylesheet id="leptos" href="/pkg/peerceptron.css" />
        <Title formatter=|title: String| {
            if title.is_empty() { "Peerceptron".to_owned() } else { format!("{title} · Peerceptron") }
        } />
        <Meta
            name="description"
            content="Any group of web browsers becomes one neural network. Data stays on the device that owns it."
        />
        <Router>
            <a class="skip" href="#content">"Skip to content"</a>
            <header class="site">
                <A href="/" attr:class="brand">
                    <Mark />
                    <span>"Peerceptron"</span>
                </A>
                <nav aria-label="Site">
                    <A href="/memory" attr:class="site-link">"Memory"</A>
                </nav>
                <ThemeToggle />
            </header>
            <PortFailure />
            <Routes fallback=NotFoundPage>
                <Route path=StaticSegment("") view=LandingPage />
                <Route path=StaticSegment("memory") view=MemoryPage />
                <Route path=(StaticSegment("room"), ParamSegment("id")) view=RoomPage />
            </Routes>
        </Router>
    }
    .erased()
}

/// The mark: an accumulator that rises to its threshold and fires.
#[component]
fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
            <path class="mark-threshold" d="M3 9.5H29" />
            <path class="mark-trace" d="M3 26H8V21.5H13V16H19V9.5V26H24V22.5H29" />
            <circle class="mark-fire" cx="19" cy="9.5" r="3.7" />
        </svg>
    }
    .erased()
}
