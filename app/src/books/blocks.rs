//! Page after page: what was recorded, and what waits to be.

use super::{
    asked::{Asked, ask},
    proof::Proof,
    words::deed,
};
use crate::{
    compact::{CollectAny, Each, Erase, Shown, live, on},
    dom,
    format::plural,
    state::page::use_page,
};
use books::view::{BlockView, Overview, Question, TransactionView, View};
use leptos::prelude::*;

/// Blocks shown at once.
const SHOWN: u32 = 12;

/// The newest blocks; one of them opened.
#[component]
pub fn Blocks(
    /// Says what waits.
    overview: Asked,
) -> impl IntoView {
    let page = use_page();
    let opened = RwSignal::new(None::<u32>);
    let blocks = ask(|| Question::Blocks { from: None, count: SHOWN });
    let list = move || {
        let of = |view: &View| match view {
            View::Blocks(blocks) => Some(blocks.clone()),
            _ => None,
        };
        blocks.with(of).unwrap_or_default()
    };
    let waiting = move || {
        let of = |view: &View| match view {
            View::Overview(Overview { waiting, .. }) => Some(waiting.clone()),
            _ => None,
        };
        overview.with(of).unwrap_or_default()
    };
    let waits = move |it: TransactionView| view! { <li>{deed(page, &it)}</li> };
    view! {
        <div class="books-part" role="group" aria-labelledby="books-pages">
            <h3 id="books-pages">"What is written"</h3>
            <Shown when=move || !waiting().is_empty()>
                <p class="hint">"Waits to be written:"</p>
                <ul class="books-entries" aria-label="Waiting">
                    {live(move || waiting().into_iter().map(waits).collect_any())}
                </ul>
            </Shown>
            <ol class="books-pages" aria-label="Pages, newest first">
                <Each each=list key=|block| (block.height, block.name) let(block)>
                    <Written block opened />
                </Each>
            </ol>
            <Shown when=move || list().is_empty()>
                <p class="empty">"Nothing is written yet."</p>
            </Shown>
        </div>
    }
    .erased()
}

/// A page: what it is, and if it is opened, what is on it.
#[component]
fn Written(block: BlockView, opened: RwSignal<Option<u32>>) -> impl IntoView {
    let page = use_page();
    let BlockView { height, name, time, miner, transactions, .. } = block;
    let toggle = move |_| opened.update(|it| *it = (*it != Some(height)).then_some(height));
    let is_open = move || opened.get() == Some(height);
    view! {
        <li class="books-page">
            <button
                type="button"
                class="books-page-head"
                aria-expanded=live(move || is_open().to_string())
                on:click=on(toggle)
            >
                <span class="books-number">{format!("Page {height}")}</span>
                <span>{plural(transactions.into(), "entry", "entries")}</span>
                <span class="hint">{live(move || format!("written by {}", page.name_of(miner)))}</span>
                <time class="hint">{dom::time_of(time.0 as f64)}</time>
                <code title=name.to_string()>{name.short()}</code>
            </button>
            <Shown when=is_open><Entries height /></Shown>
        </li>
    }
    .erased()
}

/// What one block records.
#[component]
fn Entries(height: u32) -> impl IntoView {
    let block = ask(move || Question::Block { height });
    let entries = move || {
        let of = |view: &View| match view {
            View::Block(_, transactions) => Some(transactions.clone()),
            _ => None,
        };
        block.with(of).unwrap_or_default()
    };
    view! {
        <ul class="books-entries" aria-label=format!("Entries of page {height}")>
            <Each each=entries key=|it| it.id let(it)><Entry it /></Each>
        </ul>
    }
    .erased()
}

/// An entry, and its proof once that is asked for.
#[component]
fn Entry(it: TransactionView) -> impl IntoView {
    let page = use_page();
    let is_open = RwSignal::new(false);
    let id = it.id;
    let it = StoredValue::new(it);
    let words = move || it.with_value(|it| deed(page, it));
    view! {
        <li title=id.to_string()>
            <span>{live(words)}</span>
            " "
            <button
                type="button"
                class="text-button hint"
                aria-expanded=live(move || is_open.get().to_string())
                aria-label=live(move || format!("Prove it: {}", words()))
                on:click=on(move |_| is_open.update(|it| *it = !*it))
            >
                {live(move || if is_open.get() { "Hide the proof" } else { "Prove it" })}
            </button>
            <Shown when=move || is_open.get()><Proof transaction=id /></Shown>
        </li>
    }
    .erased()
}
