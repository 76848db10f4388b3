//! The rows on this device: where they come from, and what is here.

pub mod choice;
pub mod drawings;
pub mod here;
pub mod picker;
pub mod picture_draft;
pub mod picture_rows;
pub mod pictures;
pub mod proposal;
pub mod ready_made;
pub mod table;
pub mod table_summary;

use crate::{
    compact::{CollectAny, Erase, follow, live, on},
    dom,
    state::page::{Page, use_page},
};
use drawings::{DrawingDraft, OwnDrawings};
use here::DataHere;
use leptos::prelude::*;
use picture_draft::PictureDraft;
use pictures::OwnPictures;
use ready_made::ReadyMade;
use table::{OwnTable, TableDraft};

/// Where rows come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    ReadyMade,
    Table,
    Pictures,
    Drawings,
}

const SOURCES: [(Source, &str); 4] = [
    (Source::ReadyMade, "Ready-made"),
    (Source::Table, "A table"),
    (Source::Pictures, "Pictures"),
    (Source::Drawings, "Drawings"),
];

/// Chooses rows and shows what is on this device.
#[component]
pub fn DataCard() -> impl IntoView {
    let source = RwSignal::new(Source::ReadyMade);
    // What is begun under one source is still there after a look at another.
    let table = TableDraft::default();
    table.follow(use_page());
    keep_choice(use_page());
    let (pictures, drawings) = (PictureDraft::default(), DrawingDraft::default());

    view! {
        <section class="panel data" aria-label="Data">
            <h2>"Data"</h2>
            <fieldset class="sources">
                <legend class="visually-hidden">"Source"</legend>
                {SOURCES
                    .into_iter()
                    .map(|(this, name)| {
                        view! {
                            <label class="source">
                                <input
                                    type="radio"
                                    name="data-source"
                                    class="visually-hidden"
                                    prop:checked=live(move || source.get() == this)
                                    on:change=on(move |_| source.set(this))
                                />
                                <span>{name}</span>
                            </label>
                        }
                        .erased()
                    })
                    .collect_any()}
            </fieldset>
            {live(move || match source.get() {
                Source::ReadyMade => view! { <ReadyMade /> }.erased(),
                Source::Table => view! { <OwnTable draft=table /> }.erased(),
                Source::Pictures => view! { <OwnPictures draft=pictures /> }.erased(),
                Source::Drawings => view! { <OwnDrawings draft=drawings /> }.erased(),
            })}
            <DataHere />
        </section>
    }
    .erased()
}

/// Which cluster is in use, over a reload.
fn keep_choice(page: Page) {
    follow(move || match page.chosen_cluster.get() {
        Some(cluster) => dom::remember(CHOSEN, cluster.as_str()),
        None => {
            let remembered = dom::remembered(CHOSEN).and_then(|id| id.parse().ok());
            if remembered.is_some() {
                page.chosen_cluster.set(remembered);
            }
        }
    });
}

/// The key under which the browser remembers it.
const CHOSEN: &str = "cluster";

/// Rows stay as they are while a session trains on them; whoever has none may still join it.
fn is_training(page: Page) -> bool {
    let running = page.session.with(|session| session.as_ref().is_some_and(|s| s.running));
    running && page.cluster().is_some_and(|cluster| cluster.train_rows > 0)
}
