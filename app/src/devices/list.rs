//! Which devices belong together.

use super::{asked::Desk, pairing::shown};
use crate::{
    compact::{CollectAny, Erase, live, on},
    components::{door::has_ledger, notice::CommandProblem},
    dom,
    state::command::Command,
};
use leptos::prelude::*;
use person::Device;

/// All of them, and a way to take one out.
#[component]
pub fn DeviceList(
    /// What the panel shares.
    desk: Desk,
) -> impl IntoView {
    let command = Command::default();
    let asks = RwSignal::new(None);
    let has_books = Memo::new(|_| has_ledger());
    let item = move |device: &Device| {
        let peer = device.peer;
        let name = shown(&device.name);
        let standing = match (device.revoked, device.is_this, device.is_near) {
            (Some(_), _, _) => "taken out",
            (_, true, _) => "this device",
            (_, _, true) => "connected, in step",
            _ => "away",
        };
        let is_out = device.revoked.is_some();
        let may_leave = !is_out && !device.is_this;
        let permit = device.permit.filter(|_| is_out);
        let label = format!("Take {name} out…");
        let question = format!(
            "Take {name} out for good? It keeps what it has now, and gets nothing new: there will be a new key for the others."
        );
        let asked = move |_| {
            asks.set(Some(peer));
            dom::focus_soon(".devices-sure .button-quiet".to_owned());
        };
        let over = move || {
            asks.set(None);
            dom::focus_soon("#devices-list".to_owned());
        };
        let confirm = move |_| {
            over();
            desk.take_out(command, peer, has_books.get_untracked());
        };
        view! {
            <li class="devices-device" data-standing=standing data-out=is_out.to_string()>
                <span class="devices-name">{name}</span>
                <span class="hint">{standing}</span>
                {may_leave
                    .then(|| view! {
                        <button type="button" class="button button-quiet" on:click=on(asked)>
                            {label}
                        </button>
                    }.into_any())}
                {live(move || {
                    permit
                        .filter(|_| has_books.get() && !desk.ordered.with(|it| it.contains(&peer)))
                        .map(|permit| view! {
                            <button type="button" class="button button-quiet" on:click=on(move |_| desk.revoke(command, peer, permit))>
                                "Revoke it in this room’s books"
                            </button>
                        }.into_any())
                })}
                {live(move || {
                    let is_ordered = desk.ordered.with(|it| it.contains(&peer));
                    is_ordered.then(|| view! {
                        <span class="hint" role="status">
                            "This room’s books take no orders of it from the next page on."
                        </span>
                    }.into_any())
                })}
                {live(move || {
                    (asks.get() == Some(peer))
                        .then(|| view! {
                            <div class="devices-sure" role="group" aria-label="Are you sure?">
                                <p>{question.clone()}</p>
                                <div class="fields-row">
                                    <button type="button" class="button button-strong" on:click=on(confirm)>"Take it out"</button>
                                    <button type="button" class="button button-quiet" on:click=on(move |_| over())>
                                        "Keep it"
                                    </button>
                                </div>
                            </div>
                        }.into_any())
                })}
            </li>
        }
        .erased()
    };
    view! {
        <div class="devices-list">
            <h3 id="devices-list" tabindex="-1">"Devices that belong together"</h3>
            {live(move || {
                desk.devices.with(Vec::is_empty).then(|| view! { <p class="hint">"Only this one so far."</p> }.into_any())
            })}
            <ul aria-labelledby="devices-list">
                {live(move || desk.devices.with(|devices| devices.iter().map(item).collect_any()))}
            </ul>
            <CommandProblem command />
        </div>
    }
    .erased()
}
