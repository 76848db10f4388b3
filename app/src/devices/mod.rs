//! The other devices of this person: one link pairs them, and from then on they are the same.

pub mod asked;
pub mod list;
pub mod pairing;
pub mod qr;
mod room;

use crate::{
    compact::Erase,
    components::door::Door,
    dom,
    format::plural,
    state::page::{Page, use_page},
};
use leptos::prelude::*;

/// The title's id.
const TITLE: &str = "devices-title";

/// The door to them. It opens by itself for who has followed a link to pair this device.
#[component]
pub fn DevicesPanel() -> impl IntoView {
    let page = use_page();
    let near = Memo::new(move |_| {
        page.peers.with(|peers| peers.iter().filter(|peer| peer.is_mine).count())
    });
    let door = Door {
        id: TITLE,
        title: "Your devices",
        button: "Open your devices",
        standing: Box::new(move || standing(near.get())),
        can_open: || Page::is_ready(use_page()),
        open: || Box::pin(room::open()),
        prepare: || Box::pin(room::prepare()),
        opens_itself: Some(|| {
            let follows = use_page().pairing.with(Option::is_some);
            if follows {
                dom::show(TITLE);
            }
            follows
        }),
    };
    view! {
        <section class="panel devices" aria-labelledby=TITLE>
            {door.view()}
        </section>
    }
    .erased()
}

/// All about them, where somebody looks at what this device remembers.
pub(crate) fn whole() -> AnyView {
    crate::lazy::place(Box::pin(room::open()))
}

fn standing(near: usize) -> String {
    match near {
        0 => "Pair your phone with your laptop: notes, models and settings are then the same on both."
            .to_owned(),
        count => format!("{} in this room, in step.", plural(count as u64, "other device of yours is", "other devices of yours are")),
    }
}

/// What a link holds to pair a device, if it does.
pub fn invitation_in(fragment: &str) -> Option<String> {
    let (_, rest) = fragment.split_once("&pair=")?;
    let is_of_it = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let invitation: String = rest.chars().take_while(is_of_it).take(PAIRING_CHARS_MAX).collect();
    (!invitation.is_empty()).then_some(invitation)
}

/// More than any invitation has: it is looked at where it is read.
const PAIRING_CHARS_MAX: usize = 128;

#[cfg(test)]
mod tests {
    use super::invitation_in;

    #[test]
    fn a_link_to_pair_is_told_from_one_to_a_room() {
        assert_eq!(invitation_in("#secret"), None);
        assert_eq!(invitation_in("#secret&pair="), None);
        assert_eq!(invitation_in("#secret&pair=ab-_9."), Some("ab-_9".to_owned()));
    }
}
