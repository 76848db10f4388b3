//! Direct messages.

use crate::{
    compact::{Each, Erase, Shown, entered, follow, live, on},
    components::{
        characters_left::{CharactersLeft, Room},
        notice::CommandProblem,
        peer_options::PeerOptions,
    },
    dom,
    state::{command::Command, page::use_page},
};
use leptos::{ev::SubmitEvent, html::Ol, prelude::*};
use peer::MessageView;
use protocol::limits::TEXT_BYTES_MAX;
use units::PeerId;

/// What names a message: its writer, its receiver (or everyone) and its number.
type MessageKey = (PeerId, Option<PeerId>, u64);

fn key(message: &MessageView) -> MessageKey {
    (message.from, message.to, message.id)
}

/// The conversation and the form to write.
#[component]
pub fn Messages() -> impl IntoView {
    let page = use_page();
    let keys = Memo::new(move |_| {
        page.messages.with(|messages| messages.iter().map(key).collect::<Vec<_>>())
    });
    let list = NodeRef::<Ol>::new();
    // The newest message is in view.
    follow(move || {
        keys.track();
        if let Some(list) = list.get() {
            list.set_scroll_top(list.scroll_height());
        }
    });

    view! {
        <section class="panel messages" aria-label="Messages">
            <h2>"Messages"</h2>
            <ol
                class="conversation"
                aria-label="Conversation"
                aria-live="polite"
                tabindex="0"
                node_ref=list
                hidden=live(move || keys.with(Vec::is_empty))
            >
                <Each each=move || keys.get() key=|key| *key let(key)>
                    <Message which=key />
                </Each>
            </ol>
            <Shown when=move || keys.with(Vec::is_empty)>
                <p class="empty">"Messages go from device to device and are kept on both."</p>
            </Shown>
            <Compose />
        </section>
    }
    .erased()
}

#[component]
fn Message(
    /// Which.
    which: MessageKey,
) -> impl IntoView {
    let page = use_page();
    let message = page.messages.with_untracked(|messages| {
        messages.iter().find(|message| key(message) == which).cloned()
    })?;
    let delivered = Memo::new(move |_| {
        page.messages.with(|messages| {
            messages.iter().any(|message| key(message) == which && message.delivered)
        })
    });
    let (from, to, _) = which;
    let own = page.me.get_untracked() == Some(from);
    let known_as = message.name;
    let head = move || match own {
        true => match to {
            Some(to) => format!("You to {}", page.name_or(to, &known_as)),
            None => "You to everyone".to_owned(),
        },
        false => page.name_or(from, &known_as),
    };
    let mark = move || own.then(|| if delivered.get() { "delivered" } else { "on its way" });

    Some(view! {
        <li class=if own { "message message-own" } else { "message" }>
            <p class="message-head">
                <bdi>{live(head)}</bdi>
                <time>{dom::time_of(message.at.0 as f64)}</time>
            </p>
            <p class="message-text">{message.text}</p>
            <p class="message-mark">{live(mark)}</p>
        </li>
    })
}

/// Whether there is something in a text, and not too much.
pub fn can_be_sent(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && !Room::by_bytes(text, TEXT_BYTES_MAX).is_exceeded()
}

#[component]
fn Compose() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let text = RwSignal::new(String::new());
    let to = RwSignal::new(None::<PeerId>);
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let written = text.get_untracked().trim().to_owned();
        // Enter sends, too.
        if !can_be_sent(&written) {
            return;
        }
        let receiver = to.get_untracked();
        command.run(
            move |port| port.send_text(receiver, written),
            move |_| {
                let _ = text.try_set(String::new());
            },
        );
    };

    view! {
        <form class="compose" on:submit=on(send)>
            <label class="field">
                <span>"To"</span>
                <select on:change=entered(move |value| to.set(value.parse().ok()))>
                    <option value="">"Everyone"</option>
                    <PeerOptions chosen=to />
                </select>
            </label>
            <label class="field field-wide">
                <span>"Message"</span>
                <input
                    type="text"
                    autocomplete="off"
                    prop:value=text
                    on:input=entered(move |value| text.set(value))
                />
            </label>
            <button
                type="submit"
                class="button"
                disabled=live(move || {
                    page.connected.get() == 0 || command.is_pending() || !can_be_sent(&text.read())
                })
            >
                "Send"
            </button>
            <CharactersLeft room=Signal::derive(move || Room::by_bytes(text.read().trim(), TEXT_BYTES_MAX)) />
            <CommandProblem command />
        </form>
    }
    .erased()
}
