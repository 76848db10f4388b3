//! What the room's ledger says of a capsule, and what can be said there of it.

use crate::{
    compact::{Erase, Shown, entered, follow, live, on},
    components::notice::CommandProblem,
    dom,
    format::plural,
    state::{command::Command, page::use_page},
};
use books::view::{CAPSULES_MAX, Question, View};
use ledger::{Action, contracts::capsules::Capsule};
use leptos::prelude::*;
use memory::capsule::Kind;
use peer::{BooksCall, BooksReply};
use units::{Hash, PeerId};

/// What the ledger says of the capsules that are shown: asked for together, and anew with each of its pages.
#[derive(Clone, Copy)]
pub struct Capsules {
    wanted: RwSignal<Vec<Hash>>,
    known: RwSignal<Vec<(Hash, Capsule)>>,
}

impl Capsules {
    pub(super) fn new() -> Self {
        let capsules = Self { wanted: RwSignal::default(), known: RwSignal::default() };
        let height = use_page().select(|view| view.ledger.map(|it| it.height));
        let command = Command::default();
        follow(move || {
            let (wanted, height) = (capsules.wanted.get(), height.get());
            if wanted.is_empty() || height.is_none() {
                return;
            }
            let look = BooksCall::Look(Question::Capsules(wanted.clone()).encode());
            let answered = move |reply| {
                let Some(BooksReply::View(bytes)) = reply else { return };
                let Some(View::Capsules(found)) = View::decode(&bytes) else { return };
                let known = wanted.into_iter().zip(found);
                let known = known.filter_map(|(id, found)| Some((id, found?))).collect();
                let _ = capsules.known.try_set(known);
            };
            command.run(move |port| port.ask_books(look), answered);
        });
        capsules
    }

    /// One is shown from here on; of very many, those that came last are asked for.
    fn want(self, id: Hash) {
        if self.wanted.with_untracked(|wanted| wanted.contains(&id)) {
            return;
        }
        self.wanted.update(|wanted| {
            wanted.push(id);
            let over = wanted.len().saturating_sub(CAPSULES_MAX);
            wanted.drain(..over);
        });
    }

    fn of(self, id: Hash) -> Option<Capsule> {
        self.known.with(|known| known.iter().find(|it| it.0 == id).map(|it| it.1.clone()))
    }
}

/// What can be chosen to say of a capsule, in percent of what it could have brought.
const RATINGS: [(u8, &str); 4] =
    [(100, "very useful"), (70, "useful"), (30, "of some use"), (0, "of no use")];

/// Whether the ledger has a capsule and whose it is; its owner may have it recorded, and others may say what it was good for.
#[component]
pub fn Proof(
    /// What the ledger says of the capsules that are shown.
    capsules: Capsules,
    /// Which.
    id: Hash,
    /// Who has signed it.
    owner: PeerId,
    /// What it is.
    kind: Kind,
    /// Whether it is on this device.
    here: bool,
) -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let said = RwSignal::new(String::new());
    let rating = RwSignal::new(None::<u8>);
    let has_ledger = page.select(|view| view.ledger.is_some_and(|it| it.member));
    let is_mine = move || page.me.get() == Some(owner);
    capsules.want(id);
    let recorded = move || capsules.of(id);
    let order = move |action: Action, done: &'static str| {
        said.set(String::new());
        command.run(
            move |port| port.ask_books(BooksCall::Order(Box::new(action))),
            move |_| {
                let _ = said.try_set(done.to_owned());
            },
        );
    };
    let register = move |_| {
        let title = kind.name().to_owned();
        order(
            Action::RegisterCapsule { capsule: id, title },
            "It goes into the ledger's next page.",
        );
    };
    let rate = move |_| {
        if let Some(use_percent) = rating.get_untracked() {
            order(
                Action::RateCapsule { capsule: id, use_percent },
                "Your rating goes into the ledger's next page.",
            );
        }
    };
    let standing = move || {
        recorded().map(|it| {
            standing(
                &it,
                owner,
                |peer| page.name_of(peer),
                &dom::moment_of(it.registered.0 as f64).0,
            )
        })
    };
    follow(move || {
        // Whoever had it recorded reads on there: the button is gone.
        if recorded().is_some() && said.with_untracked(|said| !said.is_empty()) {
            dom::focus_soon_if_lost(format!("[data-capsule='{id}'] .memories-proof"));
        }
    });
    let can_register = move || here && has_ledger.get() && is_mine() && recorded().is_none();
    let can_rate = move || {
        let is_its_owners = || recorded().is_some_and(|it| it.owner == owner);
        // Once and for all: what was said is not asked for again.
        here && has_ledger.get() && !is_mine() && said.with(String::is_empty) && is_its_owners()
    };
    let options = || {
        RATINGS.map(|(percent, words)| {
            view! { <option value=percent.to_string()>{words}</option> }.erased()
        })
    };
    view! {
        <p class="memories-proof" tabindex="-1">{live(standing)}</p>
        <Shown when=can_register>
            <button
                type="button"
                class="button button-quiet"
                disabled=live(move || command.is_pending())
                on:click=on(register)
            >
                "Prove that this is mine and unaltered"
            </button>
        </Shown>
        <Shown when=can_rate>
            <div class="memories-actions">
            <label class="field field-inline">
                <span>"It was"</span>
                <select on:change=entered(move |value| rating.set(value.parse().ok()))>
                    <option value="">"choose"</option>
                    {options()}
                </select>
            </label>
            <button
                type="button"
                class="button button-quiet"
                disabled=live(move || rating.get().is_none() || command.is_pending())
                on:click=on(rate)
            >
                "Rate it"
            </button>
            </div>
        </Shown>
        <p class="hint" role="status">{live(move || (!is_mine() || recorded().is_none()).then(|| said.get()))}</p>
        <CommandProblem command />
    }
}

fn standing(
    recorded: &Capsule,
    owner: PeerId,
    name: impl Fn(PeerId) -> String,
    since: &str,
) -> String {
    if recorded.owner != owner {
        return format!("The ledger has it as {}’s, who has not made it.", name(recorded.owner));
    }
    let rated = match recorded.ratings {
        0 => String::new(),
        count => format!(
            " {} found it {} % useful.",
            plural(count.into(), "member", "members"),
            recorded.use_percent_sum / u64::from(count)
        ),
    };
    format!("On the ledger since {since}: unaltered, and {}’s.{rated}", name(owner))
}

#[cfg(test)]
mod tests {
    use super::*;
    use units::UnixMillis;

    #[test]
    fn who_claims_what_another_has_made_is_named() {
        let (ada, ben) = (PeerId::from_bytes([1; 32]), PeerId::from_bytes([2; 32]));
        let recorded = |owner| Capsule {
            owner,
            title: "skill".to_owned(),
            registered: UnixMillis(1_000),
            ratings: 2,
            use_percent_sum: 170,
        };
        let name = |peer| if peer == ada { "Ada".to_owned() } else { "Ben".to_owned() };
        let claimed = standing(&recorded(ben), ada, name, "noon");
        assert_eq!(claimed, "The ledger has it as Ben’s, who has not made it.");
        let own = standing(&recorded(ada), ada, name, "noon");
        let words =
            "On the ledger since noon: unaltered, and Ada’s. 2 members found it 85 % useful.";
        assert_eq!(own, words);
    }
}
