//! What fired like this: episodes and skills near what the nodes of the cluster in use do at a class.

use super::{
    asked::{Desk, ask},
    found::FoundItem,
};
use crate::{
    compact::{Each, Erase, Shown, entered, follow, live, on},
    components::notice::CommandProblem,
    state::{command::Command, own_data::ClassNames, page::use_page},
};
use leptos::prelude::*;
use memory::{
    call::{Call, Reply},
    library::{Found, News, Query},
};
use peer::{ActivityOf, SkillAnswer, SkillJob};

/// Results that are shown.
const SHOWN: usize = 10;

/// A choice of class, and what was found.
#[component]
pub fn FiredLike(
    /// What the panel shares.
    desk: Desk,
) -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let class = RwSignal::new(0u16);
    let found = RwSignal::new(None::<Vec<Found>>);
    let query = StoredValue::new(None::<u32>);
    let look = move || {
        let Some(cluster) = untrack(|| page.cluster()) else { return };
        // A class without rows is not among those that can be chosen.
        let has_rows = |class: &u16| cluster.class_rows.get(usize::from(*class)) > Some(&0);
        let chosen = Some(class.get_untracked()).filter(has_rows);
        let first = || (0..cluster.class_rows.len() as u16).find(has_rows);
        let Some(chosen) = chosen.or_else(first) else { return };
        let job = SkillJob::Activity(ActivityOf::Class(chosen));
        let around = page.connected.get_untracked() > 0;
        let looked = move |answer| {
            let SkillAnswer::Activity { activity, .. } = answer else { return };
            let embedding = Some(activity.embedding());
            let wanted = Query { embedding, count: SHOWN, ..Query::default() };
            let call = Call::Search { query: Box::new(wanted), vector: None, around };
            ask(command, call, move |reply| {
                let Reply::Found { found: here, query: number, asked, .. } = reply else { return };
                query.set_value((asked > 0).then_some(number));
                let _ = found.try_set(Some(here));
            });
        };
        command.run(move |port| port.work_on_skills(cluster.id, job), looked);
    };
    // What was fetched or forgotten is shown as it is by now.
    follow(move || {
        if desk.changes.get() > 0 && found.with_untracked(Option::is_some) {
            look();
        }
    });
    follow(move || {
        desk.told.with(|(_, told)| {
            for news in told {
                if let News::Found { query: number, found: there, .. } = news
                    && query.get_value() == Some(*number)
                {
                    found.update(|found| take(found, there));
                }
            }
        });
    });
    let has_rows = move || page.cluster().is_some_and(|it| it.train_rows > 0);
    let options = move || {
        let Some(cluster) = page.cluster() else { return Vec::new() };
        let names = ClassNames::of(&cluster);
        let rows = (0u32..).zip(&cluster.class_rows).filter(|(_, rows)| **rows > 0);
        rows.map(|(class, _)| {
            view! { <option value=class.to_string()>{names.name(class)}</option> }.erased()
        })
        .collect::<Vec<_>>()
    };
    let all = move || found.get().unwrap_or_default();
    let is_empty = move || found.with(|found| found.as_ref().is_some_and(Vec::is_empty));
    view! {
        <Shown when=has_rows>
            <div class="memories-fired" role="group" aria-label="What fired like this">
                <label class="field field-inline">
                    <span>"What fired like class"</span>
                    <select on:change=entered(move |value| class.set(value.parse().unwrap_or(0)))>{live(options)}</select>
                </label>
                <button type="button" class="button button-quiet" disabled=live(move || command.is_pending()) on:click=on(move |_| look())>
                    "Look"
                </button>
                <Shown when=is_empty>
                    <p class="empty">"Nothing is remembered that fired like this."</p>
                </Shown>
                <ol class="memories-found" aria-label="Fired like this">
                    <Each each=all key=|it: &Found| (it.id, it.at) let(found)>
                        <FoundItem desk found />
                    </Each>
                </ol>
                <CommandProblem command />
            </div>
        </Shown>
    }
    .erased()
}

/// What a neighbour has beside what is shown, the nearest first.
fn take(found: &mut Option<Vec<Found>>, there: &[Found]) {
    let found = found.get_or_insert_default();
    for it in there {
        if !found.iter().any(|known| known.id == it.id) {
            found.push(it.clone());
        }
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found.truncate(SHOWN);
}
