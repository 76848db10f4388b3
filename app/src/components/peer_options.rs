//! The devices of the room, as the options of a list to choose from.

use crate::{
    compact::{Each, Erase, live},
    state::page::use_page,
};
use leptos::prelude::*;
use units::PeerId;

/// An option for every other device, by id. The chosen one stays in the list after it has left: what is meant for one must
/// not go to another because a browser shows the next option instead.
#[component]
pub fn PeerOptions(
    /// Which is chosen.
    chosen: RwSignal<Option<PeerId>>,
    /// Whether to show the short id behind the name.
    #[prop(optional)]
    with_id: bool,
) -> impl IntoView {
    let page = use_page();
    let ids = Memo::new(move |_| {
        let here = page.peers.with(|peers| peers.iter().map(|peer| peer.peer).collect::<Vec<_>>());
        with_chosen(here, chosen.get())
    });
    let words = move |id: PeerId| match with_id {
        true => format!("{} ({})", page.name_of(id), id.short()),
        false => page.name_of(id),
    };

    view! {
        <Each each=move || ids.get() key=|id| *id let(id)>
            <option value=id.to_string()>{live(move || words(id))}</option>
        </Each>
    }
    .erased()
}

/// `here` is sorted, and so is what comes back: an option that is moved is no longer selected.
fn with_chosen(mut here: Vec<PeerId>, chosen: Option<PeerId>) -> Vec<PeerId> {
    if let Some(chosen) = chosen
        && let Err(place) = here.binary_search(&chosen)
    {
        here.insert(place, chosen);
    }
    here
}

#[cfg(test)]
mod tests {
    use super::with_chosen;
    use units::PeerId;

    #[test]
    fn whoever_is_chosen_keeps_its_place_in_the_list_after_leaving() {
        let [one, two, three] = [1, 2, 3].map(|byte| PeerId::from_bytes([byte; 32]));
        let all = vec![one, two, three];
        assert_eq!(with_chosen(all.clone(), Some(two)), all);
        assert_eq!(with_chosen(vec![one, three], Some(two)), all);
        assert_eq!(with_chosen(vec![one, three], None), [one, three]);
    }
}
