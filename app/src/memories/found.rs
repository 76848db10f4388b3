//! One capsule that was found: what it says, why it was found, and what can be done with it.

use super::{
    asked::{Desk, ask},
    proof::Proof,
    skill::{SkillActions, skill_words},
};
use crate::{
    compact::{Erase, Shown, entered, live, on},
    components::{notice::CommandProblem, peer_options::PeerOptions},
    dom,
    state::{command::Command, own_data::ClassNames, page::use_page},
};
use leptos::prelude::*;
use memory::{
    call::Call,
    capsule::{Event, Kind, Privacy},
    library::{Found, News},
};
use units::PeerId;

/// Characters of a text that are shown at first.
const SHOWN_CHARS: usize = 400;

/// A capsule in a list.
#[component]
pub fn FoundItem(
    /// What the panel shares.
    desk: Desk,
    /// What was found.
    found: Found,
) -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let Found { id, signed, text, event, skill, similarity, words, at, .. } = found;
    let head = signed.head;
    let (owner, privacy) = (head.owner, head.privacy);
    let is_mine = move || page.me.get() == Some(owner);
    let whose = move || {
        let is_of_ours = page.peers.with(|all| all.iter().any(|it| it.peer == owner && it.is_mine));
        match is_mine() {
            true => "yours".to_owned(),
            // What is personal is nobody else's.
            false if is_of_ours || privacy == Privacy::Personal => {
                format!("yours, from {}", page.name_of(owner))
            }
            false => format!("by {}", page.name_of(owner)),
        }
    };
    let to = RwSignal::new(None::<PeerId>);
    let given = RwSignal::new(String::new());
    crate::compact::follow(move || {
        desk.told.with(|(_, told)| {
            let said = told.iter().find_map(|news| match news {
                News::Given { capsule, to } if *capsule == id => {
                    Some(format!("{} has checked and stored it.", page.name_now(*to)))
                }
                News::NotGiven { capsule, to, why } if *capsule == id => {
                    Some(declined(&page.name_now(*to), *why))
                }
                News::NotHere { capsule, from } if *capsule == id => {
                    Some(format!("{} does not give it.", page.name_now(*from)))
                }
                _ => None,
            });
            if let Some(said) = said {
                given.set(said);
            }
        });
    });
    let forgetting = desk.forgetting;
    let forget = move |_| forgetting.begin(desk, id);
    let give = move |_| {
        if let Some(to) = to.get_untracked() {
            given.set(String::new());
            ask(command, Call::Give { capsule: id, to }, |_| {});
        }
    };
    let fetch = at.map(|from| {
        let fetch = move |_| {
            desk.fetched.set(Some(id));
            ask(command, Call::Fetch { capsule: id, from }, |_| {});
        };
        view! {
            <button type="button" class="button button-quiet" on:click=on(fetch)>
                {live(move || format!("Fetch it from {}", page.name_of(from)))}
            </button>
        }
        .erased()
    });
    let here = at.is_none();
    if here {
        forgetting.is_here(id);
        if desk.fetched.get_untracked() == Some(id) {
            desk.fetched.set(None);
            // The button that fetched it went with the item that it was in.
            dom::focus_soon_if_lost(format!("[data-capsule='{id}'] .memories-forget"));
        }
    }
    // What others have is not forgotten with what is here.
    let stage = move || forgetting.stage(id).filter(|_| here);
    let can_give = move || here && privacy != Privacy::Personal && page.connected.get() > 0;
    let tags: Vec<_> =
        head.tags.iter().map(|tag| view! { <li class="tag">{tag.clone()}</li> }.erased()).collect();
    let (kind, importance) = (head.kind, head.importance);
    let names = untrack(|| page.cluster()).map(|it| ClassNames::of(&it)).unwrap_or_default();
    let is_whole = RwSignal::new(false);
    let is_long = text.as_ref().is_some_and(|text| text.chars().count() > SHOWN_CHARS);
    let more = is_long.then(|| {
        let label = move || if is_whole.get() { "Show less" } else { "Show all of it" };
        view! {
            <button type="button" class="button button-quiet" on:click=on(move |_| is_whole.update(|it| *it = !*it))>
                {live(label)}
            </button>
        }
        .erased()
    });
    let shown_text = match (text, event, &skill) {
        (Some(text), ..) => {
            let words = words.clone();
            let parts = move || match is_whole.get() {
                true => marked(&text, &words),
                false => marked(&shortened(&text), &words),
            };
            vec![live(parts).into_any()]
        }
        (None, Some(event), _) => vec![happened(event, &names).into_any()],
        (None, None, Some(about)) => vec![skill_words(page, about).into_any()],
        (None, None, None) => vec![view! { <em>{kept_elsewhere(kind)}</em> }.erased()],
    };
    let surprise =
        event.map(|_| view! { <span>{format!("surprise {importance} of 100")}</span> }.erased());
    let (made_on, made_at) = dom::moment_of(head.made_at.0 as f64);
    let use_skill = skill.map(|_| view! { <SkillActions desk id /> }.into_any());
    view! {
        <li
            class="memories-item"
            data-capsule=id.to_string()
            data-privacy=privacy.name()
            data-forgetting=live(stage)
        >
            <Shown when=move || stage() == Some("going")>
                <div class="memories-going">
                    <p role="status">"It is forgotten for good in some seconds."</p>
                    <button
                        type="button"
                        class="button button-quiet memories-undo"
                        on:click=on(move |_| forgetting.undo())
                    >
                        "Undo"
                    </button>
                </div>
            </Shown>
            <p class="memories-text">{shown_text}</p>
            <p class="memories-facts">
                <span class="memories-privacy">{privacy_words(privacy)}</span>
                <span>{live(whose)}</span>
                <time title=made_at>{made_on}</time>
                {surprise}
                {why(similarity, &words).map(|why| view! { <span class="memories-why">{why}</span> }.erased())}
            </p>
            <ul class="tags" aria-label="Tags of this note">{tags}</ul>
            <div class="memories-actions">
                {more}
                {fetch}
                <Shown when=can_give>
                    <label class="field field-inline">
                        <span>"Give it to"</span>
                        <select on:change=entered(move |value| to.set(value.parse().ok()))>
                            <option value="">"choose a device"</option>
                            <PeerOptions chosen=to />
                        </select>
                    </label>
                    <button
                        type="button"
                        class="button button-quiet"
                        disabled=live(move || to.get().is_none() || command.is_pending())
                        on:click=on(give)
                    >
                        "Give"
                    </button>
                </Shown>
                <Shown when=move || here>
                    <button type="button" class="button button-quiet memories-forget" on:click=on(forget)>
                        "Forget"
                    </button>
                </Shown>
            </div>
            <p class="hint" role="status">{live(move || given.get())}</p>
            <CommandProblem command />
            {use_skill}
            <Proof capsules=desk.capsules id owner kind here />
        </li>
    }
    .erased()
}

