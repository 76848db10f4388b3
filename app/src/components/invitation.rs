//! Invitation links: reading one that was pasted, and handing one on.

use crate::{
    compact::{Erase, Shown, follow, live, on},
    dom,
    state::page::use_page,
};
use leptos::{html::Input, prelude::*, task::spawn_local};
use protocol::room::{InvalidInvitation, RoomSecret};
use units::RoomId;

/// A pasted text is not an invitation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnInvitation {
    /// There is no room in it.
    #[error("this is not an invitation link: one looks like {example}", example = EXAMPLE)]
    NoRoom,
    /// There is a room in it, but not its secret.
    #[error(transparent)]
    Invalid(#[from] InvalidInvitation),
}

const EXAMPLE: &str = "https://…/room/…#…";

/// Longer texts are not looked at; a link has about 120 characters.
const LINK_CHARS_MAX: usize = 2_048;

/// The path, `/room/<id>#<secret>`, of a pasted link, whatever site it was made on.
///
/// # Errors
/// [`NotAnInvitation`] says what is missing.
pub fn invitation_path(pasted: &str) -> Result<String, NotAnInvitation> {
    let text = pasted.trim();
    if text.len() > LINK_CHARS_MAX {
        return Err(NotAnInvitation::NoRoom);
    }
    let (_, rest) = text.split_once("/room/").ok_or(NotAnInvitation::NoRoom)?;
    let (id, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let id = id.split(['?', '/']).next().unwrap_or_default();
    let room: RoomId = id.parse().map_err(|_| NotAnInvitation::NoRoom)?;
    Ok(RoomSecret::from_invitation(room, fragment)?.invitation_path())
}

/// Copies the invitation link of the room, or shows it to be copied by hand.
#[component]
pub fn CopyInvitation() -> impl IntoView {
    let page = use_page();
    let copied = RwSignal::new(None::<bool>);
    let field = NodeRef::<Input>::new();
    let link = move || {
        let path = page.room.with(|room| room.as_ref().map(|room| room.invitation_path.clone()));
        path.map(|path| dom::origin() + &path).unwrap_or_default()
    };
    let copy = move |_| {
        let link = untrack(link);
        copied.set(None);
        spawn_local(async move {
            let done = dom::copy(&link).await;
            let _ = copied.try_set(Some(done));
        });
    };
    follow(move || {
        if copied.get() == Some(false)
            && let Some(field) = field.get()
        {
            field.select();
        }
    });

    view! {
        <div class="invitation">
            <button
                type="button"
                class="button button-strong"
                disabled=live(move || page.room.with(Option::is_none))
                on:click=on(copy)
            >
                "Copy invitation link"
            </button>
            <span role="status" class="hint">
                {live(move || (copied.get() == Some(true)).then_some("Invitation link copied"))}
            </span>
            <Shown when=move || copied.get() == Some(false)>
                <label class="field">
                    <span>"Invitation link"</span>
                    <input type="text" readonly node_ref=field prop:value=live(link) />
                    <small class="hint">"This browser does not let the page copy: copy the link from here."</small>
                </label>
            </Shown>
        </div>
    }
    .erased()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> String {
        RoomSecret::from_bytes([3; 32]).invitation_path()
    }

    #[test]
    fn a_link_of_any_site_leads_to_its_room() {
        for site in ["https://example.org", "http://127.0.0.1:3000", "  example.org", ""] {
            assert_eq!(invitation_path(&format!("{site}{}\n", path())), Ok(path()));
            assert_eq!(invitation_path(&format!("<{site}{}>.", path())), Ok(path()));
        }
    }

    #[test]
    fn what_is_missing_is_said() {
        assert_eq!(invitation_path("hello"), Err(NotAnInvitation::NoRoom));
        assert_eq!(invitation_path(&"/room/".repeat(1_000)), Err(NotAnInvitation::NoRoom));
        let path = path();
        let cut = path.split_once('#').unwrap().0;
        assert!(matches!(invitation_path(cut), Err(NotAnInvitation::Invalid(_))));
    }
}
