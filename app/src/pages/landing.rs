//! The first page: what this is, and the way in.

use crate::{
    compact::{Erase, entered, live, on},
    components::{
        figures::{RoomFigure, ThresholdFigure},
        invitation::invitation_path,
        notice::CommandProblem,
    },
    state::{command::Command, page::use_page},
};
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_meta::Title;
use leptos_router::{NavigateOptions, components::A, hooks::use_navigate};

/// The landing page.
#[component]
pub fn LandingPage() -> impl IntoView {
    view! {
        <Title text="" />
        <main id="content" class="landing">
            <section class="hero" aria-labelledby="what">
                <div class="hero-words">
                    <h1 id="what">"One neural network, made of browsers"</h1>
                    <p class="lead">
                        "Open a room, send its link, and every device that opens it becomes part of one network that learns from everyone’s data while each row stays on the device that owns it."
                    </p>
                    <CreateRoom />
                    <EnterRoom />
                </div>
                <figure class="hero-figure">
                    <ThresholdFigure />
                    <figcaption>
                        <b>"Fig. 1"</b>
                        " One node. It gathers input until it reaches its threshold, then it fires, and only then does anything travel on. Computed by the rule it shows."
                    </figcaption>
                </figure>
            </section>
            <HowItWorks />
        </main>
    }
    .erased()
}

#[component]
fn CreateRoom() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let navigate = use_navigate();
    let create = move |_| {
        let navigate = navigate.clone();
        command.run(
            |port| port.create_room(),
            move |path| {
                page.place.made(&path);
                navigate(&path, NavigateOptions::default());
            },
        );
    };
    let here = move || {
        page.room
            .get()
            .map(|room| {
                view! {
                    <A href=room.invitation_path.clone() attr:class="text-link">
                        {format!("Go back to room {}", room.id.short())}
                    </A>
                }
            })
            .erased()
    };

    view! {
        <div class="actions">
            <button
                type="button"
                class="button button-strong button-large"
                disabled=live(move || !page.is_ready() || command.is_pending())
                on:click=on(create)
            >
                "Create a room"
            </button>
            {live(here)}
        </div>
        <CommandProblem command />
    }
    .erased()
}

#[component]
fn EnterRoom() -> impl IntoView {
    let command = Command::default();
    let link = RwSignal::new(String::new());
    let navigate = use_navigate();
    let enter = move |event: SubmitEvent| {
        event.prevent_default();
        match invitation_path(&link.get_untracked()) {
            Ok(path) => navigate(&path, NavigateOptions::default()),
            Err(error) => command.refuse("invalid_input", error.to_string()),
        }
    };

    view! {
        <form class="enter" aria-label="Enter a room" on:submit=on(enter)>
            <label class="field">
                <span>"Invitation link"</span>
                <input
                    type="text"
                    inputmode="url"
                    autocomplete="off"
                    spellcheck="false"
                    placeholder="https://…/room/…"
                    prop:value=link
                    on:input=entered(move |value| {
                        link.set(value);
                        command.clear();
                    })
                />
            </label>
            <button type="submit" class="button">
                "Enter the room"
            </button>
        </form>
        <CommandProblem command />
    }
    .erased()
}

#[component]
fn HowItWorks() -> impl IntoView {
    view! {
        <section class="how" aria-labelledby="how">
            <h2 id="how">"How it works"</h2>
            <figure class="how-figure">
                <RoomFigure />
                <figcaption>
                    <b>"Fig. 2"</b>
                    " A room. The server introduces devices to each other and then has no part in what they say. Data stays inside each device; model updates and messages take the solid lines."
                </figcaption>
            </figure>
            <ol class="steps">
                <li>
                    <h3>"Meet"</h3>
                    <p>
                        "The link carries the room’s secret behind its "<code>"#"</code>
                        ", which browsers never send to a server. Devices sign and seal every word of their handshake with it, so the server can neither read nor forge one."
                    </p>
                </li>
                <li>
                    <h3>"Learn"</h3>
                    <p>
                        "Each device trains on its own rows. Nodes learn where they are: errors are fed forward, never back. In every round the devices exchange what they learnt, compressed, and each computes the same new model, bit for bit."
                    </p>
                </li>
                <li>
                    <h3>"Compare"</h3>
                    <p>
                        "Beside the shared network each device trains one alone, with the same effort. On rows that neither has seen, you watch what the group brought you."
                    </p>
                </li>
            </ol>
        </section>
        <section class="promises" aria-labelledby="promises">
            <h2 id="promises">"What you can hold us to"</h2>
            <dl>
                <div>
                    <dt>"Your data stays with you"</dt>
                    <dd>"There is no upload. The server refuses anything but introductions, and "
                        <a href="/metrics" rel="external" class="text-link">
                            "counts what it refused"
                        </a>
                        " where anyone can read it."
                    </dd>
                </div>
                <div>
                    <dt>"The room outlives the server"</dt>
                    <dd>"Once connected, devices go on without it: training, messages, even new connections between devices with a common neighbour."</dd>
                </div>
                <div>
                    <dt>"Nobody sits in between"</dt>
                    <dd>"Connections are encrypted from device to device, and their fingerprints are signed by the devices’ own keys."</dd>
                </div>
                <div>
                    <dt>"One model, provably the same"</dt>
                    <dd>"Every round leaves a record with the hash of its model, signed by its members. Compare it with anyone’s."</dd>
                </div>
                <div>
                    <dt>"Quiet networks"</dt>
                    <dd>"About one node in ten fires at a time. The room shows which, and how many multiplications the silent ones save."</dd>
                </div>
                <div>
                    <dt>"Tabs may close"</dt>
                    <dd>"A device that comes back has its identity, its network and its room, and takes part in the next round."</dd>
                </div>
            </dl>
        </section>
    }
    .erased()
}
