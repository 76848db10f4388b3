//! Searching, as one types.

use super::{
    asked::{Desk, ModelState, ask},
    found::FoundItem,
};
use crate::{
    compact::{Each, Erase, Shown, entered, follow, live, on},
    components::notice::CommandProblem,
    format::{bytes, plural},
    state::{command::Command, page::use_page},
};
use leptos::prelude::*;
use memory::{
    call::{Call, Reply},
    library::{Filter, Found, News, Query},
    limits,
};

/// Results that are shown.
const SHOWN: usize = 20;

/// The least similarity of what has no word of the question.
const NEAR: f32 = 0.2;

/// What was asked last, and what has come back.
#[derive(Clone, Default)]
struct Results {
    here: Vec<Found>,
    there: Vec<Found>,
    query: Option<u32>,
    waiting: u32,
    by_meaning: bool,
}

/// A field to search in, and what was found.
#[component]
pub fn SearchPart(
    /// What the panel shares.
    desk: Desk,
) -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let text = desk.sought;
    let tag = RwSignal::new(None::<String>);
    let around = RwSignal::new(false);
    let results = RwSignal::new(Results { by_meaning: true, ..Results::default() });
    // Counts questions: an answer to an older one is not shown.
    let newest = StoredValue::new(0u64);
    follow(move || {
        let _ = desk.changes.get();
        let query = Query {
            text: text.get(),
            filter: Filter { tag: tag.get(), ..Filter::default() },
            count: SHOWN,
            ..Query::default()
        };
        let around = around.get() && page.connected.get() > 0 && !query.text.trim().is_empty();
        let call = Call::Search { query: Box::new(query), vector: None, around };
        newest.update_value(|number| *number += 1);
        let number = newest.get_value();
        ask(command, call, move |reply| {
            let Reply::Found { found, query, asked, by_meaning } = reply else { return };
            if newest.try_get_value() == Some(number) {
                let query = (asked > 0).then_some(query);
                let new =
                    Results { here: found, there: Vec::new(), query, waiting: asked, by_meaning };
                let _ = results.try_set(new);
            }
        });
    });
    follow(move || {
        desk.told.with(|(_, told)| {
            for news in told {
                if let News::Found { query, found, waiting, .. } = news {
                    results.update(|results| results.take(*query, found, *waiting));
                }
            }
        });
    });
    let shown = Memo::new(move |_| {
        let is_asked = text.with(|text| !text.trim().is_empty());
        let mut all = results.with(Results::all);
        // What is neither near nor has a word of the question would be there to any question.
        all.retain(|it| !is_asked || it.similarity >= NEAR || !it.words.is_empty());
        all
    });
    follow(move || {
        let is_asked = text.with(|text| !text.trim().is_empty());
        let found = shown.with(|found| found.iter().map(|it| it.id).collect());
        desk.found.set(if is_asked { found } else { Vec::new() });
    });
    let tags = move || {
        let chosen = tag.get();
        let chip = |(name, count): &(String, u32)| {
            let (its, own) = (name.clone(), name.clone());
            let is_chosen = chosen.as_ref() == Some(name);
            let choose = move |_| {
                tag.update(|tag| {
                    *tag = if tag.as_ref() == Some(&own) { None } else { Some(own.clone()) };
                })
            };
            view! {
                <li>
                    <button type="button" class="tag" aria-pressed=is_chosen.to_string() on:click=on(choose)>
                        {its}
                        <span class="tag-count">{*count}</span>
                    </button>
                </li>
            }
            .erased()
        };
        desk.overview.with(|it| it.as_ref().map(|it| it.tags.iter().map(chip).collect::<Vec<_>>()))
    };
    view! {
        <div class="memories-search" role="search">
            <label class="field">
                <span>"Search by meaning or by words"</span>
                <input
                    type="search"
                    autocomplete="off"
                    maxlength="500"
                    prop:value=live(move || text.get())
                    on:input=entered(move |value| text.set(value))
                />
            </label>
            <Shown when=move || page.room.with(Option::is_some)>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=live(move || around.get())
                        on:change=on(move |event| around.set(event_target_checked(&event)))
                    />
                    <span>"Ask the room, too"</span>
                </label>
            </Shown>
            <ul class="tags" aria-label="Tags">{live(tags)}</ul>
            <p class="hint" role="status">{live(move || results.with(|it| status(it, &text.read(), &desk.model.read())))}</p>
            <CommandProblem command />
            <CommandProblem command=desk.forgetting.command />
            <Shown when=move || shown.with(Vec::is_empty)>
                <p class="empty">{live(move || if text.with(String::is_empty) { NOTHING_YET } else { NOTHING })}</p>
            </Shown>
            <ol class="memories-found" aria-label="Found" tabindex="-1">
                <Each each=move || shown.get() key=Found::key let(found)>
                    <FoundItem desk found />
                </Each>
            </ol>
        </div>
    }
    .erased()
}

const NOTHING_YET: &str = "Nothing is remembered here yet. Write the first note.";
const NOTHING: &str = "Nothing here is like that.";

/// What makes an item another one: its place among others does not.
trait Keyed {
    fn key(&self) -> (units::Hash, bool, Vec<String>);
}

impl Keyed for Found {
    fn key(&self) -> (units::Hash, bool, Vec<String>) {
        (self.id, self.text.is_some(), self.words.clone())
    }
}

impl Results {
    /// What a neighbour has: what others have told of already is not told twice.
    fn take(&mut self, query: u32, found: &[Found], waiting: u32) {
        if self.query != Some(query) {
            return;
        }
        self.waiting = waiting;
        for it in found {
            if self.there.len() < limits::RESULTS_MAX
                && !self.there.iter().any(|known| known.id == it.id)
            {
                self.there.push(it.clone());
            }
        }
    }

    fn all(&self) -> Vec<Found> {
        let new = self.there.iter().filter(|it| !self.here.iter().any(|known| known.id == it.id));
        let mut all: Vec<Found> = self.here.iter().chain(new).cloned().collect();
        // The newest first stays as it is: all scores are alike.
        all.sort_by(|a, b| b.score.total_cmp(&a.score));
        all.truncate(SHOWN);
        all
    }
}

fn status(results: &Results, text: &str, model: &ModelState) -> String {
    match model {
        ModelState::Coming(here, of) if !results.by_meaning => {
            let of = if *of > 0 { format!(" of {}", bytes((*of).into())) } else { String::new() };
            return format!("The language model is on its way: {}{of}.", bytes((*here).into()));
        }
        ModelState::Missing(reason) if !results.by_meaning => {
            return format!("By words alone: the language model did not come ({reason}).");
        }
        _ => {}
    }
    match results.waiting {
        _ if text.trim().is_empty() => String::new(),
        0 => String::new(),
        waiting => format!("Waiting for {}.", plural(waiting.into(), "device", "devices")),
    }
}