/// What is said of a capsule whose content is not here.
fn kept_elsewhere(kind: Kind) -> &'static str {
    match kind {
        Kind::Note => "Its text is with whoever has it.",
        Kind::Episode => "Something that happened to a network. Fetch it to read it.",
        Kind::Skill => "A skill: nodes that have learnt something. They are with whoever has it.",
    }
}

/// What happened to a network.
fn happened(event: Event, names: &ClassNames) -> String {
    let percent = |per_mille: u16| crate::format::percent(f64::from(per_mille) / 1_000.0);
    match event {
        Event::SessionEnded { rounds, alone_per_mille, together_per_mille } => format!(
            "A session of {} ended: {} right together, {} alone, on rows that this device held out.",
            crate::format::plural(rounds.into(), "round", "rounds"),
            percent(together_per_mille),
            percent(alone_per_mille)
        ),
        Event::AloneEnded { rounds, right_per_mille } => format!(
            "A session of {} that this device trained alone ended: {} right, on rows that it held out.",
            crate::format::plural(rounds.into(), "round", "rounds"),
            percent(right_per_mille)
        ),
        Event::NewClass { class, rows } => format!(
            "Class {} was met for the first time, in {}.",
            names.name(class.into()),
            crate::format::plural(rows.into(), "row", "rows")
        ),
        Event::ErrorCorrected { class, before_per_mille, after_per_mille } => format!(
            "A large error was corrected: of held-out rows{}, {} were told wrong before, {} after.",
            class.map_or(String::new(), |it| format!(" of class {}", names.name(it.into()))),
            percent(before_per_mille),
            percent(after_per_mille)
        ),
    }
}

pub(super) fn privacy_words(privacy: Privacy) -> &'static str {
    match privacy {
        Privacy::Personal => "only your devices",
        Privacy::Behavioural => "without words",
        Privacy::Open => "open",
    }
}

fn declined(name: &str, why: memory::message::Declined) -> String {
    use memory::message::Declined;
    match why {
        Declined::Invalid => format!("{name} found it damaged."),
        Declined::Forgotten => {
            format!("{name} has forgotten it before, and does not take it again.")
        }
        Declined::Full => format!("{name} has no room for more of yours."),
    }
}

/// Why something was found.
fn why(similarity: f32, words: &[String]) -> Option<String> {
    let near = match similarity {
        0.75.. => Some("means nearly the same"),
        0.5.. => Some("means something like it"),
        0.3.. => Some("is about something near"),
        _ => None,
    };
    let near = near.map(|near| format!("{near} ({similarity:.2})"));
    let has = (!words.is_empty()).then(|| format!("has “{}”", words.join("”, “")));
    match (near, has) {
        (Some(near), Some(has)) => Some(format!("{near}, and {has}")),
        (near, has) => near.or(has),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A text in which words of the question are marked.
fn marked(text: &str, words: &[String]) -> Vec<AnyView> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    for (word, is_word) in runs(text) {
        if is_word && words.contains(&word.to_lowercase()) {
            if !plain.is_empty() {
                parts.push(core::mem::take(&mut plain).into_any());
            }
            parts.push(view! { <mark>{word.to_owned()}</mark> }.erased());
        } else {
            plain.push_str(word);
        }
    }
    if !plain.is_empty() {
        parts.push(plain.into_any());
    }
    parts
}

/// Runs of letters and digits, and what is between them.
fn runs(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = text;
    core::iter::from_fn(move || {
        let is_word = rest.chars().next()?.is_alphanumeric();
        let end = rest.find(|char: char| char.is_alphanumeric() != is_word).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        Some((run, is_word))
    })
}

#[cfg(test)]
mod tests {
    use super::runs;

    #[test]
    fn a_text_is_its_runs() {
        let text = "E-37: the door, open";
        let parts: Vec<_> = runs(text).collect();
        assert_eq!(parts.iter().map(|(run, _)| *run).collect::<String>(), text);
        assert_eq!(parts[0], ("E", true));
        assert_eq!(parts[1], ("-", false));
    }
}
