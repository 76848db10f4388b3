//! What is behind the door, in a module of its own.

use super::{
    accounts::Accounts, asked::ask, blocks::Blocks, branches::Branches, check::Check, give::Give,
    received::Received, regard::Regard,
};
use crate::{
    compact::{Erase, entered, live},
    components::notice::CommandProblem,
    lazy::Away,
    state::{command::Command, page::use_page},
};
use books::view::Question;
use leptos::prelude::*;
use peer::BooksCall;
use std::collections::BTreeMap;

#[cfg_attr(
    feature = "lazy",
    leptos::wasm_split::wasm_split(
        books,
        wasm_split_path = leptos::wasm_split,
        fallible,
        preload(preload)
    )
)]
fn view() -> Result<AnyView, Away> {
    Ok(view! { <Room /> }.into_any())
}

/// Brings the module, and gives what it shows.
pub(super) async fn open() -> Result<AnyView, Away> {
    #[cfg(feature = "lazy")]
    return view().await;
    #[cfg(not(feature = "lazy"))]
    view()
}

/// Brings the module before anybody asks for it. If that fails, opening tries again.
pub(super) async fn prepare() {
    #[cfg(feature = "lazy")]
    let _ = preload().await;
}

/// Everything in the books.
#[component]
fn Room() -> impl IntoView {
    let overview = ask(|| Question::Overview);
    let accounts = ask(|| Question::Accounts);
    view! {
        <Keeping />
        <div class="books-columns">
            <Accounts accounts overview />
            <Give />
        </div>
        <div class="books-columns">
            <Received />
            <Regard accounts overview />
        </div>
        <Blocks overview />
        <Branches />
        <Check />
    }
    .erased()
}

/// Whether this device writes.
#[component]
fn Keeping() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let ledger = page.select(|view| view.ledger);
    let keeps = move || ledger.with(|it| it.is_some_and(|it| it.keeps));
    let choices = BTreeMap::from([("yes", "this device writes"), ("no", "others write")]);
    let choose = move |choice: String| {
        let call = BooksCall::Keep(choice == "yes");
        command.run(move |port| port.ask_books(call), |_| {});
    };
    let options = choices.into_iter().map(move |(value, words)| {
        let chosen = move || keeps() == (value == "yes");
        view! { <option value=value selected=live(chosen)>{words}</option> }
    });
    let options: Vec<_> = options.map(Erase::erased).collect();
    view! {
        <div class="books-keeping">
            <label class="field">
                <span>"Who writes new pages"</span>
                <select prop:value=live(move || if keeps() { "yes" } else { "no" }) on:change=entered(choose)>
                    {options}
                </select>
            </label>
            <p class="hint">
                "A new page takes some seconds of computing, so that nobody can rewrite an old one. It is only done when there is something to write, and pays a little."
            </p>
        </div>
        <CommandProblem command />
    }
    .erased()
}
