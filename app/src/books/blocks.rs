//! Page after page: what was recorded, and what waits to be.

use super::{room::ask, words::deed};
use crate::{
    compact::{CollectAny, Erase, Shown, live, on},
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
pub fn Blocks() -> impl IntoView {
    let page = use_page();
    let opened = RwSignal::new(None::<u32>);
    let blocks = ask(|| Question::Blocks { from: None, count: SHOWN });
    let overview = ask(|| Question::Overview);
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
    let line = move |block: BlockView| {
        let height = block.height;
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
                    <span>{plural(block.transactions.into(), "entry", "entries")}</span>
                    <span class="hint">{format!("written by {}", page.name_of(block.miner))}</span>
                    <time class="hint">{dom::time_of(block.time.0 as f64)}</time>
                    <code title=block.name.to_string()>{block.name.short()}</code>
                </button>
                <Shown when=is_open><Entries height /></Shown>
            </li>
        }
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
                {live(move || list().into_iter().map(line).collect_any())}
            </ol>
            <Shown when=move || list().is_empty()>
                <p class="empty">"Nothing is written yet."</p>
            </Shown>
        </div>
    }
    .erased()
}

/// What one block records.
#[component]
fn Entries(height: u32) -> impl IntoView {
    let page = use_page();
    let block = ask(move || Question::Block { height });
    let entries = move || {
        let of = |view: &View| match view {
            View::Block(_, transactions) => Some(transactions.clone()),
            _ => None,
        };
        block.with(of).unwrap_or_default()
    };
    let line = move |it: TransactionView| {
        view! { <li title=it.id.to_string()>{deed(page, &it)}</li> }
    };
    view! {
        <ul class="books-entries" aria-label=format!("Entries of page {height}")>
            {live(move || entries().into_iter().map(line).collect_any())}
        </ul>
    }
    .erased()
}
