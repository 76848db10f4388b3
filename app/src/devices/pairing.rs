//! Pairing two devices: a link, a number, a yes on both.

use super::{
    asked::{Desk, Stage},
    qr,
};
use crate::{
    compact::{Erase, live, on},
    components::notice::{CommandProblem, alert},
    dom,
    memories::asked::ask,
    state::{page::use_page, port::Problem},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::A;
use memory::call::{Call, Reply};

/// What is to be done next.
#[component]
pub fn Pairing(
    /// What the panel shares.
    desk: Desk,
) -> impl IntoView {
    let page = use_page();
    let is_in_room = Memo::new(move |_| page.room.with(Option::is_some));
    view! {
        <div class="devices-pairing">
            <h3 id="devices-pair" tabindex="-1">"Pair another device"</h3>
            {live(move || {
                // Where there is none, pairing begins with one.
                let _ = is_in_room.get();
                // A link that cannot be followed is told of below.
                let is_refused = desk.command.problem().is_some();
                match desk.stage.get() {
                    Stage::Knocking if is_refused => step(desk, Stage::Rest),
                    stage => step(desk, stage),
                }
            })}
            <CommandProblem command=desk.command />
        </div>
    }
    .erased()
}

/// The button that was pressed goes: what comes in its stead follows the title.
fn moved_on() {
    dom::focus_soon("#devices-pair".to_owned());
}

fn step(desk: Desk, stage: Stage) -> AnyView {
    match stage {
        Stage::Rest => begin(desk),
        Stage::Offered(invitation) => offered(desk, &invitation),
        Stage::Knocking => view! {
            <p role="status">"Looking for the device that shows the link…"</p>
            {give_up(desk, "Cancel")}
        }
        .into_any(),
        Stage::Compare { name, number, said_yes } => compare(desk, name, number, said_yes),
        Stage::Paired { name } => view! {
            <p class="devices-done" role="status">
                {format!("Paired with {}. Notes, models and settings come over by themselves.", shown(&name))}
            </p>
            {begin(desk)}
        }
        .into_any(),
        Stage::Failed { reason } => {
            let problem = Problem { code: "not_paired".to_owned(), message: reason };
            view! { {alert(problem)} {begin(desk)} }.into_any()
        }
        Stage::TakenOut => {
            let message = "another device of yours has taken this one out: it keeps what it has, and gets nothing new".to_owned();
            let problem = Problem { code: "taken_out".to_owned(), message };
            view! { {alert(problem)} {begin(desk)} }.into_any()
        }
    }
}

/// A link is to be shown, or to be followed.
fn begin(desk: Desk) -> AnyView {
    let page = use_page();
    let follow_link = move |_| {
        let Some(invitation) = page.pairing.get_untracked() else { return };
        moved_on();
        desk.stage.set(Stage::Knocking);
        ask(desk.command, Call::Visit(invitation), |_| {});
        // A link is followed once.
        page.pairing.set(None);
    };
    let show_link = move |_| {
        ask(desk.command, Call::Invite, move |reply| {
            if let Reply::Invitation(invitation) = reply {
                moved_on();
                let _ = desk.stage.try_set(Stage::Offered(invitation));
            }
        });
    };
    if page.pairing.with_untracked(Option::is_some) {
        return view! {
            <p>
                "You have opened the link of another device. If it is yours, and shows the link right now, pair them: whatever is personal on one of them will be on the other, too."
            </p>
            <p>
                <button type="button" class="button button-strong" on:click=on(follow_link)>
                    "Pair this device"
                </button>
            </p>
        }
        .into_any();
    }
    if page.room.with_untracked(Option::is_none) {
        return view! {
            <p>
                "Two devices meet in a room to be paired, and it does not matter in which: make one here, and show the link in it that pairs them."
            </p>
            <p>
                <A href="/" attr:class="button">"Make or enter a room"</A>
            </p>
        }
        .into_any();
    }
    view! {
        <p class="hint">
            "Personal notes travel sealed, directly between your devices. Training rows stay where they are."
        </p>
        <p>
            <button type="button" class="button" on:click=on(show_link)>"Show a pairing link"</button>
        </p>
    }
    .into_any()
}

fn offered(desk: Desk, invitation: &str) -> AnyView {
    let page = use_page();
    let path = page.room.with_untracked(|room| room.as_ref().map(|it| it.invitation_path.clone()));
    let link = format!("{}{}&pair={invitation}", dom::origin(), path.unwrap_or_default());
    let copied = RwSignal::new(String::new());
    let to_copy = link.clone();
    let copy = move |_| {
        let link = to_copy.clone();
        spawn_local(async move {
            let said = match dom::copy(&link).await {
                true => "Pairing link copied",
                false => "This browser does not let the page copy: copy the link from the field.",
            };
            let _ = copied.try_set(said.to_owned());
        });
    };
    view! {
        <p>"Point the camera of the other device at this picture, or open the link there."</p>
        <div class="devices-offer">
            {qr::picture(&link)}
            <div class="devices-link">
                <label class="field">
                    <span>"Pairing link"</span>
                    <input type="text" readonly prop:value=link />
                </label>
                <div class="fields-row">
                    <button type="button" class="button" on:click=on(copy)>"Copy pairing link"</button>
                    {give_up(desk, "Cancel")}
                </div>
                <p class="hint" role="status">{live(move || copied.get())}</p>
                <p class="hint">
                    "It is good for ten minutes and for one device. Show it to nobody else: whoever opens it is in this room, though no device of yours before you say so."
                </p>
            </div>
        </div>
    }
    .into_any()
}

fn compare(desk: Desk, name: String, number: u32, said_yes: bool) -> AnyView {
    let (first, last) = (number / 1_000, number % 1_000);
    let (its_name, other) = (name.clone(), name.clone());
    let yes = move |_| {
        let (name, said_yes) = (its_name.clone(), true);
        moved_on();
        desk.stage.set(Stage::Compare { name, number, said_yes });
        ask(desk.command, Call::Confirm(true), |_| {});
    };
    let no = move |_| {
        moved_on();
        desk.stage.set(Stage::Rest);
        ask(desk.command, Call::Confirm(false), |_| {});
    };
    let question = format!("Does {} show the same number?", shown(&name));
    view! {
        <p id="devices-question" role="status">{question}</p>
        <p class="devices-number" aria-describedby="devices-question" data-number=format!("{number:06}")>
            {format!("{first:03} {last:03}")}
        </p>
        {if said_yes {
            view! { <p class="hint" role="status">{format!("Now press Yes on {}.", shown(&other))}</p> }.into_any()
        } else {
            view! {
                <div class="fields-row">
                    <button type="button" class="button button-strong" on:click=on(yes)>"Yes, the same"</button>
                    <button type="button" class="button button-quiet" on:click=on(no)>"No, different"</button>
                </div>
                <p class="hint">"Different numbers mean that somebody else is in between: press No."</p>
            }
            .into_any()
        }}
    }
    .into_any()
}

fn give_up(desk: Desk, label: &'static str) -> AnyView {
    let end = move |_| {
        moved_on();
        desk.stage.set(Stage::Rest);
        ask(desk.command, Call::GiveUpPairing, |_| {});
    };
    view! { <button type="button" class="button button-quiet" on:click=on(end)>{label}</button> }
        .into_any()
}

pub(super) fn shown(name: &str) -> String {
    match name.is_empty() {
        true => "the other device".to_owned(),
        false => format!("“{name}”"),
    }
}
