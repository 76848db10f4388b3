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
    lazy::{self, Away},
    state::page::{Page, use_page},
};
use drawings::{DrawingDraft, OwnDrawings};
use here::DataHere;
use leptos::{prelude::*, task::spawn_local};
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
    let page = use_page();
    follow(move || {
        if page.room.with(Option::is_some) {
            spawn_local(prepare());
        }
    });
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
                Source::Table => lazy::place(Box::pin(open(Draft::Table(table)))),
                Source::Pictures => lazy::place(Box::pin(open(Draft::Pictures(pictures)))),
                Source::Drawings => lazy::place(Box::pin(open(Draft::Drawings(drawings)))),
            })}
            <DataHere />
        </section>
    }
    .erased()
}

/// What a person has begun with data of its own.
#[derive(Clone, Copy)]
enum Draft {
    Table(TableDraft),
    Pictures(PictureDraft),
    Drawings(DrawingDraft),
}

#[cfg_attr(
    feature = "lazy",
    leptos::wasm_split::wasm_split(
        own_data,
        wasm_split_path = leptos::wasm_split,
        fallible,
        preload(preload)
    )
)]
fn form(draft: Draft) -> Result<AnyView, Away> {
    Ok(match draft {
        Draft::Table(draft) => view! { <OwnTable draft /> }.into_any(),
        Draft::Pictures(draft) => view! { <OwnPictures draft /> }.into_any(),
        Draft::Drawings(draft) => view! { <OwnDrawings draft /> }.into_any(),
    })
}

async fn open(draft: Draft) -> Result<AnyView, Away> {
    #[cfg(feature = "lazy")]
    return form(draft).await;
    #[cfg(not(feature = "lazy"))]
    form(draft)
}

/// Brings the forms before anybody asks for them: the server that has them may go.
async fn prepare() {
    #[cfg(feature = "lazy")]
    let _ = preload().await;
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
